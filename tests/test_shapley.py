from __future__ import annotations

import math
from itertools import permutations

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from thrive_model import shapley
from thrive_model.shapley import Coalition, Worth

FIGURES = st.floats(-1e6, 1e6, allow_subnormal=False)


def _airport(cost: dict[str, float]) -> Worth:
    """A runway for some aircraft is as long as the largest of them needs."""
    return lambda some: max((cost[one] for one in some), default=0.0)


def _glove(some: Coalition) -> float:
    """One left glove, two right ones; a pair is worth 1."""
    return float("left" in some and len(some) > 1)


def _vote(weight: dict[str, int], quota: int) -> Worth:
    return lambda some: float(sum(weight[one] for one in some) >= quota)


# Games whose values are known


def test_in_an_additive_game_each_has_what_it_is_worth_alone():
    worth = {"a": 3.0, "b": -5.0, "c": 0.25}
    assert shapley.exact(list(worth), lambda some: sum(worth[one] for one in some)) == pytest.approx(worth)


def test_the_holder_of_the_scarce_glove_has_two_thirds_of_the_pair():
    """Left completes a pair unless it comes first (4 of 6 orders); a right one only in second place, after left."""
    assert shapley.exact(["left", "right", "spare"], _glove) == pytest.approx(
        {"left": 2 / 3, "right": 1 / 6, "spare": 1 / 6}
    )


def test_aircraft_share_each_stretch_of_the_runway_with_those_who_need_it_too():
    """Costs 8, 11, 13, 18: 8/4 = 2; 2 + 3/3 = 3; 3 + 2/2 = 4; 4 + 5 = 9."""
    cost = {"small": 8.0, "medium": 11.0, "large": 13.0, "jumbo": 18.0}
    assert shapley.exact(list(cost), _airport(cost)) == pytest.approx(
        {"small": 2.0, "medium": 3.0, "large": 4.0, "jumbo": 9.0}
    )


def test_a_small_party_has_as_much_power_as_a_large_one_that_needs_it():
    """[51; 50, 49, 1]: 50 is pivotal in 4 of 6 orders, 49 and 1 in one each."""
    weight = {"fifty": 50, "forty_nine": 49, "one": 1}
    found = shapley.exact(list(weight), _vote(weight, 51))
    assert found == pytest.approx({"fifty": 4 / 6, "forty_nine": 1 / 6, "one": 1 / 6})


def test_one_who_adds_nothing_to_anybody_has_exactly_nothing():
    found = shapley.exact(["left", "right", "bystander"], lambda some: _glove(some - {"bystander"}))
    assert found["bystander"] == 0.0


def test_two_who_multiply_share_what_they_do_together_in_halves():
    """Factors a and b on 100: a alone a-1, after b b(a-1); the mean is (a-1)(1+b)/2."""
    factor = {"a": 0.8, "b": 0.5}
    found = shapley.exact(["a", "b"], lambda some: 100.0 * math.prod(factor[one] for one in some))
    assert found == pytest.approx({"a": 100 * (0.8 - 1) * (1 + 0.5) / 2, "b": 100 * (0.5 - 1) * (1 + 0.8) / 2})


@given(st.lists(FIGURES, min_size=8, max_size=8))
def test_the_exact_value_is_the_mean_contribution_over_all_orders(figures: list[float]):
    worth = dict(zip(shapley.every_coalition("abc"), figures, strict=True))
    orders = list(permutations("abc"))
    found = shapley.exact("abc", worth.__getitem__)
    for player in "abc":
        before = [frozenset(order[: order.index(player)]) for order in orders]
        mean = sum(worth[some | {player}] - worth[some] for some in before) / len(orders)
        assert found[player] == pytest.approx(mean, abs=1e-8)


def test_every_coalition_of_n_is_two_to_the_n():
    found = shapley.every_coalition("abcde")
    assert len(found) == len(set(found)) == 2**5
    assert found[0] == frozenset()


# Orders that are drawn


def test_every_second_order_is_the_reverse_of_the_one_before():
    drawn = shapley.orders_and_reverses("abcdef", 10, seed=1)
    assert len(drawn) == 10
    assert all(sorted(order) == list("abcdef") for order in drawn)
    assert all(reverse == order[::-1] for order, reverse in zip(drawn[::2], drawn[1::2], strict=True))


