"""Each intervention's chain, from the children of its ages to those whose outcome is its own, and what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.assemble import Assembled
from thrive_model.interventions import Intervention
from thrive_model.periods import FinancialYear, months_between
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, standing_told
from thrive_model.report.words import THOUSAND, percent

STEPS = {
    "eligible": "eligi-\nble",
    "reached": "\nreached",
    "engaged": "\nengaged",
    "deadweight": "dead-\nweight",
    "attribution": "owed\nto it",
}
NEUTRAL = {"deadweight": 0.0}
WIDEST_TITLE = 36


def screen(assembled: Assembled, year: FinancialYear) -> Group:
    """A row an intervention, in the year asked for; then what befalls the service with the programme and without."""
    scenario, found = assembled.resolved.scenario, rows(assembled, year)
    head = Text(f"{scenario.title}, {scenario.authority}", style="bold")
    head.append(f"\n{standing_told(assembled.resolved)}", style="not bold")
    parts: list[Any] = [head, ""]
    if found:
        shown = [step for step in STEPS if any(row[step] != NEUTRAL.get(step, 1.0) for row in found)]
        parts += [_table(found, shown, year), _how_to_read([step for step in STEPS if step not in shown])]
    else:
        parts.append(Text("The scenario has no interventions."))
    for one in scenario.shocks.values():
        if one.enabled:
            phase = percent(float(one.phase(year.last_month)))
            parts.append(Text(f"In doing nothing too: {one.title}, from {one.start}, at {phase} of its size in March."))
    return Group(*parts)


def _table(found: Sequence[dict[str, Any]], steps: Sequence[str], year: FinancialYear) -> Table:
    table = bare_table()
    table.add_column(f"Interventions, {year}", max_width=WIDEST_TITLE)
    for head in ("\nages", "\nfrom", *(STEPS[step] for step in steps), "phase,\nMarch", "all\nin all", "\n£000"):
        table.add_column(head, justify="right", no_wrap=True)
    for row in found:
        shares = [*(row[step] for step in steps), row["phase"], row["coverage"]]
        table.add_row(row["title"], row["ages"], row["start"], *(percent(share) for share in shares), _cost(row))
    return table


def as_object(assembled: Assembled, year: FinancialYear) -> dict[str, Any]:
    """Every intervention's chain in the year as plain data."""
    return {
        **identity(assembled.resolved),
        "financial_year": str(year),
        "interventions": rows(assembled, year),
    }


def rows(assembled: Assembled, year: FinancialYear) -> list[dict[str, Any]]:
    """Each active intervention: its steps in the year, its phase and coverage in its last month, and its cost."""
    found = []
    for key, one in assembled.resolved.scenario.active.items():
        months = months_between(year.first_month, year.last_month)
        found.append(
            {
                "intervention": key,
                "title": one.title,
                "use": one.use,
                "ages": str(one.ages) if one.ages else "all",
                "start": str(one.start),
                "end": str(one.end) if one.end else None,
                **{step: getattr(one, step).at(year) for step in STEPS},
                "phase": float(one.phase(year.last_month)),
                "coverage": float(one.coverage([year.last_month])[0, 0]),
                "cost": float(one.costs(months).sum()),
                "partners_cost": float(one.partners_costs(months).sum()),
                "set_aside_and_not_drawn": _set_aside(one, year),
                "carried_by": one.carried_by.supply if one.carried_by else None,
                "acts_on": [" ".join(effect.acts_on()) for effect in one.effects],
            }
        )
    return found


def _set_aside(one: Intervention, year: FinancialYear) -> float:
    months = months_between(year.first_month, year.last_month)
    return float(one.allocations(months).sum()) if one.allocated_not_drawn else 0.0


def _cost(row: Mapping[str, Any]) -> str:
    set_aside = row["set_aside_and_not_drawn"]
    return f"({set_aside / THOUSAND:,.0f})" if set_aside else f"{row['cost'] / THOUSAND:,.0f}"


def _how_to_read(left_out: Sequence[str]) -> Text:
    text = Text(style="dim")
    text.append(
        "Of the children of its ages some are eligible, some of those are reached, some of those engage. Of the "
    )
    text.append(
        "effect on them, deadweight would have come about anyway, and a part of the rest is owed to it. All in "
    )
    text.append("all is the share whose outcome changes at that phase; staff who carry it may make it less (thrive ")
    text.append("supplies). £000 is what the council pays in the year; in brackets what was set aside and not drawn.")
    if left_out:
        text.append(f" Not shown, since it takes nothing away from any of them: {', '.join(left_out)}.")
    return text
