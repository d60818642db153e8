"""Rates beside those of England and other authorities: tables for people, rows for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from rich.table import Table
from rich.text import Text

from thrive_model.comparators import FENCE, FEWEST, Standing
from thrive_model.report.layout import table_of
from thrive_model.report.words import figure

NO_FLAG = "-"
"""Where nothing is published, the run has no such year, or there are too few neighbours."""


def beside_others(beside: Sequence[Standing], programme: bool) -> Iterator[Any]:
    """The last published year of each output, then those of which several years are published."""
    last = {one.output.name: one for one in beside}
    latest = sorted(last.values(), key=lambda one: one.financial_year)
    for year, of_year in groupby(latest, key=lambda one: one.financial_year):
        yield from _of_year(list(of_year), str(year), programme)
    yield from _over_time(beside)


def standing_row(one: Standing) -> dict[str, Any]:
    """One output and published year as plain data; `visited` holds a figure an authority."""
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
        table = table_of(f"Authorities visited, {year}", visited)
        for one in seen:
            table.add_row(one.output.title, *(figure(one.visited.get(name), one.output.unit) for name in visited))
        yield table
        yield ""


def _figures(beside: Sequence[Standing], year: str, programme: bool) -> Table:
    ours = ["observed", "do\nnothing", *(["with\nprogramme"] if programme else [])]
    table = table_of(f"Beside others, {year}", [*ours, "England", "neighbours\nlowest", "median", "highest"])
    for one in beside:
        own = [one.observed, one.do_nothing, *([one.scenario] if programme else [])]
        spread = one.neighbours
        marks = [spread.lowest, spread.median, spread.highest] if spread else [None] * 3
        table.add_row(one.output.title, *(figure(value, one.output.unit) for value in (*own, one.england, *marks)))
    return table


def _flags(beside: Sequence[Standing], programme: bool) -> Table:
    ours = ["observed", "do nothing", *(["with programme"] if programme else [])]
    table = table_of("Among the neighbours", ["rank of\nobserved", *ours])
    for one in beside:
        own = [one.observed, one.do_nothing, *([one.scenario] if programme else [])]
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
    table = table_of(f"{title} over time", [str(one.financial_year) for one in series])
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
