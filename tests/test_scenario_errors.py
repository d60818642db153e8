"""A scenario that is refused is told why in one line a fault: the place, what is wrong there, and what to write."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from copies import Copy, accepted, block, lines, refused
from projects import invoke

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
    "in a shock": (
        "shocks: {a: {titel: A, start: 2012-04}}",
        "2:14 shocks.a.titel: is not a setting (did you mean 'title'?)",
    ),
    "in a claim": (
        "interventions: {swift: {claims: [{line: residential}]}}",
        "2:35 interventions.swift.claims.0.line: is not a setting (did you mean 'cost_line'?)",
    ),
    "in who carries an intervention": (
        "interventions: {swift: {carried_by: {suply: a, children_per_unit: 3}}}",
        "2:38 interventions.swift.carried_by.suply: is not a setting (did you mean 'supply'?)",
    ),
    "under the approval": (
        "approval: {stats: draft}",
        "2:12 approval.stats: is not a setting (did you mean 'status'?)",
    ),
    "in an effect on a supply": (
        "interventions: {swift: {effects: [{kind: multiply_loss, suply: approved_adopters, relative_loss: 2}]}}",
        "2:57 interventions.swift.effects.0.suply: is not a setting (did you mean 'supply'?)",
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
    "a named saving on no cost line": (
        "named_savings: {a: {title: A, said: B, cost_lines: []}}",
        "2:40 named_savings.a.cost_lines: must name at least 1",
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
    "a wear that is not known for the years before the run in which it wore": (
        "interventions: {swift: {start: 2010-04, drop_off_per_year: {by_year: {2012-13: 0.1}}}}",
        f"2:61 {SWIFT}.drop_off_per_year.by_year: begins in 2012-13, and is needed from 2010-11 "
        "(give a figure for 2010-11, 0 where that is meant)",
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
    """Alone: what else sets a share of where children are placed is switched off below."""
    rows = ("interventions:", "  swift:", "    effects:", *(f"      - {effect}" for effect in effects))
    return wrong(folder, *rows, "  parent_and_baby_alternatives: {enabled: false}")


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


@pytest.mark.parametrize(
    ("row", "kinds"),
    [
        ("3,0,6,0.1", ["multiply_recruitment: relative_recruitment", "multiply_approval_delay: relative_delay"]),
        ("3,9,0,0.1", ["multiply_approval_delay: relative_delay"]),
        ("3,9,6,0", ["multiply_loss: relative_loss"]),
    ],
)
def test_an_effect_on_what_a_supply_has_none_of_changes_nothing(tmp_path: Path, row: str, kinds: list[str]):
    """Nobody is recruited, or without delay, or nobody is lost."""
    copy = Copy(tmp_path)
    copy.add("capacity", f"psychologists,psychologists,{row},Psychologists,assumption,assumption,Made up for a test")
    sizes = ("recruitment: relative_recruitment", "approval_delay: relative_delay", "loss: relative_loss")
    every = [f"multiply_{size}" for size in sizes]
    effects = ", ".join("{{kind: {}, supply: psychologists, {}: 2}}".format(*kind.split(": ")) for kind in every)
    copy.write(block("extends: thrive.yaml", f"shocks: {{a: {{title: A, start: 2012-04, effects: [{effects}]}}}}"))
    found = [line.partition(" shocks.a.effects.")[2] for line in copy.refused("bad.yaml")]
    assert found == [f"{every.index(kind)}: {NOTHING}" for kind in kinds]


@pytest.mark.parametrize("effect", ["multiply_move, relative_hazard: 2", "add_to_move, children_per_year: 10"])
def test_nothing_moves_children_back_where_nobody_returns_from_overflow(effect: str):
    shock = f"shocks={{a: {{title: A, start: 2012-04, effects: [{{move: to_in_house, kind: {effect}}}]}}}}"
    accepted("do_nothing", shock)
    assert refused("do_nothing", shock, "returns_from_overflow=false") == [
        "error: --set shocks.a.effects.0.move: nobody makes 'to_in_house' where returns_from_overflow is false "
        "(let them return, or remove the effect)"
    ]


def test_an_effect_on_a_rate_of_zero_changes_nothing(tmp_path: Path):
    copy = Copy(tmp_path)
    copy.drop("rates", "adoption,")
    copy.add("rates", "adoption,0-17,all,2010-11,0,,assumption,assumption,Nobody")
    effect = "{kind: multiply_move, move: adoption, relative_hazard: 2}"
    copy.write(block("extends: thrive.yaml", f"interventions: {{swift: {{effects: [{effect}]}}}}"))
    assert copy.refused("bad.yaml") == [
        "error: bad.yaml:2:35 interventions.swift.effects.0: "
        "changes nothing: the rates of 'adoption' are 0 for these ages (remove it)"
    ]


def test_an_effect_on_a_cost_of_zero_changes_nothing(tmp_path: Path):
    copy = Copy(tmp_path)
    copy.change("cost_lines", "pounds_per_event,care_proceedings,,6000,", "pounds_per_event,care_proceedings,,0,")
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


def test_an_intervention_that_ends_before_it_starts_is_told_so_beside_its_other_faults(tmp_path: Path):
    rows = (
        "interventions:",
        "  swift:",
        "    end: 2012-03",
        "    cost_per_year: -5",
        "    reached: 2",
        "    use: nothing",
        "    rollout: [{name: East, share: 1, start: 2012-01}]",
    )
    assert wrong(tmp_path, *rows) == [
        f"error: bad.yaml:4:5 {SWIFT}.end: ends in 2012-03, before it starts in 2012-04",
        f"error: bad.yaml:5:5 {SWIFT}.cost_per_year: must be 0 or more",
        f"error: bad.yaml:6:5 {SWIFT}.reached: reaches more than are eligible: must be 1 or less, not 2",
        f"error: bad.yaml:7:5 {SWIFT}.use: pays from no use of the fund: must be 'new_activity' or 'change', "
        "not 'nothing'",
        f"error: bad.yaml:8:5 {SWIFT}.rollout: starts in 'East' in 2012-01, before the intervention does in 2012-04",
    ]


def test_an_age_band_with_no_children_is_refused(tmp_path: Path):
    """Nobody aged 3 or 4 in any year of the table; those of 2 to 4 are another matter."""
    copy = Copy(tmp_path)
    for year, age in product((2010, 2011, 2012), (3, 4)):
        line = copy.line("population", f"{year},{age},")
        copy.change_line("population", line, lambda row: ",".join([*row.split(",")[:2], "0", *row.split(",")[3:]]))
    assert copy.refused("thrive.yaml", f"{SWIFT}.ages=3-4") == [
        f"error: --set {SWIFT}.ages: is an age band with no children: population.csv has nobody aged 3-4 "
        "(name ages within 0-17 that it has)"
    ]
    accepted(copy.folder / "scenarios" / "thrive.yaml", f"{SWIFT}.ages=2-4")


# Kinds of effect, on what they cannot act on

UNFIT: dict[str, tuple[str, str]] = {
    "a change of mix of those who stay": (
        "{kind: change_mix, move: adoption, share: 0.5}",
        "5:28 {}.move: 'adoption' does not lead out of a decision (use multiply_move)",
    ),
    "a change of mix to what it is": (
        "{kind: change_mix, move: proceedings_to_care, share: 0.85}",
        "5:9 {}: changes nothing: the share of 'proceedings_to_care' is so in rates.csv for these ages "
        "(give it another share, or remove it)",
    ),
    "a change of a mix that some ages have not": (
        "{kind: change_mix, move: first_placed_residential, share: 0.1}",
        "5:9 {}: cannot set the share of 'first_placed_residential' for ages 0-4, where rates.csv has 0 "
        "(name the ages for which there is a mix to change)",
    ),
    "children added to a decision": (
        "{kind: add_to_move, move: accepted, children_per_year: 5}",
        "5:29 {}.move: 'accepted' leads out of a decision, where nobody stays to be added (use change_mix)",
    ),
    "children added to those who overflow": (
        "{kind: add_to_move, move: overflow_to_agency, children_per_year: 5}",
        "5:29 {}.move: 'overflow_to_agency' is made for want of places alone (use an effect on the supply of places)",
    ),
    "no children added": (
        "{kind: add_to_move, move: adoption, children_per_year: 0}",
        f"5:9 {{}}: {NOTHING}",
    ),
    "more of those who overflow": (
        "{kind: multiply_move, move: overflow_to_agency, relative_hazard: 2}",
        "5:9 {}: changes nothing: the rates of 'overflow_to_agency' are 0 for these ages (remove it)",
    ),
    "a delay in a decision": (
        "{kind: multiply_delay, state: screening, relative_delay: 2}",
        "5:32 {}.state: children do not stay in 'screening' (name a state of kind stay)",
    ),
    "a delay of those outside": (
        "{kind: multiply_delay, state: population, relative_delay: 2}",
        "5:32 {}.state: children do not stay in 'population' (name a state of kind stay)",
    ),
    "a delay of those who stay for good": (
        "{kind: multiply_delay, state: turned_18, relative_delay: 2}",
        "5:32 {}.state: no move leads out of 'turned_18' (name a state that children move on from)",
    ),
    "a delay of those whose time is up": (
        "{kind: multiply_delay, state: returned_home, relative_delay: 2}",
        "5:32 {}.state: children stay in 'returned_home' for 12 months at the most, whatever delays them "
        "(name a state that they leave by moves alone)",
    ),
    "a delay in an unknown state": (
        "{kind: multiply_delay, state: early_hlp, relative_delay: 2}",
        "5:32 {}.state: unknown state 'early_hlp' (did you mean 'early_help'?)",
    ),
    "no delay at all": (
        "{kind: multiply_delay, state: early_help, relative_delay: 0}",
        "5:51 {}.relative_delay: must be 0.01 or more",
    ),
    "an unknown supply": (
        "{kind: multiply_recruitment, supply: adopters, relative_recruitment: 2}",
        "5:38 {}.supply: unknown supply 'adopters' (did you mean 'approved_adopters'?)",
    ),
    "a loss of a group": (
        "{kind: multiply_loss, supply: family_keyworkers, relative_loss: 2}",
        "5:31 {}.supply: unknown supply 'family_keyworkers' (known: approved_adopters, in_house_carers, "
        "keyworkers_elsewhere, keyworkers_in_childrens_centres, non_keywork_practitioners, specialist_carers)",
    ),
    "a delay to use that is below nothing": (
        "{kind: multiply_approval_delay, supply: approved_adopters, relative_delay: -1}",
        "5:68 {}.relative_delay: must be 0 or more",
    ),
    "an unknown cost line": (
        "{kind: multiply_volume, cost_line: residental, relative_volume: 2}",
        "5:33 {}.cost_line: unknown cost line 'residental' (did you mean 'residential'?)",
    ),
}


@pytest.mark.parametrize(("effect", "line"), UNFIT.values(), ids=UNFIT)
def test_an_effect_cannot_be(tmp_path: Path, effect: str, line: str):
    here = "interventions.swift.effects.0"
    assert effect_refused(tmp_path, effect) == [f"error: bad.yaml:{line.format(here)}"]


# Areas

AREAS: dict[str, tuple[str, list[str]]] = {
    "that start before the intervention": (
        "[{name: East, share: 0.5, start: 2012-02}, {name: West, share: 0.5, start: 2012-03}]",
        ["2:25 {}: starts in 'East' in 2012-02, 'West' in 2012-03, before the intervention does in 2012-04"],
    ),
    "of one name": (
        "[{name: East, share: 0.5, start: 2012-04}, {name: East, share: 0.5, start: 2013-04}]",
        ["2:25 {}: names 'East' twice"],
    ),
    "whose shares leave somebody out": (
        "[{name: East, share: 0.5, start: 2012-04}, {name: West, share: 0.4, start: 2013-04}]",
        ["2:25 {}: has areas whose shares sum to 0.9, and they must sum to 1"],
    ),
    "whose shares are more than everybody": (
        "[{name: East, share: 0.9, start: 2012-04}, {name: West, share: 0.4, start: 2013-04}]",
        ["2:25 {}: has areas whose shares sum to 1.3, and they must sum to 1"],
    ),
    "with faults of their own": (
        "[{name: East, share: 0, start: 2012-04}, {name: '', share: 1.4, start: 2012}, {nme: C, share: many}, D]",
        [
            "2:48 {}.0.share: must be more than 0",
            "2:76 {}.1.name: must not be blank",
            "2:86 {}.1.share: must be 1 or less",
            "2:98 {}.1.start: must be a month such as 2012-04, not 2012",
            "2:112 {}.2.start: is missing",
            "2:113 {}.2.nme: is not a setting (did you mean 'name'?)",
            "2:121 {}.2.share: must be a number, not 'many'",
            "2:135 {}.3: must be a block of settings, not 'D'",
        ],
    ),
    "that are no list": ("East", ["2:25 {}: must be a list, such as [a, b], not 'East'"]),
}


@pytest.mark.parametrize(("areas", "told"), AREAS.values(), ids=AREAS)
def test_a_roll_out_may_not_have_areas(tmp_path: Path, areas: str, told: list[str]):
    found = wrong(tmp_path, f"interventions: {{swift: {{rollout: {areas}}}}}")
    assert found == [f"error: bad.yaml:{line.format(SWIFT + '.rollout')}" for line in told]


def test_an_empty_roll_out_is_everywhere_at_once():
    accepted("thrive", "interventions.good_start.rollout=[]")


# Who carries an intervention

OWN = "give each intervention a supply of its own in capacity.csv"
UNLIMITED = "limits nothing: no effect of the intervention is on a move or a state in which children stay (remove it)"
CARRIED: dict[str, tuple[str, str, str]] = {
    "an unknown supply": (
        "swift",
        "{supply: keyworkers, children_per_unit: 3}",
        ".supply: unknown supply 'keyworkers' (did you mean 'family_keyworkers'?)",
    ),
    "a supply that carries another": (
        "swift",
        "{supply: family_keyworkers, children_per_unit: 3}",
        f".supply: 'family_keyworkers' carries 'family_keyworkers' already ({OWN})",
    ),
    "a part of a group that carries another": (
        "swift",
        "{supply: keyworkers_elsewhere, children_per_unit: 3}",
        f".supply: 'keyworkers_elsewhere' carries 'family_keyworkers' already ({OWN})",
    ),
    "those whose effect is on a cost": (
        "swift_assessments",
        "{supply: specialist_carers, children_per_unit: 3}",
        f": {UNLIMITED}",
    ),
    "those whose effect is on children from outside": (
        "good_start",
        "{supply: specialist_carers, children_per_unit: 3}",
        f": {UNLIMITED}",
    ),
    "those whose effect is on a decision": (
        "parent_and_baby_alternatives",
        "{supply: specialist_carers, children_per_unit: 3}",
        f": {UNLIMITED}",
    ),
    "units that carry nobody": (
        "swift",
        "{supply: specialist_carers, children_per_unit: 0}",
        ".children_per_unit: must be 0.01 or more",
    ),
    "a supply alone": ("swift", "specialist_carers", ": must be a block of settings, not 'specialist_carers'"),
}


@pytest.mark.parametrize(("name", "carried", "told"), CARRIED.values(), ids=CARRIED)
def test_an_intervention_may_not_be_carried_by(name: str, carried: str, told: str):
    setting = f"interventions.{name}.carried_by"
    assert refused("thrive", f"{setting}={carried}") == [f"error: --set {setting}{told}"]


def test_a_supply_may_carry_one_intervention_where_the_other_is_off():
    carried = "interventions.swift.carried_by={supply: family_keyworkers, children_per_unit: 3}"
    accepted("thrive", carried, "interventions.family_keyworkers.enabled=false")


def test_those_who_carry_an_intervention_limit_nothing_once_it_has_no_effect():
    """Who wrote it meant something else."""
    (line,) = refused("thrive", "interventions.family_keyworkers.effects=[]")
    assert line.endswith(f"interventions.family_keyworkers.carried_by: {UNLIMITED}")


# Claims


def test_a_saving_is_claimed_once(tmp_path: Path):
    rows = (
        "interventions: {swift: {claims: [{cost_line: residential}]},",
        "  good_start: {claims: [{cost_line: residential}]}}",
    )
    assert wrong(tmp_path, *rows) == [
        "error: bad.yaml:3:26 interventions.good_start.claims.0.cost_line: the saving on 'residential' is claimed more "
        "than once over: 'swift' 100% and 'good_start' 100% (let the shares of those who claim it sum to 1 at the most)"
    ]


def test_the_shares_of_a_saving_are_no_more_than_all_of_it(tmp_path: Path):
    def of(share: float, other: float) -> str:
        claims = (f"{{claims: [{{cost_line: residential, share: {some}}}]}}" for some in (share, other))
        return "interventions: {{swift: {}, good_start: {}}}".format(*claims)

    (tmp_path / "good.yaml").write_text(block("extends: thrive", of(0.6, 0.4)), encoding="utf-8")
    accepted(tmp_path / "good.yaml")
    (line,) = wrong(tmp_path, of(0.6, 0.5))
    assert "the saving on 'residential' is claimed more than once over: 'swift' 60% and 'good_start' 50%" in line


def test_an_intervention_claims_a_line_once():
    """Two shares of one line would be shown as the last of them."""
    twice = "[{cost_line: residential, share: 0.3}, {cost_line: residential, share: 0.4}]"
    assert refused("thrive", f"interventions.swift.claims={twice}") == [
        "error: --set interventions.swift.claims: names 'residential' twice"
    ]


def test_a_claim_of_an_intervention_that_is_off_is_none():
    claims = "interventions.swift.claims=[{cost_line: supervised_contact}]"
    accepted("thrive", claims, "interventions.contact_services.enabled=false")
    assert len(refused("thrive", claims)) == 1


@pytest.mark.parametrize(
    ("claim", "told"),
    [
        ("{cost_line: residental}", "0.cost_line: unknown cost line 'residental' (did you mean 'residential'?)"),
        ("{cost_line: residential, share: 0}", "0.share: must be more than 0"),
        ("{cost_line: residential, share: 1.1}", "0.share: must be 1 or less"),
        ("{share: 1}", "0.cost_line: is missing"),
    ],
)
def test_a_claim_names_a_cost_line_and_a_share_of_it(claim: str, told: str):
    found = refused("thrive", f"interventions.swift.claims=[{claim}]")
    assert found == [f"error: --set interventions.swift.claims.{told}"]


# Shocks

SHOCKS: dict[str, tuple[str, list[str]]] = {
    "the name of an intervention": (
        "{swift: {title: A, start: 2012-04}}",
        ["2:10 shocks.swift: has the name of an intervention (rename it)"],
    ),
    "the name of a cost line": (
        "{residential: {title: A, start: 2012-04}}",
        ["2:10 shocks.residential: has the name of a line of cost_lines.csv (rename it)"],
    ),
    "no start": ("{a: {title: A}}", ["2:10 shocks.a.start: is missing"]),
    "a reach": (
        "{a: {title: A, start: 2012-04, reached: 0.5}}",
        [
            "2:40 shocks.a.reached: is not a setting (known: ages, drop_off_per_year, effects, enabled, end, "
            "lag_months, ramp_months, start, title, what)"
        ],
    ),
    "an end before its start": (
        "{a: {title: A, start: 2013-04, end: 2013-03}}",
        ["2:40 shocks.a.end: ends in 2013-03, before it starts in 2013-04"],
    ),
    "a time outside the run": (
        "{a: {title: A, start: 2019-04}}",
        ["2:24 shocks.a.start: lies outside the run, 2012-04 to 2018-03 (move it, or set enabled: false)"],
    ),
    "an effect on something unknown": (
        "{a: {title: A, start: 2012-04, effects: [{kind: multiply_move, move: referal, relative_hazard: 2}]}}",
        ["2:72 shocks.a.effects.0.move: unknown move 'referal' (did you mean 'referral'?)"],
    ),
    "an effect that changes nothing": (
        "{a: {title: A, start: 2012-04, effects: [{kind: multiply_move, move: referral, relative_hazard: 1}]}}",
        [f"2:50 shocks.a.effects.0: {NOTHING}"],
    ),
    "effects that close every way out of a decision": (
        "{a: {title: A, start: 2012-04, effects: [{kind: multiply_move, move: proceedings_to_care, "
        "relative_hazard: 0}, {kind: multiply_move, move: proceedings_at_home, relative_hazard: 0}]}}",
        [
            "2:1 shocks: together close every way out of 'care_proceedings' in 2012-04 "
            "(keep the relative hazard of one of them above 0)"
        ],
    ),
}


@pytest.mark.parametrize(("shocks", "told"), SHOCKS.values(), ids=SHOCKS)
def test_a_shock_may_not_have(tmp_path: Path, shocks: str, told: list[str]):
    assert wrong(tmp_path, f"shocks: {shocks}") == [f"error: bad.yaml:{line}" for line in told]


# Approval

SOMEBODY = "an approved scenario must say by whom, and on which day"
ASSURED = "an assured scenario must say by whom, and on which day"
DAY = "must be a day such as 2013-06-10"


@pytest.mark.parametrize(
    ("approval", "told"),
    [
        ("{status: approved}", f"2:1 approval.on: {SOMEBODY}"),
        ("{status: approved, by: The Board}", f"2:1 approval.on: {SOMEBODY}"),
        ("{status: approved, on: 2013-03-10}", f"2:30 approval.on: {SOMEBODY}"),
        ("{status: assured}", f"2:1 approval.on: {ASSURED}"),
        ("{status: assured, by: The Board}", f"2:1 approval.on: {ASSURED}"),
        ("{status: approved, by: ' ', on: 2013-03-10}", f"2:39 approval.on: {SOMEBODY}"),
        ("{status: approved, by: The Board, on: March}", f"2:45 approval.on: {DAY}, not 'March'"),
        ("{status: approved, by: The Board, on: 2013-02-30}", f"2:45 approval.on: {DAY}, not '2013-02-30'"),
        ("{status: approved, by: The Board, on: '2013-W10-1'}", f"2:45 approval.on: {DAY}, not '2013-W10-1'"),
        (
            "{status: aproved}",
            "2:12 approval.status: must be 'draft', 'assured' or 'approved', not 'aproved' (did you mean 'approved'?)",
        ),
    ],
)
def test_an_approved_scenario_says_by_whom_and_on_which_day(tmp_path: Path, approval: str, told: str):
    assert wrong(tmp_path, f"approval: {approval}") == [f"error: bad.yaml:{told}"]


def test_a_draft_needs_nobody_and_an_approved_scenario_somebody_on_a_day():
    accepted("thrive", "approval.status=draft")
    for status in ("assured", "approved"):
        accepted("thrive", f"approval={{status: {status}, by: The Board, on: 2013-03-10}}")


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


TWO_MIXES = """
extends: do_nothing
interventions:
  screening:
    title: Fewer assessments
    use: change
    start: 2012-04
    cost_per_year: 0
    effects:
      - {kind: change_mix, move: accepted, share: 0.5}
  earlier_help:
    title: More early help for the youngest
    use: change
    start: 2012-04
    ages: 0-4
    cost_per_year: 0
    effects:
      - {kind: change_mix, move: screened_to_early_help, share: 0.3}
