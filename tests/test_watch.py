"""Indicators: edges worked by hand, refusals in full, and what the command prints."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from copies import Copy, lines
from projects import ROOT, invoke

from thrive_model.assumptions import explain, footings
from thrive_model.outputs import all_outputs
from thrive_model.report.watch import NO_INDICATORS, rule
from thrive_model.report.words import WIDTH
from thrive_model.run import Comparison, run
from thrive_model.scenario import Resolved, resolve
from thrive_model.solve import solve
from thrive_model.watch import Goal, Indicator, Status, indicators

Better = Literal["lower", "higher"]
YEARS = ["2012-13", "2013-14", "2014-15", "2015-16", "2016-17", "2017-18"]


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


@pytest.fixture(scope="module")
def watched(thrive: Comparison) -> dict[str, Indicator]:
    return {one.name: one for one in indicators(thrive.scenario, thrive.do_nothing)}


@pytest.fixture(scope="module")
def printed() -> dict[str, Any]:
    found = json.loads(invoke("watch", "thrive", "--json").stdout)
    assert isinstance(found, dict)
    return found


def seen(*settings: str) -> str:
    """What the command shows of the shipped programme with some settings."""
    shown = invoke("watch", "thrive", *(word for setting in settings for word in ("--set", setting)))
    assert shown.exit_code == 0, shown.stderr
    return shown.stdout


# Green, amber and red


@pytest.mark.parametrize(
    ("better", "figure", "status"),
    [
        ("lower", 0.0, "green"),
        ("lower", 618.0, "green"),
        ("lower", 618.0001, "amber"),
        ("lower", 679.8, "amber"),
        ("lower", 679.8001, "red"),
        ("higher", 1_000.0, "green"),
        ("higher", 618.0, "green"),
        ("higher", 617.9999, "amber"),
        ("higher", 556.2, "amber"),
        ("higher", 556.1999, "red"),
    ],
)
def test_the_target_is_green_the_edge_a_tenth_beyond_it_is_amber_and_the_rest_red(
    better: Better, figure: float, status: Status
):
    """618 and a tenth: 61.8 more, or less."""
    assert Goal(better, 618.0, 0.1).status(figure) == status


@pytest.mark.parametrize(
    ("better", "target", "within", "edge"),
    [
        ("higher", 50.0, 0.14, 43.0),
        ("lower", 3.0, 0.1, 3.3),
        ("lower", -20.0, 0.1, -18.0),
        ("higher", -20.0, 0.1, -22.0),
        ("lower", 0.0, 0.1, 0.0),
        ("lower", 20.0, 0.0, 20.0),
    ],
)
def test_the_amber_edge_is_the_share_of_the_target_beyond_it(better: Better, target: float, within: float, edge: float):
    """Binary fractions do not move it: 50 less 14% is 42.99... in them, and 43 is what was meant."""
    goal = Goal(better, target, within)
    assert goal.edge == edge
    assert goal.status(edge) == ("green" if edge == target else "amber")


@pytest.mark.parametrize("better", ["lower", "higher"])
def test_without_a_margin_there_is_no_amber(better: Better):
    found = {Goal(better, 20.0, 0.0).status(figure) for figure in (19.9, 20.0, 20.1)}
    assert found == {"green", "red"}


@pytest.mark.parametrize(
    ("goal", "unit", "words"),
    [
        (
            Goal("lower", 618.0, 0.1),
            "children at 31 March",
            "green at 618 or fewer, amber to 679.8 (10% beyond), then red",
        ),
        (Goal("lower", 22.2, 0.1), "per cent", "green at 22.2 or less, amber to 24.42 (10% beyond), then red"),
        (Goal("higher", 75.0, 0.05), "per 100 needed", "green at 75 or more, amber to 71.25 (5.0% beyond), then red"),
        (Goal("lower", 1.5e7, 0.1), "pounds", "green at £15.0m or less, amber to £16.5m (10% beyond), then red"),
        (Goal("lower", 20.0, 0.0), "children in the year", "green at 20 or fewer, red beyond"),
    ],
)
def test_the_rule_is_told_in_words(goal: Goal, unit: str, words: str):
    assert rule(goal, unit) == words


# The shipped indicators


def test_the_key_target_and_what_the_programme_itself_watches_are_there(watched: dict[str, Indicator]):
    assert {one.output.name for one in watched.values()} >= {
        "looked_after_children",
        "assessed_no_further_action_percent",
        "in_house_places_per_100_needed",
        "specialist_carers_per_100_needed",
        "repeat_plan_percent",
        "child_protection_plans_per_10000",
        "referrals_per_10000",
        "re_referral_percent",
    }


def test_an_indicator_is_its_output_in_every_year_with_and_without_the_programme(
    thrive: Comparison, watched: dict[str, Indicator]
):
    for one in watched.values():
        assert [str(reading.financial_year) for reading in one.readings] == YEARS
        for results, name in ((thrive.scenario, "scenario"), (thrive.do_nothing, "do_nothing")):
            measured = all_outputs()[one.output.name].measure(results)[:, 0]
            assert [getattr(reading, name) for reading in one.readings] == list(measured)


def test_what_was_observed_stands_beside_the_year_it_was_published_for(watched: dict[str, Indicator]):
    """598 in March 2013; nothing later, and nothing of foster places."""
    assert [reading.observed for reading in watched["looked_after_children"].readings] == [598.0] + [None] * 5
    assert {reading.observed for reading in watched["in_house_places"].readings} == {None}


def test_the_target_of_fewer_looked_after_is_what_there_was_before_the_programme(thrive: Comparison):
    before = thrive.scenario.observed
    target = thrive.scenario.assembled.resolved.scenario.watch["looked_after_children"].target
    (year,) = {year for output, year in before if output == "looked_after_children" and str(year) == "2011-12"}
    assert target.at(year) == before["looked_after_children", year] == 618


def test_the_targets_for_foster_places_are_the_level_of_march_2012(thrive: Comparison, watched: dict[str, Indicator]):
    """Of the council's own, an agency's and long-term foster homes: 223 + 123 + 101 = 447 children; 240 carers."""
    rows = thrive.scenario.assembled.inputs.opening_stock
    opening = {row.state: row.children for row in rows if str(row.month_end) == "2012-03"}
    fostered = sum(opening[name] for name in ("in_house_fostering", "agency_fostering", "long_term_fostering"))
    carers = {row.supply: row.opening for row in thrive.scenario.assembled.inputs.capacity}
    uses = {(row.supply, row.limits): row.per_unit for row in thrive.scenario.assembled.inputs.capacity_uses}
    for name, supply in (("specialist_carers", "specialist_carers"), ("in_house_places", "in_house_carers")):
        level = 100 * carers[supply] * uses[supply, "watched"] / fostered
        assert watched[name].readings[0].goal.target == pytest.approx(level, abs=0.05), name


@pytest.mark.parametrize(
    ("name", "output"),
    [
        ("assessed_no_further_action", "assessed_no_further_action_percent"),
        ("re_referrals", "re_referral_percent"),
        ("repeat_plans", "repeat_plan_percent"),
        ("child_protection_plans", "child_protection_plans_per_10000"),
        ("referrals", "referrals_per_10000"),
    ],
)
def test_a_target_taken_from_england_is_the_figure_in_the_table(
    thrive: Comparison, watched: dict[str, Indicator], name: str, output: str
):
    (england,) = [
        row.value
        for row in thrive.scenario.assembled.inputs.comparators
        if (row.group, row.output, str(row.financial_year)) == ("england", output, "2012-13")
    ]
    assert watched[name].output.name == output
    assert watched[name].readings[0].goal.target == england


def test_doing_nothing_watches_nothing():
    found = run(resolve("do_nothing"))
    assert indicators(found.scenario, found.do_nothing) == []


def test_a_target_may_move_from_year_to_year():
    found = run(resolve("thrive", ["watch.looked_after_children.target={by_year: {2012-13: 618, 2014-15: 560}}"]))
    (one,) = [one for one in indicators(found.scenario, found.do_nothing) if one.name == "looked_after_children"]
    assert [reading.goal.target for reading in one.readings] == [618, 618, 560, 560, 560, 560]


def test_targets_do_not_count_among_the_figures_that_drive_the_run(thrive: Comparison):
    assert not [item.key for item in footings(thrive.scenario.assembled) if item.key.startswith("watch.")]
    (item,) = explain(thrive.scenario.assembled, "watch.looked_after_children.target")
    assert item.value == "618"


# Refusals


@pytest.mark.parametrize("act", [run, solve])
def test_an_indicator_of_an_unknown_output_is_refused_at_its_place(copy: Copy, act: Callable[[Resolved], object]):
    file = copy.write(
        "extends: thrive.yaml\nwatch:\n"
        "  plans: {title: Plans, output: child_protection_plan, better: lower, target: 5}\n"
    )
    assert lines(lambda: act(resolve(str(file)))) == [
        "error: bad.yaml:3:25 watch.plans.output: unknown output 'child_protection_plan' "
        "(did you mean 'child_protection_plans'?)"
    ]


def test_the_check_refuses_unknown_outputs_of_indicators_and_tables_together(copy: Copy):
    copy.change("observed", "\nreferrals,2012-13,", "\nreferals,2012-13,")
    file = copy.write("extends: thrive.yaml\nwatch:\n  referrals: {output: referal}\n")
    refused = invoke("check", file)
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert sorted(refused.stderr.splitlines()) == [
        "error: bad.yaml:3:15 watch.referrals.output: unknown output 'referal' (did you mean 'referrals'?)",
        *copy.placed("observed.csv:<referals,2012-13> output: unknown output 'referals' (did you mean 'referrals'?)"),
    ]


@pytest.mark.parametrize("key", ["watch.referrals.target", "savings_target"])
def test_a_series_that_is_silent_in_the_first_year_is_refused(key: str):
    refused = invoke("check", "thrive", "--set", f"{key}={{by_year: {{2013-14: 500}}}}")
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        f"error: --set {key}.by_year: begins in 2013-14, and is needed from 2012-13 "
        "(give a figure for 2012-13, 0 where that is meant)"
    ]


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("better=les", "watch.referrals.better: must be 'lower' or 'higher', not 'les'"),
        ("better=hihger", "watch.referrals.better: must be 'lower' or 'higher', not 'hihger' (did you mean 'higher'?)"),
        ("amber_within=1.5", "watch.referrals.amber_within: must be 1 or less"),
        ("amber_within=-0.1", "watch.referrals.amber_within: must be 0 or more"),
        ("targt=5", "watch.referrals.targt: is not a setting (did you mean 'target'?)"),
        (
            "target={value: 5, source: cin_2031}",
            "watch.referrals.target.source: 'cin_2031' is not in sources.csv (did you mean 'cin_2013'?)",
        ),
    ],
)
def test_an_indicator_may_not_have(setting: str, told: str):
    refused = invoke("watch", "thrive", "--set", f"watch.referrals.{setting}")
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert refused.stderr.splitlines() == [f"error: --set {told}"]


# The command


def test_the_screen_tells_title_rule_and_status_by_year_in_words():
    shown = seen().splitlines()
    start = shown.index("Looked after children")
    assert shown[start + 1] == "  green at 618 or fewer, amber to 679.8 (10% beyond), then red"
    assert shown[start - 1].split() == YEARS
    assert shown[start + 2] == "  observed         598 green"
    for line, label in zip(shown[start + 3 : start + 5], ("  do nothing", "  with programme"), strict=True):
        assert line.startswith(label)
        assert set(line.removeprefix(label).split()[1::2]) <= {"green", "amber", "red"}


def test_the_figures_of_a_year_stand_above_one_another_whatever_their_status():
    shown = seen().splitlines()
    start = shown.index("Looked after children")
    rows = [
        [cell.start() for cell in re.finditer(r"\b(green|amber|red)\b", line)] for line in shown[start + 3 : start + 5]
    ]
    assert rows[0] == rows[1]


def test_every_line_of_the_screen_fits():
    for settings in ((), ("last_year=2019-20",), ("watch.referrals.target={by_year: {2012-13: 5, 2013-14: 6}}",)):
        assert max(map(len, seen(*settings).splitlines())) <= WIDTH


def test_years_that_do_not_fit_abreast_stand_below():
    shown = seen("last_year=2019-20").splitlines()
    assert shown.count("Looked after children") == 2
    assert [line.split() for line in shown if line.split() == ["2018-19", "2019-20"]]


def test_where_nothing_was_observed_or_programmed_there_is_no_row(thrive: Comparison):
    shown = seen()
    block = shown[shown.index("Foster places per 100 needed") :].split("\n\n")[0]
    assert "observed" not in block
    assert "with programme" in block
    alone = seen(
        *(f"interventions.{name}.enabled=false" for name in thrive.scenario.assembled.resolved.scenario.active)
    )
    assert "with programme" not in alone
    assert "do nothing" in alone


def test_the_rule_of_a_target_that_moves_is_told_from_each_year_on():
    shown = " ".join(seen("watch.looked_after_children.target={by_year: {2012-13: 618, 2014-15: 560}}").split())
    assert "from 2012-13 green at 618 or fewer, amber to 679.8 (10% beyond), then red; from 2014-15 green" in shown


def test_a_scenario_that_watches_nothing_says_so():
    shown = invoke("watch", "do_nothing")
    assert shown.exit_code == 0
    assert NO_INDICATORS in shown.stdout
    assert json.loads(invoke("watch", "do_nothing", "--json").stdout)["indicators"] == []


def test_what_is_set_stands_in_the_heading():
    assert "--set watch.referrals.target=900\n" in seen("watch.referrals.target=900")


def test_the_json_object_has_a_row_an_indicator_and_year(printed: dict[str, Any], watched: dict[str, Indicator]):
    rows = printed["indicators"]
    assert [(row["indicator"], row["financial_year"]) for row in rows] == [(n, y) for n in watched for y in YEARS]
    for row in rows:
        goal = Goal(row["better"], row["target"], 0.1)
        assert row["amber_to"] == goal.edge
        assert row["rule"] == rule(goal, row["unit"])
        for name in ("scenario", "do_nothing", "observed"):
            value = row[name]
            assert row[f"{name}_status"] == (None if value is None else goal.status(value))


def test_the_screen_and_the_json_object_agree_on_the_status(printed: dict[str, Any]):
    shown = seen()
    for title in {row["title"] for row in printed["indicators"]}:
        block = shown[shown.index(f"\n{title}\n") :].split("\n\n")[0]
        told = next(line for line in block.splitlines() if line.startswith("  with programme")).split()
        rows = [row for row in printed["indicators"] if row["title"] == title]
        assert [word for word in told if word in {"green", "amber", "red"}] == [row["scenario_status"] for row in rows]


def test_every_key_of_the_json_object_is_explained(printed: dict[str, Any]):
    text = (ROOT / "docs" / "watch.md").read_text(encoding="utf-8")
    keys = {*printed, *printed["indicators"][0], *printed["comparisons"][0]}
    assert sorted(key for key in keys if f"`{key}`" not in text) == []
