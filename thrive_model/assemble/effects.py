"""Demand growth and interventions, as factors on the hazards of moves and on unit costs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from thrive_model.assemble.hazards import Hazards, RateBands
from thrive_model.assemble.inputs import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.interventions import Effect, Intervention
from thrive_model.parameters import Floats, HazardEffect
from thrive_model.pathway import Pathway
from thrive_model.periods import MONTHS_PER_YEAR, FinancialYear, Month, months_between
from thrive_model.scenario import Resolved, Scenario

LEAST_WEIGHT = 1e-9


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


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """What is wrong with the scenario's demand and interventions that only the tables and the run can tell."""
    scenario = resolved.scenario
    if scenario.demand.measured_from >= scenario.first_year:
        what = f"must be before the run, which begins in {scenario.first_year}"
        yield Problem(resolved.place("demand", "measured_from"), what)
    lines = {row.line for row in inputs.cost_lines}
    for key, one in scenario.interventions.items():
        if key in lines:
            what = "has the name of a line of cost_lines.csv"
            yield Problem(resolved.place("interventions", key), what, "rename it")
        for i, effect in enumerate(one.effects):
            yield from _unknown_target(inputs, resolved, (key, i), effect)
        if one.ages and any(effect.refers_to()[0] == "cost line" for effect in one.effects):
            what = "cannot limit what one unit costs, which is not known by age"
            yield Problem(
                resolved.place("interventions", key, "ages"), what, "give the cost an intervention of its own"
            )
        if one.enabled:
            yield from _idle(inputs, resolved, key, one)
    yield from _faults_of_values(inputs, resolved)


def faults_of_rates(
    pathway: Pathway, resolved: Resolved, bands: RateBands, months: Sequence[Month], rates: Hazards
) -> Iterator[Problem]:
    """What interventions cannot do to the rates: change a move that nobody makes, or close every way on."""
    weights = np.moveaxis(rates.hazard[rates.period][..., 0], 0, -1).copy()
    active = resolved.scenario.active
    for key, one in active.items():
        for i, effect in enumerate(one.effects):
            sort, name = effect.refers_to()
            if sort == "move" and not weights[pathway.arrows_named(name)][:, bands.within(one.ages)].any():
                where = resolved.place("interventions", key, "effects", i)
                yield Problem(where, f"changes nothing: the rates of '{name}' are 0 for these ages", "remove it")
    for factors in on_moves(pathway, active, bands, months):
        weights[np.ix_(factors.arrows, factors.bands)] *= factors.factor[:, 0]
    for cell in pathway.cells_of_kind("decision"):
        out = [e for e, arrow in enumerate(pathway.arrows) if arrow.source == cell]
        closed = (weights[out].sum(axis=0) < LEAST_WEIGHT).any(axis=0)
        if closed.any():
            what = f"together close every way out of '{pathway.cells[cell].name}' in {months[int(closed.argmax())]}"
            yield Problem(resolved.place("interventions"), what, "keep the relative hazard of one of them above 0")


def _unknown_target(inputs: Inputs, resolved: Resolved, at: tuple[str, int], effect: Effect) -> Iterator[Problem]:
    known = {"move": inputs.pathway.move_names, "cost line": frozenset(row.line for row in inputs.cost_lines)}
    sort, name = effect.refers_to()
    if name not in known[sort]:
        where = resolved.place("interventions", at[0], "effects", at[1], sort.replace(" ", "_"))
        yield Problem(where, f"unknown {sort} '{name}'", did_you_mean(name, known[sort]))


def _idle(inputs: Inputs, resolved: Resolved, key: str, one: Intervention) -> Iterator[Problem]:
    """An intervention outside the run, or an effect of it that changes nothing within the run."""
    scenario = resolved.scenario
    first, last = scenario.start, scenario.last_year.last_month
    if one.start > last or (one.end is not None and one.end < first):
        where = resolved.place("interventions", key, "start" if one.start > last else "end")
        yield Problem(where, f"lies outside the run, {first} to {last}", "move it, or set enabled: false")
        return
    months = months_between(first, last)
    coverage = one.coverage(months)
    free = {row.line for row in inputs.cost_lines if row.unit_cost == 0}
    for i, effect in enumerate(one.effects):
        sort, name = effect.refers_to()
        if (effect.factor(coverage, months) == 1.0).all() or (sort == "cost line" and name in free):
            yield Problem(
                resolved.place("interventions", key, "effects", i),
                "changes nothing within the run",
                "give it a ratio other than 1, people it reaches and a start before the end, or remove it",
            )


def _faults_of_values(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """A source that nobody listed, and a series that is silent on the first years for which it is asked."""
    sources = {row.source for row in inputs.sources}
    for path, value in resolved.values():
        if value.source not in sources:
            what = f"'{value.source}' is not in sources.csv"
            yield Problem(resolved.place(*path, "source"), what, did_you_mean(value.source, sources))
        needed = _needed_from(path, resolved.scenario)
        if value.by_year and needed and needed < min(value.by_year):
            what = f"begins in {min(value.by_year)}, and is needed from {needed}"
            yield Problem(resolved.place(*path, "by_year"), what, f"give a figure for {needed}, 0 where that is meant")


def _needed_from(path: Sequence[str | int], scenario: Scenario) -> FinancialYear | None:
    one = scenario.active.get(str(path[1])) if path[0] == "interventions" else None
    if one is not None:
        return min(max(one.start.financial_year, scenario.first_year), scenario.last_year)
    if path[0] == "fund" and scenario.fund:
        return scenario.fund.first_year
    return {"demand": scenario.demand.measured_from, "pressure": scenario.pressure.year}.get(str(path[0]))
