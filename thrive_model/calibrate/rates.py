"""The fitted rates as a table in the columns of rates.csv, for somebody to review and take over.

Multipliers of levels are taken into the rates. Those of single years and of growth are not: they say how far years
differ, and a rate that holds from a year on has no year of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from thrive_model.calibrate.fit import Fit
from thrive_model.tables import RateRow


@dataclass(frozen=True)
class FittedRate:
    """One row of rates.csv with the rate that was fitted, the multiplier that made it and its standard error."""

    row: RateRow
    rate_per_year: float
    multiplier: float
    standard_error: float
    parameters: tuple[str, ...]

    @property
    def note(self) -> str:
        """How it was come by."""
        return f"{self.row.rate_per_year:g} times {self.multiplier:.3f}, fitted ({', '.join(self.parameters)})"


def fitted_rates(fit: Fit) -> list[FittedRate]:
    """Every rate that a level multiplies, in the order of the table."""
    return list(_fitted(fit))


def _fitted(fit: Fit) -> Iterator[FittedRate]:
    levels = [one.over_time.min() == one.over_time.max() for one in fit.parameters]
    for row in fit.assembled.inputs.rates:
        here = [
            k
            for k, one in enumerate(fit.parameters)
            if levels[k]
            and row.move in one.moves
            and (one.ages is None or row.ages.within(one.ages))
            and (one.months is None or one.months.covers(row.months.start, row.months.end))
        ]
        if here and row.rate_per_year is not None:
            factor = float(np.exp(fit.values[here].sum()))
            error = float(np.sqrt(fit.covariance[np.ix_(here, here)].sum()))
            keys = tuple(fit.parameters[k].key for k in here)
            yield FittedRate(row, row.rate_per_year * factor, factor, error, keys)
