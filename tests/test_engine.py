from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import KERNELS, addition, effect, matches, parameters, places, reach, supply
from hypothesis import given
from hypothesis import strategies as st
from scipy.linalg import expm

from thrive_model import engine
from thrive_model.engine import time_up_probability
from thrive_model.parameters import Floats
from thrive_model.run import Comparison

MONTHS_OF_CHILDHOOD = 216
BAND_HAZARDS = st.floats(1e-6, 3.0)


def at(p, cell: int) -> Floats:
    """Children in a cell at the start and after each month, in the first draw."""
    return engine.run(p).stock[:, cell, :, 0].sum(axis=1)


# Competing moves


@given(st.lists(st.floats(1e-6, 20.0), min_size=1, max_size=5))
def test_competing_exits_share_one_chance_of_leaving(hazards: list[float]):
    arrows = [(0, n + 1, h) for n, h in enumerate(hazards)]
    flow = engine.run(parameters(arrows, [100.0] + [0.0] * len(hazards), 1)).flow[0, :, 0, 0]
    total = sum(hazards)
    expected = [100.0 * h / total * -np.expm1(-total) for h in hazards]
    np.testing.assert_allclose(flow, expected, rtol=1e-12)


def test_one_exit_empties_a_cell_exponentially():
    stock = at(parameters([(0, 1, 0.3)], [100.0, 0.0], 24), 0)
    np.testing.assert_allclose(stock, 100.0 * np.exp(-0.3 * np.arange(25)), rtol=1e-12)


def test_no_hazard_moves_nobody():
    trajectory = engine.run(parameters([(0, 1, 0.0), (0, 2, 0.0)], [100.0, 0.0, 0.0], 3))
    assert (trajectory.flow == 0).all()
    assert (trajectory.stock[:, 0] == 100).all()


def test_a_pathway_without_moves_keeps_everyone_where_they_are():
    np.testing.assert_array_equal(engine.run(parameters([], [7.0, 3.0], 4)).stock[-1, :, 0, 0], [7.0, 3.0])


def test_moves_chain_at_most_once_a_month():
    stock = engine.run(parameters([(0, 1, 1e3), (1, 2, 1e3)], [100.0, 0.0, 0.0], 2)).stock[:, :, 0, 0]
    np.testing.assert_allclose(stock, [[100, 0, 0], [0, 100, 0], [0, 0, 100]], atol=1e-9)


def test_the_step_converges_on_the_matrix_exponential_to_first_order():
    """Moves chain at most once a step, so that the error halves with the step."""
    rates = {(0, 1): 0.30, (0, 2): 0.05, (1, 0): 0.20, (1, 2): 0.10}
    generator = np.zeros((3, 3))
    for (a, b), rate in rates.items():
        generator[a, b] += rate
        generator[a, a] -= rate
    exact = np.array([60.0, 40.0, 0.0]) @ expm(6.0 * generator)
    errors = []
    for parts in (8, 16, 32, 64):
        arrows = [(a, b, rate / parts) for (a, b), rate in rates.items()]
        found = engine.run(parameters(arrows, [60.0, 40.0, 0.0], 6 * parts)).stock[-1, :, 0, 0]
        errors.append(np.abs(found - exact).max())
    orders = np.log2(np.array(errors[:-1]) / errors[1:])
    np.testing.assert_allclose(orders, 1.0, atol=0.05)
    assert errors[-1] < 0.1


def test_a_cell_that_is_only_left_agrees_with_the_matrix_exponential_at_any_step():
    exact = expm(12.0 * np.array([[-0.35, 0.3, 0.05], [0, 0, 0], [0, 0, 0]]))[0]
    found = engine.run(parameters([(0, 1, 0.3), (0, 2, 0.05)], [1.0, 0.0, 0.0], 12)).stock[-1, :, 0, 0]
    np.testing.assert_allclose(found, exact, rtol=1e-12)


def test_each_month_uses_the_hazards_of_its_period():
    hazard = np.array([0.1, 0.5]).reshape(2, 1, 1)
    stock = at(parameters([(0, 1, hazard)], [1.0, 0.0], 4, period=[0, 0, 1, 1]), 0)
    np.testing.assert_allclose(stock, np.exp([0.0, -0.1, -0.2, -0.7, -1.2]), rtol=1e-12)


# Ageing


@given(st.integers(0, MONTHS_OF_CHILDHOOD - 1))
def test_a_child_turns_18_exactly_216_months_after_birth(age: int):
    opening = np.zeros((2, MONTHS_OF_CHILDHOOD))
    opening[0, age] = 1.0
    trajectory = engine.run(parameters([], opening, MONTHS_OF_CHILDHOOD, adult=1))
    left = MONTHS_OF_CHILDHOOD - age
    stock = trajectory.stock[:, :, 0, 0]
    assert (stock[:left, 0] == 1).all()
    assert (stock[left:, 0] == 0).all()
    assert (stock[left:, 1] == 1).all()
    np.testing.assert_array_equal(np.flatnonzero(trajectory.turned_18[:, 0, 0]), [left - 1])


def test_every_16_year_old_has_left_24_months_later_and_none_before_12():
    """A peer ages 16 and 17 year olds out at a rate, over 14 years."""
    opening = np.zeros((2, MONTHS_OF_CHILDHOOD))
    opening[0, 192:204] = 10.0
    stock = at(parameters([], opening, 36, adult=1), 0)
    np.testing.assert_allclose(stock[:13], 120.0)
    np.testing.assert_allclose(stock[12:25], np.arange(120.0, -1.0, -10.0))
    assert (stock[24:] == 0).all()


