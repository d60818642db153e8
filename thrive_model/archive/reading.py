"""A run folder read back, to be compared or made again: only as the run left it, with the version that wrote it."""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

import thrive_model
from thrive_model.archive.manifest import MANIFEST, SCENARIO
from thrive_model.assemble.inputs import TABLES
from thrive_model.compare import Candidate
from thrive_model.differences import Stated
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.fingerprints import hash_of
from thrive_model.headlines import Headline
from thrive_model.provenance import inputs_of
from thrive_model.scenario import Resolved, read_resolved, resolve, shipped_scenarios

HEADLINES, OUTPUTS = "headlines.csv", "outputs.csv"
SAME = 1e-9
"""Figures nearer to each other than this, of their size, differ in rounding alone."""
_FIELDS = tuple(field.name for field in fields(Headline))
_AGAIN = "run it again with --out"
_CHANGED = "run it again with --out: figures changed by hand are not a run's"
_UNPUBLISHED = "run it again with --out and without --publish"
_NO_RUN = "name a folder that `thrive run SCENARIO --out FOLDER` wrote, or a scenario"


class Manifest(BaseModel):
    """What is read of a manifest."""

    model_config = ConfigDict(strict=True, frozen=True)
    scenario: str
    status: str
    model_version: str
    run_id: str
    first_year: str
    last_year: str
    price_bases: list[str]
    overrides: list[str]
    inputs_sha256: dict[str, str]
    outputs_sha256: dict[str, str]


def kept_run(given: str) -> Candidate:
    """The run in a folder; `InputError` where it is none, was written by another version, or was changed since."""
    folder = Path(given)
    manifest = _as_it_was_left(folder, given, (HEADLINES, SCENARIO))
    resolved = read_resolved(folder / SCENARIO, f"{folder.name}/{SCENARIO}", manifest.scenario)
    figures = _headlines(folder / HEADLINES, given)
    return Candidate(
        given,
        kept=True,
        first_year=manifest.first_year,
        last_year=manifest.last_year,
        price_bases=tuple(manifest.price_bases),
        overrides=tuple(manifest.overrides),
        status=manifest.status,
        run_id=manifest.run_id,
        stated=Stated(resolved, tables_of_inputs(manifest.inputs_sha256)),
        figures=lambda: figures,
    )


@dataclass(frozen=True)
class Kept:
    """A run that was kept, with the scenario and the tables that it was made of."""

    given: str
    resolved: Resolved

    def agrees(self, output: str, year: str, value: float, *, nothing: bool) -> None:
        """`InputError` where the run has another figure for an output in a year than it comes to now."""
        run = "do_nothing" if nothing else "scenario"
        with (Path(self.given) / OUTPUTS).open(encoding="utf-8", newline="") as text:
            rows = [row for row in csv.DictReader(text) if (row["output"], row["financial_year"]) == (output, year)]
        kept = next((float(row["value"]) for row in rows if row["run"] == run), math.nan)
        if not math.isclose(kept, value, rel_tol=SAME, abs_tol=SAME):
            what = f"has {kept!r} for {output} in {year}, and made again from the same inputs it is {value!r}"
            raise refuse(self.given, what, "run it again with --out: another computer or library may round otherwise")


def made_again(given: str) -> Kept:
    """The run in a folder, from the scenario and tables it was made of; `InputError` where these are not as they were.

    The scenario is looked for among the shipped ones, where the command is given, and beside the folder.
    """
    folder = Path(given)
    manifest = _as_it_was_left(folder, given, (OUTPUTS, SCENARIO))
    changed: list[str] = []
    for name in _places_to_look(folder, manifest.scenario):
        try:
            resolved = resolve(name, manifest.overrides)
            now = inputs_of(resolved)
        except InputError as refused:
            changed = changed or [str(refused.problems[0].where)]
            continue
        differing = sorted(file for file, _ in now.items() ^ manifest.inputs_sha256.items())
        if not differing:
            return Kept(given, resolved)
        changed = changed or list(dict.fromkeys(differing))
    if changed:
        what = f"was made of other inputs than are there now: {', '.join(changed)} differ{'s' * (len(changed) == 1)}"
        raise refuse(given, what, "put back what was there, or run it again with --out")
    what = f"was made of {manifest.scenario}.yaml, which is not here"
    raise refuse(given, what, "give the command in the folder where that is, or run it again with --out")


