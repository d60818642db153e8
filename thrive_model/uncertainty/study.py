"""A scenario whose figures can be asked for at any chances of what is not sure: what draws and designs are run on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from thrive_model import engine
from thrive_model.assemble import Assembled, Inputs, assemble, without_programme
from thrive_model.draws import BLOCK, METHODS, Correlated, Uncertain, chances, correlated, uncertain, with_draws
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear, years_between
from thrive_model.results import Results
from thrive_model.run import read_tables, run_one
from thrive_model.scenario import Resolved
from thrive_model.uncertainty.figures import Figure, Group, Pair, groups, measured

AT_ONCE = 4
"""Blocks assembled together, which takes no longer than for one."""


@dataclass(frozen=True)
class Study:
    """A scenario and what of it is drawn. `stated[F]` are its figures with everything as the scenario states it."""

    resolved: Resolved
    inputs: Inputs
    parameters: tuple[Uncertain, ...]
    correlations: Correlated
    groups: tuple[Group, ...]
    stated: Floats

    @classmethod
    def of(cls, resolved: Resolved) -> Study:
        """Check and run a scenario as it is stated; `InputError` where it, or what it runs on, is refused."""
        inputs = read_tables(resolved)
        pair = Pair(run_one(assemble(resolved, inputs)), run_one(assemble(without_programme(resolved), inputs)))
        found = tuple(groups(pair))
        figures = measured(found, pair, 1)[:, 0]
        return cls(resolved, inputs, uncertain(resolved), correlated(resolved), found, figures)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """What is kept of each draw."""
        return tuple(figure for group in self.groups for figure in group.figures)

    @property
    def years(self) -> tuple[FinancialYear, ...]:
        """The financial years of the run."""
        scenario = self.resolved.scenario
        return tuple(years_between(scenario.first_year, scenario.last_year))

    @property
    def keys(self) -> list[str]:
        """The keys of what is drawn."""
        return [one.key for one in self.parameters]

    def blocks(self, first: int, count: int, method: str = METHODS[0]) -> Floats:
        """The figures of so many blocks of draws from the first on, [F, count * BLOCK]."""
        seed = self.resolved.scenario.seed
        every = [chances(self.keys, self.correlations, seed, first + n, method) for n in range(count)]
        return np.concatenate(list(self._run(np.concatenate(every, axis=1), self.groups)), axis=1)

    def at(self, some_chances: Floats, some: Sequence[Group] | None = None) -> Floats:
        """The figures (of some groups alone) at chances [K, D], [F, D]; where a chance is no number, as stated."""
        draws = some_chances.shape[1]
        filled = np.concatenate([some_chances, np.full((len(some_chances), -draws % BLOCK), 0.5)], axis=1)
        found = self._run(filled, self.groups if some is None else some)
        return np.concatenate(list(found), axis=1)[:, :draws]

    def _run(self, some_chances: Floats, some: Sequence[Group]) -> Iterator[Floats]:
        """Figures block by block: always of whole blocks, so that none depends on how many are asked for."""
        many = BLOCK * AT_ONCE
        for first in range(0, some_chances.shape[1], many):
            drawn = with_draws(self.resolved, self.parameters, some_chances[:, first : first + many])
            scenario, do_nothing = assemble(drawn, self.inputs), assemble(without_programme(drawn), self.inputs)
            for start in range(0, min(many, some_chances.shape[1] - first), BLOCK):
                block = slice(start, start + BLOCK)
                pair = Pair(_summed(scenario.of_draws(block)), _summed(do_nothing.of_draws(block)))
                yield measured(some, pair, BLOCK)


def _summed(assembled: Assembled) -> Results:
    """One run of a block, whose children are not told apart by age band."""
    return run_one(assembled, partial(engine.run, record=engine.SUMS))
