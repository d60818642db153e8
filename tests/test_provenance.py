"""The run id, and who stands behind a run: what they follow from, and where they are written."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from projects import copy_project, copy_tables, invoke, thrive

from thrive_model.provenance import identity, run_id, standing
from thrive_model.report import backcast_chart, picture, sensitivity
from thrive_model.scenario import resolve
from thrive_model.sensitivity.tornado import Tornado
from thrive_model.uncertainty.figures import Figure

APPROVED = (
    "approval: {status: approved, owner: The owner, by: The Board, on: 2013-03-10, limits_of_use: Not for bids}\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The shipped project, with a scenario that the Board approved."""
    copy_tables(tmp_path)
    (tmp_path / "scenarios" / "mine.yaml").write_text(f"extends: thrive.yaml\n{APPROVED}", encoding="utf-8")
    return tmp_path


def mine(project: Path, name: str = "mine.yaml") -> str:
    return str(project / "scenarios" / name)


# The id


def test_the_same_inputs_have_the_same_id_and_others_another(project: Path):
    name = mine(project, "thrive.yaml")
    assert re.fullmatch(r"[0-9a-f]{12}", run_id(resolve(name)))
    assert run_id(resolve(name)) == run_id(resolve("thrive"))
    others = [["seed=1"], ["demand.growth_per_year=0"], ["interventions.swift.enabled=false"]]
    ids = {run_id(resolve(name, settings)) for settings in ([], *others)}
    assert len(ids) == 4


def test_a_table_that_changes_changes_the_id(project: Path):
    before = run_id(resolve(mine(project)))
    table = project / "data" / "local" / "east_sussex" / "rates.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("0.4348", "0.4349"), encoding="utf-8")
    assert run_id(resolve(mine(project))) != before


def test_a_setting_given_on_the_command_line_is_a_setting_like_any_other(project: Path):
    (project / "scenarios" / "seeded.yaml").write_text("extends: thrive.yaml\nseed: 5\n", encoding="utf-8")
    assert run_id(resolve(mine(project, "seeded.yaml"))) == run_id(resolve("thrive", ["seed=5"]))


def test_approval_changes_nothing_of_the_id(project: Path):
    assert run_id(resolve(mine(project))) == run_id(resolve("thrive"))


def test_the_model_version_is_part_of_the_id(tmp_path: Path):
    package = copy_project(tmp_path)
    module = package / "thrive_model" / "__init__.py"
    module.write_text(module.read_text(encoding="utf-8").replace(_version(), "99.0.0"), encoding="utf-8")
    printed = json.loads(thrive("explain", "thrive", "seed", "--json", package=package).stdout)
    assert printed["model_version"] == "99.0.0"
    assert printed["run_id"] != run_id(resolve("thrive"))


# Who stands behind it


def test_an_approved_scenario_says_so_with_its_limits(project: Path):
    assert standing(resolve(mine(project))).told == "Approved by The Board on 2013-03-10."
    shown = invoke("run", mine(project)).stdout
    assert "Approved by The Board on 2013-03-10. Limits of use: Not for bids\n" in shown


def test_an_assured_scenario_is_not_yet_approved(project: Path):
    path = project / "scenarios" / "mine.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("approved", "assured"), encoding="utf-8")
    found = standing(resolve(mine(project)))
    assert (found.status, found.told) == ("assured", "Assured by The Board on 2013-03-10.")


def test_approval_is_of_one_scenario_and_of_none_that_extends_it(project: Path):
    (project / "scenarios" / "variant.yaml").write_text("extends: mine.yaml\nseed: 5\n", encoding="utf-8")
    resolved = resolve(mine(project, "variant.yaml"))
    assert standing(resolved).told == "Draft: nobody has approved this scenario."
    assert resolved.scenario.approval.owner == "The owner"
    assert resolved.scenario.approval.limits_of_use == "Not for bids"


def test_a_setting_on_the_command_line_makes_a_draft_of_an_approved_scenario(project: Path):
    assert standing(resolve(mine(project), ["seed=5"])).status == "draft"
    settings = ["seed=5", "approval={status: approved, by: The Board, on: 2013-03-11}"]
    assert standing(resolve(mine(project), settings)).status == "approved"


def test_a_draft_that_was_kept_stays_one_when_it_is_run_again(project: Path):
    assert invoke("run", mine(project), "--set", "seed=5", "--out", project / "kept").exit_code == 0
    (project / "scenarios" / "kept.yaml").write_bytes((project / "kept" / "scenario.yaml").read_bytes())
    assert standing(resolve(mine(project, "kept.yaml"))).status == "draft"


