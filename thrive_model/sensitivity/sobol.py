"""Shares of the variance of a figure: of each set of inputs by itself, and with all that it does in company.

First and total Sobol indices (Saltelli and others, 2010) as scipy estimates them, of sets of inputs that are
drawn apart: a set's first index is that of all its inputs together. Confidence intervals are bootstrapped over the
points of the design.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Floats, Ints

CONFIDENCE = 0.95
RESAMPLES = 999


@dataclass(frozen=True)
class Indices:
    """Of F sets: first and total indices, [F], and the lower and upper ends of their intervals, [2, F]."""

    first: Floats
    total: Floats
    first_interval: Floats
    total_interval: Floats
    mean: float
    standard_deviation: float
    runs: int


def sobol(
    evaluate: Callable[[Floats], Floats], sets: Sequence[Sequence[int]], points: int, rng: np.random.Generator
) -> Indices:
    """Indices of sets of rows, which between them are all; `evaluate` gives one figure [D] at chances [K, D].

    `points` is a power of two; (sets + 2) * points runs are made.
    """
    from scipy.stats import bootstrap, qmc, sobol_indices  # noqa: PLC0415 - slow to import, and only this needs it

    inputs = sum(map(len, sets))
    design = qmc.Sobol(2 * inputs, scramble=True, rng=rng).random(points).T
    first, second = design[:inputs], design[inputs:]
    found = evaluate(np.concatenate([first, second, *_swapped(first, second, sets)], axis=1))
    of_first, of_second, *of_swapped = found.reshape(len(sets) + 2, 1, points)
    # A last set of no inputs, which scipy needs where there is but one, costs no run: swapping nothing changes nothing.
    of_all = np.stack([*of_swapped, of_first])

    def indices(of_points: Ints) -> Floats:
        swapped = {"f_A": of_first[:, of_points], "f_B": of_second[:, of_points], "f_AB": of_all[..., of_points]}
        estimated = sobol_indices(func=swapped, n=points)  # type: ignore[arg-type] # the stubs want literal keys
        return np.stack([estimated.first_order, estimated.total_order])

    resampled = bootstrap(
        (np.arange(points),),
        indices,
        vectorized=False,
        n_resamples=RESAMPLES,
        confidence_level=CONFIDENCE,
        method="percentile",
        rng=rng,
    )
    of_first_order, of_total_order = indices(np.arange(points))[:, : len(sets)]
    interval = np.stack([resampled.confidence_interval.low, resampled.confidence_interval.high])[..., : len(sets)]
    both = np.concatenate([of_first[0], of_second[0]])
    return Indices(
        first=of_first_order,
        total=of_total_order,
        first_interval=interval[:, 0],
        total_interval=interval[:, 1],
        mean=float(both.mean()),
        standard_deviation=float(both.std(ddof=1)),
        runs=found.shape[-1],
    )


def _swapped(first: Floats, second: Floats, sets: Sequence[Sequence[int]]) -> list[Floats]:
    """The first design with the rows of each set in turn taken from the second."""
    found = []
    for rows in sets:
        swapped = first.copy()
        swapped[list(rows)] = second[list(rows)]
        found.append(swapped)
    return found
