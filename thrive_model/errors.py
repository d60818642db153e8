"""What is wrong with an input: where, what, and what to do about it; all faults at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Problem:
    """One fault in an input.

    `where` is a place a person can open (`file.yaml:7:5 key.in.it`), `what` says what is wrong there,
    `remedy` what to write instead ('' where `what` already says it).
    """

    where: str
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        remedy = f" ({self.remedy})" if self.remedy else ""
        return f"error: {self.where}: {self.what}{remedy}"


class InputError(Exception):
    """An input that is refused; carries every `Problem` found, in the order of their places."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


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
