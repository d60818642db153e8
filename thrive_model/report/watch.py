"""Indicators with their targets, and rates beside those of other authorities, in words and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

import thrive_model
from thrive_model.comparators import FENCE, FEWEST, Standing, standings
from thrive_model.report.screen import has_programme, heading, plain_table
from thrive_model.report.words import figure, hanging, percent, pounds
from thrive_model.run import Comparison
from thrive_model.watch import Goal, Indicator, Reading, indicators

YEARS_ABREAST = 6
LABEL = 16
COLOURS = {"green": "green", "amber": "yellow", "red": "red"}
NO_INDICATORS = "The scenario watches no indicators; its block 'watch' would name them."
NO_FLAG = "-"
"""Where nothing is published, the run has no such year, or there are too few neighbours."""


def screen(comparison: Comparison) -> Group:
    """The indicators by year with their status and rule, then the rates beside those of others."""
    watched = indicators(comparison.scenario, comparison.do_nothing)
    beside = standings(comparison.scenario, comparison.do_nothing)
    programme = has_programme(comparison)
    parts: list[Any] = [heading(comparison), ""]
    for first in range(0, len(comparison.scenario.years) if watched else 0, YEARS_ABREAST):
        parts += _indicators(watched, slice(first, first + YEARS_ABREAST), programme)
    parts += [] if watched else [NO_INDICATORS, ""]
    for year, of_year in groupby(_latest(beside), key=lambda one: one.financial_year):
        parts += _of_year(list(of_year), str(year), programme)
    return Group(*parts, *_over_time(beside))


def as_object(comparison: Comparison) -> dict[str, Any]:
    """The same as plain data: a row an indicator and financial year, and a row an output and published year."""
    resolved = comparison.scenario.assembled.resolved
    watched = indicators(comparison.scenario, comparison.do_nothing)
    beside = standings(comparison.scenario, comparison.do_nothing)
    return {
        "scenario": resolved.name,
        "model_version": thrive_model.__version__,
        "indicators": [_reading_row(one, reading) for one in watched for reading in one.readings],
        "comparisons": [_standing_row(one) for one in beside],
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


# Indicators


def _indicators(watched: Sequence[Indicator], abreast: slice, programme: bool) -> Iterator[Any]:
    """The years, then a block an indicator: its rule, and a row each for the programme, doing nothing and observed."""
    blocks = [_rows(one, abreast, programme) for one in watched]
    widest = max(len(cell) for rows in blocks for cells in rows.values() for cell in cells)
    years = [str(reading.financial_year) for reading in watched[0].readings[abreast]]
    yield _grid(years, widest, show_header=True)
    for one, rows in zip(watched, blocks, strict=True):
        yield Text(one.title, style="bold")
        yield Text(hanging("  ", _rules(one)), style="dim")
        table = _grid(years, widest, show_header=False)
        for label, cells in rows.items():
            table.add_row(label, *cells)
        yield table
        yield ""


def _grid(years: Sequence[str], widest: int, *, show_header: bool) -> Table:
    table = Table(box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=show_header)
    table.add_column("", width=LABEL)
    for year in years:
        table.add_column(year, justify="right", width=max(widest, len(year)))
    return table


def _rows(one: Indicator, abreast: slice, programme: bool) -> dict[str, list[Text]]:
    readings = one.readings[abreast]
    figures: dict[str, list[float | None]] = {
        "  with programme": [reading.scenario if programme else None for reading in readings],
        "  do nothing": [reading.do_nothing for reading in readings],
        "  observed": [reading.observed for reading in readings],
    }
    return {
        label: [_cell(value, reading, one.output.unit) for value, reading in zip(values, readings, strict=True)]
        for label, values in figures.items()
        if any(value is not None for value in values)
    }


def _cell(value: float | None, reading: Reading, unit: str) -> Text:
    if value is None:
        return Text("")
    status = reading.goal.status(value)
    return Text(f"{figure(value, unit)} ").append(status, style=COLOURS[status])


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


# Others


def _latest(beside: Sequence[Standing]) -> list[Standing]:
    """The last published year of each output, the years in order."""
    last = {one.output.name: one for one in beside}
    return sorted(last.values(), key=lambda one: one.financial_year)


def _of_year(beside: Sequence[Standing], year: str, programme: bool) -> Iterator[Any]:
    """The figures of a year, how they stand to the neighbours', and the authorities visited."""
    yield _figures(beside, year, programme)
    yield ""
    yield _flags(beside, programme)
    yield Text(_flags_in_words(), style="dim")
    yield ""
    seen = [one for one in beside if one.visited]
    if seen:
        visited = list(dict.fromkeys(name for one in seen for name in one.visited))
        table = plain_table(f"Authorities visited, {year}", visited)
        for one in seen:
            table.add_row(one.output.title, *(figure(one.visited.get(name), one.output.unit) for name in visited))
        yield table
        yield ""


