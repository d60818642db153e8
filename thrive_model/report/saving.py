"""What the programme takes off each cost line, and whether it is what was asked and announced."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model import savings
from thrive_model.provenance import identity
from thrive_model.report.layout import has_programme, heading, table_of
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import ROUNDED, hanging, millions, plain
from thrive_model.run import Comparison

A_TENTH_OF_A_THOUSAND = 100.0
NO_PROGRAMME = "The scenario has no interventions: it is doing nothing itself, and nothing is saved."


def screen(comparison: Comparison, year: str) -> Group:
    """The savings announced, then every line of the year, then what was asked for and what is missing."""
    if not has_programme(comparison):
        return Group(heading(comparison), "", _named(comparison), NO_PROGRAMME, *_against_target(comparison))
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
        **identity(comparison.scenario.assembled.resolved),
        "price_basis": PRICE_BASIS,
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
    titles = {key: one.title for key, one in comparison.scenario.assembled.resolved.scenario.active.items()}
    notes = []
    for key in dict.fromkeys(row.key for row in rows):
        ones = [row for row in rows if row.key == key]
        table.add_row(ones[0].title, *(millions(row.saving, 3) for row in ones))
        notes.append(
            Text(hanging("  ", f"{ones[0].title}: {ones[0].said}. {_answered(ones[0].claimed_by, titles)}"), "dim")
        )
    if not rows:
        return Group(Text("The scenario names no saving that was announced (named_savings)."))
    return Group(table, *notes)


def _answered(claimed_by: Mapping[str, float], titles: Mapping[str, str]) -> str:
    if not claimed_by:
        return "No intervention claims it: it follows the number of children"
    told = ", ".join(
        titles[name] if share == 1.0 else f"{titles[name]} ({share:.0%})" for name, share in claimed_by.items()
    )
    return f"Claimed by: {told}"


def _by_line(rows: Sequence[savings.LineSaving], year: str) -> Group:
    """What changes on each line, the largest saving first, then the same by price and volume."""
    changed = [row for row in rows if max(abs(row.saving), abs(row.price)) >= A_TENTH_OF_A_THOUSAND]
    ordered = sorted(changed, key=lambda row: -row.saving)
    heads = {"do_nothing": "do\nnothing", "scenario": "with\nprogramme", "saving": "\nsaving"}
    whole = {**heads, "cashable": "of it\ncashable", "avoided": "cost\navoided"}
    parts = {
        "saving": "\nsaving",
        "price": "\nby price",
        "volume": "by\nvolume",
        "mix": "\nby mix",
        "joint": "\njointly",
    }
    table = _columns(f"Cost lines, {year}, £m", whole, ordered, rows)
    told = [row for row in ordered if max(abs(row.price), abs(row.mix)) >= A_TENTH_OF_A_THOUSAND]
    if not told:
        return Group(table, Text("No unit cost and no mix changes: every saving comes of fewer units.", style="dim"))
    return Group(table, "", _columns(f"Price, volume and mix, {year}, £m", parts, told, rows))


def _columns(
    title: str, heads: Mapping[str, str], shown: Sequence[savings.LineSaving], every: Sequence[savings.LineSaving]
) -> Table:
    table = table_of(title, list(heads.values()))
    for row in shown:
        table.add_row(plain(row.line), *(millions(getattr(row, name), 3) for name in heads))
    table.add_row("All lines", *(millions(sum(getattr(row, name) for row in every), 3) for name in heads), style="bold")
    return table


def _how_to_read() -> Text:
    return Text(
        "Brackets: the line costs more than in doing nothing, as where help is given instead. Cashable: could be taken "
        "out of a budget, by the line's cashable share of what has lasted its lag; cost avoided: would have been spent "
        "and cannot. By price: a unit costs less; by volume: there are fewer units; by mix: cheaper ones stand in for "
        "dearer, as placements do; jointly: two at once. Lines that do not change are left out. "
        f"{ROUNDED}",
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
