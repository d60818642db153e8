from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import fields, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from copies import Copy
from hypothesis import given
from hypothesis import strategies as st
from projects import invoke

import thrive_model
from thrive_model.differences import DEFAULT, Differences, SettingDifference, Stated, differences, stated
from thrive_model.errors import InputError
from thrive_model.scenario import Resolved, resolve

SWIFT = "interventions.swift"
FIGURES = {
    "demand.growth_per_year": st.floats(-0.5, 1.0),
    "fund.amount": st.floats(4e6, 1e8),
    f"{SWIFT}.reached": st.floats(0.0, 1.0),
    f"{SWIFT}.deadweight": st.floats(0.0, 1.0),
}
SWITCHES = {
    "returns_from_overflow": st.booleans(),
    "seed": st.integers(0, 10**9),
    f"{SWIFT}.enabled": st.booleans(),
    f"{SWIFT}.ramp_months": st.integers(0, 24),
    "fund.order": st.permutations(["new_activity", "change", "demand_support"]),
}


def between(first: str, second: str, *settings: str) -> Differences:
    """What differs from one scenario to another that has settings of its own."""
    return differences(stated(resolve(first)), stated(resolve(second, settings)))


def told(found: Differences) -> list[tuple[object, ...]]:
    """Key, years and both values of each setting that is more than words."""
    return [(one.key, one.from_year, one.to_year, one.first, one.second) for one in found.settings if not one.words]


def project(folder: Path) -> Copy:
    folder.mkdir()
    return Copy(folder)


def of(copy: Copy, name: str = "thrive.yaml") -> Stated:
    return stated(resolve(str(copy.folder / "scenarios" / name)))


def scenario(folder: Path, *lines: str) -> str:
    """A scenario that extends the shipped programme."""
    folder.mkdir(exist_ok=True)
    file = folder / "mine.yaml"
    file.write_text("\n".join(("extends: thrive", *lines, "")), encoding="utf-8")
    return str(file)


# Settings


@pytest.mark.parametrize("name", ["thrive", "do_nothing", "thrive_front_loaded", "carer_shortage"])
def test_nothing_differs_between_a_scenario_and_itself(name: str):
    assert between(name, name) == Differences((), ())
    assert not between(name, name)


def test_a_setting_that_is_set_again_to_what_it_was_does_not_differ(tmp_path: Path):
    assert not between("thrive", scenario(tmp_path, "last_year: 2017-18"))


def test_a_default_written_out_does_not_differ(tmp_path: Path):
    assert not between("thrive", scenario(tmp_path, "returns_from_overflow: true"))


def test_a_setting_is_told_with_both_values_and_the_default_as_such():
    (found,) = between("thrive", "thrive", "returns_from_overflow=false").settings
    assert found == SettingDifference("returns_from_overflow", "", "", True, DEFAULT, False, "--set", words=False)


def test_a_setting_of_a_file_is_told_with_its_line(tmp_path: Path):
    (found,) = between("thrive", scenario(tmp_path, "", "seed: 5")).settings
    assert (found.first, found.first_set_in) == (20120401, f"do_nothing.yaml:{_line('do_nothing', 'seed:')}:1")
    assert (found.second, found.second_set_in) == (5, "mine.yaml:3:1")


def _line(name: str, beginning: str) -> int:
    lines = resolve(name).files[0].read_text(encoding="utf-8").splitlines()
    return next(n for n, line in enumerate(lines, start=1) if line.startswith(beginning))


def test_a_series_is_told_by_spans_of_years_in_which_both_stand_still():
    """The growth is 0.2245 until 2014-15 and 0 after."""
    found = between("thrive", "thrive", "demand.growth_per_year={by_year: {2011-12: 0.2245, 2013-14: 0.1}}")
    assert told(found) == [
        ("demand.growth_per_year", "2013-14", "2014-15", 0.2245, 0.1),
        ("demand.growth_per_year", "2015-16", "", 0.0, 0.1),
        ("demand.growth_per_year.distribution", "", "", "normal, standard deviation 0.06", None),
    ]


def test_a_figure_of_all_years_stands_against_each_year_of_a_series():
    found = between("thrive", "thrive", "demand.growth_per_year=0.2245")
    assert told(found)[0] == ("demand.growth_per_year", "2015-16", "", 0.0, 0.2245)


def test_a_series_that_begins_after_the_run_is_0_before_it():
    found = between("thrive", "thrive", f"{SWIFT}.reached={{by_year: {{2014-15: 0.12}}}}")
    assert told(found)[0] == (f"{SWIFT}.reached", "2012-13", "2013-14", 0.12, 0.0)


def test_how_sure_a_figure_is_differs_to_the_last_digit(tmp_path: Path):
    lines = ("  reached:", "    value: 0.12", "    source: assumption", "    why: As before and no surer than that")
    first, second = (
        scenario(
            tmp_path / name,
            "interventions:",
            " swift:",
            *lines,
            f"    distribution: {{kind: lognormal, spread: {spread}}}",
        )
        for name, spread in (("one", "0.3"), ("other", "0.30000000000000004"))
    )
    found = differences(stated(resolve(first)), stated(resolve(second)))
    assert told(found) == [
        (f"{SWIFT}.reached.distribution", "", "", "lognormal, spread 0.3", "lognormal, spread 0.30000000000000004")
    ]


