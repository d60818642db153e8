"""Cost lines, the base budget and the fund's terms, from the tables and the scenario."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from thrive_model.assemble.effects import Courses
from thrive_model.assemble.inputs import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.interventions import MultiplyUnitCost, MultiplyVolume
from thrive_model.parameters import DEMAND_SUPPORT, PARTNERS, USES, CostLines, Floats, FundTerms
from thrive_model.periods import MONTHS_PER_YEAR, FinancialYear, Month, months_between
from thrive_model.prices import PriceIndex
from thrive_model.scenario import Resolved
from thrive_model.tables import CostLineRow, FundRow, ImpactRow

KINDS = {"pounds_per_child_week": "occupancy", "pounds_per_event": "event", "pounds_per_year": "fixed"}


def price_indices(inputs: Inputs) -> dict[str, PriceIndex]:
    """Every index of the table by name; `InputError` is for the caller: a gap raises ValueError."""
    growth: dict[str, dict[FinancialYear, float]] = defaultdict(dict)
    for row in inputs.prices:
        growth[row.index][row.financial_year] = row.growth_percent / 100.0
    return {name: PriceIndex.from_growth(name, by_year) for name, by_year in growth.items()}


def cost_lines(inputs: Inputs, resolved: Resolved, courses: Courses, problems: list[Problem]) -> CostLines:
    """The lines of the table, then one for each intervention (and one for what partners pay of it)."""
    months = courses.months
    try:
        indices = price_indices(inputs)
    except ValueError as fault:
        problems.append(Problem(inputs.prices[0].where.rpartition(":")[0], str(fault), "give every year a row"))
        indices = {}
    appraisal = resolved.scenario.appraisal
    used = {row.price_index for row in inputs.cost_lines} | {row.price_index for row in inputs.impacts}
    used |= {appraisal.deflator if appraisal else ""}
    short = list(_short_of_the_run(inputs, {name: indices[name] for name in sorted(indices.keys() & used)}, months))
    problems.extend(problem for _, problem in short)
    outside = {name for name, _ in short}
    rows = inputs.cost_lines
    names, kinds, uses = [row.line for row in rows], [KINDS[row.unit] for row in rows], [DEMAND_SUPPORT for _ in rows]
    shape = (len(rows), len(months))
    per_week = np.zeros((len(rows), len(inputs.pathway.cells)))
    per_move = np.zeros((len(rows), len(inputs.pathway.arrows)))
    per_month, to_nominal = np.zeros(shape), np.ones(shape)
    for i, row in enumerate(rows):
        problems.extend(driver_faults(inputs, row))
        if row.unit == "pounds_per_child_week":
            per_week[i, inputs.pathway.cells_of(row.driver)] = row.unit_cost
        elif row.unit == "pounds_per_event":
            per_move[i, inputs.pathway.arrows_of(row.driver)] = row.unit_cost
        else:
            per_month[i] = row.unit_cost / MONTHS_PER_YEAR
        if row.price_index not in outside:
            to_nominal[i] = to_nominal_by_month(row, indices, months, problems)
    programme = list(_programme(resolved, courses))
    extra = len(programme)
    unit_cost, volume = courses.on_costs(names, MultiplyUnitCost), courses.on_costs(names, MultiplyVolume)
    return CostLines(
        names=(*names, *(line for line, _, _ in programme)),
        kinds=(*kinds, *("programme" for _ in programme)),
        uses=(*uses, *(use for _, use, _ in programme)),
        per_child_week=np.pad(per_week, ((0, extra), (0, 0))),
        per_move=np.pad(per_move, ((0, extra), (0, 0))),
        per_month=_one_above_another(per_month[:, :, None], *(cost[None] for _, _, cost in programme)),
        volume=_one_above_another(volume, np.ones((extra, len(months), 1))),
        to_nominal=_one_above_another(to_nominal[:, :, None] * unit_cost, np.ones((extra, len(months), 1))),
        weeks=np.array([month.weeks for month in months]),
    )


def _one_above_another(*blocks: Floats) -> Floats:
    """Blocks of lines [L, T, D] joined, each over the longest draws axis among them."""
    draws = max(block.shape[2] for block in blocks)
    return np.concatenate([np.broadcast_to(block, (*block.shape[:2], draws)) for block in blocks])


def _short_of_the_run(
    inputs: Inputs, indices: dict[str, PriceIndex], months: Sequence[Month]
) -> Iterator[tuple[str, Problem]]:
    """Each of these indices that does not reach over the run, told once and not for every line that uses it."""
    file = inputs.prices[0].where.rpartition(":")[0]
    first, last = months[0].financial_year, months[-1].financial_year
    for name, index in indices.items():
        if index.first > first or index.last < last:
            what = f"{name} runs from {index.first} to {index.last}, and the run from {first} to {last}"
            yield name, Problem(file, what, "extend the index, or shorten the run")


def base_budget(inputs: Inputs, year: FinancialYear) -> float:
    """Published gross outturn of the year on the section 251 lines that the cost lines cover, in its pounds."""
    covered = {row.section_251 for row in inputs.cost_lines}
    return sum(row.gross for row in inputs.section_251 if row.financial_year == year and row.section_251 in covered)


def fund_terms(inputs: Inputs, resolved: Resolved, years: Sequence[FinancialYear]) -> FundTerms | None:
    """The fund as the engine's arrays; None where the scenario has none.

    Where a year's accounts are closed, what was drawn for change is what the scenario's interventions cost under
    that use, new activity is published, and demand support is the rest.
    """
    fund = resolved.scenario.fund
    if fund is None:
        return None
    published = {(row.item, row.financial_year): row for row in inputs.fund}
    change = _cost_of_use(resolved, "change", years)
    actual = np.full((len(years), len(USES)), np.nan)
    for y, year in enumerate(years):
        drawn, new = published.get(("drawdown", year)), published.get(("new_activity", year))
        if drawn and new and fund.closed_by_accounts and fund.first_year <= year <= fund.last_year:
            kept = min(change[y], max(drawn.value - new.value, 0.0))
            actual[y] = (drawn.value - new.value - kept, new.value, kept)
    return FundTerms(
        amount=fund.amount.at(fund.first_year),
        open=np.array([fund.first_year <= year <= fund.last_year for year in years]),
        actual=actual,
        release=np.array(
            [fund.planned_per_year.at(year) if fund.first_year <= year <= fund.last_year else 0.0 for year in years]
        ),
        by_plan=fund.held_to_plan,
        order=tuple(USES.index(use) for use in fund.order),
    )


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """Cross-checks of money between the scenario and the tables."""
    scenario = resolved.scenario
    known = {row.section_251 for row in inputs.section_251}
    covered = {row.section_251 for row in inputs.cost_lines}
    base = scenario.pressure.base_year
    for row in inputs.cost_lines:
        if row.section_251 not in known:
            yield Problem(
                row.place("section_251"),
                f"'{row.section_251}' is not a line of section_251.csv",
                did_you_mean(row.section_251, known),
            )
    outturn = {row.financial_year for row in inputs.section_251 if row.section_251 in covered}
    if outturn and base not in outturn:
        yield Problem(
            resolved.place("pressure", "base_year"),
            f"{base} is outside the section 251 data",
            f"{min(outturn)} to {max(outturn)}",
        )
    elif gaps := covered & known - {row.section_251 for row in inputs.section_251 if row.financial_year == base}:
        what = f"section_251.csv has no outturn of {base} for {', '.join(sorted(gaps))}"
        yield Problem(resolved.place("pressure", "base_year"), what, "add a row, 0 where nothing was spent")
    years = (scenario.first_year, scenario.last_year)
    if not years[0] <= scenario.pressure.year <= years[1]:
        yield Problem(
            resolved.place("pressure", "year"),
            f"{scenario.pressure.year} is outside the run",
            f"{years[0]} to {years[1]}",
        )
    fund = scenario.fund
    if fund and fund.first_year < years[0]:
        what = f"the fund opens in {fund.first_year}, outside the run, which begins in {years[0]}"
        yield Problem(resolved.place("fund", "first_year"), what)
    if fund and fund.last_year > years[1]:
        what = f"the fund closes in {fund.last_year}, outside the run, which ends in {years[1]}"
        yield Problem(resolved.place("fund", "last_year"), what)
    drawn = [row for row in inputs.fund if row.item == "drawdown"]
    if fund and fund.closed_by_accounts:
        total = sum(row.value for row in drawn if fund.first_year <= row.financial_year <= fund.last_year)
        if total > fund.amount.at(fund.first_year):
            what = f"is less than the £{total:,.0f} that fund.csv says was drawn"
            yield Problem(resolved.place("fund", "amount"), what)
    yield from _accounts_that_do_not_add_up(inputs)
    yield from _nothing_set_aside(resolved)


def _nothing_set_aside(resolved: Resolved) -> Iterator[Problem]:
    """An intervention said to have been allocated money, for which no month of the run has any."""
    scenario = resolved.scenario
    months = months_between(scenario.start, scenario.last_year.last_month)
    for name, one in scenario.active.items():
        if one.allocated_not_drawn and not one.allocations(months).any():
            where = resolved.place("interventions", name, "allocated_not_drawn")
            what = "sets nothing aside: no month of the run has a cost that the programme would have paid"
            yield Problem(where, what, "give it the cost_per_year that was allocated, or remove the setting")


def _accounts_that_do_not_add_up(inputs: Inputs) -> Iterator[Problem]:
    """A year's accounts are closed when both what was drawn and what of it was new activity are published."""
    published: dict[tuple[str, FinancialYear], FundRow] = {(row.item, row.financial_year): row for row in inputs.fund}
    for (item, year), row in published.items():
        other = {"drawdown": "new_activity", "new_activity": "drawdown"}.get(item)
        beside = published.get((other, year)) if other else None
        if other and beside is None:
            yield Problem(row.where, f"{item} of {year} stands without {other}", "give both, or neither")
        elif item == "new_activity" and beside and row.value > beside.value:
            yield Problem(row.place("value"), f"new_activity of {year} is more than the £{beside.value:,.0f} drawn")


