"""Demand growth and interventions, as factors on the hazards of moves and on unit costs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from thrive_model.assemble.hazards import RateBands
from thrive_model.assemble.inputs import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.interventions import Intervention
from thrive_model.parameters import Floats, HazardEffect
from thrive_model.pathway import Pathway
from thrive_model.periods import MONTHS_PER_YEAR, Month
from thrive_model.scenario import Resolved


def demand_growth(pathway: Pathway, resolved: Resolved, bands: RateBands, months: Sequence[Month]) -> HazardEffect:
    """Growth in the rate at which children come from outside, compounding from the middle of the base year."""
    demand = resolved.scenario.demand
    middle = demand.measured_from.first_month.plus(MONTHS_PER_YEAR // 2)
    passed = [middle.plus(n) for n in range(months[-1].minus(middle) + 1)]
    monthly = np.log1p([demand.growth_per_year.at(month.financial_year) for month in passed]) / MONTHS_PER_YEAR
    to_middle_of_month = np.cumsum(monthly) - monthly / 2.0
    growth = np.exp(to_middle_of_month[-len(months) :])
    outside = set(pathway.cells_of_kind("outside"))
    entering = [e for e, arrow in enumerate(pathway.arrows) if arrow.source in outside]
    return HazardEffect(np.array(entering, dtype=np.intp), bands.within(None), growth[:, None])


def on_moves(
    pathway: Pathway, interventions: Mapping[str, Intervention], bands: RateBands, months: Sequence[Month]
) -> tuple[HazardEffect, ...]:
    """Every effect that acts on a move."""
    effects = []
    for one in interventions.values():
        coverage = one.coverage(months)
        for effect in one.effects:
            sort, name = effect.refers_to()
            if sort == "move":
                arrows = np.array(pathway.arrows_named(name), dtype=np.intp)
                effects.append(HazardEffect(arrows, bands.within(one.ages), effect.factor(coverage, months)[:, None]))
    return tuple(effects)


def on_unit_costs(names: Sequence[str], interventions: Mapping[str, Intervention], months: Sequence[Month]) -> Floats:
    """What the unit cost of each line is multiplied by in each month, [L, T]."""
    factor = np.ones((len(names), len(months)))
    for one in interventions.values():
        coverage = one.coverage(months)
        for effect in one.effects:
            sort, name = effect.refers_to()
            if sort == "cost line" and name in names:
                factor[names.index(name)] *= effect.factor(coverage, months)
    return factor


def faults(inputs: Inputs, resolved: Resolved) -> Iterable[Problem]:
    """What is wrong with the interventions that only the tables can tell."""
    known = {"move": inputs.pathway.move_names, "cost line": frozenset(row.line for row in inputs.cost_lines)}
    sources = {row.source for row in inputs.sources}
    for key, one in resolved.scenario.interventions.items():
        for i, effect in enumerate(one.effects):
            sort, name = effect.refers_to()
            field = "move" if sort == "move" else "cost_line"
            where = resolved.place("interventions", key, "effects", i, field)
            if name not in known[sort]:
                yield Problem(where, f"unknown {sort} '{name}'", did_you_mean(name, known[sort]))
            if one.enabled and _changes_nothing(one, effect.ratio().figures, resolved):
                yield Problem(
                    resolved.place("interventions", key, "effects", i),
                    "changes nothing within the run",
                    "give it a ratio other than 1, people it reaches and a start before the end, or remove it",
                )
    for path, value in resolved.values():
        if value.source not in sources:
            yield Problem(
                resolved.place(*path, "source"),
                f"'{value.source}' is not in sources.csv",
                did_you_mean(value.source, sources),
            )


def _changes_nothing(one: Intervention, ratios: Sequence[float], resolved: Resolved) -> bool:
    scenario = resolved.scenario
    last = scenario.last_year.last_month
    months = [scenario.start.plus(n) for n in range(last.minus(scenario.start) + 1)]
    return all(ratio == 1.0 for ratio in ratios) or not one.coverage(months).any()
