"""A file that is there whole, or as it was before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import IO


def replaced(path: Path, write: Callable[[IO[bytes]], object]) -> None:
    """Write a file, which takes the place of one of that name only when it is whole."""
    beside = path.with_name(f".{path.name}.partial")
    try:
        with beside.open("wb") as file:
            write(file)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
