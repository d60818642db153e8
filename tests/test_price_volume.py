from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thrive_model.price_volume import decompose

LINES = 4
GROUPS = ("placements", "placements", "", "placements")
UNITS = arrays(float, LINES, elements=st.one_of(st.just(0.0), st.floats(0.01, 1e4)))
PRICES = arrays(float, LINES, elements=st.floats(0.01, 1e5))


@given(UNITS, UNITS, PRICES, PRICES)
def test_the_four_parts_are_all_of_every_lines_change(
    units_was: np.ndarray, units_now: np.ndarray, price_was: np.ndarray, price_now: np.ndarray
):
    was, now = units_was * price_was, units_now * price_now
    parts = decompose(was, now, units_was, units_now, GROUPS)
    whole = parts.price + parts.volume + parts.mix + parts.joint
    np.testing.assert_allclose(whole, now - was, rtol=1e-9, atol=1e-6 * (1.0 + np.abs(was).max() + np.abs(now).max()))


@given(UNITS, PRICES, st.floats(0.1, 10.0))
def test_as_many_of_each_times_one_factor_is_volume_alone(units: np.ndarray, price: np.ndarray, factor: float):
    was, now = units * price, factor * units * price
    parts = decompose(was, now, units, factor * units, GROUPS)
    np.testing.assert_allclose(parts.volume, now - was, rtol=1e-9, atol=1e-6 * (1 + was.max()) * factor)
    np.testing.assert_allclose(parts.mix, 0.0, atol=1e-6 * (1 + was.max()) * factor)


@given(UNITS, PRICES, PRICES)
def test_other_prices_for_the_same_units_are_price_alone(
    units: np.ndarray, price_was: np.ndarray, price_now: np.ndarray
):
    parts = decompose(units * price_was, units * price_now, units, units, GROUPS)
    for part in (parts.volume, parts.mix):
        np.testing.assert_array_equal(part, 0.0)


def test_children_who_change_places_are_mix_alone_worked_by_hand():
    """10 dear at 700 and 10 cheap at 500 become 5 and 15: 5 x 700 = 3,500 less, 5 x 500 = 2,500 more, 1,000 less."""
    units_was, units_now, price = np.array([10.0, 10.0]), np.array([5.0, 15.0]), np.array([700.0, 500.0])
    parts = decompose(units_was * price, units_now * price, units_was, units_now, ["one", "one"])
    np.testing.assert_allclose(parts.mix, [-3500.0, 2500.0])
    np.testing.assert_allclose([parts.price, parts.volume, parts.joint], 0.0, atol=1e-9)


def test_the_same_two_lines_in_no_group_are_volume_alone():
    units_was, units_now, price = np.array([10.0, 10.0]), np.array([5.0, 15.0]), np.array([700.0, 500.0])
    parts = decompose(units_was * price, units_now * price, units_was, units_now, ["", ""])
    np.testing.assert_allclose(parts.volume, [-3500.0, 2500.0])
    np.testing.assert_allclose([parts.price, parts.mix, parts.joint], 0.0, atol=1e-9)


@pytest.mark.parametrize(
    ("spent", "units", "price", "volume"),
    [
        ((0.0, 30.0), (0.0, 3.0), 0.0, 30.0),  # a line that begins: all volume, at the price it has
        ((30.0, 0.0), (3.0, 0.0), 0.0, -30.0),  # a line that ends: all volume, at the price it had
        ((30.0, 40.0), (0.0, 0.0), 10.0, 0.0),  # a fixed sum: all price
        ((0.0, 0.0), (0.0, 0.0), 0.0, 0.0),
    ],
)
def test_a_line_that_begins_or_ends_has_no_price_to_compare(
    spent: tuple[float, float], units: tuple[float, float], price: float, volume: float
):
    parts = decompose(*(np.array([figure]) for figure in (*spent, *units)), [""])
    assert [float(part[0]) for part in (parts.price, parts.volume, parts.mix, parts.joint)] == [price, volume, 0.0, 0.0]


def test_all_three_at_once_leave_what_they_do_jointly_worked_by_hand():
    """10 at 700 and 10 at 500 become 6 at 770 and 18 at 500: 24 of the group, a quarter of them dear.

    Dear: price 10 x 70, volume 4 x 1/2 x 700, mix 20 x (1/4 - 1/2) x 700; of 4,620 - 7,000 that leaves -980.
    Cheap: volume 4 x 1/2 x 500, mix 20 x (3/4 - 1/2) x 500; of 9,000 - 5,000 that leaves 500.
    """
    units_was, units_now = np.array([10.0, 10.0]), np.array([6.0, 18.0])
    was, now = units_was * np.array([700.0, 500.0]), units_now * np.array([770.0, 500.0])
    parts = decompose(was, now, units_was, units_now, ["one", "one"])
    np.testing.assert_allclose(parts.price, [700.0, 0.0])
    np.testing.assert_allclose(parts.volume, [1400.0, 1000.0])
    np.testing.assert_allclose(parts.mix, [-3500.0, 2500.0])
    np.testing.assert_allclose(parts.joint, [-980.0, 500.0])
