"""What a scenario file says, read by the core schema of YAML 1.2, and every refusal of what it may not hold."""

from __future__ import annotations

from typing import Any

import pytest
from copies import block, lines

from thrive_model.scenario import strict_yaml


def read(text: str) -> Any:
    return strict_yaml.read(text, "bad.yaml").content


def refusal(text: str) -> list[str]:
    return lines(lambda: read(text))


# What a plain scalar means


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("9.7e6", 9_700_000.0),
        ("9700000", 9_700_000),
        ("-1", -1),
        ("+5", 5),
        ("012", 12),
        (".5", 0.5),
        ("5.", 5.0),
        ("1e-3", 0.001),
        ("1E3", 1000.0),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
    ],
)
def test_a_plain_scalar_means_what_the_core_schema_says(written: str, meant: object):
    found = read(f"a: {written}\n")["a"]
    assert found == meant
    assert type(found) is type(meant)


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "yes",
        "on",
        "off",
        "y",
        "12:30",
        "2012-04",
        "2012-04-01",
        "9_700_000",
        "0x1F",
        "0o17",
        "1,000",
        "1e",
        "tRue",
        "nan",
        "inf",
        "=",
        "it's",
        "£9.7m",
        "a#b",
    ],
)
def test_everything_else_is_text(text: str):
    assert read(f"a: {text}\n") == {"a": text}


def test_what_stands_in_quotes_is_text():
    assert read("""a: "9.7e6"\nb: 'null'\nc: "true"\n""") == {"a": "9.7e6", "b": "null", "c": "true"}


def test_folded_and_literal_text_is_text():
    assert read("a: >-\n  5\n  6\nb: |\n  7\n") == {"a": "5 6", "b": "7\n"}


def test_a_number_as_a_key_is_text():
    assert read("1: a\n2012-13: b\n") == {"1": "a", "2012-13": "b"}


def test_maps_become_dicts_and_lists_tuples():
    assert read("a: {b: [1, {c: 2}]}\nd:\n  - e\n") == {"a": {"b": (1, {"c": 2})}, "d": ("e",)}


def test_each_key_and_item_knows_its_place():
    places = strict_yaml.read("a: 1\nb:\n  c: [x, yy]\n", "some.yaml").places
    assert {path: str(place) for path, place in places.items()} == {
        (): "some.yaml:1:1",
        ("a",): "some.yaml:1:1",
        ("b",): "some.yaml:2:1",
        ("b", "c"): "some.yaml:3:3",
        ("b", "c", 0): "some.yaml:3:7",
        ("b", "c", 1): "some.yaml:3:10",
    }


@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_windows_line_ends_do_not_shift_a_place(end: str):
    places = strict_yaml.read(f"a: 1{end}b: 2{end}", "some.yaml").places
    assert str(places["b",]) == "some.yaml:2:1"


# What it may not hold

UNALIGNED = "does not line up with the block it is in (check the indent, and that nothing follows a closing quote)"
ESCAPE = "an escape in double quotes is not one that YAML has (use single quotes, or double the backslash)"

