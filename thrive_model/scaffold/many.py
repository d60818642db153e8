"""Many authorities from one table: a folder each, and the list of their scenarios for a sweep."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field

from thrive_model import tables
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.scaffold.aggregates import MOST_CHILDREN, Aggregates
from thrive_model.scaffold.folder import SCENARIOS, refused, slug_of, write
from thrive_model.uncertainty.processes import Processes
from thrive_model.values import Words

LIST = "scenarios.txt"
Children = Annotated[float, Field(gt=0, le=MOST_CHILDREN)]


class AuthorityRow(tables.Row):
    """An authority by name, the children who live there, and those of them who are looked after."""

    key = ("name",)
    name: Words
    population: Children
    looked_after: Children


def read_authorities(file: Path, parent: Path) -> list[AuthorityRow]:
    """The authorities of a table; `InputError` with every fault of all, and with every folder that is there already."""
    rows = tables.read(file, AuthorityRow)
    problems: list[Problem] = []
    if not parent.is_dir():
        raise refuse(str(parent), "there is no such folder to write in", "make it first")
    met: dict[str, AuthorityRow] = {}
    for row in rows:
        try:
            slug = slug_of(row.name)
        except InputError as fault:
            problems.extend(Problem(row.place("name"), one.what, one.remedy) for one in fault.problems)
            continue
        if slug in met:
            problems.append(
                Problem(row.place("name"), f"is written in the folder of {met[slug].name}, too", "rename it")
            )
        elif (parent / slug).exists():
            problems.append(Problem(row.place("name"), f"'{parent / slug}' exists already", "name another folder"))
        met.setdefault(slug, row)
        columns = {"--population": "population", "--looked-after": "looked_after"}
        problems.extend(Problem(row.place(columns[one.where]), one.what, one.remedy) for one in refused(_known(row)))
    if problems:
        raise InputError(problems)
    return rows


def write_many(rows: Sequence[AuthorityRow], parent: Path, processes: int) -> Iterator[Path]:
    """Write each authority's folder, in their order; after the last the list of all their scenarios."""
    folders: list[Path] = []
    for folder in Processes(min(processes, len(rows))).in_order((_written, (row, parent)) for row in rows):
        folders.append(folder)
        yield folder
    listed = [f"{folder.name}/{name}" for folder in folders for name in SCENARIOS]
    (parent / LIST).write_text("\n".join([*listed, ""]), encoding="utf-8")


def _written(row: AuthorityRow, parent: Path) -> Path:
    return write(row.name, _known(row), parent)[0]


def _known(row: AuthorityRow) -> Aggregates:
    return Aggregates(children=row.population, looked_after=row.looked_after)
