"""What is wrong with an input: where, what, and what to do about it; all faults at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_PART = 300


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in an input.

    `where` is a place a person can open (`file.yaml:7:5 key.in.it`), `what` says what is wrong there,
    `remedy` what to write instead ('' where `what` already says it). Shown, it is always one line.
    """

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" ({_on_one_line(self.remedy)})" if self.remedy else ""
        return f"error: {_on_one_line(self.where)}: {_on_one_line(self.what)}{remedy}"


class InputError(Exception):
    """An input that is refused; carries every `Problem` found once: file by file, each in the order of its lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = _in_order(dict.fromkeys(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[InputError], tuple[tuple[Problem, ...]]]:
        """Its problems are what it is made again from, where another process raised it."""
        return type(self), (self.problems,)


def refuse(where: str, what: str, remedy: str = "") -> InputError:
    """An `InputError` of one problem, to raise."""
    return InputError([Problem(where, what, remedy)])


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A remedy that names the nearest known word, or lists the known words where there are few, or ''."""
    words = sorted(set(known))
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    if close:
        return f"did you mean '{close[0]}'?"
    if 0 < len(words) <= 12:
        return "known: " + ", ".join(words)
    return ""


def _in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Files in the order they were met; within one, what concerns the whole of it first, then line by line."""
    files: dict[str, int] = {}

    def order(problem: Problem) -> tuple[int, int, int]:
        found = re.match(r"(.+?):(\d+)(?::(\d+))?(?: |$)", problem.where)
        file, line, column = found.groups() if found else (problem.where.partition(" ")[0], 0, 0)
        return files.setdefault(file, len(files)), int(line), int(column or 0)

    return tuple(sorted(problems, key=order))


def _on_one_line(text: str) -> str:
    """The text as it may safely be shown: nothing that breaks a line or steers a terminal, and no more than fits."""
    shown = text if len(text) <= LONGEST_PART else f"{text[: LONGEST_PART - 3]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in shown)
