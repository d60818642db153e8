"""Rates by age, duration and year, onto the arrows of the pathway; a gap or an overlap is refused."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.assemble.inputs import here_and_in
from thrive_model.bands import MONTHS_OF_CHILDHOOD, Ages, Months
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import Floats, Ints
from thrive_model.pathway import Cell, Pathway
from thrive_model.periods import MONTHS_PER_YEAR, FinancialYear, Month
from thrive_model.tables import RateRow

SHARES_SUM_TO = 1e-6
_EVERY_ROW = "give every age and duration a row, 0 where nobody moves"


@dataclass(frozen=True)
class RateBands:
    """Consecutive bands of age that cover childhood, at whose edges some rate changes."""

    bands: tuple[Ages, ...]

    @classmethod
    def around(cls, ages: Iterable[Ages]) -> RateBands:
        """The coarsest bands within which every given band is whole."""
        edges = {edge for band in ages for edge in (band.first, band.last + 1)}
        starts = sorted({0, *edges} - {MONTHS_OF_CHILDHOOD})
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
    starts = _periods(rows, months)
    hazard = np.zeros((len(starts), len(pathway.arrows), len(bands.bands), 1))
    found = _Rates(rows)
    for p, year in enumerate(starts):
        for e, arrow in enumerate(pathway.arrows):
            if arrow.move is not None:
                for b, band in enumerate(bands.bands):
                    hazard[p, e, b, 0] = found.monthly(arrow.name, pathway.cells[arrow.source], band, year)
    faults = list(found.faults(pathway))
    problems.extend(faults or _shares_that_do_not_sum(pathway, hazard, bands, starts))
    period = [max(p for p, year in enumerate(starts) if p == 0 or year <= m.financial_year) for m in months]
    return Hazards(hazard, np.array(period, dtype=np.intp))


class _Rates:
    """Looks up the one rate in force, and gathers what is wrong where there is none or more than one."""

    def __init__(self, rows: Sequence[RateRow]) -> None:
        self._file = rows[0].where.rpartition(":")[0]
        self._earliest = min(row.from_year for row in rows)
        self._by_move: dict[str, list[RateRow]] = defaultdict(list)
        for row in rows:
            self._by_move[row.move].append(row)
        self._fitting: set[str] = set()
        self._gaps: dict[tuple[str, Cell], list[Ages]] = defaultdict(list)
        self._faults: list[Problem] = []

    def monthly(self, move: str, cell: Cell, band: Ages, year: FinancialYear) -> float:
        """The hazard per month of a move out of a cell (its share, out of a decision); 0 after a fault."""
        fitting = _fitting(self._by_move[move], cell, band)
        self._fitting.update(row.where for row in fitting)
        rows = _latest(fitting, year)
        if len(rows) == 1:
            return self._value(rows[0], cell.state.kind == "decision")
        if rows:
            first = rows[0].where.rpartition(":")[2]
            what = f"'{move}' has a second rate for some of the children in line {first}"
            self._faults.append(Problem(rows[1].where, what, "bands of age and duration must not overlap"))
        elif year < self._earliest:
            what = f"rates begin in {self._earliest}, and the run needs {year}"
            self._faults.append(Problem(self._file, what, "give earlier rates, or start the run later"))
        elif fitting:
            what = f"'{move}' has this rate from {fitting[0].from_year}, and the run needs {year}"
            self._faults.append(Problem(fitting[0].place("from_year"), what, "give an earlier rate"))
        else:
            self._gaps[move, cell].append(band)
        return 0.0

    def faults(self, pathway: Pathway) -> Iterator[Problem]:
        """What is wrong: with moves nobody knows, rates looked up, rates not there, and rates never looked up."""
        meant = set()
        for unknown in sorted(self._by_move.keys() - pathway.move_names):
            near = did_you_mean(unknown, pathway.move_names)
            meant |= {move for move in pathway.move_names if near == f"did you mean '{move}'?"}
            rows = self._by_move[unknown]
            yield Problem(rows[0].place("move"), f"unknown move '{unknown}'{here_and_in(rows)}", near)
        yield from dict.fromkeys(self._faults)
        yield from self._told_gaps(pathway, meant)
        for row in (row for move in sorted(pathway.move_names) for row in self._by_move[move]):
            if row.where not in self._fitting:
                what = f"no state that '{row.move}' leaves has a duration band within {row.months} months"
                yield Problem(row.place("months"), what, "use the bands of states.csv, or all")

    def _told_gaps(self, pathway: Pathway, meant: Container[str]) -> Iterator[Problem]:
        """A line for each move and the children it lacks; none where its rows are there under a misspelt name."""
        lacking: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
        for (move, cell), bands in self._gaps.items():
            lacking[move, cell.state.name, ", ".join(str(band) for band in joined(bands))].append(cell)
        states: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (move, state, ages), cells in lacking.items():
            whole = len(cells) == len(pathway.cells_of(state))
            at = "" if whole else f" at {', '.join(str(Months(c.from_month, c.to_month)) for c in cells)} months"
            states[move, f"for ages {ages}{at}"].append(state)
        for move in (move for move in dict.fromkeys(move for move, _ in states) if move not in meant):
            if not self._by_move[move]:
                yield Problem(self._file, f"'{move}' has no rates", _EVERY_ROW)
            for whom in (whom for named, whom in states if named == move and self._by_move[move]):
                told = ", ".join(states[move, whom])
                yield Problem(self._file, f"'{move}' has no rate {whom} in {told}", _EVERY_ROW)

    def _value(self, row: RateRow, wants_share: bool) -> float:
        figure = row.share if wants_share else row.rate_per_year
        if figure is None:
            wanted, other = ("share", "rate_per_year") if wants_share else ("rate_per_year", "share")
            kind = "a decision" if wants_share else "a state where children stay, or from outside,"
            what = f"'{row.move}' leads out of {kind} and needs a {wanted}"
            self._faults.append(Problem(row.place(wanted), what, f"leave {other} empty"))
            return 0.0
        return figure if wants_share else figure / MONTHS_PER_YEAR


def rows_in_force(rows: Iterable[RateRow], cell: Cell, band: Ages, year: FinancialYear) -> list[RateRow]:
    """Of a move's rows, those that hold for children of an age band in a cell in a year: one, where all is sound."""
    return _latest(_fitting(rows, cell, band), year)


