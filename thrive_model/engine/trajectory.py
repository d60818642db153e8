"""Where the children were and how they moved: what the engine hands on, and how much of it is kept."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Floats, Parameters

LINE = 64
"""Bytes of a processor's cache line."""


@dataclass(frozen=True)
class Recorded:
    """What of a run is kept.

    `stock` and `flow` are kept by band, or summed over bands where not `stock_by_band` and `flow_by_band`: their band
    axis then has length 1. What is not kept at all has a first axis of length 0.
    """

    stock_by_band: bool = True
    flow_by_band: bool = True
    flow: bool = True
    turned_18: bool = True
    waiting: bool = True


EVERYTHING = Recorded()
SUMS = Recorded(stock_by_band=False, flow_by_band=False)
"""What yearly figures for all ages together need."""


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

    @classmethod
    def to_record(cls, p: Parameters, record: Recorded) -> Trajectory:
        """The arrays of a run that is to come; what nobody may turn or wait in is 0."""
        months, draws, bands = p.months, p.draws, p.hazard.shape[2]
        return cls(
            stock=_aligned((months + 1, len(p.opening), bands if record.stock_by_band else 1, draws)),
            flow=_aligned((months * record.flow, len(p.source), bands if record.flow_by_band else 1, draws)),
            turned_18=_aligned((months * record.turned_18, len(p.opening), draws), np.zeros),
            supply=_aligned((months + 1, len(p.supplies), draws)),
            waiting=_aligned((months * record.waiting, len(p.matches), draws), np.zeros),
        )


def _aligned(shape: tuple[int, ...], made: Callable[[int], Floats] = np.empty) -> Floats:
    """An array that begins where a line of the cache does, so that a block of draws is a line of its own."""
    size = math.prod(shape)
    held = made(size + LINE // 8)
    first = -held.ctypes.data % LINE // 8
    return held[first : first + size].reshape(shape)
