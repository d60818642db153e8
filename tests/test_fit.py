"""Intervals on simulated truth: parameters that are known, figures published of them by chance, and fits to those."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from thrive_model.assemble import assemble, without_programme
from thrive_model.calibrate.fit import Problem, fitted
from thrive_model.calibrate.targets import Target
from thrive_model.parameters import Floats
from thrive_model.run import read_tables, run_one
from thrive_model.scenario import resolve

REPLICATIONS = 200
FREE = ("plans", "guardianship", "residence_orders")
EIGHTY = 1.2816
"""Standard errors to either side of the middle 80% of a normal."""


@pytest.fixture(scope="module")
def problem() -> Problem:
    alone = without_programme(resolve("history"))
    inputs = read_tables(alone)
    chosen = alone.scenario.calibration
    assert chosen is not None
    free = {name: block for name, block in chosen.free.items() if name in FREE}
    return Problem.of(run_one(assemble(alone, inputs)), chosen.model_copy(update={"free": free}))


def published(targets: tuple[Target, ...], expected: Floats, random: np.random.Generator) -> tuple[Target, ...]:
    """What might have been published where the model is right: counts Poisson, percentages of a count binomial."""

    def figure(target: Target, mean: float) -> float:
        if target.count is None:
            return float(random.poisson(mean))
        return 100.0 * float(random.binomial(round(target.count), mean / 100.0)) / round(target.count)

    return tuple(replace(one, value=figure(one, mean)) for one, mean in zip(targets, expected, strict=True))


def test_eighty_per_cent_intervals_of_a_fit_hold_the_truth_four_times_in_five(problem: Problem):
    random = np.random.default_rng(20120331)
    truths = random.normal(0.0, problem.spreads[:, None], (len(problem.spreads), REPLICATIONS))
    expected = problem.expected(truths)
    held = np.zeros((REPLICATIONS, len(truths)), dtype=bool)
    for n in range(REPLICATIONS):
        again = Problem(problem.plain, problem.parameters, published(problem.targets, expected[:, n], random))
        found = fitted(again, starts=1)
        held[n] = np.abs(found.values - truths[:, n]) <= EIGHTY * found.standard_errors
    assert 0.75 <= held.mean() <= 0.85
    assert ((held.mean(axis=0) >= 0.70) & (held.mean(axis=0) <= 0.90)).all()
