"""Sums over what belongs together: the ages of a band, the arrows of a cell."""

from __future__ import annotations

import numpy as np

from thrive_model.engine.limits import FEW_DRAWS
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


class ByCell:
    """Sums over the arrows that share the cell at one of their ends, to the same bits in either of two orders of work.

    With many draws an arrow at a time is several times faster, for a row fits the cache; with few, a turn at a time:
    the first arrow of every cell at once, then the second.
    """

    def __init__(self, ends: Ints, cells: int) -> None:
        self._ends, self._cells = ends.tolist(), cells
        order = np.argsort(ends, kind="stable")
        present, starts, counts = np.unique(ends[order], return_index=True, return_counts=True)
        longest = int(counts.max(initial=0))
        self._turns = [(present[counts > n], order[starts[counts > n] + n]) for n in range(longest)]

    def sum(self, moved: Floats) -> Floats:
        """Children moved, [S, A, D], by cell."""
        found = self.nobody(moved)
        if moved.shape[-1] > FEW_DRAWS:
            of_cell = list(found)
            for cell, row in zip(self._ends, moved, strict=True):
                np.add(of_cell[cell], row, out=of_cell[cell])
        else:
            for some, arrows in self._turns:
                found[some] += moved[arrows]
        return found

    def nobody(self, moved: Floats) -> Floats:
        """No children in any cell, for as many ages and draws as are moved."""
        return np.zeros((self._cells, *moved.shape[1:]))


class Ends:
    """What moves change in the cells at both their ends, to the same bits in either order of work, as in `ByCell`."""

    def __init__(self, source: Ints, target: Ints, cells: int) -> None:
        self._source, self._target = source.tolist(), target.tolist()
        self._went, self._came = ByCell(source, cells), ByCell(target, cells)

    def change(self, moved: Floats) -> Floats:
        """Children moved, [E, A, D], as those who came less those who went, [S, A, D]."""
        if moved.shape[-1] <= FEW_DRAWS:
            return self._came.sum(moved) - self._went.sum(moved)
        came, went = self._came.nobody(moved), self._went.nobody(moved)
        to, out_of = list(came), list(went)
        for source, target, row in zip(self._source, self._target, moved, strict=True):
            np.add(to[target], row, out=to[target])
            np.add(out_of[source], row, out=out_of[source])
        came -= went
        return came
