"""Why a closed year drew less of the fund than planned: lower demand, slippage, and changes that needed no money.

    planned − lower demand − slippage − self-funded = drawn

Lower demand is what was planned for demand support less what was drawn for it. Self-funded is what was set aside for
interventions that turned out to need nothing. Slippage is the rest: what was planned for new activity and change and
neither drawn for them nor self-funded.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from thrive_model.errors import InputError, Problem
from thrive_model.fund import FundYear, account
from thrive_model.parameters import DEMAND_SUPPORT
from thrive_model.periods import MONTHS_PER_YEAR, FinancialYear
from thrive_model.results import Results

LOWER_DEMAND, SLIPPAGE, SELF_FUNDED = REASONS = ("lower_demand", "slippage", "self_funded")
PLANNED_FOR_DEMAND = "planned_demand_support"


@dataclass(frozen=True)
class Reason:
    """One step from planned to drawn: pounds by which less was drawn (more, where negative), and what was said."""

    reason: str
    amount: float
    said: str


@dataclass(frozen=True)
class Bridge:
    """One closed year, nominal pounds: `planned` less every reason is `drawn`.

    `carried_forward` is what the fund then holds for the year `carried_into` ('' where the fund closes with this one).
    """

    financial_year: str
    planned: float
    reasons: tuple[Reason, ...]
    drawn: float
    carried_forward: float
    carried_into: str


def bridges(results: Results, draw: int = 0) -> list[Bridge]:
    """A bridge for every closed year; `InputError` where there is none, or what was planned for demand is not known."""
    rows = dict(zip(results.years, account(results, draw), strict=False))
    closed = {year: row for year, row in rows.items() if row.actual}
    facts = [fact for fact in results.assembled.inputs.fund if fact.item == PLANNED_FOR_DEMAND]
    planned_for_demand = {fact.financial_year: fact.value for fact in facts}
    unknown = [year for year in closed if year not in planned_for_demand]
    if not closed:
        raise InputError([_no_closed_year(results)])
    if unknown:
        raise InputError(map(_no_plan_for_demand, unknown))
    return [_bridge(results, year, row, planned_for_demand[year]) for year, row in closed.items()]


def _bridge(results: Results, year: FinancialYear, row: FundYear, planned_for_demand: float) -> Bridge:
    fund = results.assembled.resolved.scenario.fund
    said = fund.underspend_reasons.get(year) if fund else None
    goes_on = fund is not None and year < fund.last_year
    drawn_otherwise = math.fsum(pounds for use, pounds in row.uses.items() if use != DEMAND_SUPPORT)
    self_funded = _set_aside(results, year)
    amounts = {
        LOWER_DEMAND: planned_for_demand - row.uses[DEMAND_SUPPORT],
        SLIPPAGE: row.planned - planned_for_demand - drawn_otherwise - self_funded,
        SELF_FUNDED: self_funded,
    }
    reasons = tuple(Reason(name, amounts[name], getattr(said, name, "")) for name in REASONS)
    into = str(year.plus(1)) if goes_on else ""
    return Bridge(row.financial_year, row.planned, reasons, row.drawdown, row.closing, into)


def _set_aside(results: Results, year: FinancialYear) -> float:
    """Pounds of the year allocated to interventions that then needed none."""
    months = [year.first_month.plus(month) for month in range(MONTHS_PER_YEAR)]
    ones = results.assembled.resolved.scenario.active.values()
    return math.fsum(float(one.allocations(months).sum()) for one in ones if one.allocated_not_drawn)


def _no_plan_for_demand(year: FinancialYear) -> Problem:
    what = f"gives no {PLANNED_FOR_DEMAND} of {year}, so that lower demand cannot be told from slippage"
    return Problem("fund.csv", what, "add the row, with its source")


def _no_closed_year(results: Results) -> Problem:
    """Why no year of the scenario is closed, and what to do about it."""
    resolved = results.assembled.resolved
    fund = resolved.scenario.fund
    if fund is None:
        what = "has no fund, and so no year that drew less than planned"
        return Problem(resolved.place(), what, "name a scenario with a fund whose accounts are published")
    if not fund.closed_by_accounts:
        what = "every year of the fund is projected, and so none drew less than planned"
        return Problem(resolved.place("fund", "closed_by_accounts"), what, "set it to true")
    what = f"gives no accounts of {fund.first_year} to {fund.last_year}, and so no year that drew less than planned"
    return Problem("fund.csv", what, "add drawdown and new_activity of a year")
