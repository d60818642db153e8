"""Rules of the house that a reviewer would otherwise have to remember."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from projects import ROOT, environment, scenario_names, thrive

from thrive_model.assemble import Inputs
from thrive_model.scenario import resolve
from thrive_model.values import ASSUMPTION

PACKAGE = ROOT / "thrive_model"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").glob("test_*.py"))
HEAVY = ("numpy", "pandas", "scipy", "pydantic", "rich", "yaml")
MAY_PRINT = ("cli", "report")
FEW_WORDS = 3
CALLS = """
from thrive_model.cli import main
for words in {}:
    main(words, standalone_mode=False)
"""


def _named(path: Path) -> str:
    return str(path.relative_to(ROOT))


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _files() -> tuple[Path, ...]:
    """What is tracked, or will be: everything in the checkout that is not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return tuple(path for line in listed.stdout.splitlines() if (path := ROOT / line).is_file())


def _offences(pattern: str, paths: Iterator[Path] | tuple[Path, ...] | list[Path]) -> list[str]:
    """Each line that matches, as `file:line: text`."""
    return [
        f"{_named(path)}:{number}: {line.strip()[:120]}"
        for path in paths
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    ]


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _tables(folder: str = "data") -> list[Path]:
    return sorted((ROOT / folder).rglob("*.csv"))


# The layers


def test_the_import_contracts_hold():
    code = "from importlinter.cli import lint_imports_command; lint_imports_command(['--no-logo', '--no-cache'])"
    found = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


