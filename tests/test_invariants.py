from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from builders import HAZARDS, KERNELS, costs, fund_terms, limited, one_draw, pathways
from hypothesis import given
from hypothesis import strategies as st

from thrive_model import engine, ledger
from thrive_model.ledger import Account, Ledger
from thrive_model.parameters import USES, CostLines, Floats, FundTerms, Parameters
from thrive_model.run import Comparison

# Children


def total_misfit(trajectory: engine.Trajectory, p: Parameters) -> float:
    """The most by which a month and draw has other children than those who were there or came."""
    everyone = trajectory.stock.sum(axis=(1, 2))
    came = trajectory.flow[:, p.source < p.first_stay].sum(axis=(1, 2)).cumsum(axis=0)
    opening = everyone[0] + p.opening[: p.first_stay].sum()
    return float((np.abs(everyone[1:] - opening - came) / (1.0 + everyone[1:])).max())


EITHER = st.one_of(pathways(), limited())


@given(EITHER)
def test_no_child_is_lost(p: Parameters):
    assert total_misfit(engine.run(p), p) < 1e-9


@pytest.mark.parametrize("which", ["scenario", "do_nothing", "evidenced"])
def test_no_child_is_lost_in_the_shipped_runs(thrive: Comparison, which: str):
    results = getattr(thrive, which)
    assert total_misfit(results.trajectory, results.assembled.parameters) < 1e-9


@given(EITHER)
def test_no_stock_and_no_flow_is_negative(p: Parameters):
    trajectory = engine.run(p)
    least = -1e-12 * (1.0 + trajectory.stock.sum(axis=(1, 2)).max())
    assert trajectory.stock.min() >= least
    assert trajectory.flow.min(initial=0.0) >= least
    assert trajectory.turned_18.min() >= least
    assert trajectory.waiting.min(initial=0.0) >= 0.0
    assert trajectory.supply.min(initial=0.0) >= 0.0


@given(pathways())
def test_nobody_leaves_a_cell_who_was_not_in_it(p: Parameters):
    trajectory = engine.run(p)
    for cell in range(p.first_stay, p.first_decision):
        out = trajectory.flow[:, p.source == cell].sum(axis=1)
        assert (out <= trajectory.stock[:-1, cell] * (1.0 + 1e-12) + 1e-12).all()


@given(limited())
def test_only_those_who_overflow_leave_a_cell_in_the_month_in_which_they_came(p: Parameters):
    trajectory = engine.run(p)
    overflow = [e for place in p.places for e in place.overflow]
    slack = 1e-12 * (1.0 + trajectory.stock.sum(axis=(1, 2)).max())
    for cell in range(p.first_stay, p.first_decision):
        here = np.flatnonzero(p.source == cell)
        others = [e for e in here if e not in overflow]
        assert (trajectory.flow[:, others].sum(axis=1) <= trajectory.stock[:-1, cell] + slack).all()
        arrived = trajectory.flow[:, p.target == cell].sum(axis=1)
        assert (trajectory.flow[:, [e for e in here if e in overflow]].sum(axis=1) <= arrived + slack).all()


@given(EITHER)
def test_a_decision_sends_on_whom_it_receives(p: Parameters):
    trajectory = engine.run(p)
    for cell in range(p.first_decision, len(p.longest_stay)):
        into, out = (trajectory.flow[:, ends == cell].sum(axis=1) for ends in (p.target, p.source))
        np.testing.assert_allclose(out, into, rtol=1e-9, atol=1e-300)
        assert (trajectory.stock[:, cell] == 0).all()


@given(EITHER)
def test_the_adult_cell_grows_by_those_who_turn_18(p: Parameters):
    trajectory = engine.run(p)
    adults = trajectory.stock[:, p.adult].sum(axis=1)
    np.testing.assert_allclose(
        np.diff(adults, axis=0), trajectory.turned_18.sum(axis=1), atol=1e-9 * (1 + adults.max())
    )


@given(EITHER)
def test_a_cell_changes_by_what_came_less_what_left_and_turned_18(p: Parameters):
    trajectory = engine.run(p)
    stock, flow = trajectory.stock.sum(axis=2), trajectory.flow.sum(axis=2)
    for cell in range(p.first_stay, p.adult):
        came, left = (flow[:, ends == cell].sum(axis=1) for ends in (p.target, p.source))
        found = stock[:-1, cell] + came - left - trajectory.turned_18[:, cell]
        np.testing.assert_allclose(stock[1:, cell], found, atol=1e-9 * (1.0 + stock.sum(axis=1).max()))


@given(pathways(cycles=False), st.data())
def test_raising_an_exit_never_raises_the_stock_it_leads_from(p: Parameters, data: st.DataObject):
    """Where no path leads back: with one, children sent out to come back are taken from another exit."""
    hazards = [e for e in range(len(p.source)) if e not in p.timed and p.source[e] >= p.first_stay]
    if not hazards:
        return
    arrow = data.draw(st.sampled_from(hazards))
    raised = p.hazard.copy()
    raised[:, arrow] += data.draw(HAZARDS)
    before, after = engine.run(p), engine.run(replace(p, hazard=raised))
    cell = p.source[arrow]
    slack = 1e-9 * (1.0 + before.stock.sum(axis=(1, 2)).max())
    assert (after.stock[:, cell] <= before.stock[:, cell] + slack).all()


