"""A scenario whose figures can be asked for at any chances of what is not sure: what draws and designs are run on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from thrive_model import engine
from thrive_model.assemble import Assembled, Inputs, assemble, assemble_again, without_programme
from thrive_model.draws import BLOCK, METHODS, Correlated, Uncertain, chances, correlated, uncertain, with_draws
from thrive_model.engine import Trajectory
from thrive_model.parameters import Floats, Parameters
from thrive_model.periods import FinancialYear, years_between
from thrive_model.run import read_tables, run_one
from thrive_model.scenario import Resolved
from thrive_model.uncertainty.figures import Figure, Group, Pair, groups, measured

AT_ONCE = 2
"""Blocks assembled together, which takes no longer than for one."""
WHOLE_CHILDREN = 1
"""Sets the chance by which children move apart from that by which settings are drawn."""
Mover = Callable[[Parameters], Trajectory]


@dataclass(frozen=True)
class Study:
    """A scenario and what of it is drawn.

    `stated_runs` are it and doing nothing with everything as the scenario states it, and `stated[F]` their figures.
    """

    resolved: Resolved
    stated_runs: tuple[Assembled, Assembled]
    parameters: tuple[Uncertain, ...]
    correlations: Correlated
    groups: tuple[Group, ...]
    stated: Floats

    @classmethod
    def of(cls, resolved: Resolved, inputs: Inputs | None = None) -> Study:
        """Check and run a scenario as it is stated; `InputError` where it, or what it runs on, is refused.

        `inputs` are its tables, where somebody has read them already.
        """
        inputs = inputs or read_tables(resolved)
        runs = assemble(resolved, inputs), assemble(without_programme(resolved), inputs)
        pair = Pair(run_one(runs[0]), run_one(runs[1]))
        found = tuple(groups(pair))
        figures = measured(found, pair, 1)[:, 0]
        return cls(resolved, runs, uncertain(resolved), correlated(resolved), found, figures)

    @property
    def inputs(self) -> Inputs:
        """The tables that it runs on."""
        return self.stated_runs[0].inputs

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

    def blocks(self, first: int, count: int, method: str = METHODS[0], *, whole_children: bool = False) -> Floats:
        """The figures of so many blocks of draws from the first on, [F, count * BLOCK].

        `whole_children` are moved by chance, which each block has of its own.
        """
        seed = self.resolved.scenario.seed
        every = [chances(self.keys, self.correlations, seed, first + n, method) for n in range(count)]
        movers = [_by_chance(seed, first + n) if whole_children else _as_expected for n in range(count)]
        return np.concatenate(list(self._run(np.concatenate(every, axis=1), self.groups, movers)), axis=1)

    def at(self, some_chances: Floats, some: Sequence[Group] | None = None) -> Floats:
        """The figures (of some groups alone) at chances [K, D], [F, D]; where a chance is no number, as stated."""
        draws = some_chances.shape[1]
        filled = np.concatenate([some_chances, np.full((len(some_chances), -draws % BLOCK), 0.5)], axis=1)
        movers = [_as_expected] * (filled.shape[1] // BLOCK)
        found = self._run(filled, self.groups if some is None else some, movers)
        return np.concatenate(list(found), axis=1)[:, :draws]

    def _run(self, some_chances: Floats, some: Sequence[Group], movers: Sequence[Mover]) -> Iterator[Floats]:
        """Figures block by block: always of whole blocks, so that none depends on how many are asked for."""
        many = BLOCK * AT_ONCE
        for first in range(0, some_chances.shape[1], many):
            drawn = with_draws(self.resolved, self.parameters, some_chances[:, first : first + many])
            runs = [
                assemble_again(before, of)
                for before, of in zip(self.stated_runs, (drawn, without_programme(drawn)), strict=True)
            ]
            for start in range(0, min(many, some_chances.shape[1] - first), BLOCK):
                block, mover = slice(start, start + BLOCK), movers[(first + start) // BLOCK]
                yield _figures(runs, block, mover, some)


def _figures(runs: Sequence[Assembled], block: slice, mover: Mover, some: Sequence[Group]) -> Floats:
    """The figures of one block, of which nothing else is held once they are known."""
    scenario, do_nothing = (run_one(assembled.of_draws(block), mover) for assembled in runs)
    return measured(some, Pair(scenario, do_nothing), BLOCK)


def _as_expected(parameters: Parameters) -> Trajectory:
    """One run of a block in expected values, whose children are not told apart by age band."""
    return engine.run(parameters, engine.SUMS)


def _by_chance(seed: int, block: int) -> Mover:
    """How the children of a block move by chance: the same chance for the scenario and for doing nothing."""

    def move(parameters: Parameters) -> Trajectory:
        shape = (*parameters.opening.shape[:2], BLOCK)
        each = replace(parameters, opening=np.broadcast_to(parameters.opening, shape))
        return engine.run_whole(each, np.random.default_rng([seed, block, WHOLE_CHILDREN]), engine.SUMS)

    return move
