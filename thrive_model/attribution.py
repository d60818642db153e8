"""What each intervention of a scenario does to one figure: alone, as the last to join, and as its Shapley share.

Coalitions of interventions run side by side, one a draw, on the same tables, demand, shocks and fund; the figure of
each is kept, so that none is run twice. The empty coalition is doing nothing, except that accounts of closed years
stay as published.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np

from thrive_model import shapley
from thrive_model.assemble import Assembled, Inputs, assemble
from thrive_model.errors import InputError, Problem, did_you_mean
from thrive_model.outputs import Output, all_outputs
from thrive_model.periods import FinancialYear, months_between
from thrive_model.run import read_tables, run_one
from thrive_model.scenario import Resolved
from thrive_model.shapley import Coalition
from thrive_model.values import read_year

MOST_EXACT = 10
"""Up to so many players every coalition is run; beyond, orders of joining are drawn."""
ABREAST = 64
"""Coalitions run side by side: enough for the compiled kernel, and no more than a progress bar can wait for."""
AT_ONCE = 8
"""Blocks of these made ready together, which takes no longer than for one."""
ROUNDING = 1e-12
"""A difference of less than this part of the figure is the rounding of sums."""

Block = list[Coalition]
Watch = Callable[[Sequence[Block]], AbstractContextManager[Iterable[Block]]]
"""Hands on what is to be run, block by block, and may show how far that has come."""


@dataclass(frozen=True)
class Part:
    """What one intervention does to the figure, in its unit.

    `alone`: with it only, less with none. `last_in`: with all, less with all but it. `standard_error`: of the share,
    None where that is exact. `of_total`: the share as a fraction of the total, None where there is none.
    """

    intervention: str
    title: str
    alone: float
    last_in: float
    share: float
    standard_error: float | None
    of_total: float | None


@dataclass(frozen=True)
class Attribution:
    """The figure in doing nothing and with the whole programme, and the change between them (`total`) shared out.

    `parts` are in order of the size of their shares, whose `math.fsum` is the total. `players` counts the
    interventions that share it: the others change nothing. `orders` (of joining) and `seed` are None where the shares
    are exact. `closed` says that the year's accounts are: what they have drawn is drawn in every coalition.
    """

    output: Output
    year: FinancialYear
    do_nothing: float
    scenario: float
    total: float
    parts: tuple[Part, ...]
    players: int
    coalitions_run: int
    orders: int | None
    seed: int | None
    closed: bool

    @property
    def sum_of_alone(self) -> float:
        """What the interventions would do if none met with another."""
        return math.fsum(part.alone for part in self.parts)

    @property
    def interaction(self) -> float:
        """The total less the sum of what each does alone."""
        return _unless_rounding(self.total - self.sum_of_alone, self.do_nothing, self.scenario)


def attribute(
    resolved: Resolved, output: str, year: str = "", *, orders: int, watch: Watch = nullcontext
) -> Attribution:
    """Share a year's change in an output among the enabled interventions; `InputError` with all that is refused.

    The year is that of the scenario's pressure where none is given. With up to `MOST_EXACT` players the shares are
    exact; beyond, so many orders of joining are drawn with the scenario's seed.
    """
    problems = list(_faults(resolved, output, year))
    if problems:
        raise InputError(problems)
    scenario, measured = resolved.scenario, all_outputs()[output]
    at = read_year(year) if year else scenario.pressure.year
    game = _Game(resolved, measured, at)
    players = _players(game)
    drawn = shapley.orders_and_reverses(players, orders, scenario.seed) if len(players) > MOST_EXACT else []
    game.play(shapley.met_by(drawn) if drawn else shapley.every_coalition(players), watch)
    shares, errors = shapley.estimated(drawn, game) if drawn else (shapley.exact(players, game), {})
    total = game.change(game.nobody, game.everybody)
    shares = shapley.summing_to(total, {name: game.unless_rounding(share) for name, share in shares.items()})
    parts = [
        Part(
            intervention=name,
            title=one.title,
            alone=game.alone(name),
            last_in=game.last_in(name),
            share=shares.get(name, 0.0),
            standard_error=game.unless_rounding(errors.get(name, 0.0)) if drawn else None,
            of_total=shares.get(name, 0.0) / total + 0.0 if total else None,
        )
        for name, one in scenario.active.items()
    ]
    return Attribution(
        output=measured,
        year=at,
        do_nothing=game(game.nobody),
        scenario=game(game.everybody),
        total=total,
        parts=tuple(sorted(parts, key=lambda part: -abs(part.share))),
        players=len(players),
        coalitions_run=game.runs,
        orders=len(drawn) or None,
        seed=scenario.seed if drawn else None,
        closed=game.closed,
    )


class _Game:
    """The figure that each coalition of interventions comes to; none is run twice."""

    def __init__(self, resolved: Resolved, output: Output, year: FinancialYear) -> None:
        self.resolved, self.year = resolved, year
        self.everybody, self.nobody = frozenset(resolved.scenario.active), Coalition()
        self._inputs: Inputs = read_tables(resolved)
        self._output = output
        self._figures: dict[Coalition, float] = {}
        self.runs = 0
        self.closed = False

    def __call__(self, coalition: Coalition) -> float:
        """The figure of a coalition that has been played."""
        return self._figures[coalition]

    def alone(self, name: str) -> float:
        """What one changes on its own."""
        return self.change(self.nobody, frozenset({name}))

    def last_in(self, name: str) -> float:
        """What one changes where all others are there already."""
        return self.change(self.everybody - {name}, self.everybody)

    def change(self, before: Coalition, after: Coalition) -> float:
        """What the figure changes by from one coalition to another."""
        return self.unless_rounding(self(after) - self(before))

    def unless_rounding(self, change: float) -> float:
        """The change, or 0 where it is but the rounding of sums."""
        return _unless_rounding(change, self(self.nobody), self(self.everybody))

    def play(self, coalitions: Iterable[Coalition], watch: Watch = nullcontext) -> None:
        """Run those not yet run, in blocks.

        No block is of one: the sums of one draw alone are rounded in another order than those of several.
        """
        waiting = [one for one in dict.fromkeys(coalitions) if one not in self._figures]
        self.runs += len(waiting)
        draws = [*waiting, *waiting[-1:]] if len(waiting) % ABREAST == 1 else waiting
        blocks = [draws[first : first + ABREAST] for first in range(0, len(draws), ABREAST)]
        with watch(blocks) as each:
            for block, assembled in zip(each, self._ready(blocks), strict=True):
                figures = np.broadcast_to(self._output.measure(run_one(assembled))[-1], len(block))
                self._figures.update(zip(block, map(float, figures), strict=True))

    def stands_for_everybody(self, players: Sequence[str]) -> bool:
        """Whether the others change nothing beside these; their figure is then that of all, to the last digit."""
        some = frozenset(players)
        self.play([some])
        if self.change(some, self.everybody):
            return False
        self._figures[some] = self(self.everybody)
        return True

    def _ready(self, blocks: Sequence[Block]) -> Iterator[Assembled]:
        """What to run for each block, ended with the year that is asked for."""
        for first in range(0, len(blocks), AT_ONCE):
            some = blocks[first : first + AT_ONCE]
            draws = [coalition for block in some for coalition in block]
            included = {name: np.array([float(name in coalition) for coalition in draws]) for name in self.everybody}
            assembled = assemble(self.resolved, self._inputs, included).until(self.year)
            self.closed = assembled.fund is not None and bool(assembled.fund.closed[-1])
            for n, block in enumerate(some):
                yield assembled.of_draws(slice(n * ABREAST, n * ABREAST + len(block)))


def _unless_rounding(change: float, *figures: float) -> float:
    return 0.0 if abs(change) <= ROUNDING * max(map(abs, figures)) else change


def _players(game: _Game) -> list[str]:
    """Those who share the change: whose effects on children have begun, and who change the figure by cost.

    An effect on children always plays, as it may show only in company: recruits who serve another intervention. An
    intervention that has none plays if it changes the figure alone or as the last to join. All play if the rest, who
    change nothing one by one, change something together.
    """
    scenario = game.resolved.scenario
    one_by_one = [some for name in scenario.active for some in (frozenset({name}), game.everybody - {name})]
    game.play([game.everybody, game.nobody, *one_by_one])
    months = months_between(scenario.start, game.year.last_month)
    playing = [
        name
        for name, one in scenario.active.items()
        if (one.coverage(months).any() and any(effect.acts_on()[0] != "cost line" for effect in one.effects))
        or game.alone(name)
        or game.last_in(name)
    ]
    return playing if game.stands_for_everybody(playing) else list(scenario.active)


def _faults(resolved: Resolved, output: str, year: str) -> Iterator[Problem]:
    scenario = resolved.scenario
    if output not in all_outputs():
        yield Problem(
            "--output",
            f"unknown output '{output}'",
            did_you_mean(output, all_outputs()) or "docs/outputs.md lists them",
        )
    try:
        if year and not scenario.first_year <= read_year(year) <= scenario.last_year:
            yield Problem(
                "--year",
                f"'{year}' is outside the run",
                f"name a year from {scenario.first_year} to {scenario.last_year}",
            )
    except ValueError as fault:
        yield Problem("--year", str(fault))
    if not scenario.active:
        what = "has none that is enabled, so that there is no change to share out"
        yield Problem(resolved.place("interventions"), what, "name a scenario that has some")
