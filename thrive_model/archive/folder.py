"""The run folder: tables, a database, the resolved scenario and a manifest; all of it or nothing.

The same inputs give the same bytes: nothing in the folder depends on when or where it was written.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pandas as pd

from thrive_model.archive.manifest import (
    MANIFEST,
    SCENARIO,
    manifest_of,
    manifest_of_comparison,
    manifest_of_publication,
    manifest_of_tables,
)
from thrive_model.archive.tables import tables_of, tables_of_comparison
from thrive_model.assumptions import Reliance
from thrive_model.cells import as_text
from thrive_model.compare import SideBySide
from thrive_model.disclosure import Publication
from thrive_model.errors import refuse
from thrive_model.provenance import columns, identity
from thrive_model.run import Comparison
from thrive_model.scenario import Resolved, as_yaml
from thrive_model.scenario.writing import yaml_of
from thrive_model.uncertainty.checkpoint import ABOUT, IN_PROGRESS, Checkpoint, begun, checkpoint_in
from thrive_model.uncertainty.simulate import Simulated

DATABASE = "run.sqlite"
SWEEP, PARTS = "sweep.json", "parts"
SWEEP_IN_PROGRESS = (SWEEP, PARTS)
NO_SCENARIOS: Mapping[str, tuple[str, Mapping[str, Any]]] = MappingProxyType({})


def write(comparison: Comparison, reliance: Reliance, folder: Path, force: bool = False) -> None:
    """Write the run folder; `InputError` where it may not or cannot be written, with nothing left behind."""
    with new(folder, force) as partial:
        resolved = comparison.scenario.assembled.resolved
        tables = _identified(tables_of(comparison, reliance), resolved)
        _write_tables(partial, tables)
        _write_database(partial / DATABASE, tables)
        (partial / SCENARIO).write_text(as_yaml(comparison.scenario.assembled.resolved), encoding="utf-8")
        write_manifest(partial, manifest_of(comparison, partial))


def write_publication(publication: Publication, resolved: Resolved, folder: Path, force: bool = False) -> None:
    """Write what of a run may be published, with a manifest; refused and all or nothing as a run folder is."""
    with new(folder, force) as partial:
        _write_tables(partial, {name: pd.DataFrame(rows) for name, rows in publication.tables.items()})
        write_manifest(partial, manifest_of_publication(publication, resolved, partial))


def write_comparison(side_by_side: SideBySide, folder: Path, force: bool = False) -> None:
    """Write what `compare` found as tables, with a manifest; refused and all or nothing as a run folder is."""
    with new(folder, force) as partial:
        _write_tables(partial, tables_of_comparison(side_by_side))
        write_manifest(partial, manifest_of_comparison(side_by_side, partial))


def write_tables(
    tables: Mapping[str, Sequence[Mapping[str, Any]]],
    resolved: Resolved,
    folder: Path,
    force: bool = False,
    scenarios: Mapping[str, tuple[str, Mapping[str, Any]]] = NO_SCENARIOS,
) -> None:
    """Write tables that were made of a scenario, with a manifest; refused and all or nothing as a run folder is.

    `scenarios` are further ones that were made of it: each by its name, what it opens with, and what it says.
    """
    with new(folder, force) as partial:
        _write_tables(partial, _identified({name: pd.DataFrame(rows) for name, rows in tables.items()}, resolved))
        for name, (comment, content) in scenarios.items():
            (partial / f"{name}.yaml").write_text(comment + yaml_of(content), encoding="utf-8")
        write_manifest(partial, manifest_of_tables(resolved, partial))


def begin_simulation(none_yet: Simulated, folder: Path, keeps_draws: bool, force: bool = False) -> Checkpoint:
    """A folder in which draws are kept as they are made; refused, or replacing an earlier one, as a run folder is."""
    with new(folder, force) as partial:
        begun(partial, none_yet, keeps_draws)
    return checkpoint_in(folder, none_yet, keeps_draws)


def write_simulation(
    tables: Mapping[str, Sequence[Mapping[str, Any]]], resolved: Resolved, checkpoint: Checkpoint
) -> None:
    """Write what draws came to beside them, in place of what an earlier end of theirs wrote: all of it or nothing."""
    folder = checkpoint.folder
    try:
        with all_or_nothing(folder) as partial:
            for kept in IN_PROGRESS:
                link(folder / kept, partial / kept)
            _write_tables(partial, _identified({name: pd.DataFrame(rows) for name, rows in tables.items()}, resolved))
            write_manifest(partial, manifest_of_tables(resolved, partial))
    except OSError as fault:
        what = f"cannot be written: {fault.strerror or fault}"
        raise refuse(str(folder), what, "its draws are kept: make room and go on with --resume") from None


def link(kept: Path, to: Path) -> None:
    """Put the same bytes in another folder, which takes no room where the disk can give a file two names."""
    if kept.is_dir():
        to.mkdir()
        for file in kept.iterdir():
            link(file, to / file.name)
    elif kept.exists():
        try:
            to.hardlink_to(kept)
        except OSError:
            shutil.copy2(kept, to)


@contextmanager
def new(folder: Path, force: bool | None) -> Iterator[Path]:
    """Where to write what is to stand in the folder; `InputError` where it may not or cannot be written.

    `force` lets it replace an earlier run; None where nothing may ever be replaced.
    """
    try:
        _may_write(folder, force)
        with all_or_nothing(folder) as partial:
            yield partial
            _may_write(folder, force)  # again: somebody may have put something there meanwhile
    except (OSError, sqlite3.Error) as fault:
        what = getattr(fault, "strerror", None) or str(fault)
        raise refuse(str(folder), f"cannot be written: {what}", "nothing was written there") from None


def _may_write(folder: Path, force: bool | None) -> None:
    if folder.is_symlink():
        raise refuse(str(folder), "is a link", "name a folder")
    if not folder.exists():
        if not folder.parent.is_dir():
            raise refuse(str(folder), f"there is no folder '{folder.parent}' to write it in", "make it first")
        return
    if not folder.is_dir():
        raise refuse(str(folder), "is a file", "name a folder")
    if not force:
        remedy = "" if force is None else ", or add --force to replace it"
        raise refuse(str(folder), "exists already", f"name another folder{remedy}")
    if _besides_a_run(folder):
        raise refuse(str(folder), "holds something other than a run", "name another folder: --force replaces runs only")


def _besides_a_run(folder: Path) -> set[str]:
    """What a folder holds that its manifest does not list; everything where there is no manifest of a run."""
    held = {path.name for path in folder.iterdir()}
    for sign, names in ((ABOUT, IN_PROGRESS), (SWEEP, SWEEP_IN_PROGRESS)):
        if not (folder / sign).is_file():
            continue
        held -= set(names)
        if not (folder / MANIFEST).exists():
            return held
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return held - {MANIFEST} - {name.partition("/")[0] for name in manifest["outputs_sha256"]}
    except (OSError, KeyError, TypeError, ValueError):
        return held


@contextmanager
def all_or_nothing(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one that takes its place only when everything in it was written."""
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    replaced = partial.with_suffix(".replaced")
    try:
        yield partial
        partial.chmod(0o777 & ~_umask())  # nobody else may put anything there before
        if folder.exists():
            folder.rename(replaced)
        partial.rename(folder)
    finally:  # an interrupt, too, leaves the old run or the new one, whole and alone
        if replaced.exists() and not folder.exists():
            with suppress(OSError):
                replaced.rename(folder)
        if folder.exists():
            shutil.rmtree(replaced, ignore_errors=True)
        shutil.rmtree(partial, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _identified(tables: Mapping[str, pd.DataFrame], resolved: Resolved) -> dict[str, pd.DataFrame]:
    """Tables whose rows say of which run they are: scenario, status, model version and run id."""
    made_of = columns(identity(resolved))
    return {name: table.assign(**made_of) for name, table in tables.items()}


def _write_tables(folder: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        plain = table.map(as_text)
        plain.to_csv(folder / f"{name}.csv", index=False, lineterminator="\n")


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write what the folder was made from, and what is in it."""
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _write_database(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, table in tables.items():
            if len(table.columns):
                table.to_sql(name, connection, index=False)
