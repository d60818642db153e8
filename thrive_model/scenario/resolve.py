"""Precedence, said once: `--set` overrides the scenario, which overrides what it extends.

Blocks merge key by key; a value (a number, or a block with `value` or `by_year`) and a list are replaced whole,
so that no figure keeps the source of another. Every leaf remembers the file, line and column that set it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from thrive_model.errors import InputError, Problem, did_you_mean, refuse
from thrive_model.faults import sentence
from thrive_model.scenario import strict_yaml
from thrive_model.scenario.schema import Scenario
from thrive_model.scenario.shipped import shipped_root, shipped_scenarios
from thrive_model.scenario.strict_yaml import Place
from thrive_model.values import Value

LONGEST_CHAIN = 10
_TABLE_KEYS = ("pathway", "reference", "local", "sources")


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
        return _place(self.places, path, self.files[0].name)

    def values(self) -> Iterator[tuple[strict_yaml.Path, Value]]:
        """Every number that somebody chose, with its path."""
        yield from _values(self.scenario, (), self.places)


@dataclass
class _Layer:
    content: dict[str, Any]
    places: dict[strict_yaml.Path, Place]
    file: Path


def resolve(name: str, settings: Sequence[str] = ()) -> Resolved:
    """Read the scenario in a file, or the shipped one of that name; `InputError` with every fault in it."""
    file = _find(name)
    layers = _layers(file)
    content: dict[str, Any] = {}
    places: dict[strict_yaml.Path, Place] = {}
    folders: dict[str, Path] = {}
    problems: list[Problem] = []
    for layer in reversed(layers):
        problems.extend(_locate_tables(layer, folders))
        _merge(content, places, layer.content, layer.places)
    for setting in settings:
        problems.extend(_apply(setting, content, places, folders))
    content.pop("extends", None)
    scenario, faults = _validate(content, places, file.name)
    problems.extend(faults)
    if problems or scenario is None:
        raise InputError(problems)
    return Resolved(
        file.stem, scenario, content, places, folders, tuple(layer.file for layer in layers), tuple(settings)
    )


def _values(
    node: Any, path: strict_yaml.Path, places: dict[strict_yaml.Path, Place]
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


def _find(name: str) -> Path:
    path = Path(name)
    shipped = shipped_scenarios()
    if path.suffix not in {".yaml", ".yml"} and name in shipped:
        return shipped[name]
    if path.is_dir():
        raise refuse(name, "is a folder", "name a scenario file in it")
    if not path.exists():
        near = did_you_mean(path.stem, shipped)
        raise refuse(
            name, "there is no such scenario", near or "name a YAML file or a shipped scenario (see thrive list)"
        )
    return path


def _layers(file: Path) -> list[_Layer]:
    """The file and everything it extends, the file first."""
    layers: list[_Layer] = []
    root = _project_root(file)
    seen: list[Path] = []
    while True:
        real = file.resolve()
        if real in seen:
            raise refuse(layers[-1].file.name, f"extends itself by way of {file.name}", "break the circle")
        if len(seen) == LONGEST_CHAIN:
            raise refuse(layers[-1].file.name, f"extends a chain of more than {LONGEST_CHAIN} files")
        seen.append(real)
        document = strict_yaml.read(_text(file), file.name)
        layers.append(_Layer(document.content, document.places, file))
        parent = document.content.get("extends")
        if parent is None:
            return layers
        where = f"{document.places[('extends',)]} extends"
        if not isinstance(parent, str):
            raise refuse(where, "must be the name of a scenario or a path to one")
        file = _parent(parent, file, root, where)
        root = _project_root(file) if parent in shipped_scenarios() else root


def _parent(name: str, child: Path, root: Path, where: str) -> Path:
    shipped = shipped_scenarios()
    if name in shipped:
        return shipped[name]
    path = child.parent / name
    _stay_within(path, root, where, name)
    if not path.is_file():
        raise refuse(where, f"there is no scenario '{name}'", did_you_mean(name, shipped))
    return path


def _project_root(file: Path) -> Path:
    """The folder a scenario may refer into: the one above `scenarios/`, or the scenario's own."""
    folder = file.resolve().parent
    return folder.parent if folder.name == "scenarios" else folder


def _stay_within(path: Path, root: Path, where: str, written: str) -> None:
    real = path.resolve()
    if not any(real.is_relative_to(allowed) for allowed in (root, shipped_root())):
        raise refuse(
            where,
            f"'{written}' leads out of the project's folder",
            "keep scenarios and tables inside it, without links that leave",
        )


def _text(file: Path) -> str:
    try:
        if file.stat().st_size > strict_yaml.MOST_BYTES:
            raise refuse(
                file.name,
                f"is larger than {strict_yaml.MOST_BYTES // 1_000_000} MB",
                "a scenario holds choices; tables hold data",
            )
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise refuse(file.name, f"is not UTF-8 text (byte {fault.start})", "save it as UTF-8") from None
    except OSError as fault:
        raise refuse(file.name, f"cannot be read: {fault.strerror}") from None


def _locate_tables(layer: _Layer, folders: dict[str, Path]) -> Iterable[Problem]:
    """Resolve each table folder against the file that wrote it."""
    tables = layer.content.get("tables")
    if not isinstance(tables, dict):
        return
    for key in _TABLE_KEYS:
        written = tables.get(key)
        if isinstance(written, str):
            where = f"{layer.places[('tables', key)]} tables.{key}"
            try:
                folders[key] = _folder(layer.file.parent / written, _project_root(layer.file), where, written)
            except InputError as fault:
                yield from fault.problems


