"""What differs between the inputs of two runs: the settings and rows of tables that do, and where each was set.

A setting that nobody wrote has the model's default. A figure by year is compared year by year, each span of years in
which the two stand at one pair of figures being one difference.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from thrive_model import tables
from thrive_model.assemble.inputs import TABLES, table_file
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.periods import FinancialYear
from thrive_model.scenario import Resolved
from thrive_model.values import Value
from thrive_model.values.distributions import Distribution

DEFAULT = "default of the model"
_NOTES = ("source", "grade", "why")
_SURE = "distribution"
_WORDS = frozenset(
    {"title", "asks", "what", "said", "agreed_by", "approval", "feedback", "underspend_reasons", *_NOTES}
)
"""Settings, and blocks of them, that say something and change no figure."""

Plain = str | float | bool | list[Any] | None
SettingPath = tuple[str | int, ...]


@dataclass(frozen=True)
class Stated:
    """What a run was told: its settings, and the hash of each table; where its folders are unknown, nothing more."""

    resolved: Resolved
    hashes: Mapping[str, str]


@dataclass(frozen=True)
class SettingDifference:
    """A setting with its value in both runs (None where it is not set), and where each was set.

    `from_year` and `to_year` are the years for which this holds ('' without end). `words` says that it is text that
    changes no figure.
    """

    key: str
    from_year: str
    to_year: str
    first: Plain
    first_set_in: str
    second: Plain
    second_set_in: str
    words: bool


@dataclass(frozen=True)
class RowDifference:
    """A row of a table by its key: the cells that differ in each run, and where; all of a row that only one has."""

    key: str
    first: Mapping[str, Plain] | None
    first_set_in: str
    second: Mapping[str, Plain] | None
    second_set_in: str


@dataclass(frozen=True)
class TableDifference:
    """A table whose bytes differ, and its rows that do; None where a run keeps no more of it than its hash."""

    table: str
    rows: tuple[RowDifference, ...] | None


@dataclass(frozen=True)
class Differences:
    """All that differs between two runs' inputs: figures and switches first, then words, then tables."""

    settings: tuple[SettingDifference, ...]
    tables: tuple[TableDifference, ...]

    def __bool__(self) -> bool:
        return bool(self.settings or self.tables)


def stated(resolved: Resolved) -> Stated:
    """What a scenario says, with the hashes of its tables as they are now; `InputError` where one cannot be read."""
    return Stated(resolved, {name: _hash(table_file(name, resolved.folders)) for name in TABLES})


def differences(first: Stated, second: Stated) -> Differences:
    """What differs from the first to the second; `InputError` where a table that differs is no sound table."""
    settings = sorted(_settings(first.resolved, second.resolved), key=lambda one: one.words)
    return Differences(tuple(settings), tuple(_tables(first, second)))


def _settings(first: Resolved, second: Resolved) -> Iterator[SettingDifference]:
    was, now = (dict(_leaves(one.scenario, ())) for one in (first, second))
    begins = min(one.scenario.first_year for one in (first, second))
    for path in dict.fromkeys([*was, *now]):
        old, new = was.get(path), now.get(path)
        if isinstance(old or new, Value):
            yield from _of_value(path, (old, new), (first, second), begins)
        elif old != new:
            yield from _told(path, (old, new), (_place(first, path), _place(second, path)))


def _leaves(node: Any, path: SettingPath) -> Iterator[tuple[SettingPath, Any]]:
    """Every setting that has a value, those that nobody wrote with their defaults."""
    if isinstance(node, Value):
        yield path, node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _leaves(getattr(node, name), (*path, name))
    elif isinstance(node, dict):
        for key, item in node.items():
            yield from _leaves(item, (*path, str(key)))
    elif isinstance(node, tuple) and any(isinstance(item, BaseModel) for item in node):
        for i, item in enumerate(node):
            yield from _leaves(item, (*path, i))
    elif node not in (None, "", ()):
        yield path, _plain(node)


def _of_value(
    path: SettingPath, both: tuple[Any, Any], runs: tuple[Resolved, Resolved], begins: FinancialYear
) -> Iterator[SettingDifference]:
    """Its figures, a difference for each span of years; then how sure they are, and their source, grade and reason."""
    spans = list(_spans(both, begins))
    for span, (year, figures) in enumerate(spans):
        if figures[0] != figures[1]:
            until = str(spans[span + 1][0].plus(-1)) if span + 1 < len(spans) else ""
            since = str(year) if len(spans) > 1 or _moves(*both) else ""
            places = tuple(_place_at(run, path, value, year) for run, value in zip(runs, both, strict=True))
            yield from _told(path, figures, places, since, until)
    for note in (_SURE, *_NOTES):
        texts = tuple(_text(getattr(value, note)) if value else None for value in both)
        if texts[0] != texts[1]:
            yield from _told((*path, note), texts, tuple(_place(run, (*path, note)) for run in runs))


