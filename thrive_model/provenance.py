"""What a run is made from: its files with their hashes, the short id that they give it, and who stands behind it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import thrive_model
from thrive_model.assemble.inputs import TABLES, table_file
from thrive_model.errors import refuse
from thrive_model.fingerprints import hash_of
from thrive_model.scenario import Resolved

LENGTH_OF_ID = 12


@dataclass(frozen=True)
class Standing:
    """Whether anybody stands behind a run (`draft`, `assured` or `approved`), and that in a sentence."""

    status: str
    told: str


def inputs_of(resolved: Resolved) -> dict[str, str]:
    """Every scenario file and table that a run reads, with its hash."""
    tables = {f"{TABLES[name][0]}/{table_file(name, resolved.folders).name}": name for name in TABLES}
    files = {name: _hash_of_input(path) for name, path in _scenario_files(resolved.files).items()}
    hashes = {file: _hash_of_input(table_file(name, resolved.folders)) for file, name in tables.items()}
    return dict(sorted({**files, **hashes}.items()))


def run_id(resolved: Resolved) -> str:
    """A short hash of what decides a run's figures: the same settings, tables and model version give the same id.

    The settings are those of the whole scenario with every `--set`, and so its seed. Where the tables stand does not
    matter, only what is in them; what is said of approval is left out, so that a run that is approved keeps the id
    under which it was seen.
    """
    settings = {key: value for key, value in resolved.content.items() if key not in {"approval", "tables"}}
    made_from = {
        "model_version": thrive_model.__version__,
        "settings": settings,
        "tables": {name: _hash_of_input(table_file(name, resolved.folders)) for name in TABLES},
    }
    text = json.dumps(made_from, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:LENGTH_OF_ID]


def standing(resolved: Resolved) -> Standing:
    """Who stands behind a scenario as it is; one that was changed since it was approved is a draft."""
    approval = resolved.scenario.approval
    if approval.status == "draft":
        return Standing("draft", "Draft: nobody has approved this scenario.")
    done = f"{approval.status} by {approval.by} on {approval.on}"
    if approval.run and approval.run != run_id(resolved):
        return Standing("draft", f"Draft: {done} as run {approval.run}, and changed since.")
    return Standing(approval.status, f"{done[:1].upper()}{done[1:]}.")


def identity(resolved: Resolved) -> dict[str, str]:
    """What every object and table that is made of a scenario carries."""
    return {
        "scenario": resolved.name,
        "status": standing(resolved).status,
        "model_version": thrive_model.__version__,
        "run_id": run_id(resolved),
    }


def columns(identified: Mapping[str, Any]) -> dict[str, Any]:
    """An identity as columns of a table, in which `scenario` may be the figure of the scenario."""
    return {"scenario_name": identified["scenario"], **{k: v for k, v in identified.items() if k != "scenario"}}


def _hash_of_input(path: Path) -> str:
    try:
        return hash_of(path)
    except OSError as fault:
        raise refuse(path.name, f"cannot be read: {fault.strerror}", f"it should be in {path.parent.name}/") from None


def _scenario_files(files: Iterable[Path]) -> dict[str, Path]:
    """Each by its name; one that is extended by another of the same name is told apart."""
    named: dict[str, Path] = {}
    for file in files:
        name = f"scenarios/{file.name}"
        while name in named:
            name += " (extended)"
        named[name] = file
    return named
