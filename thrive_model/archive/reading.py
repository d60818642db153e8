"""A run folder read back, to be compared: only as the run left it, and only with the model version that wrote it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

import thrive_model
from thrive_model.archive.manifest import MANIFEST, SCENARIO, hash_of
from thrive_model.assemble.inputs import TABLES
from thrive_model.compare import Candidate
from thrive_model.differences import Stated
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.headlines import Headline
from thrive_model.scenario import read_resolved

HEADLINES = "headlines.csv"
_AGAIN = "run it again with --out"
_CHANGED = "run it again with --out: figures changed by hand are not a run's"
_UNPUBLISHED = "run it again with --out and without --publish"
_NO_RUN = "name a folder that `thrive run SCENARIO --out FOLDER` wrote, or a scenario"


class Manifest(BaseModel):
    """What is read of a manifest."""

    model_config = ConfigDict(strict=True, frozen=True)
    scenario: str
    model_version: str
    first_year: str
    last_year: str
    price_bases: list[str]
    overrides: list[str]
    inputs_sha256: dict[str, str]
    outputs_sha256: dict[str, str]


def kept_run(given: str) -> Candidate:
    """The run in a folder; `InputError` where it is none, was written by another version, or was changed since."""
    folder = Path(given)
    manifest = _manifest(folder, given)
    if manifest.model_version != thrive_model.__version__:
        what = f"was run by thrive_model {manifest.model_version}, and this is {thrive_model.__version__}"
        raise refuse(given, what, f"{_AGAIN} and this version, or compare it with that one")
    problems = list(_edited(folder, given, manifest.outputs_sha256))
    if problems:
        raise InputError(problems)
    resolved = read_resolved(folder / SCENARIO, f"{folder.name}/{SCENARIO}", manifest.scenario)
    figures = _headlines(folder / HEADLINES, given)
    return Candidate(
        given,
        kept=True,
        first_year=manifest.first_year,
        last_year=manifest.last_year,
        price_bases=tuple(manifest.price_bases),
        overrides=tuple(manifest.overrides),
        stated=Stated(resolved, _hashes(manifest.inputs_sha256)),
        figures=lambda: figures,
    )


def _manifest(folder: Path, given: str) -> Manifest:
    """What the manifest says; `InputError` where it is no run's, or does not say all that is wanted."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise refuse(given, f"is a folder without a {MANIFEST}", _NO_RUN) from None
    except (OSError, ValueError):
        raise refuse(given, f"has a {MANIFEST} that cannot be read", _NO_RUN) from None
    if not isinstance(found, dict) or "scenario" not in found:
        raise refuse(given, "is not the folder of a run", _NO_RUN)
    if found.get("published"):
        raise refuse(given, "was written to be published: its figures are rounded, and some are hidden", _UNPUBLISHED)
    try:
        return Manifest.model_validate(found)
    except ValidationError as faults:
        missing = dict.fromkeys(str(fault["loc"][0]) for fault in faults.errors())
        raise refuse(given, f"has a {MANIFEST} that does not say {', '.join(missing)}", _AGAIN) from None


def _edited(folder: Path, given: str, written: Mapping[str, str]) -> Iterator[Problem]:
    """The files to be read that are not as the run wrote them."""
    for name in (HEADLINES, SCENARIO):
        if not (folder / name).is_file() or name not in written:
            yield Problem(given, f"has no {name}", _AGAIN)
        elif hash_of(folder / name) != written[name]:
            yield Problem(given, f"{name} is not as the run wrote it", _CHANGED)


def _headlines(file: Path, given: str) -> Sequence[Headline]:
    with file.open(encoding="utf-8", newline="") as text:
        try:
            return [_headline(**row) for row in csv.DictReader(text)]
        except (TypeError, ValueError):
            raise refuse(given, f"has a {HEADLINES} that cannot be read", _AGAIN) from None


def _headline(value: str, **words: str) -> Headline:
    return Headline(**words, value=float(value) if value else None)


def _hashes(inputs: Mapping[str, str]) -> dict[str, str]:
    """The hash of each table, by the table's name."""
    return {
        name: sha
        for name, (folder, file, _) in TABLES.items()
        for key, sha in inputs.items()
        if key == f"{folder}/{file}" or (not file and key.startswith(f"{folder}/"))
    }
