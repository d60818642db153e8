"""Whole children by chance: whole in number, nobody lost, and on average where the expected values have them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from builders import addition, effect, limited, matches, parameters, pathways, places, reach, supply
from hypothesis import given
from hypothesis import strategies as st

from thrive_model import engine
from thrive_model.engine import SUMS, Trajectory, run_whole
from thrive_model.engine.chance import at_random, rounded
from thrive_model.parameters import Floats, Parameters
from thrive_model.run import Comparison

SEEDS = st.integers(0, 2**32 - 1)
CERTAIN = 50.0
"""A hazard that leaves nobody behind."""


def of_draws(p: Parameters, draws: int) -> Parameters:
    return replace(p, opening=np.broadcast_to(p.opening, (*p.opening.shape[:2], draws)))


def by_chance(p: Parameters, draws: int, seed: int = 1) -> Trajectory:
    return run_whole(of_draws(p, draws), np.random.default_rng(seed))


def fewer(p: Parameters) -> Parameters:
    """The same pathway with a hundredth of the children and of the units, who enter at rates of 3 at the most."""
    entering = np.flatnonzero(p.source < p.first_stay)
    hazard = p.hazard.copy()
    hazard[:, entering] = hazard[:, entering].clip(max=3.0)
    return replace(
        p,
        hazard=hazard,
        opening=p.opening / 100.0,
        exposure=p.exposure / 100.0,
        supplies=tuple(replace(one, opening=one.opening / 100, approved=one.approved / 100) for one in p.supplies),
        additions=tuple(replace(one, children=one.children / 100) for one in p.additions),
    )


EITHER = st.one_of(pathways(), limited()).map(fewer)
LIMITED = limited().map(fewer)


def run_of(p: Parameters, seed: int) -> Trajectory:
    return run_whole(p, np.random.default_rng(seed))


# Whole, and all of them


@given(EITHER, SEEDS)
def test_every_count_is_a_whole_number_and_none_is_negative(p: Parameters, seed: int):
    trajectory = run_of(p, seed)
    for counts in (trajectory.stock, trajectory.flow, trajectory.turned_18, trajectory.waiting):
        np.testing.assert_array_equal(counts, np.floor(counts))
        assert counts.min(initial=0.0) >= 0
    assert trajectory.supply.min(initial=0.0) >= 0


@given(EITHER, SEEDS)
def test_the_arrays_are_shaped_as_those_of_expected_values(p: Parameters, seed: int):
    trajectory, expected = run_of(p, seed), engine.run(p)
    for name, array in vars(expected).items():
        found = getattr(trajectory, name)
        assert (found.shape, found.dtype) == (array.shape, array.dtype), name


@given(EITHER, SEEDS)
def test_no_whole_child_is_lost(p: Parameters, seed: int):
    trajectory = run_of(p, seed)
    everyone = trajectory.stock.sum(axis=(1, 2))
    came = trajectory.flow[:, p.source < p.first_stay].sum(axis=(1, 2)).cumsum(axis=0)
    np.testing.assert_array_equal(everyone[1:], everyone[0] + came)


@given(EITHER, SEEDS)
def test_every_cell_changes_by_who_came_less_who_left_and_turned_18(p: Parameters, seed: int):
    trajectory = run_of(p, seed)
    stock, flow = trajectory.stock.sum(axis=2), trajectory.flow.sum(axis=2)
    for cell in range(p.first_stay, p.adult):
        came, left = (flow[:, ends == cell].sum(axis=1) for ends in (p.target, p.source))
        np.testing.assert_array_equal(stock[1:, cell], stock[:-1, cell] + came - left - trajectory.turned_18[:, cell])
    np.testing.assert_array_equal(np.diff(stock[:, p.adult], axis=0), trajectory.turned_18.sum(axis=1))


@given(EITHER, SEEDS)
def test_nobody_leaves_who_was_not_there_and_a_decision_keeps_nobody(p: Parameters, seed: int):
    trajectory = run_of(p, seed)
    overflow = [e for place in p.places for e in place.overflow]
    for cell in range(p.first_stay, len(p.longest_stay)):
        out = [e for e in np.flatnonzero(p.source == cell) if e not in overflow]
        left, came = trajectory.flow[:, out].sum(axis=1), trajectory.flow[:, p.target == cell].sum(axis=1)
        if cell < p.first_decision:
            assert (left <= trajectory.stock[:-1, cell]).all()
        else:
            np.testing.assert_array_equal(left, came)


@given(EITHER, SEEDS)
def test_no_child_moves_by_a_hazard_of_nothing(p: Parameters, seed: int):
    """Beside those who overflow and those who are added."""
    trajectory = run_of(p, seed)
    others = {e for one in p.places for e in one.overflow} | {e for one in p.additions for e in one.arrows}
    others |= set(p.timed)
    for arrow in set(range(len(p.source))) - others:
        never = (p.hazard[:, arrow] == 0).all(axis=0)
        moved = np.broadcast_to(trajectory.flow[:, arrow].sum(axis=0), (len(never), p.draws))
        assert not moved[np.broadcast_to(never, moved.shape)].any()


@given(EITHER, SEEDS)
def test_the_sums_that_are_kept_are_those_of_the_bands(p: Parameters, seed: int):
    kept, sums = run_of(p, seed), run_whole(p, np.random.default_rng(seed), SUMS)
    np.testing.assert_array_equal(sums.stock, kept.stock.sum(axis=2, keepdims=True))
    np.testing.assert_array_equal(sums.flow, kept.flow.sum(axis=2, keepdims=True))


# Chance


@given(EITHER, SEEDS)
def test_the_same_seed_gives_the_same_bytes(p: Parameters, seed: int):
    once, again = run_of(p, seed), run_of(p, seed)
    for name, array in vars(once).items():
        assert array.tobytes() == getattr(again, name).tobytes(), name


def test_another_seed_and_another_draw_are_another_chance():
    found = by_chance(parameters([(0, 1, 0.5)], [1000.0, 0.0], 6), 2)
    other = by_chance(parameters([(0, 1, 0.5)], [1000.0, 0.0], 6), 2, seed=2)
    assert (found.flow[0, 0, 0, 0] != found.flow[0, 0, 0, 1]) or (found.flow[1, 0, 0, 0] != found.flow[1, 0, 0, 1])
    assert (found.flow != other.flow).any()


def test_a_global_seed_is_neither_read_nor_moved():
    before = np.random.get_state()[1].tobytes()
    by_chance(parameters([(0, 1, 0.5)], [1000.0, 0.0], 6), 2)
    assert np.random.get_state()[1].tobytes() == before


# The mean is the expected value


def everything() -> Parameters:
    """Entrants, a decision, competing and timed moves, three bands of ages that differ, a second year, a factor."""
    by_band = np.array([0.02, 0.3, 0.9])[:, None]
    arrows = [
        (0, 6, np.array([0.01, 0.02, 0.03])[:, None]),
        (1, 2, by_band),
        (1, 3, by_band[::-1]),
        (2, 3, None),
        (2, 1, 0.1),
        (2, 6, 0.05),
        (3, 1, np.array([0.0, 0.05])[:, None, None]),
        (3, 4, 0.02),
        (6, 1, np.array([1.0, 2.0, 0.5])[:, None]),
        (6, 2, 1.0),
        (6, 3, 3.0),
    ]
    opening = np.zeros((7, 12))
    opening[1:4] = np.array([3.7, 0.4, 12.25])[:, None] + np.arange(12) / 7
    return parameters(
        arrows,
        opening,
        8,
        outside=1,
        decisions=1,
        adult=5,
        exposure=np.linspace(5, 60, 12),
        stays={2: 4},
        bands=[0, 0, 1, 1, 1, 2, 2, 0, 1, 2, 2, 2],  # in no order of age
        period=[0, 0, 0, 1, 1, 1, 0, 1],
        effects=[effect([1], 0.6, 8, bands=[1, 2])],
    )


def with_additions() -> Parameters:
    """Two and a half more children a month from two cells and from outside, with children enough for them."""
    p = everything()
    return replace(p, additions=(addition([0, 1, 2, 4], 2.5, 8, [0, 1]), addition([7], 0.3, 8, [2])))


def with_ample_supplies() -> Parameters:
    """Places, matches and reach of which there are more than anybody needs."""
    p = everything()
    ends = zip(p.source.tolist(), p.target.tolist(), strict=True)
    arrows = [(*end, None if e in p.timed else p.hazard[:, e]) for e, end in enumerate(ends)]
    extra = parameters(
        [*arrows, (2, 4, 0.0)],
        p.opening,
        8,
        outside=1,
        decisions=1,
        adult=5,
        exposure=p.exposure,
        stays={2: 4},
        bands=p.band_of_age,
        period=p.period,
    )
    ends = list(zip(extra.source.tolist(), extra.target.tolist(), strict=True))
    overflow = max(e for e, end in enumerate(ends) if end == (2, 4))
    carried = replace(effect([ends.index((1, 3))], 0.5, 8), reach=reach([1], 8, per_unit=1.0, served=0.5))
    return replace(
        extra,
        effects=(carried,),
        supplies=(supply(1e6, 8, leaving=0.01),),
        places=(places([2], [overflow]),),
        matches=(matches([ends.index((3, 4))]),),
    )


def crowded() -> Parameters:
    """Chances of leaving about and above a half, where children are asked one by one."""
    arrows = [(0, 1, np.array([0.4, 2.0])[:, None]), (0, 2, 0.2), (1, 0, 0.6), (1, 2, None)]
    return parameters(arrows, np.full((4, 4), 20.5), 6, adult=3, stays={1: 2}, bands=[0, 1, 1, 0])


@pytest.mark.parametrize("build", [everything, with_additions, with_ample_supplies, crowded])
def test_the_mean_of_many_draws_is_the_expected_value_in_every_cell_and_month(build):
    """Within four standard errors, and five children in all the draws where those are too few to tell."""
    draws, p = 6000, build()
    expected = engine.run(p)
    found = by_chance(p, draws, seed=11)
    for name in ("stock", "flow", "turned_18", "supply", "waiting"):
        counts, mean = getattr(found, name), getattr(expected, name)[..., 0]
        error = 4.0 * counts.std(axis=-1, ddof=1) / np.sqrt(draws) + 5.0 / draws
        missed = np.abs(counts.mean(axis=-1) - mean) - error
        assert missed.max(initial=0.0) <= 0.0, (name, np.unravel_index(missed.argmax(), missed.shape))
    assert found.flow.sum(axis=(0, 2, 3)).min() > 0 or build is with_ample_supplies


def test_the_mean_is_that_of_each_draw_s_own_parameters():
    """Two hazards and two sizes of supply side by side, many times over."""
    draws = 4000
    hazard = np.tile([0.05, 1.2], draws)
    found = run_whole(parameters([(0, 1, hazard)], [40.0, 0.0], 3), np.random.default_rng(3))
    expected = engine.run(parameters([(0, 1, np.array([0.05, 1.2]))], [40.0, 0.0], 3))
    for one in range(2):
        some = found.stock[:, 0, 0, one::2]
        error = 4.0 * some.std(axis=-1) / np.sqrt(draws)
        assert (np.abs(some.mean(axis=-1) - expected.stock[:, 0, 0, one]) <= error + 1e-12).all()


# The spread is that of theory


def near(found: float, theory: float, draws: int) -> bool:
    """Whether a variance is within four standard errors of its own, for counts near enough to normal."""
    return abs(found - theory) < 4.0 * theory * np.sqrt(2.5 / draws)


@pytest.mark.parametrize("hazard", [0.02, 0.3, 0.6, 0.8, 3.0])
def test_a_cohort_leaves_as_a_binomial(hazard: float):
    """Of 200 children each is still there after t months with the chance exp(-ht), whatever the others do."""
    draws, months, children = 8000, 4, 200
    found = by_chance(parameters([(0, 1, hazard)], [float(children), 0.0], months), draws, seed=5).stock[:, 0, 0]
    for month in range(1, months + 1):
        stays = np.exp(-hazard * month)
        spread = children * stays * (1 - stays)
        assert abs(found[month].mean() - children * stays) < 4 * np.sqrt(spread / draws) + 5 / draws
        if spread > 5:
            assert near(found[month].var(), spread, draws)


@pytest.mark.parametrize("hazards", [(0.1, 0.2), (0.9, 0.4)])
def test_competing_moves_are_multinomial(hazards: tuple[float, float]):
    """cov(i, j) = -n p_i p_j."""
    draws, n = 20000, 100
    p = parameters([(0, 1, hazards[0]), (0, 2, hazards[1])], [float(n), 0, 0], 1)
    one, other = by_chance(p, draws, seed=6).flow[0, :, 0]
    chances = np.array(hazards) / sum(hazards) * -np.expm1(-sum(hazards))
    for found, chance in zip((one, other), chances, strict=True):
        assert near(found.var(), n * chance * (1 - chance), draws)
    theory = -n * chances[0] * chances[1]
    assert np.cov(one, other)[0, 1] == pytest.approx(theory, abs=4 * n * np.sqrt(chances.prod() / draws))


def test_a_decision_is_multinomial():
    """All 90 children reach it, and a third of them are sent each way: variance n/3 (1 - 1/3) = 20."""
    draws = 8000
    p = parameters([(0, 4, CERTAIN), *((4, n, 2.0) for n in (1, 2, 3))], [90.0, 0, 0, 0, 0], 1, decisions=1)
    onward = by_chance(p, draws, seed=7).flow[0, 1:, 0]
    np.testing.assert_array_equal(onward.sum(axis=0), 90)
    for found in onward:
        assert found.mean() == pytest.approx(30, abs=4 * np.sqrt(20 / draws))
        assert near(found.var(), 20, draws)


def test_a_stock_that_children_enter_and_leave_alone_is_poisson():
    """Started from nobody, its mean and its variance are both entrants x (1 - r^t) / (1 - r), r = exp(-h)."""
    draws, months, entrants, hazard = 10000, 30, 6.0, 0.2
    p = parameters([(0, 1, 0.06), (1, 2, hazard)], [0.0, 0, 0], months, outside=1, exposure=100.0)
    stock = by_chance(p, draws, seed=8).stock[:, 1, 0]
    r = np.exp(-hazard)
    for month in (1, 6, 30):
        theory = entrants * (1 - r**month) / (1 - r)
        assert stock[month].mean() == pytest.approx(theory, abs=4 * np.sqrt(theory / draws))
        assert near(stock[month].var(), theory, draws)


def test_children_of_every_age_in_a_band_are_equally_likely_to_leave():
    """Ages seen through how many turn 18 in each month to come: 30, 60 and 90 children less those who left."""
    draws = 6000
    p = parameters([(0, 1, [0.4, 0.0])], [[90.0, 60, 30], [0] * 3, [0] * 3], 3, adult=2, period=[0, 1, 1])
    p = replace(p, hazard=np.array([0.4, 0.0, 0.0]).reshape(3, 1, 1, 1), period=np.arange(3))
    left = by_chance(p, draws, seed=9).turned_18[:, 0]
    stays = np.exp(-0.4)
    for month, children in enumerate((30, 60, 90)):
        spread = children * stays * (1 - stays)
        assert left[month].mean() == pytest.approx(children * stays, abs=4 * np.sqrt(spread / draws))
        assert near(left[month].var(), spread, draws)
    assert abs(np.corrcoef(left)[0, 2]) < 4 / np.sqrt(draws)


# The opening stock


@given(
    st.lists(st.floats(0.0, 40.0), min_size=1, max_size=30),
    st.integers(1, 5),
    SEEDS,
    st.tuples(SEEDS, SEEDS).map(sorted),
)
def test_rounding_moves_no_figure_and_no_run_of_figures_by_a_child(values, draws: int, seed: int, ends):
    given_values = np.repeat(np.array(values)[:, None], draws, axis=1)
    found = rounded(given_values, np.random.default_rng(seed))
    np.testing.assert_array_equal(found, np.floor(found))
    assert (np.abs(found - given_values) < 1 + 1e-9).all()
    start, end = (place % (len(values) + 1) for place in ends)
    some = slice(min(start, end), max(start, end))
    assert (np.abs(found[some].sum(axis=0) - given_values[some].sum(axis=0)) < 1 + 1e-9).all()


def test_rounding_keeps_the_mean_and_whole_numbers_as_they_are():
    draws = 40000
    values = np.array([0.25, 0.5, 0.0, 7.9, 3.0, 0.01])
    found = rounded(np.repeat(values[:, None], draws, axis=1), np.random.default_rng(4))
    np.testing.assert_allclose(found.mean(axis=1), values, atol=4 * 0.5 / np.sqrt(draws))
    assert not found[2].any()
    whole = np.full((9, 50), 6.0)
    np.testing.assert_array_equal(rounded(whole, np.random.default_rng(4)), whole)


# What limits


def test_those_who_overflow_are_drawn_from_all_new_arrivals():
    """Of 30 + 20 new arrivals 40 find no place: hypergeometric, 24 +/- sqrt(40 x .6 x .4 x 10/49) of the 30."""
    draws = 8000
    p = parameters([(0, 2, CERTAIN), (1, 3, CERTAIN), (2, 4, 0.0), (3, 4, 0.0)], [30.0, 20, 0, 0, 0], 1)
    p = replace(p, supplies=(supply(10.9, 1),), places=(places([2, 3], [2, 3]),))
    beyond = by_chance(p, draws, seed=10).flow[0, 2:, 0]
    np.testing.assert_array_equal(beyond.sum(axis=0), 40)
    theory = 40 * 0.6 * 0.4 * 10 / 49
    assert beyond[0].mean() == pytest.approx(24, abs=4 * np.sqrt(theory / draws))
    assert near(beyond[0].var(), theory, draws)


def test_returns_fill_the_places_that_new_arrivals_leave_free():
    """12 places, 5 taken by new arrivals: 7 of the 20 + 10 who would come back do, 14/3 of the 20 on average."""
    draws = 8000
    p = parameters([(0, 3, CERTAIN), (1, 3, CERTAIN), (2, 3, CERTAIN), (3, 4, 0.0)], [5.0, 20, 10, 0, 0], 1)
    p = replace(p, supplies=(supply(12, 1),), places=(places([3], [3], [1, 2]),))
    found = by_chance(p, draws, seed=12)
    np.testing.assert_array_equal(found.flow[0, 0, 0], 5)
    np.testing.assert_array_equal(found.flow[0, 1:3, 0].sum(axis=0), 7)
    assert not found.flow[0, 3].any()
    theory = 7 * 2 / 3 / 3 * 23 / 29
    assert found.flow[0, 1, 0].mean() == pytest.approx(14 / 3, abs=4 * np.sqrt(theory / draws))
    assert near(found.flow[0, 1, 0].var(), theory, draws)
    np.testing.assert_array_equal(found.stock[1, 1:3, 0].sum(axis=0), 23)


def test_those_for_whom_there_is_no_unit_wait_where_they_are():
    """Eight units at 1.5 a child are five children of 12 + 4, and half a unit is left for the next month."""
    draws = 8000
    p = parameters([(0, 2, CERTAIN), (1, 2, CERTAIN)], [12.0, 4, 0], 1)
    p = replace(p, supplies=(supply(8, 1),), matches=(matches([0, 1], 1.5),))
    found = by_chance(p, draws, seed=13)
    np.testing.assert_array_equal(found.waiting, 11)
    np.testing.assert_array_equal(found.supply[1], 0.5)
    np.testing.assert_array_equal(found.stock[1, 2], 5)
    theory = 5 * 0.75 * 0.25 * 11 / 15
    assert found.flow[0, 0, 0].mean() == pytest.approx(3.75, abs=4 * np.sqrt(theory / draws))
    assert near(found.flow[0, 0, 0].var(), theory, draws)


def test_units_short_of_a_whole_child_by_floating_point_alone_carry_it():
    """0.3 / 0.1 is 2.9999999999999996."""
    p = replace(parameters([(0, 1, CERTAIN)], [9.0, 0], 1), supplies=(supply(0.3, 1),), matches=(matches([0], 0.1),))
    np.testing.assert_array_equal(by_chance(p, 1).flow.sum(), 3)


def test_additions_are_whole_and_no_more_than_are_there():
    """2.25 children a month: 2 or 3 of the 7 there, until nobody is."""
    p = replace(parameters([(0, 1, 0.0)], [7.0, 0], 5), additions=(addition([0], 2.25, 5),))
    moved = by_chance(p, 5000, seed=14).flow[:, 0, 0]
    assert set(np.unique(moved[:2])) == {2, 3}
    assert moved[0].mean() == pytest.approx(2.25, abs=4 * np.sqrt(0.25 * 0.75 / 5000))
    np.testing.assert_array_equal(moved.sum(axis=0), 7)


def test_additions_come_from_all_of_those_there_alike():
    """One child of 10 + 30: three in four come from the larger cell, and half of those by each of its two arrows."""
    draws = 8000
    p = parameters([(0, 2, 0.0), (1, 2, 0.0), (1, 3, 0.0)], [10.0, 30, 0, 0], 1)
    moved = by_chance(replace(p, additions=(addition([0, 1, 2], 1.0, 1),)), draws, seed=15).flow[0, :, 0]
    np.testing.assert_array_equal(moved.sum(axis=0), 1)
    assert moved.mean(axis=1) == pytest.approx([0.25, 0.375, 0.375], abs=4 * 0.5 / np.sqrt(draws))


def test_some_of_each_group_are_taken_at_random():
    group = np.array([0, 2, 2, 0, 2, 0, 2])
    taken = at_random(group, np.array([2.0, 1.0, 9.0]), np.random.default_rng(1))
    assert sorted(group[taken]) == [0, 0, 2, 2, 2, 2]
    assert len(set(taken)) == len(taken)
    assert not len(at_random(group, np.array([0.0, 0.0, -1.0]), np.random.default_rng(1)))


@given(LIMITED, SEEDS)
def test_whole_children_never_fill_more_than_the_places_there_are(p: Parameters, seed: int):
    """Who was there before stays: more than the places there are only where there were as many before."""
    trajectory = run_of(p, seed)
    for place in p.places:
        taken = trajectory.stock[:, place.cells].sum(axis=(1, 2))
        there = trajectory.supply[:-1, place.supply] * place.per_unit
        assert (taken[1:] <= np.maximum(there, taken[:-1]) + 1e-6).all()


@given(LIMITED, SEEDS)
def test_every_unit_is_used_lost_or_there_and_none_is_used_twice(p: Parameters, seed: int):
    trajectory = run_of(p, seed)
    for k, one in enumerate(p.supplies):
        used = np.zeros((p.months, p.draws))
        for match in p.matches:
            if match.supply == k:
                used += trajectory.flow[:, match.arrows].sum(axis=(1, 2)) * match.per_child
        there = trajectory.supply[:-1, k]
        assert (used <= there + 1e-6).all()
        left = np.maximum(there - used, 0.0) * np.exp(-one.leaving) + one.approved
        np.testing.assert_allclose(trajectory.supply[1:, k], left, rtol=1e-9, atol=1e-9)


@given(LIMITED, SEEDS)
def test_nobody_waits_while_there_are_units_for_a_whole_child(p: Parameters, seed: int):
    trajectory = run_of(p, seed)
    for m, match in enumerate(p.matches):
        used = trajectory.flow[:, match.arrows].sum(axis=(1, 2)) * match.per_child
        spare = trajectory.supply[:-1, match.supply] - used
        assert (spare < match.per_child + 1e-6)[trajectory.waiting[:, m] > 0].all()


def test_reach_is_of_the_children_there_are_by_chance():
    """One unit carries 5 of the 4 or 16 there: four in one draw, all of them kept; 5 of 16 in the other."""
    opening = np.zeros((2, 1, 2000))
    opening[0, 0] = np.tile([4.0, 16.0], 1000)
    carried = replace(effect([0], 0.0, 1), reach=reach([0], 1, per_unit=5.0, served=1.0))
    p = replace(parameters([(0, 1, 0.5)], opening, 1, effects=[carried]), supplies=(supply(1, 1),))
    left = run_whole(p, np.random.default_rng(16)).flow[0, 0, 0]
    assert not left[::2].any()
    chance = -np.expm1(-0.5 * 11 / 16)
    assert left[1::2].mean() == pytest.approx(16 * chance, abs=4 * np.sqrt(16 * chance * (1 - chance) / 1000))


@pytest.mark.parametrize("onward", [[], [(2, 1, 0.0)]])
def test_a_decision_without_weights_is_refused_where_a_child_reaches_it(onward: list[tuple[int, int, float]]):
    p = parameters([(0, 2, 0.5), *onward], [30.0, 0, 0], 3, decisions=1)
    with pytest.raises(ValueError, match="no move with a weight above 0"):
        by_chance(p, 2)
    by_chance(replace(p, opening=p.opening * 0.0), 2)


# The shipped scenario


@pytest.fixture(scope="module")
def shipped(thrive: Comparison) -> tuple[Parameters, Trajectory, Trajectory]:
    p = thrive.scenario.assembled.parameters
    return p, thrive.scenario.trajectory, by_chance(p, 24, seed=17)


def test_the_shipped_run_loses_no_whole_child(shipped: tuple[Parameters, Trajectory, Trajectory]):
    p, _, found = shipped
    everyone = found.stock.sum(axis=(1, 2))
    came = found.flow[:, p.source < p.first_stay].sum(axis=(1, 2)).cumsum(axis=0)
    np.testing.assert_array_equal(everyone[1:], everyone[0] + came)
    np.testing.assert_array_equal(found.flow, np.floor(found.flow))


def test_the_shipped_run_is_near_its_expected_values(shipped: tuple[Parameters, Trajectory, Trajectory]):
    """Every cell at the year ends, within five standard errors and a child: capacity lets it be no nearer."""
    _, expected, found = shipped

    def at_year_ends(one: Trajectory) -> Floats:
        return one.stock.sum(axis=2)[12::12]

    counts, mean = at_year_ends(found), at_year_ends(expected)[..., 0]
    error = 5.0 * counts.std(axis=-1, ddof=1) / np.sqrt(counts.shape[-1]) + 1.0
    assert (np.abs(counts.mean(axis=-1) - mean) <= error).all()