@pytest.mark.parametrize(("asked", "drawn"), [(1, 4), (4, 4), (5, 6), (64, 64)])
def test_as_many_orders_are_drawn_as_are_asked_for_and_one_more_to_be_even(asked: int, drawn: int):
    assert len(shapley.orders_and_reverses("abc", asked, seed=0)) == drawn


def test_the_seed_alone_decides_the_orders():
    assert shapley.orders_and_reverses("abcdef", 8, 3) == shapley.orders_and_reverses("abcdef", 8, 3)
    assert shapley.orders_and_reverses("abcdef", 8, 3) != shapley.orders_and_reverses("abcdef", 8, 4)


def test_the_coalitions_met_on_the_way_are_told_once():
    met = shapley.met_by([("a", "b", "c"), ("c", "b", "a")])
    assert met == [frozenset(some) for some in ("", "a", "ab", "abc", "c", "bc")]


def test_from_every_order_the_estimate_is_the_exact_value():
    drawn = []
    for order in permutations(["left", "right", "spare"]):
        drawn += [order, order[::-1]]
    found, _ = shapley.estimated(drawn, _glove)
    assert found == pytest.approx({"left": 2 / 3, "right": 1 / 6, "spare": 1 / 6})


def test_estimates_are_within_four_standard_errors_of_the_exact_values():
    """Twelve aircraft of costs 1 to 12: the k-th has the sum over j up to k of 1 / (12 - j + 1)."""
    cost = {f"aircraft_{n}": float(n) for n in range(1, 13)}
    shares = np.cumsum([1 / (12 - j + 1) for j in range(1, 13)])
    drawn = shapley.orders_and_reverses(list(cost), 400, seed=20120401)
    found, errors = shapley.estimated(drawn, _airport(cost))
    for player, share in zip(cost, shares, strict=True):
        assert 0 < errors[player] < 0.3
        assert abs(found[player] - share) < 4 * errors[player]


def test_the_standard_error_is_that_of_the_mean_over_pairs():
    """Pairs whose mean contributions of `left` are 1/2 and 1: the mean 3/4, deviation sqrt(1/8), over sqrt(2)."""
    drawn = [
        ("left", "right", "spare"),
        ("spare", "right", "left"),
        ("right", "left", "spare"),
        ("spare", "left", "right"),
    ]
    found, errors = shapley.estimated(drawn, _glove)
    assert found["left"] == pytest.approx(3 / 4)
    assert errors["left"] == pytest.approx(math.sqrt(1 / 8) / math.sqrt(2))


def test_an_additive_game_is_estimated_without_error():
    worth = {"a": 3.0, "b": -5.0, "c": 0.25, "d": 8.0}
    drawn = shapley.orders_and_reverses(list(worth), 4, seed=0)
    found, errors = shapley.estimated(drawn, lambda some: sum(worth[one] for one in some))
    assert found == worth
    assert set(errors.values()) == {0.0}


# Sums to the last digit


@given(st.lists(st.floats(1e-3, 1e3), min_size=1, max_size=20))
def test_shares_sum_to_the_total_to_the_last_digit(figures: list[float]):
    """Shares as they come from sums in another order than that of the total."""
    total = sum(figures)
    shares = {str(n): figure * (1 + 1e-15) for n, figure in enumerate(figures)}
    found = shapley.summing_to(total, shares)
    assert math.fsum(found.values()) == total
    assert found == pytest.approx(shares)


@given(st.lists(st.floats(-1e3, 1e3).filter(lambda x: abs(x) > 1e-3), min_size=2, max_size=20))
def test_shares_of_either_sign_sum_to_the_total_to_the_last_digit(figures: list[float]):
    total = sum(figures)
    assume(abs(total) > min(map(abs, figures)))
    found = shapley.summing_to(total, {str(n): figure for n, figure in enumerate(figures)})
    assert math.fsum(found.values()) == total


def test_what_rounding_left_goes_to_the_largest_share_and_a_share_of_nothing_stays_nothing():
    found = shapley.summing_to(1.0, {"small": 0.25, "large": -2.0, "none": 0.0, "middle": 1.5})
    assert found == {"small": 0.25, "large": -0.75, "none": 0.0, "middle": 1.5}


def test_no_share_at_all_sums_to_nothing():
    assert shapley.summing_to(0.0, {"none": 0.0}) == {"none": 0.0}
