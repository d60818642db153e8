"""The opening stock by state, age and duration, from margins that are published one at a time.

No table crosses placement, age and time in care for one county. The margins are fitted by iterative proportional
fitting (Deming and Stephan 1940) from an even start with structural zeros: no child has been in care for longer
than they have lived, and a state holds only the ages and durations its row allows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.assemble.inputs import Inputs
from thrive_model.bands import MONTHS_OF_CHILDHOOD, Months
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import Floats
from thrive_model.pathway import Pathway
from thrive_model.tables import OpeningAgeRow, OpeningDurationRow, OpeningStockRow

ROUNDS = 2000
CLOSE_ENOUGH = 1e-9
MOST_MISFIT = 1e-3


def opening(inputs: Inputs, problems: list[Problem]) -> Floats:
    """Children at the start, [S, A, 1]. Faults are added to `problems`."""
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
        else:
            groups[row.group, states[row.state].clock].append(row)
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
        """Margins that are missing, or bands that are not the pathway's."""
        if not self.ages:
            what = f"opening_ages.csv has no rows for the group '{self.name}'"
            yield Problem(self.states[0].place("group"), what)
        if self.clock and not self.durations:
            what = f"opening_durations.csv has no rows for the clock '{self.clock}'"
            yield Problem(self.states[0].place("state"), what)
        starts = {cell.from_month for cell in pathway.cells if cell.state.clock == self.clock}
        for row in self.durations:
            if row.months.start not in starts:
                what = f"no duration band of clock '{self.clock}' starts at {row.months.start} months"
                yield Problem(row.where, what, "use the bands of states.csv")

    def spread(self, pathway: Pathway, stock: Floats) -> Iterator[Problem]:
        """Add the group's children to the stock; a state whose number the margins cannot hold is a fault."""
        margins = [
            np.array([row.children for row in rows]) for rows in (self.states, self.ages, self.durations) if rows
        ]
        fitted = fit_margins(self._possible(), margins)
        for i, row in enumerate(self.states):
            children = float(fitted[i].sum())
            if abs(children - row.children) > MOST_MISFIT * max(row.children, 1e-3):
                what = f"{row.children:g} children in '{row.state}' do not fit the ages and durations of '{self.name}'"
                yield Problem(row.where, what, "widen its ages or months, or mend the margins")
            for c, cell in enumerate(pathway.cells):
                if cell.state.name == row.state:
                    self._lay(fitted[i], row, cell.from_month, stock[c, :, 0])

    def _possible(self) -> Floats:
        """1 where a child of that state, age and duration can be, 0 where not."""
        bands = [row.months for row in self.durations] or [Months(0, None)]
        possible = np.zeros((len(self.states), len(self.ages), len(bands)))
        for i, state in enumerate(self.states):
            for j, age in enumerate(self.ages):
                overlap = state.ages.first <= age.ages.last and age.ages.first <= state.ages.last
                for k, months in enumerate(bands):
                    lived = age.ages.last >= months.start
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
