"""Scenario and tables into arrays: every cross-check is made here, and every fault shown at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from types import MappingProxyType

import numpy as np

from thrive_model.assemble import (
    appraising,
    capacity,
    capacity_faults,
    cost_lines,
    effect_faults,
    effects,
    money,
    multipliers,
    source_faults,
)
from thrive_model.assemble.hazards import Hazards, RateBands, hazards
from thrive_model.assemble.inputs import Inputs, read_all
from thrive_model.assemble.opening import opening
from thrive_model.bands import YEARS_OF_CHILDHOOD, Ages
from thrive_model.errors import InputError, Problem
from thrive_model.parameters import CostLines, Floats, FundTerms, Ints, Parameters
from thrive_model.pathway import Pathway
from thrive_model.periods import MONTHS_PER_YEAR, FinancialYear, Month, months_between, years_between
from thrive_model.scenario import Resolved, Scenario

__all__ = ["Assembled", "Inputs", "assemble", "assemble_again", "read_all", "without_programme"]

ADULT = "turned_18"
NOTHING_LEFT_OUT: Mapping[str, Floats] = MappingProxyType({})
STATUTORY_BANDS = tuple(Ages.parse(band) for band in ("0", "1-4", "5-9", "10-15", "16-17"))


@dataclass(frozen=True)
class Assembled:
    """One run, ready for the engine: arrays, and what their axes stand for.

    `included[name]`, [D], says in which draws an intervention is part of the run; others are in all.
    """

    resolved: Resolved
    inputs: Inputs
    pathway: Pathway
    months: tuple[Month, ...]
    years: tuple[FinancialYear, ...]
    bands: RateBands
    parameters: Parameters
    costs: CostLines
    fund: FundTerms | None
    base_budget: float
    population: Floats
    included: Mapping[str, Floats]

    @cached_property
    def year_of_month(self) -> Ints:
        """[T]: the index of the financial year that each month lies in."""
        return np.array([month.financial_year.start - self.years[0].start for month in self.months], dtype=np.intp)

    @cached_property
    def first_months(self) -> Ints:
        """[Y]: the index of the first month of each financial year."""
        return np.searchsorted(self.year_of_month, np.arange(len(self.years)))

    def until(self, year: FinancialYear) -> Assembled:
        """The same run ended with a financial year of it: its figures up to then are the same, and sooner there."""
        years = self.years.index(year) + 1
        months = int((self.year_of_month < years).sum())
        return replace(
            self,
            months=self.months[:months],
            years=self.years[:years],
            parameters=self.parameters.until(months),
            costs=self.costs.until(months),
            fund=self.fund.until(years) if self.fund else None,
            population=self.population[:years],
        )

    def of_draws(self, some: slice) -> Assembled:
        """The same run in some of its draws."""
        return replace(
            self,
            parameters=self.parameters.of_draws(some),
            costs=self.costs.of_draws(some),
            included={name: draws if len(draws) == 1 else draws[some] for name, draws in self.included.items()},
        )


def assemble(
    resolved: Resolved,
    inputs: Inputs | None = None,
    included: Mapping[str, Floats] = NOTHING_LEFT_OUT,
    *,
    evidenced: bool = False,
    strength: effects.Strength = effects.as_stated,
) -> Assembled:
    """Everything a run needs; `InputError` with every fault in the tables and between them and the scenario.

    `included[name]`, [D], says in which draws an intervention is part of the run, 1 or 0; others are in all.
    `evidenced` leaves out the effects of interventions that rest on assumptions: they cost and reach whom they did.
    `strength(effect)` multiplies the coverage of that effect of an intervention, up to everybody.
    """
    inputs = inputs or read_all(resolved.folders)
    problems: list[Problem] = []
    ground = _Ground.of(inputs, resolved.scenario, problems)
    acting = effects.evidenced(resolved.scenario.courses) if evidenced else resolved.scenario.courses
    courses = effects.Courses(inputs.pathway, acting, ground.bands, ground.months, included, strength=strength)
    costs = cost_lines.cost_lines(inputs, resolved, courses, problems)
    problems.extend(_faults(inputs, resolved, courses))
    if not problems:
        problems.extend(effect_faults.faults_of_rates(inputs, resolved, courses, ground.rates))
    if problems:
        raise InputError(problems)
    return _laid(ground, resolved, inputs, courses, costs=costs, included=included)


def assemble_again(before: Assembled, resolved: Resolved) -> Assembled:
    """The same run with other figures in its scenario, as draws are: nothing is checked or read off tables again."""
    ground, inputs, included = _Ground.again(before), before.inputs, before.included
    courses = effects.Courses(inputs.pathway, resolved.scenario.courses, ground.bands, ground.months, included)
    costs = cost_lines.cost_lines(inputs, resolved, courses, [])
    return _laid(ground, resolved, inputs, courses, costs=costs, included=included)


@dataclass(frozen=True)
class _Ground:
    """What the figures of a scenario do not change: time, ages, children outside and at the start, rates."""

    months: tuple[Month, ...]
    years: tuple[FinancialYear, ...]
    bands: RateBands
    population: Floats
    rates: Hazards
    stock: Floats

    @classmethod
    def of(cls, inputs: Inputs, scenario: Scenario, problems: list[Problem]) -> _Ground:
        """Read off the tables; faults are added to `problems`."""
        months = months_between(scenario.start, scenario.last_year.last_month)
        years = years_between(scenario.first_year, scenario.last_year)
        bands = RateBands.around(_bands_told_apart(inputs, scenario))
        population = _population(inputs, years, problems)
        rates = hazards(inputs.pathway, inputs.rates, bands, months, problems)
        return cls(months, years, bands, population, rates, opening(inputs, scenario.start.plus(-1), problems))

    @classmethod
    def again(cls, before: Assembled) -> _Ground:
        """That of an earlier assembly."""
        rates = Hazards(before.parameters.hazard, before.parameters.period)
        return cls(before.months, before.years, before.bands, before.population, rates, before.parameters.opening)


def _bands_told_apart(inputs: Inputs, scenario: Scenario) -> Iterator[Ages]:
    """Every band of ages that something is said of, in the tables or in the scenario."""
    yield from (row.ages for row in inputs.rates)
    yield from STATUTORY_BANDS
    for named in (scenario.interventions, scenario.shocks, scenario.multipliers):
        yield from (one.ages for one in named.values() if one.ages)
    yield from (row.ages for row in inputs.observed if row.ages)
    for block in scenario.calibration.free.values() if scenario.calibration else ():
        yield from block.ages


def _faults(inputs: Inputs, resolved: Resolved, courses: effects.Courses) -> Iterator[Problem]:
    """Every cross-check between the tables, the scenario and the run."""
    yield from effect_faults.faults(inputs, resolved, courses)
    yield from source_faults.faults(inputs, resolved)
    yield from money.faults(inputs, resolved)
    yield from appraising.faults(inputs, resolved)
    yield from multipliers.faults(inputs, resolved)
    yield from capacity_faults.faults(inputs, resolved)
    yield from _ends_of_the_pathway(inputs.pathway)
    yield from _another_day(inputs, resolved.scenario.start)


def _laid(
    ground: _Ground,
    resolved: Resolved,
    inputs: Inputs,
    courses: effects.Courses,
    *,
    costs: CostLines,
    included: Mapping[str, Floats],
) -> Assembled:
    """Everything as arrays."""
    scenario, pathway, months, bands = resolved.scenario, inputs.pathway, ground.months, ground.bands
    rates, by_age = ground.rates, np.repeat(ground.population / MONTHS_PER_YEAR, MONTHS_PER_YEAR, axis=1)
    places, matches = capacity.limits(inputs)
    reach = capacity.reach(inputs, scenario.active, bands, months)
    everywhere = [effects.demand_growth(pathway, resolved, bands, months)]
    everywhere += multipliers.hazard_effects(pathway, scenario, bands, months)
    if not scenario.returns_from_overflow:
        everywhere.append(capacity.without_returns(inputs, bands, months))
    parameters = Parameters(
        source=np.array([arrow.source for arrow in pathway.arrows], dtype=np.intp),
        target=np.array([arrow.target for arrow in pathway.arrows], dtype=np.intp),
        first_stay=len(pathway.cells_of_kind("outside")),
        first_decision=len(pathway.cells) - len(pathway.cells_of_kind("decision")),
        adult=next(i for i, cell in enumerate(pathway.cells) if cell.state.name == ADULT),
        hazard=rates.hazard,
        period=rates.period,
        exposure=by_age[[ground.years.index(month.financial_year) for month in months]],
        longest_stay=np.array([cell.longest_stay for cell in pathway.cells]),
        timed=np.array([e for e, arrow in enumerate(pathway.arrows) if arrow.move is None], dtype=np.intp),
        opening=ground.stock,
        band_of_age=bands.of_month,
        effects=(*everywhere, *courses.hazard_effects(rates.hazard, rates.period, reach)),
        additions=courses.additions(reach),
        supplies=capacity.supplies(inputs, courses),
        places=places,
        matches=matches,
    )
    return Assembled(
        resolved,
        inputs,
        pathway,
        months,
        ground.years,
        bands,
        parameters,
        costs,
        money.fund_terms(inputs, resolved, ground.years),
        money.base_budget(inputs, scenario.pressure.base_year),
        ground.population,
        dict(included),
    )


def without_programme(resolved: Resolved) -> Resolved:
    """Do nothing: the same scenario, in the same age bands, with every intervention switched off and no fund."""
    off = {name: one.model_copy(update={"enabled": False}) for name, one in resolved.scenario.interventions.items()}
    return replace(resolved, scenario=resolved.scenario.model_copy(update={"interventions": off, "fund": None}))


def _ends_of_the_pathway(pathway: Pathway) -> Iterator[Problem]:
    """Children come from one population, counted once, and those who turn 18 go to one state and stay there."""
    outside = [state for state in pathway.states if state.kind == "outside"]
    if not outside:
        yield Problem("states.csv", "has no state of kind outside", "children must come from somewhere")
    for state in outside[1:]:
        yield Problem(state.where, f"'{state.name}' is a second state of kind outside", "the population is one")
    adult = next((state for state in pathway.states if state.name == ADULT), None)
    if adult is None:
        yield Problem("states.csv", f"has no state '{ADULT}'", "children who turn 18 must go somewhere")
    elif adult.kind != "stay" or adult.clock or adult.then:
        yield Problem(adult.where, f"'{ADULT}' must be of kind stay, without a clock or a longest stay")
    for move in pathway.moves:
        if move.source == ADULT:
            yield Problem(move.where, f"nobody moves on from '{ADULT}'", "remove the move")


def _another_day(inputs: Inputs, start: Month) -> Iterator[Problem]:
    """The opening stock stands at the end of the month before the run."""
    eve = start.plus(-1)
    days = sorted({row.month_end for row in inputs.opening_stock})
    if eve not in days:
        first = inputs.opening_stock[0]
        what = f"is {' or '.join(map(str, days))}, and a run from {start} needs the stock of {eve}"
        yield Problem(first.place("month_end"), what, "give that stock, or start the run then")
        return
    there = {row.state for row in inputs.opening_stock if row.month_end == eve}
    unknown = there - {state.name for state in inputs.pathway.states}
    for row in inputs.opening_stock if not unknown else ():
        if row.state not in there:
            what = f"is {row.month_end}, and a run from {start} needs '{row.state}' of {eve}, too"
            yield Problem(row.place("month_end"), what, "give every state a row of that month, 0 where there is nobody")


def _population(inputs: Inputs, years: Sequence[FinancialYear], problems: list[Problem]) -> Floats:
    """Children by single year of age in each financial year, [Y, 18]: the latest mid-year estimate not after it."""
    by_year: dict[int, dict[int, float]] = {}
    for row in inputs.population:
        by_year.setdefault(row.mid_year, {})[row.age] = row.persons
    file = inputs.population[0].where.rpartition(":")[0]
    for year, ages in by_year.items():
        missing = [str(age) for age in range(YEARS_OF_CHILDHOOD) if age not in ages]
        if missing:
            problems.append(
                Problem(file, f"mid-{year} has no row for age {', '.join(missing)}", "give every age a row")
            )
    if min(by_year) > years[0].start:
        what = f"begins at mid-{min(by_year)}, and the run needs mid-{years[0].start}"
        problems.append(Problem(file, what, "give an earlier year, or start the run later"))
    if problems:
        return np.zeros((len(years), YEARS_OF_CHILDHOOD))
    chosen = [by_year[max(known for known in by_year if known <= year.start)] for year in years]
    return np.array([[ages[age] for age in range(YEARS_OF_CHILDHOOD)] for ages in chosen])
