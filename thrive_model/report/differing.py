"""What differs between the inputs of two runs, as `git diff` has it: the first's lines with -, the second's with +."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.text import Text

import thrive_model
from thrive_model.compare import Candidate
from thrive_model.differences import Differences, Plain, RowDifference, SettingDifference, TableDifference
from thrive_model.report.words import hanging

ROWS_SHOWN = 5
NOT_SET = "not set"


def screen(first: str, second: str, found: Differences) -> Group:
    """Settings that change figures, then words, then tables; or that nothing differs."""
    head = Text("What differs in the inputs", style="bold")
    head.append(f"   thrive_model {thrive_model.__version__}\n- {first}\n+ {second}", style="not bold")
    if not found:
        return Group(head, "", Text(nothing_differs(first, second)))
    settings = [one for one in found.settings if not one.words]
    words = [one for one in found.settings if one.words]
    parts: list[Text] = [head]
    for title, lines in (
        ("Settings", [line for one in settings for line in setting_lines(one)]),
        ("Words about them, which change no figure", [line for one in words for line in setting_lines(one)]),
        ("Tables", [line for one in found.tables for line in table_lines(one)]),
    ):
        if lines:
            parts += [Text(""), Text(title, style="bold"), *map(Text, lines)]
    return Group(*parts)


def as_object(first: Candidate, second: Candidate, found: Differences) -> dict[str, Any]:
    """Every difference as plain data."""
    return {
        "first": first.given,
        "first_status": first.status,
        "first_run_id": first.run_id,
        "second": second.given,
        "second_status": second.status,
        "second_run_id": second.run_id,
        "model_version": thrive_model.__version__,
        **differences_as_data(found),
    }


def differences_as_data(found: Differences) -> dict[str, Any]:
    """Settings and tables that differ; a table's `rows` are None where they are not known."""
    return {
        "settings": [asdict(one) for one in found.settings],
        "tables": [
            {"table": one.table, "rows": None if one.rows is None else [asdict(row) for row in one.rows]}
            for one in found.tables
        ],
    }


def nothing_differs(first: str, second: str) -> str:
    """That the inputs of two runs are the same."""
    return f"Nothing differs: {first} and {second} have the same settings and the same tables."


def years_of(one: SettingDifference) -> str:
    """The years for which a difference holds, '' for all."""
    if not one.from_year:
        return ""
    if not one.to_year:
        return f"{one.from_year} on"
    return one.from_year if one.to_year == one.from_year else f"{one.from_year} to {one.to_year}"


def shown(value: Plain) -> str:
    """A value as a person reads it."""
    if value is None:
        return NOT_SET
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return ", ".join(shown(item) for item in value)
    return f"{value:,.12g}" if isinstance(value, float) else str(value)


def rows_differing(table: TableDifference) -> str:
    """How much of a table differs, in words."""
    if table.rows is None:
        return "differs; which rows is not known, for a run folder keeps no more of a table than its hash"
    if not table.rows:
        return "holds the same rows, written otherwise"
    return f"{len(table.rows)} {'row differs' if len(table.rows) == 1 else 'rows differ'}"


def setting_lines(one: SettingDifference) -> Iterator[str]:
    """A setting that differs, with its value in both runs and where it was set."""
    yield ", ".join(part for part in (one.key, years_of(one)) if part)
    yield _side("-", shown(one.first), one.first_set_in)
    yield _side("+", shown(one.second), one.second_set_in)


def _side(mark: str, value: str, place: str, indent: str = "  ") -> str:
    return hanging(f"{indent}{mark} ", f"{value} ({place})" if place else value)


def table_lines(table: TableDifference) -> Iterator[str]:
    """A table that differs, with the first rows that do."""
    yield hanging("", f"{table.table}: {rows_differing(table)}")
    rows = table.rows or ()
    for row in rows[:ROWS_SHOWN]:
        yield from _row(row)
    if len(rows) > ROWS_SHOWN:
        yield f"  {len(rows) - ROWS_SHOWN} more: --json lists them all"


def _row(row: RowDifference) -> Iterator[str]:
    yield f"  {row.key}"
    sides: Sequence[tuple[str, Mapping[str, Plain] | None, str]] = (
        ("-", row.first, row.first_set_in),
        ("+", row.second, row.second_set_in),
    )
    for mark, cells, place in sides:
        told = NOT_SET if cells is None else ", ".join(f"{name} {shown(cell)}" for name, cell in cells.items())
        yield _side(mark, told, place, "    ")
