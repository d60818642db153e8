"""What a person reads where a file is not YAML at all: the parser's own terms in plain words, with a remedy."""

from __future__ import annotations

import re

import yaml

# The parser's context and problem, what it means, what to do, and whether the place is where the trouble began
# rather than where it was noticed. `{char}` is the character that stands at the place.
_WORDS: tuple[tuple[str, str, str, bool], ...] = (
    (r"tab character", "a tab stands where spaces are wanted", "indent with spaces", False),
    (r"cannot start any token", "text cannot begin with {char}", "put it in quotes", False),
    (r"scanning a quoted scalar", "a quote is opened here and not closed", "close it", True),
    (
        r"unknown escape|escape code",
        "an escape in double quotes is not one that YAML has",
        "use single quotes, or double the backslash",
        False,
    ),
    (
        r"flow sequence|flow mapping",
        "a bracket is opened here and not closed, or a comma in it is missing",
        "close it",
        True,
    ),
    (r"flow node", "a bracket above is not closed, or a comma stands too many in it", "close it", False),
    (
        r"mapping values are not allowed",
        "a ':' cannot stand here",
        "put text that holds ': ' in quotes, and line up the keys of a block",
        False,
    ),
    (r"could not find expected ':'", "is neither a key with its ':' nor part of the text above", "", True),
    (
        r"did not find expected key",
        "does not line up with the block it is in",
        "check the indent, and that nothing follows a closing quote",
        False,
    ),
    (r"entries are not allowed", "a list cannot begin here", "begin it on the next line, or write [a, b]", False),
    (r"scanning an? (alias|anchor)", "text cannot begin with {char}", "put it in quotes", True),
    (r"expected node content", "text cannot begin with {char}", "put it in quotes", False),
    (r"block scalar", "the text after | or > must begin on the next line", "", False),
    (r"directive|incompatible", "a directive ('%') is not read", "remove it", True),
    (r"document start", "stands after the end of the document", "remove the '...' above it", False),
)


def syntax_fault(fault: yaml.MarkedYAMLError, text: str) -> tuple[int, int, str, str]:
    """Line and column from 1, what is wrong there, and the remedy ('' where there is none)."""
    said = f"{fault.context or ''} {fault.problem or ''}"
    noticed, began = fault.problem_mark, fault.context_mark
    for pattern, what, remedy, where_it_began in _WORDS:
        if re.search(pattern, said):
            line, column = _position(began if where_it_began and began else noticed or began)
            lines = text.split("\n")
            char = lines[line - 1][column - 1 : column] if line <= len(lines) else ""
            if char == "\t" and "{char}" in what:
                return line, column, "a tab stands where spaces are wanted", "indent with spaces"
            return line, column, what.format(char=f"'{char}'" if char else "nothing"), remedy
    return *_position(noticed or began), f"is not valid YAML: {said.strip()}", ""


def _position(mark: yaml.Mark | None) -> tuple[int, int]:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
