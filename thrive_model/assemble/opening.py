"""The opening stock by state, age and duration, from margins that are published one at a time.

No table crosses placement, age and time in care for one county. The margins are fitted by iterative proportional
fitting (Deming and Stephan 1940) from an even start with structural zeros: no child has been in care for longer
than they have lived, and a state holds only the ages and durations its row allows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from thrive_model.assemble.hazards import joined
from thrive_model.assemble.inputs import Inputs
from thrive_model.bands import MONTHS_OF_CHILDHOOD, Ages, Months
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import Floats
from thrive_model.pathway import Pathway
from thrive_model.periods import Month
from thrive_model.tables import OpeningAgeRow, OpeningDurationRow, OpeningStockRow

ROUNDS = 2000
CLOSE_ENOUGH = 1e-9
MOST_MISFIT = 1e-3
_EVERY_ROW = "give each a row, 0 where there is nobody"


def opening(inputs: Inputs, eve: Month, problems: list[Problem]) -> Floats:
    """Children at the end of a month, [S, A, 1]. Faults are added to `problems`."""
    stock = np.zeros((len(inputs.pathway.cells), MONTHS_OF_CHILDHOOD, 1))
    groups: dict[tuple[str, str], list[OpeningStockRow]] = defaultdict(list)
    states = {state.name: state for state in inputs.pathway.states}
    for row in inputs.opening_stock:
        if row.state not in states:
            remedy = did_you_mean(row.state, states)
            problems.append(Problem(row.place("state"), f"unknown state '{row.state}'", remedy))
        elif states[row.state].kind != "stay":
            remedy = "only states where children stay have an opening stock"
            problems.append(Problem(row.place("state"), f"'{row.state}' holds nobody", remedy))
        elif row.month_end == eve:
            groups[row.group, states[row.state].clock].append(row)
    problems.extend(_unused_margins(inputs))
    for (group, clock), rows in groups.items():
        margins = _Group.of(inputs, group, clock, rows)
        faults = list(margins.faults(inputs.pathway))
        if not faults:
            faults = list(margins.spread(inputs.pathway, stock))
        problems.extend(faults)
    return stock


@dataclass(frozen=True)
class _Group:
    """States that share the same margins of age and, where they are timed, of duration."""

    name: str
    clock: str
    states: Sequence[OpeningStockRow]
    ages: Sequence[OpeningAgeRow]
    durations: Sequence[OpeningDurationRow]

    @classmethod
    def of(cls, inputs: Inputs, name: str, clock: str, states: Sequence[OpeningStockRow]) -> _Group:
        ages = [row for row in inputs.opening_ages if row.group == name]
        durations = [row for row in inputs.opening_durations if clock and row.clock == clock]
        return cls(name, clock, states, ages, durations)

    def faults(self, pathway: Pathway) -> Iterator[Problem]:
        """Margins that are missing, that overlap or leave somebody out, or whose bands are not the pathway's."""
        if not self.ages:
            what = f"opening_ages.csv has no rows for the group '{self.name}'"
            yield Problem(self.states[0].place("group"), what)
        if self.clock and not self.durations:
            what = f"opening_durations.csv has no rows for the clock '{self.clock}'"
            yield Problem(self.states[0].place("state"), what)
        yield from self._age_faults()
        yield from self._duration_faults(pathway)

    def _age_faults(self) -> Iterator[Problem]:
        for first, second in pairwise(sorted(self.ages, key=lambda row: row.ages)):
            if second.ages.first <= first.ages.last:
                what = f"ages {second.ages} overlap {first.ages} in line {first.where.rpartition(':')[2]}"
                yield Problem(second.place("ages"), what, "each age of a group stands in one row")
        covered = {month for row in self.ages for month in range(row.ages.first, row.ages.last + 1)}
        held = {month for state in self.states for month in range(state.ages.first, state.ages.last + 1)}
        for ages in joined(Ages(month, month) for month in held - covered) if self.ages else ():
            what = f"the group '{self.name}' has no row for ages {ages}, which opening_stock.csv lets its states hold"
            yield Problem(self.ages[0].where.rpartition(":")[0], what, _EVERY_ROW)

    def _duration_faults(self, pathway: Pathway) -> Iterator[Problem]:
        bands = {
            Months(cell.from_month, cell.to_month): None
            for cell in pathway.cells
            if cell.state.kind == "stay" and cell.state.clock == self.clock
        }
        told = ", ".join(str(band) for band in bands)
        for row in self.durations:
            if row.months not in bands:
                yield Problem(
                    row.place("months"), f"is not a duration band of the clock '{self.clock}'", f"bands: {told}"
                )
        for band in bands if self.durations else ():
            if band not in {row.months for row in self.durations}:
                file = self.durations[0].where.rpartition(":")[0]
                what = f"the clock '{self.clock}' has no row for {band} months"
                yield Problem(file, what, _EVERY_ROW)
        starts, ends = {band.start for band in bands}, {band.end for band in bands}
        for state in self.states:
            if state.months.start not in starts or state.months.end not in ends:
                what = f"'{state.state}' has no duration bands that make up {state.months} months"
                yield Problem(state.place("months"), what, f"bands: {told}")

    def spread(self, pathway: Pathway, stock: Floats) -> Iterator[Problem]:
        """Add the group's children to the stock; a state whose number the margins cannot hold is a fault."""
        margins = [
            np.array([row.children for row in rows]) for rows in (self.states, self.ages, self.durations) if rows
        ]
        fitted = fit_margins(self._possible(), margins)
        yield from self._misfits(fitted, margins)
        for i, row in enumerate(self.states):
            for c, cell in enumerate(pathway.cells):
                if cell.state.name == row.state:
                    self._lay(fitted[i], row, cell.from_month, stock[c, :, 0])

    def _misfits(self, fitted: Floats, margins: Sequence[Floats]) -> Iterator[Problem]:
        """States that no age and duration can hold; where there are none, the age or duration that fits least."""
        total = margins[0].sum()
        lost = [row for row, held in zip(self.states, fitted, strict=True) if row.children > 0 and not held.any()]
        for row in lost:
            what = f"{row.children:g} children in '{row.state}' do not fit the ages and durations of '{self.name}'"
            yield Problem(row.where, what, "widen its ages or months, or mend the margins")
        sides = (
            [(row.place("children"), f"are aged {row.ages}") for row in self.ages],
            [(row.place("children"), f"have been there for {row.months} months") for row in self.durations],
        )
        off: list[tuple[float, str, str]] = []
        for axis, side in enumerate(sides[: fitted.ndim - 1], start=1):
            found = fitted.sum(axis=tuple(other for other in range(fitted.ndim) if other != axis))
            wanted = margins[axis] * total / (margins[axis].sum() or 1.0)
            for (where, words), here, want in zip(side, found, wanted, strict=True):
                what = f"{want:.1f} children of '{self.name}' {words}, and its states put {here:.1f} there"
                off.append((abs(here - want), where, what))
        worst, where, what = max(off, default=(0.0, "", ""))
        if not lost and worst > MOST_MISFIT * total:
            yield Problem(where, what, "widen the ages or months of its states, or mend the margins")

    def _possible(self) -> Floats:
        """1 where a child of that state, age and duration can be, 0 where not."""
        bands = [row.months for row in self.durations] or [Months(0, None)]
        possible = np.zeros((len(self.states), len(self.ages), len(bands)))
        for i, state in enumerate(self.states):
            for j, age in enumerate(self.ages):
                overlap = state.ages.first <= age.ages.last and age.ages.first <= state.ages.last
                for k, months in enumerate(bands):
                    lived = min(age.ages.last, state.ages.last) >= months.start
                    possible[i, j, k] = overlap and lived and state.months.covers(months.start, months.end)
        return possible if self.durations else possible[:, :, 0]

    def _lay(self, fitted: Floats, row: OpeningStockRow, start: int, stock: Floats) -> None:
        """Spread one cell's children evenly over the months of each age band that they can have lived."""
        by_age = fitted
        if self.durations:
            by_age = fitted[:, [d.months.start for d in self.durations].index(start)]
        for age, children in zip(self.ages, by_age, strict=True):
            last = min(age.ages.last, row.ages.last)
            first = min(max(age.ages.first, row.ages.first, start), last)
            stock[first : last + 1] += children / (last + 1 - first) if children else 0.0


