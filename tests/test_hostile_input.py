"""Files made to do harm, and places where nothing can be written: each ends soon, small, and in plain sentences."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pandas as pd
import pytest
from copies import Copy
from openpyxl import load_workbook
from projects import command, environment, invoke

from thrive_model.archive import new
from thrive_model.cells import as_text
from thrive_model.cli.shell import store
from thrive_model.tables.reading import MOST_FAULTS

MOST_SECONDS, MOST_BYTES = 10.0, 1_000_000_000
posix = pytest.mark.skipif(os.name != "posix", reason="needs the limits of a POSIX process")

SCENARIOS = {
    "aliases that multiply": "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{b}: &{b} [{','.join([f'*{a}'] * 10)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)),
    "lists in lists": "a: " + "[" * 900_000,
    "blocks in blocks": "a: " + "{a: " * 200_000,
    "dashes": "- " * 400_000,
    "an indent a line": "".join(" " * i + "a:\n" for i in range(1300)),
    "a long key": "x" * 900_000 + ": 1\n",
    "a long number": "extends: thrive\nseed: " + "9" * 900_000 + "\n",
    "a long exponent": "extends: thrive\nseed: 1e" + "9" * 800_000 + "\n",
    "many unknown settings": "extends: thrive\n" + "".join(f"growth_per_yeaar{i}: 1\n" for i in range(19_000)),
    "many faulty blocks": "extends: thrive\ninterventions:\n"
    + "".join(f"  s{i}: {{titel: 1}}\n" for i in range(6_000)),
    "one key many times": "extends: thrive\n" + "a: 1\n" * 19_000,
    "many tags": "extends: thrive\n" + "".join(f"k{i}: !!x{i} 1\n" for i in range(9_000)),
    "ten megabytes": "a: 1\n" * 2_000_000,
    "many multipliers": "extends: thrive\nmultipliers:\n"
    + "".join(
        f"  m{i}: {{title: x, times: {{value: 1, distribution: {{kind: pert}}}}, moves: [referal]}}\n"
        for i in range(1_500)
    ),
    "many correlations": "extends: thrive\ncorrelations:\n"
    + "- {between: [demand.growth_per_year, demand.growth_per_year], rank: 0.5, why: as I say}\n" * 2_800,
    "years without end": "extends: thrive\ndemand: {growth_per_year: {by_year: {"
    + ", ".join(f"{year}-{(year + 1) % 100:02d}: 0.1" for year in range(1000, 9999))
    + "}}}\n",
}
TABLES: dict[str, Callable[[bytes], bytes]] = {
    "one row many times": lambda head: head + b"referral,0m-1m,all,2010-11,1,,assumption,assumption,x\n" * 300_000,
    "cells and nothing in them": lambda head: head + b",,,,,,,,\n" * 1_500_000,
    "rows of one letter": lambda head: head + b"x,,,,,,,,\n" * 1_500_000,
    "short rows": lambda head: head + b"x\n" * 6_000_000,
    "a quote that never ends": lambda head: head + b'"' + b"x" * 19_000_000,
    "a row without end": lambda head: head + b"x," * 9_000_000,
    "columns without end": lambda head: b"x," * 9_000_000,
    "nothing but NUL": lambda head: head + b"\0" * 1_000_000,
}

MEASURED = """
import os, sys
to_nowhere = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
process = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ, file_actions=to_nowhere)
_, status, used = os.wait4(process, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss)
"""
"""A small process that starts the command: what starts one lends it its own memory, which these tests' is not small."""


def ended(*words: str | Path) -> str:
    """What `check` says of its input on stderr; fails where it takes too long or too much, or shows a traceback."""
    asked = [sys.executable, "-c", MEASURED, *command("check", *words)]
    done = subprocess.run(asked, env=environment(), capture_output=True, text=True, check=True)
    code, seconds, kibibytes = map(float, done.stdout.split())
    assert seconds < MOST_SECONDS
    assert kibibytes * 1024 < MOST_BYTES
    assert "Traceback" not in done.stderr
    assert code in {0, 1}
    assert all(line.startswith("error: ") for line in done.stderr.splitlines())
    return done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    return Copy(tmp_path_factory.mktemp("project"))


# Too large, too deep, too many


@posix
@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_made_to_do_harm_is_refused_soon_and_in_little_memory(name: str, copy: Copy):
    assert ended(copy.write(SCENARIOS[name], "harm.yaml"))


