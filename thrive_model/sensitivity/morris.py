"""Screening by elementary effects: what moving one factor does, from many places (Morris, 1991).

A trajectory starts anywhere on a grid of chances and moves one factor after another, in random order, by half its
range of chances. An elementary effect is what the figure then changes by for a whole unit of chance. The mean of their
sizes (`mu_star`; Campolongo and others, 2007) ranks the factors; that they differ (`sigma`) shows curves and company.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Floats

LEVELS = 8
"""Chances that a factor may take: the middles of so many equal parts."""
STEP = 0.5
"""A move, in chances: half the levels, so that each is taken as often."""


@dataclass(frozen=True)
class Screened:
    """Of F factors: the mean effect, the mean size of effects with its standard error, and how effects differ."""

    mu: Floats
    mu_star: Floats
    standard_error: Floats
    sigma: Floats
    runs: int


def morris(evaluate: Callable[[Floats], Floats], factors: int, trajectories: int, rng: np.random.Generator) -> Screened:
    """Screen so many factors; `evaluate` gives one figure [D] at their chances [F, D]. Two trajectories or more."""
    start = rng.integers(0, LEVELS // 2, (trajectories, factors))
    upward = rng.integers(0, 2, (trajectories, factors))
    turn = rng.permuted(np.tile(np.arange(factors), (trajectories, 1)), axis=1)
    moved = np.arange(factors + 1) > turn[:, :, None]
    level = start[:, :, None] + (LEVELS // 2) * np.where(upward[:, :, None] == 1, moved, ~moved)
    chances = (level + 0.5) / LEVELS
    found = evaluate(chances.transpose(1, 0, 2).reshape(factors, -1)).reshape(trajectories, factors + 1)
    before, after = (np.take_along_axis(found, turn + later, axis=1) for later in (0, 1))
    effects = (after - before) / np.where(upward == 1, STEP, -STEP)
    size = np.abs(effects)
    return Screened(
        mu=effects.mean(axis=0),
        mu_star=size.mean(axis=0),
        standard_error=size.std(axis=0, ddof=1) / np.sqrt(trajectories),
        sigma=effects.std(axis=0, ddof=1),
        runs=found.size,
    )
