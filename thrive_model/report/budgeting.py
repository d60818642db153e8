"""The budget plan as a council's paper prints it, the savings tracker, and why spending moves from year to year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.budget import Budget, BudgetRow
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, heading, table_of
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import ROUNDED, hanging, millions, percent, plain
from thrive_model.run import Comparison
from thrive_model.spending import PROGRAMME, LineChange
from thrive_model.tracker import Tracked

MTFP_DECIMALS = 3
TITLE = 33
SHOWN_AS_NOTHING = 1e3
SHOWN_IN_WORDS = 5e4
PARTS = {"price": "price", "volume": "volume", "mix": "mix", "joint": "jointly", "fixed": "fixed"}
IN_WORDS = ("price", "volume", "mix", "two at once", "the programme's own cost")
TITLES = {
    "base": "Base budget, {base_year} outturn",
    "caseload": "Caseload at present rates",
    "demography": "Demography",
    "demand": "Demand",
    "investment.ongoing": "Investment, ongoing",
    "investment.one_off": "Investment, one-off",
    "saving.cashable.new": "Cashable, new in the year",
    "saving.cashable.full_year_effect": "Cashable, full-year effect",
    "saving.cashable.one_off": "Cashable, one-off",
    "saving.avoided.new": "Cost avoided, new in the year",
    "saving.avoided.full_year_effect": "Cost avoided, full-year effect",
    "saving.avoided.one_off": "Cost avoided, one-off",
    "extra_cost": "Extra cost of work moved",
    "base_budget": "Base budget called on",
    "fund.demand_support": "Fund: demand support",
    "fund.new_activity": "Fund: new activity",
    "fund.change": "Fund: change",
    "partners.council": "Other funders: council elsewhere",
    "outside_the_fund": "Above the closed accounts",
}
OF_MANY = {"inflation": "Inflation", "partners": "Other funders"}
OF_THE_GAP = {"demand": "demand pressure", "programme": "the programme"}
SECTIONS = {"pressures": "Do nothing", "investment": "", "savings": "With the programme", "funding": "Gap"}
CONVENTION = (
    "£m, nominal: what the council spends, and what other funders pay of the programme. Costs are positive; savings "
    "and what is paid, by whomever, are in brackets; rows sum to the subtotal below them, and all of them to the gap: "
    "what nobody has found the money for, of demand and of the programme. "
)
HOW_TO_READ = (
    "Caseload: what the rates of the base year lead to as children come and go, at the base year's prices, with the "
    "difference between the model's spending and the outturn. Demand: growth in referrals, and shocks. A saving is "
    "new in its first year and has its full-year effect in the next; its rows are cumulated, and what does not last "
    "to the end of the run is one-off. Cashable: could be taken out of the plan; cost avoided: would have been spent "
    "and cannot. Extra cost: lines that cost more than in doing nothing, such as early help. It stands here by itself; "
    "thrive savings takes it off what is cashable and avoided. "
)


def screen(comparison: Comparison, budget: Budget, unfunded: Mapping[str, Sequence[float]]) -> Group:
    """Totals by year, then increments by year, each with its subtotals."""
    totals = {row.key: row.totals for row in budget.rows}
    increments = {row.key: row.increments for row in budget.rows}
    return Group(
        heading(comparison),
        Text(CONVENTION, style="dim"),
        "",
        _with_memo(_plan("Totals, £m", budget, totals), unfunded),
        "",
        _plan("Increments on the year before, £m", budget, increments),
        "",
        Text(HOW_TO_READ + ROUNDED, style="dim"),
    )


def as_object(comparison: Comparison, budget: Budget, unfunded: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """The plan as plain data: signed pounds, unrounded."""
    return {
        **identity(comparison.scenario.assembled.resolved),
        "price_basis": PRICE_BASIS,
        **asdict(budget),
        "unfunded": dict(unfunded),
        "rows": [{"title": title(row, budget.base_year), **asdict(row)} for row in budget.rows],
    }


def title(row: BudgetRow, base_year: str) -> str:
    """What a reader calls the row."""
    kind, _, name = row.key.partition(".")
    if row.key in TITLES:
        return TITLES[row.key].format(base_year=base_year)
    return f"{OF_MANY[kind]}: {plain(name)}"


def _plan(head: str, budget: Budget, figures: Mapping[str, Sequence[float]]) -> Table:
    """Rows in their order, and after each section its subtotal; rows that are nought throughout are left out."""
    table = table_of(head, budget.years)
    so_far = [0.0] * len(budget.years)
    for section, subtotal in SECTIONS.items():
        for row in budget.rows:
            if row.section == section:
                so_far = [a + b for a, b in zip(so_far, figures[row.key], strict=True)]
                if any(round(amount / SHOWN_AS_NOTHING) for amount in row.totals) or section == "pressures":
                    table.add_row(f"  {title(row, budget.base_year)}", *_cells(figures[row.key]))
        if subtotal:
            table.add_row(subtotal, *_cells(so_far), style="bold")
    return table


def _with_memo(table: Table, unfunded: Mapping[str, Sequence[float]]) -> Table:
    """The gap again, by what it is that nobody pays."""
    for use, amounts in unfunded.items():
        table.add_row(f"  of it {OF_THE_GAP[use]}", *_cells(amounts), style="dim")
    return table


def _cells(amounts: Sequence[float]) -> list[str]:
    return [millions(amount, MTFP_DECIMALS) for amount in amounts]


def tracker_screen(comparison: Comparison, rows: Sequence[Tracked], year: str) -> Group:
    """Every saving of the year with its colour, and the reason for it."""
    if not rows:
        return Group(heading(comparison), "", Text(f"Nothing is saved in {year}, and no line costs more."))
    table = bare_table()
    table.add_column(f"\nSavings, {year}, £m", max_width=TITLE)
    for head in ("part\nyear", "full\nyear", "of it\ncashable"):
        table.add_column(head, justify="right", no_wrap=True)
    table.add_column("\nRAG", no_wrap=True)
    table.add_column("\nreason", no_wrap=True)
    for row in rows:
        table.add_row(row.title or plain(row.key), *_cells(_brought(row)), row.rag, row.reason)
    whole = [sum(row[i] for row in map(_brought, rows)) for i in range(3)]
    table.add_row("All savings", *_cells(whole), style="bold")
    return Group(heading(comparison), "", table, "", Text(_owners(rows)), "", Text(RULE, style="dim"))


def _brought(row: Tracked) -> tuple[float, float, float]:
    return row.part_year, row.full_year, row.cashable


RULE = (
    "Part year: what the year brings; full year: what its March comes to over a year. Green, amber, red: by the plan "
    "where one was told (all of it; nine tenths; less), and else by how much of the saving stays when effects without "
    "published evidence are left out (two thirds; one third; less). Red, in brackets: costs more than doing nothing."
)


def _owners(rows: Sequence[Tracked]) -> str:
    """Who answers for what, an owner a line."""
    held: dict[str, list[str]] = {}
    for row in rows:
        held.setdefault(row.owner, []).append(plain(row.key))
    return "\n".join(hanging(f"{plain(owner)}: ", ", ".join(keys)) for owner, keys in held.items())


def tracker_object(comparison: Comparison, rows: Sequence[Tracked]) -> dict[str, Any]:
    """The tracker as plain data, pounds unrounded."""
    return {
        **identity(comparison.scenario.assembled.resolved),
        "price_basis": PRICE_BASIS,
        "savings": [asdict(row) for row in rows],
    }


OF_CHANGES = (
    "Price: units cost more, by inflation or by what an intervention or a shock does to them. Volume: more units. "
    "Mix: as many, of a dearer or cheaper sort (among placements). Jointly: two of these at once. Fixed: the "
    "programme's own cost, what other funders pay of it included."
)


def changes_screen(comparison: Comparison, rows: Sequence[LineChange], first: str, second: str) -> Group:
    """Each line from one year to the other, what changed most first; then the whole in words."""
    table = table_of("Spending, £m", [first, second, "change", *PARTS.values()])
    shown = [row for row in rows if row.line != PROGRAMME and (row.was or row.now)]
    for row in sorted(shown, key=lambda row: -abs(row.change)):
        table.add_row(plain(row.line), *_cells(_figures(row)))
    for row in rows:
        if row.line == PROGRAMME and (row.was or row.now):
            table.add_row("The programme, all who pay", *_cells(_figures(row)))
    whole = [sum(column) for column in zip(*map(_figures, rows), strict=True)]
    table.add_row("All spending, all who pay", *_cells(whole), style="bold")
    told = Text(_in_words(whole, first, second))
    return Group(heading(comparison), "", table, "", told, Text(OF_CHANGES, style="dim"))


def _figures(row: LineChange) -> list[float]:
    return [row.was, row.now, row.change, *(getattr(row, part) for part in PARTS)]


def _in_words(whole: Sequence[float], first: str, second: str) -> str:
    was, _, change, *parts = whole
    told = zip(IN_WORDS, parts, strict=True)
    shown = [f"£{millions(amount)}m by {name}" for name, amount in told if abs(amount) >= SHOWN_IN_WORDS]
    share = percent(change / was) if was else "from nothing"
    in_all = f"From {first} to {second} spending changes by £{millions(change)}m ({share})"
    return f"{in_all}: {', '.join(shown)}." if shown else f"{in_all}."


def changes_object(comparison: Comparison, rows: Sequence[LineChange], first: str, second: str) -> dict[str, Any]:
    """The changes as plain data, pounds unrounded."""
    return {
        **identity(comparison.scenario.assembled.resolved),
        "price_basis": PRICE_BASIS,
        "from": first,
        "to": second,
        "lines": [{**asdict(row), "change": row.change} for row in rows],
    }