def test_a_rate_changes_in_the_month_of_the_birthday():
    opening = np.zeros((3, 24))
    opening[0, 9] = 1.0
    hazard = np.array([0.0, 0.5]).reshape(1, 2, 1)
    stock = at(parameters([(0, 1, hazard)], opening, 5, bands=[0] * 12 + [1] * 12, adult=2), 0)
    assert stock[3] == 1.0  # nine months old at the start and twelve after three months
    np.testing.assert_allclose(stock[4], np.exp(-0.5))


def test_stock_is_reported_in_the_band_of_the_age_reached():
    opening = np.zeros((2, 24))
    opening[0, 11] = 1.0
    stock = engine.run(parameters([], opening, 1, bands=[0] * 12 + [1] * 12, adult=1)).stock
    np.testing.assert_array_equal(stock[:, 0, :, 0], [[1, 0], [0, 1]])


def test_those_who_turn_18_are_counted_by_the_cell_they_were_in():
    opening = np.zeros((3, 2))
    opening[0, 1], opening[1, 1], opening[2, 1] = 5.0, 3.0, 100.0
    trajectory = engine.run(parameters([], opening, 2, adult=2))
    np.testing.assert_array_equal(trajectory.turned_18[:, :, 0], [[5, 3, 0], [0, 0, 0]])
    np.testing.assert_array_equal(trajectory.stock[:, 2, 0, 0], [100, 108, 108])


def test_without_an_adult_cell_nobody_ages():
    opening = np.arange(6.0).reshape(2, 3)
    trajectory = engine.run(parameters([], opening, 5, bands=[0, 1, 2]))
    np.testing.assert_array_equal(trajectory.stock[-1, :, :, 0], opening)
    assert (trajectory.turned_18 == 0).all()


# Entrants


@given(st.floats(0.0, 1e5))
def test_entering_n_children_a_month_adds_exactly_n(entrants: float):
    """A peer applied "children per month" as a rate: entering 1 moved its stock from 9.5 to 42.1 in 30 days."""
    p = parameters([(0, 1, 1.0)], [0.0, 9.5], 12, outside=1, exposure=entrants)
    np.testing.assert_allclose(at(p, 1), 9.5 + entrants * np.arange(13), rtol=1e-12)


def test_entrants_are_rate_times_the_children_outside_of_each_age_and_month():
    exposure = np.array([[100.0, 200.0], [300.0, 400.0]])
    hazard = np.array([0.5, 0.25]).reshape(1, 2, 1)
    p = parameters([(0, 1, hazard)], np.zeros((2, 2)), 2, outside=1, exposure=exposure, bands=[0, 1])
    np.testing.assert_array_equal(engine.run(p).flow[:, 0, :, 0], [[50, 50], [150, 100]])


def test_a_rate_of_entry_above_one_is_children_and_is_not_capped():
    p = parameters([(0, 1, 3.0)], [0.0, 0.0], 1, outside=1, exposure=10.0)
    assert at(p, 1)[-1] == 30.0


def test_nobody_stands_outside():
    p = parameters([(0, 1, 0.1)], [0.0, 0.0], 3, outside=1, exposure=100.0)
    assert (at(p, 0) == 0).all()


# Decisions


def test_a_decision_passes_arriving_children_on_in_the_same_month_and_holds_nobody():
    arrows = [(0, 3, 1e3), (3, 1, 1.0), (3, 2, 3.0)]
    stock = engine.run(parameters(arrows, [100.0, 0, 0, 0], 1, decisions=1)).stock[:, :, 0, 0]
    np.testing.assert_allclose(stock[1], [0, 25, 75, 0], atol=1e-9)


def test_entrants_pass_through_chained_decisions_in_the_month_they_come():
    arrows = [(0, 3, 1.0), (3, 4, 0.6), (3, 1, 0.4), (4, 1, 0.5), (4, 2, 0.5)]
    p = parameters(arrows, np.zeros(5), 1, outside=1, decisions=2, exposure=100.0)
    trajectory = engine.run(p)
    np.testing.assert_allclose(trajectory.stock[1, :, 0, 0], [0, 70, 30, 0, 0])
    np.testing.assert_allclose(trajectory.flow[0, :, 0, 0], [100, 60, 40, 30, 30])


def test_children_whose_time_is_up_can_reach_a_decision():
    arrows = [(0, 2, None), (2, 1, 1.0)]
    stock = engine.run(parameters(arrows, [12.0, 0, 0], 1, decisions=1, stays={0: 4})).stock[1, :, 0, 0]
    np.testing.assert_allclose(stock, [9, 3, 0])


def test_a_decision_that_no_weight_leads_out_of_is_refused_when_children_reach_it():
    p = parameters([(0, 2, 1.0), (2, 1, 0.0)], [100.0, 0, 0], 1, decisions=1)
    with pytest.raises(ValueError, match="decision that no move with a weight above 0 leads out of"):
        engine.run(p)


def test_a_decision_that_no_weight_leads_out_of_is_no_fault_while_nobody_reaches_it():
    p = parameters([(0, 2, 0.0), (2, 1, 0.0)], [100.0, 0, 0], 1, decisions=1)
    np.testing.assert_array_equal(engine.run(p).stock[1, :, 0, 0], [100, 0, 0])


