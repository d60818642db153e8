"""Figures that others published, through our engine.

HIV, zidovudine alone against zidovudine and lamivudine (Chancellor et al. 1997), as worked in Briggs, Claxton and
Sculpher, Decision Modelling for Health Economic Evaluation (2006). States A (CD4 200-500), B (CD4 below 200), C (AIDS)
and D (dead), 20 yearly cycles, everyone in A at the start. A cycle's people are counted at its end.
"""

from __future__ import annotations

import numpy as np
import pytest
from builders import parameters

from thrive_model import engine
from thrive_model.parameters import Floats, HazardEffect

CYCLES = 20
ON_BOTH_DRUGS = 2
RELATIVE_RISK = 0.509
HEALTH = np.array([2756.0, 3052.0, 9007.0, 0.0])
ALIVE = np.array([1.0, 1.0, 1.0, 0.0])
ZIDOVUDINE, LAMIVUDINE = 2278.0, 2086.50
LEAVE = {
    (0, 1): 350 / 1734,
    (0, 2): 116 / 1734,
    (0, 3): 17 / 1734,
    (1, 2): 512 / 1258,
    (1, 3): 15 / 1258,
    (2, 3): 437 / 1749,
}
"""Yearly probabilities of each move; who makes none of them stays."""


def leaving(source: int) -> float:
    return sum(p for (cell, _), p in LEAVE.items() if cell == source)


def people(*, combination: bool) -> Floats:
    """[T, S]: the share in each state at the end of each cycle."""
    arrows = [(a, b, p / leaving(a) * -np.log1p(-leaving(a))) for (a, b), p in LEAVE.items()]
    effects = []
    if combination:
        for n, (a, _) in enumerate(LEAVE):
            factor = np.ones((CYCLES, 1))
            factor[:ON_BOTH_DRUGS] = np.log1p(-RELATIVE_RISK * leaving(a)) / np.log1p(-leaving(a))
            effects.append(HazardEffect(np.array([n]), np.array([0]), factor))
    return engine.run(parameters(arrows, [1.0, 0, 0, 0], CYCLES, effects=effects)).stock[1:, :, 0, 0]


def cost(stock: Floats, *, combination: bool) -> float:
    """Discounted at 6% from the first cycle."""
    drugs = np.full(CYCLES, ZIDOVUDINE)
    if combination:
        drugs[:ON_BOTH_DRUGS] += LAMIVUDINE
    yearly = stock @ HEALTH + (stock @ ALIVE) * drugs
    return float((yearly / 1.06 ** np.arange(1, CYCLES + 1)).sum())


def life_years(stock: Floats) -> float:
    return float((stock @ ALIVE).sum())


def test_monotherapy_has_the_published_cost_and_life_years():
    stock = people(combination=False)
    assert round(cost(stock, combination=False)) == 44_663
    assert round(life_years(stock), 3) == 7.991


def test_combination_therapy_has_the_published_cost_and_life_years():
    stock = people(combination=True)
    assert round(cost(stock, combination=True)) == 50_602
    assert round(life_years(stock), 3) == 8.937


def test_a_life_year_gained_has_the_published_cost():
    mono, both = people(combination=False), people(combination=True)
    extra = cost(both, combination=True) - cost(mono, combination=False)
    assert round(extra / (life_years(both) - life_years(mono))) == 6_276


@pytest.mark.parametrize("combination", [False, True])
def test_the_engine_agrees_with_multiplying_the_published_matrix(combination: bool):
    stay = np.eye(4)
    for (a, b), p in LEAVE.items():
        stay[a, b], stay[a, a] = p, stay[a, a] - p
    treated = RELATIVE_RISK * stay + (1.0 - RELATIVE_RISK) * np.eye(4)
    row, expected = np.array([1.0, 0, 0, 0]), []
    for cycle in range(CYCLES):
        row = row @ (treated if combination and cycle < ON_BOTH_DRUGS else stay)
        expected.append(row)
    np.testing.assert_allclose(people(combination=combination), expected, rtol=1e-12)