"""


def test_two_shares_of_one_decision_for_the_same_ages_are_refused(tmp_path: Path):
    file = tmp_path / "mixes.yaml"
    file.write_text(TWO_MIXES, encoding="utf-8")
    refused = invoke("check", file)
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "error: mixes.yaml:18:9 interventions.earlier_help.effects.0: sets a share of 'screening', and so does "
        "'screening' for some of the same ages (let one set its share, and the others multiply moves)"
    ]


def test_shares_of_one_decision_for_other_ages_stand_beside_each_other(tmp_path: Path):
    file = tmp_path / "mixes.yaml"
    older = TWO_MIXES.replace("start: 2012-04", "start: 2012-04\n    ages: 5-17", 1)
    file.write_text(older, encoding="utf-8")
    assert invoke("check", file).exit_code == 0


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        (
            "appraisal.vintage=green_book_2013",
            "appraisal.vintage: 'green_book_2013' is not in discount_rates.csv (did you mean 'green_book_2003'?)",
        ),
        (
            "appraisal.sensitivity_vintage=green_book_1066",
            "appraisal.sensitivity_vintage: 'green_book_1066' is not in discount_rates.csv (did you mean "
            "'green_book_2026'?)",
        ),
        (
            "appraisal.deflator=gdp_deflater",
            "appraisal.deflator: unknown price index 'gdp_deflater' (did you mean 'gdp_deflator'?)",
        ),
        (
            "appraisal.price_base=1999-00",
            "appraisal.price_base: gdp_deflator runs from 2004-05 to 2041-42; it has no level for 1999-00 (choose a "
            "year of the index)",
        ),
        (
            "appraisal.do_minimum=[good_strat]",
            "appraisal.do_minimum.0: 'good_strat' is not an intervention (did you mean 'good_start'?)",
        ),
        (
            "appraisal.discount=0.035",
            "appraisal.discount: is not a setting (known: deflator, do_minimum, price_base, "
            "sensitivity_vintage, vintage)",
        ),
        (
            "interventions.good_start.partner=heath",
            "interventions.good_start.partner: must be 'council', 'health', 'police', 'courts', 'schools', "
            "'central_government' or 'partners', not 'heath'",
        ),
    ],
)
def test_an_appraisal_that_names_what_there_is_not_is_refused(setting: str, told: str):
    refused = invoke("check", "thrive", "--set", setting)
    assert refused.exit_code == 1
    (line,) = refused.stderr.splitlines()
    assert told in line
