"""A strict subset of YAML 1.2: maps, lists and plain scalars, each with its place; nothing that surprises.

PyYAML's events give the syntax and the places; the meaning of a scalar is decided here, by the core schema of
YAML 1.2, so that `no` and `12:30` are text and `1.2e6` is a number. Anchors, tags, directives, merge keys, repeated
keys, several documents and non-finite numbers are refused, and so is a file too large or too deep to be somebody's
choices.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from thrive_model.errors import InputError, Problem, refuse
from thrive_model.scenario.syntax import syntax_fault

MOST_BYTES = 1_000_000
MOST_NODES = 20_000
DEEPEST = 20
_CHOICES = "a scenario holds choices; tables hold data"
# What YAML 1.2 does not count as text, and the characters that some readers take for the end of a line.
_NOT_TEXT = re.compile("[^\t\n\r\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u2028\u2029\ufeff]")

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
    """What a file says (maps as dicts, lists as tuples), the place of every key, item and value, and its faults.

    `faults` are those that leave the rest readable, each with the path of what it concerns.
    """

    content: Any
    places: dict[Path, Place]
    faults: tuple[tuple[Path, Problem], ...] = ()


def read(text: str, file: str) -> Document:
    """Read one document; `InputError` with every fault that can be told apart."""
    document = read_on(text, file)
    if document.faults:
        raise InputError(problem for _, problem in document.faults)
    return document


def read_on(text: str, file: str) -> Document:
    """Read one document past the faults in it, so that what is wrong with the rest can be told beside them.

    `InputError` where nothing can be read on from.
    """
    if len(text) > MOST_BYTES:
        raise refuse(file, f"is larger than {MOST_BYTES // 1_000_000} MB", _CHOICES)
    odd = _NOT_TEXT.search(text)
    if odd:
        line, column = text.count("\n", 0, odd.start()) + 1, odd.start() - text.rfind("\n", 0, odd.start())
        raise refuse(str(Place(file, line, column)), *_not_text(odd[0]))
    reader = _Reader(text, file)
    try:
        content = reader.document()
    except yaml.MarkedYAMLError as fault:
        line, column, what, remedy = syntax_fault(fault, text)
        reader.faults.append(((), Problem(str(Place(file, line, column)), what, remedy)))
        content = None
    if not isinstance(content, dict):
        raise InputError(problem for _, problem in reader.faults)
    return Document(content, reader.places, tuple(reader.faults))


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


def _not_text(character: str) -> tuple[str, str]:
    return f"holds a character that is not plain text (U+{ord(character):04X})", "remove it"


class _Reader:
    def __init__(self, text: str, file: str) -> None:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        self._events: Iterator[Any] = yaml.parse(text, Loader=loader)
        self._file = file
        self.places: dict[Path, Place] = {}
        self.faults: list[tuple[Path, Problem]] = []

    def document(self) -> Any:
        content: Any = None
        documents = 0
        for event in self._events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self._fault(event, (), "a second document begins here", "keep one scenario to a file")
                    break
                if event.version or event.tags:
                    self._fault(event, (), "begins with a directive ('%')", "remove it")
                content = self._node(next(self._events), ())
        if not self.faults and not isinstance(content, dict):
            what = "is empty" if content is None else "must be a block of settings, key: value"
            raise refuse(str(self.places.get((), self._file)) if content is not None else self._file, what)
        return content

    def _node(self, event: Any, path: Path) -> Any:
        self.places.setdefault(path, self._place(event))
        if len(path) > DEEPEST:
            raise refuse(str(self._place(event)), f"is nested more than {DEEPEST} deep", _CHOICES)
        if len(self.places) > MOST_NODES:
            raise refuse(str(self._place(event)), f"is beyond the first {MOST_NODES} settings", _CHOICES)
        if isinstance(event, yaml.AliasEvent):
            self._fault(event, path, f"uses the alias '*{event.anchor}'", "write the value out")
            return None
        self._refuse_marks(event, path)
        if isinstance(event, yaml.MappingStartEvent):
            return self._mapping(path)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(path)
        return self._scalar(event, path)

    def _mapping(self, path: Path) -> dict[str, Any]:
        content: dict[str, Any] = {}
        lines: dict[str, int] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise refuse(self._where(event, path), "a key must be plain text", "not a list, a block or an alias")
            key, here = event.value, (*path, event.value)
            self._refuse_marks(event, here)
            if key == "<<":
                self._fault(event, here, "merges blocks, which is not read", "write the settings out, or use extends")
            if key in content:
                self._fault(event, here, f"stands here a second time, after line {lines[key]}", "keep one")
            self.places[here] = self._place(event)
            lines.setdefault(key, self.places[here].line)
            content[key] = self._node(next(self._events), here)
        return content

    def _sequence(self, path: Path) -> tuple[Any, ...]:
        items: list[Any] = []
        while not isinstance(event := next(self._events), yaml.SequenceEndEvent):
            items.append(self._node(event, (*path, len(items))))
        return tuple(items)

    def _scalar(self, event: Any, path: Path) -> Any:
        if event.style in {"'", '"', "|", ">"}:
            return event.value
        try:
            return scalar(event.value)
        except ValueError as fault:
            self._fault(event, path, str(fault))
            return 0

    def _refuse_marks(self, event: Any, path: Path) -> None:
        """What a node may carry in YAML and not here; text can hold by an escape what a file may not hold plainly."""
        if event.anchor:
            self._fault(event, path, f"uses the anchor '&{event.anchor}'", "write each value out where it is used")
        if event.tag:
            written = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._fault(event, path, f"uses the tag '{written}'", "write plain values")
        odd = _NOT_TEXT.search(event.value) if isinstance(event, yaml.ScalarEvent) else None
        if odd:
            self._fault(event, path, *_not_text(odd[0]))

    def _place(self, event: Any) -> Place:
        return Place(self._file, event.start_mark.line + 1, event.start_mark.column + 1)

    def _where(self, event: Any, path: Path) -> str:
        return f"{self._place(event)} {'.'.join(str(step) for step in path)}".rstrip()

    def _fault(self, event: Any, path: Path, what: str, remedy: str = "") -> None:
        self.faults.append((path, Problem(self._where(event, path), what, remedy)))
