"""One run's trajectory and ledger, with what made them, and the sums that outputs are built from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from thrive_model.assemble import Assembled
from thrive_model.bands import Ages
from thrive_model.engine import Trajectory
from thrive_model.ledger import Account, Ledger, charged_units
from thrive_model.parameters import Floats, Ints
from thrive_model.periods import FinancialYear
from thrive_model.sums import added


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

    @cached_property
    def observed(self) -> dict[tuple[str, FinancialYear], float]:
        """What was published, by output and financial year."""
        rows = self.assembled.inputs.observed
        return {(r.output, r.financial_year): r.value for r in rows if r.ages is None and r.value is not None}

    def of_ages(self, ages: Ages) -> Results:
        """The same children's figures for some ages alone; `ages` must be made up of the run's bands of rates."""
        bands = self.assembled.bands.within(ages)
        last = len(self.assembled.bands.bands) - 1 in bands
        trajectory = replace(
            self.trajectory,
            stock=self.trajectory.stock[:, :, bands],
            flow=self.trajectory.flow[:, :, bands],
            turned_18=self.trajectory.turned_18 * float(last),
        )
        return replace(self, trajectory=trajectory)

    def at_year_end(self, word: str) -> Floats:
        """Children in the states counted under a word, at 31 March."""
        return self.in_cells_at_year_end(self.assembled.pathway.cells_of(word))

    def in_cells_at_year_end(self, cells: Sequence[int]) -> Floats:
        """Children in these cells of the pathway, at 31 March."""
        return added(self.trajectory.stock[self.marches + 1][:, cells], 1, 2)

    def weeks_in(self, word: str) -> Floats:
        """Child-weeks in the states counted under a word, in the year."""
        held = added(self.trajectory.stock[:, self.assembled.pathway.cells_of(word)], 1, 2)
        return self.by_year((held[:-1] + held[1:]) / 2.0 * self.assembled.costs.weeks[:, None])

    def in_year(self, word: str) -> Floats:
        """Children who made the moves counted under a word, in the year."""
        return self.moved_by(self.assembled.pathway.arrows_of(word))

    def moved_by(self, arrows: Sequence[int] | Ints) -> Floats:
        """Children who moved by these arrows of the pathway, in the year."""
        return added(self._moved_by_year[:, arrows], 1, 2)

    def turned_18_in(self, cells: Iterable[int]) -> Floats:
        """Children who turned 18 in these cells of the pathway, in the year."""
        return self.by_year(added(self.trajectory.turned_18[:, sorted(cells)], 1))

    def left(self, word: str) -> Floats:
        """Children who left the states counted under a word, by any move or by turning 18, in the year."""
        pathway = self.assembled.pathway
        inside = set(pathway.cells_of(word))
        out = [e for e, arrow in enumerate(pathway.arrows) if arrow.source in inside and arrow.target not in inside]
        return self.moved_by(out) + self.turned_18_in(inside)

    def units(self, *words: str) -> Floats:
        """Units of the supplies with one of these names or of these groups, at 31 March; 0 where there is none."""
        return added(self.trajectory.supply[self.marches + 1][:, self._supplies(*words)], 1)

    def places(self, word: str) -> Floats:
        """Places that the units of the supply, or of the group, make at 31 March; 0 where they limit no places."""
        nobody = np.zeros((len(self.years), self.trajectory.stock.shape[-1]))
        limits = [place for place in self.assembled.parameters.places if place.supply in self._supplies(word)]
        marches = self.trajectory.supply[self.marches + 1]
        return sum((marches[:, place.supply] * place.per_unit for place in limits), nobody)

    def units_needed(self, word: str) -> Floats:
        """Units that the children would take beside whom the supply, or the group, is watched, at 31 March."""
        rows = self.assembled.inputs.capacity_uses
        supplies = {self.assembled.inputs.capacity[k].supply for k in self._supplies(word)}
        watched = [row for row in rows if row.limits == "watched" and row.supply in supplies]
        nobody = np.zeros((len(self.years), self.trajectory.stock.shape[-1]))
        return sum((self.at_year_end(row.name) / row.per_unit for row in watched), nobody)

    def waiting(self, word: str) -> Floats:
        """Children held back for want of units of the supply, or of the group, in March."""
        supplies = self._supplies(word)
        limits = [m for m, match in enumerate(self.assembled.parameters.matches) if match.supply in supplies]
        return added(self.trajectory.waiting[self.marches][:, limits], 1)

    def spent(self, **words: str) -> Floats:
        """Nominal pounds of the matching ledger rows, in the year."""
        return added(self._ledger_by_year[self.ledger.rows(**words)], 0)

    @cached_property
    def _moved_by_year(self) -> Floats:
        """Children who moved by each arrow in the year, [Y, E, B, D]."""
        return self.by_year(self.trajectory.flow)

    @cached_property
    def _ledger_by_year(self) -> Floats:
        """Nominal pounds of each row of the ledger in the year, [R, Y, D]."""
        return np.add.reduceat(self.ledger.amount, self.assembled.first_months, axis=1)

    @cached_property
    def units_charged(self) -> Floats:
        """What each cost line charges for in the year, child-weeks or events, [L, Y, D]; 0 for a fixed sum."""
        monthly = charged_units(self.trajectory, self.assembled.costs)
        return np.moveaxis(self.by_year(np.moveaxis(monthly, 1, 0)), 0, 1)

    @property
    def base_budget(self) -> Floats:
        """Pounds of the base year's outturn, above which spending on demand is pressure, in every year, [Y, 1]."""
        return np.full((len(self.years), 1), self.assembled.base_budget)

    @property
    def population(self) -> Floats:
        """Children aged 0-17 in the county, [Y, 1]."""
        return np.asarray(self.assembled.population.sum(axis=1, keepdims=True))

    def unaccounted_for(self) -> Floats:
        """Children who vanished or appeared in each month, [T, D]: opening and entrants less closing stock.

        Those who turned 18 are still counted, in the state they go to.
        """
        pathway = self.assembled.pathway
        outside = set(pathway.cells_of_kind("outside"))
        entering = [e for e, arrow in enumerate(pathway.arrows) if arrow.source in outside]
        held = added(self.trajectory.stock, 1, 2)
        return np.asarray(held[:-1] + added(self.trajectory.flow[:, entering], 1, 2) - held[1:])

    @cached_property
    def marches(self) -> Ints:
        """[Y]: the index of the last month of each financial year."""
        return np.flatnonzero(np.diff(self.assembled.year_of_month, append=len(self.years)))

    def _supplies(self, *words: str) -> list[int]:
        """Indices of the supplies with one of these names, or of one of these groups."""
        rows = self.assembled.inputs.capacity
        return [k for k, row in enumerate(rows) if row.supply in words or row.group in words]

    def by_year(self, monthly: Floats) -> Floats:
        """Sums over the months of each financial year: the first axis becomes [Y]."""
        return np.add.reduceat(monthly, self.assembled.first_months, axis=0)
