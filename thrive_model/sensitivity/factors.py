"""What is varied: each value that is drawn, and the whole drift of a multiplier as one, by standard deviations.

A drift has a step in every year. Put so many standard deviations from where it is stated, as it stands in one year, all
its steps to that year are moved alike: the likeliest way there. Its later steps are then as large, and no step is
moved by more than its part, so that a drift is neither every year at its worst nor a sum of apart years.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.draws import Uncertain
from thrive_model.draws.uncertain import DRIFT
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.values.distributions import CUT_OFF


@dataclass(frozen=True)
class Factor:
    """One thing that is varied: its key, the rows of its chances, and how many steps it takes to its year.

    `members` are what it is made of: a value, or the steps of a drift in the order of their years.
    """

    key: str
    rows: tuple[int, ...]
    members: tuple[Uncertain, ...]
    steps: int = 1

    @property
    def is_drift(self) -> bool:
        """Whether it is a drift, whose figure is how many times what is stated stands in its year."""
        return self.members[0].year is not None

    def figures(self, deviations: Floats, year: FinancialYear) -> Floats:
        """What it is at so many standard deviations, [D], in a year; of a value that is no series, in any."""
        chances = chance_of(deviations / np.sqrt(self.steps))
        if self.is_drift:
            return np.asarray(self.members[0].figures(chances)[0] ** self.steps)
        (one,) = self.members
        in_force = sum(start <= year for start in one.starts) - 1
        return np.asarray(one.figures(chances)[max(in_force, 0)])


def factors_of(parameters: Sequence[Uncertain], year: FinancialYear) -> tuple[Factor, ...]:
    """All that is varied for a figure of some year: values as they come, then the drift of each multiplier."""
    by_key: dict[str, list[int]] = {}
    for row, one in enumerate(parameters):
        key = one.key if one.year is None else f"{one.key.partition(f'.{DRIFT}.')[0]}.{DRIFT}"
        by_key.setdefault(key, []).append(row)
    return tuple(_factor(key, rows, [parameters[row] for row in rows], year) for key, rows in by_key.items())


def _factor(key: str, rows: Sequence[int], members: Sequence[Uncertain], year: FinancialYear) -> Factor:
    steps = sum(one.year is None or one.year <= year for one in members)
    return Factor(key, tuple(rows), tuple(members), max(steps, 1))


def chances_at(factors: Sequence[Factor], deviations: Floats) -> Floats:
    """Chances of every row, [K, D], with the factors so many standard deviations, [F, D], from their medians.

    What is no number stays none: as stated.
    """
    found = np.full((sum(len(factor.rows) for factor in factors), deviations.shape[1]), np.nan)
    for factor, away in zip(factors, deviations, strict=True):
        found[list(factor.rows)] = chance_of(away / np.sqrt(factor.steps))
    return found


def chance_of(deviations: Floats) -> Floats:
    """The chance at which a normal cut off at `CUT_OFF` is so many standard deviations from its mean."""
    from scipy.special import ndtr  # noqa: PLC0415 - scipy is slow to import and only draws need it

    below = float(ndtr(-CUT_OFF))
    within = np.clip(deviations, -CUT_OFF, CUT_OFF)
    return np.asarray(np.clip((ndtr(within) - below) / (1.0 - 2.0 * below), 0.0, 1.0))
