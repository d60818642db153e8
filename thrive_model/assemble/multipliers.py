"""What a scenario multiplies figures of the tables by: factors on the hazards of moves, and on unit costs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from thrive_model.assemble.hazards import RateBands
from thrive_model.assemble.inputs import Inputs
from thrive_model.bands import Months
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import Floats, HazardEffect, Ints
from thrive_model.pathway import Pathway
from thrive_model.periods import Month
from thrive_model.scenario import Resolved, Scenario
from thrive_model.scenario.multipliers import Multiplier
from thrive_model.values import Drawn


def hazard_effects(
    pathway: Pathway, scenario: Scenario, bands: RateBands, months: Sequence[Month]
) -> Iterator[HazardEffect]:
    """A factor on the hazards of each multiplier's moves."""
    for one in _at_work(scenario):
        if one.moves:
            arrows = arrows_of(pathway, one.moves, one.months)
            yield HazardEffect(arrows, bands.within(one.ages), _by_month(one, months))


def on_costs(scenario: Scenario, lines: Sequence[str], months: Sequence[Month]) -> list[Floats]:
    """What the unit cost of each line is multiplied by in each month, [T, D]."""
    factors = [np.ones((len(months), 1)) for _ in lines]
    for one in _at_work(scenario):
        for line in one.cost_lines:
            factors[lines.index(line)] = factors[lines.index(line)] * _by_month(one, months)
    return factors


def arrows_of(pathway: Pathway, moves: Sequence[str], months: Months | None) -> Ints:
    """The arrows of some moves, in one duration band alone where it is given."""
    arrows = [e for move in moves for e in pathway.arrows_named(move)]
    if months is not None:
        cells = [pathway.cells[pathway.arrows[e].source] for e in arrows]
        arrows = [e for e, c in zip(arrows, cells, strict=True) if months.covers(c.from_month, c.to_month)]
    return np.array(arrows, dtype=np.intp)


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """Moves and lines that no table has, named twice, or of which there is nothing to multiply."""
    lines = [row.line for row in inputs.cost_lines]
    for name, one in resolved.scenario.multipliers.items():
        for setting, named, known in (
            ("moves", one.moves, sorted(inputs.pathway.move_names)),
            ("cost_lines", one.cost_lines, lines),
        ):
            for i, item in enumerate(named):
                where = resolved.place("multipliers", name, setting, i)
                if item not in known:
                    what = f"unknown {'move' if setting == 'moves' else 'cost line'} '{item}'"
                    yield Problem(where, what, did_you_mean(item, known))
                elif item in named[:i]:
                    yield Problem(where, f"names '{item}' a second time", "name each once")
        known_moves = [move for move in one.moves if move in inputs.pathway.move_names]
        if known_moves and one.months and not len(arrows_of(inputs.pathway, known_moves, one.months)):
            where = resolved.place("multipliers", name, "months")
            yield Problem(where, f"none of its moves starts in {one.months} months", "name a band of their clock")


def _at_work(scenario: Scenario) -> Iterator[Multiplier]:
    """Those that change something."""
    for one in scenario.multipliers.values():
        if isinstance(one.times, Drawn) or any(figure != 1.0 for figure in one.times.figures):
            yield one


def _by_month(one: Multiplier, months: Sequence[Month]) -> Floats:
    return one.times.over([month.financial_year for month in months])
