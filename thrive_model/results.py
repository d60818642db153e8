"""One run's trajectory and ledger, with what made them, and the sums that outputs are built from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thrive_model.assemble import Assembled
from thrive_model.engine import Trajectory
from thrive_model.ledger import Account, Ledger
from thrive_model.parameters import Floats, Ints
from thrive_model.periods import FinancialYear


@dataclass(frozen=True)
class Results:
    """What a run found. Every yearly figure is an array [Y, D]."""

    assembled: Assembled
    trajectory: Trajectory
    ledger: Ledger
    account: Account | None

    @property
    def years(self) -> tuple[FinancialYear, ...]:
        """The financial years of the run."""
        return self.assembled.years

    @property
    def year_of_month(self) -> Ints:
        """[T]: the index of the financial year that each month lies in."""
        return year_of_month(self.assembled)

    def at_year_end(self, word: str) -> Floats:
        """Children in the states counted under a word, at 31 March."""
        cells = self.assembled.pathway.cells_of(word)
        ends = np.flatnonzero(np.diff(self.year_of_month, append=len(self.years))) + 1
        return np.asarray(self.trajectory.stock[ends][:, cells].sum(axis=(1, 2)))

    def in_year(self, word: str) -> Floats:
        """Children who made the moves counted under a word, in the year."""
        arrows = self.assembled.pathway.arrows_of(word)
        return self._by_year(self.trajectory.flow[:, arrows].sum(axis=(1, 2)))

    def left(self, word: str) -> Floats:
        """Children who left the states counted under a word, by any move or by turning 18, in the year."""
        pathway = self.assembled.pathway
        inside = set(pathway.cells_of(word))
        out = [e for e, arrow in enumerate(pathway.arrows) if arrow.source in inside and arrow.target not in inside]
        moved = self.trajectory.flow[:, out].sum(axis=(1, 2))
        return self._by_year(moved + self.trajectory.turned_18[:, sorted(inside)].sum(axis=1))

    def spent(self, **words: str) -> Floats:
        """Nominal pounds of the matching ledger rows, in the year."""
        return self._by_year(self.ledger.sum(**words))

    @property
    def population(self) -> Floats:
        """Children aged 0-17 in the county, [Y, 1]."""
        return np.asarray(self.assembled.population.sum(axis=1, keepdims=True))

    def _by_year(self, monthly: Floats) -> Floats:
        return np.stack([monthly[self.year_of_month == y].sum(axis=0) for y in range(len(self.years))])


def year_of_month(assembled: Assembled) -> Ints:
    """[T]: the index of the financial year that each month lies in."""
    first = assembled.years[0].start
    return np.array([month.financial_year.start - first for month in assembled.months], dtype=np.intp)
