"""What was published, and how likely it is where the model expects so much: the measure of a fit.

A count is Poisson about what the model expects; a percentage of a published count is binomial; a suppressed count lies
between bounds. Each is told as a deviance residual r, by which log-likelihood = constant - sum of r^2 / 2.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special, stats

from thrive_model.assemble import Inputs
from thrive_model.bands import Ages
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.scenario.calibration import Calibration

LEAST_EXPECTED = 1e-9
LEAST_CHANCE = 1e-300
PERCENT = 100.0


@dataclass(frozen=True)
class Target:
    """One figure: a `value` or, suppressed, its bounds; of a percentage `count` is what it is a share of.

    One that was said and not counted has the `spread` of a normal error about it.
    """

    output: str
    financial_year: FinancialYear
    ages: Ages | None
    value: float | None
    least: float | None
    most: float | None
    count: float | None
    spread: float | None
    source: str

    def residual(self, expected: Floats) -> Floats:
        """Deviance residuals where the model expects so much, of the shape given; above 0 where more was published."""
        if self.value is not None and self.spread is not None:
            return np.asarray((self.value - expected) / self.spread)
        if self.value is None:
            return self._of_bounds(np.maximum(expected, LEAST_EXPECTED))
        if self.count is not None:
            return self._of_share(expected / PERCENT)
        mean = np.maximum(expected, LEAST_EXPECTED)
        deviance = 2.0 * (special.xlogy(self.value, self.value / mean) - (self.value - mean))
        return np.asarray(np.sign(self.value - mean) * np.sqrt(np.maximum(deviance, 0.0)))

    def _of_share(self, share: Floats) -> Floats:
        assert self.value is not None and self.count is not None
        found, share = self.value / PERCENT, np.clip(share, LEAST_EXPECTED, 1.0 - LEAST_EXPECTED)
        some, others = special.xlogy(found, found / share), special.xlogy(1 - found, (1 - found) / (1 - share))
        deviance = 2.0 * self.count * (some + others)
        return np.asarray(np.sign(found - share) * np.sqrt(np.maximum(deviance, 0.0)))

    def _of_bounds(self, mean: Floats) -> Floats:
        likeliest = self._likeliest()
        inside, best = (self._chance(of) for of in (mean, np.array(max(likeliest, LEAST_EXPECTED))))
        deviance = 2.0 * (np.log(best) - np.log(np.maximum(inside, LEAST_CHANCE)))
        return np.asarray(np.sign(likeliest - mean) * np.sqrt(np.maximum(deviance, 0.0)))

    def _chance(self, mean: Floats) -> Floats:
        """That a count about the mean lies within the bounds."""
        assert self.least is not None and self.most is not None
        return np.asarray(stats.poisson.cdf(self.most, mean) - stats.poisson.cdf(self.least - 1.0, mean))

    def _likeliest(self) -> float:
        """The mean at which it is likeliest: where one count below the bounds is as likely as the highest within."""
        assert self.least is not None and self.most is not None
        if self.least < 1:
            return 0.0
        logs = special.gammaln(self.most + 1.0) - special.gammaln(self.least)
        return float(np.exp(logs / (self.most - self.least + 1.0)))


def targets_of(inputs: Inputs, chosen: Calibration, *, wholes: bool = False) -> tuple[Target, ...]:
    """The published figures of the outputs and years that the scenario fits to.

    Where a figure is published by age these are fitted to, and not their sum again; `wholes` gives the sums as well.
    """
    return tuple(_targets(inputs, chosen, wholes))


def _targets(inputs: Inputs, chosen: Calibration, wholes: bool) -> Iterator[Target]:
    counts = {(row.output, row.financial_year): row.value for row in inputs.observed if row.ages is None}
    split = {(row.output, row.financial_year) for row in inputs.observed if row.ages is not None}
    for row in inputs.observed:
        key = row.output, row.financial_year
        within = chosen.from_year <= row.financial_year <= chosen.to_year
        if row.output in chosen.outputs and within and (wholes or row.ages is not None or key not in split):
            whole = all_outputs()[row.output].share_of
            count = counts.get((whole, row.financial_year)) if whole else None
            if not whole or count is not None:
                bounds = row.value, row.least, row.most
                yield Target(row.output, row.financial_year, row.ages, *bounds, count, None, row.source)
    for one in chosen.said:
        yield Target(one.output, one.financial_year, None, one.value, None, None, None, one.spread, one.source)


def expected(results: Results, targets: Sequence[Target]) -> Floats:
    """What the model has for each target, [N, D]."""
    found: dict[tuple[str, Ages | None], Floats] = {}
    for target in targets:
        key = target.output, target.ages
        if key not in found:
            of_them = results if target.ages is None else results.of_ages(target.ages)
            found[key] = all_outputs()[target.output].measure(of_them)
    years = {year: y for y, year in enumerate(results.years)}
    return np.stack([found[one.output, one.ages][years[one.financial_year]] for one in targets])


def residuals(targets: Sequence[Target], expected: Floats) -> Floats:
    """Deviance residuals of every target, [N, D]."""
    return np.stack([one.residual(row) for one, row in zip(targets, expected, strict=True)])