def _unused_margins(inputs: Inputs) -> Iterator[Problem]:
    """Ages of a group and durations of a clock that no state has, each told once."""
    groups = {row.group for row in inputs.opening_stock}
    for group, age in {row.group: row for row in reversed(inputs.opening_ages)}.items():
        if group not in groups:
            what = f"no row of opening_stock.csv is in the group '{group}'"
            yield Problem(age.place("group"), what, did_you_mean(group, groups))
    clocks = {state.clock for state in inputs.pathway.states if state.clock}
    for clock, duration in {row.clock: row for row in reversed(inputs.opening_durations)}.items():
        if clock not in clocks:
            yield Problem(duration.place("clock"), f"unknown clock '{clock}'", did_you_mean(clock, clocks))


def fit_margins(seed: Floats, margins: Sequence[Floats]) -> Floats:
    """Scale `seed` until its sums over all other axes are each margin, in the proportions of the first.

    Every margin is first scaled to the total of margin 0, which is met exactly last. Zeros stay zero. Where the
    margins cannot all be met the result is the nearest it comes to; the caller compares.
    """
    total = margins[0].sum()
    fitted = np.asarray(seed, dtype=float).copy()
    targets = [margin * (total / margin.sum() if margin.sum() else 0.0) for margin in margins]
    others = [tuple(a for a in range(fitted.ndim) if a != axis) for axis in range(len(targets))]
    for _ in range(ROUNDS):
        before = fitted.copy()
        for axis in reversed(range(len(targets))):
            held = fitted.sum(axis=others[axis])
            scale = np.divide(targets[axis], held, out=np.zeros_like(held), where=held > 0)
            fitted *= np.expand_dims(scale, others[axis])
        if np.abs(fitted - before).max() < CLOSE_ENOUGH:
            break
    return fitted
