"""Ways to spread the fund over its years: each releases the same, and what it buys follows the money."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import pytest
from projects import invoke

from thrive_model import fund
from thrive_model.outputs import pressure, programme_cost
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

EVEN = "thrive"
SPREAD = ("thrive_front_loaded", "thrive_back_loaded")
ORIGINAL = "thrive_original_plan"
PROFILES = (EVEN, *SPREAD, ORIGINAL)
NEXT_TWO = slice(1, 3)
SCALED = ("family_keyworkers", "swift", "good_start", "parent_support_advisers", "targeted_youth_support")


@cache
def compared(name: str) -> Comparison:
    return run(resolve(name))


def planned(name: str) -> list[float]:
    return [row.planned for row in fund.account(compared(name).scenario)]


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_is_accepted(name: str):
    assert invoke("check", name).stdout == f"{name}: nothing to refuse\n"


@pytest.mark.parametrize("name", PROFILES)
def test_every_profile_releases_the_whole_fund_over_its_three_years(name: str):
    """A closed year releases what was drawn in it: the rest of the £7.5m planned is spread over the next two years."""
    rows = fund.account(compared(name).scenario)
    assert sum(row.drawdown if row.actual else row.planned for row in rows[:3]) == pytest.approx(9_700_000)
    assert planned(name)[0] == 7_500_000
    assert planned(name)[3:] == [0, 0, 0]


def test_the_front_is_loaded_in_one_and_the_back_in_the_other():
    front, back = (planned(name)[NEXT_TWO] for name in SPREAD)
    assert front == back[::-1]
    assert front[0] > planned(EVEN)[1] > front[1]


@pytest.mark.parametrize("name", SPREAD)
def test_a_spread_leaves_the_closed_year_as_it_is(name: str):
    mine, even = compared(name).scenario, compared(EVEN).scenario
    assert fund.account(mine)[0] == fund.account(even)[0]
    np.testing.assert_array_equal(pressure(mine)[0], pressure(even)[0])
    np.testing.assert_array_equal(programme_cost(mine)[0], programme_cost(even)[0])


@pytest.mark.parametrize("name", SPREAD)
def test_a_spread_spends_the_same_on_every_service_over_the_two_years_left(name: str):
    mine, even = compared(name).scenario, compared(EVEN).scenario
    for service in mine.assembled.resolved.scenario.active:
        both = (results.spent(line=service)[NEXT_TWO].sum() for results in (mine, even))
        assert next(both) == pytest.approx(next(both)), service
    both = (results.spent(use="new_activity")[NEXT_TWO].sum() for results in (mine, even))
    assert next(both) == pytest.approx(next(both))


@pytest.mark.parametrize("name", SPREAD)
def test_from_2015_a_spread_spends_as_the_even_profile(name: str):
    mine, even = compared(name).scenario, compared(EVEN).scenario
    np.testing.assert_array_equal(programme_cost(mine)[3:], programme_cost(even)[3:])


@pytest.mark.parametrize("name", SPREAD)
def test_posts_and_reach_move_with_what_is_released(name: str):
    mine, even = (compared(one).scenario.assembled.resolved.scenario.active for one in (name, EVEN))
    for y, year in enumerate(compared(EVEN).scenario.years):
        share = planned(name)[y] / planned(EVEN)[y] if planned(EVEN)[y] else 1.0
        for service in SCALED:
            one, other = mine[service], even[service]
            assert one.cost_per_year.at(year) == pytest.approx(share * other.cost_per_year.at(year)), service
            assert one.reached.at(year) == pytest.approx(share * other.reached.at(year)), service
            assert one.reached.at(year) <= 1


@pytest.mark.parametrize("name", SPREAD)
def test_more_posts_carry_more_families(name: str):
    """Reach alone would change nothing where those who deliver it already carry all they can."""
    one, other = (
        compared(which).scenario.assembled.resolved.scenario.active["family_keyworkers"].carried_by
        for which in (name, EVEN)
    )
    assert one
    assert other
    for y, year in enumerate(compared(EVEN).scenario.years[:3]):
        share = planned(name)[y] / planned(EVEN)[y]
        assert one.children_per_unit.at(year) == pytest.approx(share * other.children_per_unit.at(year))


def test_more_now_is_less_pressure_now_and_more_later():
    front, even, back = (pressure(compared(name).scenario)[:, 0] for name in (SPREAD[0], EVEN, SPREAD[1]))
    assert front[1] < even[1] < back[1]
    assert front[2] > even[2] > back[2]


@pytest.mark.parametrize("name", (*SPREAD, ORIGINAL))
def test_doing_nothing_knows_of_no_profile(name: str):
    mine, even = compared(name).do_nothing, compared(EVEN).do_nothing
    np.testing.assert_array_equal(mine.trajectory.stock, even.trajectory.stock)
    np.testing.assert_array_equal(mine.ledger.amount, even.ledger.amount)


# The plan of 2012


def test_the_first_year_of_the_original_plan_keeps_a_quarter_for_new_activity_and_change():
    """25% of £7.5m: £1.7m as it was drawn, £85,000 set aside and not needed, £90,000 that slipped."""
    results = compared(ORIGINAL).scenario
    first = results.years[0]
    months = [first.first_month.plus(n) for n in range(12)]
    allocated = math.fsum(
        one.allocations([month])[0, 0]
        for one in results.assembled.resolved.scenario.active.values()
        for month in months
    )
    assert allocated == pytest.approx(0.25 * 7_500_000)
    assert programme_cost(results)[0, 0] == pytest.approx(1_875_000)
    assert results.spent(use="change")[0, 0] == pytest.approx(200_000)
    even = compared(EVEN).scenario
    assert programme_cost(results)[0, 0] - programme_cost(even)[0, 0] == pytest.approx(85_000 + 90_000)


def test_every_year_of_the_original_plan_is_projected():
    rows = fund.account(compared(ORIGINAL).scenario)
    assert not any(row.actual for row in rows)
    assert rows[0].drawdown < rows[0].planned
    assert rows[1].drawdown > rows[1].planned, "what 2012-13 did not need is carried forward"


def test_the_original_plan_is_held_against_what_was_planned_and_not_against_what_was_drawn():
    results = compared(ORIGINAL).scenario
    checks = fund.reconcile(results, results.assembled.inputs.fund)
    assert [check.item for check in checks] == ["amount", "planned", "planned_demand_support"]
    assert all(check.holds for check in checks)
    shown = " ".join(invoke("run", ORIGINAL).stdout.split())
    assert "The plan agrees with 2 published figures and 1 derived from them; no year is closed." in shown
    assert "(accounts)" not in shown
    assert "The closed year" not in shown


def test_an_original_plan_that_is_not_the_published_one_is_told():
    settings = ("run", ORIGINAL, "--set", "fund.planned_per_year=3000000")
    assert "planned is £3.0m, published £7.5m" in " ".join(invoke(*settings).stdout.split())


def test_a_fund_that_no_account_closes_may_be_smaller_than_what_was_drawn():
    settings = ["fund.amount=1000000", "fund.planned_per_year=1000000"]
    assert fund.account(run(resolve(ORIGINAL, settings)).scenario)[0].opening == 1_000_000
