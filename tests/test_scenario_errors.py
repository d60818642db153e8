"""A scenario that is refused is told why in one line a fault: the place, what is wrong there, and what to write."""

from __future__ import annotations

from pathlib import Path

import pytest
from copies import Copy, accepted, block, lines, refused

from thrive_model.scenario import resolve


def wrong(folder: Path, *rows: str) -> list[str]:
    """The lines with which a scenario that extends the shipped programme is refused."""
    file = folder / "bad.yaml"
    file.write_text(block("extends: thrive", *rows), encoding="utf-8")
    return refused(file)


# One scenario, many faults


def test_every_fault_of_a_scenario_is_told_at_once_in_the_order_of_the_file(tmp_path: Path):
    rows = (
        "seed: -1",
        "fund:",
        "  order: [change, new_activity]",
        "interventions:",
        "  swift:",
        "    cost_per_year: -5",
        "    reached: 1.2",
        "    rmp_months: 9",
        "    ages: 3-1",
    )
    assert wrong(tmp_path, *rows) == [
        "error: bad.yaml:2:1 seed: must be 0 or more",
        "error: bad.yaml:4:3 fund.order: must name each use once: demand_support, new_activity, change",
        "error: bad.yaml:7:5 interventions.swift.cost_per_year: must be 0 or more",
        "error: bad.yaml:8:5 interventions.swift.reached: reaches more than are eligible: must be 1 or less, not 1.2",
        "error: bad.yaml:9:5 interventions.swift.rmp_months: is not a setting (did you mean 'ramp_months'?)",
        "error: bad.yaml:10:5 interventions.swift.ages: must be an age band within 0-17 such as 5-9 "
        "(or 0m-1m, in months), not '3-1'",
    ]


def test_a_scenario_of_nothing_but_a_title_is_told_all_it_lacks(tmp_path: Path):
    file = tmp_path / "bad.yaml"
    file.write_text("# Asks nothing.\ntitle: Nothing\n", encoding="utf-8")
    lacking = ("asks", "authority", "tables", "start", "last_year", "demand", "pressure")
    assert refused(file) == [f"error: bad.yaml:2:1 {setting}: is missing" for setting in lacking]


def test_faults_of_two_files_are_told_file_by_file(tmp_path: Path):
    (tmp_path / "below.yaml").write_text(block("extends: thrive", "seed: many", "title:"), encoding="utf-8")
    (tmp_path / "bad.yaml").write_text(block("extends: below.yaml", "last_year: never"), encoding="utf-8")
    assert refused(tmp_path / "bad.yaml") == [
        "error: below.yaml:2:1 seed: must be a whole number, not 'many'",
        "error: below.yaml:3:1 title: must be text",
        "error: bad.yaml:2:1 last_year: must be a financial year such as 2012-13, not 'never'",
    ]


def test_a_fault_that_is_overridden_is_no_fault(tmp_path: Path):
    (tmp_path / "below.yaml").write_text(block("extends: thrive", "seed: many"), encoding="utf-8")
    (tmp_path / "good.yaml").write_text(block("extends: below.yaml", "seed: 3"), encoding="utf-8")
    accepted(tmp_path / "good.yaml")


# Unknown settings, at every level

