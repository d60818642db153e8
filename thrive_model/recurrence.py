"""How much of a yearly amount lasts, and how much of it a year brings in full only in the next.

Both are read from the run itself: what is still there in every later year of it is recurrent, the rest is one-off;
and a year's last month, kept up, is what the year comes to in full. Amounts are 0 or more, in pounds, [..., Y].
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Floats


@dataclass(frozen=True)
class Steps:
    """By how much an amount grows in each year, [..., Y]: `new` in the year, and the `full_year` effect of the last.

    Summed up to a year the two are the recurrent amount of that year; `one_off` is the rest of it.
    """

    new: Floats
    full_year: Floats
    one_off: Floats


def recurrent(amounts: Floats) -> Floats:
    """The part of each year's amount that is there in every later year too, [..., Y]; all of the last year's is."""
    return np.flip(np.minimum.accumulate(np.flip(amounts, axis=-1), axis=-1), axis=-1)


def steps(amounts: Floats, at_full_rate: Floats) -> Steps:
    """Divide yearly amounts into steps; `at_full_rate` is what each year's last month comes to over a whole year."""
    lasting = recurrent(amounts)
    earlier = np.concatenate([np.zeros_like(lasting[..., :1]), lasting[..., :-1]], axis=-1)
    begun = np.concatenate([np.zeros_like(lasting[..., :1]), at_full_rate[..., :-1]], axis=-1)
    full_year = np.clip(begun, earlier, lasting) - earlier
    return Steps(new=lasting - earlier - full_year, full_year=full_year, one_off=amounts - lasting)
