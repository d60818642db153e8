"""What is drawn: every value of a scenario with a distribution, and every year's step of a multiplier that drifts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from thrive_model.interventions import Course
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear, years_between
from thrive_model.scenario import Resolved, Scenario
from thrive_model.values import Value, drawn
from thrive_model.values.distributions import standard_normal

Path = tuple[str | int, ...]
MULTIPLIERS, TIMES, DRIFT = "multipliers", "times", "drift"
ALWAYS = FinancialYear(1900)


@dataclass(frozen=True)
class Uncertain:
    """One thing that is drawn, by its key in the scenario.

    It is a `value` with a distribution or, where `year` is given, the step of a multiplier's drift into that year, of
    standard deviation `drift`.
    """

    key: str
    path: Path
    value: Value
    drift: float = 0.0
    year: FinancialYear | None = None

    @cached_property
    def starts(self) -> tuple[FinancialYear, ...]:
        """The year from which each figure of the value holds."""
        return tuple(sorted(self.value.by_year)) if self.value.by_year is not None else (ALWAYS,)

    @property
    def told(self) -> str:
        """Its distribution in words and figures."""
        if self.year is not None:
            return f"lognormal step of the year, spread {self.drift:g}"
        assert self.value.distribution is not None
        return self.value.distribution.told

    def figures(self, chances: Floats) -> Floats:
        """What it is at each chance, [N, D] for a value of N figures; a drift's step as a multiple, [1, D].

        Where a chance is not a number it is as stated.
        """
        with np.errstate(invalid="ignore"):
            if self.year is not None:
                step = np.exp(self.drift * standard_normal(chances))
                return np.where(np.isnan(chances), 1.0, step)[None]
            assert self.value.distribution is not None
            distribution = self.value.distribution
            stated = [self.value.at(start) for start in self.starts]
            found = [np.where(np.isnan(chances), one, distribution.quantiles(chances, one)) for one in stated]
        return np.stack(found)


def uncertain(resolved: Resolved) -> tuple[Uncertain, ...]:
    """All that is drawn of a scenario, in its order; nothing of what is switched off."""
    return (*_values(resolved), *_drifts(resolved.scenario))


def with_draws(resolved: Resolved, some: Sequence[Uncertain], chances: Floats) -> Resolved:
    """The scenario with what is drawn at `chances[K, D]` in place of what is stated."""
    values: dict[Path, Value] = {}
    steps: dict[Path, dict[FinancialYear, Floats]] = {}
    for one, at in zip(some, chances, strict=True):
        if one.year is not None:
            steps.setdefault(one.path, {})[one.year] = one.figures(at)[0]
        else:
            values[one.path] = drawn(one.value, one.starts, one.figures(at))
    years = years_between(resolved.scenario.first_year, resolved.scenario.last_year)
    for path, of_years in steps.items():
        level = np.cumprod(np.stack([of_years[year] for year in years]), axis=0)
        times = values.get(path) or resolved.scenario.multipliers[str(path[1])].times
        values[path] = drawn(times, years, times.over(years) * level)
    return replace(resolved, scenario=_replaced(resolved.scenario, values))


def _values(resolved: Resolved) -> Iterator[Uncertain]:
    scenario = resolved.scenario
    for path, value in resolved.values():
        courses: dict[str, Mapping[str, Course]] = {
            "interventions": scenario.interventions,
            "shocks": scenario.shocks,
        }
        block = courses.get(str(path[0]), {})
        off = bool(block) and not block[str(path[1])].enabled
        if value.distribution is not None and not off:
            yield Uncertain(".".join(map(str, path)), path, value)


def _drifts(scenario: Scenario) -> Iterator[Uncertain]:
    for name, one in scenario.multipliers.items():
        for year in years_between(scenario.first_year, scenario.last_year) if one.drift_per_year else ():
            key = f"{MULTIPLIERS}.{name}.{DRIFT}.{year}"
            yield Uncertain(key, (MULTIPLIERS, name, TIMES), one.times, one.drift_per_year, year)


def _replaced(node: Any, values: dict[Path, Value]) -> Any:
    """The node with values put at their paths, and everything else as it was."""
    if () in values:
        return values[()]
    by_step: dict[str | int, dict[Path, Value]] = {}
    for path, value in values.items():
        by_step.setdefault(path[0], {})[path[1:]] = value
    if isinstance(node, dict):
        return {**node, **{step: _replaced(node[step], below) for step, below in by_step.items()}}
    if isinstance(node, tuple):
        return tuple(_replaced(item, by_step[i]) if i in by_step else item for i, item in enumerate(node))
    changed = {str(step): _replaced(getattr(node, str(step)), below) for step, below in by_step.items()}
    return node.model_copy(update=changed)
