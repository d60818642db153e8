"""Supplies year by year, with the programme and in doing nothing: who joins, who is used and lost, what is short."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.provenance import identity
from thrive_model.report.layout import has_programme, heading, table_of
from thrive_model.report.words import plain
from thrive_model.run import Comparison
from thrive_model.supply_account import SupplyYear, accounts

STOCKS = {
    "opening": "At the start",
    "joined": "Joined",
    "used": "Used by matches",
    "lost": "Lost",
    "closing": "At the end",
}
BESIDE = {
    "needed": "Needed at the end",
    "places": "Places they make",
    "taken": "Children in these",
    "overflowed": "Overflowed in the year",
    "waiting": "Children waiting in March",
}


def screen(comparison: Comparison) -> Group:
    """A table for each supply: its account in the scenario, and its end of year in doing nothing."""
    now, was = accounts(comparison.scenario), accounts(comparison.do_nothing)
    parts: list[Any] = [heading(comparison)]
    for supply in dict.fromkeys(row.supply for row in now):
        mine = [row for row in now if row.supply == supply]
        before = [row for row in was if row.supply == supply] if has_programme(comparison) else []
        parts += ["", _table(mine, before), Text(mine[0].meaning, style="dim")]
    if not now:
        parts += ["", Text("The tables have no supplies (capacity.csv): nothing limits placements, matches or reach.")]
    return Group(*parts)


def as_object(comparison: Comparison) -> dict[str, Any]:
    """Every supply and year of both runs as plain data, unrounded."""
    return {
        **identity(comparison.scenario.assembled.resolved),
        "supplies": [vars(row) for row in accounts(comparison.scenario)],
        "do_nothing": [vars(row) for row in accounts(comparison.do_nothing)],
    }


def _table(rows: Sequence[SupplyYear], before: Sequence[SupplyYear]) -> Table:
    table = table_of(plain(rows[0].supply), [row.financial_year for row in rows])
    for name, label in STOCKS.items():
        if name != "used" or any(row.used for row in rows):
            table.add_row(label, *(f"{getattr(row, name):,.1f}" for row in rows))
    for name, label in BESIDE.items():
        _add(table, label, [getattr(row, name) for row in rows])
    if before:
        table.add_row("In doing nothing, at the end", *(f"{row.closing:,.1f}" for row in before))
        _add(table, "In doing nothing, overflowed", [row.overflowed for row in before])
        _add(table, "In doing nothing, waiting", [row.waiting for row in before])
    return table


def _add(table: Table, label: str, figures: Sequence[float | None]) -> None:
    """A row, where the supply has such a figure."""
    if all(figure is not None for figure in figures):
        table.add_row(label, *(f"{abs(round(figure or 0.0, 1)):,.1f}" for figure in figures))