def _text(note: Any) -> str | None:
    return note.told if isinstance(note, Distribution) else note or None


def _spans(both: Sequence[Value | None], begins: FinancialYear) -> Iterator[tuple[FinancialYear, tuple[Any, ...]]]:
    """The first year of each span in which neither figure changes, with both figures."""
    changes = {begins, *(year for value in both if value is not None for year in value.by_year or ())}
    before: tuple[Any, ...] = ()
    for year in sorted(changes) if _moves(*both) else [begins]:
        figures = tuple(None if value is None else value.at(year) for value in both)
        if figures != before:
            yield year, figures
        before = figures


def _moves(*values: Value | None) -> bool:
    return any(value is not None and value.by_year is not None for value in values)


def _told(
    path: SettingPath, values: Sequence[Any], places: Sequence[str], since: str = "", until: str = ""
) -> Iterator[SettingDifference]:
    """The difference; none where a block that one run lacks has a default in the other."""
    sides = [(None, "") if value is None else (value, place) for value, place in zip(values, places, strict=True)]
    if sorted(place for _, place in sides) != ["", DEFAULT]:
        yield SettingDifference(
            key=".".join(map(str, path)),
            from_year=since,
            to_year=until,
            first=sides[0][0],
            first_set_in=sides[0][1],
            second=sides[1][0],
            second_set_in=sides[1][1],
            words=not _WORDS.isdisjoint(path),
        )


def _place(run: Resolved, path: SettingPath) -> str:
    return str(run.places.get(path, DEFAULT))


def _place_at(run: Resolved, path: SettingPath, value: Value | None, year: FinancialYear) -> str:
    """Where the figure in force in a year was set, or the block that has none for it yet."""
    known = [start for start in (value.by_year or {} if value else {}) if start <= year]
    steps = [("by_year", str(max(known)))] if known else []
    found = (run.places.get((*path, *inside)) for inside in (*steps, ("by_year",), ("value",), ()))
    return str(next((place for place in found if place), DEFAULT))


def _tables(first: Stated, second: Stated) -> Iterator[TableDifference]:
    problems: list[Problem] = []
    for name, (folder, file, _) in TABLES.items():
        if first.hashes.get(name) != second.hashes.get(name):
            called = f"{folder}/{file}" if file else f"{name}.csv"
            try:
                yield TableDifference(called, _rows(name, first.resolved, second.resolved))
            except InputError as refused:
                problems.extend(refused.problems)
    if problems:
        raise InputError(problems)


def _rows(name: str, *runs: Resolved) -> tuple[RowDifference, ...] | None:
    if not all(run.folders for run in runs):
        return None
    kind = TABLES[name][2]
    was, now = ({_key(row): row for row in tables.read(table_file(name, run.folders), kind)} for run in runs)
    found = (_row(key, was.get(key), now.get(key)) for key in dict.fromkeys([*was, *now]))
    return tuple(row for row in found if row.first != row.second)


def _row(key: str, *both: tables.Row | None) -> RowDifference:
    cells = [None if row is None else {name: _plain(getattr(row, name)) for name in _columns(row)} for row in both]
    was, now = cells
    if was is not None and now is not None:
        same = {name for name in was if was[name] == now.get(name)}
        was, now = ({name: cell for name, cell in one.items() if name not in same} for one in (was, now))
    places = ["" if row is None else row.where for row in both]
    return RowDifference(key, was, places[0], now, places[1])


def _key(row: tables.Row) -> str:
    return " ".join(str(getattr(row, column)) for column in row.key)


def _columns(row: tables.Row) -> Iterator[str]:
    """The columns of a row; one that may be left out is none of them where it is empty."""
    for name, column in type(row).model_fields.items():
        if name != "where" and (column.is_required() or getattr(row, name) is not None):
            yield name


def _plain(value: Any) -> Plain:
    """A value as JSON has it: a month, a year or a band of ages as it is written."""
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)


def _hash(file: Path) -> str:
    try:
        return hashlib.sha256(file.read_bytes()).hexdigest()
    except OSError as fault:
        raise refuse(file.name, f"cannot be read: {fault.strerror}", f"it should be in {file.parent.name}/") from None
