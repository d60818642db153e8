"""Where the children were and how they moved: what the engine hands on."""

from __future__ import annotations

from dataclasses import dataclass

from thrive_model.parameters import Floats


@dataclass(frozen=True)
class Trajectory:
    """Where the children were and how they moved.

    `stock[T+1, S, B, D]`: children at the start and at the end of each month. `flow[T, E, B, D]`: children moved
    in the month. `turned_18[T, S, D]`: children who turned 18 in the month, by the cell they were in.
    `supply[T+1, K, D]`: units of each supply at the start and the end of each month. `waiting[T, M, D]`: children
    held back in the month for want of units, for each limit on matches.
    """

    stock: Floats
    flow: Floats
    turned_18: Floats
    supply: Floats
    waiting: Floats