UNKNOWN = {
    "at the top": ("sead: 3", "2:1 sead: is not a setting (did you mean 'seed'?)"),
    "under tables": ("tables: {locl: x}", "2:10 tables.locl: is not a setting (did you mean 'local'?)"),
    "under demand": (
        "demand: {growth: 3}",
        "2:10 demand.growth: is not a setting (known: growth_per_year, measured_from)",
    ),
    "under pressure": (
        "pressure: {raeding: annual}",
        "2:12 pressure.raeding: is not a setting (did you mean 'reading'?)",
    ),
    "under the fund": ("fund: {amout: 3}", "2:8 fund.amout: is not a setting (did you mean 'amount'?)"),
    "in an intervention": (
        "interventions: {swift: {engagd: 1}}",
        "2:25 interventions.swift.engagd: is not a setting (did you mean 'engaged'?)",
    ),
    "in a value": (
        "fund: {amount: {value: 3, sorce: seed}}",
        "2:27 fund.amount.sorce: is not a setting (did you mean 'source'?)",
    ),
    "in an effect on a move": (
        "interventions: {swift: {effects: [{kind: multiply_move, move: adoption, relative_hazard: 2, wy: x}]}}",
        "2:93 interventions.swift.effects.0.wy: is not a setting (known: kind, move, relative_hazard)",
    ),
    "in an effect on a cost": (
        "interventions: {swift: {effects: [{kind: multiply_unit_cost, cost_lne: residential, relative_cost: 2}]}}",
        "2:62 interventions.swift.effects.0.cost_lne: is not a setting (did you mean 'cost_line'?)",
    ),
    "in an effect, under the name of its kind": (
        "interventions: {swift: {effects: [{multiply_move: 3, kind: multiply_move, move: x, relative_hazard: 2}]}}",
        "2:36 interventions.swift.effects.0.multiply_move: is not a setting (known: kind, move, relative_hazard)",
    ),
}


@pytest.mark.parametrize(("row", "line"), UNKNOWN.values(), ids=UNKNOWN)
def test_an_unknown_setting_is_refused_with_the_nearest_one(tmp_path: Path, row: str, line: str):
    assert wrong(tmp_path, row) == [f"error: bad.yaml:{line}"]


def test_a_misspelt_setting_is_one_fault_though_the_right_one_is_then_missing(tmp_path: Path):
    file = tmp_path / "bad.yaml"
    file.write_text(
        block("extends: thrive", "interventions:", "  new:", "    titel: New", "    use: change", "    start: 2012-04"),
        encoding="utf-8",
    )
    assert refused(file) == [
        "error: bad.yaml:3:3 interventions.new.cost_per_year: is missing",
        "error: bad.yaml:4:5 interventions.new.titel: is not a setting (did you mean 'title'?)",
    ]


# Values that cannot be

