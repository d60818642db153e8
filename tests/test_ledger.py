from __future__ import annotations

import numpy as np
import pytest
from builders import costs, fund_terms, parameters

from thrive_model import engine, ledger
from thrive_model.ledger import charge, settle
from thrive_model.parameters import USES
from thrive_model.run import Comparison

TWO_YEARS = np.repeat([0, 1], 12)


def steady(amount: float, years: int = 1) -> np.ndarray:
    """The same pounds every month, [T, D]."""
    return np.full((12 * years, 1), amount)


def test_child_weeks_are_the_mean_of_opening_and_closing_stock_times_the_weeks():
    trajectory = engine.run(parameters([(0, 1, 1.0)], [0.0, 100.0], 2, outside=1, exposure=20.0))
    lines = costs(["demand_support"], 2, per_child_week=[[0.0, 10.0]], per_move=[[0.0]], weeks=[4.0, 5.0])
    np.testing.assert_allclose(charge(trajectory, lines)[0, :, 0], [110 * 4 * 10, 130 * 5 * 10])


def test_events_cost_what_they_cost_each():
    trajectory = engine.run(parameters([(0, 1, 1.0)], [0.0, 0.0], 2, outside=1, exposure=20.0))
    lines = costs(["demand_support"], 2, per_child_week=[[0.0, 0.0]], per_move=[[50.0]])
    np.testing.assert_allclose(charge(trajectory, lines)[0, :, 0], [1000, 1000])


def test_fixed_sums_and_prices_apply_month_by_month():
    trajectory = engine.run(parameters([(0, 1, 0.0)], [1.0, 0.0], 3))
    lines = costs(
        ["change"], 3, per_child_week=[[0.0, 0.0]], per_month=[[100.0, 100.0, 0.0]], to_nominal=[[1.0, 1.1, 9.0]]
    )
    np.testing.assert_allclose(charge(trajectory, lines)[0, :, 0], [100, 110, 0])


def test_a_line_with_every_driver_is_their_sum():
    trajectory = engine.run(parameters([(0, 1, 1.0)], [0.0, 0.0], 1, outside=1, exposure=10.0))
    lines = costs(["change"], 1, per_child_week=[[0.0, 2.0]], per_move=[[3.0]], per_month=[[4.0]], to_nominal=[[10.0]])
    assert charge(trajectory, lines)[0, 0, 0] == (5 * 2 + 10 * 3 + 4) * 10


def test_teams_come_whole_and_five_fewer_children_close_none():
    """A team for 20: 90 children take 5 teams, and so do 85; at 80 one can close. 6,000 a team and month."""
    lines = costs(
        ["demand_support"], 1, per_child_week=[[0.0, 0.0]], teams_per_child=[[0.0, 1 / 20]], per_team=[6000.0]
    )

    def charged(children: float) -> tuple[float, float]:
        trajectory = engine.run(parameters([(0, 1, 0.0)], [0.0, children], 1))
        return charge(trajectory, lines)[0, 0, 0], ledger.charged_units(trajectory, lines)[0, 0, 0]

    assert charged(90.0) == charged(85.0) == (30_000.0, 5.0)
    assert charged(80.0) == (24_000.0, 4.0)
    assert charged(80.0 + 1e-6) == (30_000.0, 5.0)
    assert charged(0.0) == (0.0, 0.0)


def test_draws_are_charged_apart(thrive: Comparison):
    built = thrive.scenario.assembled
    one = thrive.scenario.trajectory
    twice = engine.Trajectory(*(np.repeat(array, 2, axis=-1) for array in vars(one).values()))
    np.testing.assert_allclose(charge(twice, built.costs)[..., [1]], charge(one, built.costs), rtol=1e-12)


def test_demand_within_the_base_budget_needs_no_fund():
    made, account = settle(
        steady(10.0)[None], costs(["demand_support"], 12), 500.0, fund_terms(99.0, [99.0]), TWO_YEARS[:12]
    )
    assert account is not None
    assert account.need.sum() == account.drawdown.sum() == account.unfunded.sum() == 0
    assert made.sum(funding="base_budget").sum() == pytest.approx(120)


def test_demand_above_the_base_budget_is_paid_by_the_fund_and_then_by_nobody():
    made, account = settle(
        steady(10.0)[None], costs(["demand_support"], 12), 60.0, fund_terms(40.0, [99.0]), TWO_YEARS[:12]
    )
    assert account is not None
    found = {who: made.sum(funding=who).sum() for who in ("base_budget", "fund_demand_support", "unfunded")}
    assert found == pytest.approx({"base_budget": 60, "fund_demand_support": 40, "unfunded": 20})
    assert account.closing[0, 0] == 0


def test_each_payer_bears_the_same_share_of_every_line_and_month():
    lines = costs(["demand_support", "demand_support"], 12)
    amounts = np.stack([steady(10.0), steady(30.0)])
    amounts[0, 0] = 130.0  # £240 and £360 in the year
    made, _ = settle(amounts, lines, 300.0, fund_terms(150.0, [150.0]), TWO_YEARS[:12])
    for funding, share in (("base_budget", 0.5), ("fund_demand_support", 0.25), ("unfunded", 0.25)):
        np.testing.assert_allclose(made.sum(line="a", funding=funding), amounts[0] * share)
        np.testing.assert_allclose(made.sum(line="b", funding=funding), amounts[1] * share)


