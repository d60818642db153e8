"""Indicators to watch: the figures of a run beside a target, and whether each is green, amber or red."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from thrive_model.errors import Problem
from thrive_model.outputs import Output, all_outputs, unknown_output
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.scenario import Resolved
from thrive_model.scenario.schema import Watch

Status = Literal["green", "amber", "red"]
DIGITS = 9
"""Decimals of the amber edge that count: 50 less 14% is 43, not 42.999999999999993."""


@dataclass(frozen=True)
class Goal:
    """What an indicator is to reach in one year: green up to the target, amber up to the edge, red beyond it."""

    better: Literal["lower", "higher"]
    target: float
    within: float

    @property
    def edge(self) -> float:
        """The last figure that is amber; the target itself where nothing beyond it is."""
        beyond = self.within * abs(self.target)
        return round(self.target + (beyond if self.better == "lower" else -beyond), DIGITS)

    def status(self, figure: float) -> Status:
        """Green, amber or red; a figure that lies exactly on the target is green, and on the edge amber."""
        if self._reaches(figure, self.target):
            return "green"
        return "amber" if self._reaches(figure, self.edge) else "red"

    def _reaches(self, figure: float, mark: float) -> bool:
        return figure <= mark if self.better == "lower" else figure >= mark


@dataclass(frozen=True)
class Reading:
    """One indicator in one financial year, with and without the programme; `observed` is None where there is none."""

    financial_year: FinancialYear
    goal: Goal
    scenario: float
    do_nothing: float
    observed: float | None


@dataclass(frozen=True)
class Indicator:
    """One indicator that the scenario watches: its key, what a reader sees, its output, and a reading a year."""

    name: str
    title: str
    output: Output
    readings: tuple[Reading, ...]


def indicators(scenario: Results, do_nothing: Results, draw: int = 0) -> list[Indicator]:
    """Every indicator that the scenario watches, in its order, over the years of the run."""
    watched = scenario.assembled.resolved.scenario.watch
    return [_indicator(name, item, scenario, do_nothing, draw) for name, item in watched.items()]


def faults(resolved: Resolved) -> Iterator[Problem]:
    """Indicators that name no output."""
    for name, item in resolved.scenario.watch.items():
        yield from unknown_output(resolved.place("watch", name, "output"), item.output)


def _indicator(name: str, item: Watch, scenario: Results, do_nothing: Results, draw: int) -> Indicator:
    output = all_outputs()[item.output]
    figures, without = output.measure(scenario), output.measure(do_nothing)
    readings = tuple(
        Reading(
            year,
            Goal(item.better, item.target.at(year), item.amber_within),
            float(figures[y, draw]),
            float(without[y, draw]),
            scenario.observed.get((item.output, year)),
        )
        for y, year in enumerate(scenario.years)
    )
    return Indicator(name, item.title, output, readings)