NUMBER = "must be a number, or a block with 'value' or 'by_year'"
GROWTH = "demand.growth_per_year"
SWIFT = "interventions.swift"
VALUES = {
    "a number for a title": ("title: 3", "2:1 title: must be text, not 3"),
    "a blank title": ("title: ' '", "2:1 title: must not be blank"),
    "no title for an intervention": (
        "interventions: {swift: {title: ''}}",
        f"2:25 {SWIFT}.title: must not be blank",
    ),
    "nothing for a title": ("title:", "2:1 title: must be text"),
    "a word for a seed": ("seed: many", "2:1 seed: must be a whole number, not 'many'"),
    "a fraction for a seed": ("seed: 1.5", "2:1 seed: must be a whole number, not 1.5"),
    "a number for the tables": ("tables: 5", "2:1 tables: must be a block of settings, not 5"),
    "nothing for the demand": ("demand:", "2:1 demand: must be a block of settings"),
    "a list for the demand": ("demand: [1]", "2:1 demand: must be a block of settings"),
    "a list for the interventions": ("interventions: [swift]", "2:1 interventions: must be a block of settings"),
    "nothing for an intervention": (
        "interventions: {swift: null}",
        "2:17 interventions.swift: must be a block of settings",
    ),
    "a word for a list": ("fund: {order: change}", "2:8 fund.order: must be a list, such as [a, b], not 'change'"),
    "yes for true": ("fund: {held_to_plan: yes}", "2:8 fund.held_to_plan: must be true or false, not 'yes'"),
    "no for false": (
        "interventions: {swift: {enabled: no}}",
        f"2:25 {SWIFT}.enabled: must be true or false, not 'no'",
    ),
    "a word for a number": ("fund: {amount: lots}", f"2:8 fund.amount: {NUMBER}, not 'lots'"),
    "a number in quotes": ("fund: {amount: '9.7e6'}", f"2:8 fund.amount: {NUMBER}, not '9.7e6'"),
    "nothing for a number": ("fund: {amount: }", f"2:8 fund.amount: {NUMBER}"),
    "true for a number": ("fund: {amount: true}", f"2:8 fund.amount: {NUMBER}, not true"),
    "a list for a number": ("fund: {amount: [3]}", f"2:8 fund.amount: {NUMBER}"),
    "a word in a value": (
        "fund: {amount: {value: lots}}",
        "2:17 fund.amount.value: must be a number, not 'lots'",
    ),
    "a negative amount": ("fund: {amount: -1}", "2:8 fund.amount: must be 0 or more"),
    "an amount beyond reason": ("fund: {amount: 1e16}", "2:8 fund.amount: must be 1e+15 or less"),
    "an integer of 31 digits": (
        "fund: {amount: " + "9" * 31 + "}",
        "2:16 fund.amount: has more digits than a number here can have",
    ),
    "an infinite amount": ("fund: {amount: .inf}", "2:16 fund.amount: must be a finite number"),
    "a negative plan": (
        "fund: {planned_per_year: {by_year: {2012-13: 1, 2013-14: -1, 2014-15: -2}}}",
        "2:8 fund.planned_per_year: must be 0 or more in 2013-14, 2014-15",
    ),
    "a negative target": ("pressure: {target: -1}", "2:12 pressure.target: must be 0 or more"),
    "a growth that more than doubles": (
        "demand: {growth_per_year: 2}",
        f"2:10 {GROWTH}: must be between -0.5 and 1",
    ),
    "a share above 1": ("interventions: {swift: {engaged: 1.2}}", f"2:25 {SWIFT}.engaged: must be between 0 and 1"),
    "more reached than are eligible": (
        "interventions: {swift: {reached: 1.2}}",
        f"2:25 {SWIFT}.reached: reaches more than are eligible: must be 1 or less, not 1.2",
    ),
    "more reached than are eligible in a later year": (
        "interventions: {swift: {reached: {by_year: {2012-13: 0.2, 2014-15: 1.5}}}}",
        f"2:25 {SWIFT}.reached: reaches more than are eligible: must be 1 or less, not 1.5",
    ),
    "fewer reached than nobody": ("interventions: {swift: {reached: -1}}", f"2:25 {SWIFT}.reached: must be 0 or more"),
    "a share below 0": ("interventions: {swift: {engaged: -0.1}}", f"2:25 {SWIFT}.engaged: must be between 0 and 1"),
    "a negative lag": ("interventions: {swift: {lag_months: -1}}", f"2:25 {SWIFT}.lag_months: must be 0 or more"),
    "half a month": (
        "interventions: {swift: {ramp_months: 1.5}}",
        f"2:25 {SWIFT}.ramp_months: must be a whole number, not 1.5",
    ),
    "an unknown use": (
        "interventions: {swift: {use: new_activty}}",
        f"2:25 {SWIFT}.use: pays from no use of the fund: must be 'new_activity' or 'change', not 'new_activty' "
        "(did you mean 'new_activity'?)",
    ),
    "a use that pays for no intervention": (
        "interventions: {swift: {use: demand_support}}",
        f"2:25 {SWIFT}.use: pays from no use of the fund: must be 'new_activity' or 'change', not 'demand_support'",
    ),
    "nothing for a use": (
        "interventions: {swift: {use: }}",
        f"2:25 {SWIFT}.use: pays from no use of the fund: must be 'new_activity' or 'change'",
    ),
    "no use": (
        "interventions: {new: {title: New, start: 2012-04, cost_per_year: 1}}",
        "2:17 interventions.new.use: pays from no use of the fund: must be 'new_activity' or 'change'",
    ),
    "an unknown reading": (
        "pressure: {reading: yearly}",
        "2:12 pressure.reading: must be 'annual' or 'cumulative', not 'yearly'",
    ),
    "an unknown grade": (
        "fund: {amount: {value: 1, grade: medum}}",
        "2:27 fund.amount.grade: must be 'high', 'medium' or 'low', not 'medum' (did you mean 'medium'?)",
    ),
    "a blank source": ("fund: {amount: {value: 1, source: ''}}", "2:27 fund.amount.source: must not be blank"),
    "both a value and a series": (
        "fund: {amount: {value: 1, by_year: {2012-13: 1}}}",
        "2:8 fund.amount: must give either 'value' or 'by_year', not both",
    ),
    "neither a value nor a series": (
        "fund: {amount: {source: seed}}",
        "2:8 fund.amount: must give 'value' or 'by_year'",
    ),
    "a series of no years": ("fund: {amount: {by_year: {}}}", "2:8 fund.amount: must give 'value' or 'by_year'"),
    "a series that is a list": (
        "fund: {amount: {by_year: [1]}}",
        "2:17 fund.amount.by_year: must be a block of settings",
    ),
    "a year that is none": (
        "fund: {amount: {by_year: {2012-14: 1}}}",
        "2:27 fund.amount.by_year.2012-14: must be a financial year such as 2012-13, not '2012-14'",
    ),
    "a word in a series": (
        "fund: {amount: {by_year: {2012-13: lots}}}",
        "2:27 fund.amount.by_year.2012-13: must be a number, not 'lots'",
    ),
    "an age band backwards": (
        "interventions: {swift: {ages: 3-1}}",
        f"2:25 {SWIFT}.ages: must be an age band within 0-17 such as 5-9 (or 0m-1m, in months), not '3-1'",
    ),
    "an age beyond childhood": (
        "interventions: {swift: {ages: 17-19}}",
        f"2:25 {SWIFT}.ages: must be an age band within 0-17 such as 5-9 (or 0m-1m, in months), not '17-19'",
    ),
    "a name that cannot stand in a key": (
        "interventions: {a.b: {title: A, use: change, cost_per_year: 1, start: 2012-04}}",
        "2:17 interventions.a.b: must be named in letters, digits, '_' and '-', 60 at the most",
    ),
}