REFUSALS = {
    "an infinity": ("a: .inf", "bad.yaml:1:4 a: must be a finite number"),
    "a negative infinity": ("a: -.INF", "bad.yaml:1:4 a: must be a finite number"),
    "what is not a number": ("a: .nan", "bad.yaml:1:4 a: must be a finite number"),
    "a number too large for a float": ("a: 1e999", "bad.yaml:1:4 a: must be a finite number"),
    "an integer of 400 digits": ("a: " + "9" * 400, "bad.yaml:1:4 a: has more digits than a number here can have"),
    "a fraction of 400 digits": ("a: " + "9" * 400 + ".5", "bad.yaml:1:4 a: must be a finite number"),
    "a tag": (
        "a: !!python/object:os.system x",
        "bad.yaml:1:4 a: uses the tag '!!python/object:os.system' (write plain values)",
    ),
    "a tag of one's own": ("a: !mine x", "bad.yaml:1:4 a: uses the tag '!mine' (write plain values)"),
    "a tag on a block": ("a: !!map {b: 1}", "bad.yaml:1:4 a: uses the tag '!!map' (write plain values)"),
    "a tag on a key": ("!!str a: 1", "bad.yaml:1:1 a: uses the tag '!!str' (write plain values)"),
    "an anchor": ("a: &x 1", "bad.yaml:1:4 a: uses the anchor '&x' (write each value out where it is used)"),
    "an anchor on a key": ("&x a: 1", "bad.yaml:1:1 a: uses the anchor '&x' (write each value out where it is used)"),
    "an alias": ("a: *x", "bad.yaml:1:4 a: uses the alias '*x' (write the value out)"),
    "a merge key": (
        "a:\n  <<: {b: 1}",
        "bad.yaml:2:3 a.<<: merges blocks, which is not read (write the settings out, or use extends)",
    ),
    "a list as a key": ("? [a]\n: 1", "bad.yaml:1:3: a key must be plain text (not a list, a block or an alias)"),
    "a block as a key": (
        "a:\n  ? {b: 1}\n  : 1",
        "bad.yaml:2:5 a: a key must be plain text (not a list, a block or an alias)",
    ),
    "an alias as a key": ("a:\n  *x : 1", "bad.yaml:2:3 a: a key must be plain text (not a list, a block or an alias)"),
    "a second document": (
        "a: 1\n---\nb: 2",
        "bad.yaml:2:1: a second document begins here (keep one scenario to a file)",
    ),
    "text after the end": (
        "a: 1\n...\nb: 2",
        "bad.yaml:3:1: stands after the end of the document (remove the '...' above it)",
    ),
    "a directive": ("%YAML 1.1\n---\na: no", "bad.yaml:1:1: begins with a directive ('%') (remove it)"),
    "a directive that makes tags": (
        "%TAG ! tag:x,2000:\n---\na: 1",
        "bad.yaml:1:1: begins with a directive ('%') (remove it)",
    ),
    "a directive unknown": ("%MINE\n---\na: 1", "bad.yaml:1:1: a directive ('%') is not read (remove it)"),
    "a tab that indents": ("a:\n\tb: 1", "bad.yaml:2:1: a tab stands where spaces are wanted (indent with spaces)"),
    "a tab that ends a block": (
        "a:\n  b: 1\n\tc: 2",
        "bad.yaml:3:1: a tab stands where spaces are wanted (indent with spaces)",
    ),
    "a double quote not closed": (
        'a: 1\nb: "x\nc: 2',
        "bad.yaml:2:4: a quote is opened here and not closed (close it)",
    ),
    "a single quote not closed": ("a: 'x\n", "bad.yaml:1:4: a quote is opened here and not closed (close it)"),
    "a square bracket not closed": (
        "a: [1, 2\nb: 3",
        "bad.yaml:1:4: a bracket is opened here and not closed, or a comma in it is missing (close it)",
    ),
    "a curly bracket not closed": (
        "a: {b: 1\nc: 3",
        "bad.yaml:1:4: a bracket is opened here and not closed, or a comma in it is missing (close it)",
    ),
    "a bracket shut by a comment": (
        "a: {b: 1, # }\n",
        "bad.yaml:2:1: a bracket above is not closed, or a comma stands too many in it (close it)",
    ),
    "a bracket never opened": ("a: ]", "bad.yaml:1:4: text cannot begin with ']' (put it in quotes)"),
    "a colon in text": (
        "a: b: c",
        "bad.yaml:1:5: a ':' cannot stand here (put text that holds ': ' in quotes, and line up the keys of a block)",
    ),
    "a block under a value": (
        "a: 1\n  b: 2",
        "bad.yaml:2:4: a ':' cannot stand here (put text that holds ': ' in quotes, and line up the keys of a block)",
    ),
    "a key out of line": (
        "a:\n    b: 1\n  c: 2",
        f"bad.yaml:3:3: {UNALIGNED}",
    ),
    "text after a quote": (
        'a: "x" y',
        f"bad.yaml:1:8: {UNALIGNED}",
    ),
    "a line without a colon": (
        "a: 1\nb\nc: 2",
        "bad.yaml:2:1: is neither a key with its ':' nor part of the text above",
    ),
    "a list beside its key": (
        "a: - b",
        "bad.yaml:1:4: a list cannot begin here (begin it on the next line, or write [a, b])",
    ),
    "text that begins with a sign": ("a: @x", "bad.yaml:1:4: text cannot begin with '@' (put it in quotes)"),
    "text that begins with a star": ("a: * x", "bad.yaml:1:4: text cannot begin with '*' (put it in quotes)"),
    "text beside a bar": ("a: |x", "bad.yaml:1:5: the text after | or > must begin on the next line"),
    "an unknown escape": (
        r'a: "\q"',
        f"bad.yaml:1:5: {ESCAPE}",
    ),
    "half a character by an escape": (
        r'a: "\ud800"',
        f"bad.yaml:1:7: {ESCAPE}",
    ),
    "a NUL byte": ("a: 1\nb: x\0", "bad.yaml:2:5: holds a character that is not plain text (U+0000) (remove it)"),
    "a NUL byte by an escape": (
        r'a: "\0"',
        "bad.yaml:1:4 a: holds a character that is not plain text (U+0000) (remove it)",
    ),
    "a terminal's escape in a key": (
        r'"\e[31m": 1',
        "bad.yaml:1:1 \\x1b[31m: holds a character that is not plain text (U+001B) (remove it)",
    ),
    "a line end of another system": (
        "a: b\x85c: 1",
        "bad.yaml:1:5: holds a character that is not plain text (U+0085) (remove it)",
    ),
    "a second byte order mark": (
        "a: \ufeff1",
        "bad.yaml:1:4: holds a character that is not plain text (U+FEFF) (remove it)",
    ),
    "half a character": ("a: \udcff", "bad.yaml:1:4: holds a character that is not plain text (U+DCFF) (remove it)"),
    "nothing": ("", "bad.yaml: is empty"),
    "only a comment": ("# a: 1\n", "bad.yaml: is empty"),
    "only null": ("~\n", "bad.yaml: is empty"),
    "a list at the top": ("- a\n- b", "bad.yaml:1:1: must be a block of settings, key: value"),
    "text at the top": ("# first\n\nhello", "bad.yaml:3:1: must be a block of settings, key: value"),
    "a key without a space after it": ("a:1", "bad.yaml:1:1: must be a block of settings, key: value"),
    "lists nested deeply": (
        "a: " + "[" * 100_000,
        "bad.yaml:1:24: is nested more than 20 deep (a scenario holds choices; tables hold data)",
    ),
    "blocks nested deeply": (
        "a: " + "{b: " * 100_000,
        "bad.yaml:1:84: is nested more than 20 deep (a scenario holds choices; tables hold data)",
    ),
    "blocks indented deeply": (
        "\n".join(" " * n + "a:" for n in range(1000)),
        "bad.yaml:22:22: is nested more than 20 deep (a scenario holds choices; tables hold data)",
    ),
    "a list without end": (
        "a: [" + "1," * 100_000 + "]",
        "bad.yaml:1:40001: is beyond the first 20000 settings (a scenario holds choices; tables hold data)",
    ),
    "ten megabytes": (
        "# x\n" * 2_500_000,
        "bad.yaml: is larger than 1 MB (a scenario holds choices; tables hold data)",
    ),
    "a line of ten megabytes": (
        "a: " + "x" * 10_000_000,
        "bad.yaml: is larger than 1 MB (a scenario holds choices; tables hold data)",
    ),
}


