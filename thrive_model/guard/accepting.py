"""Accepting what the guarded scenarios come to: all of it written anew with a reason in the log, or nothing."""

from __future__ import annotations

import json
import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from pathlib import Path

import thrive_model
from thrive_model.archive import all_or_nothing
from thrive_model.assemble.inputs import TABLES, table_file
from thrive_model.cells import write_csv
from thrive_model.differences import Differences
from thrive_model.errors import InputError, refuse
from thrive_model.fingerprints import changes, made_by, sealed
from thrive_model.guard.accepted import (
    FIGURES,
    LOG,
    MANIFEST,
    SCENARIOS,
    TABLE_SETS,
    Accepted,
    LogRow,
    hashes_in,
    is_accepted,
    read_accepted,
    table_folders,
)
from thrive_model.guard.figures import Figures, as_text
from thrive_model.guard.guardfile import Guard
from thrive_model.guard.judging import CODE, Ran, judge, run_all

SAME_FIGURE = 1e-9
"""A figure that differs by no more than this share is the same one on another computer, and stays as it was."""


@dataclass(frozen=True)
class Acceptance:
    """What was accepted, and where: the new row of the log, None where there was nothing to accept."""

    folder: Path
    row: LogRow | None
    first: bool


def accept(chosen: Guard, *, by: str, reason: str, on: str) -> Acceptance:
    """Accept what every scenario of a guard comes to; `InputError` where one cannot be run, and then nothing is."""
    before = read_accepted(chosen.folder) if is_accepted(chosen.folder) else None
    if before is not None and before.log and on < before.log[-1].accepted_on:
        what = f"{on} is before the last acceptance, of {before.log[-1].accepted_on}"
        raise refuse("--on", what, "the log goes forward")
    ran, refused = run_all(chosen)
    if refused:
        raise InputError(problem for problems in refused.values() for problem in problems)
    figures = {name: _settled(chosen, name, one, before) for name, one in ran.items()}
    changed = _changed(chosen, ran, figures, before)
    row = LogRow(on, by, reason, thrive_model.__version__, str(len(ran)), *map(str, changed))
    try:
        with all_or_nothing(chosen.folder) as partial:
            kept = _write(partial, ran, figures)
            if before is not None and not changed[2] and _is_as_before(partial, before):
                raise _NothingToAccept
            _write_log(partial / LOG, [*(before.log if before else ()), row])
            manifest = {"scenarios": kept, "files_sha256": hashes_in(partial), **made_by(*CODE)}
            text = json.dumps(sealed(manifest), indent=2, sort_keys=True) + "\n"
            (partial / MANIFEST).write_text(text, encoding="utf-8")
    except _NothingToAccept:
        return Acceptance(chosen.folder, None, first=False)
    except OSError as fault:
        raise refuse(
            str(chosen.folder), f"cannot be written: {fault.strerror or fault}", "nothing was accepted"
        ) from None
    return Acceptance(chosen.folder, row, first=before is None)


class _NothingToAccept(Exception):  # noqa: N818 - it is no error
    """What would be written is what stands there."""


def _settled(chosen: Guard, name: str, one: Ran, before: Accepted | None) -> Figures:
    """The figures to keep: one that is the same as before but for the computer stays as it was, to the last digit."""
    was = before.scenarios[name][0] if before is not None and name in before.scenarios else {}
    return {
        key: was[key]
        if key in was and math.isclose(was[key], new, rel_tol=SAME_FIGURE) and not chosen.tolerance(key[1]).is_exact
        else new
        for key, new in one.figures.items()
    }


def _changed(
    chosen: Guard, ran: Mapping[str, Ran], figures: Mapping[str, Figures], before: Accepted | None
) -> tuple[int, int, int]:
    """How many figures, settings and rows of tables, and versions and files of code are others than before."""
    if before is None:
        return sum(map(len, figures.values())), 0, 0
    moved = 0
    inputs: set[str] = set()
    for name, now in figures.items():
        was = before.scenarios[name][0] if name in before.scenarios else {}
        moved += sum(was.get(key) != now.get(key) for key in {*was, *now})
        found = judge(chosen, name, ran[name], before).inputs
        inputs |= set(_keys(found)) if found else set()
    return moved, len(inputs), len(changes(before.made_by, made_by(*CODE)))


def _keys(found: Differences) -> list[str]:
    """A name for each setting and row that differs, so that one that several scenarios share counts once."""
    settings = [f"{one.key} {one.from_year} {one.second_set_in}" for one in found.settings]
    return [*settings, *(f"{table.table} {row.key}" for table in found.tables for row in table.rows or ())]


def _write(folder: Path, ran: Mapping[str, Ran], figures: Mapping[str, Figures]) -> dict[str, dict[str, object]]:
    """The figures and the inputs of every scenario, each file and set of tables once; where those of each are."""
    (folder / FIGURES).mkdir()
    sets: dict[tuple[bytes, ...], str] = {}
    kept: dict[str, dict[str, object]] = {}
    for name, one in ran.items():
        (folder / FIGURES / f"{name}.csv").write_text(as_text(figures[name], one.units), encoding="utf-8")
        files = [_copied(file, folder / SCENARIOS).relative_to(folder).as_posix() for file in one.resolved.files]
        tables = {table: table_file(table, one.resolved.folders) for table in TABLES}
        content = tuple(file.read_bytes() for file in tables.values())
        if content not in sets:
            sets[content] = TABLE_SETS if not sets else f"{TABLE_SETS}-{len(sets) + 1}"
            folders = table_folders(folder / sets[content])
            for table, file in tables.items():
                target = table_file(table, folders)
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(file, target)
        kept[name] = {"files": files, "tables": sets[content]}
    return kept


def _copied(file: Path, folder: Path) -> Path:
    """A copy of a scenario's file; another file of the same name is told apart by a number."""
    folder.mkdir(exist_ok=True)
    content, number = file.read_bytes(), 1
    target = folder / file.name
    while target.exists() and target.read_bytes() != content:
        number += 1
        target = folder / f"{file.stem}-{number}{file.suffix}"
    target.write_bytes(content)
    return target


def _is_as_before(folder: Path, before: Accepted) -> bool:
    """Whether the files written are those that stand there, but for the log."""
    return hashes_in(folder) == {name: sha for name, sha in before.made_by["files_sha256"].items() if name != LOG}


def _write_log(file: Path, rows: Sequence[LogRow]) -> None:
    with file.open("w", encoding="utf-8", newline="") as text:
        write_csv(text, [field.name for field in fields(LogRow)], map(astuple, rows))