@posix
@pytest.mark.parametrize("name", TABLES)
def test_a_table_made_to_do_harm_is_refused_soon_and_in_little_memory(name: str, copy: Copy):
    file = copy.table("rates")
    shipped = file.read_bytes()
    try:
        file.write_bytes(TABLES[name](shipped.splitlines(keepends=True)[0]))
        said = ended(copy.folder / "scenarios" / "thrive.yaml")
    finally:
        file.write_bytes(shipped)
    assert 0 < len(said.splitlines()) <= MOST_FAULTS + 2


@posix
@pytest.mark.parametrize(
    "settings",
    [
        [f"interventions.swift.x{i}=1" for i in range(5_000)],
        ["title=" + "[" * 100_000],
        [".".join(["a"] * 50_000) + "=1"],
        ["demand.growth_per_year=" + "9" * 100_000],
        ["demand.growth_per_year={value: 0.1, distribution: {kind: normal, mean: 1e308, sd: 1e308}}"],
        ["multipliers.x={times: 1e308, moves: [" + "a," * 15_000 + "]}"],
        ["correlations=[" + "{between: [a, b], rank: 2}," * 2_000 + "]"],
    ],
)
def test_settings_made_to_do_harm_are_refused_soon_and_in_little_memory(settings: list[str]):
    assert ended("thrive", *[word for setting in settings for word in ("--set", setting)])


@posix
def test_more_settings_than_anybody_gives_are_refused_in_one_line():
    said = ended("thrive", *["--set", "seed=1"] * 5_000)
    assert said == "error: --set: is given 5000 times, 500 at the most (write a scenario)\n"


def test_a_byte_order_mark_and_the_ends_of_lines_of_windows_are_read(copy: Copy):
    mine = copy.write("\ufeffextends: thrive\r\ntitle: x\r\n", "windows.yaml")
    assert invoke("check", mine).exit_code == 0


# Text that a spreadsheet or a screen would take for something else


@pytest.mark.parametrize("begins", ["=", "+", "-", "@", "\t", "\r", "\n"])
def test_text_that_a_spreadsheet_would_work_out_begins_with_a_quote_mark(begins: str):
    assert as_text(f"{begins}1+cmd|' /C calc'!A0") == f"'{begins}1+cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", ["-1", "+1.5", "-.5e-3", -2, -1.5, None, "plain", "a=b", "", "[c]"])
def test_numbers_and_plain_text_stay_as_they_are(cell: object):
    assert as_text(cell) == cell


def test_a_table_of_failing_rows_holds_no_formula(tmp_path: Path):
    store(tmp_path / "rows.csv", ("scenario", "moved"), [{"scenario": "=1+1", "moved": -2.5}])
    assert (tmp_path / "rows.csv").read_bytes() == b"scenario,moved\n'=1+1,-2.5\n"


FORMULA = "=HYPERLINK(0)"
HOSTILE = f"""extends: thrive.yaml
title: "{FORMULA}"
asks: "+1+1 [/] [bold]asks[/bold] :smile: <script>alert(1)</script>"
interventions:
  swift:
    title: "@SUM(A1) [/b] [red]"
"""


@pytest.fixture(scope="module")
def hostile(copy: Copy) -> Path:
    """A scenario whose texts are formulas and markup."""
    return copy.write(HOSTILE, "hostile.yaml")


def test_no_cell_of_text_in_a_run_folder_is_a_formula(hostile: Path, copy: Copy, tmp_path: Path):
    copy.change_line("moves", 2, lambda line: line.replace('"First referral', '"=First referral'))
    assert invoke("run", hostile, "--out", tmp_path / "run").exit_code == 0
    cells = [
        cell
        for file in (tmp_path / "run").glob("*.csv")
        for cell in pd.read_csv(file, dtype=str, keep_default_na=False).to_numpy().ravel()
    ]
    assert [cell for cell in cells if cell.startswith(("=", "+", "@", "\t", "\r"))] == []
    assert "'=First referral, or first for over 12 months" in cells


def test_text_in_a_workbook_stays_text(hostile: Path, tmp_path: Path):
    assert invoke("budget", hostile, "--xlsx", tmp_path / "plan.xlsx").exit_code == 0
    book = load_workbook(tmp_path / "plan.xlsx")
    assert {cell.data_type for cell in book["Notes"]["A"]} == {"s"}
    assert book["Totals"]["A1"].data_type == "s"
    assert str(book["Totals"]["A1"].value).startswith(FORMULA)


