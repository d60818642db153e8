"""Whether a run folder comes out the same again, and what has changed since it was kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

import thrive_model
from thrive_model.archive import Verified
from thrive_model.fingerprints import Changed
from thrive_model.report.differing import differences_as_data, setting_lines, table_lines
from thrive_model.report.words import hanging

HASH = 64
_SORTS = {"model": "model version", "library": "library", "code": "code", "input": "input", "python": "Python"}


def screen(found: Verified) -> str:
    """What was edited, what comes out otherwise, and what differs from then; or that it is the same."""
    return "\n".join(_lines(found))


def as_object(found: Verified) -> dict[str, Any]:
    """The same as plain data; `inputs` is None where the scenario that was kept cannot be read."""
    return {
        "run": found.given,
        "scenario": found.scenario,
        "model_version": thrive_model.__version__,
        "holds": found.holds,
        "edited": [{"file": file, "what": what} for file, what in found.edited.items()],
        "same": list(found.same),
        "different": [asdict(one) for one in found.different],
        "changed": [asdict(one) for one in found.changed],
        "inputs": None if found.inputs is None else differences_as_data(found.inputs),
    }


def changed_lines(changed: Sequence[Changed]) -> Iterator[str]:
    """Each version, file of code or input that is another than then; a hash is not worth reading."""
    for one in changed:
        sort = _SORTS.get(one.sort, one.sort.replace("_", " "))
        name = "" if one.name == one.sort else f" {one.name}"
        yield hanging("  ", f"{sort}{name}: {_told(one)}")


def _told(one: Changed) -> str:
    if one.then is None or one.now is None:
        return "was not there then" if one.then is None else "is not there any more"
    return "is another than then" if len(one.then) == HASH else f"{one.then} then, {one.now} now"


def _lines(found: Verified) -> Iterator[str]:
    files = len(found.same) + len(found.different)
    if found.holds:
        yield hanging("", f"{found.given}: {found.scenario} comes out the same again, {files} files byte for byte.")
    for file, what in found.edited.items():
        yield hanging("", f"{found.given}: {file} {what}: the folder was changed since")
    if found.different:
        yield f"{found.given}: run again, {len(found.different)} of {files} files differ:"
        for one in found.different:
            yield f"  {one.file}{f', from line {one.line} on' if one.line else ''}"
    if found.changed:
        yield "Since it was kept there changed:"
        yield from changed_lines(found.changed)
    elif found.different:
        told = "no version, no code, no seed and no input"
        why = "the folder was changed by hand" if found.edited else "its manifest was changed, or a computer differs"
        yield hanging("", f"Since it was kept there changed {told}: {why}.")
    if found.inputs:
        settings = [line for one in found.inputs.settings for line in setting_lines(one)]
        tables = [line for one in found.inputs.tables for line in table_lines(one)]
        yield from ("What differs in the inputs, from then (-) to now (+)", *settings, *tables)