@pytest.mark.parametrize("kernel", KERNELS)
@given(p=EITHER)
def test_draws_in_one_call_are_separate_calls_bit_for_bit(p: Parameters, kernel: engine.Kernel):
    together = engine.run(p, kernel=kernel)
    for d in range(p.draws):
        apart = engine.run(one_draw(p, d), kernel=kernel)
        for name, array in vars(together).items():
            np.testing.assert_array_equal(array[..., d], getattr(apart, name)[..., 0], err_msg=name)


@given(pathways(), st.randoms(use_true_random=False))
def test_permuting_draws_permutes_results(p: Parameters, random: Any):
    order = list(range(p.draws))
    random.shuffle(order)
    hazard = np.broadcast_to(p.hazard, (*p.hazard.shape[:3], p.draws))
    opening = np.broadcast_to(p.opening, (*p.opening.shape[:2], p.draws))
    hazard, opening = (np.ascontiguousarray(array[..., order]) for array in (hazard, opening))
    shuffled = engine.run(replace(p, hazard=hazard, opening=opening))
    np.testing.assert_array_equal(shuffled.stock, engine.run(p).stock[..., order])


@given(pathways(), st.floats(0.0, 10.0))
def test_twice_the_children_are_twice_the_flows(p: Parameters, factor: float):
    scaled = engine.run(replace(p, opening=p.opening * factor, exposure=p.exposure * factor))
    np.testing.assert_allclose(scaled.stock, engine.run(p).stock * factor, rtol=1e-9, atol=1e-9)


# Supplies


@given(limited())
def test_places_are_never_filled_beyond_their_number(p: Parameters):
    """Who was there before stays: more than the places there are only where there were as many before."""
    trajectory = engine.run(p)
    for place in p.places:
        taken = trajectory.stock[:, place.cells].sum(axis=(1, 2))
        there = trajectory.supply[:-1, place.supply] * place.per_unit
        slack = 1e-9 * (1.0 + trajectory.stock.sum(axis=(1, 2)).max())
        assert (taken[1:] <= np.maximum(there, taken[:-1]) + slack).all()


@given(limited())
def test_every_unit_is_used_lost_or_there(p: Parameters):
    """Those of the month before, less those used by matches and lost, and those newly approved."""
    trajectory = engine.run(p)
    for k, one in enumerate(p.supplies):
        used = np.zeros((p.months, p.draws))
        for match in p.matches:
            if match.supply == k:
                used += trajectory.flow[:, match.arrows].sum(axis=(1, 2)) * match.per_child
        left = (trajectory.supply[:-1, k] - used) * np.exp(-one.leaving) + one.approved
        slack = 1e-9 * (1.0 + trajectory.supply.max() + used.max())
        np.testing.assert_allclose(trajectory.supply[1:, k], left, atol=slack)


@given(limited())
def test_nobody_waits_for_a_match_while_there_is_a_unit(p: Parameters):
    trajectory = engine.run(p)
    for m, match in enumerate(p.matches):
        used = trajectory.flow[:, match.arrows].sum(axis=(1, 2)) * match.per_child
        spare = trajectory.supply[:-1, match.supply] - used
        slack = 1e-9 * (1.0 + trajectory.supply.max() + used.max())
        assert np.minimum(spare, trajectory.waiting[:, m]).max() <= slack


@given(limited())
def test_units_enough_for_everybody_limit_nobody(p: Parameters):
    everybody = 1e12
    ample = replace(p, supplies=tuple(replace(one, opening=everybody, leaving=one.leaving * 0) for one in p.supplies))
    none = tuple(replace(one, reach=None) for one in p.effects), tuple(replace(one, reach=None) for one in p.additions)
    found, free = engine.run(ample), engine.run(replace(p, places=(), matches=(), effects=none[0], additions=none[1]))
    np.testing.assert_allclose(found.stock, free.stock, rtol=1e-9, atol=1e-9 * (1.0 + free.stock.max()))
    assert not found.waiting.any()


# Pounds

POUNDS = st.one_of(st.floats(0.0, 1e7), st.just(0.0))


@st.composite
def books(draw: st.DrawFn) -> tuple[Floats, CostLines, float, FundTerms, Any]:
    """Random amounts [L, T, D] of two months a year, on lines of random uses, with a random fund."""
    years, draws = draw(st.integers(1, 4)), draw(st.integers(1, 2))
    uses = ["demand_support", *draw(st.lists(st.sampled_from([*USES, "partners"]), max_size=4))]
    shape = (len(uses), 2 * years, draws)
    size = shape[0] * shape[1] * shape[2]
    amounts = np.reshape(draw(st.lists(POUNDS, min_size=size, max_size=size)), shape)
    amounts[0, 0] += 1.0
    actual = np.full((years, 3), np.nan)
    share = draw(st.floats(0.0, 1.0))
    fund = draw(st.floats(1e6, 3e7))
    if draw(st.booleans()):
        actual[0] = np.array([0.5, 0.3, 0.2]) * share * fund
    terms = fund_terms(
        fund,
        draw(st.lists(POUNDS, min_size=years, max_size=years)),
        actual=actual,
        open=draw(st.lists(st.booleans(), min_size=years, max_size=years)),
        by_plan=draw(st.booleans()),
        order=tuple(draw(st.permutations(range(3)))),
    )
    return amounts, costs(uses, 2 * years), draw(POUNDS), terms, np.arange(2 * years) // 2


