"""Forecasts from the end of a panel, on the engine: the draws axis is every council times every draw.

The stock is linear in each year's admissions, for no supply limits them. So the engine need step only H + 1 draws of
a council, without admissions and with those of one year at a time, to answer for any number of shocks exactly.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from thrive_model.engine import run
from thrive_model.panel import admissions, plans
from thrive_model.panel.ages import MONTHS
from thrive_model.panel.choices import CARE, PLANS, CareChoices, PlanChoices
from thrive_model.panel.cohort import Cohort, Standing, response
from thrive_model.panel.councils import LookedAfter, Panel, in_service
from thrive_model.panel.national import history
from thrive_model.panel.pooled import Past, fit_weights
from thrive_model.panel.shocks import Shocks, draw, fit_shocks, sensitivity
from thrive_model.parameters import Bools, Floats, HazardEffect, Parameters
from thrive_model.sums import added

HORIZON = 5
LEVELS = (0.01, 0.025, *(round(0.05 * step, 2) for step in range(1, 20)), 0.975, 0.99)
"""The quantiles that are given."""
DRAWS, SEED = 4000, 2013
CHUNK = 2000
"""Draws the engine steps at once, councils being whole: more would not fit a small machine's memory."""
OUTSIDE, HERE = 0, 1


@dataclass(frozen=True)
class Fitted:
    """All that a forecast from the last year of a panel needs; `expected[C, H]` admissions."""

    codes: tuple[str, ...]
    year: int
    cohort: Cohort
    size: Floats
    expected: Floats
    weights: Floats
    shocks: Shocks


def fit_care(panel: Panel, choices: CareChoices = CARE, horizon: int = HORIZON) -> Fitted:
    """Looked after children, from the last year of a panel."""
    panel = in_service(panel)
    care = LookedAfter.of(panel)
    standings = admissions.standings(care, history(care), choices)
    return _fit(panel, standings, care.total, choices, horizon)


def fit_plans(panel: Panel, choices: PlanChoices = PLANS, horizon: int = HORIZON) -> Fitted:
    """Children on a CP plan, from the last year of a panel."""
    panel = plans.with_plans(panel)
    standings = plans.standings(panel, choices)
    return _fit(panel, standings, panel["cp_31march"], choices, horizon)


def _fit(
    panel: Panel,
    standings: Sequence[Standing],
    actual: Floats,
    choices: CareChoices | PlanChoices,
    horizon: int,
) -> Fitted:
    past = Past(standings, actual, horizon, choices.weights.smallest)
    weights = fit_weights(past, choices.weights)
    now = standings[-1]
    expected = now.admissions(weights, horizon)
    reach = sensitivity(response(now.cohort, horizon), expected)
    shocks = fit_shocks(past.errors(weights), reach, choices.shocks)
    return Fitted(panel.codes, int(panel.years[-1]), now.cohort, now.size, expected, weights, shocks)


def parameters(cohort: Cohort, expected: Floats, factor: Floats) -> Parameters:
    """For the engine: `expected[C, H]` admissions a year times `factor[C, H, D]`; draw d of council c is c · D + d."""
    councils, years = expected.shape
    draws, bands = factor.shape[-1], len(cohort.hazard)
    cells = 3 if cohort.grows_up else 2
    hazard = np.empty((years, 2, bands, councils * draws))
    hazard[:, OUTSIDE] = np.repeat((expected[..., None] * cohort.share[:, None] / MONTHS).transpose(1, 2, 0), draws, -1)
    hazard[:, HERE] = (cohort.hazard / MONTHS)[:, None]
    opening = np.zeros((cells, len(cohort.within), councils * draws))
    opening[HERE] = np.repeat(cohort.opening.T, draws, axis=-1)
    year_of_month = np.repeat(np.arange(years), MONTHS)
    of_month = factor.transpose(1, 0, 2).reshape(years, -1)[year_of_month]
    return Parameters(
        source=np.array([OUTSIDE, HERE]),
        target=np.array([HERE, OUTSIDE]),
        first_stay=HERE,
        first_decision=cells,
        adult=2 if cohort.grows_up else -1,
        hazard=hazard,
        period=year_of_month,
        exposure=np.broadcast_to(cohort.within, (len(year_of_month), len(cohort.within))),
        longest_stay=np.full(cells, np.inf),
        timed=np.array([], dtype=np.intp),
        opening=opening,
        band_of_age=cohort.band_of_age,
        effects=(HazardEffect(arrows=np.array([OUTSIDE]), bands=np.arange(bands), factor=of_month),),
    )


def stepped(cohort: Cohort, expected: Floats, factor: Floats) -> Floats:
    """[C, H, D]: children at 31 March of each year, every draw stepped month by month through the engine."""
    at_once = max(1, CHUNK // factor.shape[-1])
    found = []
    for start in range(0, len(expected), at_once):
        some = slice(start, start + at_once)
        stock = run(parameters(cohort.of(some), expected[some], factor[some])).stock[MONTHS::MONTHS, HERE]
        found.append(added(stock, 1).reshape(expected.shape[1], -1, factor.shape[-1]).transpose(1, 0, 2))
    return np.concatenate(found)


def drawn(fitted: Fitted, factor: Floats) -> Floats:
    """[C, H, D]: the same for any number of draws, from H + 1 steps of the engine a council."""
    councils, years = fitted.expected.shape
    alone = np.concatenate([np.zeros((years, 1)), np.eye(years)], axis=1)
    found = stepped(fitted.cohort, fitted.expected, np.broadcast_to(alone, (councils, years, years + 1)))
    staying, each = found[..., :1], found[..., 1:] - found[..., :1]
    stock = np.repeat(staying, factor.shape[-1], axis=-1)
    for year in range(years):
        stock += each[..., year, None] * factor[:, None, year]
    return stock


def quantiles(
    fitted: Fitted, draws: int = DRAWS, seed: int = SEED, levels: Sequence[float] = LEVELS, *, every_draw: bool = False
) -> Floats:
    """[C, H, Q]: children at 31 March; NaN for a council of which too little is published.

    `every_draw` steps each draw through the engine, to the same figures in much more time.
    """
    known = np.asarray(np.isfinite(fitted.expected).all(axis=1) & np.isfinite(fitted.cohort.opening).all(axis=1))
    found = np.full((*fitted.expected.shape, len(levels)), np.nan)
    some = _of(fitted, known)
    factor = draw(
        some.shocks, some.codes, some.size, years=some.expected.shape[1], draws=draws, seed=seed + fitted.year
    )
    stock = stepped(some.cohort, some.expected, factor) if every_draw else drawn(some, factor)
    found[known] = np.moveaxis(np.quantile(stock, levels, axis=-1), 0, -1)
    return found


def _of(fitted: Fitted, known: Bools) -> Fitted:
    """Some of the councils."""
    codes = tuple(code for code, one in zip(fitted.codes, known, strict=True) if one)
    fewer = fitted.cohort.of(known)
    return replace(fitted, codes=codes, cohort=fewer, size=fitted.size[known], expected=fitted.expected[known])
