"""What a planner compares runs by: spending, the fund, the pressure, savings by kind, children, and the appraisal.

A figure stands under its financial year; one of the whole run (a sum over the years, or an appraisal) under none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thrive_model import fund, savings
from thrive_model.appraisal import worth_of
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.run import Comparison
from thrive_model.scenario import Scenario

NOMINAL = "nominal"
POUNDS = "pounds"
WHOLE_RUN = ""
ANNUAL = "annual"
MEASURES = (
    "spending_on_demand",
    "programme_cost",
    "spending",
    "spending_in_doing_nothing",
    "fund_drawn",
    "fund_balance",
    "unfunded",
    "pressure",
    "cashable",
    "avoided",
    "looked_after_children",
    "child_protection_plans",
    "net_present_social_value",
    "benefit_cost_ratio",
    "payback",
)
"""Every measure there can be, in the order in which they are told."""


@dataclass(frozen=True)
class Headline:
    """One figure of a run; `price_basis` is '' where it is no money, `financial_year` '' where it is of the whole run.

    `value` is None where there is no such figure, as where nothing is paid back.
    """

    measure: str
    title: str
    unit: str
    price_basis: str
    financial_year: str
    value: float | None


def price_bases(scenario: Scenario) -> tuple[str, ...]:
    """The price bases in which a scenario's headlines are told: nominal, and that of its appraisal where it has one."""
    chosen = scenario.appraisal
    if chosen is None:
        return (NOMINAL,)
    base = chosen.price_base or scenario.first_year
    return NOMINAL, f"real, {base} prices by {chosen.deflator}, discounted by {chosen.vintage}"


def headlines(comparison: Comparison, draw: int = 0) -> list[Headline]:
    """Every headline of a run in one draw, measure by measure; of a fund none where the scenario has no fund."""
    return [
        *_spending(comparison, draw),
        *_fund(comparison, draw),
        *_pressure(comparison, draw),
        *_savings(comparison, draw),
        *_children(comparison, draw),
        *_appraisal(comparison, draw),
    ]


def _spending(comparison: Comparison, draw: int) -> Iterator[Headline]:
    scenario, nothing = comparison.scenario, comparison.do_nothing
    demand, programme = (_output(name, comparison)[:, draw] for name in ("spending_on_demand", "programme_cost"))
    without = all_outputs()["spending_on_demand"].measure(nothing)[:, draw]
    years = [str(year) for year in scenario.years]
    yield from _pounds("spending_on_demand", "Spending on demand", years, demand)
    yield from _pounds("programme_cost", "Programme", years, programme)
    yield from _pounds("spending", "Spending in all", years, demand + programme)
    yield from _pounds("spending_in_doing_nothing", "Spending on demand in doing nothing", years, without)


def _fund(comparison: Comparison, draw: int) -> Iterator[Headline]:
    rows = fund.account(comparison.scenario, draw)
    years = [row.financial_year for row in rows]
    if rows:
        yield from _pounds("fund_drawn", "Drawn from the fund", years, [row.drawdown for row in rows])
        yield from _pounds("fund_balance", "Fund at 31 March", years, [row.closing for row in rows], summed=False)
        yield from _pounds("unfunded", "Unfunded", years, [row.unfunded for row in rows])


def _pressure(comparison: Comparison, draw: int) -> Iterator[Headline]:
    """What is left of the pressure; read cumulatively, its last year is that of the whole run already."""
    years = [str(year) for year in comparison.scenario.years]
    annual = comparison.scenario.assembled.resolved.scenario.pressure.reading == ANNUAL
    figures = _output("pressure", comparison)[:, draw]
    yield from _pounds("pressure", "Pressure left", years, figures, summed=annual)


def _savings(comparison: Comparison, draw: int) -> Iterator[Headline]:
    rows = savings.by_line(comparison.do_nothing, comparison.scenario, draw)
    years = [str(year) for year in comparison.scenario.years]
    for measure, title, kind in (("cashable", "Cashable savings", "cashable"), ("avoided", "Cost avoided", "avoided")):
        figures = [math.fsum(getattr(row, kind) for row in rows if row.financial_year == year) for year in years]
        yield from _pounds(measure, title, years, figures)


def _children(comparison: Comparison, draw: int) -> Iterator[Headline]:
    for measure in ("looked_after_children", "child_protection_plans"):
        output = all_outputs()[measure]
        for year, figure in zip(comparison.scenario.years, _output(measure, comparison)[:, draw], strict=True):
            yield Headline(measure, output.title, output.unit, "", str(year), float(figure))


def _appraisal(comparison: Comparison, draw: int) -> Iterator[Headline]:
    """The figures of the appraisal, where the scenario says how it is appraised; payback in years from the first."""
    scenario = comparison.scenario.assembled.resolved.scenario
    if scenario.appraisal is None:
        return
    _, basis = price_bases(scenario)
    worth = worth_of(comparison, draw)
    years = None if worth.payback is None else float(worth.payback.start - scenario.first_year.start + 1)
    yield Headline("net_present_social_value", "Net present social value", POUNDS, basis, WHOLE_RUN, worth.npsv)
    yield Headline("benefit_cost_ratio", "Benefit-cost ratio", "ratio", basis, WHOLE_RUN, worth.bcr)
    yield Headline("payback", "Payback", "years", basis, WHOLE_RUN, years)


def _output(name: str, comparison: Comparison) -> Floats:
    return all_outputs()[name].measure(comparison.scenario)


def _pounds(
    measure: str, title: str, years: Sequence[str], figures: Sequence[float] | Floats, *, summed: bool = True
) -> Iterator[Headline]:
    """A row a year and, where the years may be added, one of the whole run."""
    yearly = [float(figure) for figure in figures]
    for year, figure in zip(years, yearly, strict=True):
        yield Headline(measure, title, POUNDS, NOMINAL, year, figure)
    if summed:
        yield Headline(measure, title, POUNDS, NOMINAL, WHOLE_RUN, math.fsum(yearly))
