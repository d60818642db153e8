"""Finding what a scenario is made of: its own file, what it extends, and the folders of its tables."""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from thrive_model.errors import InputError, Problem, did_you_mean, refuse
from thrive_model.faults import text_of
from thrive_model.scenario import strict_yaml
from thrive_model.scenario.shipped import shipped_root, shipped_scenarios
from thrive_model.scenario.strict_yaml import Place

LONGEST_CHAIN = 10
SET = "--set"
_FOLDERS = ("pathway", "reference", "local")
_FILES = ("sources",)


@dataclass(frozen=True)
class Layer:
    """One file of a chain: what it says, where, its faults, and which file it is."""

    content: dict[str, Any]
    places: dict[strict_yaml.Path, Place]
    faults: tuple[tuple[strict_yaml.Path, Problem], ...]
    file: Path


def layers_of(name: str) -> list[Layer]:
    """The scenario of that name or in that file, then everything it extends in turn."""
    file = _find(name)
    layers: list[Layer] = []
    root = _project_root(file)
    seen: list[Path] = []
    while True:
        seen.append(file.resolve())
        layer = layer_of(file)
        layers.append(layer)
        parent = layer.content.get("extends")
        if "extends" not in layer.content:
            return layers
        where = f"{layer.places[('extends',)]} extends"
        if not isinstance(parent, str):
            raise refuse(where, "must be the name of a scenario or a path to one")
        file = _parent(parent, file, root, where)
        root = _project_root(file) if parent in shipped_scenarios() else root
        if file.resolve() in seen:
            raise refuse(where, f"leads back to {file.name}", "break the circle")
        if len(seen) == LONGEST_CHAIN:
            raise refuse(where, f"makes a chain of more than {LONGEST_CHAIN} files", "extend a scenario nearer the end")


def layer_of(file: Path) -> Layer:
    """One file of a chain; `InputError` where nothing of it can be read."""
    text = text_of(file, strict_yaml.MOST_BYTES, "a scenario holds choices; tables hold data")
    document = strict_yaml.read_on(text, file.name)
    return Layer(document.content, document.places, document.faults, file)


def locate_tables(
    content: Mapping[str, Any], places: Mapping[strict_yaml.Path, Place], layers: Sequence[Layer]
) -> tuple[dict[str, Path], list[Problem]]:
    """Where each table folder in force is: a path belongs to the file that wrote it, or to where `--set` is given."""
    tables = content.get("tables")
    folders: dict[str, Path] = {}
    problems: list[Problem] = []
    for key in (*_FOLDERS, *_FILES):
        written = tables.get(key) if isinstance(tables, dict) else None
        if isinstance(written, str):
            place = places["tables", key]
            writer = Path.cwd() / SET if place.file == SET else _writer(layers, key)
            try:
                folders[key] = _folder(key, written, writer, f"{place} tables.{key}")
            except InputError as fault:
                problems.extend(fault.problems)
    return folders, problems


def _writer(layers: Sequence[Layer], key: str) -> Path:
    blocks = ((layer.content.get("tables"), layer.file) for layer in layers)
    return next(file for block, file in blocks if isinstance(block, dict) and key in block)


def _find(name: str) -> Path:
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    path = Path(name)
    sort = _sort_of(path) if name else "nothing"
    if sort == "file":
        return path
    if sort == "folder":
        raise refuse(name, "is a folder", "name a scenario file in it")
    if sort == "something else":
        raise refuse(name, "is not a file")
    near = did_you_mean(path.name, _beside(path) if path.suffix else []) or did_you_mean(path.stem, shipped)
    raise refuse(name or "''", "there is no such scenario", near or "name a YAML file or a shipped scenario")


def _parent(name: str, child: Path, root: Path, where: str) -> Path:
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    path = child.parent / name
    _stay_within(path, root, where, name)
    if _sort_of(path) != "file":
        raise refuse(where, f"there is no scenario '{name}'", did_you_mean(name, [*shipped, *_beside(child)]))
    return path


def _beside(file: Path) -> list[str]:
    """The scenarios in a file's folder, itself left out."""
    there = _sort_of(file.parent) == "folder"
    return [other.name for other in file.parent.glob("*.yaml") if other != file] if there else []


def _project_root(file: Path) -> Path:
    """The folder a scenario may refer into: the one above `scenarios/`, or the scenario's own."""
    folder = file.resolve().parent
    return folder.parent if folder.name == "scenarios" else folder


def _stay_within(path: Path, root: Path, where: str, written: str) -> None:
    try:
        real = path.resolve()
    except (OSError, RuntimeError, ValueError):  # too long a name, links in a circle, a NUL in it
        raise refuse(where, f"'{written}' is not a path that can be followed") from None
    if not any(real.is_relative_to(allowed) for allowed in (root, shipped_root())):
        raise refuse(
            where,
            f"'{written}' leads out of the project's folder",
            "keep scenarios and tables inside it, without links that leave",
        )


def _folder(key: str, written: str, writer: Path, where: str) -> Path:
    path, root = writer.parent / written, _project_root(writer)
    _stay_within(path, root, where, written)
    wanted = "folder" if key in _FOLDERS else "file"
    sort = _sort_of(path)
    if sort == "nothing":
        base = "where the command is given" if writer.name == SET else "the file that writes it"
        raise refuse(where, f"there is no {wanted} '{written}'", f"a path is relative to {base}")
    if sort != wanted:
        raise refuse(where, f"'{written}' is a {sort}, and must be a {wanted}")
    for inside in sorted(path.glob("*.csv")) if wanted == "folder" else ():
        _stay_within(inside, root, where, f"{written}/{inside.name}")
    return path


def _sort_of(path: Path) -> Literal["file", "folder", "something else", "nothing"]:
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return "nothing"
    return "file" if stat.S_ISREG(mode) else "folder" if stat.S_ISDIR(mode) else "something else"
