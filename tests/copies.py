"""A little project of one's own, to break one thing in, and the lines with which it is then refused."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import copy_tables

from thrive_model.assemble import assemble
from thrive_model.errors import InputError
from thrive_model.scenario import resolve

UNLIKE = "must occur once in the table for a test to change it"


class Copy:
    """The shipped scenarios and tables in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = copy_tables(folder)

    def write(self, text: str | bytes, name: str = "bad.yaml") -> Path:
        """A scenario among the shipped ones."""
        file = self.folder / "scenarios" / name
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return file

    def table(self, name: str) -> Path:
        """The file of a table."""
        return next(iter(self.folder.glob(f"data/**/{name}.csv")))

    def change(self, name: str, old: str, new: str) -> None:
        """Put one piece of a table for another."""
        text = self.table(name).read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} {UNLIKE}"
        self.table(name).write_text(text.replace(old, new), encoding="utf-8")

    def change_line(self, name: str, line: int, change: Callable[[str], str]) -> None:
        """Put one line of a table for another, or for several."""
        lines = self.table(name).read_text(encoding="utf-8").split("\n")
        lines[line - 1] = change(lines[line - 1])
        self.table(name).write_text("\n".join(lines), encoding="utf-8")

    def drop(self, name: str, *beginnings: str) -> None:
        """Take the rows that begin so out of a table."""
        lines = self.table(name).read_text(encoding="utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith(beginnings)]
        assert len(kept) < len(lines), f"{beginnings} {UNLIKE}"
        self.table(name).write_text("".join(kept), encoding="utf-8")

    def add(self, name: str, row: str) -> None:
        """Put a row at the end of a table."""
        text = self.table(name).read_text(encoding="utf-8") + row + "\n"
        self.table(name).write_text(text, encoding="utf-8")

    def line(self, name: str, beginning: str) -> int:
        """The line of the first row that begins so; of the last row for `last`."""
        rows = self.table(name).read_text(encoding="utf-8", errors="replace").rstrip("\n").split("\n")
        return (
            len(rows) if beginning == "last" else next(n for n, row in enumerate(rows, 1) if row.startswith(beginning))
        )

    def placed(self, *told: str) -> list[str]:
        """Lines of a refusal, with `<step_up,0,>` for the line on which that row of the table told of stands."""
        return [self._placed(line) for line in told]

    def _placed(self, line: str) -> str:
        name = line.partition(".csv")[0]
        return "error: " + re.sub("<(.+?)>", lambda row: str(self.line(name, row[1])), line)

    def refused(self, name: str = "thrive.yaml", *settings: str) -> list[str]:
        """The lines with which a scenario of the project, or its tables, are refused."""
        return refused(self.folder / "scenarios" / name, *settings)


def refused(name: Path | str, *settings: str) -> list[str]:
    """The lines with which a scenario, a setting or their tables are refused."""
    return lines(lambda: assemble(resolve(str(name), settings)))


def lines(act: Callable[[], object]) -> list[str]:
    """The lines of the refusal in which an act ends."""
    with pytest.raises(InputError) as caught:
        act()
    return [str(problem) for problem in caught.value.problems]


def accepted(name: Path | str, *settings: str) -> None:
    """Fails where a scenario, a setting or their tables are refused."""
    assemble(resolve(str(name), settings))


def block(*rows: str) -> str:
    """Lines of a file."""
    return "".join(f"{row}\n" for row in rows)
