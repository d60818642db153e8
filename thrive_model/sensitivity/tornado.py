"""One thing at a time: what a figure is with it low and with it high, and where a decision would turn.

Every factor stands at the same points of its distribution while all others are as stated: all at once, and refined in
a few more batches where the decision turns between two points.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.sensitivity.factors import Factor, chances_at
from thrive_model.values.distributions import CUT_OFF, standard_normal

LOW, HIGH = 0.1, 0.9
"""Percentiles of the bars."""
_TENTH = float(standard_normal(np.array(LOW)))
POINTS = np.array([-CUT_OFF, -2.5, _TENTH, -0.6, 0.0, 0.6, -_TENTH, 2.5, CUT_OFF])
"""Standard deviations at which every factor is tried; the outermost are the ends of what it may be."""
_AT_LOW, _AT_HIGH = 2, 6
ROUNDS, INNER = 3, 7
"""Rounds of refining, and points within a bracket in each: 512 times finer, and then a straight line."""
Evaluate = Callable[[Floats], Floats]
"""Figures [N, D] at chances [K, D]."""


@dataclass(frozen=True)
class Bar:
    """One factor, all others as stated.

    `stated`, `low` and `high` are its own figures: as stated, and at the 10th and the 90th percentile. What is asked
    about is `figure_at_low` and `figure_at_high` then, and `swing` is between the least and the most of those and of it
    as stated. `switching` is its own figure at which the decision turns; None where it does not in all its range.
    """

    key: str
    stated: float
    low: float
    high: float
    figure_at_low: float
    figure_at_high: float
    swing: float
    switching: float | None


@dataclass(frozen=True)
class Tornado:
    """Bars by their swings, largest first. `stated` is the figure with everything as stated.

    `decided` is the figure on which the decision hangs, as stated, and `threshold` where it turns; None where there is
    no decision. `runs` counts the runs that were made, doing nothing with each as one.
    """

    stated: float
    decided: float | None
    threshold: float | None
    bars: tuple[Bar, ...]
    runs: int


def tornado(
    evaluate: Evaluate, factors: Sequence[Factor], year: FinancialYear, threshold: float | None = None
) -> Tornado:
    """The bars of all factors.

    `evaluate` gives the figure asked about, and last that which is held against the threshold (which may be the same).
    """
    stated = evaluate(chances_at(factors, np.full((len(factors), 1), np.nan)))[:, 0]
    grid = np.broadcast_to(POINTS, (len(factors), len(POINTS)))
    found = evaluate(chances_at(factors, one_at_a_time(grid))).reshape(len(stated), *grid.shape)
    runs = 1 + grid.size
    switching: list[float | None] = [None] * len(factors)
    if threshold is not None:
        switching, more = _switching(evaluate, factors, year, found[-1] - threshold, threshold)
        runs += more
    bars = [_bar(factor, year, float(stated[0]), found[0, n], switching[n]) for n, factor in enumerate(factors)]
    return Tornado(
        stated=float(stated[0]),
        decided=None if threshold is None else float(stated[-1]),
        threshold=threshold,
        bars=tuple(sorted(bars, key=lambda bar: -bar.swing)),
        runs=runs,
    )


def one_at_a_time(points: Floats) -> Floats:
    """Deviations [F, F * P] in which each factor takes its own points, [F, P], in turn, and the others stand."""
    count, each = points.shape
    found = np.full((count, count, each), np.nan)
    found[np.arange(count), np.arange(count)] = points
    return found.reshape(count, count * each)


def _bar(factor: Factor, year: FinancialYear, stated: float, figures: Floats, switching: float | None) -> Bar:
    low, high = float(figures[_AT_LOW]), float(figures[_AT_HIGH])
    own = factor.figures(np.array([np.nan, POINTS[_AT_LOW], POINTS[_AT_HIGH]]), year)
    own_stated, own_low, own_high = map(float, own)
    swing = max(low, high, stated) - min(low, high, stated)
    return Bar(factor.key, own_stated, own_low, own_high, low, high, swing, switching)


def _switching(
    evaluate: Evaluate, factors: Sequence[Factor], year: FinancialYear, beyond: Floats, threshold: float
) -> tuple[list[float | None], int]:
    """Each factor's own figure where what is beyond the threshold, [F, P] at `POINTS`, changes sign; runs made."""
    brackets = {n: _bracket(factor, year, beyond[n]) for n, factor in enumerate(factors)}
    between = {n: [at, at + 1] for n, at in brackets.items() if at is not None}
    found: list[float | None] = [None] * len(factors)
    if not between:
        return found, 0
    turning = list(between)
    ends = np.array([POINTS[at] for at in between.values()])
    values = np.array([beyond[n, at] for n, at in between.items()])
    for _ in range(ROUNDS):
        inside = np.linspace(ends[:, 0], ends[:, 1], INNER + 2, axis=1)
        apart = np.full((len(factors), INNER), np.nan)
        apart[turning] = inside[:, 1:-1]
        columns = one_at_a_time(apart).reshape(len(factors), len(factors), INNER)[:, turning]
        tried = evaluate(chances_at(factors, columns.reshape(len(factors), -1)))[-1].reshape(len(turning), INNER)
        along = np.concatenate([values[:, :1], tried - threshold, values[:, 1:]], axis=1)
        at = np.argmax(_changes(along), axis=1)
        each = np.arange(len(turning))
        ends = np.stack([inside[each, at], inside[each, at + 1]], axis=1)
        values = np.stack([along[each, at], along[each, at + 1]], axis=1)
    gap = values[:, 1] - values[:, 0]
    part = np.where(gap == 0.0, 0.0, -values[:, 0] / np.where(gap == 0.0, 1.0, gap))
    for n, away in zip(turning, ends[:, 0] + part * (ends[:, 1] - ends[:, 0]), strict=True):
        found[n] = float(factors[n].figures(np.array([away]), year)[0])
    return found, ROUNDS * INNER * len(turning)


def _bracket(factor: Factor, year: FinancialYear, beyond: Floats) -> int | None:
    """The first of the two points between which the sign changes, nearest to the factor as stated; None where none."""
    changes = np.flatnonzero(_changes(beyond))
    if not len(changes):
        return None
    own, (stated,) = factor.figures(POINTS, year), factor.figures(np.array([np.nan]), year)
    least, most = np.minimum(own[changes], own[changes + 1]), np.maximum(own[changes], own[changes + 1])
    return int(changes[np.argmin(np.maximum(np.maximum(least - stated, stated - most), 0.0))])


def _changes(beyond: Floats) -> Floats:
    """Between which neighbours along the last axis the sign changes."""
    above = beyond >= 0.0
    return np.asarray(above[..., 1:] != above[..., :-1])
