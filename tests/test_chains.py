from __future__ import annotations

import json

import pytest
from projects import invoke

from thrive_model.assemble import Assembled, assemble
from thrive_model.periods import FinancialYear
from thrive_model.report.chains import rows
from thrive_model.scenario import resolve


@pytest.fixture(scope="module")
def assembled() -> Assembled:
    return assemble(resolve("thrive"))


def test_every_intervention_of_the_programme_has_its_chain(assembled: Assembled):
    found = rows(assembled, FinancialYear(2014))
    assert [row["intervention"] for row in found] == list(assembled.resolved.scenario.active)
    for row in found:
        steps = row["eligible"] * row["reached"] * row["engaged"] * (1 - row["deadweight"]) * row["attribution"]
        assert row["coverage"] == pytest.approx(steps * row["phase"])


def test_the_chain_of_keyworkers_in_their_first_year_worked_by_hand(assembled: Assembled):
    """15% reached, half of it theirs, 12 of 18 months of the ramp by March 2013. £665,000, of which partners 40%."""
    (row,) = (row for row in rows(assembled, FinancialYear(2012)) if row["intervention"] == "family_keyworkers")
    assert row["phase"] == pytest.approx(12 / 18)
    assert row["coverage"] == pytest.approx(0.15 * 0.5 * 12 / 18)
    assert (row["cost"], row["partners_cost"]) == pytest.approx((399_000, 266_000))
    assert row["carried_by"] == "family_keyworkers"


def test_costs_are_those_of_the_ledger(assembled: Assembled):
    costs, names = assembled.costs, list(assembled.costs.names)
    for row in rows(assembled, FinancialYear(2013)):
        spent = costs.per_month[names.index(row["intervention"])][12:24, 0].sum()
        assert row["cost"] == pytest.approx(spent)


def test_what_was_set_aside_and_not_drawn_stands_in_brackets():
    shown = invoke("interventions", "thrive", "--year", "2012-13").stdout
    line = next(line for line in shown.splitlines() if line.startswith("Contact services"))
    assert line.endswith("(45)")


def test_the_screen_fits_and_the_json_object_holds_the_same(assembled: Assembled):
    shown, told = invoke("interventions", "thrive"), json.loads(invoke("interventions", "thrive", "--json").stdout)
    assert shown.exit_code == 0
    assert max(len(line) for line in shown.stdout.splitlines()) <= 100
    assert told["financial_year"] == "2014-15"
    assert told["interventions"] == rows(assembled, FinancialYear(2014))
    for one in assembled.resolved.scenario.active.values():
        assert one.title.split()[0] in shown.stdout


def test_a_step_that_takes_something_away_is_shown():
    plain = invoke("interventions", "thrive").stdout
    less = invoke("interventions", "thrive", "--set", "interventions.swift.deadweight=0.25").stdout
    assert "weight" not in plain.split("\n\n")[1].split("Of the children")[0]
    assert "weight" in less.split("Of the children")[0]
    assert "25%" in less


def test_shocks_are_told_and_a_scenario_without_interventions_says_so():
    assert "In doing nothing too: Shortage of foster carers" in invoke("interventions", "carer_shortage").stdout
    assert "has no interventions" in invoke("interventions", "do_nothing").stdout


def test_a_year_outside_the_run_is_refused():
    refused = invoke("interventions", "thrive", "--year", "2030-31")
    assert refused.exit_code == 1
    assert refused.stderr == "error: --year: '2030-31' is outside the run (name a year from 2012-13 to 2017-18)\n"
