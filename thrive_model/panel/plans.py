"""CP plans by the same method with one age group: starts are drawn towards what is usual for the council."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from thrive_model.panel.ages import MONTHS
from thrive_model.panel.choices import PLANS, PlanChoices
from thrive_model.panel.cohort import Cohort
from thrive_model.panel.councils import Panel
from thrive_model.panel.national import usual
from thrive_model.parameters import Floats

LEAST_HAZARD, MOST_HAZARD = 0.05, 5.0


@dataclass(frozen=True)
class PlanStanding:
    """Where councils stand at the end of a year.

    `size[C]`: children on a plan. `level`: starts a year for one of them at which the nation's number stands still.
    `pulls[K, C]`: how far the logarithms of the council's own usual number, its residents under 18 and its looked
    after children are above that of its plans, each less the mean of the councils.
    """

    cohort: Cohort
    size: Floats
    level: float
    pulls: Floats

    def admissions(self, weights: Floats, years: int) -> Floats:
        """[C, H], the same in every year: size · level · exp(Σ w_k · pull_k), over the mean of the last."""
        pulled = np.exp((weights[:, None] * self.pulls).sum(axis=0))
        return np.asarray(np.repeat((self.size * self.level * pulled / np.nanmean(pulled))[:, None], years, axis=1))


def lasting_a_year(hazard: float) -> float:
    """Of one start a year, spread over its months, those still on a plan at its end: the first year's response."""
    return float(-np.expm1(-hazard) / -np.expm1(-hazard / MONTHS) / MONTHS)


def first_year(panel: Panel) -> int:
    """The place of the first year in which plans and the stock before them are published."""
    published = np.isfinite(panel["cp_31march"]).any(axis=0)
    return int(np.flatnonzero(published)[0]) + 1


def with_plans(panel: Panel) -> Panel:
    """The councils whose number of plans is published in the last year."""
    return panel.of(np.isfinite(panel["cp_31march"][:, -1]))


def standings(panel: Panel, choices: PlanChoices = PLANS) -> tuple[PlanStanding, ...]:
    """Where councils stood at the end of every year with flows, each from the years up to it alone."""
    start = first_year(panel)
    hazards = np.array(list(_hazards(panel, start)))
    return tuple(
        _standing(panel, start, year, float(usual(hazards[: year - start + 1], choices.memory)), choices)
        for year in range(start, len(panel.years))
    )


def _hazards(panel: Panel, start: int) -> Iterator[float]:
    """For each year the hazard that closes the nation's plans: stock before, starts (change + ended), stock after."""
    from scipy.optimize import brentq  # noqa: PLC0415 - slow to import, and only fitting needs it

    stock, ended = panel["cp_31march"], panel["cp_ended"]
    for year in range(start, len(panel.years)):
        known = np.isfinite(stock[:, year] + stock[:, year - 1] + ended[:, year])
        before, after = stock[known, year - 1].sum(), stock[known, year].sum()
        starts = after - before + ended[known, year].sum()
        yield float(brentq(_beyond, LEAST_HAZARD, MOST_HAZARD, args=(before, starts, after)))


def _beyond(hazard: float, before: float, starts: float, after: float) -> float:
    """How many more plans there would be at the end of the year than there are."""
    return float(before * np.exp(-hazard) + starts * lasting_a_year(hazard) - after)


def _standing(panel: Panel, start: int, year: int, hazard: float, choices: PlanChoices) -> PlanStanding:
    stock = panel["cp_31march"][:, start - 1 : year + 1]
    logs = np.log(np.maximum(stock, choices.least_children))
    apart = logs - np.nanmean(logs, axis=0)
    ago = np.arange(stock.shape[1])[::-1]
    weight = np.where(np.isfinite(apart), choices.memory_of_level**ago, 0.0)
    usual_level = (np.nan_to_num(apart) * weight).sum(axis=1) / weight.sum(axis=1)
    others = [panel[name][:, year] for name in ("pop_0_17", "cla_31march_total")]
    pulls = np.stack(
        [usual_level - apart[:, -1], *(np.log(np.maximum(one, choices.least_children)) - logs[:, -1] for one in others)]
    )
    size = stock[:, -1]
    cohort = Cohort(
        opening=size[:, None],
        share=np.ones((len(size), 1)),
        hazard=np.array([hazard]),
        within=np.ones(1),
        band_of_age=np.zeros(1, dtype=np.intp),
        grows_up=False,
    )
    level = -np.expm1(-hazard) / lasting_a_year(hazard)
    return PlanStanding(cohort, size, float(level), pulls - np.nanmean(pulls, axis=1, keepdims=True))