# Duration bands


def tunnel(lengths: list[int], hazards: list[float]) -> tuple[list[float], list[float]]:
    """One child a month through cells of exactly one month each: the stock of each band, and who sees it out."""
    stock, through, arriving = [], [], 1.0
    for months, hazard in zip(lengths, hazards, strict=True):
        cells = []
        for _ in range(months):
            cells.append(arriving)
            arriving *= np.exp(-hazard)
        stock.append(sum(cells))
        through.append(arriving)
    return stock, through


@given(st.lists(st.tuples(st.integers(1, 12), BAND_HAZARDS), min_size=1, max_size=3))
def test_bands_settle_at_the_stock_and_throughput_of_a_tunnel_of_months(bands: list[tuple[int, float]]):
    lengths, hazards = [n for n, _ in bands], [h for _, h in bands]
    last = len(bands) + 1
    arrows = [(0, 1, 1.0)]
    for n, hazard in enumerate(hazards, start=1):
        arrows += [(n, last + 1, hazard), (n, n + 1, None)]
    stays = dict(enumerate(lengths, start=1))
    stock, through = tunnel(lengths, hazards)
    opening = [0.0, *stock, 0.0, 0.0]  # settled, if the bands are right
    p = parameters(arrows, opening, 24, outside=1, exposure=1.0, stays=stays)
    trajectory = engine.run(p)
    np.testing.assert_allclose(trajectory.stock[-1, 1:last, 0, 0], stock, rtol=1e-9)
    up = [e for e in range(len(p.source)) if e in p.timed]
    np.testing.assert_allclose(trajectory.flow[-1, up, 0, 0], through, rtol=1e-9, atol=1e-300)


def test_bands_reach_the_stock_of_the_tunnel_from_empty():
    stock, _ = tunnel([3, 9], [0.1, 0.02])
    arrows = [(0, 1, 1.0), (1, 4, 0.1), (1, 2, None), (2, 4, 0.02), (2, 3, None)]
    p = parameters(arrows, np.zeros(5), 300, outside=1, exposure=1.0, stays={1: 3, 2: 9})
    np.testing.assert_allclose(engine.run(p).stock[-1, 1:3, 0, 0], stock, rtol=1e-9)


@given(st.integers(1, 120))
def test_without_other_exits_time_is_up_at_one_over_the_months(months: int):
    assert time_up_probability(np.array(0.0), np.array(float(months))) == 1.0 / months
    nearly = time_up_probability(np.array(1e-12), np.array(float(months)))
    np.testing.assert_allclose(nearly, 1.0 / months, rtol=1e-9)


@given(st.floats(0.0, 1e4), st.integers(1, 200))
def test_leaving_and_time_being_up_never_exceed_certainty(hazard: float, months: int):
    up = float(time_up_probability(np.array(hazard), np.array(float(months))))
    assert 0.0 <= up <= 1.0
    assert up - np.expm1(-hazard) <= 1.0 + 1e-12


def test_a_band_without_end_is_never_up():
    np.testing.assert_array_equal(time_up_probability(np.array([0.0, 0.2]), np.array([np.inf, np.inf])), [0.0, 0.0])


def test_a_stay_of_one_month_is_over_after_one_month():
    stock = at(parameters([(0, 1, 0.2), (0, 2, None)], [100.0, 0, 0], 1, stays={0: 1}), 0)
    assert abs(stock[1]) < 1e-12


def test_a_hazard_given_for_an_arrow_of_time_is_ignored():
    p = parameters([(0, 1, 0.2), (0, 2, None)], [100.0, 0, 0], 6, stays={0: 4})
    again = replace(p, hazard=np.where(np.arange(2)[:, None, None] == p.timed, 99.0, p.hazard))
    np.testing.assert_array_equal(engine.run(p).stock, engine.run(again).stock)


# Long run


@given(st.floats(0.01, 3.0), st.floats(0.01, 3.0), st.floats(0.1, 1e4))
def test_the_settled_stock_is_the_entrants_times_the_mean_stay(first: float, second: float, entrants: float):
    """Little's law; the mean stay is 1 / (1 - exp(-H)) months where stays are counted in whole months."""
    total = first + second
    stay = 1.0 / (1.0 - np.exp(-total))
    arrows = [(0, 1, 1.0), (1, 2, first), (1, 3, second)]
    trajectory = engine.run(parameters(arrows, [0, entrants * stay, 0, 0], 12, outside=1, exposure=entrants))
    np.testing.assert_allclose(trajectory.stock[:, 1, 0, 0], entrants * stay, rtol=1e-12)
    np.testing.assert_allclose(trajectory.flow[:, 1:, 0, 0].sum(axis=1), entrants, rtol=1e-12)


# Effects


def test_effects_on_one_move_multiply():
    effects = [effect([0], 0.5, 1), effect([0], 0.8, 1)]
    flow = engine.run(parameters([(0, 1, 0.3)], [1.0, 0.0], 1, effects=effects)).flow[0, 0, 0, 0]
    np.testing.assert_allclose(flow, 1.0 - np.exp(-0.3 * 0.5 * 0.8), rtol=1e-12)


