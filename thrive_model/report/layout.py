"""What every screen of a comparison has in common: its heading, and the shape of its tables."""

from __future__ import annotations

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

import thrive_model
from thrive_model.provenance import standing
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import hanging
from thrive_model.run import Comparison
from thrive_model.scenario import Resolved

LABEL = 27


def heading(comparison: Comparison) -> Text:
    """What was run, on what footing, and what it asks."""
    return heading_of(comparison.scenario.assembled.resolved)


def heading_of(resolved: Resolved) -> Text:
    """The heading of whatever is made of a scenario."""
    scenario = resolved.scenario
    first, last = scenario.start, scenario.last_year.last_month
    text = Text(f"{scenario.title}, {scenario.authority}", style="bold")
    text.append(
        f"   {resolved.name}: {first} to {last}, {PRICE_BASIS} pounds, thrive_model {thrive_model.__version__}",
        style="not bold",
    )
    for override in resolved.overrides:
        text.append(f"\n--set {override}", style="not bold")
    text.append(f"\n{scenario.asks}", style="not bold italic")
    shocks = [one.title for one in scenario.shocks.values() if one.enabled]
    if shocks:
        text.append(f"\nWith, in doing nothing too: {', '.join(shocks)}.", style="not bold")
    text.append(f"\n{standing_told(resolved)}", style="not bold")
    return text


def standing_told(resolved: Resolved) -> str:
    """Whether anybody stands behind what was run, and what it must not be used for."""
    limits = resolved.scenario.approval.limits_of_use
    told = f"{standing(resolved).told}{' Limits of use: ' if limits else ''}{limits}"
    return hanging("", told)


def has_programme(comparison: Comparison) -> bool:
    """Whether the scenario changes anything by interventions."""
    return bool(comparison.scenario.assembled.resolved.scenario.active)


def bare_table(gap: int = 2, *, show_header: bool = True) -> Table:
    """A table without lines, so many spaces between its columns."""
    return Table(box=None, padding=(0, gap, 0, 0), pad_edge=False, show_header=show_header)


def folding_table(title: str, heads: Sequence[str], width: int) -> Table:
    """A table whose first column has the title and folds what is wider, and the others figures."""
    table = bare_table()
    table.add_column(title, min_width=width, max_width=width)
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    return table


def table_of(title: str, heads: Sequence[str]) -> Table:
    """A table whose first column has the title, and the others figures."""
    table = bare_table()
    table.add_column(title, no_wrap=True, min_width=LABEL)
    for head in heads:
        table.add_column(head, justify="right")
    return table
