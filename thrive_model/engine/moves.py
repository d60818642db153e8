"""The children who move in a month, and the change they make in the cells at both ends of their move."""

from __future__ import annotations

import numpy as np

from thrive_model.engine.exits import Exits
from thrive_model.parameters import Floats, Parameters


class Moves:
    """Children moved in a month: `by_arrow[E, A, D]` where something asks about them; the others are counted alone."""

    def __init__(self, p: Parameters, draws: int) -> None:
        cells, ages = p.opening.shape[:2]
        self.by_arrow = np.zeros((len(p.source), ages, draws))
        self._after, self._went = np.zeros((2, cells, ages, draws))
        self._come_to = [self._after[cell] for cell in p.target]

    def begin(self, now: Floats) -> None:
        """Nobody of the children `now[S, A, D]` has moved yet."""
        self._after[:] = now

    def settle(self, exits: Exits, moved: Floats) -> None:
        """Nothing asks any more who `moved` by some exits: count them at both ends."""
        self._went[exits.cells] = exits.by_cell(moved)
        come_to, children = self._come_to[exits.arrows], list(moved)
        for arrow in exits.counted:
            np.add(come_to[arrow], children[arrow], come_to[arrow])

    def carry_out(self, now: Floats) -> None:
        """Move the children of `now[S, A, D]`, in place, once all exits are settled."""
        np.subtract(self._after, self._went, out=now)
