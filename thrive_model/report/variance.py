"""Planned spending, the reasons why less was drawn, and what was drawn, for people and for machines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

import thrive_model
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, standing_told
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import to_the_pound
from thrive_model.scenario import Resolved
from thrive_model.variance import LOWER_DEMAND, SELF_FUNDED, SLIPPAGE, Bridge, Reason


def variance_shown(resolved: Resolved, bridges: Sequence[Bridge]) -> Group:
    """A table a closed year, each reason with what was said of it."""
    scenario = resolved.scenario
    head = Text(f"{scenario.title}, {scenario.authority}", style="bold")
    head.append(f"   {resolved.name}: planned and drawn, {PRICE_BASIS} pounds, thrive_model", style="not bold")
    head.append(f" {thrive_model.__version__}", style="not bold")
    for override in resolved.overrides:
        head.append(f"\n--set {override}", style="not bold")
    head.append(f"\n{standing_told(resolved)}", style="not bold")
    note = "The accounts do not divide what was drawn beyond new activity between demand support and change: the"
    note += " scenario does, and with it lower demand from slippage."
    return Group(head, *(part for bridge in bridges for part in ("", _table(bridge))), Text(note, style="dim"))


def as_object(resolved: Resolved, bridges: Sequence[Bridge]) -> dict[str, Any]:
    """The same as plain data, pounds unrounded; a positive amount is less drawn."""
    return {
        **identity(resolved),
        "price_basis": PRICE_BASIS,
        "years": [asdict(bridge) for bridge in bridges],
    }


def _table(bridge: Bridge) -> Table:
    table = bare_table()
    table.add_column(f"Fund, £, {bridge.financial_year}", no_wrap=True)
    table.add_column("", justify="right", no_wrap=True)
    table.add_column("what was said of it")
    table.add_row("Planned", to_the_pound(bridge.planned))
    for reason in bridge.reasons:
        table.add_row(_label(reason), to_the_pound(-reason.amount), reason.said)
    table.add_row("Drawn", to_the_pound(bridge.drawn))
    left = f"Carried forward into {bridge.carried_into}" if bridge.carried_into else "Left as the fund closes"
    table.add_row(left, to_the_pound(bridge.carried_forward))
    return table


def _label(reason: Reason) -> str:
    less, more = {
        LOWER_DEMAND: ("Lower demand than planned", "Higher demand than planned"),
        SLIPPAGE: ("Started later than planned (slippage)", "More new activity and change than planned"),
        SELF_FUNDED: ("Needed no money after all (self-funded)", ""),
    }[reason.reason]
    return more if reason.amount < 0 else less
