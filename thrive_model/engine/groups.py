"""Sums over what belongs together: the ages of a band."""

from __future__ import annotations

import numpy as np

from thrive_model.parameters import Floats, Ints


class Grouped:
    """Sums over rows that share a group number, for groups 0 to `groups` - 1."""

    def __init__(self, group: Ints, groups: int) -> None:
        self._order = np.argsort(group, kind="stable")
        self._sorted = bool((np.diff(group) >= 0).all())
        ordered = group[self._order]
        self._present, self._starts = np.unique(ordered, return_index=True)
        self._groups = groups
        self._alone = np.array_equal(group, np.arange(groups))

    def sum(self, values: Floats, axis: int = 0) -> Floats:
        """The sum of each group along the axis; 0 for a group without rows."""
        if self._alone:
            return values.copy()
        shape = list(values.shape)
        shape[axis] = self._groups
        out = np.zeros(shape)
        rows = values if self._sorted else values.take(self._order, axis=axis)
        if len(self._starts):
            np.moveaxis(out, axis, 0)[self._present] = np.moveaxis(
                np.add.reduceat(rows, self._starts, axis=axis), axis, 0
            )
        return out
