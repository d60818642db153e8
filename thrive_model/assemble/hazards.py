"""Rates by age, duration and year, onto the arrows of the pathway; a gap or an overlap is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.bands import MONTHS_OF_CHILDHOOD, Ages
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import Floats, Ints
from thrive_model.pathway import Cell, Pathway
from thrive_model.periods import MONTHS_PER_YEAR, FinancialYear, Month
from thrive_model.tables import RateRow

SHARES_SUM_TO = 1e-6


@dataclass(frozen=True)
class RateBands:
    """Consecutive bands of age that cover childhood, at whose edges some rate changes."""

    bands: tuple[Ages, ...]

    @classmethod
    def around(cls, ages: Iterable[Ages]) -> RateBands:
        """The coarsest bands within which every given band is whole."""
        starts = sorted({0, *(band.first for band in ages), *(band.last + 1 for band in ages)} - {MONTHS_OF_CHILDHOOD})
        return cls(tuple(Ages(a, b - 1) for a, b in zip(starts, [*starts[1:], MONTHS_OF_CHILDHOOD], strict=True)))

    def within(self, ages: Ages | None) -> Ints:
        """Indices of the bands inside an age band; all where none is given."""
        return np.array([i for i, b in enumerate(self.bands) if ages is None or b.within(ages)], dtype=np.intp)

    @property
    def of_month(self) -> Ints:
        """[A]: the band of each age in months."""
        return np.repeat(np.arange(len(self.bands), dtype=np.intp), [b.last - b.first + 1 for b in self.bands])


@dataclass(frozen=True)
class Hazards:
    """`hazard[P, E, B, 1]` and `period[T]`, as `Parameters` wants them."""

    hazard: Floats
    period: Ints


def hazards(
    pathway: Pathway, rows: Sequence[RateRow], bands: RateBands, months: Sequence[Month], problems: list[Problem]
) -> Hazards:
    """Lay the rates on the arrows, per month. Faults are added to `problems`."""
    problems.extend(_unknown_moves(pathway, rows))
    starts = _periods(rows, months)
    hazard = np.zeros((len(starts), len(pathway.arrows), len(bands.bands), 1))
    found = _Rates(rows)
    for p, year in enumerate(starts):
        for e, arrow in enumerate(pathway.arrows):
            if arrow.move is not None:
                for b, band in enumerate(bands.bands):
                    hazard[p, e, b, 0] = found.monthly(arrow.name, pathway.cells[arrow.source], band, year)
    problems.extend(found.faults)
    if not found.faults:
        problems.extend(_shares_that_do_not_sum(pathway, hazard, bands, starts))
    period = [max(p for p, year in enumerate(starts) if p == 0 or year <= m.financial_year) for m in months]
    return Hazards(hazard, np.array(period, dtype=np.intp))


class _Rates:
    """Looks up the one rate in force, and gathers what is wrong where there is none or more than one."""

    def __init__(self, rows: Sequence[RateRow]) -> None:
        self.faults: list[Problem] = []
        self._file = rows[0].where.rpartition(":")[0]
        self._by_move: dict[str, list[RateRow]] = defaultdict(list)
        for row in rows:
            self._by_move[row.move].append(row)

    def monthly(self, move: str, cell: Cell, band: Ages, year: FinancialYear) -> float:
        """The hazard per month of a move out of a cell (its share, out of a decision); 0 after a fault."""
        fitting = [row for row in self._by_move[move] if band.within(row.ages)]
        fitting = [row for row in fitting if row.months.covers(cell.from_month, cell.to_month)]
        begun = [row for row in fitting if row.from_year <= year]
        latest = max((row.from_year for row in begun), default=None)
        rows = [row for row in begun if row.from_year == latest]
        if len(rows) == 1:
            return self._value(rows[0], cell.state.kind == "decision")
        if rows:
            first = rows[0].where.rpartition(":")[2]
            what = f"'{move}' has a second rate for ages {band} in {cell.name} (the first is in line {first})"
            self._fault(Problem(rows[1].where, what, "bands must not overlap"))
        elif fitting:
            first_year = min(row.from_year for row in fitting)
            what = f"'{move}' has rates from {first_year}, and the run needs {year}"
            self._fault(Problem(fitting[0].place("from_year"), what, "give an earlier rate, or start the run later"))
        else:
            what = f"'{move}' has no rate for ages {band} in {cell.name}"
            self._fault(Problem(self._file, what, "give every age and duration a row, 0 where nobody moves"))
        return 0.0

    def _value(self, row: RateRow, wants_share: bool) -> float:
        if row.share is not None and row.rate_per_year is not None:
            self._fault(Problem(row.where, f"'{row.move}' gives both a rate and a share", "keep one"))
        elif wants_share and row.share is None:
            what = f"'{row.move}' leads out of a decision and needs a share"
            self._fault(Problem(row.place("share"), what, "leave rate_per_year empty"))
        elif not wants_share and row.rate_per_year is None:
            self._fault(Problem(row.place("rate_per_year"), f"'{row.move}' needs a rate per year", "leave share empty"))
        elif wants_share:
            return row.share or 0.0
        return (row.rate_per_year or 0.0) / MONTHS_PER_YEAR

    def _fault(self, fault: Problem) -> None:
        if fault not in self.faults:
            self.faults.append(fault)


def _periods(rows: Sequence[RateRow], months: Sequence[Month]) -> list[FinancialYear]:
    first = months[0].financial_year
    return [first, *sorted({row.from_year for row in rows if first < row.from_year <= months[-1].financial_year})]


def _unknown_moves(pathway: Pathway, rows: Sequence[RateRow]) -> Iterable[Problem]:
    for row in rows:
        if row.move not in pathway.move_names:
            yield Problem(row.place("move"), f"unknown move '{row.move}'", did_you_mean(row.move, pathway.move_names))


def _shares_that_do_not_sum(
    pathway: Pathway, hazard: Floats, bands: RateBands, starts: Sequence[FinancialYear]
) -> Iterable[Problem]:
    for cell in pathway.cells_of_kind("decision"):
        out = [e for e, arrow in enumerate(pathway.arrows) if arrow.source == cell]
        for p, year in enumerate(starts):
            for b, band in enumerate(bands.bands):
                total = float(hazard[p, out, b].sum())
                if abs(total - 1.0) > SHARES_SUM_TO:
                    what = f"the shares out of '{pathway.cells[cell].name}' for ages {band} in {year} sum to {total:g}"
                    yield Problem("rates.csv", what, "they must sum to 1")
