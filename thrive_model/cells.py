"""Tables that a spreadsheet may open: no cell of theirs is a formula that it would work out."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from typing import IO

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_NUMBER = r"[-+]?[0-9]*\.?[0-9]+([eE][-+]?[0-9]+)?"


def as_text(cell: object) -> object:
    """A cell as a spreadsheet shows it, not as a formula it works out: text that would be one begins with a quote mark.

    A number remains one, and so does text that is nothing but a number.
    """
    if not isinstance(cell, str) or not cell.startswith(_FORMULA) or re.fullmatch(_NUMBER, cell):
        return cell
    return f"'{cell}"


def write_csv(file: IO[str], columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a table as CSV, its header alone where there are no rows; `file` is open with newline=""."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(map(as_text, row) for row in rows)