def test_an_effect_acts_in_its_months_bands_and_arrows_alone():
    opening = np.array([[1.0, 1.0], [0.0, 0.0], [0.0, 0.0]])
    arrows = [(0, 1, 0.1), (0, 2, 0.1)]
    plain = engine.run(parameters(arrows, opening, 2, bands=[0, 1])).flow
    only = effect([1], [[1.0], [0.0]], 2, bands=[1])
    flow = engine.run(parameters(arrows, opening, 2, bands=[0, 1], effects=[only])).flow
    np.testing.assert_array_equal(flow[0], plain[0])
    np.testing.assert_array_equal(flow[1, :, 0], plain[1, :, 0])
    assert flow[1, 1, 1, 0] == 0.0
    assert flow[1, 0, 1, 0] > plain[1, 0, 1, 0]  # those not lost to the second move can still make the first


def test_an_effect_on_a_rate_of_entry_multiplies_the_entrants():
    p = parameters([(0, 1, 0.1)], [0.0, 0.0], 1, outside=1, exposure=100.0, effects=[effect([0], 1.5, 1)])
    np.testing.assert_allclose(at(p, 1)[-1], 15.0)


def test_an_effect_on_a_weight_shares_the_same_children_out_differently():
    arrows = [(0, 3, 1.0), (3, 1, 0.5), (3, 2, 0.5)]
    p = parameters(arrows, np.zeros(4), 1, outside=1, decisions=1, exposure=90.0, effects=[effect([1], 0.5, 1)])
    np.testing.assert_allclose(engine.run(p).stock[1, :, 0, 0], [0, 30, 60, 0])


def test_an_effect_of_one_changes_nothing():
    p = parameters([(0, 1, 0.3)], [1.0, 0.0], 3)
    again = replace(p, effects=(effect([0], 1.0, 3),))
    np.testing.assert_array_equal(engine.run(p).stock, engine.run(again).stock)


# Supplies


@given(st.floats(0.0, 500.0), st.floats(0.0, 50.0), st.floats(0.0, 2.0))
def test_a_supply_is_renewed_by_recruits_and_worn_by_losses(opening: float, recruits: float, loss: float):
    """u(t) = u(0) r^t + a (1 - r^t) / (1 - r), where r = exp(-loss) stay each month and a come."""
    months = 24
    p = parameters([], [1.0], months, supplies=[supply(opening, months, approved=recruits, leaving=loss)])
    t, r = np.arange(months + 1), np.exp(-loss)
    came = recruits * (1 - r**t) / (1 - r) if r < 1 else recruits * t
    np.testing.assert_allclose(engine.run(p).supply[:, 0, 0], opening * r**t + came, rtol=1e-9, atol=1e-9)


def test_a_supply_settles_where_losses_take_what_recruitment_brings():
    loss = 0.01
    p = parameters([], [1.0], 1200, supplies=[supply(0.0, 1200, approved=4.0, leaving=loss)])
    np.testing.assert_allclose(engine.run(p).supply[-1, 0, 0], 4.0 / (1.0 - np.exp(-loss)), rtol=1e-4)


def test_units_that_come_in_a_month_are_there_from_the_next_on():
    approved = [[0.0], [7.0], [0.0]]
    p = parameters([], [1.0], 3, supplies=[supply(3.0, 3, approved=approved)])
    np.testing.assert_array_equal(engine.run(p).supply[:, 0, 0], [3, 3, 10, 10])


def test_a_supply_that_limits_nothing_changes_nothing():
    p = parameters([(0, 1, 0.3), (1, 0, 0.1)], [90.0, 10.0], 12)
    held = replace(p, supplies=(supply(0.0, 12, approved=2.0), supply(5.0, 12, leaving=0.3)))
    np.testing.assert_array_equal(engine.run(held).stock, engine.run(p).stock)
    np.testing.assert_array_equal(engine.run(held).flow, engine.run(p).flow)


# Places: 0 outside, 1 with a place, 2 elsewhere; arrows 0 entry, 1 overflow, 2 returning

HOMES = [(0, 1, 1.0), (1, 2, 0.0), (2, 1, 1e3)]
NO_RETURN = [(0, 1, 1.0), (1, 2, 0.0), (2, 1, 0.0)]


def homes(opening: list[float], units: float, months: int, *, arrivals: float, arrows=NO_RETURN, **given):
    """A run of the three cells above, with so many places."""
    stock = supply(units, months, **{name: given.pop(name) for name in ("approved", "leaving") if name in given})
    limit = places([1], [1], [2], **given)
    p = parameters(arrows, opening, months, outside=1, exposure=arrivals, supplies=[stock], places=[limit])
    return engine.run(p)


def test_new_arrivals_fill_the_free_places_and_the_rest_overflow_at_once():
    found = homes([0, 0, 0], 25.0, 4, arrivals=10.0)
    np.testing.assert_allclose(found.stock[:, 1, 0, 0], [0, 10, 20, 25, 25])
    np.testing.assert_allclose(found.stock[:, 2, 0, 0], [0, 0, 0, 5, 15])
    np.testing.assert_allclose(found.flow[:, 0, 0, 0], 10)  # all of them came by way of a place, for an instant
    np.testing.assert_allclose(found.flow[:, 1, 0, 0], [0, 0, 5, 10])


def test_each_unit_can_be_several_places():
    found = homes([0, 0, 0], 10.0, 4, arrivals=10.0, per_unit=2.5)
    np.testing.assert_allclose(found.stock[:, 1, 0, 0], [0, 10, 20, 25, 25])


