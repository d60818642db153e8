"""What each intervention does to one figure, as a table and as plain data."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.attribution import Attribution, Part
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, standing_told
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import THOUSAND, change, decimals_for, percent, pounds
from thrive_model.scenario import Resolved


def as_object(resolved: Resolved, found: Attribution) -> dict[str, Any]:
    """The attribution as plain data, unrounded; its keys are part of the interface (docs/attribution.md)."""
    return {
        **identity(resolved),
        "output": found.output.name,
        "unit": found.output.unit,
        "price_basis": PRICE_BASIS if found.output.unit == "pounds" else None,
        "financial_year": str(found.year),
        "do_nothing": found.do_nothing,
        "with_programme": found.scenario,
        "total_change": found.total,
        "sum_of_alone": found.sum_of_alone,
        "interaction": found.interaction,
        "method": _method(found),
        "players": found.players,
        "coalitions_run": found.coalitions_run,
        "permutations": found.orders,
        "seed": found.seed,
        "interventions": [asdict(part) for part in found.parts],
    }


def shared_out(resolved: Resolved, found: Attribution) -> Group:
    """What was asked, a row an intervention, how they interact, and how the shares were come by."""
    return Group(_heading(resolved, found), "", _table(found), "", _interaction(found), _how(found))


def _heading(resolved: Resolved, found: Attribution) -> Text:
    scenario = resolved.scenario
    text = Text(f"{scenario.title}, {scenario.authority}", style="bold")
    text.append(f"   {resolved.name}: {found.output.title}, {found.year}", style="not bold")
    for override in resolved.overrides:
        text.append(f"\n--set {override}", style="not bold")
    text.append(f"\n{standing_told(resolved)}", style="not bold")
    text.append(f"\nDo nothing {_told(found.do_nothing, found)}, with the whole programme ", style="not bold")
    text.append(f"{_told(found.scenario, found)}: a change of {_told(found.total, found)}.", style="not bold")
    return text


def _table(found: Attribution) -> Table:
    table = bare_table()
    unit = found.output.unit
    table.add_column(f"£000, {PRICE_BASIS}" if unit == "pounds" else unit[0].upper() + unit[1:])
    heads = ["alone", "last in", "share", *(["s.e."] if found.orders else []), "% of total"]
    for head in heads:
        table.add_column(head, justify="right", no_wrap=True)
    for part in found.parts:
        table.add_row(Text(part.title), *_cells(part, found))  # a title may hold what would be markup
    spare = [""] if found.orders else []
    share = "" if not found.total else percent(1.0)
    table.add_row("Sum", _shown(found.sum_of_alone, found), "", _shown(found.total, found), *spare, share)
    table.add_row("Interaction", _shown(found.interaction, found), "", "", *spare, "")
    return table


def _cells(part: Part, found: Attribution) -> list[str]:
    error = [] if part.standard_error is None else [_shown(part.standard_error, found, 1)]
    of_total = "" if part.of_total is None else percent(part.of_total)
    return [_shown(part.alone, found), _shown(part.last_in, found), _shown(part.share, found), *error, of_total]


def _interaction(found: Attribution) -> Text:
    """What the named interaction means, in a sentence."""
    size = _told(abs(found.interaction), found)
    if not found.interaction:
        return Text("Interaction: none. Together they do what they do one by one.")
    if found.interaction * found.sum_of_alone < 0:
        return Text(
            f"Interaction: together they do {size} less than the sum of each alone, as several on one move multiply, "
            "each finding less left to change, or share places and staff that are limited."
        )
    return Text(
        f"Interaction: together they do {size} more than the sum of each alone, as what one does gives another more "
        "to act on or room to act."
    )


def _how(found: Attribution) -> Text:
    told = [
        "Alone: with it only, against none. Last in: with all, against all but it.",
        "Share: its mean contribution over the orders in which they could join (its Shapley value); shares sum to the",
        "total.",
    ]
    if found.orders:
        told += [
            f"Estimated from {found.orders} orders, an order and its reverse in turn (seed {found.seed}); s.e. is the",
            f"standard error. {found.coalitions_run} combinations were run.",
        ]
    else:
        told += [f"The shares are exact: every combination of the {found.players} that matter was run."]
    if found.closed and found.output.unit == "pounds":
        told += [f"The accounts of {found.year} are closed: what was drawn stays as published in all of them."]
    return Text(" ".join(told), style="dim")


def _method(found: Attribution) -> str:
    return "sampled" if found.orders else "exact"


def _shown(value: float, found: Attribution, more_decimals: int = 0) -> str:
    """A change as it stands in the table: decimals enough for the largest share."""
    most = max(abs(part.share) for part in found.parts)
    pounds_in_thousands = found.output.unit == "pounds"
    decimals = decimals_for(most / THOUSAND if pounds_in_thousands else most)
    return change(value, found.output.unit, decimals + more_decimals)


def _told(value: float, found: Attribution) -> str:
    """A figure as it stands in a sentence."""
    return pounds(value) if found.output.unit == "pounds" else _shown(value, found)
