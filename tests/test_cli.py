from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from projects import ROOT, command, copy_project, environment, invoke, scenario_names, thrive

from thrive_model.cli import main
from thrive_model.outputs import all_outputs
from thrive_model.run import Comparison

SHIPPED = ROOT / "scenarios" / "thrive.yaml"
COMMANDS = ("run", "check", "list", "explain", "solve", "variance", "watch", "attribute")
COMMANDS += ("savings", "displacement", "interventions", "supplies", "unit-costs", "section-251")
COMMANDS += ("init", "calibrate", "validate", "appraise", "budget", "tracker", "spending", "compare", "diff")
COMMANDS += ("simulate", "sweep", "sensitivity", "voi", "guard", "verify")
KEY = "demand.growth_per_year"
YEARS = ["2012-13", "2013-14", "2014-15", "2015-16", "2016-17", "2017-18"]
FUND_KEYS = [
    "financial_year",
    "opening",
    "planned",
    "drawdown",
    "demand_support",
    "new_activity",
    "change",
    "closing",
    "unfunded",
    "actual",
]
NAMED_OUTPUTS = {"pressure", "looked_after_children", "child_protection_plans", "referrals", "admissions_to_care"}
FULL = Path("/dev/full")


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    """The JSON object of the shipped programme, read strictly."""
    return _json("run", "thrive", "--json")


def _json(*words: str) -> dict[str, Any]:
    found = json.loads(invoke(*words).stdout, parse_constant=_refuse)
    assert isinstance(found, dict)
    return found


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def _mistaken(folder: Path, setting: str = "sead: 3") -> Path:
    file = folder / "mistaken.yaml"
    file.write_text(f"extends: thrive\n{setting}\n", encoding="utf-8")
    return file


# Every command


def test_the_commands_are_these_and_no_others():
    assert set(main.commands) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_that_names_every_option(name: str):
    shown = invoke(name, "--help")
    assert shown.exit_code == 0
    assert shown.stdout.startswith(f"Usage: thrive {name} ")
    assert main.commands[name].help
    for parameter in main.commands[name].params:
        if parameter.param_type_name == "option":
            assert getattr(parameter, "help", "")
            assert all(word in shown.stdout for word in parameter.opts)


def test_the_help_of_the_whole_lists_every_command():
    shown = invoke("--help").stdout
    assert all(f"\n  {name} " in shown for name in COMMANDS)
    assert invoke("-h").stdout == shown


def test_the_version_is_shown():
    assert invoke("--version").stdout.startswith("thrive, version ")


@pytest.mark.parametrize("words", [["run"], ["run", "--json"], ["solve"], ["explain", KEY], ["variance"]])
def test_a_scenario_is_named_by_its_file_or_by_its_shipped_name(words: list[str]):
    name, *rest = words
    by_file, by_name = invoke(name, SHIPPED, *rest), invoke(name, "thrive", *rest)
    assert by_file.exit_code == by_name.exit_code == 0
    assert by_file.stdout == by_name.stdout != ""


def test_checking_a_sound_scenario_says_so_by_file_and_by_name():
    shown = invoke("check", SHIPPED, "thrive")
    assert shown.exit_code == 0
    assert shown.stdout == f"{SHIPPED}: nothing to refuse\nthrive: nothing to refuse\n"


def test_listing_names_every_shipped_scenario_and_its_question():
    shown = invoke("list")
    assert shown.exit_code == 0
    assert [line.split()[0] for line in shown.stdout.splitlines() if not line.startswith(" ")] == scenario_names()
    assert "What does THRIVE change" in shown.stdout


def test_listing_shows_the_faults_of_one_scenario_beside_the_sound_ones(tmp_path: Path):
    project = copy_project(tmp_path)
    (project / "scenarios" / "broken.yaml").write_text("extends: do_nothing.yaml\nsead: 3\n", encoding="utf-8")
    shown = thrive("list", package=project, cwd=project)
    assert shown.returncode == 1
    assert shown.stderr == "error: broken.yaml:2:1 sead: is not a setting (did you mean 'seed'?)\n"
    assert [line.split()[0] for line in shown.stdout.splitlines() if line[0] != " "] == scenario_names()


