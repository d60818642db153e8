"""Precedence, said once: `--set` overrides the scenario, which overrides what it extends.

Blocks merge key by key; a value (a number, or a block with `value` or `by_year`) and a list are replaced whole,
so that no figure keeps the source of another. Every leaf remembers the file, line and column that set it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from thrive_model.errors import InputError, Problem, did_you_mean
from thrive_model.faults import remedy, sentence, text_of
from thrive_model.scenario import fields, override, strict_yaml
from thrive_model.scenario.files import Layer, layer_of, layers_of, locate_tables
from thrive_model.scenario.schema import Scenario
from thrive_model.scenario.strict_yaml import Place
from thrive_model.values import Value

APPROVAL = "approval"
_OF_ONE_SCENARIO = ("status", "by", "on", "run")


@dataclass(frozen=True)
class Resolved:
    """A scenario with everything it extends and every `--set` applied.

    `name` is the file's stem; `content` the merged blocks; `places` where each path in it was set; `folders`
    where its tables are; `files` every file read, in order of precedence.
    """

    name: str
    scenario: Scenario
    content: dict[str, Any]
    places: dict[strict_yaml.Path, Place]
    folders: dict[str, Path]
    files: tuple[Path, ...]
    overrides: tuple[str, ...]

    def place(self, *path: str | int) -> str:
        """`file:line:col key.in.it` of a path, or of the nearest block above it that somebody wrote."""
        return _place(self.places, path)

    def values(self) -> Iterator[tuple[strict_yaml.Path, Value]]:
        """Every number that somebody chose, with its path."""
        yield from _values(self.scenario, (), self.places)


def resolve(name: str, settings: Sequence[str] = ()) -> Resolved:
    """Read the scenario in a file, or the shipped one of that name; `InputError` with every fault in it."""
    layers = layers_of(name)
    content, places = _laid_over(layers)
    problems = [problem for layer in layers for _, problem in layer.faults]
    if any(not setting.strip().startswith(APPROVAL) for setting in settings):
        _no_longer_approved(content, places)
    problems += override.apply(settings, content, places)
    folders, lost = locate_tables(content, places, layers)
    scenario, faults = _validate(content, places, {path for layer in layers for path, _ in layer.faults})
    problems += [*lost, *faults]
    if problems or scenario is None:
        raise InputError(problems)
    files = tuple(layer.file for layer in layers)
    return Resolved(files[0].stem, scenario, content, places, folders, files, tuple(settings))


def resolve_kept(name: str, files: Sequence[Path], folders: Mapping[str, Path]) -> Resolved:
    """A scenario from copies of its files, the first laid over the next whatever they extend, and copies of its tables.

    `InputError` with every fault in it.
    """
    layers = [layer_of(file) for file in files]
    content, places = _laid_over(layers)
    scenario, faults = _validate(content, places, set())
    problems = [*(problem for layer in layers for _, problem in layer.faults), *faults]
    if problems or scenario is None:
        raise InputError(problems)
    return Resolved(name, scenario, content, places, dict(folders), tuple(files), ())


def _no_longer_approved(content: dict[str, Any], places: dict[strict_yaml.Path, Place]) -> None:
    """Drop who approved what is about to be changed: an approval is of one scenario as it stands, and of no variant."""
    block = content.get(APPROVAL)
    if isinstance(block, dict):
        for key in _OF_ONE_SCENARIO:
            block.pop(key, None)
            places.pop((APPROVAL, key), None)
        if not block:
            del content[APPROVAL], places[APPROVAL,]


def read_resolved(file: Path, called: str, name: str) -> Resolved:
    """A scenario as a run wrote it, whole; where its tables are is not known. `InputError` with every fault in it."""
    document = strict_yaml.read(text_of(file, strict_yaml.MOST_BYTES, "a scenario holds choices"), called)
    scenario, faults = _validate(document.content, document.places, set())
    if scenario is None:
        raise InputError(faults)
    return Resolved(name, scenario, document.content, document.places, {}, (file,), ())


def _values(
    node: Any, path: strict_yaml.Path, places: Mapping[strict_yaml.Path, Place]
) -> Iterator[tuple[strict_yaml.Path, Value]]:
    if isinstance(node, Value):
        if path in places:
            yield path, node
    elif isinstance(node, BaseModel):
        for name in type(node).model_fields:
            yield from _values(getattr(node, name), (*path, name), places)
    elif isinstance(node, (dict, tuple)):
        for key, item in node.items() if isinstance(node, dict) else enumerate(node):
            yield from _values(item, (*path, key), places)


def _laid_over(layers: Sequence[Layer]) -> tuple[dict[str, Any], dict[strict_yaml.Path, Place]]:
    """What a chain of files says together, and where each of it was said."""
    content: dict[str, Any] = {}
    places: dict[strict_yaml.Path, Place] = {}
    for layer in reversed(layers):
        _no_longer_approved(content, places)
        _merge(content, places, layer)
    content.pop("extends", None)
    return content, places


def _merge(content: dict[str, Any], places: dict[strict_yaml.Path, Place], over: Layer) -> None:
    """Lay a file over what it extends."""
    replaced = set(_overlay(content, over.content, ()))
    for old in [path for path in places if any(path[:n] in replaced for n in range(1, len(path) + 1))]:
        del places[old]
    places.update(over.places)


def _overlay(content: dict[str, Any], over: Mapping[str, Any], path: strict_yaml.Path) -> Iterator[strict_yaml.Path]:
    """Merge block by block; the paths of what was replaced whole."""
    for key, node in over.items():
        here = (*path, key)
        below = content.get(key)
        if isinstance(below, dict) and isinstance(node, dict) and not fields.is_value(here):
            yield from _overlay(below, node, here)
        else:
            content[key] = _copy(node)
            yield here


def _copy(node: Any) -> Any:
    return {key: _copy(value) for key, value in node.items()} if isinstance(node, dict) else node


def _validate(
    content: dict[str, Any], places: Mapping[strict_yaml.Path, Place], unread: Set[strict_yaml.Path]
) -> tuple[Scenario | None, list[Problem]]:
    """The scenario, or what is wrong with it; of what could not be read nothing more is told."""
    try:
        return Scenario.model_validate(content), []
    except ValidationError as faults:
        told = list(_problems(faults.errors(), content, places))
        return None, [problem for path, problem in told if not any(path[:n] in unread for n in range(len(path) + 1))]


def _problems(
    faults: Sequence[Any], content: dict[str, Any], places: Mapping[strict_yaml.Path, Place]
) -> Iterator[tuple[strict_yaml.Path, Problem]]:
    meant: set[strict_yaml.Path] = set()
    for fault in sorted(faults, key=lambda fault: fault["type"] == "missing"):
        told, loc = fault, fault["loc"]
        if fault["type"].startswith("union_tag"):
            told, loc = {**fault, "input": fault["input"].get("kind")}, (*loc, "kind")
        path, beside = fields.path_written(loc, content)
        advice = remedy(told)
        if fault["type"] == "union_tag_not_found":
            advice = did_you_mean("", fields.kinds(path[:-1]))
        if fault["type"] == "extra_forbidden":
            advice = did_you_mean(str(path[-1]), beside)
            meant |= {(*path[:-1], name) for name in beside if advice == f"did you mean '{name}'?"}
        if fault["type"] != "missing" or path not in meant:
            yield path, Problem(_place(places, path), sentence(told), advice)


def _place(places: Mapping[strict_yaml.Path, Place], path: Sequence[str | int]) -> str:
    """The place of a path or of the nearest block above it, and the path in words."""
    found = next(place for n in range(len(path), -1, -1) if (place := places.get(tuple(path[:n]))))
    return f"{found} {'.'.join(str(step) for step in path)}".rstrip()