def test_a_series_is_placed_where_each_of_its_years_was_written():
    found = [one for one in between("thrive", "thrive_front_loaded").settings if one.key == "fund.planned_per_year"]
    lines = resolve("thrive_front_loaded").files[0].read_text(encoding="utf-8").splitlines()
    for one in found:
        file, line, _ = one.second_set_in.split(":")
        assert file == "thrive_front_loaded.yaml"
        assert lines[int(line) - 1].strip().startswith(one.from_year)
    assert [(one.from_year, one.first, one.second) for one in found] == [
        ("2013-14", 2_900_000, 4_350_000),
        ("2014-15", 2_900_000, 1_450_000),
    ]


def test_a_reason_that_differs_is_told_after_all_that_changes_a_figure():
    found = between("thrive", "thrive_front_loaded").settings
    words = [one.words for one in found]
    assert words == sorted(words)
    assert [one.key for one in found if one.key.startswith("fund.")] == ["fund.planned_per_year"] * 2 + [
        "fund.planned_per_year.why"
    ]


def test_a_block_that_one_lacks_is_told_by_what_the_other_wrote_of_it(tmp_path: Path):
    file = scenario(
        tmp_path,
        "interventions:",
        "  more: {title: More, use: change, start: 2013-04, cost_per_year: 5000}",
    )
    found = between("thrive", file)
    assert told(found) == [
        ("interventions.more.start", "", "", None, "2013-04"),
        ("interventions.more.use", "", "", None, "change"),
        ("interventions.more.cost_per_year", "", "", None, 5000.0),
    ]
    assert {(one.first_set_in, one.second_set_in) for one in found.settings} == {
        ("", place) for place in _places(found)
    }
    assert all(place.startswith("mine.yaml:3:") for place in _places(found))


def _places(found: Differences) -> set[str]:
    return {one.second_set_in for one in found.settings}


def test_the_other_way_round_the_sides_change_places():
    there, back = between("thrive", "thrive_original_plan"), between("thrive_original_plan", "thrive")
    turned = [(one.key, one.from_year, one.to_year, one.second, one.first) for one in back.settings]
    assert [(one.key, one.from_year, one.to_year, one.first, one.second) for one in there.settings] == turned


@given(
    figures=st.fixed_dictionaries({}, optional=FIGURES),
    switches=st.fixed_dictionaries({}, optional=SWITCHES),
)
def test_exactly_the_settings_that_were_changed_differ(figures: dict[str, float], switches: dict[str, object]):
    chosen = {**figures, **switches}
    before = _shipped()
    after = resolve("thrive", [f"{key}={json.dumps(value)}" for key, value in chosen.items()])
    hashes: dict[str, str] = {}
    found = differences(Stated(before, hashes), Stated(after, hashes))
    changed = {key for key, value in chosen.items() if _was(key) != _all_years(value)}
    surer = {f"{key}.distribution" for key in figures}  # a figure that is set alone is sure
    assert {one.key for one in found.settings if not one.words} - surer == changed
    assert {one.key.rpartition(".")[0] for one in found.settings if one.words} <= set(figures)
    for one in found.settings:
        if not one.words and one.key not in surer:
            assert one.second == chosen[one.key]
            assert one.second_set_in == "--set"


@cache
def _shipped() -> Resolved:
    return resolve("thrive")


def _was(key: str) -> object:
    """What the shipped programme has, every figure of a series of it."""
    node: Any = _shipped().scenario
    for step in key.split("."):
        node = node[step] if isinstance(node, dict) else getattr(node, step)
    if isinstance(node, tuple):
        return list(node)
    return set(getattr(node, "figures", [node]))


def _all_years(value: object) -> object:
    return value if isinstance(value, list) else {value}


# Tables


def test_a_cell_that_differs_is_told_with_its_row_and_both_places(tmp_path: Path):
    one, other = project(tmp_path / "one"), project(tmp_path / "other")
    other.change_line("population", 5, lambda line: line.replace(line.split(",")[2], "4321"))
    (table,) = differences(of(one), of(other)).tables
    assert table.table == "local/population.csv"
    assert table.rows is not None
    (row,) = table.rows
    assert row.second == {"persons": 4321.0}
    assert set(row.first or {}) == {"persons"}
    assert row.first_set_in == row.second_set_in == "population.csv:5"


def test_rows_that_only_one_has_are_told_whole(tmp_path: Path):
    one, other = project(tmp_path / "one"), project(tmp_path / "other")
    row = "section_20_2012,Some title,Somebody,2012,None,Nowhere"
    other.add("sources", row)
    (table,) = differences(of(one), of(other)).tables
    (found,) = table.rows or ()
    assert found.key == "section_20_2012"
    assert found.first is None
    assert found.first_set_in == ""
    assert list((found.second or {}).values()) == row.split(",")


