"""What a run was made from and what it wrote, so that it can be made again: files, versions and their hashes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import thrive_model
from thrive_model.compare import SideBySide
from thrive_model.disclosure import HIDDEN, RULE, Publication
from thrive_model.fingerprints import hash_of, made_by, sealed
from thrive_model.headlines import price_bases
from thrive_model.provenance import identity, inputs_of
from thrive_model.run import Comparison
from thrive_model.scenario import Resolved

MANIFEST = "manifest.json"
SCENARIO = "scenario.yaml"
_WRITER = "thrive_model.archive.folder"


def manifest_of(comparison: Comparison, folder: Path) -> dict[str, Any]:
    """The manifest of a run whose other files stand in the folder."""
    resolved = comparison.scenario.assembled.resolved
    manifest = {
        **identity(resolved),
        "first_year": str(resolved.scenario.first_year),
        "last_year": str(resolved.scenario.last_year),
        "price_bases": list(price_bases(resolved.scenario)),
        "seed": resolved.scenario.seed,
        "overrides": list(resolved.overrides),
        "inputs_sha256": inputs_of(resolved),
        "outputs_sha256": hashes_in(folder),
        **made_by(_WRITER),
    }
    return sealed(manifest)


def manifest_of_tables(resolved: Resolved, folder: Path) -> dict[str, Any]:
    """The manifest of tables that were made of a scenario and stand in the folder."""
    return {
        **identity(resolved),
        "seed": resolved.scenario.seed,
        "overrides": list(resolved.overrides),
        "inputs_sha256": inputs_of(resolved),
        "outputs_sha256": hashes_in(folder),
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
        "outputs_sha256": hashes_in(folder),
    }


def disclosure_of(publication: Publication) -> dict[str, Any]:
    """How many figures are hidden, with which sign, by which rule, and which outputs are left out altogether."""
    return {
        "sign": HIDDEN,
        "rule": RULE,
        "hidden": dict(publication.hidden),
        "outputs_left_out": list(publication.left_out),
    }


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
                "status": one.status,
                "run_id": one.run_id,
                "overrides": list(one.overrides),
                "tables_sha256": dict(one.stated.hashes),
            }
            for label, one in side_by_side.candidates.items()
        ],
        "outputs_sha256": hashes_in(folder),
    }


def hashes_in(folder: Path) -> dict[str, str]:
    """The SHA-256 of every file in a folder, by its path in it."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): hash_of(path) for path in files}