def settle(book: tuple[Floats, CostLines, float, FundTerms, Any], **terms: Any) -> tuple[Ledger, Account]:
    amounts, lines, base, fund, years = book
    made, account = ledger.settle(amounts, lines, base, replace(fund, **terms), years)
    assert account is not None
    return made, account


def yearly(monthly: Floats) -> Floats:
    return monthly.reshape(-1, 2, monthly.shape[1]).sum(axis=1)


@given(books())
def test_every_pound_charged_is_one_row_and_no_other_is(book):
    amounts, lines, *_ = book
    made, _ = settle(book)
    for i, line in enumerate(lines.names):
        np.testing.assert_allclose(made.sum(line=line), amounts[i], rtol=1e-9, atol=1e-3)
    extra = made.sum(line=ledger.NOT_ITEMISED)
    np.testing.assert_allclose(made.sum(), amounts.sum(axis=0) + extra, rtol=1e-9, atol=1e-3)


@given(books())
def test_no_row_of_the_ledger_is_negative(book):
    assert settle(book)[0].amount.min() >= 0.0


@given(books())
def test_the_fund_never_goes_below_zero(book):
    _, account = settle(book)
    assert account.closing.min() >= -1e-6
    assert account.drawdown.min() >= 0.0


@given(books())
def test_each_year_of_the_fund_opens_where_the_last_closed(book):
    fund = book[3]
    _, account = settle(book)
    np.testing.assert_array_equal(account.opening[0], fund.amount)
    np.testing.assert_array_equal(account.opening[1:], account.closing[:-1])
    np.testing.assert_allclose(account.closing, account.opening - account.drawdown.sum(axis=1), atol=1e-6)


@given(books())
def test_held_to_plan_no_more_is_drawn_than_has_been_released(book):
    fund = book[3]
    _, account = settle(book, by_plan=True)
    open_now = fund.open & ~fund.closed
    released = np.cumsum(np.where(open_now, fund.release, 0.0))
    drawn = np.cumsum(np.where(open_now[:, None], account.drawdown.sum(axis=1), 0.0), axis=0)
    assert (drawn <= released[:, None] + 1e-6).all()


@given(books())
def test_a_closed_year_is_as_the_accounts_have_it(book):
    fund = book[3]
    _, account = settle(book)
    for y in np.flatnonzero(fund.closed):
        np.testing.assert_array_equal(
            account.drawdown[y], np.broadcast_to(fund.actual[y][:, None], (3, book[0].shape[2]))
        )


@given(books())
def test_what_is_drawn_and_what_is_unfunded_make_up_the_need(book):
    fund = book[3]
    _, account = settle(book)
    assert account.unfunded.min() >= 0.0
    later = ~fund.closed
    found = account.drawdown.sum(axis=1) + account.unfunded
    np.testing.assert_allclose(found[later], account.need.sum(axis=1)[later], rtol=1e-9, atol=1e-6)


@given(books())
def test_the_ledger_and_the_account_agree_on_who_paid(book):
    made, account = settle(book)
    np.testing.assert_allclose(yearly(made.sum(funding="unfunded")), account.unfunded, rtol=1e-9, atol=1e-3)
    for u, use in enumerate(USES):
        np.testing.assert_allclose(
            yearly(made.sum(funding=f"fund_{use}")), account.drawdown[:, u], rtol=1e-9, atol=1e-3
        )


@given(books())
def test_the_base_budget_pays_no_more_than_it_holds(book):
    made, _ = settle(book)
    assert yearly(made.sum(funding=ledger.BASE_BUDGET)).max() <= book[2] * (1.0 + 1e-9) + 1e-3


@given(books(), st.permutations(range(3)))
def test_the_order_of_uses_does_not_change_how_much_is_drawn(book, order):
    one, other = settle(book)[1], settle(book, order=tuple(order))[1]
    np.testing.assert_allclose(one.drawdown.sum(axis=1), other.drawdown.sum(axis=1), rtol=1e-9, atol=1e-3)
    np.testing.assert_allclose(one.closing, other.closing, rtol=1e-9, atol=1e-3)


@given(books())
def test_without_a_fund_everything_above_the_base_budget_is_unfunded(book):
    amounts, lines, base, _, years = book
    made, account = ledger.settle(amounts, lines, base, None, years)
    assert account is None
    demand = yearly(made.sum(use="demand_support"))
    unfunded = yearly(made.sum(use="demand_support", funding="unfunded"))
    np.testing.assert_allclose(unfunded, np.maximum(demand - base, 0.0), rtol=1e-9, atol=1e-3)