def _figures(beside: Sequence[Standing], year: str, programme: bool) -> Table:
    ours = ["observed", *(["with\nprogramme"] if programme else []), "do\nnothing"]
    table = plain_table(f"Beside others, {year}", [*ours, "England", "lowest", "median", "highest"])
    for one in beside:
        own = [one.observed, *([one.scenario] if programme else []), one.do_nothing]
        spread = one.neighbours
        marks = [spread.lowest, spread.median, spread.highest] if spread else [None] * 3
        table.add_row(one.output.title, *(figure(value, one.output.unit) for value in (*own, one.england, *marks)))
    return table


def _flags(beside: Sequence[Standing], programme: bool) -> Table:
    ours = ["observed", *(["with programme"] if programme else []), "do nothing"]
    table = plain_table("Among the neighbours", ["rank of\nobserved", *ours])
    for one in beside:
        own = [one.observed, *([one.scenario] if programme else []), one.do_nothing]
        table.add_row(one.output.title, _rank(one), *(_flag(one, value) for value in own))
    return table


def _rank(one: Standing) -> str:
    place = one.neighbours.rank(one.observed) if one.neighbours else None
    return NO_FLAG if place is None or one.neighbours is None else f"{place} of {len(one.neighbours.figures) + 1}"


def _flag(one: Standing, value: float | None) -> str:
    return (one.neighbours.flag(value) if one.neighbours else None) or NO_FLAG


def _flags_in_words() -> str:
    return (
        "Rank 1 is the highest. High is above the neighbours' upper quartile, low below their lower one; an outlier"
        f" lies more than {FENCE:g} times the distance between the two beyond. Quartiles are read off a straight line"
        f" between the ranked figures; {NO_FLAG} where nothing is published or fewer than {FEWEST} neighbours have a"
        " figure. High and low are not good or bad in themselves."
    )


def _over_time(beside: Sequence[Standing]) -> Iterator[Any]:
    """Each output of which several years are published: a column a year."""
    for _, same in groupby(beside, key=lambda one: one.output.name):
        series = list(same)
        if len(series) > 1:
            yield _years_of(series)
            yield ""


def _years_of(series: Sequence[Standing]) -> Table:
    title, unit = series[0].output.title, series[0].output.unit
    table = plain_table(f"{title} over time", [str(one.financial_year) for one in series])
    rows: dict[str, list[float | None]] = {
        "Observed": [one.observed for one in series],
        "England": [one.england for one in series],
        "Median of the neighbours": [one.neighbours.median if one.neighbours else None for one in series],
    }
    for name in dict.fromkeys(name for one in series for name in one.visited):
        rows[name] = [one.visited.get(name) for one in series]
    for label, values in rows.items():
        table.add_row(label, *(figure(value, unit) for value in values))
    table.add_row("Observed is", *(_flag(one, one.observed) for one in series))
    return table


def _standing_row(one: Standing) -> dict[str, Any]:
    spread = one.neighbours
    row: dict[str, Any] = {
        "output": one.output.name,
        "title": one.output.title,
        "unit": one.output.unit,
        "financial_year": str(one.financial_year),
    }
    for name in ("observed", "scenario", "do_nothing"):
        value = getattr(one, name)
        row |= {name: value, f"{name}_flag": spread.flag(value) if spread else None}
    marks = ("lowest", "lower_quartile", "median", "upper_quartile", "highest")
    return {
        **row,
        "observed_rank": spread.rank(one.observed) if spread else None,
        "england": one.england,
        "neighbours": len(spread.figures) if spread else 0,
        **{mark: getattr(spread, mark) if spread else None for mark in marks},
        "visited": dict(one.visited),
    }
