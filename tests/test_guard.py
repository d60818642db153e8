"""The guard: what moved beyond its tolerance is told and named by the input or the code that moved it."""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from click.testing import Result
from copies import Copy
from hypothesis import given
from hypothesis import strategies as st
from projects import copy_project, invoke, thrive

from thrive_model.fingerprints import SEAL, sealed
from thrive_model.guard import Tolerance, read_guard
from thrive_model.guard.accepted import MANIFEST, hashes_in
from thrive_model.guard.figures import as_text, from_text, measures, rounded

GUARD = """\
scenarios: [scenarios/do_nothing.yaml]
tolerances:
  default: {absolute: 1.0e-6, relative: 1.0e-9}
"""
ACCEPT = ("--accept", "--reason", "The first figures", "--by", "A. Analyst", "--on", "2013-06-10")


def _one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose do-nothing scenario was accepted."""
    copy = Copy(tmp_path_factory.mktemp("first") / "project")
    (copy.folder / "guard.yaml").write_text(GUARD, encoding="utf-8")
    done = invoke("guard", copy.folder, *ACCEPT)
    assert done.exit_code == 0, done.output
    return copy.folder


class Project(Copy):
    """A copy of it, to change one thing in."""

    def __init__(self, first: Path, folder: Path) -> None:
        self.folder = Path(shutil.copytree(first, folder / "project"))

    def table(self, name: str) -> Path:
        return next(iter((self.folder / "data").glob(f"**/{name}.csv")))

    def guard(self, *words: str | Path) -> Result:
        return invoke("guard", self.folder, *words)

    def say(self, text: str) -> None:
        (self.folder / "guard.yaml").write_text(text, encoding="utf-8")

    def log(self) -> list[dict[str, str]]:
        with (self.folder / "accepted" / "log.csv").open(encoding="utf-8", newline="") as text:
            return list(csv.DictReader(text))

    def grow(self, growth: str = "0.3") -> None:
        """Change one setting of the scenario."""
        file = self.folder / "scenarios" / "do_nothing.yaml"
        text = file.read_text(encoding="utf-8")
        old = "2011-12: 0.2245"
        assert text.count(old) == 1
        file.write_text(text.replace(old, f"2011-12: {growth}"), encoding="utf-8")


@pytest.fixture
def project(first: Path, tmp_path: Path) -> Project:
    return Project(first, tmp_path)


# Nothing moved


def test_what_was_accepted_holds_until_something_moves(project: Project):
    told = project.guard()
    assert told.exit_code == 0, told.output
    assert "do_nothing: 452 figures as accepted" in told.stdout
    assert "What changed since acceptance" not in told.stdout
    assert "Last accepted on 2013-06-10 by A. Analyst" in told.stdout


def test_there_is_nothing_to_accept_where_nothing_changed(project: Project):
    before = {path: path.read_bytes() for path in (project.folder / "accepted").rglob("*.*")}
    told = project.guard("--accept", "--reason", "Again", "--by", "A. Analyst")
    assert told.exit_code == 0
    assert "nothing to accept" in " ".join(told.stdout.split())
    assert {path: path.read_bytes() for path in (project.folder / "accepted").rglob("*.*")} == before


def test_a_guard_is_named_by_its_file_its_folder_or_the_current_folder(
    project: Project, monkeypatch: pytest.MonkeyPatch
):
    assert read_guard(str(project.folder)).scenarios.keys() == {"do_nothing"}
    assert read_guard(str(project.folder / "guard.yaml")).scenarios.keys() == {"do_nothing"}
    monkeypatch.chdir(project.folder)
    assert invoke("guard").exit_code == 0


# One line changed


def test_a_one_line_change_to_a_rate_a_cost_and_a_formula_are_each_caught_and_named(tmp_path: Path):
    project = Copy(tmp_path / "tables")
    shutil.rmtree(project.folder)
    copy_project(project.folder)
    (project.folder / "guard.yaml").write_text("scenarios: [thrive]\n", encoding="utf-8")
    done = thrive("guard", *ACCEPT, package=project.folder)
    assert done.returncode == 0, done.stderr
    for change, named in _one_line_changes():
        file, text = change(project.folder)
        before = file.read_text(encoding="utf-8")
        assert before != text
        file.write_text(text, encoding="utf-8")
        told = thrive("guard", package=project.folder)
        file.write_text(before, encoding="utf-8")
        assert told.returncode == 1, told.stderr
        assert "thrive: fails: " in told.stdout
        for words in named:
            assert words in _one_line(told.stdout), told.stdout
        assert ("the model itself did" in told.stdout) == (file.suffix == ".py")


def _one_line_changes() -> Iterator[tuple[Callable[[Path], tuple[Path, str]], tuple[str, ...]]]:
    """A rate, a cost and a formula: each file with one figure of it changed, and what must then be told."""

    def cell(folder: Path, name: str, column: str, times: float, **which: str) -> tuple[Path, str, str, str]:
        file = next(iter((folder / "data").glob(f"**/{name}.csv")))
        with file.open(encoding="utf-8", newline="") as text:
            head, *rows = list(csv.reader(text))
        row = next(row for row in rows if all(row[head.index(key)] == value for key, value in which.items()))
        old = row[head.index(column)]
        new = f"{float(old) * times:.6g}"
        lines = file.read_text(encoding="utf-8").split("\n")
        at = next(n for n, line in enumerate(lines) if line.startswith(",".join(row[:3]) + ","))
        lines[at] = lines[at].replace(f",{old},", f",{new},", 1)
        return file, "\n".join(lines), old, new

    def rate(folder: Path) -> tuple[Path, str]:
        return cell(folder, "rates", "rate_per_year", 1.1, move="referral")[:2]

    def cost(folder: Path) -> tuple[Path, str]:
        return cell(folder, "cost_lines", "unit_cost", 1.1, line="residential")[:2]

    def formula(folder: Path) -> tuple[Path, str]:
        file = folder / "thrive_model" / "engine" / "specification.py"
        return file, file.read_text(encoding="utf-8").replace("-np.expm1(-total)", "-np.expm1(-total * 1.001)", 1)

    yield rate, ("local/rates.csv: 1 row differs (thrive)", "referral 0", "- rate_per_year", "+ rate_per_year")
    yield cost, ("local/cost_lines.csv: 1 row differs (thrive)", "residential", "- unit_cost", "+ unit_cost")
    yield (
        formula,
        (
            "No input changed that moves a figure: the model itself did.",
            "code thrive_model/engine/specification.py: is another than then",
        ),
    )


def test_a_setting_that_changed_is_named_with_both_values_and_places(project: Project):
    project.grow()
    told = project.guard()
    assert told.exit_code == 1
    text = _one_line(told.stdout)
    assert "demand.growth_per_year, 2011-12 to 2014-15 (do_nothing) - 0.2245 (do_nothing.yaml:" in text
    assert "+ 0.3 (do_nothing.yaml:" in text
    assert "looked_after_children" in json.dumps(json.loads(project.guard("--json").stdout)["scenarios"][0]["moved"])


def test_words_that_changed_are_told_and_not_blamed(project: Project):
    file = project.folder / "scenarios" / "do_nothing.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("\ntitle: ", "\ntitle: Another ", 1), encoding="utf-8")
    assert project.guard().exit_code == 0
    assert "+ Another" in project.guard().stdout


# Tolerances


@pytest.mark.parametrize(
    ("tolerance", "code", "told"),
    [
        ("exact", 1, "fails"),
        ("{relative: 0.0001}", 1, "fails"),
        ("{absolute: 1}", 1, "fails"),
        ("{severity: warn}", 0, "warns"),
        ("{absolute: 1, severity: warn}", 0, "warns"),
        ("{relative: 0.05}", 0, "as accepted"),
        ("{absolute: 1.0e+9}", 0, "as accepted"),
        ("{absolute: 1.0e+9, relative: 0}", 0, "as accepted"),
    ],
)
def test_each_output_may_move_by_its_own_tolerance(tolerance: str, code: int, told: str, project: Project):
    every = "".join(f"    {name}: {tolerance}\n" for name in measures())
    project.say(f"scenarios: [scenarios/do_nothing.yaml]\ntolerances:\n  default: exact\n  outputs:\n{every}")
    project.grow("0.2255")
    found = project.guard()
    assert found.exit_code == code, found.stdout
    assert f"do_nothing: {'452 figures ' if told.startswith('as') else ''}{told}" in found.stdout


def test_the_larger_of_two_tolerances_counts_and_exact_is_none():
    both = Tolerance(absolute=10.0, relative=0.01)
    assert both.allows(100.0) == 10.0
    assert both.allows(-1e6) == pytest.approx(1e4)
    assert Tolerance.model_validate("exact").allows(1e9) == 0.0
    assert Tolerance.model_validate("exact").is_exact


def test_a_figure_that_is_new_or_gone_fails_whatever_its_tolerance(project: Project):
    project.say("scenarios: [scenarios/do_nothing.yaml]\ntolerances: {default: {absolute: 1.0e+12, severity: warn}}\n")
    file = project.folder / "scenarios" / "do_nothing.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("last_year: 2017-18", "last_year: 2018-19", 1), encoding="utf-8")
    told = project.guard()
    assert told.exit_code == 1
    assert "are new" in told.stdout
    file.write_text(text.replace("last_year: 2017-18", "last_year: 2016-17", 1), encoding="utf-8")
    told = project.guard()
    assert told.exit_code == 1
    assert "are gone" in told.stdout


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15))
def test_a_figure_is_kept_to_as_many_digits_as_it_is_compared_to(value: float):
    key = ("scenario", "pressure", "2012-13")
    figures, units = from_text(as_text({key: rounded(value)}, {"pressure": "pounds"}))
    assert figures == {key: rounded(value)}
    assert units == {"pressure": "pounds"}
    assert rounded(value) == pytest.approx(value, rel=1e-11, abs=1e-9)


# Which scenarios


def test_every_scenario_is_run_and_every_fault_told_before_it_ends(project: Project):
    (project.folder / "scenarios" / "bad.yaml").write_text("extends: do_nothing.yaml\nseed: x\n", encoding="utf-8")
    project.say("scenarios: [scenarios/bad.yaml, history, scenarios/do_nothing.yaml]\n")
    project.grow()
    told = project.guard()
    assert told.exit_code == 1
    text = _one_line(told.stdout)
    assert "bad: fails, for it cannot be run: error: bad.yaml:2:1 seed: must be a whole number, not 'x'" in text
    assert "history: fails, for it is listed and was never accepted" in text
    assert "do_nothing: fails: " in text


def test_a_scenario_that_was_accepted_and_is_not_listed_fails(project: Project):
    project.say("scenarios: [history]\n")
    told = project.guard()
    assert told.exit_code == 1
    assert "do_nothing: fails, for it was accepted and is not listed any more" in told.stdout


def test_scenarios_of_two_sets_of_tables_are_kept_apart(project: Project):
    project.say("scenarios: [do_nothing, scenarios/own.yaml]\n")
    (project.folder / "scenarios" / "own.yaml").write_text("extends: do_nothing.yaml\n", encoding="utf-8")
    project.change_line("cost_lines", 2, lambda row: row + "\n")
    done = project.guard("--accept", "--reason", "Two councils", "--by", "A. Analyst")
    assert done.exit_code == 0, done.output
    assert (project.folder / "accepted" / "tables-2" / "local" / "cost_lines.csv").is_file()
    assert project.guard().exit_code == 0


# Acceptance


def test_acceptance_is_logged_with_who_why_when_and_how_much(project: Project):
    project.grow()
    assert project.guard().exit_code == 1
    words = ("--accept", "--reason", "Growth, re-read: 30%", "--by", "B. Officer", "--on", "2013-06-11")
    done = project.guard(*words)
    assert done.exit_code == 0, done.output
    assert "accepted on 2013-06-11 by B. Officer (Growth, re-read: 30%)" in _one_line(done.stdout)
    assert project.guard().exit_code == 0
    earlier, last = project.log()
    assert (earlier["reason"], earlier["by"]) == ("The first figures", "A. Analyst")
    assert (last["accepted_on"], last["by"], last["reason"]) == ("2013-06-11", "B. Officer", "Growth, re-read: 30%")
    assert int(last["figures_changed"]) > 300
    assert (last["inputs_changed"], last["code_changed"]) == ("1", "0")


def test_a_reason_is_no_formula_to_a_spreadsheet_that_opens_the_log(project: Project):
    project.grow()
    assert project.guard("--accept", "--reason", "=HYPERLINK(0)", "--by", "B. Officer").exit_code == 0
    assert project.log()[-1]["reason"] == "'=HYPERLINK(0)"


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--accept", "--by", "A"], 2, "Add --reason TEXT and --by NAME"),
        (["--accept", "--reason", "x", "--by", " "], 2, "Add --reason TEXT and --by NAME"),
        (["--accept", "--reason", "x", "--by", "A", "--json"], 2, "leave the others out"),
        (["--reason", "x"], 2, "add --accept"),
        (["--accept", "--reason", "x", "--by", "A", "--on", "10/6/2013"], 1, "error: --on: '10/6/2013' is not a day"),
        (
            ["--accept", "--reason", "x", "--by", "A", "--on", "2013-06-09"],
            1,
            "error: --on: 2013-06-09 is before the last acceptance, of 2013-06-10 (the log goes forward)",
        ),
    ],
)
def test_acceptance_asks_for_who_why_and_when(words: list[str], code: int, told: str, project: Project):
    shown = project.guard(*words)
    assert shown.exit_code == code
    assert told in _one_line(shown.stderr).replace("│", "")
    assert len(project.log()) == 1


def test_nothing_is_accepted_where_a_scenario_cannot_be_run(project: Project):
    before = (project.folder / "accepted" / "manifest.json").read_bytes()
    project.grow("text")
    told = project.guard("--accept", "--reason", "x", "--by", "A")
    assert told.exit_code == 1
    assert told.stderr.startswith("error: do_nothing.yaml:")
    assert (project.folder / "accepted" / "manifest.json").read_bytes() == before
    assert sorted(path.name for path in project.folder.iterdir()) == ["accepted", "data", "guard.yaml", "scenarios"]


def test_a_folder_that_holds_something_else_is_never_replaced(project: Project):
    shutil.rmtree(project.folder / "accepted")
    (project.folder / "accepted").mkdir()
    (project.folder / "accepted" / "thesis.txt").write_text("mine", encoding="utf-8")
    told = project.guard(*ACCEPT)
    assert told.exit_code == 1
    assert "error: accepted/manifest.json: is missing" in told.stderr
    assert (project.folder / "accepted" / "thesis.txt").read_text(encoding="utf-8") == "mine"


# What was accepted is left alone


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("figures/do_nothing.csv", "accepted/figures/do_nothing.csv: was changed by hand"),
        ("log.csv", "accepted/log.csv: was changed by hand"),
        ("tables/local/rates.csv", "accepted/tables/local/rates.csv: was changed by hand"),
        ("scenarios/do_nothing.yaml", "accepted/scenarios/do_nothing.yaml: was changed by hand"),
    ],
)
@pytest.mark.parametrize("words", [(), ("--accept", "--reason", "x", "--by", "A")])
def test_what_was_accepted_cannot_be_changed_by_hand(name: str, told: str, words: tuple[str, ...], project: Project):
    file = project.folder / "accepted" / name
    file.write_text(file.read_text(encoding="utf-8").replace("2", "3", 1), encoding="utf-8")
    shown = project.guard(*words)
    assert shown.exit_code == 1
    (line,) = shown.stderr.splitlines()
    assert line.startswith(f"error: {told} (put it back as it was, from version control")


def test_every_thing_wrong_with_what_was_accepted_is_told_at_once(project: Project):
    accepted = project.folder / "accepted"
    (accepted / "log.csv").unlink()
    (accepted / "notes.txt").write_text("mine", encoding="utf-8")
    said = json.loads((accepted / "manifest.json").read_text(encoding="utf-8"))
    (accepted / "manifest.json").write_text(json.dumps({**said, "python": "3.0"}), encoding="utf-8")
    told = project.guard().stderr.splitlines()
    assert [line.split(" (")[0] for line in told] == [
        "error: accepted/manifest.json: was changed by hand",
        "error: accepted/log.csv: is missing",
        "error: accepted/notes.txt: was not put here by `thrive guard --accept`",
    ]


def test_line_endings_of_another_computer_are_no_change(project: Project):
    for file in (project.folder / "accepted").rglob("*.csv"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert project.guard().exit_code == 0


@pytest.mark.parametrize("text", ["", "[1", "[]", '{"files_sha256": 5}', "<<<<<<< ours"])
def test_a_manifest_that_is_none_is_refused(text: str, project: Project):
    (project.folder / "accepted" / "manifest.json").write_text(text, encoding="utf-8")
    (line,) = project.guard().stderr.splitlines()
    assert line.startswith("error: accepted/manifest.json: ")


def test_nothing_accepted_yet_is_told_with_what_to_do(project: Project):
    shutil.rmtree(project.folder / "accepted")
    told = project.guard()
    assert told.exit_code == 1
    assert told.stderr == (
        "error: accepted: there is no such folder: nothing was accepted yet (accept what the scenarios come to: "
        "thrive guard --accept --reason TEXT --by NAME)\n"
    )


def test_inputs_that_this_version_cannot_read_any_more_are_told_and_figures_still_compared(project: Project):
    file = project.folder / "accepted" / "scenarios" / "do_nothing.yaml"
    text = file.read_text(encoding="utf-8")
    _reaccept(project, lambda: file.write_text(text + "\nforgotten: 5\n", encoding="utf-8"))
    told = project.guard()
    assert told.exit_code == 0, told.output
    text = _one_line(told.stdout)
    assert "What was accepted of do_nothing cannot be read by this version: error: do_nothing.yaml:" in text
    assert "Files of these that are others than then: do_nothing.yaml" in text


def _reaccept(project: Project, change: Callable[[], object]) -> None:
    """Change what was accepted as an acceptance of another version would have left it."""
    change()
    accepted = project.folder / "accepted"
    said = json.loads((accepted / MANIFEST).read_text(encoding="utf-8"))
    del said[SEAL]
    said["files_sha256"] = {name: sha for name, sha in hashes_in(accepted).items() if name != MANIFEST}
    (accepted / MANIFEST).write_text(json.dumps(sealed(said)), encoding="utf-8")


def test_a_table_that_did_not_exist_yet_is_told_by_its_name(project: Project):
    _reaccept(project, (project.folder / "accepted" / "tables" / "reference" / "checks.csv").unlink)
    told = project.guard()
    assert told.exit_code == 0, told.output
    assert "reference/checks.csv: differs" in told.stdout


# Reports


def test_every_report_tells_of_the_same_figures(project: Project, tmp_path: Path):
    project.grow()
    project.say(GUARD + "  outputs: {pressure: {severity: warn}}\n")
    files = [tmp_path / name for name in ("failing.csv", "guard.xml", "summary.md")]
    printed = project.guard("--failures", files[0], "--junit", files[1], "--markdown", files[2], "--json")
    assert printed.exit_code == 1
    (scenario,) = json.loads(printed.stdout)["scenarios"]
    assert scenario["status"] == "fails"
    with files[0].open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["run"], row["measure"], row["financial_year"]) for row in rows] == [
        (row["run"], row["measure"], row["financial_year"]) for row in scenario["moved"]
    ]
    assert float(rows[0]["by"]) == pytest.approx(float(rows[0]["found"]) - float(rows[0]["accepted"]))
    (suite,) = ElementTree.parse(files[1]).getroot()
    failing = {case.get("name") for case in suite.iter("testcase") if case.find("failure") is not None}
    warned = {case.get("name") for case in suite.iter("testcase") if case.find("system-out") is not None}
    assert failing | warned == {f"{row['run']} {row['measure']}" for row in rows}
    assert warned == {"do_nothing pressure", "scenario pressure"}
    assert suite.get("failures") == str(len(failing))
    assert suite.get("tests") == str(len(list(suite.iter("testcase"))))
    summary = files[2].read_text(encoding="utf-8")
    assert summary.startswith("# Guard: **fails**\n")
    assert "| do_nothing | fails: " in summary
    assert "demand.growth_per_year" in summary


def test_reports_of_what_holds_have_no_failure_and_no_row(project: Project, tmp_path: Path):
    files = [tmp_path / name for name in ("failing.csv", "guard.xml", "summary.md")]
    assert project.guard("--failures", files[0], "--junit", files[1], "--markdown", files[2]).exit_code == 0
    assert len(files[0].read_text(encoding="utf-8").splitlines()) == 1
    assert ElementTree.parse(files[1]).getroot().findall(".//failure") == []
    assert files[2].read_text(encoding="utf-8").startswith("# Guard: as accepted\n")


def test_a_report_holds_a_scenario_that_cannot_be_run_as_an_error(project: Project, tmp_path: Path):
    project.grow("'<&>'")
    assert project.guard("--junit", tmp_path / "guard.xml").exit_code == 1
    (error,) = ElementTree.parse(tmp_path / "guard.xml").getroot().findall(".//error")
    assert "<&>" in (error.text or "")


def test_a_report_that_cannot_be_written_is_told(project: Project, tmp_path: Path):
    told = project.guard("--markdown", tmp_path / "nowhere" / "summary.md")
    assert told.exit_code == 1
    assert told.stderr == f"error: {tmp_path / 'nowhere' / 'summary.md'}: No such file or directory\n"


# Guard files that are none


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("accepted: x\n", ["guard.yaml:1:1 scenarios: is missing"]),
        ("scenarios: []\n", ["guard.yaml:1:1 scenarios: must name at least 1"]),
        (
            "scenarios: [do_nothng]\n",
            ["guard.yaml:1:13 scenarios.0: there is no scenario 'do_nothng' (did you mean 'do_nothing'?)"],
        ),
        (
            "scenarios: [do_nothing, scenarios/do_nothing.yaml]\n",
            [
                "guard.yaml:1:25 scenarios.1: 'scenarios/do_nothing.yaml' has the name of 'do_nothing' "
                "(name each scenario once, each its own)"
            ],
        ),
        (
            "scenarios: [do_nothing]\naccepted: ../elsewhere\n",
            [
                "guard.yaml:2:1 accepted: '../elsewhere' is not a folder below that of guard.yaml "
                "(keep it beside the file)"
            ],
        ),
        (
            "scenarios: [do_nothing]\naccepted: .\n",
            ["guard.yaml:2:1 accepted: '.' is not a folder below that of guard.yaml (keep it beside the file)"],
        ),
        (
            "scenarios: [do_nothing]\ntolerances:\n  outputs: {presure: exact, looked_after: exact}\n",
            [
                "guard.yaml:3:13 tolerances.outputs.presure: unknown output 'presure' (did you mean 'pressure'?)",
                "guard.yaml:3:29 tolerances.outputs.looked_after: unknown output 'looked_after' "
                "(did you mean 'looked_after_children'?)",
            ],
        ),
        (
            "scenarios: [do_nothing]\ntolerances: {default: {relative: -1, absolut: 2}}\n",
            [
                "guard.yaml:2:24 tolerances.default.relative: must be 0 or more",
                "guard.yaml:2:38 tolerances.default.absolut: is not a setting (did you mean 'absolute'?)",
            ],
        ),
        (
            "scenarios: [do_nothing]\ntolerances: {default: exactly}\n",
            ["guard.yaml:2:14 tolerances.default: must be exact, or a block with absolute or relative, not 'exactly'"],
        ),
        ("scenarios: [do_nothing]\nscenarios: [history]\n", ["guard.yaml:2:1 scenarios: stands here a second time"]),
    ],
)
def test_a_guard_file_that_is_wrong_is_refused_with_every_fault(text: str, told: list[str], project: Project):
    project.say(text)
    shown = project.guard()
    assert shown.exit_code == 1
    lines = shown.stderr.splitlines()
    assert len(lines) == len(told)
    for line, words in zip(lines, told, strict=True):
        assert line.startswith(f"error: {words}")


def test_a_folder_without_a_guard_file_and_a_file_that_is_not_there_are_refused(tmp_path: Path):
    assert invoke("guard", tmp_path).stderr == (
        f"error: {tmp_path}: there is no guard.yaml in it (write a guard.yaml that lists the scenarios to guard)\n"
    )
    assert invoke("guard", tmp_path / "mine.yaml").stderr.startswith(
        f"error: {tmp_path / 'mine.yaml'}: there is no such file"
    )
