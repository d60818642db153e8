"""Indicators with their targets in words and as plain data, followed by the rates beside those of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.comparators import standings
from thrive_model.provenance import identity
from thrive_model.report.comparators import beside_others, standing_row
from thrive_model.report.layout import bare_table, has_programme, heading
from thrive_model.report.words import figure, hanging, percent, pounds
from thrive_model.run import Comparison
from thrive_model.watch import Goal, Indicator, Reading, indicators

YEARS_ABREAST = 6
LABEL = 16
COLOURS = {"green": "green", "amber": "yellow", "red": "red"}
NO_INDICATORS = "The scenario watches no indicators; its block 'watch' would name them."


def screen(comparison: Comparison) -> Group:
    """The indicators by year with their status and rule, then the rates beside those of others."""
    watched = indicators(comparison.scenario, comparison.do_nothing)
    beside = standings(comparison.scenario, comparison.do_nothing)
    programme = has_programme(comparison)
    parts: list[Any] = [heading(comparison), ""]
    for first in range(0, len(comparison.scenario.years) if watched else 0, YEARS_ABREAST):
        parts += _indicators(watched, slice(first, first + YEARS_ABREAST), programme)
    parts += [] if watched else [NO_INDICATORS, ""]
    parts += beside_others(beside, programme)
    return Group(*(parts[:-1] if parts[-1] == "" else parts))


def as_object(comparison: Comparison) -> dict[str, Any]:
    """The same as plain data: a row an indicator and financial year, and a row an output and published year."""
    resolved = comparison.scenario.assembled.resolved
    watched = indicators(comparison.scenario, comparison.do_nothing)
    beside = standings(comparison.scenario, comparison.do_nothing)
    return {
        **identity(resolved),
        "indicators": [_reading_row(one, reading) for one in watched for reading in one.readings],
        "comparisons": [standing_row(one) for one in beside],
    }


def rule(goal: Goal, unit: str) -> str:
    """When an indicator is green, amber and red, in words."""
    counted = not (unit.startswith("per ") or unit == "pounds")
    way = "or more" if goal.better == "higher" else "or fewer" if counted else "or less"
    green = f"green at {_mark(goal.target, unit)} {way}"
    if goal.edge == goal.target:
        return f"{green}, red beyond"
    return f"{green}, amber to {_mark(goal.edge, unit)} ({percent(goal.within)} beyond), then red"


def _mark(value: float, unit: str) -> str:
    """A target as it was written, or its edge, to as many decimals as tell them from what lies beyond."""
    return pounds(value) if unit == "pounds" else f"{value:,.2f}".rstrip("0").rstrip(".")


def _indicators(watched: Sequence[Indicator], abreast: slice, programme: bool) -> Iterator[Any]:
    """The years, then a block an indicator: its rule, and a row each for observed, doing nothing and the programme."""
    blocks = [_rows(one, abreast, programme) for one in watched]
    widest = max(len(cell) for rows in blocks for cells in rows.values() for cell in cells)
    years = [str(reading.financial_year) for reading in watched[0].readings[abreast]]
    yield _grid(years, widest, show_header=True)
    for one, rows in zip(watched, blocks, strict=True):
        yield Text(one.title, style="bold")
        yield Text(hanging("  ", _rules(one)), style="dim")
        table = _grid(years, widest, show_header=False)
        for label, cells in rows.items():
            table.add_row(label, *(_to_the_right(cell, widest) for cell in cells))
        yield table
        yield ""


def _grid(years: Sequence[str], widest: int, *, show_header: bool) -> Table:
    table = bare_table(1, show_header=show_header)
    table.add_column("", width=LABEL)
    for year in years:
        table.add_column(year.rjust(widest), width=max(widest, len(year)))
    return table


def _to_the_right(cell: Text, width: int) -> Text:
    """The cell at the right of its column, the spaces after a short status kept: a right-hand column drops them."""
    return Text(" " * (width - len(cell))).append_text(cell)


def _rows(one: Indicator, abreast: slice, programme: bool) -> dict[str, list[Text]]:
    readings = one.readings[abreast]
    figures: dict[str, list[float | None]] = {
        "  observed": [reading.observed for reading in readings],
        "  do nothing": [reading.do_nothing for reading in readings],
        "  with programme": [reading.scenario if programme else None for reading in readings],
    }
    shown = {label: values for label, values in figures.items() if any(value is not None for value in values)}
    columns = [
        _column(values, reading, one.output.unit) for *values, reading in zip(*shown.values(), readings, strict=True)
    ]
    return {label: list(cells) for label, cells in zip(shown, zip(*columns, strict=True), strict=True)}


def _column(values: Sequence[float | None], reading: Reading, unit: str) -> list[Text]:
    """The figures of one year above one another, and so their statuses."""
    statuses = ["" if value is None else reading.goal.status(value) for value in values]
    longest = max(len(status) for status in statuses)
    return [
        Text(f"{figure(value, unit)} ").append(f"{status:<{longest}}", style=COLOURS[status]) if status else Text("")
        for value, status in zip(values, statuses, strict=True)
    ]


def _rules(one: Indicator) -> str:
    """The rule, or where the target moves, each rule with the year from which it holds."""
    of_goals = [list(same) for _, same in groupby(one.readings, key=lambda reading: reading.goal)]
    if len(of_goals) == 1:
        return rule(of_goals[0][0].goal, one.output.unit)
    return "; ".join(f"from {same[0].financial_year} {rule(same[0].goal, one.output.unit)}" for same in of_goals)


def _reading_row(one: Indicator, reading: Reading) -> dict[str, Any]:
    row = {
        "indicator": one.name,
        "title": one.title,
        "output": one.output.name,
        "unit": one.output.unit,
        "financial_year": str(reading.financial_year),
        "better": reading.goal.better,
        "target": reading.goal.target,
        "amber_to": reading.goal.edge,
        "rule": rule(reading.goal, one.output.unit),
    }
    for name in ("scenario", "do_nothing", "observed"):
        value = getattr(reading, name)
        row |= {name: value, f"{name}_status": None if value is None else reading.goal.status(value)}
    return row