def test_nobody_who_has_a_place_loses_it_when_there_are_fewer():
    found = homes([0, 30, 0], 40.0, 6, arrivals=5.0, leaving=0.5)
    places_left = 40.0 * np.exp(-0.5 * np.arange(7))
    np.testing.assert_allclose(found.supply[:, 0, 0], places_left)
    assert places_left[1] < 35 < places_left[0]
    np.testing.assert_allclose(found.stock[:, 1, 0, 0], [30, 35, 35, 35, 35, 35, 35])
    np.testing.assert_allclose(found.stock[:, 2, 0, 0], [0, 0, 5, 10, 15, 20, 25])


def test_nobody_is_let_in_while_there_are_more_children_than_places():
    arrows = [(0, 1, 1.0), (1, 2, 0.0), (1, 3, np.log(10 / 9)), (2, 1, 1e3)]
    p = parameters(arrows, [0, 100, 50, 0], 3, outside=1, exposure=4.0)
    p = replace(p, supplies=(supply(85.0, 3),), places=(places([1], [1], [3]),))
    found = engine.run(p)
    np.testing.assert_allclose(found.stock[:, 1, 0, 0], [100, 90, 85, 85])  # a tenth of them leave each month
    np.testing.assert_allclose(found.flow[:, 3, 0, 0], [0, 0, 4.5], atol=1e-9)
    np.testing.assert_allclose(found.flow[:, 1, 0, 0], [4, 0, 0], atol=1e-9)


def test_returns_fill_only_what_new_arrivals_leave_free():
    found = homes([0, 20, 10], 25.0, 3, arrivals=3.0, arrows=HOMES)
    np.testing.assert_allclose(found.flow[:, 2, 0, 0], [2, 0, 0])
    np.testing.assert_allclose(found.stock[:, 1, 0, 0], [20, 25, 25, 25])
    np.testing.assert_allclose(found.stock[:, 2, 0, 0], [10, 8, 11, 14])


def test_returns_are_not_held_where_there_is_room():
    found = homes([0, 20, 10], 1e6, 1, arrivals=3.0, arrows=HOMES)
    np.testing.assert_allclose(found.stock[1, :, 0, 0], [0, 33, 0])


def test_a_place_that_somebody_leaves_is_free_in_the_same_month():
    arrows = [(0, 1, 1.0), (1, 2, 0.0), (1, 3, np.log(2.0))]
    p = parameters(arrows, [0, 20, 0, 0], 1, outside=1, exposure=12.0, supplies=[supply(20.0, 1)])
    found = engine.run(replace(p, places=(places([1], [1]),)))
    np.testing.assert_allclose(found.stock[1, :, 0, 0], [0, 20, 2, 10])


def test_whoever_turns_18_keeps_the_place_until_the_month_is_over():
    opening = [[0, 0, 0], [0, 0, 6], [0, 0, 0], [0, 0, 0]]
    p = parameters(NO_RETURN, opening, 2, outside=1, adult=3, exposure=[[5, 0, 0]], supplies=[supply(6.0, 2)])
    found = engine.run(replace(p, places=(places([1], [1], [2]),)))
    np.testing.assert_allclose(found.stock[:, 1].sum(axis=1)[:, 0], [6, 0, 5])
    np.testing.assert_allclose(found.stock[:, 2].sum(axis=1)[:, 0], [0, 5, 5])


def test_whoever_is_sent_on_by_a_decision_takes_a_place_or_overflows_in_the_same_month():
    arrows = [(0, 3, 1.0), (1, 2, 0.0), (3, 1, 0.8), (3, 2, 0.2)]
    p = parameters(arrows, [0, 0, 0, 0], 2, outside=1, decisions=1, exposure=10.0, supplies=[supply(9.0, 2)])
    found = engine.run(replace(p, places=(places([1], [1]),)))
    np.testing.assert_allclose(found.stock[:, :, 0, 0], [[0, 0, 0, 0], [0, 8, 2, 0], [0, 9, 11, 0]])


def test_moving_on_within_the_places_takes_no_other():
    """Cells 1 and 2 share the places, and time leads from one to the other."""
    arrows = [(0, 1, 1.0), (1, 2, None), (1, 3, 0.0), (2, 3, 0.0)]
    p = parameters(arrows, [0, 6, 0, 0], 2, outside=1, exposure=4.0, stays={1: 2}, supplies=[supply(10.0, 2)])
    found = engine.run(replace(p, places=(places([1, 2], [2, 3]),)))
    np.testing.assert_allclose(found.stock[1, :, 0, 0], [0, 7, 3, 0])
    np.testing.assert_allclose(found.stock[2, :, 0, 0], [0, 3.5, 6.5, 4])


def test_overflow_leaves_from_the_cells_that_were_arrived_in_and_keeps_their_ages():
    arrows = [(0, 1, [[[0.1], [0.3]]]), (0, 2, 0.2), (1, 3, 0.0), (2, 3, 0.0)]
    p = parameters(arrows, np.zeros((4, 2)), 1, outside=1, exposure=100.0, bands=[0, 1], supplies=[supply(40.0, 1)])
    found = engine.run(replace(p, places=(places([1, 2], [2, 3]),)))
    np.testing.assert_allclose(found.flow[0, 2:, :, 0], [[5, 15], [10, 10]])  # half of 80, as they came


