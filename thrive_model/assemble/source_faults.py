"""What is wrong with where a scenario's figures and words come from, and from when they are given."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thrive_model.assemble.inputs import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.periods import FinancialYear
from thrive_model.scenario import Resolved, Scenario

Path = tuple[str | int, ...]


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """A source that nobody listed, and a series that is silent on the first years for which it is asked."""
    sources = {row.source for row in inputs.sources}
    for path, source in _cited(resolved):
        if source not in sources:
            where = resolved.place(*path, "source")
            yield Problem(where, f"'{source}' is not in sources.csv", did_you_mean(source, sources))
    for path, value in resolved.values():
        needed = _needed_from(path, resolved.scenario)
        if value.by_year and needed and needed < min(value.by_year):
            what = f"begins in {min(value.by_year)}, and is needed from {needed}"
            unchanged = "1 where nothing changes" if str(path[-1]).startswith("relative") else "0 where that is meant"
            yield Problem(resolved.place(*path, "by_year"), what, f"give a figure for {needed}, {unchanged}")


def _cited(resolved: Resolved) -> Iterator[tuple[Path, str]]:
    """Everything that names a source: figures, what was said of an underspend, and of the service."""
    yield from ((path, value.source) for path, value in resolved.values())
    scenario = resolved.scenario
    if scenario.fund:
        for year, reasons in scenario.fund.underspend_reasons.items():
            yield ("fund", "underspend_reasons", str(year)), reasons.source
    for i, one in enumerate(scenario.feedback):
        yield ("feedback", i), one.source


def _needed_from(path: Sequence[str | int], scenario: Scenario) -> FinancialYear | None:
    one = scenario.courses.get(str(path[1])) if path[0] in {"interventions", "shocks"} else None
    if one is not None:
        begins = one.start.financial_year
        worn_before = path[2:3] == ("drop_off_per_year",)  # what wears off does so before the run too
        return min(begins if worn_before else max(begins, scenario.first_year), scenario.last_year)
    if path[0] == "checks":
        return scenario.checks[str(path[1])].financial_year or scenario.first_year
    if path[0] == "fund" and scenario.fund:
        return scenario.fund.first_year
    return {
        "demand": scenario.demand.measured_from,
        "pressure": scenario.pressure.year,
        "savings_target": scenario.first_year,
        "watch": scenario.first_year,
    }.get(str(path[0]))
