"""What a run was made from and what it wrote, so that it can be made again: files, versions and their hashes."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import thrive_model
from thrive_model.assemble.inputs import TABLES, table_file
from thrive_model.compare import SideBySide
from thrive_model.disclosure import HIDDEN, RULE, Publication
from thrive_model.headlines import price_bases
from thrive_model.run import Comparison
from thrive_model.scenario import Resolved

MANIFEST = "manifest.json"
SCENARIO = "scenario.yaml"
LIBRARIES = ("numpy", "pandas", "pydantic", "pyyaml", "scipy")


def manifest_of(comparison: Comparison, folder: Path) -> dict[str, Any]:
    """The manifest of a run whose other files stand in the folder."""
    resolved = comparison.scenario.assembled.resolved
    return {
        "scenario": resolved.name,
        "model_version": thrive_model.__version__,
        "first_year": str(resolved.scenario.first_year),
        "last_year": str(resolved.scenario.last_year),
        "price_bases": list(price_bases(resolved.scenario)),
        "seed": resolved.scenario.seed,
        "overrides": list(resolved.overrides),
        "python": ".".join(map(str, sys.version_info[:3])),
        "libraries": {library: version(library) for library in LIBRARIES},
        "inputs_sha256": _inputs_of(resolved),
        "outputs_sha256": _hashes_in(folder),
    }


def manifest_of_tables(resolved: Resolved, folder: Path) -> dict[str, Any]:
    """The manifest of tables that were made of a scenario and stand in the folder."""
    return {
        "scenario": resolved.name,
        "model_version": thrive_model.__version__,
        "seed": resolved.scenario.seed,
        "overrides": list(resolved.overrides),
        "inputs_sha256": _inputs_of(resolved),
        "outputs_sha256": _hashes_in(folder),
    }


def manifest_of_publication(publication: Publication, resolved: Resolved, folder: Path) -> dict[str, Any]:
    """The manifest of tables that may be published: what was hidden and by which rule.

    No hash of an input: whoever guesses the small counts in a table could tell by it that the guess was right.
    """
    return {
        "published": True,
        "scenario": resolved.name,
        "model_version": thrive_model.__version__,
        "first_year": str(resolved.scenario.first_year),
        "last_year": str(resolved.scenario.last_year),
        "overrides": list(resolved.overrides),
        **disclosure_of(publication),
        "outputs_sha256": _hashes_in(folder),
    }


def disclosure_of(publication: Publication) -> dict[str, Any]:
    """How many figures are hidden, with which sign, by which rule, and which outputs are left out altogether."""
    return {
        "sign": HIDDEN,
        "rule": RULE,
        "hidden": dict(publication.hidden),
        "outputs_left_out": list(publication.left_out),
    }


def _inputs_of(resolved: Resolved) -> dict[str, str]:
    """Every scenario file and table that a run reads, with its hash."""
    tables = {
        f"{TABLES[name][0]}/{table_file(name, resolved.folders).name}": table_file(name, resolved.folders)
        for name in TABLES
    }
    inputs = {**_scenario_files(resolved.files), **tables}
    return {name: hash_of(path) for name, path in sorted(inputs.items())}


def manifest_of_comparison(side_by_side: SideBySide, folder: Path) -> dict[str, Any]:
    """The manifest of a comparison whose tables stand in the folder: what was compared, from which tables."""
    first = next(iter(side_by_side.candidates.values()))
    return {
        "model_version": thrive_model.__version__,
        "first_year": first.first_year,
        "last_year": first.last_year,
        "price_bases": list(first.price_bases),
        "candidates": [
            {
                "candidate": label,
                "scenario": one.name,
                "overrides": list(one.overrides),
                "tables_sha256": dict(one.stated.hashes),
            }
            for label, one in side_by_side.candidates.items()
        ],
        "outputs_sha256": _hashes_in(folder),
    }


def _hashes_in(folder: Path) -> dict[str, str]:
    return {path.name: hash_of(path) for path in sorted(folder.iterdir())}


def _scenario_files(files: Iterable[Path]) -> dict[str, Path]:
    """Each by its name; one that is extended by another of the same name is told apart."""
    named: dict[str, Path] = {}
    for file in files:
        name = f"scenarios/{file.name}"
        while name in named:
            name += " (extended)"
        named[name] = file
    return named


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