@pytest.mark.parametrize(("text", "line"), REFUSALS.values(), ids=REFUSALS)
def test_a_file_may_not_hold(text: str, line: str):
    assert refusal(text) == [f"error: {line}"]


def test_a_repeated_key_is_refused_with_both_its_lines_at_every_level():
    text = block("a: 1", "b:", "  c: 1", "  d: 2", "  c: 3", "a: 2", "a: 3")
    assert refusal(text) == [
        "error: bad.yaml:5:3 b.c: stands here a second time, after line 3 (keep one)",
        "error: bad.yaml:6:1 a: stands here a second time, after line 1 (keep one)",
        "error: bad.yaml:7:1 a: stands here a second time, after line 1 (keep one)",
    ]


def test_a_repeated_block_does_not_confuse_the_keys_in_it():
    text = block("a:", "  b: 1", "a:", "  b: 2", "  b: 3")
    assert refusal(text) == [
        "error: bad.yaml:3:1 a: stands here a second time, after line 1 (keep one)",
        "error: bad.yaml:5:3 a.b: stands here a second time, after line 4 (keep one)",
    ]


def test_a_key_repeated_in_quotes_is_the_same_key():
    assert refusal("a: 1\n'a': 2\n") == ["error: bad.yaml:2:1 a: stands here a second time, after line 1 (keep one)"]


def test_a_file_that_would_grow_without_bound_is_refused_before_it_grows():
    text = block("a: &a [x, x]", "b: &b [*a, *a]", "c: [*b, *b]")
    anchor, alias = "(write each value out where it is used)", "(write the value out)"
    assert refusal(text) == [
        f"error: bad.yaml:1:4 a: uses the anchor '&a' {anchor}",
        f"error: bad.yaml:2:4 b: uses the anchor '&b' {anchor}",
        f"error: bad.yaml:2:8 b.0: uses the alias '*a' {alias}",
        f"error: bad.yaml:2:12 b.1: uses the alias '*a' {alias}",
        f"error: bad.yaml:3:5 c.0: uses the alias '*b' {alias}",
        f"error: bad.yaml:3:9 c.1: uses the alias '*b' {alias}",
    ]


def test_faults_that_do_not_stop_the_reading_are_told_together():
    assert refusal("a: &x 1\nb: .nan\nc: !mine 3\nb: 2\n") == [
        "error: bad.yaml:1:4 a: uses the anchor '&x' (write each value out where it is used)",
        "error: bad.yaml:2:4 b: must be a finite number",
        "error: bad.yaml:3:4 c: uses the tag '!mine' (write plain values)",
        "error: bad.yaml:4:1 b: stands here a second time, after line 2 (keep one)",
    ]


def test_twenty_levels_are_read():
    assert read("a: " + "[" * 19 + "]" * 19)


def test_a_long_line_within_the_limit_is_read():
    assert len(read("a: " + "x" * 900_000)["a"]) == 900_000
