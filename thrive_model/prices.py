"""Money between price years: an index by financial year, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from thrive_model.periods import FinancialYear


@dataclass(frozen=True)
class PriceIndex:
    """A price level by financial year; only ratios of levels mean anything.

    `growth_into` holds the year-on-year growth *into* each year as a fraction, so that a figure published for
    one year never moves the ratio between two earlier ones.
    """

    name: str
    first: FinancialYear
    levels: tuple[float, ...]

    @classmethod
    def from_growth(cls, name: str, growth_into: Mapping[FinancialYear, float]) -> PriceIndex:
        """Chain year-on-year growths (fractions) into levels; ValueError where a year between two is missing."""
        years = sorted(growth_into)
        gaps = [str(year.plus(1)) for year, after in pairwise(years) if after != year.plus(1)]
        if gaps:
            raise ValueError(f"{name} has no figure for {', '.join(gaps)}")
        levels = [1.0]
        for year in years:
            levels.append(levels[-1] * (1.0 + growth_into[year]))
        return cls(name, years[0].plus(-1), tuple(levels))

    @property
    def last(self) -> FinancialYear:
        """The last year with a level."""
        return self.first.plus(len(self.levels) - 1)

    def covers(self, year: FinancialYear) -> bool:
        """Whether the index has a level for the year."""
        return self.first <= year <= self.last

    def ratio(self, from_year: FinancialYear, to_year: FinancialYear) -> float:
        """What £1 at prices of `from_year` is at prices of `to_year`; ValueError outside the index."""
        for year in (from_year, to_year):
            if not self.covers(year):
                raise ValueError(f"{self.name} runs from {self.first} to {self.last}; it has no level for {year}")
        return self.levels[to_year.start - self.first.start] / self.levels[from_year.start - self.first.start]
