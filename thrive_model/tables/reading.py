"""Reading a table: each cell is checked, each row keeps the line it stood on, and every fault is told."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from thrive_model.errors import InputError, Problem, did_you_mean
from thrive_model.faults import remedy, sentence, text_of
from thrive_model.pathway import Pathway
from thrive_model.tables.children import MoveRow, StateRow
from thrive_model.tables.row import Row

MOST_BYTES = 20_000_000
MOST_ROWS = 100_000
MOST_FAULTS = 200
"""How many faults of one table are told: one with more is not the table it is taken for."""


def read(path: Path, row: type[Any]) -> list[Any]:
    """Read a table into rows of the declared kind; `InputError` with every fault, each at its line and column."""
    rows, problems = read_what_can_be(path, row)
    if problems:
        raise InputError(problems)
    return rows


def read_what_can_be(path: Path, row: type[Any]) -> tuple[list[Any], list[Problem]]:
    """The sound rows of a table, and every fault in the others or in the table as a whole."""
    try:
        text = text_of(path, MOST_BYTES, "tables are small; is this the right file?")
    except InputError as refused:
        return [], list(refused.problems)
    problems: list[Problem] = []
    records = _records(path.name, text, problems)
    where, header = next(records, (path.name, []))
    problems.extend(islice(_header_faults(where, header, row), MOST_FAULTS))
    if problems:
        return [], problems
    rows: list[Any] = []
    for where, cells in records:
        if len(problems) >= MOST_FAULTS:
            problems[MOST_FAULTS:] = [_too_many(path.name)]
            break
        if len(rows) == MOST_ROWS:
            problems.append(Problem(path.name, f"has more than {MOST_ROWS:,} rows", "is this the right file?"))
            break
        if len(cells) == len(header):
            try:
                rows.append(row(where=where, **dict(zip(header, cells, strict=True))))
            except ValidationError as faults:
                problems.extend(_cell_fault(where, fault) for fault in faults.errors())
        else:
            what = f"has {len(cells)} {'cell' if len(cells) == 1 else 'cells'} where the header has {len(header)}"
            problems.append(Problem(where, what, "quote a cell that holds a comma"))
    repeats = list(islice(_repeats(rows), MOST_FAULTS + 1))
    problems.extend(repeats[:MOST_FAULTS] + [_too_many(path.name)] * (len(repeats) > MOST_FAULTS))
    if not problems and not rows and not row.may_be_empty:
        problems.append(Problem(path.name, "has a header and no rows"))
    return rows, problems


def pathway_of(states: Sequence[StateRow], moves: Sequence[MoveRow]) -> Pathway:
    """The pathway that two tables declare; `InputError` where they do not fit each other."""
    kinds = {row.state: row.kind for row in states}
    problems = [
        Problem(row.place("then"), f"children cannot stay in '{row.then}'", "name a state of kind stay")
        for row in states
        if kinds.get(row.then, "stay") != "stay"
    ]
    problems += [
        Problem(row.place("then"), f"'{row.state}' goes on to itself", "name another state")
        for row in states
        if row.then == row.state
    ]
    try:
        pathway = Pathway(tuple(row.as_state() for row in states), tuple(row.as_move() for row in moves))
    except InputError as refused:
        raise InputError([*problems, *refused.problems]) from None
    if problems:
        raise InputError(problems)
    return pathway


def _records(name: str, text: str, problems: list[Problem]) -> Iterator[tuple[str, list[str]]]:
    """Each row that is not blank with the line it begins in; a fault that ends the reading is added to `problems`."""
    reader = csv.reader(io.StringIO(text), strict=True)
    begins = 1
    try:
        for cells in reader:
            if any(cells):
                yield f"{name}:{begins}", cells
            begins = reader.line_num + 1
    except csv.Error as fault:
        problems.append(Problem(f"{name}:{begins}", *_csv_fault(str(fault))))


def _too_many(name: str) -> Problem:
    return Problem(
        name, f"has more faults than the first {MOST_FAULTS}, which are told here", "is this the right file?"
    )


def _csv_fault(said: str) -> tuple[str, str]:
    if "unexpected end" in said:
        return "a quote is opened in this row and not closed", "close it"
    if "expected after" in said:
        return "text follows a closing quote", "double a quote that is part of the text"
    if "field limit" in said:
        return f"a cell is longer than {csv.field_size_limit()} characters", "is a quote not closed?"
    return f"is not a row of a CSV table: {said}", ""


def _cell_fault(where: str, fault: Any) -> Problem:
    place = f"{where} {fault['loc'][0]}" if fault["loc"] else where
    if fault["input"] == "":
        return Problem(place, "must not be blank")
    return Problem(place, sentence(fault), remedy(fault))


def _header_faults(where: str, header: Sequence[str], row: type[Any]) -> Iterator[Problem]:
    columns = [name for name in row.model_fields if name != "where"]
    if not header:
        yield Problem(where, "is empty", f"columns: {', '.join(columns)}")
        return
    if len(header) == 1 and re.search(r"[;\t|]", header[0]):
        yield Problem(where, "the columns are not separated by commas", "save it as CSV with commas")
        return
    if len(header) > MOST_FAULTS:
        yield Problem(where, f"has {len(header)} columns where the table has {len(columns)}", "is this the right file?")
        return
    missing = [name for name in columns if name not in header and row.model_fields[name].is_required()]
    for column in dict.fromkeys(header):
        if column not in columns:
            near = did_you_mean(column, missing)
            missing = [name for name in missing if near != did_you_mean(name, [name])]
            yield Problem(f"{where} {column}".rstrip(), "is not a column of this table", near)
        elif list(header).count(column) > 1:
            yield Problem(f"{where} {column}", "stands twice", "keep one column")
    for column in missing:
        yield Problem(f"{where} {column}", "is missing", "every table has all its columns")


def _repeats(rows: Sequence[Row]) -> Iterator[Problem]:
    first: dict[tuple[str, ...], str] = {}
    for row in rows:
        key = tuple(str(getattr(row, column)) for column in row.key)
        if key in first:
            line = first[key].rpartition(":")[2]
            yield Problem(row.where, f"repeats {' '.join(key)} of line {line}", "keep one")
        first.setdefault(key, row.where)