# The JSON object


def test_the_json_object_has_exactly_these_keys(printed: dict[str, Any]):
    identity, figures = ["scenario", "status", "model_version", "run_id"], ["fund", "outputs", "assumptions"]
    assert list(printed) == [*identity, "seed", "price_basis", *figures]
    assert printed["scenario"] == "thrive"
    assert printed["price_basis"] == "nominal"
    assert printed["seed"] == 20120401


def test_the_json_fund_has_a_row_a_financial_year(printed: dict[str, Any]):
    assert [row["financial_year"] for row in printed["fund"]] == YEARS
    assert all(list(row) == FUND_KEYS for row in printed["fund"])
    assert [row["actual"] for row in printed["fund"]] == [True, False, False, False, False, False]


def test_the_json_outputs_have_a_row_an_output_and_financial_year(printed: dict[str, Any]):
    keys = ["output", "unit", "financial_year", "do_nothing", "scenario", "observed"]
    assert all(list(row) == keys for row in printed["outputs"])
    found = [(row["output"], row["financial_year"]) for row in printed["outputs"]]
    assert found == [(name, year) for name in all_outputs() for year in YEARS]
    assert set(all_outputs()) >= NAMED_OUTPUTS


def test_the_json_shows_what_was_published_beside_the_outputs(printed: dict[str, Any]):
    observed = {(row["output"], row["financial_year"]): row["observed"] for row in printed["outputs"]}
    assert observed["looked_after_children", "2012-13"] == 598
    assert observed["looked_after_children", "2013-14"] is None


def test_the_json_amounts_are_not_rounded(printed: dict[str, Any], thrive: Comparison):
    found = {(row["output"], row["financial_year"]): (row["do_nothing"], row["scenario"]) for row in printed["outputs"]}
    for name, output in all_outputs().items():
        both = output.measure(thrive.do_nothing), output.measure(thrive.scenario)
        for y, year in enumerate(YEARS):
            assert found[name, year] == tuple(float(yearly[y, 0]) for yearly in both)
    assert found["pressure", "2014-15"][1] != round(found["pressure", "2014-15"][1], 2)


def test_the_json_assumptions_list_every_figure_with_its_source(printed: dict[str, Any]):
    leaning = printed["assumptions"]
    assert list(leaning) == [
        "inputs",
        "assumed",
        "part_assumed",
        "spending_on_assumed_unit_costs",
        "spending_on_part_assumed_unit_costs",
        "saving_on_assumed_effects",
        "items",
    ]
    assert leaning["inputs"] == len(leaning["items"])
    assert leaning["assumed"] == sum(item["basis"] == "assumption" for item in leaning["items"])
    assert all(item["source"] and item["where"] and item["value"] for item in leaning["items"])


def test_the_json_of_doing_nothing_has_no_fund_and_no_difference():
    alone = _json("run", "do_nothing", "--json")
    assert alone["fund"] == []
    assert alone["assumptions"]["saving_on_assumed_effects"] is None
    assert all(row["do_nothing"] == row["scenario"] for row in alone["outputs"])


# Overriding a value


def test_a_set_value_changes_what_running_gives(printed: dict[str, Any]):
    changed = _json("run", "thrive", "--json", "--set", f"{KEY}=0.05")
    first, second = (
        {(row["output"], row["financial_year"]): row["scenario"] for row in one["outputs"]}
        for one in (printed, changed)
    )
    assert second["referrals", "2014-15"] < first["referrals", "2014-15"]
    assert second["pressure", "2014-15"] < first["pressure", "2014-15"]


def test_a_set_value_is_named_on_the_screen():
    assert f"\n--set {KEY}=0.05\n" in invoke("run", "thrive", "--set", f"{KEY}=0.05").stdout


def test_a_set_value_is_checked():
    shown = invoke("check", "thrive", "--set", f"{KEY}=9")
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert shown.stderr.startswith(f"error: --set {KEY}: must be between -0.5 and 1")


