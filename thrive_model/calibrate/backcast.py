"""The past foretold: each year from a fit that saw none of it, beside what was then published.

A forecast's spread has three parts: what the fit leaves open of the parameters; how the rates of a year that was not
seen differ from those before it (a multiplier by year is then as wide as its prior); and chance in the count itself,
wider than Poisson by as much as the fitted years scatter.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.calibrate.fit import Fit, Problem, Told, calibrate, posterior, say_nothing
from thrive_model.calibrate.targets import Target, targets_of
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.scenario import Resolved

DRAWS = 300
LEVELS = (0.025, 0.1, 0.5, 0.9, 0.975)


@dataclass(frozen=True)
class Foretold:
    """One published figure, and what a fit to the years up to `origin` made of it; `quantiles` are at `LEVELS`."""

    target: Target
    origin: FinancialYear
    quantiles: tuple[float, ...]

    def within(self, share: float) -> bool | None:
        """Whether what was published lies in the middle 80% or 95%; None where it was suppressed."""
        if self.target.value is None:
            return None
        inside = dict(zip(LEVELS, self.quantiles, strict=True))
        edge = round((1.0 - share) / 2.0, 3)
        return inside[edge] <= self.target.value <= inside[round(1.0 - edge, 3)]


def backcast(resolved: Resolved, told: Told = say_nothing) -> list[Foretold]:
    """Every year but the first of a scenario's calibration, from each year before it."""
    chosen = resolved.scenario.calibration
    rows: list[Foretold] = []
    origin = chosen.from_year if chosen else None
    while chosen is not None and origin is not None and origin < chosen.to_year:
        fit = calibrate(resolved, starts=1, told=told, until=origin)
        published = targets_of(fit.assembled.inputs, chosen, wholes=True)
        ahead = [one for one in published if one.spread is None and one.financial_year > origin]
        rows.extend(_foretold(fit, ahead, origin))
        origin = origin.plus(1)
    if chosen is None:
        calibrate(resolved)
    return rows


def _foretold(fit: Fit, targets: Sequence[Target], origin: FinancialYear) -> Iterator[Foretold]:
    problem = Problem(fit.plain, fit.parameters, tuple(targets))
    means = problem.expected(posterior(fit, DRAWS))
    random = np.random.default_rng([fit.assembled.resolved.scenario.seed, origin.start])
    for target, mean in zip(targets, means, strict=True):
        figures = _by_chance(target, mean, fit.dispersion, random)
        yield Foretold(target, origin, tuple(float(figure) for figure in np.quantile(figures, LEVELS)))


def _by_chance(target: Target, mean: Floats, dispersion: float, random: np.random.Generator) -> Floats:
    """Figures about their means: counts of variance `dispersion` times the mean, shares likewise."""
    if target.count is not None:
        share = np.clip(mean / 100.0, 0.0, 1.0)
        spread = np.sqrt(dispersion * share * (1.0 - share) / target.count)
        return np.asarray(100.0 * np.clip(random.normal(share, spread), 0.0, 1.0))
    mean = np.maximum(mean, 1e-9)
    if dispersion <= 1.0:
        return random.poisson(mean).astype(float)
    shape = mean / (dispersion - 1.0)
    return random.poisson(random.gamma(shape, dispersion - 1.0)).astype(float)
