"""What every shipped scenario comes to, beside the figures that were accepted, and what must be so of any of them."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from projects import ROOT, invoke, scenario_names

from thrive_model import fund
from thrive_model.guard import read_guard
from thrive_model.outputs import all_outputs
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

ACCEPTED = ROOT / "tests" / "accepted"
FALLS = ("referrals", "assessments", "child_protection_plans", "plans_started", "care_proceedings_started")
FALLS += ("admissions_to_care",)


@cache
def _run(name: str) -> Comparison:
    return run(resolve(name))


def _programmes() -> list[str]:
    return [name for name in scenario_names() if resolve(name).scenario.active]


def test_every_scenario_comes_to_what_was_accepted():
    """What `make guard` asks, too: where it fails, it says what moved and which input or code changed."""
    told = invoke("guard", ROOT / "guard.yaml")
    assert told.exit_code == 0, told.output


def test_every_scenario_is_guarded_and_none_is_left_over():
    assert sorted(read_guard(str(ROOT)).scenarios) == scenario_names()
    assert sorted(path.stem for path in (ACCEPTED / "figures").iterdir()) == scenario_names()


def test_every_scenario_opens_with_what_it_asks():
    for name in scenario_names():
        first, *_ = (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert first.startswith("# Asks: ")
        assert first.endswith("?")


def test_every_scenario_but_doing_nothing_extends_another():
    for name in scenario_names():
        files = resolve(name).files
        assert files[-1].stem == "do_nothing"
        assert len(files) > 1 or name == "do_nothing"


def test_there_is_a_programme_to_compare_with_doing_nothing():
    assert "thrive" in _programmes()


@pytest.mark.parametrize("output", FALLS)
@pytest.mark.parametrize("name", _programmes())
def test_in_year_one_a_programme_has_fewer_than_doing_nothing(name: str, output: str):
    """Referrals, assessments, plans, proceedings and admissions "are all substantially reduced" (the year 1 report)."""
    measure = all_outputs()[output].measure
    assert measure(_run(name).scenario)[0, 0] < measure(_run(name).do_nothing)[0, 0]


@pytest.mark.parametrize("name", _programmes())
def test_in_every_later_year_a_programme_has_fewer_looked_after_than_doing_nothing(name: str):
    measure = all_outputs()["looked_after_children"].measure
    assert (measure(_run(name).scenario)[1:] < measure(_run(name).do_nothing)[1:]).all()


@pytest.mark.parametrize("name", _programmes())
def test_the_fund_is_never_below_zero_nor_drawn_beyond_what_it_holds(name: str):
    account = fund.account(_run(name).scenario)
    assert account
    assert all(year.closing >= -1e-6 and year.unfunded >= 0 for year in account)
    assert all(use >= 0 for year in account for use in year.uses.values())
    assert sum(year.drawdown for year in account) <= account[0].opening + 1e-6
    for year in account:
        assert year.drawdown == pytest.approx(sum(year.uses.values()))
        assert year.closing == pytest.approx(year.opening - year.drawdown)
    for year, following in pairwise(account):
        assert following.opening == year.closing


@pytest.mark.parametrize("name", _programmes())
def test_year_one_of_the_fund_agrees_with_the_published_account(name: str):
    comparison = _run(name).scenario
    checks = fund.reconcile(comparison, comparison.assembled.inputs.fund)
    assert checks
    assert [check.item for check in checks if not check.holds] == []


@pytest.mark.parametrize("name", _programmes())
def test_every_pound_of_demand_above_the_base_is_drawn_or_unfunded(name: str):
    """Year by year, once the accounts are no longer given: pressure and programme = drawn + unfunded."""
    results = _run(name).scenario
    outputs = all_outputs()
    for y, year in enumerate(fund.account(results)):
        if not year.actual:
            need = (
                max(outputs["pressure"].measure(results)[y, 0], 0.0) + outputs["programme_cost"].measure(results)[y, 0]
            )
            assert year.drawdown + year.unfunded == pytest.approx(need)


def test_doing_nothing_costs_fifteen_million_more_by_2015_and_keeps_rising():
    """ "an extra £15m just to keep up with demand by 2015, and that this cost would keep rising" """
    results = _run("do_nothing").scenario
    pressure = all_outputs()["pressure"].measure(results)[:, 0]
    at = [str(year) for year in results.years].index("2014-15")
    assert pressure[at] == pytest.approx(15e6, rel=0.01)
    assert (np.diff(pressure) > 0).all()