def test_markup_in_a_scenario_is_text_in_a_picture(hostile: Path, tmp_path: Path):
    pytest.importorskip("vl_convert")
    picture = tmp_path / "tornado.svg"
    done = invoke("sensitivity", hostile, "--set", 'title=<script>alert(1)</script> & "so"', "--chart", picture)
    assert done.exit_code == 0, done.output
    drawn = ElementTree.parse(picture)
    assert [one for one in drawn.iter() if one.tag.endswith("script")] == []
    assert '<script>alert(1)</script> & "so"' in "".join(drawn.getroot().itertext())


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["budget"],
        ["tracker"],
        ["savings"],
        ["displacement"],
        ["interventions"],
        ["supplies"],
        ["watch"],
        ["variance"],
        ["appraise"],
        ["compare", "thrive"],
        ["diff", "thrive"],
        ["attribute", "--output", "looked_after_children", "--permutations", "4"],
    ],
)
def test_markup_in_a_scenario_is_shown_letter_by_letter_on_every_screen(words: list[str], hostile: Path):
    command_, *others = words
    shown = invoke(command_, *([others[0], hostile] if others == ["thrive"] else [hostile, *others]))
    assert shown.exit_code == 0, shown.output
    if command_ not in {"compare", "diff", "variance"}:
        assert FORMULA in shown.stdout
    if command_ in {"interventions", "attribute"}:
        assert "@SUM(A1) [/b] [red]" in shown.stdout


# Places that cannot be written, or lead elsewhere

WRITES = {
    "run": ["run", "do_nothing", "--out"],
    "publish": ["run", "do_nothing", "--publish", "--out"],
    "compare": ["compare", "do_nothing", "thrive", "--out"],
    "budget": ["budget", "do_nothing", "--xlsx"],
}
ENDS = {"budget": "plan.xlsx"}


@pytest.mark.parametrize("name", WRITES)
@pytest.mark.parametrize("there", [True, False])
def test_no_link_is_written_through(name: str, there: bool, tmp_path: Path):
    place, target = tmp_path / ENDS.get(name, "out"), tmp_path / "target"
    if there:
        target.write_text("mine", encoding="utf-8")
    place.symlink_to(target)
    shown = invoke(*WRITES[name], place)
    assert shown.exit_code == 1
    assert shown.stderr.startswith(f"error: {place}: ")
    assert place.is_symlink()
    assert target.read_text(encoding="utf-8") == "mine" if there else not target.exists()
    assert len(list(tmp_path.iterdir())) == 1 + there


FULL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
from thrive_model.cli import main; main(prog_name='thrive')
"""


@posix
@pytest.mark.parametrize("name", WRITES)
def test_a_full_disk_ends_in_one_sentence_with_nothing_left(name: str, tmp_path: Path):
    place = tmp_path / ENDS.get(name, "out")
    shown = subprocess.run(
        command("3000", *WRITES[name], place, code=FULL_DISK),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 1
    assert shown.stderr.startswith(f"error: {place}: cannot be written: ")
    assert shown.stderr.endswith("(nothing was written there)\n")
    assert len(shown.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", WRITES)
def test_a_folder_that_may_not_be_written_ends_in_one_sentence(name: str, tmp_path: Path):
    parent = tmp_path / "closed"
    parent.mkdir()
    parent.chmod(0o500)
    try:
        if os.access(parent, os.W_OK):
            pytest.skip("whoever runs this may write everywhere")
        shown = invoke(*WRITES[name], parent / ENDS.get(name, "out"))
    finally:
        parent.chmod(0o700)
    assert shown.exit_code == 1
    assert "cannot be written: Permission denied (nothing was written there)" in shown.stderr
    assert len(shown.stderr.splitlines()) == 1


def test_a_run_folder_is_closed_to_others_until_it_is_whole(tmp_path: Path):
    """So that nobody can put a link in it to be written through."""
    with new(tmp_path / "run", force=False) as partial:
        assert partial.stat().st_mode & 0o077 == 0
        (partial / "manifest.json").write_text("{}", encoding="utf-8")
    assert (tmp_path / "run").stat().st_mode & 0o777 == 0o777 & ~_umask()


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