@pytest.mark.parametrize(("row", "line"), VALUES.values(), ids=VALUES)
def test_a_scenario_may_not_have(tmp_path: Path, row: str, line: str):
    assert wrong(tmp_path, row) == [f"error: bad.yaml:{line}"]


def test_a_target_of_nothing_is_a_target(tmp_path: Path):
    (tmp_path / "good.yaml").write_text(block("extends: thrive", "pressure: {target: 0}"), encoding="utf-8")
    accepted(tmp_path / "good.yaml")


# Time

TIME = {
    "a year for a month": ("start: 2012-13", "2:1 start: must be a month such as 2012-04, not '2012-13'"),
    "a thirteenth month": (
        "interventions: {swift: {start: 2012-13}}",
        f"2:25 {SWIFT}.start: must be a month such as 2012-04, not '2012-13'",
    ),
    "a number for a month": ("start: 2012", "2:1 start: must be a month such as 2012-04, not 2012"),
    "a month for a year": (
        "last_year: 2017-12",
        "2:1 last_year: must be a financial year such as 2012-13, not '2017-12'",
    ),
    "a start that is no April": ("start: 2012-05", "2:1 start: must be an April, such as 2012-04"),
    "a year before Christ's": (
        "start: 0000-04",
        "2:1 start: must lie within 1900-01 to 2100-01, not '0000-04'",
    ),
    "a year too far to count": (
        "last_year: 9999-00",
        "2:1 last_year: must lie within 1900-01 to 2100-01, not '9999-00'",
    ),
    "a run of 31 years": (
        "last_year: 2042-43",
        "2:1 last_year: must lie within 2012-13 to 2041-42, 30 years from the start at the most",
    ),
    "an end before the start": (
        "last_year: 2011-12",
        "2:1 last_year: must lie within 2012-13 to 2041-42, 30 years from the start at the most",
    ),
    "a fund that closes before it opens": (
        "fund: {first_year: 2014-15, last_year: 2012-13}",
        "2:29 fund.last_year: must not be before the fund opens in 2014-15",
    ),
    "a fund that opens before the run": (
        "fund: {first_year: 2011-12, planned_per_year: 1}",
        "2:8 fund.first_year: the fund opens in 2011-12, outside the run, which begins in 2012-13",
    ),
    "a fund that closes after the run": (
        "fund: {last_year: 2018-19}",
        "2:8 fund.last_year: the fund closes in 2018-19, outside the run, which ends in 2017-18",
    ),
    "an intervention that ends before it starts": (
        "interventions: {swift: {end: 2012-03}}",
        f"2:25 {SWIFT}.end: ends in 2012-03, before it starts in 2012-04",
    ),
    "an intervention after the run": (
        "interventions: {swift: {start: 2018-04}}",
        f"2:25 {SWIFT}.start: lies outside the run, 2012-04 to 2018-03 (move it, or set enabled: false)",
    ),
    "an intervention before the run": (
        "interventions: {swift: {start: 2011-04, end: 2012-03}}",
        f"2:41 {SWIFT}.end: lies outside the run, 2012-04 to 2018-03 (move it, or set enabled: false)",
    ),
    "a pressure read outside the run": (
        "pressure: {year: 2018-19}",
        "2:12 pressure.year: 2018-19 is outside the run (2012-13 to 2017-18)",
    ),
    "a base year without outturn": (
        "pressure: {base_year: 2013-14}",
        "2:12 pressure.base_year: 2013-14 is outside the section 251 data (2008-09 to 2012-13)",
    ),
    "growth measured from the run itself": (
        "demand: {measured_from: 2012-13}",
        "2:10 demand.measured_from: must be before the run, which begins in 2012-13",
    ),
    "a series that begins too late for its intervention": (
        "interventions: {swift: {reached: {by_year: {2013-14: 0.1}}}}",
        f"2:35 {SWIFT}.reached.by_year: begins in 2013-14, and is needed from 2012-13 "
        "(give a figure for 2012-13, 0 where that is meant)",
    ),
    "a series that begins too late for the fund": (
        "fund: {planned_per_year: {by_year: {2013-14: 1}}}",
        "2:27 fund.planned_per_year.by_year: begins in 2013-14, and is needed from 2012-13 "
        "(give a figure for 2012-13, 0 where that is meant)",
    ),
    "a series that begins too late for demand": (
        "demand: {growth_per_year: {by_year: {2012-13: 0.1}}}",
        "2:28 demand.growth_per_year.by_year: begins in 2012-13, and is needed from 2011-12 "
        "(give a figure for 2011-12, 0 where that is meant)",
    ),
}


