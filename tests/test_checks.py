"""Checks of results: those of the table hold for what is shipped, a broken book is told, a scenario adds its own."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from copies import Copy, refused
from projects import invoke

from thrive_model.checks import MEASURES, Finding, findings, rules
from thrive_model.outputs import all_outputs
from thrive_model.results import Results
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

MINE = """\
extends: thrive
checks:
  care_below_eight_hundred:
    measure: looked_after_children
    financial_year: 2017-18
    severity: {severity}
    words: No more than eight hundred children are looked after at the end
    at_most: {{value: 800, source: assumption, why: A limit for this test}}
"""


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def _broken(found: list[Finding]) -> set[str]:
    return {one.check for one in found if not one.holds}


def _failing(results: Results, nothing: Results) -> set[str]:
    return {one.check for one in findings(results, nothing) if not one.holds and one.severity == "fail"}


# What is shipped


@pytest.mark.parametrize("name", ["thrive", "do_nothing", "welfare_reform", "history"])
def test_every_check_that_can_fail_holds_for_what_is_shipped(name: str):
    comparison = run(resolve(name))
    assert _failing(comparison.scenario, comparison.do_nothing) == set()


def test_every_percentage_and_rate_of_children_is_checked_to_lie_in_its_range(thrive: Comparison):
    resolved = thrive.scenario.assembled.resolved
    checked = {rule.measure for rule in rules(thrive.scenario.assembled.inputs, resolved) if rule.severity == "fail"}
    shares = {name for name, output in all_outputs().items() if output.unit == "per cent"}
    assert shares <= checked


def test_every_measure_of_the_books_is_checked(thrive: Comparison):
    assert set(MEASURES) <= {rule.measure for rule in rules(thrive.scenario.assembled.inputs, resolve("thrive"))}


def test_a_rate_is_held_against_the_neighbours_of_the_latest_year_published(thrive: Comparison):
    found = findings(thrive.scenario, thrive.do_nothing)
    rows = [
        row.value
        for row in thrive.scenario.assembled.inputs.comparators
        if (row.group, row.output, str(row.financial_year)) == ("neighbour", "looked_after_rate_per_10000", "2012-13")
    ]
    (one,) = [
        one for one in found if one.check == "looked_after_rate_among_neighbours" and one.financial_year == "2017-18"
    ]
    assert (one.least, one.most) == pytest.approx((min(rows) * 0.5, max(rows) * 1.5))
    assert one.beside == "neighbours in 2012-13"


def test_a_run_without_a_fund_is_not_asked_about_one():
    comparison = run(resolve("do_nothing"))
    found = findings(comparison.scenario, comparison.do_nothing)
    assert not [one for one in found if one.measure.startswith("fund")]


# What is broken is told


def _spoilt(thrive: Comparison) -> Iterator[tuple[str, Results]]:
    """A result with one thing wrong with its books, and the check that should tell."""
    good = thrive.scenario
    assert good.account is not None
    stock = good.trajectory.stock.copy()
    stock[5, 3] += 1.0
    yield "children_conserved", replace(good, trajectory=replace(good.trajectory, stock=stock))
    flow = good.trajectory.flow.copy()
    flow[7, 2] = -1.0
    yield "children_not_below_zero", replace(good, trajectory=replace(good.trajectory, flow=flow))
    amount = good.ledger.amount.copy()
    amount[0, 3] += 1.0
    yield "ledger_sums_to_what_is_charged", replace(good, ledger=replace(good.ledger, amount=amount))
    refund = good.ledger.amount.copy()
    refund[0, 3] = -5.0
    yield "ledger_not_below_zero", replace(good, ledger=replace(good.ledger, amount=refund))
    book = good.account
    yield "fund_not_below_zero", replace(good, account=replace(book, closing=book.closing - 1e7))
    yield "fund_account_balances", replace(good, account=replace(book, opening=book.opening * 1.01))
    yield "fund_drawn_not_below_zero", replace(good, account=replace(book, drawdown=-book.drawdown))
    yield "fund_pays_what_it_is_drawn", replace(good, account=replace(book, drawdown=book.drawdown * 1.01))
    yield "fund_unfunded_not_below_zero", replace(good, account=replace(book, unfunded=book.unfunded - 1.0))


def test_each_wrong_in_the_books_is_told_by_its_check(thrive: Comparison):
    told = {name: _failing(results, thrive.do_nothing) for name, results in _spoilt(thrive)}
    assert {name for name, found in told.items() if name not in found} == set()


def test_a_figure_that_is_no_number_does_not_hold(thrive: Comparison):
    amount = thrive.scenario.ledger.amount.copy()
    amount[0, 0] = np.nan
    assert "ledger_sums_to_what_is_charged" in _failing(
        replace(thrive.scenario, ledger=replace(thrive.scenario.ledger, amount=amount)), thrive.do_nothing
    )


# A scenario's own


@pytest.mark.parametrize(("severity", "code"), [("fail", 1), ("warn", 0)])
def test_a_scenario_adds_a_check_of_its_own(severity: str, code: int, copy: Copy):
    mine = copy.write(MINE.format(severity=severity), "mine.yaml")
    told = invoke("check", mine, "--results")
    assert told.exit_code == code
    assert "No more than eight hundred children are looked after at the end" in told.stdout
    assert "at most 800; care_below_eight_hundred, mine.yaml:3:3" in " ".join(told.stdout.split())


def test_a_scenarios_check_of_one_year_is_of_that_year_alone(copy: Copy):
    mine = copy.write(MINE.format(severity="fail"), "mine.yaml")
    comparison = run(resolve(str(mine)))
    found = [
        one
        for one in findings(comparison.scenario, comparison.do_nothing)
        if one.check.startswith("care_below")  # the scenario alone, in one year
    ]
    assert [(one.run, one.financial_year, one.most) for one in found] == [("scenario", "2017-18", 800.0)]


def test_limits_by_year_and_neighbours_hold_together(copy: Copy):
    text = """\
    extends: thrive
    checks:
      rate:
        measure: looked_after_rate_per_10000
        run: both
        words: The rate stays near the neighbours and below a path
        beyond_neighbours: {value: 2, source: assumption, why: Wide enough for this test}
        at_most: {by_year: {2012-13: 62, 2014-15: 70}, source: assumption, why: A path for this test}
    """
    mine = copy.write("\n".join(line[4:] for line in text.splitlines()) + "\n", "mine.yaml")
    comparison = run(resolve(str(mine)))
    found = [one for one in findings(comparison.scenario, comparison.do_nothing) if one.check == "rate"]
    assert len(found) == 2 * len(comparison.scenario.years)
    assert {one.most for one in found} == {62.0, 70.0}
    assert {one.least for one in found} == {0.0}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            "measure: looked_after_children",
            "measure: looked_after_childen",
            "mine.yaml:4:5 checks.care_below_eight_hundred.measure: unknown measure 'looked_after_childen' "
            "(did you mean 'looked_after_children'?)",
        ),
        (
            "financial_year: 2017-18",
            "financial_year: 2018-19",
            "mine.yaml:5:5 checks.care_below_eight_hundred.financial_year: 2018-19 is outside the run "
            "(2012-13 to 2017-18)",
        ),
        (
            "    at_most: {value: 800, source: assumption, why: A limit for this test}\n",
            "",
            "mine.yaml:3:3 checks.care_below_eight_hundred.beyond_neighbours: or at_least or at_most must be given",
        ),
        (
            "    at_most: {value: 800, source: assumption, why: A limit for this test}\n",
            "    beyond_neighbours: 0.5\n",
            "mine.yaml:8:5 checks.care_below_eight_hundred.beyond_neighbours: comparators.csv has no "
            "'looked_after_children' of a neighbour (give at_least or at_most in its place)",
        ),
        (
            "source: assumption, why: A",
            "source: nobody, why: A",
            "mine.yaml:8:27 checks.care_below_eight_hundred.at_most.source: 'nobody' is not in sources.csv",
        ),
        (
            "severity: fail",
            "severity: faill",
            "mine.yaml:6:5 checks.care_below_eight_hundred.severity: must be 'fail' or 'warn', not 'faill' "
            "(did you mean 'fail'?)",
        ),
        (
            "care_below_eight_hundred:",
            "children_conserved:",
            "mine.yaml:3:3 checks.children_conserved: is a check of checks.csv:2 already (give it another name)",
        ),
    ],
)
def test_a_check_that_cannot_be_made_is_refused(old: str, new: str, told: str, copy: Copy):
    text = MINE.format(severity="fail")
    assert text.count(old) == 1
    mine = copy.write(text.replace(old, new), "mine.yaml")
    assert f"error: {told}" in invoke("run", mine).stderr.splitlines()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("fewest_children,both", "fewest_childen,both", "measure: unknown measure 'fewest_childen' (did you mean"),
        (
            "fewest_children,both,-0.000000001,,,fail",
            "fewest_children,both,,,,fail",
            ": 'children_not_below_zero' must give least, most or beyond_neighbours",
        ),
        (
            "fewest_children,both,-0.000000001,,,fail",
            "fewest_children,both,,,0.5,fail",
            "beyond_neighbours: comparators.csv has no 'fewest_children' of a neighbour",
        ),
        ("children,both,-0.000000001,,", "children,both,1,0,", "the least of 'children_not_below_zero', 1, is more"),
    ],
)
def test_a_row_that_is_no_check_is_refused(old: str, new: str, told: str, copy: Copy):
    line = copy.line("checks", "children_not_below_zero")
    copy.change("checks", old, new)
    (only,) = invoke("check", copy.folder / "scenarios" / "thrive.yaml").stderr.splitlines()
    assert only.startswith(f"error: checks.csv:{line}")
    assert told in only


def test_a_scenario_may_say_nothing_of_checks(copy: Copy):
    assert resolve(str(copy.write("extends: thrive\n"))).scenario.checks == {}
    assert refused(copy.write("extends: thrive\nchecks: 5\n")) == [
        "error: bad.yaml:2:1 checks: must be a block of settings, not 5"
    ]


# The command


def test_results_are_told_in_words_as_data_and_kept_as_rows(tmp_path: Path):
    kept = tmp_path / "failing.csv"
    told = invoke("check", "thrive", "do_nothing", "--results", "--failures", kept)
    assert told.exit_code == 0
    assert told.stdout.startswith("thrive: 19 of 21 checks hold, 2 warn\n")
    printed = json.loads(invoke("check", "thrive", "do_nothing", "--results", "--json").stdout)
    outside = [row for row in printed["checks"] if not row["holds"]]
    with kept.open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert [(row["scenario"], row["check"], row["financial_year"]) for row in rows] == [
        (row["scenario"], row["check"], row["financial_year"]) for row in outside
    ]
    assert {row["scenario"] for row in printed["checks"]} == {"thrive", "do_nothing"}


def test_every_scenario_that_runs_is_told_beside_the_faults_of_the_others(copy: Copy):
    bad = copy.write("extends: thrive\nseed: x\n")
    told = invoke("check", "thrive", bad, "--results")
    assert told.exit_code == 1
    assert told.stdout.startswith("thrive: ")
    assert told.stderr == "error: bad.yaml:2:1 seed: must be a whole number, not 'x'\n"


@pytest.mark.parametrize("option", ["--json", "--failures=f.csv"])
def test_options_of_results_are_refused_without_them(option: str):
    told = invoke("check", "thrive", option)
    assert told.exit_code == 2
    assert "add --results" in told.stderr