def test_a_set_value_changes_what_is_explained():
    shown = invoke("explain", "thrive", "interventions.swift.reached", "--set", "interventions.swift.reached=0.2")
    lines = shown.stdout.splitlines()
    assert lines[0] == "interventions.swift.reached = 0.2"
    assert lines[1].startswith("  set in   --set")


def test_a_set_target_changes_what_is_solved():
    assert "gives a do-nothing pressure of £15.0m" in invoke("solve", "do_nothing").stdout
    other = invoke("solve", "do_nothing", "--set", "pressure.target=10000000").stdout
    assert "gives a do-nothing pressure of £10.0m" in other


def test_several_values_are_set_at_once():
    both = ["--set", "seed=7", "--set", f"{KEY}=0.1"]
    assert invoke("explain", "thrive", KEY, *both).stdout.startswith(f"{KEY} = 0.1\n")
    assert invoke("explain", "thrive", "seed", *both).stdout.startswith("seed = 7\n")


# Explaining


def test_a_value_set_in_the_parent_file_is_placed_there():
    line = 1 + (ROOT / "scenarios" / "do_nothing.yaml").read_text(encoding="utf-8").splitlines().index("seed: 20120401")
    assert invoke("explain", "thrive", "seed").stdout == f"seed = 20120401\n  set in   do_nothing.yaml:{line}:1\n"


def test_a_choice_is_explained_with_its_place_source_footing_and_reason():
    lines = invoke("explain", "thrive", "fund.amount").stdout.splitlines()
    assert lines[1].startswith("  set in   thrive.yaml:")
    assert lines[2].startswith("  source   seed: THRIVE Transformation Programme")
    assert "  footing  published, evidence high" in lines
    assert any(line.startswith('  why      "a fund of £9.7m') for line in lines)


def test_a_row_of_a_table_is_explained_with_its_line():
    rows = (ROOT / "data" / "local" / "east_sussex" / "cost_lines.csv").read_text(encoding="utf-8").splitlines()
    line = next(number for number, row in enumerate(rows, start=1) if row.startswith("agency_fostering,"))
    shown = invoke("explain", "thrive", "cost_lines.agency_fostering").stdout
    assert shown.startswith(f"cost_lines.agency_fostering = 720.62\n  set in   cost_lines.csv:{line}\n")
    assert "  source   s251_2011_12: Section 251 outturn 2011-12" in shown


def test_a_block_explains_everything_under_it():
    shown = invoke("explain", "thrive", "interventions.swift").stdout
    assert "interventions.swift.reached = 0.12\n" in shown
    assert "interventions.swift.effects.0.relative_hazard = 0.6\n" in shown


def test_an_unknown_key_is_refused_with_a_suggestion():
    shown = invoke("explain", "thrive", "interventions.swift.reeched")
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert shown.stderr == (
        "error: interventions.swift.reeched: is neither a setting of this scenario nor a row of its tables "
        "(did you mean 'interventions.swift.reached'?)\n"
    )


# What is refused


@pytest.mark.parametrize("name", ["run", "check", "explain", "solve", "variance"])
def test_a_mistaken_scenario_is_refused_on_stderr_alone(name: str, tmp_path: Path):
    rest = [KEY] if name == "explain" else []
    shown = invoke(name, _mistaken(tmp_path), *rest)
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert shown.stderr == "error: mistaken.yaml:2:1 sead: is not a setting (did you mean 'seed'?)\n"


@pytest.mark.parametrize("rest", [[], ["--json"], ["--set", "seed=1"]])
def test_an_unknown_scenario_is_refused_with_a_suggestion(rest: list[str]):
    shown = invoke("run", "thrieve", *rest)
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert shown.stderr == "error: thrieve: there is no such scenario (did you mean 'thrive'?)\n"


