"""Sums: each number after the one before it, whatever lies beside it and however it lies in memory."""

from __future__ import annotations

from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thrive_model.parameters import Floats
from thrive_model.sums import added, summed

LAYOUTS = {
    "as written": lambda values: values,
    "every other row": lambda values: np.repeat(values, 2, axis=0)[::2],
    "backwards": lambda values: values[::-1, ::-1].copy()[::-1, ::-1],
    "transposed": lambda values: values.T.copy().T,
    "every third draw": lambda values: np.repeat(values, 3, axis=-1)[..., ::3],
}


def one_by_one(values: Floats, axis: int) -> Floats:
    return reduce(np.add, np.moveaxis(values, axis, 0))


@pytest.mark.parametrize("layout", LAYOUTS)
@given(
    shape=st.tuples(st.integers(1, 40), st.integers(1, 20), st.sampled_from([1, 2, 3, 64])),
    axis=st.integers(0, 1),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_sum_adds_one_number_after_the_other(layout: str, shape: tuple[int, ...], axis: int, seed: int):
    random = np.random.default_rng(seed)
    values = random.random(shape) * 10.0 ** random.integers(-8, 8, shape)
    np.testing.assert_array_equal(added(LAYOUTS[layout](values), axis), one_by_one(values, axis))


def test_what_serves_every_draw_adds_up_as_a_draw_does():
    values = np.random.default_rng(3).random((30, 7, 1)) * 1e6
    spread = np.broadcast_to(values, (30, 7, 5))
    for axes in ((0,), (1,), (0, 1)):
        np.testing.assert_array_equal(added(spread, *axes), np.repeat(added(values, *axes), 5, axis=-1))


def test_a_draw_is_summed_alike_alone_and_among_others():
    values = np.random.default_rng(4).random((30, 7, 65)) * 1e6
    np.testing.assert_array_equal(summed(values)[[11]], summed(values[..., [11]]))


@pytest.mark.parametrize("shape", [(0, 3, 2), (3, 0, 2), (3, 2, 0)])
def test_nothing_adds_up_to_nothing(shape: tuple[int, ...]):
    for axis in (0, 1):
        np.testing.assert_array_equal(added(np.ones(shape), axis), np.ones(shape).sum(axis))