def _folder(path: Path, root: Path, where: str, written: str) -> Path:
    _stay_within(path, root, where, written)
    if not path.exists():
        raise refuse(where, f"there is no folder or table '{written}'", "a path is relative to the file that writes it")
    for inside in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
        _stay_within(inside, root, where, str(inside.name))
    return path


def _is_value(node: Any) -> bool:
    return not isinstance(node, dict) or "value" in node or "by_year" in node


def _merge(
    content: dict[str, Any],
    places: dict[strict_yaml.Path, Place],
    over: dict[str, Any],
    over_places: dict[strict_yaml.Path, Place],
    path: strict_yaml.Path = (),
) -> None:
    for key, node in over.items():
        here = (*path, key)
        if (
            isinstance(content.get(key), dict)
            and not _is_value(content[key])
            and isinstance(node, dict)
            and not _is_value(node)
        ):
            _merge(content[key], places, node, over_places, here)
        else:
            _forget(places, here)
            content[key] = _copy(node)
            places.update({p: place for p, place in over_places.items() if p[: len(here)] == here})
        places[here] = over_places[here]


def _copy(node: Any) -> Any:
    return {key: _copy(value) for key, value in node.items()} if isinstance(node, dict) else node


def _forget(places: dict[strict_yaml.Path, Place], path: strict_yaml.Path) -> None:
    for old in [p for p in places if p[: len(path)] == path]:
        del places[old]


def _apply(
    setting: str, content: dict[str, Any], places: dict[strict_yaml.Path, Place], folders: dict[str, Path]
) -> Iterable[Problem]:
    """Apply one `key.in.it=value`; the value is read as YAML."""
    key, equals, text = setting.partition("=")
    place = Place(f"--set {key.strip()}")
    if not equals or not key.strip():
        return [Problem(f"--set {setting}", "must be key=value", "such as --set demand.growth_per_year=0.05")]
    try:
        node = strict_yaml.read(f"value: {text.strip()}", str(place)).content["value"]
    except InputError as fault:
        return [Problem(str(place), problem.what, problem.remedy) for problem in fault.problems]
    *parents, last = (int(part) if part.isdigit() else part for part in key.strip().split("."))
    block: Any = content
    for parent in parents:
        block = _step_into(block, parent)
    if isinstance(block, tuple):
        return [Problem(str(place), "cannot change one item of a list", "set the whole list")]
    if not isinstance(block, dict):
        return [Problem(str(place), "is not a setting of this scenario", did_you_mean(str(parents[0]), content))]
    path = (*parents, last)
    _forget(places, path)
    if parents and parents[0] == "tables" and isinstance(node, str):
        root = _project_root(Path.cwd() / "scenario.yaml")
        try:
            folders[str(last)] = _folder(Path(node), root, str(place), node)
        except InputError as fault:
            return fault.problems
    block[str(last)] = node
    places[path] = place
    return []


def _step_into(block: Any, key: str | int) -> Any:
    return block.get(str(key)) if isinstance(block, dict) else None


def _validate(
    content: dict[str, Any], places: dict[strict_yaml.Path, Place], file: str
) -> tuple[Scenario | None, list[Problem]]:
    try:
        return Scenario.model_validate(content), []
    except ValidationError as faults:
        problems = []
        for fault in faults.errors():
            path = _path_in(content, fault["loc"])
            remedy = did_you_mean(str(fault["loc"][-1]), _fields_at(path)) if fault["type"] == "extra_forbidden" else ""
            problems.append(Problem(_place(places, path, file), sentence(fault), remedy))
        return None, problems


def _path_in(content: Any, loc: Sequence[str | int]) -> strict_yaml.Path:
    """The part of pydantic's location that stands in the file (it also names the kind chosen from a union)."""
    path: list[str | int] = []
    for step in loc:
        inside = (isinstance(content, dict) and step in content) or (
            isinstance(content, tuple) and isinstance(step, int)
        )
        if inside:
            content = content[step]
            path.append(step)
        elif step == loc[-1] and isinstance(content, dict):
            path.append(step)
    return tuple(path)


def _place(places: dict[strict_yaml.Path, Place], path: Sequence[str | int], file: str) -> str:
    """The place of a path or of the nearest block above it, and the path in words."""
    for length in range(len(path), -1, -1):
        found = places.get(tuple(path[:length]))
        if found is not None:
            key = ".".join(str(step) for step in path)
            return str(found) if found.file.startswith("--set") and length == len(path) else f"{found} {key}".rstrip()
    return f"{file} {'.'.join(str(step) for step in path)}".rstrip()


def _fields_at(path: Sequence[str | int]) -> list[str]:
    """The settings that could stand where the path's last step does."""
    model: Any = Scenario
    for step in path[:-1]:
        model = _model_under(model, step)
    return list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []


def _model_under(model: Any, step: str | int) -> Any:
    if isinstance(model, type) and issubclass(model, BaseModel):
        field = model.model_fields.get(str(step))
        return _models(field.annotation) if field else None
    return model


def _models(annotation: Any) -> Any:
    """The first schema class inside an annotation such as `dict[str, Intervention]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for part in getattr(annotation, "__args__", ()):
        found = _models(part)
        if found:
            return found
    return None
