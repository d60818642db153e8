"""Switching values: how far each headline parameter may move before the programme is worth no more than it costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from thrive_model.appraisal.flows import COUNCIL, IMPACT, PROGRAMME, Item
from thrive_model.appraisal.variants import Case
from thrive_model.discounting import DiscountRates

CLOSE_ENOUGH = 1e-6
BY_THE_WEEK = "occupancy"
MOST_TIMES = 10.0
MOST_STRENGTH = 4.0
LEAST_GROWTH, MOST_GROWTH = -0.4, 0.3
LEAST_RATE, MOST_RATE = 0.0, 1.0


@dataclass(frozen=True)
class Switching:
    """One parameter, all else as it is: its value now, and that at which the net present social value is nothing.

    `unit` is `times` what the scenario has, `points` a year added to it (a fraction), or a `rate` a year.
    `switching` is None where the net present social value keeps its sign between `least` and `most`; what it is at
    those two is given.
    """

    parameter: str
    unit: str
    now: float
    switching: float | None
    least: float
    most: float
    npsv_at_least: float
    npsv_at_most: float


def switching_values(case: Case) -> list[Switching]:
    """The switching value of every headline parameter, each by root finding."""
    return list(_all(case))


def _all(case: Case) -> Iterator[Switching]:
    flows, rates = case.flows, case.terms.rates

    def scaled(which: Callable[[Item], bool]) -> Callable[[float], float]:
        return lambda times: flows.changed(lambda item: times if which(item) else 1.0).npsv(rates)

    def by_strength(times: float) -> float:
        return case.with_strength(lambda _: times).npsv(rates)

    def by_growth(points: float) -> float:
        return case.with_growth_changed(points).npsv(rates)

    yield find("effects", "times", 1.0, (0.0, MOST_STRENGTH), by_strength)
    times = ("times", 1.0, (0.0, MOST_TIMES))
    yield find("programme_cost", *times, scaled(lambda item: item.kind == PROGRAMME))
    yield find("unit_costs_of_demand", *times, scaled(lambda item: item.side == "benefit" and item.agency == COUNCIL))
    yield find("unit_costs_by_the_week", *times, scaled(lambda item: item.kind == BY_THE_WEEK))
    yield find("unit_costs_of_other_agencies", *times, scaled(lambda item: item.kind == IMPACT))
    yield find("demand_growth", "points", 0.0, _growth_range(case), by_growth)
    now = rates.rate(1)
    yield find("discount_rate", "rate", now, (LEAST_RATE, MOST_RATE), lambda rate: flows.npsv(DiscountRates.flat(rate)))


def find(
    parameter: str, unit: str, now: float, within: tuple[float, float], npsv: Callable[[float], float]
) -> Switching:
    """The value within the two at which `npsv` is nothing."""
    from scipy.optimize import brentq  # noqa: PLC0415 - scipy is slow to import and only root finding needs it

    known: dict[float, float] = {}

    def at(value: float) -> float:
        if value not in known:
            known[value] = npsv(value)
        return known[value]

    least, most = within
    ends = at(least), at(most)
    root = None
    if ends[0] * ends[1] < 0:
        root = float(brentq(at, least, most, xtol=CLOSE_ENOUGH))
    return Switching(parameter, unit, now, root, least, most, *ends)


def _growth_range(case: Case) -> tuple[float, float]:
    """What may be added to growth so that no year of it falls outside what a scenario may say."""
    growth = case.resolved.scenario.demand.growth_per_year.figures
    return max(LEAST_GROWTH, -0.5 - min(growth)), min(MOST_GROWTH, 1.0 - max(growth))
