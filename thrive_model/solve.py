"""The demand growth at which doing nothing comes to its target, and whether history makes it plausible."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from thrive_model.assemble import Assembled, Inputs, assemble, without_programme
from thrive_model.errors import refuse
from thrive_model.outputs import all_outputs, pressure
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.run import read_tables, run_one
from thrive_model.scenario import Resolved
from thrive_model.values import Value

LEAST_GROWTH, MOST_GROWTH = -0.2, 0.6
CLOSE_ENOUGH = 1e-10
COMPARED = ("looked_after_children", "admissions_to_care", "ceased_to_be_looked_after")


@dataclass(frozen=True)
class Growth:
    """Growth a year of one measure, as fractions: observed up to the base year, and doing nothing after it."""

    title: str
    observed_from: str
    observed_to: str
    observed: float
    do_nothing: float

    @property
    def faster(self) -> bool:
        """Whether doing nothing grows faster than was observed."""
        return self.do_nothing > self.observed


@dataclass(frozen=True)
class Solution:
    """The growth found (a fraction a year), and the pressure it gives in the target year, nominal pounds."""

    growth: float
    pressure: float
    target: float
    year: str
    reading: str
    do_nothing: Results


def solve(resolved: Resolved) -> Solution:
    """Find the growth, by root finding; `InputError` where no growth between -20% and 60% a year gives the target."""
    from scipy.optimize import brentq  # noqa: PLC0415 - scipy is slow to import and only solving needs it

    alone = without_programme(resolved)
    inputs = read_tables(alone)
    choice = alone.scenario.pressure
    target = choice.target.at(choice.year)

    def gap(growth: float) -> float:
        return pressure_in_target_year(_run(alone, inputs, growth)) - float(target)

    if gap(LEAST_GROWTH) * gap(MOST_GROWTH) > 0:
        raise refuse(
            resolved.place("pressure", "target"),
            f"no growth between {LEAST_GROWTH:.0%} and {MOST_GROWTH:.0%} a year gives £{target:,.0f} in {choice.year}",
        )
    growth = float(brentq(gap, LEAST_GROWTH, MOST_GROWTH, xtol=CLOSE_ENOUGH))
    results = _run(alone, inputs, growth)
    return Solution(growth, pressure_in_target_year(results), target, str(choice.year), choice.reading, results)


def plausibility(results: Results) -> list[Growth]:
    """Growth a year in doing nothing, from the base year's published figure to the target year, beside history."""
    return [*_of_outputs(results), *_of_spending(results)]


def pressure_in_target_year(results: Results) -> float:
    """The pressure in the year the scenario reads it, nominal pounds."""
    return float(pressure(results)[results.years.index(results.assembled.resolved.scenario.pressure.year), 0])


def _run(alone: Resolved, inputs: Inputs, growth: float) -> Results:
    return run_one(assemble(_with_growth(alone, growth), inputs))


def _with_growth(resolved: Resolved, growth: float) -> Resolved:
    """The scenario with this growth up to its target year; what a series says of later years stays."""
    demand, year = resolved.scenario.demand, resolved.scenario.pressure.year
    series = demand.growth_per_year.by_year or {}
    later = {start: figure for start, figure in series.items() if start > year}
    value = Value(by_year={demand.measured_from: growth, **later}, source=demand.growth_per_year.source)
    changed = resolved.scenario.model_copy(update={"demand": demand.model_copy(update={"growth_per_year": value})})
    return replace(resolved, scenario=changed)


def _of_outputs(results: Results) -> Iterator[Growth]:
    pressure_year, base = _years(results.assembled)
    observed = results.observed
    for name in COMPARED:
        earlier = sorted(year for output, year in observed if output == name and year < base)
        if earlier and (name, base) in observed:
            output = all_outputs()[name]
            end = float(output.measure(results)[results.years.index(pressure_year), 0])
            history = (earlier[0], observed[name, earlier[0]]), (base, observed[name, base])
            yield from _growth(output.title, *history, (base, observed[name, base]), (pressure_year, end))


def _of_spending(results: Results) -> Iterator[Growth]:
    """Spending on those section 251 lines alone that are published for the whole of the history."""
    pressure_year, base = _years(results.assembled)
    covered = {row.section_251 for row in results.assembled.inputs.cost_lines}
    by_year: dict[FinancialYear, dict[str, float]] = {}
    for row in results.assembled.inputs.section_251:
        if row.section_251 in covered and row.basis == "published" and row.financial_year <= base:
            by_year.setdefault(row.financial_year, {})[row.section_251] = row.gross
    first = min(by_year, default=base)
    if base in by_year and first < base:
        same = by_year[first].keys() & by_year[base].keys()
        was, then = (sum(by_year[year][code] for code in same) for year in (first, base))
        y = results.years.index(pressure_year)
        lines = [row.line for row in results.assembled.inputs.cost_lines if row.section_251 in same]
        end = sum(float(results.spent(line=line)[y, 0]) for line in lines)
        yield from _growth("Spending on the same lines", (first, was), (base, then), (base, then), (pressure_year, end))


def _years(assembled: Assembled) -> tuple[FinancialYear, FinancialYear]:
    choice = assembled.resolved.scenario.pressure
    return choice.year, choice.base_year


Point = tuple[FinancialYear, float]


def _growth(title: str, was: Point, then: Point, base: Point, end: Point) -> Iterator[Growth]:
    """Growth from `was` to `then` beside that from `base` to `end`; none where one of them has no growth rate."""
    observed, projected = _a_year(was, then), _a_year(base, end)
    if observed is not None and projected is not None:
        yield Growth(title, str(was[0]), str(then[0]), observed, projected)


def _a_year(first: Point, last: Point) -> float | None:
    """Growth a year as a fraction; None where the years do not follow each other or a figure is 0."""
    years = last[0].start - first[0].start
    if years <= 0 or first[1] <= 0 or last[1] <= 0:
        return None
    return float((last[1] / first[1]) ** (1.0 / years) - 1.0)