def test_checking_several_shows_the_faults_of_all(tmp_path: Path):
    first, second = _mistaken(tmp_path), tmp_path / "second.yaml"
    second.write_text("extends: thrive\nseed: -1\nfund:\n  amount: -5\n", encoding="utf-8")
    shown = invoke("check", first, "thrive", second, "nowhere")
    assert shown.exit_code == 1
    assert shown.stdout == "thrive: nothing to refuse\n"
    assert [line.split(": ")[1] for line in shown.stderr.splitlines()] == [
        "mistaken.yaml:2:1 sead",
        "second.yaml:2:1 seed",
        "second.yaml:4:3 fund.amount",
        "nowhere",
    ]


def test_a_refusal_of_the_process_leaves_no_traceback(tmp_path: Path):
    shown = thrive("run", _mistaken(tmp_path))
    assert shown.returncode == 1
    assert shown.stdout == ""
    assert shown.stderr.startswith("error: mistaken.yaml:2:1")
    assert len(shown.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "words",
    [
        ["run"],
        ["run", "thrive", "do_nothing"],
        ["run", "thrive", "--jsn"],
        ["check"],
        ["explain", "thrive"],
        ["solve"],
        ["attribute", "thrive"],
        ["list", "thrive"],
        ["variance"],
        ["rnu", "thrive"],
    ],
)
def test_misuse_exits_with_two_and_prints_nothing_on_stdout(words: list[str]):
    shown = invoke(*words)
    assert shown.exit_code == 2
    assert shown.stdout == ""
    assert shown.stderr.startswith("Usage: thrive")


def test_an_option_without_its_value_is_misuse():
    assert invoke("run", "thrive", "--set").exit_code == 2
    assert invoke("run", "thrive", "--out").exit_code == 2


# What is printed, and where to


@pytest.mark.parametrize(
    "words",
    [
        ["run", "thrive"],
        ["run", "do_nothing"],
        ["run", "thrive", "--set", "pressure.reading=cumulative"],
        ["list"],
        ["solve", "thrive"],
        ["explain", "thrive", "interventions"],
        ["explain", "thrive", "rates"],
        ["check", "thrive"],
    ],
)
def test_what_is_not_shown_in_a_terminal_is_plain_text_within_100_columns(words: list[str]):
    shown = invoke(*words)
    assert shown.exit_code == 0
    assert "\x1b" not in shown.stdout
    assert max(len(line) for line in shown.stdout.splitlines()) <= 100
    assert not any(line.endswith(" ") for line in shown.stdout.splitlines())


def test_a_process_prints_what_the_command_does():
    assert thrive("run", "thrive").stdout == invoke("run", "thrive").stdout


def test_no_word_of_a_heading_or_title_is_cut_short():
    assert "…" not in invoke("run", "thrive").stdout


def test_the_screen_of_a_run_fits_one_page():
    assert len(invoke("run", "thrive").stdout.splitlines()) <= 60


@pytest.mark.parametrize("words", [["run", "thrive", "--json"], ["explain", "thrive", "rates"], ["run", "thrive"]])
def test_a_reader_that_has_heard_enough_leaves_no_traceback(words: list[str]):
    process = subprocess.Popen(
        command(*words), env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline()
    process.stdout.close()
    _, told = process.communicate()
    assert told == ""


def test_a_reader_that_never_listens_leaves_no_traceback():
    reads, writes = os.pipe()
    os.close(reads)
    process = subprocess.Popen(command("run", "thrive"), env=environment(), stdout=writes, stderr=subprocess.PIPE)
    os.close(writes)
    assert process.communicate()[1] == b""


@pytest.mark.skipif(not FULL.exists(), reason="there is no /dev/full here to write to")
@pytest.mark.parametrize("words", [["run", "thrive"], ["run", "thrive", "--json"], ["list"]])
def test_an_output_that_takes_no_more_is_told_in_one_line(words: list[str]):
    with FULL.open("w") as full:
        process = subprocess.run(
            command(*words), env=environment(), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert process.returncode == 1
    assert process.stderr == "error: output: No space left on device\n"


def test_a_terminal_without_a_pound_sign_shows_an_escape_in_its_place():
    process = subprocess.run(
        command("run", "thrive"), env=environment(PYTHONIOENCODING="koi8-r"), capture_output=True, check=False
    )
    assert process.returncode == 0
    assert rb"Fund, \xa3m" in process.stdout