def _fitting(rows: Iterable[RateRow], cell: Cell, band: Ages) -> list[RateRow]:
    whole = (row for row in rows if band.within(row.ages))
    return [row for row in whole if row.months.covers(cell.from_month, cell.to_month)]


def _latest(rows: Sequence[RateRow], year: FinancialYear) -> list[RateRow]:
    begun = [row for row in rows if row.from_year <= year]
    latest = max((row.from_year for row in begun), default=None)
    return [row for row in begun if row.from_year == latest]


def joined(bands: Iterable[Ages]) -> list[Ages]:
    """Bands of age with those that follow each other made one."""
    whole: list[Ages] = []
    for band in sorted(bands):
        if whole and whole[-1].last + 1 >= band.first:
            whole[-1] = Ages(whole[-1].first, max(whole[-1].last, band.last))
        else:
            whole.append(band)
    return whole


def _periods(rows: Sequence[RateRow], months: Sequence[Month]) -> list[FinancialYear]:
    first = months[0].financial_year
    return [first, *sorted({row.from_year for row in rows if first < row.from_year <= months[-1].financial_year})]


def _shares_that_do_not_sum(
    pathway: Pathway, hazard: Floats, bands: RateBands, starts: Sequence[FinancialYear]
) -> Iterator[Problem]:
    for cell in pathway.cells_of_kind("decision"):
        out = [e for e, arrow in enumerate(pathway.arrows) if arrow.source == cell]
        totals = hazard[..., 0][:, out].sum(axis=1)
        for p, year in enumerate(starts):
            wrong: dict[str, list[Ages]] = defaultdict(list)
            for total, before, band in zip(totals[p], totals[max(p - 1, 0)], bands.bands, strict=True):
                if abs(total - 1.0) > SHARES_SUM_TO and (p == 0 or total != before):
                    wrong[f"{total:.6g}"].append(band)
            for total, ages in wrong.items():
                told = ", ".join(str(band) for band in joined(ages))
                what = f"the shares out of '{pathway.cells[cell].name}' for ages {told} from {year} sum to {total}"
                yield Problem("rates.csv", what, "they must sum to 1")
