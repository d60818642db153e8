"""Sums to the same bits however many draws are run at once: the order in which `numpy.sum` adds depends on it."""

from __future__ import annotations

import math

import numpy as np

from thrive_model.parameters import Floats


def added(values: Floats, *axes: int) -> Floats:
    """The sum over some axes (not the last, that of draws), each draw's figures one after the other."""
    for axis in sorted(axes, reverse=True):
        values = _one_after_the_other(values, axis)
    return values


def _one_after_the_other(values: Floats, axis: int) -> Floats:
    """The sum over an axis, from its first to its last.

    numpy adds whole rows in their order, where a row is more than one number and lies in memory as it is written; what
    lies beside each other it adds in eights.
    """
    shape = values.shape
    if shape[axis] == 1:
        return values.squeeze(axis)
    if not values.size:
        return np.zeros((*shape[:axis], *shape[axis + 1 :]))
    if values.size == shape[axis]:
        return np.asarray(np.add.accumulate(values, axis=axis).take(-1, axis))
    if math.prod(shape[axis + 1 :]) == 1:
        beside = np.ascontiguousarray(values.reshape(-1, shape[axis]).T)
        return np.asarray(np.add.reduce(beside, axis=0)).reshape(*shape[:axis], *shape[axis + 1 :])
    as_written = values.flags.c_contiguous or _is_as_written(values)
    return np.asarray(np.add.reduce(values if as_written else np.ascontiguousarray(values), axis=axis))


def _is_as_written(values: Floats) -> bool:
    """Whether each number lies behind the one before it, gaps aside."""
    strides = [step for step, length in zip(values.strides, values.shape, strict=True) if length > 1]
    return strides[-1] > 0 and strides == sorted(strides, reverse=True)


def summed(children: Floats) -> Floats:
    """Children over all axes but the last, [D]."""
    return added(np.ascontiguousarray(children).reshape(-1, children.shape[-1]), 0)


def weighted(weights: Floats, values: Floats) -> Floats:
    """The sum of `weights[L, S]` times `values[T, S, D]` over S, [L, T, D]; most weights are 0."""
    total = np.zeros((len(weights), len(values), values.shape[-1]))
    for row, column in np.argwhere(weights):
        total[row] += weights[row, column] * values[:, column]
    return total
