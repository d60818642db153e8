from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from projects import invoke

import thrive_model
from thrive_model.appraisal import worth_of
from thrive_model.compare import Candidate, SideBySide, candidate_of, compare, faults
from thrive_model.headlines import headlines
from thrive_model.provenance import run_id
from thrive_model.report.words import WIDTH
from thrive_model.run import run
from thrive_model.scenario import resolve

PROFILES = ("thrive", "thrive_original_plan", "thrive_front_loaded", "thrive_back_loaded")
SHORT = "last_year=2014-15"
AGAIN = "run it again with --out"


def candidate(name: str, *settings: str) -> Candidate:
    return candidate_of(resolve(name, (SHORT, *settings)), name)


@pytest.fixture(scope="module")
def profiles() -> SideBySide:
    return compare([candidate(name) for name in PROFILES])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the shipped programme."""
    folder = tmp_path_factory.mktemp("kept") / "kept"
    assert invoke("run", "thrive", "--set", SHORT, "--out", folder).exit_code == 0
    return folder


@pytest.fixture
def edited(kept: Path, tmp_path: Path) -> Path:
    """A run folder to change by hand."""
    return shutil.copytree(kept, tmp_path / "edited")


def in_manifest(folder: Path, **changes: Any) -> Path:
    file = folder / "manifest.json"
    manifest = {**json.loads(file.read_text(encoding="utf-8")), **changes}
    file.write_text(json.dumps({key: value for key, value in manifest.items() if value is not None}), encoding="utf-8")
    return folder


def refused(*words: str | Path) -> list[str]:
    shown = invoke("compare", *words)
    assert shown.exit_code == 1
    assert shown.stdout == ""
    return shown.stderr.splitlines()


def mine(folder: Path, *lines: str, name: str = "mine") -> Path:
    file = folder / f"{name}.yaml"
    file.write_text("\n".join(("extends: thrive", *lines, "")), encoding="utf-8")
    return file


# Figures


def test_every_figure_is_that_of_a_run_and_every_difference_is_from_the_first(profiles: SideBySide):
    runs = {name: headlines(run(resolve(name, [SHORT]))) for name in PROFILES}
    first = {(row.measure, row.financial_year): row.value for row in runs["thrive"]}
    rows = {(row.measure, row.financial_year, name): row.value for name, found in runs.items() for row in found}
    assert {(one.measure, one.financial_year, one.candidate): one.value for one in profiles.figures} == rows
    for one in profiles.figures:
        was = first[one.measure, one.financial_year]
        assert one.value is not None
        assert was is not None
        assert one.difference_from_first == one.value - was


def test_candidates_stand_together_under_each_measure_and_year_the_whole_run_last(profiles: SideBySide):
    keys = [(one.measure, one.financial_year) for one in profiles.figures]
    assert [one.candidate for one in profiles.figures[:4]] == list(PROFILES)
    assert list(dict.fromkeys(keys)) == keys[::4]
    assert [year for measure, year in keys[::4] if measure == "spending"] == ["2012-13", "2013-14", "2014-15", ""]


def test_a_scenario_beside_itself_differs_in_nothing():
    found = compare([candidate("thrive"), candidate("thrive")])
    assert list(found.candidates) == ["thrive", "thrive (2)"]
    assert not any(found.inputs.values())
    assert {one.difference_from_first for one in found.figures} == {0.0}


def test_what_only_one_has_differs_from_nothing():
    found = compare([candidate("do_nothing"), candidate("thrive")])
    balance = [one for one in found.figures if one.measure == "fund_balance"]
    assert {one.value for one in balance if one.candidate == "do_nothing"} == {None}
    assert {one.difference_from_first for one in balance} == {None}
    assert all(one.value is not None for one in balance if one.candidate == "thrive")


def test_the_appraisals_are_compared(profiles: SideBySide):
    last = {(one.measure, one.candidate): one.value for one in profiles.figures[-12:]}
    for name in PROFILES:
        worth = worth_of(run(resolve(name, [SHORT])))
        assert last["net_present_social_value", name] == worth.npsv
        assert last["benefit_cost_ratio", name] == worth.bcr


def test_what_is_worth_nothing_in_its_years_pays_nothing_back():
    found = compare([candidate("thrive"), candidate("do_nothing")])
    paid = [one for one in found.figures if one.measure == "payback"]
    assert [one.value for one in paid] == [3.0, None]
    assert [one.difference_from_first for one in paid] == [0.0, None]


def test_a_run_folder_has_the_very_figures_of_the_run(kept: Path):
    found = json.loads(invoke("compare", kept, mine(kept.parent, "last_year: 2014-15"), "--json").stdout)
    assert {row["difference_from_first"] for row in found["comparison"]} == {0.0}
    assert found["differences"][0]["settings"] == []
    assert found["differences"][0]["tables"] == []
    assert [one["run_folder"] for one in found["candidates"]] == [True, False]
    assert found["candidates"][0]["overrides"] == [SHORT]


def test_two_run_folders_may_be_compared(kept: Path, edited: Path):
    shown = invoke("compare", kept, edited).stdout
    assert "Nothing differs: thrive (kept) and thrive (edited) have the same settings and the same tables." in shown


def test_what_differs_from_a_run_folder_is_placed_in_it(kept: Path, tmp_path: Path):
    found = json.loads(invoke("diff", kept, mine(tmp_path, "last_year: 2014-15", "seed: 5"), "--json").stdout)
    (seed,) = found["settings"]
    assert (seed["key"], seed["first"], seed["second"], seed["second_set_in"]) == ("seed", 20120401, 5, "mine.yaml:3:1")
    assert seed["first_set_in"].startswith("kept/scenario.yaml:")


def test_tables_that_have_changed_since_a_run_are_told(edited: Path):
    manifest = json.loads((edited / "manifest.json").read_text(encoding="utf-8"))
    in_manifest(edited, inputs_sha256={**manifest["inputs_sha256"], "local/rates.csv": "another"})
    found = json.loads(invoke("diff", edited, "thrive", "--json").stdout)
    assert found["tables"] == [{"table": "local/rates.csv", "rows": None}]


# Refusals


def test_another_horizon_is_refused_with_what_to_set(tmp_path: Path):
    file = mine(tmp_path, "last_year: 2014-15")
    assert refused("thrive", file) == [
        f"error: {file}: ends with 2014-15, and thrive with 2017-18 "
        "(add --set last_year=2017-18, which then holds for every scenario compared)"
    ]
    assert invoke("compare", "thrive", file, "--set", "last_year=2017-18").exit_code == 0


def test_another_horizon_than_a_run_folder_is_refused_with_what_to_run(kept: Path, tmp_path: Path):
    assert refused(kept, "thrive") == [
        f"error: thrive: ends with 2017-18, and {kept} with 2014-15 "
        "(run it again with --set last_year=2014-15 --out FOLDER, and name that folder)"
    ]
    assert invoke("run", "thrive", "--set", "last_year=2014-15", "--out", tmp_path / "again").exit_code == 0
    assert invoke("compare", kept, tmp_path / "again").exit_code == 0


def test_another_first_year_is_refused(edited: Path, kept: Path):
    assert refused(kept, in_manifest(edited, first_year="2011-12")) == [
        f"error: {edited}: begins in 2011-12, and {kept} in 2012-13 "
        "(run it again with --set start=2012-04 --out FOLDER, and name that folder)"
    ]


def test_another_price_base_is_refused(edited: Path, kept: Path):
    real = "real, 2012-13 prices by gdp_deflator, discounted by green_book_2003"
    assert refused(kept, in_manifest(edited, price_bases=["nominal", "real, 2015-16 prices"])) == [
        f"error: {edited}: has its pounds on another price base (nominal, real, 2015-16 prices) than {kept} "
        f"(nominal, {real}) (run it again with --set appraisal.price_base=2012-13 "
        "--set appraisal.deflator=gdp_deflator --set appraisal.vintage=green_book_2003 --out FOLDER, "
        "and name that folder)"
    ]


def test_another_model_version_is_refused(edited: Path, kept: Path):
    assert refused(kept, in_manifest(edited, model_version="0.0.9")) == [
        f"error: {edited}: was run by thrive_model 0.0.9, and this is {thrive_model.__version__} "
        "(run it again with --out and this version, or compare it with that one)"
    ]


def test_another_authority_and_another_reading_of_the_pressure_are_refused_at_once(tmp_path: Path):
    file = mine(tmp_path, "authority: Elsewhere", "pressure: {reading: cumulative}")
    assert refused("thrive", file) == [
        f"error: {file}: is about Elsewhere, and thrive about East Sussex (compare scenarios of one authority)",
        f"error: {file}: reads the pressure as cumulative, above 2011-12, and thrive as annual, above 2011-12 "
        "(add --set pressure.reading=annual --set pressure.base_year=2011-12, which then holds for every scenario "
        "compared)",
    ]


def test_a_run_that_cannot_be_read_and_runs_that_are_unlike_are_refused_at_once(tmp_path: Path):
    file = mine(tmp_path, "last_year: 2014-15")
    told = refused("threve", "thrive", file)
    assert [line.split(": ")[1] for line in told] == ["threve", str(file)]


def test_what_can_be_compared_has_no_faults():
    assert list(faults([candidate(name) for name in PROFILES])) == []


def test_scenarios_that_a_run_would_refuse_are_refused_together(tmp_path: Path):
    setting = "interventions: {swift: {carried_by: {supply: nobody, children_per_unit: 3}}}"
    files = [mine(tmp_path, setting, name=name) for name in ("one", "other")]
    told = refused(*files)
    assert [line.partition(".yaml")[0] for line in told] == ["error: one", "error: other"]
    assert all("nobody" in line for line in told)


@pytest.mark.parametrize("name", ["headlines.csv", "scenario.yaml"])
def test_a_run_folder_changed_by_hand_is_refused(name: str, edited: Path):
    with (edited / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    assert refused("thrive", edited) == [
        f"error: {edited}: {name} is not as the run wrote it ({AGAIN}: figures changed by hand are not a run's)"
    ]


def test_a_run_folder_from_which_a_file_was_taken_is_refused(edited: Path):
    (edited / "headlines.csv").unlink()
    assert refused("thrive", edited) == [f"error: {edited}: has no headlines.csv ({AGAIN})"]


def test_a_run_folder_that_says_too_little_is_refused(edited: Path):
    assert refused("thrive", in_manifest(edited, first_year=None, price_bases=None)) == [
        f"error: {edited}: has a manifest.json that does not say first_year, price_bases ({AGAIN})"
    ]


@pytest.mark.parametrize(
    ("manifest", "what"),
    [
        (None, "is a folder without a manifest.json"),
        ("{", "has a manifest.json that cannot be read"),
        ("[]", "is not the folder of a run"),
        ("{}", "is not the folder of a run"),
    ],
)
def test_a_folder_that_is_no_run_is_refused(manifest: str | None, what: str, tmp_path: Path):
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    assert refused("thrive", tmp_path) == [
        f"error: {tmp_path}: {what} (name a folder that `thrive run SCENARIO --out FOLDER` wrote, or a scenario)"
    ]


def test_setting_a_value_of_a_run_that_was_kept_is_refused(kept: Path):
    assert refused("thrive", kept, "--set", "seed=5") == [
        f"error: {kept}: was run before, and --set cannot change it (leave --set out, or name the scenario itself)"
    ]


@pytest.mark.parametrize("words", [["compare"], ["compare", "thrive"], ["diff", "thrive"]])
def test_fewer_than_two_is_misuse(words: list[str]):
    shown = invoke(*words)
    assert shown.exit_code == 2
    assert shown.stdout == ""


# The screen


@pytest.mark.parametrize("names", [PROFILES[:2], PROFILES, (*PROFILES, "do_nothing", "carer_shortage")])
def test_the_screen_fits_the_width_and_names_every_candidate(names: tuple[str, ...]):
    shown = invoke("compare", *names).stdout.splitlines()
    assert max(map(len, shown)) <= WIDTH
    head = next(n for n, line in enumerate(shown) if line.startswith("Spending in all, £m"))
    assert [line.split()[0] for line in shown[head + 1 : head + 1 + len(names)]] == list(names)


def test_the_screen_has_a_figure_and_its_difference_from_the_first_for_each_year(profiles: SideBySide):
    shown = invoke("compare", *PROFILES, "--set", SHORT).stdout.splitlines()
    start = next(n for n, line in enumerate(shown) if line.startswith("Fund at 31 March"))
    assert [line.split() for line in shown[start + 1 : start + 5]] == [
        ["thrive", "5.8", "2.9", "0.0"],
        ["thrive_original_plan", "6.7", "+0.87", "1.1", "-1.80", "0.0", "0"],
        ["thrive_front_loaded", "5.8", "0", "1.4", "-1.45", "0.0", "0"],
        ["thrive_back_loaded", "5.8", "0", "4.3", "+1.45", "0.0", "0"],
    ]


def test_what_differs_in_the_inputs_stands_before_what_it_comes_to():
    shown = invoke("compare", "thrive", "thrive_front_loaded", "--set", SHORT).stdout.splitlines()
    assert shown[2] == "Drafts, which nobody has approved as they are: all."
    assert shown[4] == "What differs in the inputs of thrive_front_loaded from thrive:"
    assert shown[5].startswith("  fund.planned_per_year: 2013-14 2,900,000 -> 4,350,000")
    more = next(line for line in shown if "thrive diff" in line)
    assert "1 more and 15 in words alone: thrive diff thrive thrive_front_loaded --set" in more
    assert shown.index(more) < next(n for n, line in enumerate(shown) if "The whole run" in line)


def test_a_block_that_one_lacks_is_one_line():
    shown = invoke("compare", "do_nothing", "thrive", "--set", SHORT).stdout
    assert "\n  fund: not set -> 6 settings\n" in shown


def test_candidates_of_one_name_are_told_apart(kept: Path, tmp_path: Path):
    file = mine(tmp_path, "last_year: 2014-15", name="thrive")
    shown = invoke("compare", kept, file, "--json").stdout
    labels = [one["candidate"] for one in json.loads(shown)["candidates"]]
    assert labels == ["thrive (kept)", "thrive (thrive.yaml)"]


def test_a_long_run_takes_more_tables_than_one(tmp_path: Path):
    shown = invoke("compare", "thrive", "do_nothing", "--set", "last_year=2019-20").stdout.splitlines()
    assert max(map(len, shown)) <= WIDTH
    heads = [line for line in shown if line.startswith("Looked after children")]
    assert len(heads) > 1
    assert [year for line in heads for year in line.split()[3:]] == [f"{y}-{y % 100 + 1}" for y in range(2012, 2020)]


def test_the_screen_says_where_doing_nothing_differs_too(tmp_path: Path):
    plain = " ".join(invoke("compare", "thrive", "thrive_front_loaded", "--set", SHORT).stdout.split())
    shock = " ".join(invoke("compare", "thrive", "carer_shortage", "--set", SHORT).stdout.split())
    alone = " ".join(invoke("compare", "thrive", "do_nothing", "--set", SHORT).stdout.split())
    assert "Savings are against doing nothing, which costs the same in all." in plain
    assert "Savings are against doing nothing, which costs the same in all." in alone
    assert "each one's own doing nothing, which costs another sum in carer_shortage." in shock


# Tables and data


def rows_of(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def test_the_tables_hold_every_figure_and_every_difference(tmp_path: Path, profiles: SideBySide):
    shown = invoke("compare", *PROFILES, "--set", SHORT, "--out", tmp_path / "out")
    assert shown.exit_code == 0
    assert shown.stderr == f"Written to {tmp_path / 'out'}\n"
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "comparison.csv",
        "differences.csv",
        "manifest.json",
    }
    written = rows_of(tmp_path / "out" / "comparison.csv")
    assert list(written[0]) == [
        "measure",
        "title",
        "unit",
        "price_basis",
        "financial_year",
        "candidate",
        "value",
        "difference_from_first",
        "scenario_name",
        "status",
        "model_version",
        "run_id",
    ]
    assert [float(row["value"]) for row in written] == [one.value for one in profiles.figures]
    assert [float(row["difference_from_first"]) for row in written] == [
        one.difference_from_first for one in profiles.figures
    ]
    differing = rows_of(tmp_path / "out" / "differences.csv")
    assert len(differing) == sum(len(one.settings) + len(one.tables) for one in profiles.inputs.values())
    assert {row["candidate"] for row in differing} == set(PROFILES[1:])


def test_the_same_comparison_is_written_to_the_same_bytes(tmp_path: Path):
    for name in ("one", "other"):
        invoke("compare", *PROFILES[:2], "--set", SHORT, "--out", tmp_path / name)
    for file in (tmp_path / "one").iterdir():
        assert file.read_bytes() == (tmp_path / "other" / file.name).read_bytes()


def test_an_existing_folder_is_refused_and_replaced_by_force(tmp_path: Path):
    words = ("compare", *PROFILES[:2], "--set", SHORT, "--out", tmp_path / "out")
    assert invoke(*words).exit_code == 0
    again = invoke(*words)
    assert again.exit_code == 1
    assert again.stderr == (
        f"error: {tmp_path / 'out'}: exists already (name another folder, or add --force to replace it)\n"
    )
    assert invoke(*words, "--force").exit_code == 0
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_comparison_is_no_run_to_compare(tmp_path: Path):
    invoke("compare", *PROFILES[:2], "--set", SHORT, "--out", tmp_path / "out")
    assert refused("thrive", tmp_path / "out")[0].startswith(f"error: {tmp_path / 'out'}: is not the folder of a run")


def test_the_json_object_has_these_keys_and_every_figure(profiles: SideBySide):
    found = json.loads(invoke("compare", *PROFILES, "--set", SHORT, "--json").stdout)
    assert list(found) == [
        "model_version",
        "first_year",
        "last_year",
        "price_bases",
        "candidates",
        "differences",
        "comparison",
    ]
    assert [row["value"] for row in found["comparison"]] == [one.value for one in profiles.figures]
    assert [one["candidate"] for one in found["differences"]] == list(PROFILES[1:])
    assert found["candidates"][0] == {
        "candidate": "thrive",
        "scenario": "thrive",
        "status": "draft",
        "run_id": run_id(resolve("thrive", [SHORT])),
        "run_folder": False,
        "overrides": [SHORT],
    }
