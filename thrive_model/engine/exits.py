"""The ways out of cells, and which of them are worked at once: together, or a cell's while the cache holds them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from thrive_model.engine.limits import PlaceKeeper
from thrive_model.parameters import Bools, Floats, Ints, Parameters
from thrive_model.sums import added

FEW_DRAWS = 3
"""With more draws than these a cell's exits are worked at a time; with so few, all together."""


@dataclass(frozen=True)
class Exits:
    """The arrows out of some cells that follow on each other.

    `from_cell` is where each arrow starts, counted from the first of the cells; `in_turn[cells, most]` are the arrows
    of each cell, then none, for which their number stands; `timed` are those by which time moves a child on.
    `asked_again` says whether anything asks who moved by them. `counted` is the order in which they are counted at
    their other end: that of all arrows, however many are worked at once, so that a draw comes to the same bits.
    """

    cells: slice
    arrows: slice
    from_cell: Ints
    in_turn: Ints
    timed: Ints
    asked_again: bool
    counted: tuple[int, ...]

    @classmethod
    def of(cls, p: Parameters, cells: slice, *, asked_again: bool = True) -> Exits:
        """All exits of some cells."""
        first, end = (int(found) for found in np.searchsorted(p.source, [cells.start, cells.stop]))
        from_cell = p.source[first:end] - cells.start
        timed = p.timed[(p.timed >= first) & (p.timed < end)] - first
        arrows, in_turn = slice(first, end), _in_turn(from_cell, cells.stop - cells.start)
        return cls(cells, arrows, from_cell, in_turn, timed, asked_again, tuple(range(end - first)))

    def __len__(self) -> int:
        return len(self.from_cell)

    def of_each(self, cells: Floats) -> Floats:
        """Of `cells[S, ...]` the one each arrow leaves, [arrows, ...], or [1, ...] where that is one and the same."""
        some = cells[self.cells]
        return some if len(some) == 1 else some[self.from_cell]

    def by_cell(self, values: Floats) -> Floats:
        """The sums of `values[arrows, ...]` by cell, [cells, ...], each arrow's after the one's before."""
        if len(self.in_turn) == 1:
            return added(values, 0)[None]
        nobody = np.zeros((1, *values.shape[1:]))
        return added(np.concatenate([values, nobody]).take(self.in_turn, axis=0), 1)


def of_stays(p: Parameters, draws: int) -> list[Exits]:
    """The exits of everything but decisions, as they are worked at once."""
    asked = cells_asked_again(p)
    if draws <= FEW_DRAWS:
        together = Exits.of(p, slice(0, p.first_decision))
        counted = np.argsort(asked[together.from_cell], kind="stable")
        return [replace(together, counted=tuple(counted.tolist()))]
    leaving = np.unique(p.source[p.source < p.first_decision]).tolist()
    return [Exits.of(p, slice(cell, cell + 1), asked_again=bool(asked[cell])) for cell in leaving]


def of_decisions(p: Parameters) -> Exits:
    """The exits of all decisions."""
    return Exits.of(p, slice(p.first_decision, len(p.longest_stay)))


def cells_asked_again(p: Parameters) -> Bools:
    """Cells, [S], some of whose moves are asked about, or changed, once they are known: by limits and decisions."""
    arrows = p.target >= p.first_decision
    for some in (*(one.arrows for one in p.additions), *(one.arrows for one in p.matches)):
        arrows[some] = True
    for place in p.places:
        arrows[PlaceKeeper.of(p, place).arrows] = True
    cells = np.arange(len(p.longest_stay)) >= p.first_decision
    cells[p.source[arrows]] = True
    return cells


def _in_turn(from_cell: Ints, cells: int) -> Ints:
    """The arrows from each cell, [cells, most]; their number stands for none."""
    counts = np.bincount(from_cell, minlength=cells)
    found = np.full((cells, counts.max(initial=0)), len(from_cell))
    found[np.arange(found.shape[1]) < counts[:, None]] = np.arange(len(from_cell))
    return found
