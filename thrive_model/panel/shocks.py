"""How admissions stray from what was expected: drift, passing noise and the nation's own, pooled over councils.

The logarithm of what multiplies a council's admissions in year j ahead is

    √(1 + children / stock) · (drift_j + noise_j) + nation_j
    drift_j = damping · drift_(j−1) + drift · u_j · ε_j
    noise_j = passing · u_j · ε_j
    nation_j = nation_(j−1) + nation · ε_j

where each ε is a normal of its own, and u_j = √(f / χ²_f), f the freedom, is shared by the council's two: a year is
calm or rough for a council as a whole, which makes the tails heavy.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.panel.choices import ShockChoices
from thrive_model.panel.cohort import Response
from thrive_model.panel.pooled import Errors
from thrive_model.parameters import Floats

LEAST_DAMPING = 0.3


@dataclass(frozen=True)
class Shocks:
    """Spreads of log admissions (`drift`, `passing`, `nation`), and the other terms of the equation above."""

    drift: float
    passing: float
    children: float
    damping: float
    nation: float
    freedom: float


def sensitivity(responding: Response, admissions: Floats) -> Floats:
    """[H, H]: the share by which the stock of all councils at the end of year h rises with log admissions of year j."""
    known = np.isfinite(admissions).all(axis=1) & np.isfinite(responding.staying).all(axis=1)
    staying, lasting, entering = responding.staying[known], responding.lasting[known], admissions[known]
    years = staying.shape[1]
    of_year = np.zeros((years, years))
    for year in range(years):
        for earlier in range(year + 1):
            of_year[year, earlier] = (lasting[:, year - earlier] * entering[:, earlier]).sum()
    return np.asarray(of_year / (staying.sum(axis=0) + of_year.sum(axis=1))[:, None])


def fit_shocks(errors: Sequence[Errors], reach: Floats, choices: ShockChoices) -> Shocks:
    """The spreads at which past errors are likeliest, given the priors; `reach[H, H]` is the `sensitivity`.

    An error h years ahead counts 1/h, for the years it spans are shared with others.
    """
    from scipy.optimize import minimize  # noqa: PLC0415 - slow to import, and only fitting needs it
    from scipy.special import gammaln  # noqa: PLC0415 - likewise

    priors = (choices.drift, choices.passing, choices.children, choices.damping)
    passing = (np.tril(reach) ** 2).sum(axis=1)
    apart = [(one.ahead, one.size, one.apart) for one in errors]

    def unlikeliness(tried: Floats) -> float:
        drift, noise, children = np.exp(tried[:3])
        damping = float(np.clip(tried[3], LEAST_DAMPING, 1.0))
        variance = drift_variance(reach, damping) * drift**2 + passing * noise**2
        total = sum(((value - prior.mean) / prior.sd) ** 2 for value, prior in zip(tried, priors, strict=True)) / 2
        total += 1e3 * max(0.0, float(tried[3]) - 1.0) ** 2
        for ahead, size, error in apart:
            freedom = 4.0 + (choices.freedom - 4.0) * ahead  # sums of more years are nearer to normal
            scale = np.sqrt(variance[ahead - 1] * (1.0 + children / size) * _spread(choices.freedom) / _spread(freedom))
            constant = gammaln((freedom + 1) / 2) - gammaln(freedom / 2) - np.log(freedom * np.pi) / 2
            log = constant - (freedom + 1) / 2 * np.log1p((error / scale) ** 2 / freedom) - np.log(scale)
            total -= log.sum() / ahead
        return float(total)

    start = np.array([prior.mean for prior in priors])
    found = minimize(unlikeliness, start, method="Nelder-Mead", options={"maxiter": 900}).x
    drift, noise, children = np.exp(found[:3])
    together = [one.mean / reach[0, 0] for one in errors if one.ahead == 1]
    seen = choices.nation_years * choices.nation**2 + sum(mean**2 for mean in together)
    return Shocks(
        drift=float(drift),
        passing=float(noise),
        children=float(children),
        damping=float(np.clip(found[3], LEAST_DAMPING, 1.0)),
        nation=float(np.sqrt(seen / (choices.nation_years + len(together)))),
        freedom=choices.freedom,
    )


def drift_variance(reach: Floats, damping: float) -> Floats:
    """[H]: variance of the log stock for a drift of spread 1: each year's shock goes on, damped, in those after it."""
    years = len(reach)
    later = np.arange(years)[:, None] - np.arange(years)
    carried = np.where(later >= 0, damping ** np.maximum(later, 0), 0.0)
    return np.asarray(((reach @ carried) ** 2).sum(axis=1))


def _spread(freedom: float) -> float:
    """The variance of a t distribution."""
    return freedom / (freedom - 2.0)


def draw(shocks: Shocks, codes: Sequence[str], size: Floats, *, years: int, draws: int, seed: int) -> Floats:
    """[C, H, D]: what multiplies expected admissions; the nation's shock is the same for all councils in a draw.

    A council's own shocks depend on its code and the seed alone. Every shock comes with its opposite, so that the
    middle of the draws is well determined. ValueError for an odd number of draws.
    """
    if draws % 2:
        raise ValueError("draws come in pairs, each with its opposite: ask for an even number")
    nation = shocks.nation * np.cumsum(_pairs(np.random.default_rng(seed), years, draws), axis=0)
    found = np.empty((len(codes), years, draws))
    for place, code in enumerate(codes):
        own = np.random.default_rng([seed, zlib.crc32(code.encode())])
        rough = np.sqrt(shocks.freedom / own.chisquare(shocks.freedom, (years, draws // 2)))
        rough = np.concatenate([rough, rough], axis=1)
        drift = shocks.drift * rough * _pairs(own, years, draws)
        for year in range(1, years):
            drift[year] += shocks.damping * drift[year - 1]
        noise = shocks.passing * rough * _pairs(own, years, draws)
        found[place] = np.exp(np.sqrt(1.0 + shocks.children / size[place]) * (drift + noise) + nation)
    return found


def _pairs(source: np.random.Generator, years: int, draws: int) -> Floats:
    """[H, D]: standard normal, the second half of the draws the opposite of the first."""
    half = source.standard_normal((years, draws // 2))
    return np.concatenate([half, -half], axis=1)
