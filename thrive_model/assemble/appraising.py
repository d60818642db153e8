"""What an appraisal takes from the tables and the scenario: rates, prices, what children cost others, corrections."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

import numpy as np

from thrive_model.assemble.cost_lines import driver_faults
from thrive_model.assemble.inputs import Inputs
from thrive_model.assemble.price_levels import PriceLevels, price_indices
from thrive_model.discounting import DiscountRates, Span
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import CostLines, Floats
from thrive_model.periods import FinancialYear, Month, months_between, years_between
from thrive_model.scenario import Resolved
from thrive_model.scenario.schema import Appraisal
from thrive_model.tables import ImpactRow
from thrive_model.values import Grade

PER_CENT = 100.0


@dataclass(frozen=True)
class AppraisalTerms:
    """The terms on which one run is appraised.

    `to_real[Y]` is pounds at prices of `price_base` for one nominal pound of each year. `impacts` are what children
    cost agencies other than the council, in the order of the table. `benefits_kept` and `costs_raised` are what an
    estimate is multiplied by for the grade of its evidence.
    """

    price_base: FinancialYear
    rates: DiscountRates
    sensitivity: DiscountRates | None
    to_real: Floats
    impacts: CostLines
    benefits_kept: Mapping[Grade, float]
    costs_raised: Mapping[Grade, float]


def terms(inputs: Inputs, resolved: Resolved, chosen: Appraisal) -> AppraisalTerms:
    """The terms of a run whose tables and scenario were found without fault."""
    scenario = resolved.scenario
    years = years_between(scenario.first_year, scenario.last_year)
    base = chosen.price_base or years[0]
    deflator = price_indices(inputs, scenario)[chosen.deflator]
    rates = vintages(inputs)
    return AppraisalTerms(
        price_base=base,
        rates=rates[chosen.vintage],
        sensitivity=rates[chosen.sensitivity_vintage] if chosen.sensitivity_vintage else None,
        to_real=np.array([deflator.ratio(year, base) for year in years]),
        impacts=_impacts(inputs, resolved),
        benefits_kept={row.grade: 1.0 - row.benefits_percent / PER_CENT for row in inputs.optimism_bias},
        costs_raised={row.grade: 1.0 + row.costs_percent / PER_CENT for row in inputs.optimism_bias},
    )


def vintages(inputs: Inputs) -> dict[str, DiscountRates]:
    """Every vintage of discount rates by name; ValueError where a year has no rate, or two."""
    spans: dict[str, list[Span]] = defaultdict(list)
    for row in inputs.discount_rates:
        spans[row.vintage].append(Span(row.from_year, row.to_year, row.rate_percent / PER_CENT))
    return {name: DiscountRates.of(name, some) for name, some in spans.items()}


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """Rates with gaps, impacts that nothing drives, grades without a correction, and choices that name nothing."""
    yield from _faults_of_rates(inputs)
    yield from _faults_of_impacts(inputs, resolved)
    known = [row.grade for row in inputs.optimism_bias]
    for grade in get_args(Grade):
        if grade not in known:
            where = inputs.optimism_bias[0].where.rpartition(":")[0]
            yield Problem(where, f"has no row for evidence of grade {grade}", "give every grade a row")
    if resolved.scenario.appraisal is not None:
        yield from _faults_of_choices(inputs, resolved, resolved.scenario.appraisal)


def _faults_of_rates(inputs: Inputs) -> Iterator[Problem]:
    for name in dict.fromkeys(row.vintage for row in inputs.discount_rates):
        rows = [row for row in inputs.discount_rates if row.vintage == name]
        try:
            DiscountRates.of(name, [Span(row.from_year, row.to_year, row.rate_percent) for row in rows])
        except ValueError as fault:
            yield Problem(rows[0].where.rpartition(":")[0], str(fault), "give every year from 0 on one rate")


def _faults_of_impacts(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """What drives nothing, and prices that no index knows; an index with faults of its own is told with the lines."""
    levels = PriceLevels(inputs, resolved, _months(resolved))
    told_with_the_lines = len(levels.problems)
    for row in inputs.impacts:
        yield from driver_faults(inputs, row)
        levels.to_nominal(row)
    yield from levels.problems[told_with_the_lines:]


def _faults_of_choices(inputs: Inputs, resolved: Resolved, chosen: Appraisal) -> Iterator[Problem]:
    yield from _faults_of_vintages(inputs, resolved, chosen)
    for i, name in enumerate(chosen.do_minimum):
        if name not in resolved.scenario.interventions:
            where = resolved.place("appraisal", "do_minimum", i)
            what = f"'{name}' is not an intervention"
            yield Problem(where, what, did_you_mean(name, resolved.scenario.interventions))
    try:
        indices = price_indices(inputs, resolved.scenario)
    except ValueError:  # told with the cost lines
        return
    index = indices.get(chosen.deflator)
    if index is None:
        where = resolved.place("appraisal", "deflator")
        yield Problem(where, f"unknown price index '{chosen.deflator}'", did_you_mean(chosen.deflator, indices))
    elif (said := resolved.scenario.inflation.get(index.name)) and said.distribution:
        what = "takes inflation out of the appraisal, and has a distribution"
        yield Problem(resolved.place("inflation", index.name), what, "draw an index that the cost lines alone have")
    elif chosen.price_base and not index.covers(chosen.price_base):
        what = f"{index.name} runs from {index.first} to {index.last}; it has no level for {chosen.price_base}"
        yield Problem(resolved.place("appraisal", "price_base"), what, "choose a year of the index")


def _faults_of_vintages(inputs: Inputs, resolved: Resolved, chosen: Appraisal) -> Iterator[Problem]:
    """Vintages that there are not, or that end before the run does."""
    known = {row.vintage for row in inputs.discount_rates}
    last = resolved.scenario.last_year.start - resolved.scenario.first_year.start
    for setting, name in (("vintage", chosen.vintage), ("sensitivity_vintage", chosen.sensitivity_vintage)):
        where = resolved.place("appraisal", setting)
        if name and name not in known:
            yield Problem(where, f"'{name}' is not in discount_rates.csv", did_you_mean(name, known))
        elif name:
            until = [row.to_year for row in inputs.discount_rates if row.vintage == name]
            ends = max((year for year in until if year is not None), default=0)
            if None not in until and ends < last:
                what = f"'{name}' has rates to year {ends}, and the run goes to year {last}"
                yield Problem(where, what, "extend discount_rates.csv, choose another vintage, or shorten the run")


def _months(resolved: Resolved) -> tuple[Month, ...]:
    return months_between(resolved.scenario.start, resolved.scenario.last_year.last_month)


def _impacts(inputs: Inputs, resolved: Resolved) -> CostLines:
    """The impacts as lines that are charged as cost lines are; a line's use is the agency it falls on."""
    rows, pathway, months = inputs.impacts, inputs.pathway, _months(resolved)
    levels = PriceLevels(inputs, resolved, months)
    per_week, per_move = np.zeros((len(rows), len(pathway.cells))), np.zeros((len(rows), len(pathway.arrows)))
    for i, row in enumerate(rows):
        _charge(row, per_week[i], per_move[i], inputs)
    return CostLines(
        names=tuple(row.impact for row in rows),
        kinds=tuple("impact" for _ in rows),
        uses=tuple(row.agency for row in rows),
        per_child_week=per_week,
        per_move=per_move,
        teams_per_child=np.zeros_like(per_week),
        per_team=np.zeros(len(rows)),
        per_month=tuple(np.zeros((len(months), 1)) for _ in rows),
        volume=tuple(np.ones((len(months), 1)) for _ in rows),
        to_nominal=tuple(levels.to_nominal(row)[:, None] * levels.drawn(row) for row in rows),
        price_level=np.ones((len(rows), len(months))),
        weeks=np.array([month.weeks for month in months]),
    )


def _charge(row: ImpactRow, per_week: Floats, per_move: Floats, inputs: Inputs) -> None:
    """Put a row's cost where its driver is, in place."""
    cost = row.quantity * row.unit_cost
    if row.unit == "pounds_per_child_week":
        per_week[inputs.pathway.cells_of(row.driver)] = cost
    else:
        per_move[inputs.pathway.arrows_of(row.driver)] = cost