@pytest.mark.parametrize(("row", "line"), TIME.values(), ids=TIME)
def test_a_time_cannot_be(tmp_path: Path, row: str, line: str):
    assert wrong(tmp_path, row) == [f"error: bad.yaml:{line}"]


def test_faults_of_time_are_told_beside_faults_of_their_own_block(tmp_path: Path):
    rows = ("start: 2012-05", "fund: {first_year: 2014-15, last_year: 2012-13, amount: -1}", "seed: -1")
    assert wrong(tmp_path, *rows) == [
        "error: bad.yaml:2:1 start: must be an April, such as 2012-04",
        "error: bad.yaml:3:29 fund.last_year: must not be before the fund opens in 2014-15",
        "error: bad.yaml:3:49 fund.amount: must be 0 or more",
        "error: bad.yaml:4:1 seed: must be 0 or more",
    ]


@pytest.mark.parametrize("years", [("2012-13", "2041-42"), ("2012-13", "2012-13")])
def test_a_run_of_one_to_thirty_years_is_one(years: tuple[str, str]):
    resolve("do_nothing", [f"last_year={years[1]}"])


@pytest.mark.parametrize(
    ("order", "line"),
    [
        ("[change, change, new_activity]", "order: must name each use once: demand_support, new_activity, change"),
        ("[]", "order: must name each use once: demand_support, new_activity, change"),
        (
            "[change, changes, new_activity]",
            "order.1: must be 'demand_support', 'new_activity' or 'change', not 'changes' (did you mean 'change'?)",
        ),
    ],
)
def test_the_order_of_the_fund_names_each_use_once(order: str, line: str):
    assert refused("thrive", f"fund.order={order}") == [f"error: --set fund.{line}"]


