from __future__ import annotations

import pytest

from thrive_model.assemble import Inputs
from thrive_model.errors import InputError
from thrive_model.fund import FundYear, account, reconcile, shares
from thrive_model.ledger import OUTSIDE_THE_FUND
from thrive_model.parameters import USES
from thrive_model.periods import FinancialYear
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve


def rows_of(*settings: str) -> list[FundYear]:
    return account(run(resolve("thrive", settings)).scenario)


def test_there_is_a_row_a_year_and_only_the_first_is_from_the_accounts(thrive: Comparison):
    rows = account(thrive.scenario)
    assert [row.financial_year for row in rows] == [f"20{y}-{y + 1}" for y in range(12, 18)]
    assert [row.actual for row in rows] == [True] + [False] * 5


def test_each_year_closes_with_what_was_not_drawn(thrive: Comparison):
    for row in account(thrive.scenario):
        assert set(row.uses) == set(USES)
        assert row.drawdown == pytest.approx(sum(row.uses.values()))
        assert row.closing == pytest.approx(row.opening - row.drawdown)
        assert min(row.closing, row.drawdown, row.unfunded) >= 0


def test_nothing_is_drawn_once_the_fund_has_closed(thrive: Comparison):
    rows = account(thrive.scenario)
    assert all(row.drawdown == row.planned == 0 for row in rows[3:])
    assert all(row.unfunded > 0 for row in rows[3:])


def test_a_scenario_without_a_fund_has_no_account(thrive: Comparison):
    assert account(thrive.do_nothing) == []


def test_every_published_figure_of_the_first_year_holds(thrive: Comparison, inputs: Inputs):
    checks = reconcile(thrive.scenario, inputs.fund)
    assert {"amount", "planned", "drawdown", "new_activity", "carried_forward"} <= {check.item for check in checks}
    for check in checks:
        assert check.holds, check


def test_a_figure_outside_its_tolerance_does_not_hold(thrive: Comparison, inputs: Inputs):
    facts = [fact.model_copy(update={"value": 3_950_001.0}) for fact in inputs.fund if fact.item == "drawdown"]
    (check,) = reconcile(thrive.scenario, facts)
    assert not check.holds
    assert check.found == pytest.approx(3_900_000)


def test_a_figure_at_its_tolerance_holds(thrive: Comparison, inputs: Inputs):
    facts = [fact.model_copy(update={"value": 3_950_000.0}) for fact in inputs.fund if fact.item == "drawdown"]
    assert all(check.holds for check in reconcile(thrive.scenario, facts))


def test_a_figure_for_a_year_outside_the_run_is_not_checked(thrive: Comparison, inputs: Inputs):
    later = [fact.model_copy(update={"financial_year": FinancialYear(2019)}) for fact in inputs.fund]
    assert reconcile(thrive.scenario, later) == []


def test_new_activity_is_held_against_what_the_interventions_cost():
    dear = run(resolve("thrive", ["interventions.swift.cost_per_year=2000000"])).scenario
    failed = [check for check in reconcile(dear, dear.assembled.inputs.fund) if not check.holds]
    assert [check.item for check in failed] == ["new_activity"]
    assert failed[0].found == pytest.approx(1_500_000 - 271_000 + 2_000_000)


def test_what_neither_the_fund_nor_the_base_budget_paid_in_a_closed_year_is_a_row_of_its_own():
    """SWIFT at £2,000,000 and not £271,000 is £1,729,000 above what the accounts have for new activity."""
    dear = run(resolve("thrive", ["interventions.swift.cost_per_year=2000000"])).scenario
    assert dear.spent(funding=OUTSIDE_THE_FUND)[0, 0] == pytest.approx(1_729_000)


def test_money_not_held_to_the_plan_is_spent_as_it_is_needed():
    rows = rows_of("fund.held_to_plan=false")
    assert rows[1].drawdown == pytest.approx(5_800_000)
    assert rows[2].drawdown == 0


def test_demand_first_leaves_new_activity_unfunded():
    rows = rows_of("fund.order=[demand_support, new_activity, change]")
    assert rows[1].uses["demand_support"] == pytest.approx(2_900_000)
    assert rows[1].uses["new_activity"] == 0
    assert rows[1].drawdown == pytest.approx(2_900_000)


def test_a_larger_fund_without_a_larger_plan_is_left_over():
    assert rows_of("fund.amount=10000000")[-1].closing == pytest.approx(300_000)


def test_a_fund_that_closes_early_draws_nothing_after():
    rows = rows_of("fund.last_year=2013-14")
    assert rows[2].drawdown == 0
    assert rows[2].closing == pytest.approx(2_900_000)


def test_a_plan_that_takes_money_back_is_refused():
    """A release below nought drew a negative sum, and the fund grew to £15.8m."""
    with pytest.raises(InputError):
        run(resolve("thrive", ["fund.planned_per_year=-5000000"]))


def test_a_fund_smaller_than_the_accounts_say_was_drawn_is_refused():
    """£1m less £3.9m drawn in 2012-13 left -£2.9m, which the next year then "drew"."""
    with pytest.raises(InputError):
        run(resolve("thrive", ["fund.amount=1000000"]))


def test_a_fund_that_is_open_outside_the_run_is_refused():
    with pytest.raises(InputError, match="outside the run"):
        run(resolve("thrive", ["fund.last_year=2030-31"]))


def test_who_pays_is_all_that_is_spent_while_the_fund_is_open(thrive: Comparison):
    """ "the THRIVE fund only pays for a small amount of the activity": 9.7 of some 164 million over three years."""
    paid = shares(thrive.scenario)
    book = thrive.scenario.ledger
    spent = thrive.scenario.by_year(book.amount.sum(axis=0))[:3].sum()
    assert sum(paid.values()) == pytest.approx(1.0)
    assert paid["fund"] * spent == pytest.approx(9.7e6, abs=1.0)
    assert paid["fund"] < 0.1
    assert paid["base_budget"] > 0.8
    assert paid["partners"] > 0


def test_without_a_fund_nobody_is_said_to_pay_for_it(thrive: Comparison):
    assert shares(thrive.do_nothing) == {}
