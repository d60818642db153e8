"""Running sums over draws: what numpy says of all of them at once, in memory that does not grow."""

from __future__ import annotations

import numpy as np
import pytest

from thrive_model.draws import BLOCK
from thrive_model.parameters import Floats
from thrive_model.uncertainty.simulate import QUANTILES
from thrive_model.uncertainty.summary import BINS, FEWEST_BLOCKS, HELD, MARGIN, Summary

FIGURES = 5


def drawn(count: int, seed: int = 0) -> Floats:
    """Figures of several shapes: normal, lognormal, an event, one that never changes, and one far from 0."""
    random = np.random.default_rng(seed)
    return np.stack(
        [
            random.normal(size=count),
            random.lognormal(size=count),
            (random.random(count) < 0.2).astype(float),
            np.full(count, 7.0),
            1e9 + random.normal(size=count),
        ]
    )


def summed(values: Floats) -> Summary:
    """A summary that was told of them block by block."""
    found = Summary(len(values))
    for first in range(0, values.shape[1], BLOCK):
        found.add(values[:, first : first + BLOCK])
    return found


@pytest.mark.parametrize("count", [2, BLOCK, 1000, HELD, HELD + 1, 5 * HELD])
def test_means_and_deviations_are_those_of_all_draws(count: int):
    values = drawn(count)
    found = summed(values)
    assert found.draws == count
    np.testing.assert_allclose(found.mean, values.mean(axis=1), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(found.standard_deviation, values.std(axis=1, ddof=1), rtol=1e-7, atol=1e-12)


@pytest.mark.parametrize("count", [2, 129, 1000, HELD])
def test_quantiles_of_few_draws_are_exact(count: int):
    values = drawn(count)
    found = summed(values)
    assert found.is_exact
    np.testing.assert_allclose(found.quantiles(QUANTILES), np.quantile(values, QUANTILES, axis=1).T, rtol=1e-12)


@pytest.mark.parametrize("count", [HELD + 1, 5 * HELD])
def test_quantiles_of_many_draws_are_exact_to_a_bin(count: int):
    values = drawn(count)
    found = summed(values)
    assert not found.is_exact
    first = values[:, :HELD]
    a_bin = (1.0 + 2.0 * MARGIN) * (first.max(axis=1) - first.min(axis=1)) / BINS
    away = np.abs(found.quantiles(QUANTILES) - np.quantile(values, QUANTILES, axis=1).T)
    assert (away <= a_bin[:, None] * (1.0 + 1e-6) + 1e-9).all()


def test_what_lies_beyond_every_bin_still_counts():
    values = np.concatenate([drawn(HELD), drawn(3 * HELD, seed=1) * 50.0], axis=1)
    found = summed(values)
    middle = found.quantiles((0.5,))[:, 0]
    np.testing.assert_allclose(middle[0], np.median(values[0]), atol=0.1)
    assert (found.quantiles((0.0, 1.0))[:, 0] >= values.min(axis=1) - 1e-9).all()
    assert (found.quantiles((0.0, 1.0))[:, 1] <= values.max(axis=1) + 1e-9).all()


def test_the_memory_it_takes_does_not_grow_with_the_draws():
    sizes = [sum(array.nbytes for array in summed(drawn(n * HELD)).state().values()) for n in (2, 6)]
    assert sizes[0] == sizes[1]


def test_the_standard_error_of_few_blocks_is_that_of_independent_draws():
    values = drawn(3 * BLOCK)
    found = summed(values)
    np.testing.assert_allclose(
        found.standard_error, values.std(axis=1, ddof=1) / np.sqrt(3 * BLOCK), rtol=1e-6, atol=1e-12
    )


def test_the_standard_error_of_many_blocks_is_how_their_means_scatter():
    blocks = 4 * FEWEST_BLOCKS
    values = drawn(blocks * BLOCK)
    means = values.reshape(FIGURES, blocks, BLOCK).mean(axis=2)
    expected = means.std(axis=1, ddof=1) / np.sqrt(blocks)
    np.testing.assert_allclose(summed(values).standard_error, expected, rtol=1e-6, atol=1e-9)


def test_the_standard_error_is_that_of_the_mean_over_many_repetitions():
    repeated = [summed(drawn(20 * BLOCK, seed)) for seed in range(200)]
    true = np.std([one.mean for one in repeated], axis=0)
    told = np.mean([one.standard_error for one in repeated], axis=0)
    moving = [0, 1, 2, 4]
    np.testing.assert_allclose(told[moving], true[moving], rtol=0.15)


@pytest.mark.parametrize("count", [1000, 2 * HELD])
def test_one_that_was_kept_goes_on_to_the_same_bits(count: int):
    values = drawn(count + 5 * BLOCK)
    whole = summed(values[:, : -(-count // BLOCK) * BLOCK])
    again = Summary.of_state(whole.state())
    for one in (whole, again):
        one.add(values[:, -BLOCK:])
    for name, array in whole.state().items():
        np.testing.assert_array_equal(again.state()[name], array, err_msg=name)
    np.testing.assert_array_equal(whole.quantiles(QUANTILES), again.quantiles(QUANTILES))
