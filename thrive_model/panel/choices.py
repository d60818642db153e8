"""What was chosen and not fitted: memories, priors and the tails of the shocks, with what each rests on.

`docs/validation.md` lists those that were chosen after forecasts of the same panel had been scored.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Prior:
    """A normal prior; of a logarithm where the field says so."""

    mean: float
    sd: float


@dataclass(frozen=True)
class WeightChoices:
    """How the pooled weights are fitted.

    - `priors`, `least`, `most`: of each weight. `smallest`: councils with no more children are left out of the fit.
    - An error of year h counts in units of sd · √((1 − growth + growth · h) · (1 + children / stock)).
    """

    priors: tuple[Prior, ...]
    least: tuple[float, ...]
    most: tuple[float, ...]
    smallest: float
    sd: float
    growth: float
    children: float


@dataclass(frozen=True)
class ShockChoices:
    """Priors of the pooled shocks; those of the two spreads and of the children are of logarithms.

    `nation` and `nation_years`: the spread of the nation's shock before any is seen, and how many years that counts
    for. `freedom`: degrees of freedom of a year's shocks, the fewer the heavier their tails.
    """

    drift: Prior
    passing: Prior
    children: Prior
    damping: Prior
    nation: float
    nation_years: float
    freedom: float = 8.0


@dataclass(frozen=True)
class CareChoices:
    """Looked after children.

    - `memory` of the nation's rates and `memory_of_ages` of a council's ages at entry: what a year counts of the next.
    - `nation_children`: of the nation's ages at entry, so many are added to a council's own.
    - `least_level`: no council is expected to admit less than this share of the nation's, for a child looked after.
    """

    memory: float = 0.7
    memory_of_ages: float = 0.6
    nation_children: float = 30.0
    least_level: float = 0.2
    weights: WeightChoices = WeightChoices(
        priors=(Prior(0.2, 0.2), Prior(0.1, 0.1), Prior(0.5, 0.25)),
        least=(-1.0, -1.0, 0.0),
        most=(1.0, 1.0, 1.0),
        smallest=40.0,
        sd=0.051,
        growth=1.0,
        children=350.0,
    )
    shocks: ShockChoices = ShockChoices(
        drift=Prior(-2.526, 0.5),  # median 0.08
        passing=Prior(-1.897, 0.5),  # median 0.15
        children=Prior(5.298, 1.0),  # median 200
        damping=Prior(0.85, 0.1),
        nation=0.03,
        nation_years=4.0,
    )


@dataclass(frozen=True)
class PlanChoices:
    """CP plans.

    - `memory` of the nation's hazard and `memory_of_level` of a council's usual number: what a year counts of the next.
    - `least_children`: smaller numbers count as this one, whose logarithm is taken.
    """

    memory: float = 0.7
    memory_of_level: float = 0.5
    least_children: float = 3.0
    weights: WeightChoices = WeightChoices(
        priors=(Prior(0.3, 0.3), Prior(0.15, 0.15), Prior(0.0, 0.15)),
        least=(-2.0, -2.0, -2.0),
        most=(2.0, 2.0, 2.0),
        smallest=20.0,
        sd=0.22,
        growth=0.4,
        children=50.0,
    )
    shocks: ShockChoices = ShockChoices(
        drift=Prior(-1.609, 0.5),  # median 0.2
        passing=Prior(-1.609, 0.5),  # median 0.2
        children=Prior(3.912, 1.0),  # median 50
        damping=Prior(0.85, 0.1),
        nation=0.06,
        nation_years=4.0,
    )


CARE, PLANS = CareChoices(), PlanChoices()