def test_what_overflows_from_one_sort_of_place_may_fill_another():
    """1 overflows to 2, whose own places overflow to 3."""
    arrows = [(0, 1, 1.0), (1, 2, 0.0), (2, 3, 0.0)]
    p = parameters(arrows, np.zeros(4), 1, outside=1, exposure=10.0, supplies=[supply(4.0, 1), supply(5.0, 1)])
    found = engine.run(replace(p, places=(places([1], [1]), places([2], [2], supply=1))))
    np.testing.assert_allclose(found.stock[1, :, 0, 0], [0, 4, 5, 1])


# Matches


def matched(units: float, months: int, hazard: float = 1e3, *, per_child: float = 1.0, **given):
    """100 children who would move from cell 0 to cell 1, each taking units of the supply."""
    limits = {"supplies": [supply(units, months, **given)], "matches": [matches([0], per_child)]}
    return engine.run(parameters([(0, 1, hazard)], [100.0, 0.0], months, **limits))


def test_moves_that_take_units_stop_where_there_are_none_left():
    found = matched(10.0, 3, approved=[[4.0], [0.0], [6.0]])
    np.testing.assert_allclose(found.flow[:, 0, 0, 0], [10, 4, 0], atol=1e-9)
    np.testing.assert_allclose(found.supply[:, 0, 0], [10, 4, 0, 6], atol=1e-9)


def test_those_for_whom_there_is_no_unit_wait_where_they_are():
    found = matched(10.0, 3, approved=[[4.0], [0.0], [0.0]])
    np.testing.assert_allclose(found.waiting[:, 0, 0], [90, 86, 86])
    np.testing.assert_allclose(found.stock[:, 0, 0, 0], [100, 90, 86, 86])


def test_nobody_waits_while_there_are_units_enough():
    found = matched(60.0, 2, hazard=np.log(2.0))
    np.testing.assert_allclose(found.flow[:, 0, 0, 0], [50, 10])
    np.testing.assert_allclose(found.waiting[:, 0, 0], [0, 15])
    np.testing.assert_allclose(found.supply[:, 0, 0], [60, 10, 0], atol=1e-9)


def test_units_for_which_there_is_no_child_are_kept():
    found = matched(300.0, 2)
    np.testing.assert_allclose(found.supply[:, 0, 0], [300, 200, 200])


@given(st.floats(0.1, 10.0), st.floats(0.0, 40.0), st.floats(0.0, 20.0))
def test_units_are_used_up_exactly(per_child: float, opening: float, approved: float):
    found = matched(opening, 8, per_child=per_child, approved=approved)
    used = found.flow[:, 0, 0, 0].cumsum() * per_child
    there = opening + approved * np.arange(9)
    np.testing.assert_allclose(found.supply[1:, 0, 0], there[1:] - used, rtol=1e-9, atol=1e-9)
    assert (used <= there[:-1] * (1 + 1e-12) + 1e-9).all()


def test_a_unit_that_is_lost_before_it_is_used_matches_nobody():
    found = matched(10.0, 2, hazard=np.log(100 / 95), leaving=np.log(2.0))
    np.testing.assert_allclose(found.flow[:, 0, 0, 0], [5, 2.5])  # 5 of 10 used; half of the other 5 lost


def test_units_are_shared_among_all_who_would_use_them_in_proportion():
    arrows = [(0, 2, 1e3), (1, 2, 1e3)]
    limits = {"supplies": [supply(20.0, 1)], "matches": [matches([0, 1])]}
    found = engine.run(parameters(arrows, [[60, 20], [0, 20], [0, 0]], 1, bands=[0, 1], **limits))
    np.testing.assert_allclose(found.flow[0, :, :, 0], [[12, 4], [0, 4]])


def test_whoever_waits_for_a_match_may_leave_otherwise_later():
    arrows = [(0, 1, 0.5), (0, 2, 0.5)]
    limits = {"supplies": [supply(0.0, 2)], "matches": [matches([0])]}
    found = engine.run(parameters(arrows, [100.0, 0, 0], 2, **limits))
    leaving = 1 - np.exp(-1.0)
    left = 100 * (1 - leaving / 2)
    np.testing.assert_allclose(found.stock[:, 0, 0, 0], [100, left, left * (1 - leaving / 2)])
    assert found.flow[:, 0].sum() == 0


def test_a_match_may_free_a_place():
    """Ten leave by a match in the month in which ten arrive."""
    arrows = [(0, 1, 1.0), (1, 2, 0.0), (1, 3, 1e3)]
    limits = {
        "supplies": [supply(20.0, 1), supply(10.0, 1)],
        "places": [places([1], [1])],
        "matches": [matches([2], supply=1)],
    }
    found = engine.run(parameters(arrows, [0, 20, 0, 0], 1, outside=1, exposure=10.0, **limits))
    np.testing.assert_allclose(found.stock[1, :, 0, 0], [0, 20, 0, 10])


# Reach


def reached(units: list[float], *, per_unit: float, served: float, factor: float = 0.5, months: int = 1):
    """The first month's flow out of 100 children, halved for those an effect reaches."""
    limit = reach([0], months, per_unit=per_unit, served=served, supplies=range(len(units)))
    effects = [replace(effect([0], factor, months), reach=limit)]
    supplies = [supply(some, months) for some in units]
    p = parameters([(0, 1, 0.2)], [100.0, 0.0], months, effects=effects, supplies=supplies)
    return engine.run(p).flow[:, 0, 0, 0]