def test_uses_are_paid_in_the_stated_order():
    lines = costs(["demand_support", "new_activity", "change"], 12)
    amounts = np.stack([steady(10.0)] * 3)
    _, account = settle(amounts, lines, 0.0, fund_terms(150.0, [150.0], order=(1, 2, 0)), TWO_YEARS[:12])
    assert account is not None
    np.testing.assert_allclose(account.drawdown[0, :, 0], [0, 120, 30])


def test_what_a_plan_releases_and_nobody_draws_carries_forward():
    lines = costs(["change"], 24)
    amounts = np.concatenate([steady(1.0), steady(20.0)])[None]
    _, account = settle(amounts, lines, 0.0, fund_terms(300.0, [100.0, 100.0]), TWO_YEARS)
    assert account is not None
    np.testing.assert_allclose(account.drawdown[:, 2, 0], [12, 188])


def test_a_fund_not_held_to_plan_is_held_to_its_balance():
    amounts = steady(20.0, 2)[None]
    _, account = settle(amounts, costs(["change"], 24), 0.0, fund_terms(300.0, [0.0, 0.0], by_plan=False), TWO_YEARS)
    assert account is not None
    np.testing.assert_allclose(account.drawdown[:, 2, 0], [240, 60])


def test_a_fund_drawn_to_nothing_does_not_draw_the_rounding_below_nothing_the_year_after():
    """89.86 - (9.88 + 29.86 + 50.12) is -1.4e-14 in floats, which the second year then drew."""
    amounts = np.array([[[9.88], [1.0]], [[29.86], [1.0]], [[1000.0], [1.0]]])
    terms = fund_terms(89.86, [1e3, 1e3], by_plan=False)
    made, account = settle(amounts, costs(list(USES), 2), 0.0, terms, np.arange(2))
    assert account is not None
    assert (account.drawdown[1] == 0).all()
    assert made.amount.min() >= 0


def test_a_fund_that_is_not_open_pays_nothing():
    amounts = steady(20.0, 2)[None]
    terms = fund_terms(999.0, [500, 500], open=[False, True])
    _, account = settle(amounts, costs(["change"], 24), 0.0, terms, TWO_YEARS)
    assert account is not None
    np.testing.assert_allclose(account.drawdown[:, 2, 0], [0, 240])
    np.testing.assert_allclose(account.unfunded[:, 0], [240, 0])


def test_a_closed_year_draws_what_the_accounts_say_and_itemises_the_difference():
    actual = np.array([[0.0, 100.0, 0.0]])
    made, account = settle(
        steady(5.0)[None], costs(["new_activity"], 12), 0.0, fund_terms(500.0, [0.0], actual=actual), TWO_YEARS[:12]
    )
    assert account is not None
    assert account.closing[0, 0] == 400
    assert made.sum(line="a", funding="fund_new_activity").sum() == pytest.approx(60)
    assert made.sum(line=ledger.NOT_ITEMISED, funding="fund_new_activity").sum() == pytest.approx(40)


def test_spending_above_what_a_closed_year_drew_was_paid_outside_the_fund():
    actual = np.array([[0.0, 40.0, 0.0]])
    made, account = settle(
        steady(5.0)[None], costs(["new_activity"], 12), 0.0, fund_terms(500.0, [0.0], actual=actual), TWO_YEARS[:12]
    )
    assert account is not None
    assert account.unfunded[0, 0] == 0
    assert made.sum(funding=ledger.OUTSIDE_THE_FUND).sum() == pytest.approx(20)


def test_what_partners_pay_is_a_row_of_its_own_and_no_need_of_the_fund():
    lines = costs(["partners", "change"], 12)
    amounts = np.stack([steady(3.0), steady(5.0)])
    made, account = settle(amounts, lines, 0.0, fund_terms(999.0, [999.0]), TWO_YEARS[:12])
    assert account is not None
    assert account.need.sum() == pytest.approx(60)
    assert made.sum(funding="partners").sum() == pytest.approx(36)


def test_rows_are_found_by_every_word_given():
    lines = costs(["demand_support", "change"], 12)
    made, _ = settle(np.stack([steady(1.0), steady(2.0)]), lines, 6.0, None, TWO_YEARS[:12])
    assert made.rows(line="a", funding="base_budget") == [made.funding.index("base_budget")]
    assert made.rows(line="b", use="demand_support") == []
    assert sorted(made.rows(use="demand_support") + made.rows(use="change")) == list(range(len(made.lines)))
    assert made.sum(line="nothing").shape == (12, 1)


def test_a_run_that_costs_nothing_has_an_empty_ledger():
    made, _ = settle(np.zeros((1, 12, 1)), costs(["demand_support"], 12), 0.0, None, TWO_YEARS[:12])
    assert made.lines == ()
    assert made.sum(use="demand_support").shape == (12, 1)


@pytest.mark.parametrize("which", ["scenario", "do_nothing", "evidenced"])
def test_the_shipped_ledger_holds_every_pound_charged(thrive: Comparison, which: str):
    results = getattr(thrive, which)
    charged = charge(results.trajectory, results.assembled.costs)
    for i, line in enumerate(results.assembled.costs.names):
        np.testing.assert_allclose(results.ledger.sum(line=line), charged[i], rtol=1e-12, atol=1e-6)
    assert set(results.ledger.lines) <= {*results.assembled.costs.names, ledger.NOT_ITEMISED}
