from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import effect, parameters
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


# Draws


def test_the_draws_are_as_many_as_the_longest_axis():
    assert parameters([(0, 1, 0.3)], [1.0, 0.0], 1).draws == 1
    assert parameters([(0, 1, np.full((1, 1, 4), 0.3))], [1.0, 0.0], 1).draws == 4
    assert parameters([(0, 1, 0.3)], [1.0, 0.0], 1, effects=[effect([0], [1.0, 2.0, 3.0], 1)]).draws == 3


def test_the_shipped_pathway_in_three_draws_is_three_separate_runs_bit_for_bit(thrive: Comparison):
    p = thrive.scenario.assembled.parameters
    p = replace(p, period=p.period[:18])
    factor = np.array([[1.0, 0.3, 1.7]]).repeat(p.months, axis=0)
    every = np.flatnonzero(p.source < p.first_decision)
    wide = [effect(every, factor, p.months, bands=range(p.hazard.shape[2]))]
    together = engine.run(replace(p, effects=(*p.effects, *wide)))
    for d in range(3):
        one = [effect(every, factor[:, [d]], p.months, bands=range(p.hazard.shape[2]))]
        apart = engine.run(replace(p, effects=(*p.effects, *one)))
        np.testing.assert_array_equal(together.stock[..., d], apart.stock[..., 0])
        np.testing.assert_array_equal(together.flow[..., d], apart.flow[..., 0])
        np.testing.assert_array_equal(together.turned_18[..., d], apart.turned_18[..., 0])


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