def test_a_table_that_is_only_written_otherwise_is_told_as_such(tmp_path: Path):
    one, other = project(tmp_path / "one"), project(tmp_path / "other")
    file = other.table("rates")
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    (table,) = differences(of(one), of(other)).tables
    assert (table.table, table.rows) == ("local/rates.csv", ())


def test_a_table_of_which_only_the_hash_is_kept_differs_without_rows():
    first = stated(resolve("thrive"))
    (table,) = differences(first, Stated(_without_folders(first), {**first.hashes, "rates": "other"})).tables
    assert (table.table, table.rows) == ("local/rates.csv", None)


def _without_folders(one: Stated) -> Resolved:
    return replace(one.resolved, folders={})


def test_a_table_that_is_no_table_is_refused_where_it_differs(tmp_path: Path):
    one, other = project(tmp_path / "one"), project(tmp_path / "other")
    other.change_line("population", 5, lambda line: line.replace(line.split(",")[2], "many"))
    with pytest.raises(InputError, match=r"population.csv:5 persons: must be a number, not 'many'"):
        differences(of(one), of(other))


def test_a_table_that_is_not_there_is_refused(tmp_path: Path):
    copy = project(tmp_path / "one")
    copy.table("rates").unlink()
    with pytest.raises(InputError) as refused:
        of(copy)
    assert str(refused.value) == (
        "error: rates.csv: cannot be read: No such file or directory (it should be in east_sussex/)"
    )


# The command


def lines(*words: str | Path) -> Sequence[str]:
    shown = invoke("diff", *words)
    assert shown.exit_code == 0, shown.stderr
    return [line for line in shown.stdout.splitlines() if line]


def test_the_command_says_plainly_when_nothing_differs():
    assert lines("thrive", "thrive")[3:] == [
        "Nothing differs: thrive and thrive have the same settings and the same tables."
    ]


def test_the_command_shows_only_what_differs_with_both_places(tmp_path: Path):
    mine = scenario(tmp_path, "seed: 5", "demand: {growth_per_year: 0.2245}")
    assert lines("thrive", mine)[:10] == [
        f"What differs in the inputs   thrive_model {thrive_model.__version__}",
        "- thrive",
        f"+ {mine}",
        "Settings",
        "seed",
        f"  - 20120401 (do_nothing.yaml:{_line('do_nothing', 'seed:')}:1)",
        "  + 5 (mine.yaml:2:1)",
        "demand.growth_per_year, 2015-16 on",
        f"  - 0 (do_nothing.yaml:{_line('do_nothing', '      2015-16:')}:7)",
        "  + 0.2245 (mine.yaml:3:10)",
    ]


def test_the_command_shows_the_first_rows_of_a_table_and_how_many_differ(tmp_path: Path):
    one, other = project(tmp_path / "one"), project(tmp_path / "other")
    for line in range(3, 11):
        other.change_line("population", line, lambda row: row.replace(row.split(",")[2], "4321"))
    shown = lines(*(copy.folder / "scenarios" / "thrive.yaml" for copy in (one, other)))
    assert "local/population.csv: 8 rows differ" in shown
    assert "    + persons 4,321 (population.csv:3)" in shown
    assert shown[-1] == "  3 more: --json lists them all"


def test_what_is_set_holds_for_both_sides_of_the_command():
    assert "Nothing differs" in lines("thrive", "thrive", "--set", "seed=5")[3]


def test_the_command_has_one_json_object():
    found = json.loads(invoke("diff", "thrive", "thrive_original_plan", "--json").stdout)
    of_each = [f"{side}{about}" for side in ("first", "second") for about in ("", "_status", "_run_id")]
    assert list(found) == [*of_each, "model_version", "settings", "tables"]
    assert (found["first"], found["second"], found["tables"]) == ("thrive", "thrive_original_plan", [])
    assert list(found["settings"][0]) == [field.name for field in fields(SettingDifference)]
    assert found["settings"][1]["first"] is True
    assert found["settings"][1]["second"] is False


def test_the_command_refuses_both_scenarios_at_once():
    shown = invoke("diff", "threve", "do_nothink")
    assert shown.exit_code == 1
    assert shown.stderr.splitlines() == [
        "error: threve: there is no such scenario (did you mean 'thrive'?)",
        "error: do_nothink: there is no such scenario (did you mean 'do_nothing'?)",
    ]


def test_a_column_that_may_be_left_out_differs_where_one_has_it(tmp_path: Path):
    one, other = project(tmp_path / "one"), project(tmp_path / "other")
    head, first, *rows = other.table("sources").read_text(encoding="utf-8").splitlines()
    dated = [f"{head},sunset", f"{first},2030-03-31", *(f"{row}," for row in rows)]
    other.table("sources").write_text("\n".join(dated) + "\n", encoding="utf-8")
    (table,) = differences(of(one), of(other)).tables
    (found,) = table.rows or ()
    assert (found.first, found.second) == ({}, {"sunset": "2030-03-31"})