# Effects


def effect_refused(folder: Path, *effects: str) -> list[str]:
    rows = ("interventions:", "  swift:", "    effects:", *(f"      - {effect}" for effect in effects))
    return wrong(folder, *rows)


KINDS_OF_EFFECT = (
    "multiply_move",
    "add_to_move",
    "change_mix",
    "multiply_delay",
    "multiply_recruitment",
    "multiply_approval_delay",
    "multiply_loss",
    "multiply_unit_cost",
    "multiply_volume",
)
KINDS = ", ".join(f"'{kind}'" for kind in KINDS_OF_EFFECT)


def test_an_effect_that_is_no_effect_is_refused(tmp_path: Path):
    effects = (
        "{kind: multiply_mve, move: adoption, relative_hazard: 2}",
        "{move: adoption, relative_hazard: 2}",
        "{kind: [multiply_move], move: adoption, relative_hazard: 2}",
        "multiply_move",
        "{kind: multiply_move, move: adoption}",
        "{kind: multiply_unit_cost, relative_cost: 2}",
        "{kind: multiply_move, move: adoption, relative_hazard: -1}",
    )
    here = "interventions.swift.effects"
    assert effect_refused(tmp_path, *effects) == [
        f"error: bad.yaml:5:10 {here}.0.kind: must be one of {KINDS}, not 'multiply_mve' "
        "(did you mean 'multiply_move'?)",
        f"error: bad.yaml:6:9 {here}.1.kind: is missing (known: {', '.join(sorted(KINDS_OF_EFFECT))})",
        f"error: bad.yaml:7:10 {here}.2.kind: must be one of {KINDS} (did you mean 'multiply_move'?)",
        f"error: bad.yaml:8:9 {here}.3: must be a block of settings, not 'multiply_move'",
        f"error: bad.yaml:9:9 {here}.4.relative_hazard: is missing",
        f"error: bad.yaml:10:9 {here}.5.cost_line: is missing",
        f"error: bad.yaml:11:47 {here}.6.relative_hazard: must be 0 or more",
    ]


def test_effects_that_are_no_list_are_refused(tmp_path: Path):
    assert wrong(tmp_path, "interventions: {swift: {effects: none}}") == [
        "error: bad.yaml:2:25 interventions.swift.effects: must be a list, such as [a, b], not 'none'"
    ]


def test_an_effect_on_something_unknown_is_refused_with_the_nearest_name(tmp_path: Path):
    effects = (
        "{kind: multiply_move, move: adoptoin, relative_hazard: 2}",
        "{kind: multiply_unit_cost, cost_line: residental, relative_cost: 2}",
        "{kind: multiply_move, move: admission, relative_hazard: 2}",
    )
    here = "interventions.swift.effects"
    found = effect_refused(tmp_path, *effects)
    assert found[:2] == [
        f"error: bad.yaml:5:31 {here}.0.move: unknown move 'adoptoin' (did you mean 'adoption'?)",
        f"error: bad.yaml:6:36 {here}.1.cost_line: unknown cost line 'residental' (did you mean 'residential'?)",
    ]
    assert found[2].startswith(f"error: bad.yaml:7:31 {here}.2.move: unknown move 'admission'")


