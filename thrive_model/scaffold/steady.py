"""The stock at which unchanging rates settle, and the moves in a month of it.

With population and rates unchanged, those of an age today are where today's younger will be: the stock by age is one
cohort followed from birth to 18, by the moves of `engine` in their order. Supplies limit nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from thrive_model import engine
from thrive_model.parameters import Floats, Parameters


@dataclass(frozen=True)
class Steady:
    """Children in each cell by age in months, `stock[S, A]`, and moved in a month, `flow[E, A]`."""

    stock: Floats
    flow: Floats

    def held(self, cells: Sequence[int], first: int = 0, last: int | None = None) -> float:
        """Children in some cells, aged from `first` to `last` months, both included."""
        return float(self.stock[list(cells), first : None if last is None else last + 1].sum())

    def moved(self, arrows: Sequence[int], first: int = 0, last: int | None = None) -> float:
        """Children moved in a year by some arrows, aged from `first` to `last` months, both included."""
        return float(self.flow[list(arrows), first : None if last is None else last + 1].sum() * 12)


def unlimited(parameters: Parameters) -> Parameters:
    """The rates of the first period for one month, with no supply that limits and no effect that changes them."""
    return replace(
        parameters.until(1), effects=(), additions=(), supplies=(), places=(), matches=(), period=np.zeros(1, np.intp)
    )


def steady(parameters: Parameters) -> Steady:
    """Where the rates of the first period settle."""
    p = unlimited(parameters)
    cells, ages = p.opening.shape[:2]
    chance = engine.probabilities(p, 0, np.zeros((cells, p.hazard.shape[2], 1)), np.zeros((0, 1)))[..., 0]
    outside = int(np.searchsorted(p.source, p.first_stay))
    staying = int(np.searchsorted(p.source, p.first_decision))
    decisions = [
        (np.flatnonzero(p.target == cell), np.flatnonzero(p.source == cell)) for cell in range(p.first_decision, cells)
    ]
    stock, flow = np.zeros((cells, ages)), np.zeros((len(p.source), ages))
    now = np.zeros(cells)
    for age in range(ages):
        stock[:, age] = now
        here = chance[:, p.band_of_age[age]]
        moved = flow[:, age]
        moved[:outside] = p.exposure[0, age] * here[:outside]
        moved[outside:staying] = now[p.source[outside:staying]] * here[outside:staying]
        for into, out in decisions:
            moved[out] = moved[into].sum() * here[out]
        now = now + np.bincount(p.target, moved, cells) - np.bincount(p.source, moved, cells)
        now[: p.first_stay] = 0.0
        now[p.first_decision :] = 0.0
    return Steady(stock, flow)
