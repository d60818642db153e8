"""The base budget and the fund's terms, from the tables and the scenario, and what of them does not agree."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from thrive_model.assemble.inputs import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import USES, FundTerms
from thrive_model.periods import FinancialYear, months_between
from thrive_model.scenario import Resolved
from thrive_model.tables import FundRow
from thrive_model.values import stated


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
    """Pounds of each year as stated: how a closed year's accounts divide is not drawn."""
    ones = [
        one.model_copy(
            update={"cost_per_year": stated(one.cost_per_year), "paid_by_partners": stated(one.paid_by_partners)}
        )
        for one in resolved.scenario.active.values()
        if one.use == use
    ]
    in_year = [months_between(year.first_month, year.last_month) for year in years]
    return [math.fsum(pounds for one in ones for pounds in one.costs(months)[:, 0]) for months in in_year]