def _places_to_look(folder: Path, scenario: str) -> Iterator[str]:
    """Names by which the scenario of a run may be found."""
    if scenario in shipped_scenarios():
        yield scenario
    beside = folder.resolve().parent
    for place in dict.fromkeys((Path.cwd(), beside, beside.parent)):
        for file in (place / f"{scenario}.yaml", place / "scenarios" / f"{scenario}.yaml"):
            if file.is_file():
                yield str(file)


def _as_it_was_left(folder: Path, given: str, files: Sequence[str]) -> Manifest:
    """The manifest of a run; `InputError` where there is none, of another version, or where a file was changed."""
    manifest, _ = read_manifest(folder, given)
    if manifest.model_version != thrive_model.__version__:
        what = f"was run by thrive_model {manifest.model_version}, and this is {thrive_model.__version__}"
        raise refuse(given, what, f"{_AGAIN} and this version, or compare it with that one")
    problems = list(_edited(folder, given, manifest.outputs_sha256, files))
    if problems:
        raise InputError(problems)
    return manifest


def read_manifest(folder: Path, given: str) -> tuple[Manifest, dict[str, Any]]:
    """What the manifest says of what is wanted, and all of it; `InputError` where it is no run's, or says less."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if not folder.is_dir():
            raise refuse(given, "there is no such folder", _NO_RUN) from None
        raise refuse(given, f"is a folder without a {MANIFEST}", _NO_RUN) from None
    except NotADirectoryError:
        raise refuse(given, "is a file", _NO_RUN) from None
    except (OSError, ValueError):
        raise refuse(given, f"has a {MANIFEST} that cannot be read", _NO_RUN) from None
    if not isinstance(found, dict) or "scenario" not in found:
        raise refuse(given, "is not the folder of a run", _NO_RUN)
    if found.get("published"):
        raise refuse(given, "was written to be published: its figures are rounded, and some are hidden", _UNPUBLISHED)
    try:
        return Manifest.model_validate(found), found
    except ValidationError as faults:
        missing = dict.fromkeys(str(fault["loc"][0]) for fault in faults.errors())
        raise refuse(given, f"has a {MANIFEST} that does not say {', '.join(missing)}", _AGAIN) from None


def _edited(folder: Path, given: str, written: Mapping[str, str], files: Sequence[str]) -> Iterator[Problem]:
    """The files to be read that are not as the run wrote them."""
    for name in files:
        if not (folder / name).is_file() or name not in written:
            yield Problem(given, f"has no {name}", _AGAIN)
        elif hash_of(folder / name) != written[name]:
            yield Problem(given, f"{name} is not as the run wrote it", _CHANGED)


def _headlines(file: Path, given: str) -> Sequence[Headline]:
    with file.open(encoding="utf-8", newline="") as text:
        try:
            return [_headline(**{name: row[name] for name in _FIELDS}) for row in csv.DictReader(text)]
        except (KeyError, TypeError, ValueError):
            raise refuse(given, f"has a {HEADLINES} that cannot be read", _AGAIN) from None


def _headline(value: str, **words: str) -> Headline:
    return Headline(**words, value=float(value) if value else None)


def tables_of_inputs(inputs: Mapping[str, str]) -> dict[str, str]:
    """The hash of each table, by the table's name."""
    return {
        name: sha
        for name, (folder, file, _) in TABLES.items()
        for key, sha in inputs.items()
        if key == f"{folder}/{file}" or (not file and key.startswith(f"{folder}/"))
    }