NOTHING = (
    "changes nothing within the run "
    "(give it a ratio other than 1, people it reaches and a start before the end, or remove it)"
)
IDLE = {
    "a ratio of 1": "{kind: multiply_move, move: adoption, relative_hazard: 1}",
    "a ratio of 1 on a cost": "{kind: multiply_unit_cost, cost_line: residential, relative_cost: 1}",
    "a series of ones": "{kind: multiply_move, move: adoption, relative_hazard: {by_year: {2012-13: 1}}}",
    "a ratio that comes after the run": (
        "{kind: multiply_move, move: adoption, relative_hazard: {by_year: {2012-13: 1, 2018-19: 2}}}"
    ),
}


@pytest.mark.parametrize("effect", IDLE.values(), ids=IDLE)
def test_an_effect_that_changes_nothing_is_refused(tmp_path: Path, effect: str):
    assert effect_refused(tmp_path, effect) == [f"error: bad.yaml:5:9 interventions.swift.effects.0: {NOTHING}"]


@pytest.mark.parametrize(
    "settings",
    [
        ["reached=0"],
        ["engaged=0"],
        ["attribution=0"],
        ["deadweight=1"],
        ["lag_months=72"],
        ["lag_months=6", "end=2012-09"],
    ],
)
def test_the_effects_of_an_intervention_that_reaches_nobody_change_nothing(settings: list[str]):
    found = refused("thrive", *(f"interventions.swift.{setting}" for setting in settings))
    assert [line.partition(" interventions.")[2] for line in found] == [
        f"swift.effects.{n}: {NOTHING}" for n in range(2)
    ]


def test_an_effect_on_a_rate_of_zero_changes_nothing(tmp_path: Path):
    copy = Copy(tmp_path)
    copy.drop("rates", "adoption,")
    copy.add("rates", "adoption,0-17,all,2012-13,0,,assumption,assumption,Nobody")
    effect = "{kind: multiply_move, move: adoption, relative_hazard: 2}"
    copy.write(block("extends: thrive.yaml", f"interventions: {{swift: {{effects: [{effect}]}}}}"))
    assert copy.refused("bad.yaml") == [
        "error: bad.yaml:2:35 interventions.swift.effects.0: "
        "changes nothing: the rates of 'adoption' are 0 for these ages (remove it)"
    ]


def test_an_effect_on_a_cost_of_zero_changes_nothing(tmp_path: Path):
    copy = Copy(tmp_path)
    copy.change("cost_lines", "pounds_per_event,care_proceedings,6000,", "pounds_per_event,care_proceedings,0,")
    found = copy.refused()
    assert [line.partition(" interventions.")[2] for line in found] == [f"swift_assessments.effects.0: {NOTHING}"]


def test_effects_that_leave_children_no_way_out_of_a_decision_are_refused(tmp_path: Path):
    effects = (
        "{kind: multiply_move, move: proceedings_to_care, relative_hazard: 0}",
        "{kind: multiply_move, move: proceedings_at_home, relative_hazard: 0}",
    )
    rows = ("interventions:", "  swift:", "    reached: 1", "    attribution: 1", "    ramp_months: 3", "    effects:")
    assert wrong(tmp_path, *rows, *(f"      - {effect}" for effect in effects)) == [
        "error: bad.yaml:2:1 interventions: together close every way out of 'care_proceedings' in 2012-06 "
        "(keep the relative hazard of one of them above 0)"
    ]


def test_an_intervention_that_is_not_enabled_may_reach_nobody():
    accepted("thrive", "interventions.swift.enabled=false", "interventions.swift.reached=0")


