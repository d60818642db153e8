"""What figures were made by: versions of Python and of libraries, and a hash of each file of code behind them."""

from __future__ import annotations

import ast
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Any

import thrive_model

LIBRARIES = ("numpy", "pandas", "pydantic", "pyyaml", "scipy")
SEAL = "manifest_sha256"
_PACKAGE = Path(thrive_model.__file__).parent


@dataclass(frozen=True)
class Changed:
    """Something that was one thing then and is another now; None where it was not there, or is not any more."""

    sort: str
    name: str
    then: str | None
    now: str | None


def made_by(*modules: str) -> dict[str, Any]:
    """Versions of the model, of Python and of libraries, and a hash of each file of code behind some modules."""
    import sqlite3  # noqa: PLC0415 - only what is kept asks for its version

    return {
        "model_version": thrive_model.__version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        "libraries": {**{library: version(library) for library in LIBRARIES}, "sqlite": sqlite3.sqlite_version},
        "code_sha256": dict(code_behind(*modules)),
    }


@cache
def code_behind(*modules: str) -> Mapping[str, str]:
    """The hash of every file of this package that some modules import, directly or through others, by its path."""
    files: dict[str, Path] = {}
    waiting = list(modules)
    while waiting:
        module = waiting.pop()
        file = _file_of(module)
        if file is not None and module not in files:
            files[module] = file
            waiting += [module.rpartition(".")[0], *_imported(file)]
    beside = {source for file in files.values() for source in file.parent.glob("*.c")}
    every = sorted({*files.values(), *beside})
    return MappingProxyType({file.relative_to(_PACKAGE.parent).as_posix(): hash_of_text(file) for file in every})


def changes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Changed]:
    """What of the versions and the code differs between two manifests."""
    found = [
        Changed(sort, sort, then.get(key), now.get(key))
        for sort, key in (("model", "model_version"), ("python", "python"))
        if then.get(key) != now.get(key)
    ]
    for sort, key in (("library", "libraries"), ("code", "code_sha256")):
        found += differing(sort, then.get(key, {}), now.get(key, {}))
    return found


def differing(sort: str, then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[Changed]:
    """What has another value in one of two maps than in the other, by name."""
    for name in sorted({*then, *now}):
        if then.get(name) != now.get(name):
            yield Changed(sort, name, then.get(name), now.get(name))


def sealed(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """A manifest with the hash of all that it says, so that a change by hand shows."""
    return {**manifest, SEAL: _seal(manifest)}


def is_sealed(manifest: Mapping[str, Any]) -> bool:
    """Whether a manifest is as it was written."""
    return bool(manifest.get(SEAL) == _seal({key: value for key, value in manifest.items() if key != SEAL}))


def hash_of(path: Path) -> str:
    """The SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def hash_of_text(path: Path) -> str:
    """The SHA-256 of a text, however its lines end: a checkout may end them as its computer does."""
    return hashlib.sha256(path.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _seal(manifest: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(manifest, sort_keys=True).encode()).hexdigest()


def _file_of(module: str) -> Path | None:
    """Where a module of this package stands; None for a name in one, and for another package's."""
    top, *inside = module.split(".")
    if top != _PACKAGE.name:
        return None
    path = _PACKAGE.joinpath(*inside)
    candidates = (path / "__init__.py", path.with_suffix(".py"))
    return next((file for file in candidates if file.is_file()), None)


def _imported(file: Path) -> Iterable[str]:
    """Every module that a file imports, and every name that may be one."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