def test_an_effect_fades_as_its_deliverers_carry_fewer_than_it_would_serve():
    """Of 100 children 40 are served, and 5 keyworkers carry 3 each: 15/40 of the effect, 1 - 0.375 x 0.5 = 0.8125."""
    np.testing.assert_allclose(reached([5.0], per_unit=3.0, served=0.4), 100 * -np.expm1(-0.2 * 0.8125), rtol=1e-12)


def test_an_effect_is_whole_while_its_deliverers_can_carry_everybody():
    np.testing.assert_allclose(reached([14.0], per_unit=3.0, served=0.4), 100 * -np.expm1(-0.2 * 0.5), rtol=1e-12)


def test_supplies_that_carry_together_add_up():
    apart = reached([2.0, 3.0], per_unit=3.0, served=0.4)
    np.testing.assert_allclose(apart, reached([5.0], per_unit=3.0, served=0.4), rtol=1e-12)


def test_without_anybody_to_carry_it_an_effect_does_nothing():
    np.testing.assert_allclose(reached([0.0], per_unit=3.0, served=0.4), 100 * -np.expm1(-0.2), rtol=1e-12)


def test_an_effect_that_serves_nobody_asks_for_nobody():
    np.testing.assert_allclose(reached([0.0], per_unit=3.0, served=0.0), 100 * -np.expm1(-0.1), rtol=1e-12)


def test_as_children_leave_those_who_stay_are_carried_more():
    """The limit holds against the children there are in each month."""
    limit = reach([0], 2, per_unit=1.0, served=1.0)
    effects = [replace(effect([0], 0.0, 2), reach=limit)]
    p = parameters([(0, 1, 1.0)], [100.0, 0.0], 2, effects=effects, supplies=[supply(50.0, 2)])
    left = 100 * np.exp(-0.5)
    np.testing.assert_allclose(at(p, 0), [100, left, left * np.exp(-(1 - 50 / left))], rtol=1e-12)


# Additions


def test_children_are_added_to_a_move_beside_those_who_would_make_it():
    p = parameters([(0, 1, 0.1)], [100.0, 0.0], 2, additions=[addition([0], 3.0, 2)])
    stay = np.exp(-0.1)
    first = 100 * stay - 3
    np.testing.assert_allclose(at(p, 0), [100, first, first * stay - 3], rtol=1e-12)


def test_no_more_are_added_to_a_move_than_are_there():
    p = parameters([(0, 1, 0.0), (0, 2, np.log(2.0))], [100.0, 0, 0], 2, additions=[addition([0], 80.0, 2)])
    found = engine.run(p)
    np.testing.assert_allclose(found.flow[:, :, 0, 0], [[50, 50], [0, 0]], atol=1e-12)
    assert found.stock.min() >= 0


def test_those_added_come_from_the_cells_and_ages_there_are_in_proportion():
    opening = [[30, 10], [0, 60], [0, 0]]
    p = parameters([(0, 2, 0.0), (1, 2, 0.0)], opening, 1, bands=[0, 1], additions=[addition([0, 1], 10, 1, [0, 1])])
    np.testing.assert_allclose(engine.run(p).flow[0, :, :, 0], [[3, 1], [0, 6]])


def test_children_of_other_ages_are_not_added():
    opening = [[30, 10], [0, 0]]
    p = parameters([(0, 1, 0.0)], opening, 1, bands=[0, 1], additions=[addition([0], 15.0, 1, [1])])
    np.testing.assert_allclose(engine.run(p).flow[0, 0, :, 0], [0, 10])


def test_children_are_added_from_outside_as_they_are_there():
    added = [addition([0], 12.0, 1, [0, 1])]
    p = parameters([(0, 1, 0.0)], np.zeros((2, 2)), 1, outside=1, exposure=[[300.0, 100.0]], bands=[0, 1])
    np.testing.assert_allclose(engine.run(replace(p, additions=tuple(added))).flow[0, 0, :, 0], [9, 3])


def test_nobody_is_added_from_outside_where_there_is_nobody():
    p = parameters([(0, 1, 1.0)], np.zeros(2), 1, outside=1, exposure=0.0, additions=[addition([0], 12.0, 1)])
    assert engine.run(p).stock.sum() == 0


def test_a_child_is_not_added_to_two_ways_of_one_move():
    """A move of one name may lead from one cell to two others."""
    p = parameters([(0, 1, 0.0), (0, 2, 0.0)], [10.0, 0, 0], 1, additions=[addition([0, 1], 100.0, 1)])
    np.testing.assert_allclose(engine.run(p).stock[1, :, 0, 0], [0, 5, 5])


def test_two_additions_do_not_take_the_same_child():
    added = [addition([0], 8.0, 1), addition([1], 8.0, 1)]
    p = parameters([(0, 1, 0.0), (0, 2, 0.0)], [10.0, 0, 0], 1, additions=added)
    np.testing.assert_allclose(engine.run(p).stock[1, :, 0, 0], [0, 8, 2])