@pytest.mark.parametrize("name", ["swift_assessments", "contact_services", "fostering_recruitment"])
def test_ages_cannot_limit_an_effect_on_a_cost_or_a_supply(name: str):
    assert refused("thrive", f"interventions.{name}.ages=0-4") == [
        f"error: --set interventions.{name}.ages: "
        "cannot limit a cost or a supply, which is not known by age (give that effect an intervention of its own)"
    ]


def test_a_fund_smaller_than_what_was_drawn_of_it_is_refused():
    assert refused("thrive", "fund.amount=3e6") == [
        "error: --set fund.amount: is less than the £3,900,000 that fund.csv says was drawn"
    ]


def test_an_intervention_may_not_have_the_name_of_a_cost_line():
    block_of_one = "{title: A, use: change, cost_per_year: 1, start: 2012-04}"
    assert refused("thrive", f"interventions.residential={block_of_one}") == [
        "error: --set interventions.residential: has the name of a line of cost_lines.csv (rename it)"
    ]


# Sources


def test_an_unknown_source_is_refused_with_the_nearest_one(tmp_path: Path):
    rows = (
        "fund: {amount: {value: 5e6, source: sed}}",
        "pressure: {target: {value: 1, source: SEED}}",
        "interventions: {swift: {reached: {value: 0.1, source: ifps_2021}}}",
    )
    found = wrong(tmp_path, *rows)
    assert found[0] == "error: bad.yaml:2:29 fund.amount.source: 'sed' is not in sources.csv (did you mean 'seed'?)"
    assert found[1] == "error: bad.yaml:3:31 pressure.target.source: 'SEED' is not in sources.csv"
    assert found[2] == (
        "error: bad.yaml:4:47 interventions.swift.reached.source: 'ifps_2021' is not in sources.csv "
        "(did you mean 'ifps_2020'?)"
    )


def test_what_a_line_shows_of_the_input_can_neither_break_it_nor_flood_it():
    found = lines(lambda: resolve("thrive", ["a\x1b[31m\nb" + "c" * 5000 + "=1"]))
    assert len(found) == 1
    assert found[0].startswith("error: --set a\\x1b[31m\\nbccc")
    assert found[0].isprintable()
    assert len(found[0]) < 1000


# What was set aside, and why less was drawn


@pytest.mark.parametrize(
    "settings",
    [
        ["interventions.contact_services.cost_per_year=0"],
        ["interventions.contact_services.paid_by_partners=1"],
        # allocated for 2012-13 alone, before it would begin
        ["interventions.contact_services.start=2013-04"],
    ],
)
def test_what_was_allocated_and_not_drawn_must_have_been_allocated(settings: list[str]):
    (line,) = refused("thrive", *settings)
    assert line.startswith("error: thrive.yaml:")
    assert line.endswith(
        " interventions.contact_services.allocated_not_drawn: sets nothing aside: no month of the run has a cost that "
        "the programme would have paid (give it the cost_per_year that was allocated, or remove the setting)"
    )


def test_nothing_is_asked_of_what_was_set_aside_for_a_service_that_is_switched_off():
    accepted("thrive", "interventions.contact_services.enabled=false", "interventions.contact_services.cost_per_year=0")


def test_words_must_have_a_listed_source_and_name_a_reason_there_is(tmp_path: Path):
    assert wrong(tmp_path, "fund: {underspend_reasons: {2012-13: {source: sede}}}") == [
        "error: bad.yaml:2:39 fund.underspend_reasons.2012-13.source: 'sede' is not in sources.csv "
        "(did you mean 'seed'?)"
    ]
    assert wrong(tmp_path, "fund: {underspend_reasons: {2013-14: {lower_demnd: Less}}}") == [
        "error: bad.yaml:2:29 fund.underspend_reasons.2013-14.source: is missing",
        "error: bad.yaml:2:39 fund.underspend_reasons.2013-14.lower_demnd: is not a setting "
        "(did you mean 'lower_demand'?)",
    ]