def test_what_was_approved_under_an_id_is_a_draft_once_it_has_another(project: Path):
    seen = run_id(resolve(mine(project)))
    path = project / "scenarios" / "mine.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("by: The", f"run: {seen}, by: The"), encoding="utf-8")
    assert standing(resolve(mine(project))).status == "approved"
    table = project / "data" / "local" / "east_sussex" / "rates.csv"
    table.write_text(table.read_text(encoding="utf-8").replace("0.4348", "0.4349"), encoding="utf-8")
    found = standing(resolve(mine(project)))
    assert (found.status, found.told) == (
        "draft",
        f"Draft: approved by The Board on 2013-03-10 as run {seen}, and changed since.",
    )


# Where it is written


def test_every_table_of_a_run_says_of_which_run_it_is(project: Path):
    assert invoke("run", mine(project), "--out", project / "kept").exit_code == 0
    wanted = {"scenario_name": "mine", "status": "approved", "model_version": _version(), "run_id": _id(project)}
    for file in (project / "kept").glob("*.csv"):
        with file.open(encoding="utf-8", newline="") as text:
            rows = list(csv.DictReader(text))
        assert all({key: row[key] for key in wanted} == wanted for row in rows), file.name
    with closing(sqlite3.connect(project / "kept" / "run.sqlite")) as database:
        found = database.execute("select distinct scenario_name, status, run_id from stock").fetchall()
    assert found == [("mine", "approved", _id(project))]
    manifest = json.loads((project / "kept" / "manifest.json").read_text(encoding="utf-8"))
    assert {key: manifest[key] for key in ("scenario", "status", "run_id")} == {
        "scenario": "mine",
        "status": "approved",
        "run_id": _id(project),
    }


def _id(project: Path) -> str:
    return run_id(resolve(mine(project)))


def _version() -> str:
    return identity(resolve("thrive"))["model_version"]


def test_every_row_of_a_comparison_says_of_which_run_it_is(project: Path):
    assert invoke("run", mine(project), "--out", project / "kept").exit_code == 0
    shown = invoke("compare", project / "kept", "do_nothing", "--out", project / "both")
    assert "Drafts, which nobody has approved as they are: do_nothing.\nApproved: mine.\n" in shown.stdout
    ids = {"mine": _id(project), "do_nothing": run_id(resolve("do_nothing"))}
    for name in ("comparison.csv", "differences.csv"):
        with (project / "both" / name).open(encoding="utf-8", newline="") as text:
            for row in csv.DictReader(text):
                assert row["run_id"] == ids[row["scenario_name"]]
                assert row["status"] == ("approved" if row["scenario_name"] == "mine" else "draft")


@pytest.mark.parametrize(
    "words",
    [
        ["run", "thrive"],
        ["savings", "thrive"],
        ["budget", "thrive"],
        ["tracker", "thrive"],
        ["spending", "thrive"],
        ["displacement", "thrive"],
        ["supplies", "thrive"],
        ["interventions", "thrive"],
        ["unit-costs", "thrive"],
        ["section-251", "thrive"],
        ["watch", "thrive"],
        ["variance", "thrive"],
        ["appraise", "thrive"],
        ["explain", "thrive", "adoptions"],
    ],
)
def test_every_command_marks_a_draft_and_says_in_its_object_which_run_it_is(words: list[str]):
    printed = json.loads(invoke(*words, "--json").stdout)
    assert {key: printed[key] for key in ("scenario", "status", "model_version", "run_id")} == identity(
        resolve("thrive")
    )
    assert "Draft: nobody has approved this scenario." in invoke(*words).stdout


def test_a_difference_says_between_which_runs_it_is():
    printed = json.loads(invoke("diff", "thrive", "do_nothing", "--json").stdout)
    assert printed["first_run_id"] == run_id(resolve("thrive"))
    assert (printed["second_run_id"], printed["second_status"]) == (run_id(resolve("do_nothing")), "draft")


def test_every_sheet_of_the_workbook_is_marked(tmp_path: Path):
    assert invoke("budget", "thrive", "--xlsx", tmp_path / "plan.xlsx").exit_code == 0
    for sheet in openpyxl.load_workbook(tmp_path / "plan.xlsx").worksheets:
        text = " ".join(str(row[0]) for row in sheet.iter_rows(max_col=1, values_only=True))
        assert "Draft: nobody has approved this scenario." in text, sheet.title
        assert f"run {run_id(resolve('thrive'))}." in text, sheet.title


def test_a_picture_is_marked():
    told = picture.of_run(resolve("thrive"))
    assert told == f"Draft: scenario thrive, thrive_model {_version()}, run {run_id(resolve('thrive'))}"
    assert backcast_chart.specification([], "The past", told)["title"]["subtitle"] == told
    figure = Figure("scenario", "pressure", "Pressure", "pounds", "2014-15")
    drawn = sensitivity.specification(resolve("thrive"), figure, Tornado(0.0, None, None, (), 0))
    assert drawn["title"]["subtitle"] == told