def test_children_added_to_a_decision_are_sent_on_by_it():
    arrows = [(0, 2, 0.0), (2, 0, 0.25), (2, 1, 0.75)]
    p = parameters(arrows, [100.0, 0, 0], 1, decisions=1, additions=[addition([0], 8.0, 1)])
    np.testing.assert_allclose(engine.run(p).stock[1, :, 0, 0], [94, 6, 0])


def test_children_added_to_a_match_take_units_as_others_do():
    limits = {"supplies": [supply(5.0, 1)], "matches": [matches([0])], "additions": [addition([0], 8.0, 1)]}
    found = engine.run(parameters([(0, 1, 0.0)], [100.0, 0.0], 1, **limits))
    np.testing.assert_allclose([found.flow[0, 0, 0, 0], found.waiting[0, 0, 0]], [5, 3])


def test_fewer_are_added_where_few_can_be_carried():
    """All of 100 children would be served, and 30 can be: three tenths of the 10 a month."""
    limit = reach([0], 1, per_unit=3.0, served=1.0)
    added = replace(addition([0], 10.0, 1), reach=limit)
    p = parameters([(0, 1, 0.0)], [100.0, 0.0], 1, supplies=[supply(10.0, 1)], additions=[added])
    np.testing.assert_allclose(engine.run(p).flow[0, 0, 0, 0], 3.0)


# Draws


def test_the_draws_are_as_many_as_the_longest_axis():
    assert parameters([(0, 1, 0.3)], [1.0, 0.0], 1).draws == 1
    assert parameters([(0, 1, np.full((1, 1, 4), 0.3))], [1.0, 0.0], 1).draws == 4
    assert parameters([(0, 1, 0.3)], [1.0, 0.0], 1, effects=[effect([0], [1.0, 2.0, 3.0], 1)]).draws == 3
    assert parameters([(0, 1, 0.3)], [1.0, 0.0], 1, supplies=[supply(1.0, 1, approved=[1.0, 2.0])]).draws == 2
    assert parameters([(0, 1, 0.3)], [1.0, 0.0], 1, supplies=[supply(1.0, 1, leaving=[0.1, 0.2])]).draws == 2
    assert parameters([(0, 1, 0.3)], [1.0, 0.0], 1, additions=[addition([0], [1.0, 2.0, 3.0], 1)]).draws == 3


@pytest.mark.parametrize("kernel", KERNELS)
def test_the_shipped_pathway_in_three_draws_is_three_separate_runs_bit_for_bit(
    thrive: Comparison, kernel: engine.Kernel
):
    p = thrive.scenario.assembled.parameters
    p = replace(p, period=p.period[:18])
    factor = np.array([[1.0, 0.3, 1.7]]).repeat(p.months, axis=0)
    every = np.flatnonzero(p.source < p.first_decision)
    wide = [effect(every, factor, p.months, bands=range(p.hazard.shape[2]))]
    together = engine.run(replace(p, effects=(*p.effects, *wide)), kernel=kernel)
    for d in range(3):
        one = [effect(every, factor[:, [d]], p.months, bands=range(p.hazard.shape[2]))]
        apart = engine.run(replace(p, effects=(*p.effects, *one)), kernel=kernel)
        np.testing.assert_array_equal(together.stock[..., d], apart.stock[..., 0])
        np.testing.assert_array_equal(together.flow[..., d], apart.flow[..., 0])
        np.testing.assert_array_equal(together.turned_18[..., d], apart.turned_18[..., 0])


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("draws", [5, 70])
def test_a_draw_among_many_is_a_separate_run_bit_for_bit(thrive: Comparison, kernel: engine.Kernel, draws: int):
    p = thrive.scenario.assembled.parameters.until(18)
    every = np.flatnonzero(p.source < p.first_decision)
    factor = np.linspace(0.3, 1.7, draws)[None].repeat(p.months, axis=0)
    wide = [effect(every, factor, p.months, bands=range(p.hazard.shape[2]))]
    together = replace(p, effects=(*p.effects, *wide))
    found = engine.run(together, kernel=kernel)
    for d in (0, draws - 1):
        apart = engine.run(together.of_draws(slice(d, d + 1)), kernel=kernel)
        for name, array in vars(apart).items():
            np.testing.assert_array_equal(getattr(found, name)[..., d : d + 1], array, err_msg=name)


def test_the_memory_layout_of_the_opening_stock_changes_no_bit():
    opening = np.random.default_rng(1).random((2, 60, 2))
    one = engine.run(parameters([(0, 1, 0.1)], opening, 3, adult=1))
    transposed = np.moveaxis(np.moveaxis(opening, 2, 0).copy(), 0, 2)
    other = engine.run(parameters([(0, 1, 0.1)], transposed, 3, adult=1))
    np.testing.assert_array_equal(one.stock, other.stock)


def test_the_same_parameters_give_the_same_bytes(thrive: Comparison):
    p = thrive.scenario.assembled.parameters
    p = replace(p, period=p.period[:12])
    assert engine.run(p).stock.tobytes() == engine.run(p).stock.tobytes()


def test_a_run_leaves_its_parameters_as_they_were():
    p = parameters([(0, 1, 0.3)], [1.0, 0.0], 3, effects=[effect([0], 0.5, 3)])
    before = (p.opening.copy(), p.hazard.copy(), p.effects[0].factor.copy())
    engine.run(p)
    for was, now in zip(before, (p.opening, p.hazard, p.effects[0].factor), strict=True):
        np.testing.assert_array_equal(was, now)
