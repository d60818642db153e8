"""A strict subset of YAML 1.2: maps, lists and plain scalars, each with its place; nothing that surprises.

PyYAML's events give the syntax and the places; the meaning of a scalar is decided here, by the core schema of
YAML 1.2, so that `no` and `12:30` are text and `9.7e6` is a number. Anchors, tags, repeated keys, several
documents and non-finite numbers are refused, and so is a file too large or too deep to be somebody's choices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from thrive_model.errors import InputError, Problem, refuse

MOST_BYTES = 1_000_000
DEEPEST = 20

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Place:
    """Where a node stands: the file as named, line and column from 1."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True)
class Document:
    """What a file says (maps as dicts, lists as tuples) and the place of every key, item and value."""

    content: Any
    places: dict[Path, Place]


def read(text: str, file: str) -> Document:
    """Read one document; `InputError` with every fault that can be told apart."""
    if len(text) > MOST_BYTES:
        raise refuse(file, f"is larger than {MOST_BYTES // 1_000_000} MB", "a scenario holds choices; tables hold data")
    reader = _Reader(text, file)
    try:
        content = reader.document()
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark or fault.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        reader.problems.append(Problem(str(place), f"is not valid YAML: {fault.problem or fault.context}"))
    except yaml.YAMLError as fault:
        reader.problems.append(Problem(file, f"is not valid YAML: {str(fault).splitlines()[0]}"))
    if reader.problems:
        raise InputError(reader.problems)
    return Document(content, reader.places)


def scalar(text: str) -> Any:
    """What an unquoted scalar means in the core schema of YAML 1.2; ValueError where it is not finite."""
    if text in {"", "~", "null", "Null", "NULL"}:
        return None
    if text in {"true", "True", "TRUE", "false", "False", "FALSE"}:
        return text.lower() == "true"
    if re.fullmatch(r"[-+]?[0-9]+", text):
        if len(text) > 30:
            raise ValueError("has more digits than a number here can have")
        return int(text)
    if re.fullmatch(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", text):
        number = float(text)
        if number in {float("inf"), float("-inf")}:
            raise ValueError("must be a finite number")
        return number
    if re.fullmatch(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)", text):
        raise ValueError("must be a finite number")
    return text


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self._file = file
        self.places: dict[Path, Place] = {}
        self.problems: list[Problem] = []

    def document(self) -> Any:
        content: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(event, "a second document begins here", "keep one scenario to a file")
                    break
                content = self._node(next(self._events), ())
        if not self.problems and not isinstance(content, dict):
            raise refuse(self._file, "is empty" if content is None else "must be a block of settings, key: value")
        return content

    def _node(self, event: Any, path: Path) -> Any:
        self.places.setdefault(path, self._place(event))
        if len(path) > DEEPEST:
            raise refuse(str(self._place(event)), f"is nested more than {DEEPEST} deep")
        if isinstance(event, yaml.AliasEvent):
            raise refuse(str(self._place(event)), f"uses the alias '*{event.anchor}'", "write the value out")
        if event.anchor:
            self._fault(event, f"uses the anchor '&{event.anchor}'", "write each value out where it is used")
        if event.tag:
            self._fault(event, f"uses the tag '{event.tag}'", "write plain values")
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event)

    def _mapping(self, path: Path) -> dict[str, Any]:
        content: dict[str, Any] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise refuse(str(self._place(event)), "a key must be a plain word")
            key = event.value
            if key in content:
                first = self.places[(*path, key)].line
                self._fault(event, f"'{key}' stands here a second time (first in line {first})", "keep one")
            self.places[(*path, key)] = self._place(event)
            content[key] = self._node(next(self._events), (*path, key))
        return content

    def _sequence(self, path: Path) -> tuple[Any, ...]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return tuple(items)

    def _scalar(self, event: Any) -> Any:
        if event.style in {"'", '"', "|", ">"}:
            return event.value
        try:
            return scalar(event.value)
        except ValueError as fault:
            self._fault(event, str(fault))
            return 0

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _fault(self, event: Any, what: str, remedy: str = "") -> None:
        self.problems.append(Problem(str(self._place(event)), what, remedy))
