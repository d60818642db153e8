"""Sums to the same bits however many draws are run at once: the order in which `numpy.sum` adds depends on it."""

from __future__ import annotations

import numpy as np

from thrive_model.parameters import Floats


def added(values: Floats, *axes: int) -> Floats:
    """The sum over some axes (not the last, that of draws), each draw's figures in the same order."""
    for axis in sorted(axes, reverse=True):
        if values.shape[axis] == 1:
            values = values.squeeze(axis)
        elif values.shape[axis]:
            values = np.add.reduceat(values, [0], axis=axis).squeeze(axis)
        else:
            values = np.zeros((*values.shape[:axis], *values.shape[axis + 1 :]))
    return values


def summed(children: Floats) -> Floats:
    """Children over all axes but the last, [D]."""
    return added(np.ascontiguousarray(children).reshape(-1, children.shape[-1]), 0)


def weighted(weights: Floats, values: Floats) -> Floats:
    """The sum of `weights[L, S]` times `values[T, S, D]` over S, [L, T, D]; most weights are 0."""
    total = np.zeros((len(weights), len(values), values.shape[-1]))
    for row, column in np.argwhere(weights):
        total[row] += weights[row, column] * values[:, column]
    return total
