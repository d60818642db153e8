"""Which file, which line and which `--set` decide a setting, and what a path may lead to."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from copies import Copy, accepted, block, refused

from thrive_model.periods import FinancialYear
from thrive_model.scenario import resolve, shipped_root, shipped_scenarios

OUT = "leads out of the project's folder (keep scenarios and tables inside it, without links that leave)"
WHOEVER = pytest.mark.skipif(os.geteuid() == 0, reason="whoever runs this may read everything")


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


# Precedence


def test_a_setting_overrides_the_scenario_which_overrides_what_it_extends(copy: Copy):
    copy.write(block("extends: do_nothing.yaml", "seed: 1", "title: Below", "asks: Below?"), "below.yaml")
    file = copy.write(block("extends: below.yaml", "seed: 2", "title: Above"), "above.yaml")
    resolved = resolve(str(file), ["seed=3"])
    assert (resolved.scenario.seed, resolved.scenario.title, resolved.scenario.asks) == (3, "Above", "Below?")
    assert resolved.place("seed") == "--set seed"
    assert resolved.place("title") == "above.yaml:3:1 title"
    assert resolved.place("asks") == "below.yaml:4:1 asks"
    measured = copy_line(copy, "  measured_from:")
    assert resolved.place("demand", "measured_from") == f"do_nothing.yaml:{measured}:3 demand.measured_from"
    assert [path.name for path in resolved.files] == ["above.yaml", "below.yaml", "do_nothing.yaml"]
    assert resolved.name == "above"
    assert resolved.overrides == ("seed=3",)


def test_what_nobody_wrote_stands_at_the_nearest_block_that_somebody_did():
    resolved = resolve("thrive")
    assert resolved.place("interventions", "swift", "engaged").endswith(" interventions.swift.engaged")
    line = resolved.place("interventions", "swift").partition(" ")[0]
    assert resolved.place("interventions", "swift", "engaged").startswith(f"{line} ")
    assert resolve("do_nothing").place("fund").partition(" ")[0].startswith("do_nothing.yaml:")


def test_blocks_merge_key_by_key(copy: Copy):
    file = copy.write(block("extends: thrive.yaml", "interventions: {swift: {ramp_months: 3}}"))
    changed, shipped = (resolve(name).scenario.interventions["swift"] for name in (str(file), "thrive"))
    assert changed == shipped.model_copy(update={"ramp_months": 3})


def test_a_value_is_replaced_whole_so_that_no_figure_keeps_the_source_of_another(copy: Copy):
    file = copy.write(block("extends: thrive.yaml", "fund: {amount: {value: 5e6}}"))
    shipped, amount = (resolve(name).scenario.fund.amount for name in ("thrive", str(file)))
    assert (shipped.source, shipped.grade) == ("seed", "high")
    assert (amount.value, amount.source, amount.grade, amount.why) == (5e6, "assumption", "low", "")


def test_a_series_is_replaced_whole(copy: Copy):
    file = copy.write(block("extends: thrive.yaml", "demand: {growth_per_year: {by_year: {2010-11: 0.1}}}"))
    assert resolve(str(file)).scenario.demand.growth_per_year.by_year == {FinancialYear(2010): 0.1}


def test_a_list_is_replaced_whole(copy: Copy):
    file = copy.write(block("extends: thrive.yaml", "interventions: {swift: {effects: []}}"))
    assert resolve(str(file)).scenario.interventions["swift"].effects == ()


@pytest.mark.parametrize("name", ["value", "by_year"])
def test_an_intervention_may_be_called_as_a_part_of_a_value_is(copy: Copy, name: str):
    one = "{title: A, use: change, cost_per_year: 1, start: 2012-04}"
    file = copy.write(block("extends: thrive.yaml", f"interventions: {{{name}: {one}}}"))
    assert list(resolve(str(file)).scenario.interventions) == [*resolve("thrive").scenario.interventions, name]
    assert resolve(str(file), [f"interventions.{name}.enabled=false"]).scenario.active.keys() == (
        resolve("thrive").scenario.active.keys()
    )


def test_a_fund_may_be_taken_away(copy: Copy):
    file = copy.write(block("extends: thrive.yaml", "fund: null"))
    assert resolve(str(file)).scenario.fund is None
    assert resolve("thrive", ["fund=null"]).scenario.fund is None
    accepted("thrive", "fund=null")


def test_every_shipped_scenario_is_accepted_by_name_and_by_file():
    for name, path in shipped_scenarios().items():
        assert resolve(name).content == resolve(str(path)).content
        accepted(name)


def test_every_choice_of_a_scenario_is_listed_once_with_its_place():
    resolved = resolve("thrive", ["interventions.swift.reached=0.2", "fund.planned_per_year={value: 3, source: seed}"])
    listed = dict(resolved.values())
    assert len(listed) == len(list(resolved.values()))
    assert resolved.place(*("interventions", "swift", "reached")) == "--set interventions.swift.reached"
    assert listed["interventions", "swift", "reached"].source == "assumption"
    assert listed["fund", "planned_per_year"].source == "seed"
    assert ("interventions", "swift", "engaged") not in listed


def test_choices_inside_a_block_that_was_set_are_listed_too():
    one = "{title: A, use: change, cost_per_year: {value: 1, source: seed}, start: 2012-04, reached: 0.5}"
    resolved = resolve("thrive", [f"interventions.more={one}"])
    listed = {path[2]: (value.source, resolved.place(*path)) for path, value in resolved.values() if "more" in path}
    assert listed == {
        "cost_per_year": ("seed", "--set interventions.more.cost_per_year"),
        "reached": ("assumption", "--set interventions.more.reached"),
    }


# --set

SETTINGS = {
    "a key without a value": ("demand", "demand: must be key=value (such as --set demand.growth_per_year=0.05)"),
    "a value without a key": ("=5", "=5: must be key=value (such as --set demand.growth_per_year=0.05)"),
    "nothing": ("", ": must be key=value (such as --set demand.growth_per_year=0.05)"),
    "a key with a hole in it": (
        "demand..x=3",
        "demand..x=3: must be key=value (such as --set demand.growth_per_year=0.05)",
    ),
    "an unknown setting": ("sead=3", "sead: is not a setting (did you mean 'seed'?)"),
    "an unknown setting in a block": (
        "interventions.swift.engagd=1",
        "interventions.swift.engagd: is not a setting (did you mean 'engaged'?)",
    ),
    "an unknown block": (
        "demnd.growth_per_year=0",
        "demnd.growth_per_year: there is no 'demnd' in this scenario (did you mean 'demand'?)",
    ),
    "an unknown intervention": (
        "interventions.swfit.reached=0.5",
        "interventions.swfit.reached: there is no 'interventions.swfit' in this scenario (did you mean 'swift'?)",
    ),
    "a setting under a plain one": ("title.x=3", "title.x: there are no settings in 'title'"),
    "a figure out of bounds": (
        "demand.growth_per_year=5",
        "demand.growth_per_year: must be between -0.5 and 1",
    ),
    "a word for a figure": (
        "demand.growth_per_year=lots",
        "demand.growth_per_year: must be a number, or a block with 'value' or 'by_year', not 'lots'",
    ),
    "nothing for a figure": (
        "demand.growth_per_year=",
        "demand.growth_per_year: must be a number, or a block with 'value' or 'by_year'",
    ),
    "no for false": (
        "interventions.swift.enabled=no",
        "interventions.swift.enabled: must be true or false, not 'no'",
    ),
    "a superscript for a number": ("seed=²", "seed: must be a whole number, not '²'"),
    "an item of a list": (
        "fund.order.0=change",
        "fund.order.0: cannot change a part of a list (set the whole of fund.order)",
    ),
    "a setting inside a list": (
        "interventions.swift.effects.0.relative_hazard=0.5",
        "interventions.swift.effects.0.relative_hazard: cannot change a part of a list "
        "(set the whole of interventions.swift.effects)",
    ),
    "the figure inside a value": (
        "interventions.swift.reached.value=0.2",
        "interventions.swift.reached.value: is a part of a value, which is set whole "
        "(such as --set interventions.swift.reached=0.5, "
        "or --set 'interventions.swift.reached={value: 0.5, source: ...}')",
    ),
    "the source of a value": (
        "fund.amount.source=seed",
        "fund.amount.source: is a part of a value, which is set whole "
        "(such as --set fund.amount=0.5, or --set 'fund.amount={value: 0.5, source: ...}')",
    ),
    "a second setting on a second line": (
        "demand.growth_per_year=0.05\nseed: 3",
        "demand.growth_per_year: must be one value on one line (give each setting its own --set)",
    ),
    "a second document": (
        "seed=3\n---\n4",
        "seed: must be one value on one line (give each setting its own --set)",
    ),
    "a second line by another sign": (
        "title=a\x85seed: 3",
        "title: must be one value on one line (give each setting its own --set)",
    ),
    "a key in a value": (
        "title=a: b",
        "title: a ':' cannot stand here (put text that holds ': ' in quotes, and line up the keys of a block)",
    ),
    "a bracket not closed": (
        "fund.order=[change",
        "fund.order: a bracket is opened here and not closed, or a comma in it is missing (close it)",
    ),
    "a tag": ("title=!!python/object x", "title: uses the tag '!!python/object' (write plain values)"),
    "an anchor": ("title=&a b", "title: uses the anchor '&a' (write each value out where it is used)"),
    "a key given twice in a block": (
        "fund={amount: 1, amount: 2}",
        "fund: stands here a second time, after line 1 (keep one)",
    ),
    "what it extends": (
        "extends=thrive",
        "extends: cannot be set (name the other scenario, or write one that extends it)",
    ),
    "a block with a fault in it": (
        "pressure={base_year: 2011-12, year: 2014-15, target: -1}",
        "pressure.target: must be 0 or more",
    ),
    "a block that lacks something": (
        "pressure={base_year: 2011-12, year: 2014-15}",
        "pressure.target: is missing",
    ),
    "half a character": ("title=\udcff", "title: holds a character that is not plain text (U+DCFF) (remove it)"),
}


@pytest.mark.parametrize(("setting", "line"), SETTINGS.values(), ids=SETTINGS)
def test_one_cannot_set(setting: str, line: str):
    assert refused("thrive", setting) == [f"error: --set {line}"]


def test_a_fund_that_the_scenario_does_not_have_is_given_whole():
    assert refused("do_nothing", "fund.amount=1") == [
        "error: --set fund.amount: there is no 'fund' in this scenario (give the whole of it)"
    ]
    terms = "first_year: 2012-13, last_year: 2014-15, order: [new_activity, change, demand_support]"
    accepted("do_nothing", f"fund={{amount: 9.7e6, planned_per_year: 3e6, {terms}}}")


def test_every_setting_that_cannot_be_is_told_at_once():
    assert refused("thrive", "seed=-1", "x", "sead=2", "title=") == [
        "error: --set x: must be key=value (such as --set demand.growth_per_year=0.05)",
        "error: --set title: must be text",
        "error: --set seed: must be 0 or more",
        "error: --set sead: is not a setting (did you mean 'seed'?)",
    ]


def test_a_key_that_is_set_twice_is_refused():
    assert refused("thrive", "seed=1", " seed = 2") == ["error: --set seed: is given twice (keep one)"]


def test_a_figure_that_is_set_has_no_source_but_its_own():
    set_bare = resolve("thrive", ["fund.amount=5e6"]).scenario.fund.amount
    assert (set_bare.value, set_bare.source, set_bare.why) == (5e6, "assumption", "")
    set_whole = resolve("thrive", ["fund.amount={value: 5e6, source: seed, why: Said so}"]).scenario.fund.amount
    assert (set_whole.value, set_whole.source, set_whole.why) == (5e6, "seed", "Said so")


def test_an_intervention_can_be_switched_off():
    assert "swift" not in resolve("thrive", ["interventions.swift.enabled=false"]).scenario.active
    accepted("thrive", "interventions.swift.enabled=false")


def test_a_list_and_a_block_can_be_set_whole():
    resolved = resolve("thrive", ["fund.order=[change, demand_support, new_activity]"])
    assert resolved.scenario.fund.order == ("change", "demand_support", "new_activity")


# Which file


def test_a_scenario_that_is_not_there_is_refused_with_the_nearest_one(copy: Copy):
    scenarios = copy.folder / "scenarios"
    assert refused("thrve") == ["error: thrve: there is no such scenario (did you mean 'thrive'?)"]
    assert refused(scenarios / "thrve.yaml") == [
        f"error: {scenarios}/thrve.yaml: there is no such scenario (did you mean 'thrive.yaml'?)"
    ]
    assert refused(copy.folder / "none.yaml")[0].startswith(
        f"error: {copy.folder}/none.yaml: there is no such scenario (known: "
    )


@pytest.mark.parametrize(
    "name", ["", "x\0y", "x" * 5000, "/dev/null/x", "no\nsuch", "x\0y/z.yaml", "x" * 5000 + "/z.yaml"]
)
def test_a_name_that_cannot_be_a_file_is_not_there(name: str):
    (line,) = refused(name)
    assert ": there is no such scenario (known: " in line
    assert line.isprintable()


def test_a_folder_and_what_is_no_file_are_refused(copy: Copy):
    folder = copy.folder / "scenarios"
    assert refused(folder) == [f"error: {folder}: is a folder (name a scenario file in it)"]
    assert refused("/dev/null") == ["error: /dev/null: is not a file"]


@WHOEVER
def test_a_scenario_that_may_not_be_read_is_refused(copy: Copy):
    copy.write("title: x").chmod(0)
    assert copy.refused("bad.yaml") == ["error: bad.yaml: cannot be read: Permission denied"]


@WHOEVER
def test_a_table_that_may_not_be_read_is_refused(copy: Copy):
    copy.table("rates").chmod(0)
    assert copy.refused() == ["error: rates.csv: cannot be read: Permission denied"]


@WHOEVER
def test_a_folder_that_may_not_be_entered_is_refused(copy: Copy):
    closed = copy.table("rates").parent
    names = sorted(path.name for path in closed.glob("*.csv"))
    closed.chmod(0)
    try:
        assert sorted(copy.refused()) == [f"error: {name}: cannot be read: Permission denied" for name in names]
    finally:
        closed.chmod(0o700)


def test_a_table_that_is_a_link_to_nothing_is_missing(copy: Copy):
    rates = copy.table("rates")
    rates.unlink()
    rates.symlink_to("nowhere.csv")
    assert copy.refused() == ["error: rates.csv: there is no such file (it should be in east_sussex/)"]


def test_a_table_that_is_no_file_is_refused_and_not_waited_for(copy: Copy):
    rates = copy.table("rates")
    rates.unlink()
    os.mkfifo(rates)
    assert copy.refused() == ["error: rates.csv: is not a file"]


BYTES = {
    "text that is not UTF-8": (
        b"extends: thrive\ntitle: caf\xe9\n",
        "bad.yaml:2: is not UTF-8 text (save it as UTF-8)",
    ),
    "UTF-16": ("seed: 3".encode("utf-16"), "bad.yaml:1: is not UTF-8 text (save it as UTF-8)"),
    "ten megabytes": (
        b"# x\n" * 2_500_000,
        "bad.yaml: is larger than 1 MB (a scenario holds choices; tables hold data)",
    ),
    "nothing": (b"", "bad.yaml: is empty"),
    "a byte order mark": (
        b"\xef\xbb\xbfextends: thrive\nsead: 3\n",
        "bad.yaml:2:1 sead: is not a setting (did you mean 'seed'?)",
    ),
    "Windows line ends": (
        b"extends: thrive\r\n\r\nsead: 3\r\n",
        "bad.yaml:3:1 sead: is not a setting (did you mean 'seed'?)",
    ),
    "old line ends": (
        b"extends: thrive\r\rsead: 3\r",
        "bad.yaml:3:1 sead: is not a setting (did you mean 'seed'?)",
    ),
}


@pytest.mark.parametrize(("content", "line"), BYTES.values(), ids=BYTES)
def test_a_file_is_read_as_utf_8_whoever_wrote_it(copy: Copy, content: bytes, line: str):
    copy.write(content)
    assert copy.refused("bad.yaml") == [f"error: {line}"]


# extends

EXTENDS = {
    "a file that is not there": (
        "do_nothng.yaml",
        "there is no scenario 'do_nothng.yaml' (did you mean 'do_nothing.yaml'?)",
    ),
    "a name that is not shipped": ("do_nothng", "there is no scenario 'do_nothng' (did you mean 'do_nothing'?)"),
    "itself": ("bad.yaml", "leads back to bad.yaml (break the circle)"),
    "a path out of the project": ("../../etc/x.yaml", f"'../../etc/x.yaml' {OUT}"),
    "an absolute path": ("/etc/hostname", f"'/etc/hostname' {OUT}"),
    "a list": ("[thrive]", "must be the name of a scenario or a path to one"),
    "nothing": ("", "must be the name of a scenario or a path to one"),
    "a number": ("5", "must be the name of a scenario or a path to one"),
}


@pytest.mark.parametrize(("written", "line"), EXTENDS.values(), ids=EXTENDS)
def test_a_scenario_cannot_extend(copy: Copy, written: str, line: str):
    copy.write(f"title: x\nextends: {written}\n")
    assert copy.refused("bad.yaml") == [f"error: bad.yaml:2:1 extends: {line}"]


@pytest.mark.parametrize("written", [".", "''", "x" * 5000, "x/" * 3000 + "y", "thrive.yaml/x"])
def test_a_path_that_cannot_be_a_file_is_not_extended(copy: Copy, written: str):
    copy.write(f"extends: {written}\n")
    (line,) = copy.refused("bad.yaml")
    assert line.startswith("error: bad.yaml:1:1 extends: there is no scenario '")


def test_a_circle_of_two_is_refused_where_it_closes(copy: Copy):
    copy.write("extends: b.yaml\n", "a.yaml")
    copy.write("title: x\nextends: a.yaml\n", "b.yaml")
    assert copy.refused("a.yaml") == ["error: b.yaml:2:1 extends: leads back to a.yaml (break the circle)"]


def test_a_chain_of_ten_files_is_read_and_one_of_eleven_refused(copy: Copy):
    for n in range(9):
        copy.write(f"extends: {f'chain_{n + 1}' if n < 8 else 'do_nothing'}.yaml\n", f"chain_{n}.yaml")
    accepted(copy.folder / "scenarios" / "chain_0.yaml")
    copy.write("extends: chain_0.yaml\n")
    assert copy.refused("bad.yaml") == [
        "error: chain_8.yaml:1:1 extends: makes a chain of more than 10 files (extend a scenario nearer the end)"
    ]


def test_a_link_that_leaves_the_project_is_not_extended(copy: Copy):
    (copy.folder / "scenarios" / "link.yaml").symlink_to("/etc/hostname")
    copy.write("extends: link.yaml\n")
    assert copy.refused("bad.yaml") == [f"error: bad.yaml:1:1 extends: 'link.yaml' {OUT}"]


def test_a_link_to_itself_is_not_extended(copy: Copy):
    loop = copy.folder / "scenarios" / "loop.yaml"
    loop.symlink_to("loop.yaml")
    copy.write("extends: loop.yaml\n")
    (line,) = copy.refused("bad.yaml")
    assert line.startswith("error: bad.yaml:1:1 extends: ")
    assert refused(loop)[0].startswith(f"error: {loop}: there is no such scenario")


def test_a_link_within_the_project_is_extended(copy: Copy):
    (copy.folder / "scenarios" / "link.yaml").symlink_to("thrive.yaml")
    file = copy.write("extends: link.yaml\n")
    assert resolve(str(file)).scenario == resolve("thrive").scenario


def test_a_scenario_anywhere_may_extend_a_shipped_one_by_name(tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("extends: thrive\n", encoding="utf-8")
    resolved = resolve(str(tmp_path / "mine.yaml"))
    assert resolved.scenario == resolve("thrive").scenario
    assert all(folder.resolve().is_relative_to(shipped_root()) for folder in resolved.folders.values())


# tables

LOCAL = "data/local/east_sussex"
FOLDERS = {
    "a folder out of the project": ("local: ../../..", f"tables.local: '../../..' {OUT}"),
    "an absolute path": ("local: /etc", f"tables.local: '/etc' {OUT}"),
    "a folder that is not there": (
        "local: ../data/local/west",
        "tables.local: there is no folder '../data/local/west' (a path is relative to the file that writes it)",
    ),
    "a file for a folder": (
        "local: ../data/sources.csv",
        "tables.local: '../data/sources.csv' is a file, and must be a folder",
    ),
    "a folder for a file": ("sources: ../data", "tables.sources: '../data' is a folder, and must be a file"),
    "a number": ("local: 3", "tables.local: must be text, not 3"),
    "a misspelt key": ("locl: ../data", "tables.locl: is not a setting (did you mean 'local'?)"),
}


@pytest.mark.parametrize(("written", "line"), FOLDERS.values(), ids=FOLDERS)
def test_tables_cannot_be(copy: Copy, written: str, line: str):
    copy.write(block("extends: thrive.yaml", "tables:", f"  {written}"))
    assert copy.refused("bad.yaml") == [f"error: bad.yaml:3:3 {line}"]


def test_a_folder_that_is_a_link_out_of_the_project_is_refused(copy: Copy, tmp_path_factory: pytest.TempPathFactory):
    (copy.folder / "data" / "local" / "away").symlink_to(tmp_path_factory.mktemp("away"))
    copy.write(block("extends: thrive.yaml", "tables: {local: ../data/local/away}"))
    assert copy.refused("bad.yaml") == [f"error: bad.yaml:2:10 tables.local: '../data/local/away' {OUT}"]


def test_a_table_that_is_a_link_out_of_the_project_is_refused(copy: Copy, tmp_path_factory: pytest.TempPathFactory):
    away = tmp_path_factory.mktemp("away") / "rates.csv"
    copy.table("rates").rename(away)
    (copy.folder / LOCAL / "rates.csv").symlink_to(away)
    where = f"do_nothing.yaml:{copy_line(copy, '  local:')}:3"
    assert copy.refused() == [f"error: {where} tables.local: '../{LOCAL}/rates.csv' {OUT}"]


def copy_line(copy: Copy, beginning: str) -> int:
    text = (copy.folder / "scenarios" / "do_nothing.yaml").read_text(encoding="utf-8")
    return next(n for n, line in enumerate(text.splitlines(), start=1) if line.startswith(beginning))


def test_a_path_to_tables_belongs_to_the_file_that_wrote_it(copy: Copy):
    below = copy.folder / "scenarios" / "deeper"
    below.mkdir()
    (below / "mine.yaml").write_text("extends: thrive\n", encoding="utf-8")
    file = copy.write("extends: deeper/mine.yaml\n", "above.yaml")
    assert resolve(str(file)).folders["local"].resolve() == shipped_root() / LOCAL
    file = copy.write("extends: thrive.yaml\n", "above.yaml")
    assert resolve(str(file)).folders["local"].resolve() == (copy.folder / LOCAL).resolve()


def test_only_the_folder_in_force_has_to_be_there(copy: Copy):
    copy.write(block("extends: thrive.yaml", "tables: {local: ../data/nowhere}"), "below.yaml")
    file = copy.write(block("extends: below.yaml", f"tables: {{local: ../{LOCAL}}}"))
    accepted(file)


def test_a_folder_that_is_set_is_relative_to_where_the_command_is_given(copy: Copy, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(copy.folder)
    resolved = resolve("thrive", [f"tables.local={LOCAL}"])
    assert resolved.folders["local"].resolve() == (copy.folder / LOCAL).resolve()
    assert refused("thrive", "tables.local=nowhere") == [
        "error: --set tables.local: there is no folder 'nowhere' (a path is relative to where the command is given)"
    ]
    assert refused("thrive", "tables.local=..") == [f"error: --set tables.local: '..' {OUT}"]


def test_tables_that_are_set_whole_are_the_ones_read(copy: Copy, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(copy.folder)
    whole = f"{{pathway: data/pathway, reference: data/reference, local: {LOCAL}, sources: data/sources.csv}}"
    folders = resolve("thrive", [f"tables={whole}"]).folders
    assert all(folder.resolve().is_relative_to(copy.folder.resolve()) for folder in folders.values())


def test_tables_that_are_missing_are_each_told(copy: Copy):
    (copy.folder / "data" / "local" / "empty").mkdir()
    copy.write(block("extends: thrive.yaml", "tables: {local: ../data/local/empty}"))
    names = sorted(path.name for path in (copy.folder / LOCAL).glob("*.csv"))
    assert sorted(copy.refused("bad.yaml")) == [
        f"error: {name}: there is no such file (it should be in empty/)" for name in names
    ]


def test_what_cannot_be_read_is_told_beside_what_cannot_be(copy: Copy):
    copy.write(
        block(
            "extends: thrive.yaml",
            "fund: {amuont: 9}",
            "interventions: {swift: {reached: .nan, ramp_mnths: 6}}",
            "title: &name THRIVE",
        )
    )
    assert copy.refused("bad.yaml") == [
        "error: bad.yaml:2:8 fund.amuont: is not a setting (did you mean 'amount'?)",
        "error: bad.yaml:3:34 interventions.swift.reached: must be a finite number",
        "error: bad.yaml:3:40 interventions.swift.ramp_mnths: is not a setting (did you mean 'ramp_months'?)",
        "error: bad.yaml:4:8 title: uses the anchor '&name' (write each value out where it is used)",
    ]
