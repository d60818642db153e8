"""What any result must satisfy: limits from a table and the scenario, and the figures held against them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np

from thrive_model import ledger
from thrive_model.assemble import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.fund import account_of
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.scenario import Resolved
from thrive_model.scenario.checks import Check
from thrive_model.sums import added
from thrive_model.tables import CheckRow, ComparatorRow

Severity = Literal["fail", "warn"]
RunName = Literal["scenario", "do_nothing"]
CHILDREN, POUNDS = "children", "pounds"
NEIGHBOUR = "neighbour"


@dataclass(frozen=True)
class Rule:
    """One check: the figures it is about, and the limits of each year (None for none).

    `where` is the place that states it. `limits` also says beside what, '' where the limit stands in the check itself.
    """

    name: str
    measure: str
    runs: tuple[RunName, ...]
    severity: Severity
    words: str
    where: str
    limits: Callable[[FinancialYear], tuple[float | None, float | None, str] | None]


@dataclass(frozen=True)
class Finding:
    """One figure held against its limits: of a run and financial year, in its unit."""

    check: str
    measure: str
    unit: str
    run: RunName
    financial_year: str
    value: float
    least: float | None
    most: float | None
    beside: str
    severity: Severity
    words: str
    where: str

    @property
    def holds(self) -> bool:
        """Whether the figure lies within its limits; what is no number lies nowhere."""
        least = -np.inf if self.least is None else self.least
        most = np.inf if self.most is None else self.most
        return bool(least <= self.value <= most)


def findings(scenario: Results, do_nothing: Results, draw: int = 0) -> list[Finding]:
    """Every figure that a check is about, check by check, run by run and year by year."""
    runs: Mapping[RunName, Results] = {"do_nothing": do_nothing, "scenario": scenario}
    resolved = scenario.assembled.resolved
    return [
        finding
        for rule in rules(scenario.assembled.inputs, resolved)
        for run, results in runs.items()
        if run in rule.runs
        for finding in _of_run(rule, run, results, draw)
    ]


def rules(inputs: Inputs, resolved: Resolved) -> list[Rule]:
    """Every check there is: those of the table, then those of the scenario."""
    neighbours = [row for row in inputs.comparators if row.group == NEIGHBOUR]
    of_table = [_of_row(row, neighbours) for row in inputs.checks]
    return [*of_table, *(_of_choice(*item, neighbours, resolved) for item in resolved.scenario.checks.items())]


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """Checks of what is no measure, of years outside the run, beside neighbours that there are not, or named twice."""
    published = {row.output for row in inputs.comparators if row.group == NEIGHBOUR}
    for row in inputs.checks:
        yield from _unknown_measure(row.place("measure"), row.measure)
        if row.beyond_neighbours is not None and row.measure in MEASURES:
            yield _without_neighbours(row.place("beyond_neighbours"), row.measure)
    scenario, named = resolved.scenario, {row.check: row.where for row in inputs.checks}
    for name, check in scenario.checks.items():
        yield from _unknown_measure(resolved.place("checks", name, "measure"), check.measure)
        if name in named:
            yield Problem(
                resolved.place("checks", name), f"is a check of {named[name]} already", "give it another name"
            )
        year = check.financial_year
        if year is not None and not scenario.first_year <= year <= scenario.last_year:
            within = f"{scenario.first_year} to {scenario.last_year}"
            yield Problem(resolved.place("checks", name, "financial_year"), f"{year} is outside the run", within)
        known = check.measure in MEASURES or check.measure in all_outputs()
        if check.beyond_neighbours is not None and known and check.measure not in published:
            yield _without_neighbours(resolved.place("checks", name, "beyond_neighbours"), check.measure)


def _unknown_measure(where: str, name: str) -> Iterator[Problem]:
    known = [*all_outputs(), *MEASURES]
    if name not in known:
        yield Problem(where, f"unknown measure '{name}'", did_you_mean(name, known))


def _without_neighbours(where: str, name: str) -> Problem:
    return Problem(where, f"comparators.csv has no '{name}' of a neighbour", "give at_least or at_most in its place")


def _of_row(row: CheckRow, neighbours: Sequence[ComparatorRow]) -> Rule:
    def limits(year: FinancialYear) -> tuple[float | None, float | None, str] | None:
        if row.beyond_neighbours is None:
            return row.least, row.most, ""
        return _around(neighbours, row.measure, year, row.beyond_neighbours)

    return Rule(row.check, row.measure, _runs(row.run), row.severity, row.words, row.where, limits)


def _of_choice(name: str, check: Check, neighbours: Sequence[ComparatorRow], resolved: Resolved) -> Rule:
    def limits(year: FinancialYear) -> tuple[float | None, float | None, str] | None:
        if check.financial_year not in {None, year}:
            return None
        least, most = (None if one is None else one.at(year) for one in (check.at_least, check.at_most))
        if check.beyond_neighbours is None:
            return least, most, ""
        around = _around(neighbours, check.measure, year, check.beyond_neighbours.at(year))
        if around is None:
            return None if least is None and most is None else (least, most, "")
        low, high, beside = around
        return max(low, least if least is not None else low), min(high, most if most is not None else high), beside

    where = str(resolved.places["checks", name])
    return Rule(name, check.measure, _runs(check.run), check.severity, check.words, where, limits)


def _runs(run: str) -> tuple[RunName, ...]:
    return tuple(name for name in ("do_nothing", "scenario") if run in {name, "both"})


def _around(
    neighbours: Sequence[ComparatorRow], measure: str, year: FinancialYear, share: float
) -> tuple[float, float, str] | None:
    """The neighbours' range, widened, in the latest year published that is not after the year; None without one."""
    published = [row for row in neighbours if row.output == measure and row.financial_year <= year]
    if not published:
        return None
    latest = max(row.financial_year for row in published)
    figures = [row.value for row in published if row.financial_year == latest]
    return min(figures) * (1.0 - min(share, 1.0)), max(figures) * (1.0 + share), f"neighbours in {latest}"