def test_every_module_has_its_layer_and_every_layer_its_module():
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (contract,) = settings["tool"]["importlinter"]["contracts"]
    assert contract["exhaustive"] is True
    layers = [name.strip() for layer in contract["layers"] for name in re.split(r"[|:]", layer)]
    modules = {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert sorted(layers) == sorted(modules - {"__init__"})


# Facts have sources


def test_every_row_that_needs_a_source_has_one_that_is_listed():
    listed = {row["source"] for row in _rows(ROOT / "data" / "sources.csv")}
    for file in _tables():
        for line, row in enumerate(_rows(file), start=2):
            assert row.get("source") in listed, f"{_named(file)}:{line}"


def test_every_listed_source_is_used():
    """As the source of a row or a choice, or by its key in a note or a reason."""
    texts = [file for file in _tables() if file.name != "sources.csv"] + sorted((ROOT / "scenarios").glob("*.yaml"))
    used = set(re.findall(r"\w+", " ".join(file.read_text(encoding="utf-8") for file in texts)))
    listed = {row["source"] for row in _rows(ROOT / "data" / "sources.csv")}
    assert sorted(listed - used) == []


def test_every_source_says_what_who_when_under_what_licence_and_where_it_was_read():
    for row in _rows(ROOT / "data" / "sources.csv"):
        assert all(cell.strip() for cell in row.values()), row["source"]


def test_every_figure_that_is_not_published_says_how_it_was_come_by(inputs: Inputs):
    for _, row in inputs.facts():
        if row.basis != "published":
            assert len(row.note.split()) > FEW_WORDS, f"{row.where}: {row.note}"


def test_what_rests_on_the_assumption_source_says_that_it_is_an_assumption(inputs: Inputs):
    for _, row in inputs.facts():
        assert (row.source == ASSUMPTION) == (row.basis == "assumption"), row.where


def test_no_fact_of_a_local_table_is_later_than_march_2013():
    latest = {"financial_year": "2012-13", "price_year": "2012-13", "from_year": "2012-13", "mid_year": "2012"}
    dated = 0
    for file in _tables("data/local"):
        for line, row in enumerate(_rows(file), start=2):
            for column, last in latest.items():
                if column in row:
                    dated += 1
                    assert row[column] <= last, f"{_named(file)}:{line}"
    assert dated


# Choices have sources


def _choices() -> Iterator[tuple[str, Any, Any]]:
    """Every value that a shipped scenario's own file sets: its place, what was written there, and what was read."""
    for name in scenario_names():
        resolved = resolve(name)
        for path, value in resolved.values():
            written: Any = resolved.content
            for step in path:
                written = written[step]
            yield resolved.place(*path), written, value


def test_every_value_of_a_shipped_scenario_has_a_source_and_a_reason():
    for place, written, value in _choices():
        assert isinstance(written, dict), f"{place} is a bare number"
        assert "source" in written, place
        assert len(value.why.split()) > FEW_WORDS - 1, f"{place}: {value.why}"


def test_evidence_is_graded_above_low_only_where_a_source_is_named():
    for place, _, value in _choices():
        assert value.grade == "low" or not value.is_assumption, place


def test_every_source_of_a_scenario_is_listed():
    listed = {row["source"] for row in _rows(ROOT / "data" / "sources.csv")}
    assert {value.source for _, _, value in _choices()} <= listed


# Code holds neither facts nor choices


def test_no_code_names_a_council_its_programme_or_a_figure_of_theirs():
    words = r"east.?sussex|hastings|brighton|swift|keyworker|screening hub|continuum of need|troubled families"
    figures = (
        r"(?<![\d.])(9\.7|7\.5|3\.9|5\.8|15)(m\b|e6| million)|912[,_]?000|\b(9[,_]?7|7[,_]?5|3[,_]?9|15)00[,_]?000\b"
    )
    programme = r"\bTHRIVE\b"
    assert _offences(f"(?i:{words}|{figures})|{programme}", MODULES) == []


def test_every_module_opens_with_a_sentence_that_states_its_idea():
    for path in MODULES:
        first, *_ = (ast.get_docstring(_tree(path)) or "").splitlines() or [""]
        assert re.fullmatch(r"[A-Z`].*[^.]\.", first), f"{_named(path)}: {first!r}"
        assert not re.search(r"[a-z)]\. [A-Z]", first), f"{_named(path)} opens with more than one sentence"


def test_no_module_is_called_utils_or_imports_everything():
    assert not [path for path in MODULES if path.stem in {"utils", "util", "helpers", "common", "misc"}]
    for path in MODULES:
        for node in ast.walk(_tree(path)):
            starred = isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
            assert not starred, f"{_named(path)}:{node.lineno}"


def test_no_module_keeps_a_list_or_set_that_could_change():
    changeable = (ast.List, ast.Set, ast.ListComp, ast.SetComp, ast.DictComp)
    calls = {"list", "set", "dict", "defaultdict", "deque", "Counter", "bytearray"}
    for path in MODULES:
        for node in _tree(path).body:
            if not isinstance(node, (ast.Assign, ast.AnnAssign)):
                continue
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if [ast.unparse(target) for target in targets] == ["__all__"]:
                continue
            called = isinstance(node.value, ast.Call) and ast.unparse(node.value.func) in calls
            assert not (called or isinstance(node.value, changeable)), f"{_named(path)}:{node.lineno}"
        assert not [node for node in ast.walk(_tree(path)) if isinstance(node, ast.Global)], _named(path)


def test_only_the_command_line_and_the_report_print():
    for path in MODULES:
        if path.relative_to(PACKAGE).parts[0] not in MAY_PRINT:
            printing = [
                f"{_named(path)}:{node.lineno}"
                for node in ast.walk(_tree(path))
                if isinstance(node, ast.Call)
                and ast.unparse(node.func) in {"print", "click.echo", "sys.stdout.write", "sys.exit", "exit"}
            ]
            assert printing == []


def test_only_the_command_line_reads_arguments_or_the_environment():
    readers = [path for path in MODULES if path.parent != PACKAGE / "cli"]
    assert _offences(r"sys\.argv|os\.environ|getenv|\binput\(", readers) == []


# What loads what


def _loaded(code: str, *names: str) -> set[str]:
    told = thrive(code=f"import sys\n{code}\nprint(*(n for n in {names!r} if n in sys.modules), file=sys.stderr)")
    assert told.returncode == 0, told.stderr
    return set(told.stderr.split())


def test_importing_the_command_loads_nothing_heavy():
    assert _loaded("import thrive_model.cli", *HEAVY) == set()


def test_help_and_version_load_nothing_heavy():
    assert _loaded(CALLS.format([["--help"], ["run", "--help"], ["--version"]]), *HEAVY) == set()


def test_a_run_loads_pandas_and_scipy_only_where_they_are_needed():
    calls = [
        ["run", "thrive"],
        ["run", "thrive", "--json"],
        ["check", "thrive"],
        ["list"],
        ["explain", "thrive", "seed"],
        ["watch", "thrive"],
        ["compare", "thrive", "do_nothing"],
        ["diff", "thrive", "do_nothing"],
    ]
    assert _loaded(CALLS.format(calls), "pandas", "scipy", "sqlite3") == set()


# What is in the repository


def test_no_file_names_a_path_of_one_machine_or_a_registry():
    folders = "|".join(("work", "root", "home", "Users", "tmp", "mnt"))
    hosts = "|".join((r"pypi\.", "pythonhosted", "artifactory", "nexus", "index-url", "find-links", "trusted-host"))
    assert _offences(rf"(?<![\w.*-])/({folders})/|{hosts}", [p for p in _files() if p != Path(__file__)]) == []


def test_no_file_leaves_work_for_later():
    words = "|".join(("TO" + "DO", "FIX" + "ME", "X" * 3, r"[Ii]ssue #", r"(?<!&)#\d+\b(?!;)"))
    assert _offences(rf"\b({words})", list(_files())) == []


def test_every_text_is_utf_8_with_plain_line_endings_and_a_last_one():
    for path in _files():
        text = path.read_bytes().decode("utf-8")
        assert "\r" not in text, _named(path)
        assert text.endswith("\n"), _named(path)
        assert not re.search(r"[ \t]+$", text, re.MULTILINE), _named(path)


def test_the_lock_pins_and_hashes_every_package():
    entries = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text(encoding="utf-8").strip())
    pinned = [entry for entry in entries if not entry.startswith("#")]
    assert pinned
    assert all(re.match(r"[\w.-]+==[\w.]+", entry) and "--hash=sha256:" in entry for entry in pinned)


# The tests themselves


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.stem)
def test_every_name_of_a_test_is_a_sentence(path: Path):
    functions = [node for node in ast.walk(_tree(path)) if isinstance(node, ast.FunctionDef)]
    names = [node.name for node in functions if node.name.startswith("test")]
    assert names
    for name in names:
        assert re.fullmatch(r"test(_[a-z0-9]+){3,}", name), name
    assert len(names) == len(set(names))


def test_no_test_replaces_a_part_of_the_product():
    words = "|".join(("unittest.m" + "ock", "Magic" + "Mock", "monkey" + r"patch\.setattr", r"m" + r"ocker\b"))
    assert _offences(words, TESTS) == []


def test_every_test_of_a_module_is_named_after_it():
    across = {
        "cli",
        "deterministic",
        "documentation",
        "fuzz_input",
        "golden_scenarios",
        "hand_worked",
        "house_rules",
        "invariants",
        "one_place_changes",
        "package",
        "profiles",
        "published",
        "scenario_errors",
        "shocks",
        "source_items",
        "table_errors",
    }
    modules = {path.stem for path in MODULES} | {path.parent.name for path in MODULES}
    assert sorted({path.stem.removeprefix("test_") for path in TESTS} - across - modules) == []
