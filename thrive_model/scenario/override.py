"""`--set key.in.it=value`: one setting changed for one run, read as strictly as a file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from thrive_model.errors import InputError, Problem, did_you_mean
from thrive_model.scenario import fields, strict_yaml
from thrive_model.scenario.files import SET
from thrive_model.scenario.strict_yaml import Place

MOST_SETTINGS = 500


def apply(settings: Sequence[str], content: dict[str, Any], places: dict[strict_yaml.Path, Place]) -> list[Problem]:
    """Apply every setting to `content` and note it in `places`; the faults of those that cannot be."""
    if len(settings) > MOST_SETTINGS:
        return [Problem(SET, f"is given {len(settings)} times, {MOST_SETTINGS} at the most", "write a scenario")]
    problems: list[Problem] = []
    seen: set[str] = set()
    for setting in settings:
        key, equals, text = (part.strip() for part in setting.partition("="))
        where = f"{SET} {key}"
        if not equals or not all(key.split(".")):
            example = "such as --set demand.growth_per_year=0.05"
            problems.append(Problem(f"{SET} {setting}", "must be key=value", example))
        elif key in seen:
            problems.append(Problem(where, "is given twice", "keep one"))
        else:
            problems.extend(_apply(where, tuple(key.split(".")), text, content, places))
        seen.add(key)
    return problems


def _apply(
    where: str, path: tuple[str, ...], text: str, content: dict[str, Any], places: dict[strict_yaml.Path, Place]
) -> list[Problem]:
    if len(text.splitlines()) > 1:
        return [Problem(where, "must be one value on one line", "give each setting its own --set")]
    try:
        document = strict_yaml.read(f"value: {text}", SET)
    except InputError as refused:
        return [Problem(where, problem.what, problem.remedy) for problem in refused.problems]
    if path[0] == "extends":
        return [Problem(where, "cannot be set", "name the other scenario, or write one that extends it")]
    block = _block(where, path, content)
    if isinstance(block, Problem):
        return [block]
    block[path[-1]] = document.content["value"]
    for old in [p for p in places if p[: len(path)] == path]:
        del places[old]
    places.update({(*path, *inside[1:]): Place(SET) for inside in document.places if inside})
    return []


def _block(where: str, path: tuple[str, ...], content: dict[str, Any]) -> dict[str, Any] | Problem:
    """The block that holds the setting, or why there is none."""
    block: Any = content
    for depth, step in enumerate(path[:-1], start=1):
        above = ".".join(path[:depth])
        if step not in block and fields.may_begin_empty(path[:depth]):
            block[step] = {}
        if step not in block:
            near = did_you_mean(step, block)
            advice = near if near.startswith("did") else "give the whole of it"
            return Problem(where, f"there is no '{above}' in this scenario", advice)
        if fields.is_value(path[:depth]):
            whole = f"--set {above}=0.5, or --set '{above}={{value: 0.5, source: ...}}'"
            return Problem(where, "is a part of a value, which is set whole", f"such as {whole}")
        block = block[step]
        if isinstance(block, tuple):
            return Problem(where, "cannot change a part of a list", f"set the whole of {above}")
        if not isinstance(block, dict):
            return Problem(where, f"there are no settings in '{above}'")
    found: dict[str, Any] = block
    return found
