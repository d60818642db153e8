"""The folder of what was accepted: figures, the inputs they come from, a log and a manifest."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from thrive_model.assemble.inputs import TABLES, table_file
from thrive_model.differences import Stated
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.fingerprints import hash_of, hash_of_text, is_sealed
from thrive_model.guard.figures import Figures, Units, from_text
from thrive_model.scenario import Resolved, resolve_kept

MANIFEST, LOG = "manifest.json", "log.csv"
FIGURES, SCENARIOS, TABLE_SETS = "figures", "scenarios", "tables"
_BY_HAND = "put it back as it was, from version control: what is accepted is changed by `thrive guard --accept` alone"
_FIRST = "accept what the scenarios come to: thrive guard --accept --reason TEXT --by NAME"


@dataclass(frozen=True)
class LogRow:
    """One acceptance: the day, who and why, and how much it changed."""

    accepted_on: str
    by: str
    reason: str
    model_version: str
    scenarios: str
    figures_changed: str
    inputs_changed: str
    code_changed: str


class Kept(BaseModel):
    """What the manifest says of one scenario: its files in order of precedence, and where its tables are kept."""

    model_config = ConfigDict(strict=True, frozen=True)
    files: list[str]
    tables: str


class Manifest(BaseModel):
    """What is read of the manifest."""

    model_config = ConfigDict(strict=True, frozen=True)
    scenarios: dict[str, Kept]
    files_sha256: dict[str, str]


@dataclass(frozen=True)
class Accepted:
    """What was accepted: the figures and units of each scenario, what made them, and the log, the last row last."""

    folder: Path
    scenarios: Mapping[str, tuple[Figures, Units]]
    kept: Mapping[str, Kept]
    made_by: Mapping[str, Any]
    log: tuple[LogRow, ...]

    def inputs(self, name: str) -> Resolved:
        """A scenario as it was accepted; `InputError` where this version cannot read it any more."""
        one = self.kept[name]
        files = [self.folder / file for file in one.files]
        return resolve_kept(name, files, table_folders(self.folder / one.tables))

    def files_changed(self, name: str, now: Resolved) -> list[str]:
        """The files of a scenario that are not among those it was accepted with, by their bytes alone."""
        one = self.kept[name]
        kept = {hash_of_text(self.folder / file) for file in one.files}
        changed = [file.name for file in now.files if hash_of_text(file) not in kept]
        folders = table_folders(self.folder / one.tables)
        for table in TABLES:
            was, is_now = table_file(table, folders), table_file(table, now.folders)
            if not was.is_file() or hash_of_text(was) != hash_of_text(is_now):
                changed.append(f"{TABLES[table][0]}/{is_now.name}")
        return changed

    def stated(self, name: str) -> Stated:
        """What a scenario was told when it was accepted, with the tables that there were; `InputError` as above."""
        resolved = self.inputs(name)
        files = {table: table_file(table, resolved.folders) for table in TABLES}
        return Stated(resolved, {table: hash_of(file) for table, file in files.items() if file.is_file()})


def table_folders(folder: Path) -> dict[str, Path]:
    """Where a set of tables is kept, as a scenario has it."""
    folders = {where: folder / where for where, file, _ in TABLES.values() if file}
    return {**folders, **{where: folder / f"{where}.csv" for where, file, _ in TABLES.values() if not file}}


def read_accepted(folder: Path) -> Accepted:
    """What was accepted; `InputError` where there is nothing, or where something was changed by hand."""
    called = folder.name
    if not folder.exists():
        raise refuse(called, "there is no such folder: nothing was accepted yet", _FIRST)
    said = _said(folder)
    problems = list(_edited(folder, said))
    if problems:
        raise InputError(problems)
    try:
        manifest = Manifest.model_validate(said)
        figures = {name: from_text(_text(folder, f"{FIGURES}/{name}.csv")) for name in manifest.scenarios}
        log = tuple(LogRow(**row) for row in csv.DictReader(_text(folder, LOG).splitlines()))
    except (ValidationError, ValueError, TypeError, OSError):
        what = "was written by another version of the model, and cannot be read"
        raise refuse(called, what, "accept anew, in an empty folder, and say so") from None
    return Accepted(folder, figures, manifest.scenarios, said, log)


def is_accepted(folder: Path) -> bool:
    """Whether anything stands in the folder, which may be what was accepted."""
    return folder.is_dir() and any(folder.iterdir())


def hashes_in(folder: Path) -> dict[str, str]:
    """The hash of every file in a folder, by its path there."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hash_of_text(path) for path in files}


def _said(folder: Path) -> dict[str, Any]:
    where = f"{folder.name}/{MANIFEST}"
    try:
        found = json.loads(_text(folder, MANIFEST))
    except FileNotFoundError:
        what = "is missing, and without it nothing here is known to be accepted"
        raise refuse(where, what, f"{_BY_HAND}; or name a new folder") from None
    except (OSError, ValueError):
        raise refuse(where, "cannot be read", _BY_HAND) from None
    if not isinstance(found, dict) or not isinstance(found.get("files_sha256"), dict):
        raise refuse(where, "is not the manifest of what was accepted", _BY_HAND)
    return found


def _edited(folder: Path, said: Mapping[str, Any]) -> Iterator[Problem]:
    """What is not as acceptance left it: a file changed, gone or added."""
    if not is_sealed(said):
        yield Problem(f"{folder.name}/{MANIFEST}", "was changed by hand", _BY_HAND)
    there = {name: sha for name, sha in hashes_in(folder).items() if name != MANIFEST}
    for name, sha in said["files_sha256"].items():
        if there.get(name) != sha:
            what = "was changed by hand" if name in there else "is missing"
            yield Problem(f"{folder.name}/{name}", what, _BY_HAND)
    for name in sorted(set(there) - set(said["files_sha256"])):
        yield Problem(f"{folder.name}/{name}", "was not put here by `thrive guard --accept`", "move it elsewhere")


def _text(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")