def _of_run(rule: Rule, run: RunName, results: Results, draw: int) -> Iterator[Finding]:
    unit, figures = _measured(rule.measure, results)
    for y, year in enumerate(results.years if figures is not None else ()):
        within = rule.limits(year)
        if within is not None and figures is not None:
            value, (least, most, beside) = float(figures[y, draw]), within
            told = (unit, run, str(year), value, least, most, beside, rule.severity, rule.words, rule.where)
            yield Finding(rule.name, rule.measure, *told)


def _measured(name: str, results: Results) -> tuple[str, Floats | None]:
    """The unit of a measure and its figures, [Y, D]; None where the run has none, as of a fund that it is without."""
    if name in MEASURES:
        unit, measure = MEASURES[name]
        return unit, measure(results)
    output = all_outputs()[name]
    return output.unit, output.measure(results)


# Measures of whether the books are in order. Each is a figure a financial year and draw, [Y, D].


def _unaccounted_for(results: Results) -> Floats:
    """Children lost (above 0) or come from nowhere (below) in the worst month of the year."""
    return _worst(results, results.unaccounted_for())


def _fewest_children(results: Results) -> Floats:
    """The least that any count of children is in the year, in a state or on the move."""
    held = results.trajectory.stock[1:].min(axis=(1, 2))
    moved = results.trajectory.flow.min(axis=(1, 2))
    return _by_year(results, np.minimum(held, moved), np.min)


def _ledger_less_charged(results: Results) -> Floats:
    """Pounds in the ledger's rows less those that children, events and teams are charged."""
    charged = added(ledger.charge(results.trajectory, results.assembled.costs), 0)
    beyond = results.ledger.sum(line=ledger.NOT_ITEMISED)
    return results.by_year(results.ledger.sum() - beyond - charged)


def _smallest_entry(results: Results) -> Floats:
    """The least amount of a row and month of the ledger in the year."""
    if not results.ledger.lines:
        return np.zeros((len(results.years), results.ledger.amount.shape[-1]))
    return _by_year(results, results.ledger.amount.min(axis=0), np.min)


def _fund_closing(results: Results) -> Floats | None:
    """What is left of the fund at the end of the year."""
    return None if results.account is None else account_of(results).closing


def _fund_smallest_drawdown(results: Results) -> Floats | None:
    """The least that is drawn for a use of the fund."""
    return None if results.account is None else account_of(results).drawdown.min(axis=1)


def _fund_unfunded(results: Results) -> Floats | None:
    """What is needed beyond the fund."""
    return None if results.account is None else account_of(results).unfunded


def _fund_out_of_balance(results: Results) -> Floats | None:
    """Opening less drawn less closing, and how far the opening is from the closing before: the larger of the two."""
    if results.account is None or results.assembled.fund is None:
        return None
    book = account_of(results)
    within = book.opening - added(book.drawdown, 1) - book.closing
    before = np.concatenate([np.full_like(book.closing[:1], results.assembled.fund.amount), book.closing[:-1]])
    between = book.opening - before
    return np.where(np.abs(within) >= np.abs(between), within, between)


def _fund_drawn_less_ledger(results: Results) -> Floats | None:
    """Pounds that the fund's account has drawn less those that the ledger has it pay."""
    if results.account is None:
        return None
    funding = sorted({one for one in results.ledger.funding if one.startswith("fund_")})
    nothing = np.zeros_like(account_of(results).closing)
    paid = sum((results.spent(funding=one) for one in funding), nothing)
    return np.asarray(added(account_of(results).drawdown, 1) - paid)


def _worst(results: Results, monthly: Floats) -> Floats:
    """The figure furthest from 0 in each financial year."""
    rows = []
    for y in range(len(results.years)):
        months = monthly[results.assembled.year_of_month == y]
        rows.append(np.take_along_axis(months, np.abs(months).argmax(axis=0)[None], axis=0)[0])
    return np.stack(rows)


def _by_year(results: Results, monthly: Floats, reduce: Callable[..., Floats]) -> Floats:
    months = results.assembled.year_of_month
    return np.stack([reduce(monthly[months == y], axis=0) for y in range(len(results.years))])


MEASURES: Mapping[str, tuple[str, Callable[[Results], Floats | None]]] = MappingProxyType(
    {
        "children_unaccounted_for": (CHILDREN, _unaccounted_for),
        "fewest_children": (CHILDREN, _fewest_children),
        "ledger_less_charged": (POUNDS, _ledger_less_charged),
        "smallest_ledger_entry": (POUNDS, _smallest_entry),
        "fund_balance": (POUNDS, _fund_closing),
        "fund_smallest_drawdown": (POUNDS, _fund_smallest_drawdown),
        "fund_unfunded": (POUNDS, _fund_unfunded),
        "fund_out_of_balance": (POUNDS, _fund_out_of_balance),
        "fund_drawn_less_ledger": (POUNDS, _fund_drawn_less_ledger),
    }
)
"""Measures beside the outputs, with their units: whether the books are in order."""
