"""What many scenarios come to, a line each: the pressure in the year that matters, and how likely it is too much."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from rich.console import Group
from rich.text import Text

import thrive_model
from thrive_model.archive.sweeping import COLUMNS, Sweep
from thrive_model.errors import Problem
from thrive_model.report.layout import table_of
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import millions, percent
from thrive_model.uncertainty.figures import PRESSURE_ABOVE
from thrive_model.uncertainty.sweep import HEADS, Checked

_FEW = ("p10", "p50", "p90")
_TITLE = "Pressure in its year, £m"


def as_object(
    kept: Sweep, checked: Sequence[Checked], failed: Mapping[str, Sequence[Problem]], measures: Collection[str]
) -> dict[str, Any]:
    """Everything as plain data, unrounded; its keys are part of the interface (docs/json.md)."""
    done = [one for one in checked if one.asked.given not in failed]
    return {
        "model_version": thrive_model.__version__,
        "price_basis": PRICE_BASIS,
        "draws": kept.plan.draws,
        "method": kept.plan.method,
        "whole_children": kept.plan.whole_children,
        "scenarios": [
            {
                "authority": one.authority,
                "scenario": one.name,
                "file": one.asked.given,
                "failed": [str(problem) for problem in failed.get(one.asked.given, ())],
            }
            for one in checked
        ],
        "figures": [
            {key: float(cell) if key in HEADS else cell for key, cell in zip(COLUMNS, row, strict=True)}
            for row in kept.figures(done, measures)
        ],
    }


def screen(kept: Sweep, checked: Sequence[Checked], failed: Mapping[str, Sequence[Problem]]) -> Group:
    """A line a scenario, with its pressure by doing nothing and with its programme, in the year it is asked about."""
    done = [one for one in checked if one.asked.given not in failed]
    table = table_of(_TITLE, ["nothing P10", "P50", "P90", "scenario P10", "P50", "P90", "above target"])
    for one in done:
        rows = {(row["run"], row["measure"]): row for row in _in_its_year(kept, one)}
        cells = [millions(float(rows[run, "pressure"][head])) for run in ("do_nothing", "scenario") for head in _FEW]
        table.add_row(f"{one.authority}, {one.name}", *cells, percent(float(rows["scenario", PRESSURE_ABOVE]["mean"])))
    authorities = len({one.authority for one in checked})
    of = "authority" if authorities == 1 else "authorities"
    how = f"{len(done):,} of {len(checked):,} scenarios of {authorities:,} {of}, {kept.plan.draws:,} draws each"
    told = f"{how}. Every figure is in figures.csv."
    return Group(table, Text(f"\n{told}"))


def _in_its_year(kept: Sweep, one: Checked) -> list[dict[str, str]]:
    """The rows that are shown of a scenario."""
    assert one.resolved is not None
    year = str(one.resolved.scenario.pressure.year)
    rows = (dict(zip(COLUMNS, row, strict=True)) for row in kept.figures([one], ("pressure", PRESSURE_ABOVE)))
    return [row for row in rows if row["when"] == year]