def _cost_of_use(resolved: Resolved, use: str, years: Sequence[FinancialYear]) -> list[float]:
    ones = [one for one in resolved.scenario.active.values() if one.use == use]
    in_year = [months_between(year.first_month, year.last_month) for year in years]
    return [math.fsum(pounds for one in ones for pounds in one.costs(months)) for months in in_year]


def partners_line(key: str) -> str:
    """The line of what partners pay of an intervention."""
    return f"{key}, paid by partners"


def _programme(resolved: Resolved, courses: Courses) -> Iterator[tuple[str, str, Floats]]:
    """What each intervention costs the council, and its partners, in each month: line, use, pounds [T, D]."""
    for key, one in resolved.scenario.active.items():
        costs = ((key, one.use, one.costs), (partners_line(key), PARTNERS, one.partners_costs))
        for line, use, cost in costs:
            pounds = cost(courses.months)[:, None] * courses.included(key)
            if use != PARTNERS or pounds.any():
                yield line, use, pounds


def driver_faults(inputs: Inputs, row: CostLineRow | ImpactRow) -> Iterable[Problem]:
    """Whatever is wrong with what a row says drives its cost."""
    drivers = {
        "pounds_per_child_week": inputs.pathway.state_counts,
        "pounds_per_event": inputs.pathway.move_counts,
    }.get(row.unit)
    if drivers is None:
        if row.driver:
            yield Problem(
                row.place("driver"),
                f"'{getattr(row, row.key[0])}' is a fixed sum a year and has no driver",
                "leave it empty",
            )
    elif row.driver not in drivers:
        what = "state" if row.unit == "pounds_per_child_week" else "move"
        yield Problem(row.place("driver"), f"unknown {what} '{row.driver}'", did_you_mean(row.driver, drivers))
    elif row.unit == "pounds_per_child_week":
        pathway = inputs.pathway
        if not any(pathway.cells[cell].state.kind == "stay" for cell in pathway.cells_of(row.driver)):
            yield Problem(row.place("driver"), f"children do not stay in '{row.driver}'", "name a state of kind stay")


def to_nominal_by_month(
    row: CostLineRow | ImpactRow, indices: dict[str, PriceIndex], months: Sequence[Month], problems: list[Problem]
) -> list[float]:
    """Pounds of each month for one pound of the row's price year; ones, and a problem, where its index cannot say."""
    index = indices.get(row.price_index)
    if index is None:
        if indices:
            problems.append(
                Problem(
                    row.place("price_index"),
                    f"unknown price index '{row.price_index}'",
                    did_you_mean(row.price_index, indices),
                )
            )
        return [1.0] * len(months)
    try:
        years = [month.financial_year for month in months]
        ratio = {year: index.ratio(row.price_year, year) for year in dict.fromkeys(years)}
        return [ratio[year] for year in years]
    except ValueError as fault:
        problems.append(Problem(row.place("price_year"), str(fault), "extend price_indices.csv"))
        return [1.0] * len(months)
