"""Why spending changed: because units cost more, because there are more of them, or because they are of another sort.

A line's spending is its units (child-weeks, events, teams) times what one costs, u and p. Lines of one group stand in
for each other; the group has U units, of which a line has the share m. From 0 to 1 a line's spending changes by

    price   u0 (p1 - p0)            what the units there were come to cost
    volume  (U1 - U0) m0 p0         more or fewer units of the group, divided as before
    mix     U0 (m1 - m0) p0         as many units, divided otherwise
    joint   the rest                two of these at once

which is all of it. A line in no group is a group by itself, and has no mix.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Floats


@dataclass(frozen=True)
class Change:
    """What spending on each line changes by, [L, ...]; the four sum to the change."""

    price: Floats
    volume: Floats
    mix: Floats
    joint: Floats


def decompose(was: Floats, now: Floats, units_was: Floats, units_now: Floats, groups: Sequence[str]) -> Change:
    """The change from `was` to `now`, [L, ...], of lines with these units, each in the group named ('' is none).

    A line without units before has no price then, and is taken at that of now, and the other way round. The change of
    a line that has no units at all, a fixed sum, is one of price.
    """
    charged = (units_was > 0) | (units_now > 0)
    price_was, price_now = _price(was, units_was), _price(now, units_now)
    price_was, price_now = np.where(units_was > 0, price_was, price_now), np.where(units_now > 0, price_now, price_was)
    all_was, all_now = _of_group(units_was, groups), _of_group(units_now, groups)
    share_was, share_now = _price(units_was, all_was), _price(units_now, all_now)
    share_was, share_now = np.where(all_was > 0, share_was, share_now), np.where(all_now > 0, share_now, share_was)
    price = np.where(charged, units_was * (price_now - price_was), now - was)
    volume = np.where(charged, (all_now - all_was) * share_was * price_was, 0.0)
    mix = np.where(charged, all_was * (share_now - share_was) * price_was, 0.0)
    return Change(price, volume, mix, now - was - price - volume - mix)


def _price(pounds: Floats, units: Floats) -> Floats:
    return np.divide(pounds, units, out=np.zeros_like(pounds), where=units > 0)


def _of_group(units: Floats, groups: Sequence[str]) -> Floats:
    """All units of the group that each line is in."""
    whole = units.copy()
    for group in {group for group in groups if group}:
        inside = [i for i, name in enumerate(groups) if name == group]
        whole[inside] = units[inside].sum(axis=0)
    return whole
