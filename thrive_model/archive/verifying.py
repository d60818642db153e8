"""A run folder made again from its manifest and compared byte by byte, with what has changed since it was kept."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from thrive_model.archive import folder as writing
from thrive_model.archive.manifest import MANIFEST, SCENARIO
from thrive_model.archive.reading import Manifest, read_manifest, tables_of_inputs
from thrive_model.assumptions import reliance
from thrive_model.differences import Differences, Stated, differences, stated
from thrive_model.errors import InputError, refuse
from thrive_model.fingerprints import Changed, changes, differing, hash_of, is_sealed
from thrive_model.run import run
from thrive_model.scenario import Resolved, read_resolved, resolve, shipped_scenarios


@dataclass(frozen=True)
class FileDifference:
    """A file that is not the same when the run is made again, and the first line of text that differs (0: none)."""

    file: str
    line: int


@dataclass(frozen=True)
class Verified:
    """A run folder and the same run made again.

    `edited`: files that are not as the run left them, with what is wrong; `same` and `different`: files in the folder
    beside those of the run made again. `changed`: versions, code, seed and inputs that are others than then. `inputs`:
    the settings and tables that differ, None where the kept scenario cannot be read any more.
    """

    given: str
    scenario: str
    edited: Mapping[str, str]
    same: tuple[str, ...]
    different: tuple[FileDifference, ...]
    changed: tuple[Changed, ...]
    inputs: Differences | None

    @property
    def holds(self) -> bool:
        """Whether the folder is as the run left it, and comes out the same again."""
        return not self.edited and not self.different


def verify(given: str, scenario: str = "") -> Verified:
    """Make the run in a folder again; `InputError` where it is no run, or what it was made from is not found.

    `scenario` is the file it was made from; where it is not given, a shipped scenario of that name, or a file of that
    name here or in a folder `scenarios`.
    """
    kept = Path(given)
    manifest, said = read_manifest(kept, given)
    edited = dict(_edited(kept, manifest, said))
    resolved = resolve(scenario or _found(manifest.scenario, given), manifest.overrides)
    if resolved.name != manifest.scenario:
        what = f"is scenario '{resolved.name}', and the folder is a run of '{manifest.scenario}'"
        raise refuse(scenario, what, "name the file that was run")
    comparison = run(resolved)
    with tempfile.TemporaryDirectory() as beside:
        again = Path(beside) / "run"
        writing.write(comparison, reliance(comparison), again)
        _, said_now = read_manifest(again, str(again))
        names = [name for name in sorted(manifest.outputs_sha256) if (kept / name).is_file()]
        different = tuple(_different(kept, again, names))
    apart = {one.file for one in different}
    return Verified(
        given,
        manifest.scenario,
        edited,
        tuple(name for name in names if name not in apart),
        different,
        tuple(_changed(said, said_now)),
        _inputs(kept, manifest, resolved),
    )


def _found(name: str, given: str) -> str:
    """The scenario of that name: a shipped one, or a file near by."""
    near = [Path(folder) / f"{name}.yaml" for folder in (".", "scenarios")]
    there = next((str(file) for file in near if file.is_file()), "")
    if name in shipped_scenarios():
        return name
    if not there:
        what = f"was made from the scenario '{name}', which is neither shipped nor here"
        raise refuse(given, what, "name its file with --scenario FILE")
    return there


def _edited(kept: Path, manifest: Manifest, said: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Each file that is not as the run left it, and how so."""
    there = {path.name: path for path in sorted(kept.iterdir())}
    if not is_sealed(said):
        yield MANIFEST, "is not as the run wrote it"
    for name, sha in sorted(manifest.outputs_sha256.items()):
        if name not in there:
            yield name, "is gone"
        elif not there[name].is_file() or hash_of(there[name]) != sha:
            yield name, "is not as the run wrote it"
    for name in sorted(set(there) - set(manifest.outputs_sha256) - {MANIFEST}):
        yield name, "was added"


def _different(kept: Path, again: Path, names: list[str]) -> Iterator[FileDifference]:
    for name in names:
        was, now = (folder / name for folder in (kept, again))
        first, second = was.read_bytes(), now.read_bytes() if now.is_file() else b""
        if first != second:
            lines = zip_longest(first.splitlines(), second.splitlines())
            is_text = b"\0" not in first + second
            yield FileDifference(
                name, next((n for n, (one, other) in enumerate(lines, 1) if one != other), 0) * is_text
            )


def _changed(then: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[Changed]:
    yield from changes(then, now)
    for key in ("seed", "first_year", "last_year"):
        if then.get(key) != now.get(key):
            yield Changed(key, key, str(then.get(key)), str(now.get(key)))
    yield from differing("input", then.get("inputs_sha256", {}), now.get("inputs_sha256", {}))


def _inputs(kept: Path, manifest: Manifest, resolved: Resolved) -> Differences | None:
    """What differs in the settings and tables from then to now; None where what was kept cannot be read."""
    try:
        was = read_resolved(kept / SCENARIO, f"{kept.name}/{SCENARIO}", manifest.scenario)
    except InputError:
        return None
    return differences(Stated(was, tables_of_inputs(manifest.inputs_sha256)), stated(resolved))
