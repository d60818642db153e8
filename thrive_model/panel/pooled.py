"""How far past forecasts were out, and the weights that would have made them least so: one set for all councils."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.panel.choices import WeightChoices
from thrive_model.panel.cohort import Response, Standing, response
from thrive_model.parameters import Floats

TAIL = 8.0
"""Degrees of freedom of the t distribution whose likelihood tempers large errors."""


@dataclass(frozen=True)
class Errors:
    """`log[N]`: ln(actual / forecast) of the councils of `size[N]`, `ahead` years after one past year."""

    ahead: int
    size: Floats
    log: Floats

    @property
    def mean(self) -> float:
        """What all councils were out by together."""
        return float(self.log.mean())

    @property
    def apart(self) -> Floats:
        """[N]: what each was out by beyond that."""
        return np.asarray(self.log - self.log.mean())


class Past:
    """Forecasts made of a panel's own past, from the end of each year but the last, up to `horizon` years ahead.

    The last of `standings` belongs to the last year of `actual[C, T]`, the others to the years before it. Councils of
    no more than `smallest` children, then or when forecast, do not count.
    """

    def __init__(self, standings: Sequence[Standing], actual: Floats, horizon: int, smallest: float) -> None:
        self._actual = np.where(actual > smallest, actual, np.nan)
        last = actual.shape[1] - 1
        self._each: list[tuple[int, Standing, Response]] = []
        for year, standing in enumerate(standings[:-1], start=last + 1 - len(standings)):
            self._each.append((year, standing, response(standing.cohort, min(horizon, last - year))))

    def errors(self, weights: Floats) -> list[Errors]:
        """Of every past year and every year ahead of it that is published."""
        found = []
        for year, standing, responding in self._each:
            years = responding.staying.shape[1]
            forecast = responding.stock(standing.admissions(weights, years)[..., None])[..., 0]
            with np.errstate(invalid="ignore", divide="ignore"):
                log = np.log(self._actual[:, year + 1 : year + 1 + years] / forecast)
            log[np.isnan(self._actual[:, year])] = np.nan
            for ahead in range(years):
                known = np.isfinite(log[:, ahead])
                if known.any():
                    found.append(Errors(ahead + 1, standing.size[known], log[known, ahead]))
        return found


def fit_weights(past: Past, choices: WeightChoices) -> Floats:
    """The weights [K] at which past errors, less what all councils were out by together, are least, held by priors."""
    from scipy.optimize import least_squares  # noqa: PLC0415 - slow to import, and only fitting needs it

    mean, sd = (np.array([getattr(prior, name) for prior in choices.priors]) for name in ("mean", "sd"))

    def residuals(weights: Floats) -> Floats:
        each = [_tempered(one.apart / _expected(one, choices)) for one in past.errors(weights)]
        return np.concatenate([*each, (weights - mean) / sd])

    found = least_squares(residuals, mean, x_scale=sd, bounds=(choices.least, choices.most))
    return np.asarray(found.x)


def _expected(errors: Errors, choices: WeightChoices) -> Floats:
    """[N]: what an error is measured in, wider further ahead and for small councils."""
    growth = 1.0 - choices.growth + choices.growth * errors.ahead
    return np.asarray(choices.sd * np.sqrt(growth * (1.0 + choices.children / errors.size)))


def _tempered(standard: Floats) -> Floats:
    """Signed roots of twice the negative log density of t, less its constant, so that squares sum to a likelihood."""
    return np.asarray(np.sign(standard) * np.sqrt((TAIL + 1.0) * np.log1p(standard**2 / TAIL)))
