"""What the programme takes off each cost line, and whether it is what was asked and announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.text import Text

from thrive_model import savings
from thrive_model.report.layout import heading, table_of
from thrive_model.report.words import hanging, millions
from thrive_model.run import Comparison

A_TENTH_OF_A_THOUSAND = 100.0


def screen(comparison: Comparison, year: str) -> Group:
    """The savings announced, then every line of the year, then what was asked for and what is missing."""
    lines = [row for row in _lines(comparison) if row.financial_year == year]
    return Group(
        heading(comparison),
        "",
        _named(comparison),
        "",
        _by_line(lines, year),
        _how_to_read(),
        *_against_target(comparison),
    )


def as_object(comparison: Comparison) -> dict[str, Any]:
    """Every line, named saving and target as plain data, pounds unrounded."""
    both = comparison.do_nothing, comparison.scenario
    return {
        "scenario": comparison.scenario.assembled.resolved.name,
        "price_basis": "nominal",
        "lines": [{**_flat(row), "saving": row.saving} for row in savings.by_line(*both)],
        "named": [{**_flat(row), "saving": row.saving} for row in savings.named(*both)],
        "targets": [{**vars(row), "gap": row.gap} for row in savings.against_target(*both)],
    }


def _flat(row: object) -> dict[str, Any]:
    return {key: dict(value) if isinstance(value, Mapping) else value for key, value in vars(row).items()}


def _lines(comparison: Comparison) -> list[savings.LineSaving]:
    return savings.by_line(comparison.do_nothing, comparison.scenario)


def _named(comparison: Comparison) -> Group:
    """A column a year, then who answers for each and what was said of it."""
    rows = savings.named(comparison.do_nothing, comparison.scenario)
    table = table_of("Savings announced, £m", [str(year) for year in comparison.scenario.years])
    notes = []
    for key in dict.fromkeys(row.key for row in rows):
        ones = [row for row in rows if row.key == key]
        table.add_row(ones[0].title, *(millions(row.saving, 3) for row in ones))
        notes.append(Text(hanging("  ", f"{ones[0].title}: {ones[0].said}. {_answered(ones[0].claimed_by)}"), "dim"))
    if not rows:
        return Group(Text("The scenario names no saving that was announced (named_savings)."))
    return Group(table, *notes)


def _answered(claimed_by: Mapping[str, float]) -> str:
    if not claimed_by:
        return "No intervention claims it: it follows the number of children"
    told = ", ".join(name if share == 1.0 else f"{name} ({share:.0%})" for name, share in claimed_by.items())
    return f"Claimed by {told}"


def _by_line(rows: Sequence[savings.LineSaving], year: str) -> Group:
    heads = ["do\nnothing", "with\nprogramme", "\nsaving", "\nby price", "by\nvolume", "\njointly"]
    table = table_of(f"Cost lines, {year}, £m", heads)
    for row in sorted(rows, key=lambda row: -row.saving):
        if max(abs(row.saving), abs(row.price)) >= A_TENTH_OF_A_THOUSAND:
            figures = (row.do_nothing, row.scenario, row.saving, row.price, row.volume, row.joint)
            table.add_row(row.line, *(millions(figure, 3) for figure in figures))
    sums = [sum(getattr(row, name) for row in rows) for name in ("do_nothing", "scenario", "saving", "price")]
    sums += [sum(getattr(row, name) for row in rows) for name in ("volume", "joint")]
    table.add_row("All lines", *(millions(total, 3) for total in sums), style="bold")
    return Group(table)


def _how_to_read() -> Text:
    return Text(
        "Brackets: the line costs more than in doing nothing, as where help is given instead. By price: a unit costs "
        "less; by volume: there are fewer units; jointly: both at once. Lines that do not change are left out.",
        style="dim",
    )


def _against_target(comparison: Comparison) -> list[Any]:
    rows = savings.against_target(comparison.do_nothing, comparison.scenario)
    if not rows:
        return []
    table = table_of("Against what was asked, £m", [row.financial_year for row in rows])
    table.add_row("Savings asked for", *(millions(row.target, 3) for row in rows))
    table.add_row("Saved in the model", *(millions(row.saving, 3) for row in rows))
    table.add_row("Gap (brackets: more than asked)", *(millions(row.gap, 3) for row in rows))
    return ["", table]
