"""What may stand where in a scenario, read off the schema: for suggestions, and to tell a value from a block."""

from __future__ import annotations

from collections.abc import Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel

from thrive_model.scenario.schema import Scenario
from thrive_model.values import Value

Path = tuple[str | int, ...]
_A_KEY = "[key]"


def is_value(path: Sequence[str | int]) -> bool:
    """Whether a `Value` stands at the path: one figure or series with its source, replaced whole."""
    return Value in _may_stand_at(path)


def may_begin_empty(path: Sequence[str | int]) -> bool:
    """Whether a block at the path is whole with nothing in it: a map of values, or settings that all have defaults."""
    return any(
        not any(field.is_required() for field in one.model_fields.values())
        if _is_model(one)
        else get_origin(one) is dict and Value in _options(get_args(one)[1])
        for one in _may_stand_at(path)
        if one is not Value
    )


def kinds(path: Sequence[str | int]) -> list[str]:
    """The kinds of block that may stand at the path, where there are several."""
    return [kind for one in _may_stand_at(path) for kind in _kinds(one)]


def path_written(loc: Sequence[str | int], content: Any) -> tuple[Path, list[str]]:
    """The path a person wrote for pydantic's location of a fault, and the settings that may stand beside its end.

    The location also names the kind chosen from a union, marks the key of a map, and enters the block that a bare
    number stands for; none of these is in the file.
    """
    here: list[Any] = [Scenario]
    beside: list[str] = []
    path: list[str | int] = []
    for step in loc:
        chosen = [one for one in here if len(here) > 1 and step in _kinds(one)]
        if chosen:
            here = chosen
            continue
        bare = Value in here and not isinstance(content, dict)
        if step == _A_KEY or bare:
            break
        beside = [name for one in here if _is_model(one) for name in one.model_fields]
        here = [inner for one in here for inner in _inside(one, step)]
        content = _step_into(content, step)
        path.append(step)
    return tuple(path), beside


def _may_stand_at(path: Sequence[str | int]) -> list[Any]:
    here: list[Any] = [Scenario]
    for step in path:
        here = [inner for one in here for inner in _inside(one, step)]
    return here


def _inside(annotation: Any, step: str | int) -> list[Any]:
    if _is_model(annotation):
        field = annotation.model_fields.get(str(step))
        return _options(field.annotation) if field else []
    arguments = get_args(annotation)
    if get_origin(annotation) is dict:
        return _options(arguments[1])
    if get_origin(annotation) is tuple:
        return _options(arguments[0])
    return []


def _options(annotation: Any) -> list[Any]:
    """The annotations that a union, an optional or an annotated one comes down to."""
    if get_origin(annotation) is Annotated:
        return _options(get_args(annotation)[0])
    if get_origin(annotation) in {Union, UnionType}:
        return [option for part in get_args(annotation) for option in _options(part)]
    return [] if annotation is NoneType else [annotation]


def _kinds(annotation: Any) -> tuple[Any, ...]:
    field = annotation.model_fields.get("kind") if _is_model(annotation) else None
    return get_args(field.annotation) if field else ()


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)


def _step_into(content: Any, step: str | int) -> Any:
    if isinstance(content, dict):
        return content.get(step)
    if isinstance(content, tuple) and isinstance(step, int) and step < len(content):
        return content[step]
    return None
