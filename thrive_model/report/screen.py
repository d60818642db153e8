"""What a run looks like in a terminal, within one screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model import fund
from thrive_model.assumptions import Reliance
from thrive_model.ledger import BASE_BUDGET, OUTSIDE_THE_FUND
from thrive_model.outputs import all_outputs, pressure, programme_cost
from thrive_model.parameters import PARTNERS
from thrive_model.report.layout import has_programme, heading, table_of
from thrive_model.report.machine import output_rows
from thrive_model.report.words import figure, millions, percent, pounds
from thrive_model.run import Comparison
from thrive_model.scenario.schema import Feedback
from thrive_model.solve import Growth

YEARS_ABREAST = 8


def screen(comparison: Comparison, reliance: Reliance, growth: Sequence[Growth]) -> Group:
    """What was run, the fund, the pressure, the indicators, and how far it all rests on assumptions."""
    parts: list[Any] = [heading(comparison), ""]
    if comparison.scenario.account is not None:
        parts += [_fund(comparison), _fund_note(comparison), ""]
    parts.append(_pressure(comparison))
    if has_programme(comparison):
        parts.append(_saving_note(comparison))
    parts += [_demand_note(comparison, growth), "", _indicators(comparison), ""]
    parts += [_feedback(one) for one in comparison.scenario.assembled.resolved.scenario.feedback]
    return Group(*parts, _assumptions_note(reliance, comparison))


def _fund(comparison: Comparison) -> Table:
    heads = ["opening", "planned", "drawn", "demand\nsupport", "new\nactivity", "change", "closing", "unfunded"]
    table = table_of("Fund, £m", heads)
    terms = comparison.scenario.assembled.fund
    for row, is_open in zip(fund.account(comparison.scenario), terms.open if terms else (), strict=True):
        if is_open:
            cells = [row.opening, row.planned, row.drawdown, *row.uses.values(), row.closing, row.unfunded]
            label = f"{row.financial_year} ({'accounts' if row.actual else 'projected'})"
            table.add_row(label, *(millions(cell) for cell in cells))
    return table


def _fund_note(comparison: Comparison) -> Text:
    checks = fund.reconcile(comparison.scenario, comparison.scenario.assembled.inputs.fund)
    closed = any(row.actual for row in fund.account(comparison.scenario))
    text = Text(style="dim")
    text.append("Unfunded is what demand above the base budget and the programme need beyond the fund. ")
    if checks and all(check.holds for check in checks):
        derived = sum(check.derived for check in checks)
        text.append("The closed year " if closed else "The plan ")
        text.append(f"agrees with {len(checks) - derived} published figures and {derived} derived from them; ")
        text.append("how it divides between demand and change is the scenario's. " if closed else "no year is closed. ")
    paid = fund.shares(comparison.scenario)
    text.append(f"Of all that is spent in these years the fund pays {percent(paid.get('fund', 0.0))}, the base budget ")
    text.append(f"{percent(paid.get(BASE_BUDGET, 0.0))} and partners {percent(paid.get(PARTNERS, 0.0))}. ")
    for check in checks:
        if not check.holds:
            text.append(f"{check.item} is {pounds(check.found)}, published {pounds(check.published)}. ", "bold")
    outside = comparison.scenario.spent(funding=OUTSIDE_THE_FUND).sum()
    if outside > 0:
        text.append(f"{pounds(outside)} of the closed year was paid by neither the fund nor the base budget. ", "bold")
    return text


def _pressure(comparison: Comparison) -> Group:
    """A column a year; as many tables as it takes to fit the width."""
    scenario = comparison.scenario
    choice = scenario.assembled.resolved.scenario.pressure
    rows = {"Do nothing": pressure(comparison.do_nothing)}
    if has_programme(comparison):
        rows["What the programme leaves"] = pressure(scenario)
        rows["What it costs in the year"] = programme_cost(scenario)
    tables = []
    for first in range(0, len(scenario.years), YEARS_ABREAST):
        abreast = slice(first, first + YEARS_ABREAST)
        tables.append(table_of(f"Pressure ({choice.reading}), £m", [str(year) for year in scenario.years[abreast]]))
        for label, yearly in rows.items():
            tables[-1].add_row(label, *_money(yearly[abreast]))
        found = [scenario.observed.get(("pressure", year)) for year in scenario.years[abreast]]
        if any(value is not None for value in found):
            tables[-1].add_row("Observed", *(figure(value, "pounds") for value in found))
    return Group(*tables)


def _saving_note(comparison: Comparison) -> Text:
    """What the programme takes off, beside what its plan expected."""
    scenario = comparison.scenario
    taken = fund.saving(comparison.do_nothing, scenario)
    year = scenario.assembled.resolved.scenario.pressure.year
    text = Text(style="dim")
    text.append(f"In {year} the programme takes {pounds(taken[scenario.years.index(year), 0])} off what demand costs.")
    for fact in scenario.assembled.inputs.fund:
        if fact.item == "planned_savings" and fact.financial_year in scenario.years:
            found = pounds(float(np.round(taken[scenario.years.index(fact.financial_year), 0], -3)))
            text.append(f" {pounds(fact.value)} was expected of it in {fact.financial_year}; here it is {found}.")
    return text


def _demand_note(comparison: Comparison, growth: Sequence[Growth]) -> Text:
    assembled = comparison.scenario.assembled
    choice, demand = assembled.resolved.scenario.pressure, assembled.resolved.scenario.demand
    rate = demand.growth_per_year.at(choice.year)
    text = Text(style="dim")
    text.append(
        f"Pressure is spending on demand above the {choice.base_year} outturn of {pounds(assembled.base_budget)}. "
    )
    text.append(f"Referrals of children not known before grow {percent(rate)} a year to {choice.year}")
    text.append(", which lowers the share that are re-referrals or repeat plans." if rate > 0 else ".")
    told = [f"{one.title.lower()} {percent(one.do_nothing)} ({percent(one.observed)})" for one in growth]
    if told:
        text.append(f" Growth a year in doing nothing (observed to {choice.base_year}): {', '.join(told)}.")
    return text


def _indicators(comparison: Comparison) -> Table:
    years = _shown_years(comparison)
    programme = has_programme(comparison)
    rows = output_rows(comparison)
    heads = []
    for year in years:
        if any(row["observed"] is not None for row in rows if row["financial_year"] == year):
            heads.append(("observed", year))
        heads += [("do_nothing", year), ("scenario", year)] if programme else [("do_nothing", year)]
    titles = {"do_nothing": "do\nnothing", "scenario": "with\nprogramme", "observed": "\nobserved"}
    table = table_of("In the year, or at 31 March", [f"{year}\n{titles[column]}" for column, year in heads])
    by_key = {(row["output"], row["financial_year"]): row for row in rows}
    for name, output in all_outputs().items():
        if output.unit != "pounds" and not output.detail:
            cells = [figure(by_key[name, year][column], output.unit) for column, year in heads]
            table.add_row(output.title, *cells)
    return table


def _feedback(one: Feedback) -> Text:
    """What no figure here holds."""
    return Text(f"Said of the service: {one.said} ({one.source}).", style="dim")


def _assumptions_note(reliance: Reliance, comparison: Comparison) -> Text:
    year = comparison.scenario.assembled.resolved.scenario.pressure.year
    text = Text(style="dim")
    text.append(f"Assumptions: of the {reliance.inputs} figures behind this {reliance.assumed} are assumptions and ")
    text.append(f"{reliance.part_assumed} rest on one in part. Of do-nothing spending in {year}, ")
    text.append(f"{percent(reliance.spending_on_assumed_unit_costs)} is priced by unit costs that are assumptions and ")
    text.append(f"{percent(reliance.spending_on_part_assumed_unit_costs)} by unit costs that rest on one in part")
    if reliance.saving_on_assumed_effects is not None:
        share = percent(reliance.saving_on_assumed_effects)
        text.append(f"; {share} of what the programme saves rests on assumed effects, the rest on effects published")
        text.append(" elsewhere at the reach and attribution the scenario states")
    text.append(".")
    return text


def _shown_years(comparison: Comparison) -> list[str]:
    """The first year, the year of the pressure reading and the last."""
    years = [str(year) for year in comparison.scenario.years]
    return sorted({years[0], str(comparison.scenario.assembled.resolved.scenario.pressure.year), years[-1]})


def _money(yearly: Any) -> Iterable[str]:
    return (millions(float(amount)) for amount in yearly[:, 0])
