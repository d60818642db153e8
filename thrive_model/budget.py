"""The budget as a Medium Term Financial Plan has it: nominal pounds by financial year, in rows that sum to the gap.

From the base budget to what doing nothing would cost there are four steps, each a difference between two runs of
doing nothing at the base year's prices: the caseload that present rates lead to, the population, demand, and then
inflation, series by series. The programme's investment and savings follow, and who pays. A row that is spent is
above 0, a saving or a payer below it; the rows sum to what nobody has found the money for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from thrive_model.assemble import Assembled, assemble, without_programme
from thrive_model.assemble.cost_lines import partners_line
from thrive_model.ledger import BASE_BUDGET, NOT_ITEMISED, OUTSIDE_THE_FUND, UNFUNDED
from thrive_model.parameters import DEMAND_SUPPORT, PARTNERS, USES, Floats
from thrive_model.recurrence import Steps, recurrent, steps
from thrive_model.results import Results
from thrive_model.run import Comparison, run_one
from thrive_model.savings import at_full_rate, cashable_by_month, saved_by_month, spent_by_month
from thrive_model.scenario import Resolved
from thrive_model.values import Value

SECTIONS = ("pressures", "investment", "savings", "funding")


@dataclass(frozen=True)
class BudgetRow:
    """A row of the plan in one draw: signed nominal pounds by financial year, and by how much each year changes them.

    The first year's increment is its change from the base year, in which there was the base budget and no other row.
    """

    key: str
    section: str
    totals: tuple[float, ...]
    increments: tuple[float, ...]


@dataclass(frozen=True)
class Budget:
    """The rows, which sum to `gap` in every year, and the subtotals that a reader looks for."""

    years: tuple[str, ...]
    base_year: str
    rows: tuple[BudgetRow, ...]
    do_nothing: tuple[float, ...]
    with_programme: tuple[float, ...]
    gap: tuple[float, ...]


def plan(comparison: Comparison, draw: int = 0) -> Budget:
    """The plan of a scenario; it runs doing nothing again, without growth and on the population of the first year."""
    years = comparison.scenario.years
    base = comparison.do_nothing.assembled.base_budget
    rows = [
        _row("base", "pressures", np.full(len(years), base), before=base),
        *_pressures(comparison.do_nothing, draw),
        *_investment(comparison.scenario, draw),
        *_savings(comparison, draw),
        *_funding(comparison.scenario, draw),
    ]
    sums = {section: _sum(rows, section) for section in SECTIONS}
    spent = sums["pressures"] + sums["investment"] + sums["savings"]
    return Budget(
        years=tuple(map(str, years)),
        base_year=str(comparison.scenario.assembled.resolved.scenario.pressure.base_year),
        rows=tuple(rows),
        do_nothing=tuple(map(float, sums["pressures"])),
        with_programme=tuple(map(float, spent)),
        gap=tuple(map(float, spent + sums["funding"])),
    )


def _row(key: str, section: str, totals: Floats, before: float = 0.0) -> BudgetRow:
    totals = totals + 0.0  # no minus before a nought
    return BudgetRow(key, section, tuple(map(float, totals)), tuple(map(float, np.diff(totals, prepend=before))))


def _sum(rows: Sequence[BudgetRow], section: str) -> Floats:
    return np.asarray(np.sum([row.totals for row in rows if row.section == section], axis=0))


# What doing nothing costs more than the base budget


def _pressures(do_nothing: Results, draw: int) -> Iterator[BudgetRow]:
    """Caseload, population and demand at the base year's prices, then inflation by series."""
    resolved, inputs = do_nothing.assembled.resolved, do_nothing.assembled.inputs
    calm = assemble(_without_growth(resolved), inputs)
    present = run_one(_on_first_population(calm))
    peopled = run_one(calm) if _population_moves(calm) else present
    held, moved, grown = (_at_base_prices(results, draw) for results in (present, peopled, do_nothing))
    base = do_nothing.assembled.base_budget
    yield _row("caseload", "pressures", _yearly(do_nothing, held.sum(axis=0)) - base)
    yield _row("demography", "pressures", _yearly(do_nothing, (moved - held).sum(axis=0)))
    yield _row("demand", "pressures", _yearly(do_nothing, (grown - moved).sum(axis=0)))
    nominal = spent_by_month(do_nothing)[..., draw]
    indices = [row.price_index for row in inputs.cost_lines]
    for series in dict.fromkeys(indices):
        of_series = [i for i, index in enumerate(indices) if index == series]
        yield _row(f"inflation.{series}", "pressures", _yearly(do_nothing, (nominal - grown)[of_series].sum(axis=0)))


def _without_growth(resolved: Resolved) -> Resolved:
    """Doing nothing with demand at the level of the year it is measured from, and no shocks."""
    alone = without_programme(resolved)
    demand = alone.scenario.demand.model_copy(update={"growth_per_year": Value(value=0.0)})
    calm = {name: one.model_copy(update={"enabled": False}) for name, one in alone.scenario.shocks.items()}
    return replace(alone, scenario=alone.scenario.model_copy(update={"demand": demand, "shocks": calm}))


def _population_moves(assembled: Assembled) -> bool:
    return bool((assembled.parameters.exposure != assembled.parameters.exposure[0]).any())


def _on_first_population(assembled: Assembled) -> Assembled:
    exposure = np.broadcast_to(assembled.parameters.exposure[0], assembled.parameters.exposure.shape)
    return replace(assembled, parameters=replace(assembled.parameters, exposure=exposure))


def _at_base_prices(results: Results, draw: int) -> Floats:
    """What each line of the table costs by month at the prices of the base budget's year, [L, T]."""
    nominal = spent_by_month(results)[..., draw]
    return np.asarray(nominal / results.assembled.costs.price_level[: len(nominal)])


def _yearly(results: Results, monthly: Floats) -> Floats:
    return results.by_year(monthly[:, None])[:, 0]


# The programme


def _investment(scenario: Results, draw: int) -> Iterator[BudgetRow]:
    """What the interventions cost every payer: what goes on to the end of the run, and what does not."""
    book = scenario.ledger
    lines = [line for line, use in zip(book.lines, book.uses, strict=True) if use != DEMAND_SUPPORT]
    itemised = [line for line in dict.fromkeys(lines) if line != NOT_ITEMISED]
    nothing = np.zeros((1, len(scenario.years)))
    each = np.stack([scenario.spent(line=line)[:, draw] for line in itemised]) if itemised else nothing
    ongoing = recurrent(each)
    not_itemised = scenario.spent(line=NOT_ITEMISED)[:, draw]
    yield _row("investment.ongoing", "investment", ongoing.sum(axis=0))
    yield _row("investment.one_off", "investment", (each - ongoing).sum(axis=0) + not_itemised)


def _savings(comparison: Comparison, draw: int) -> Iterator[BudgetRow]:
    """What lines come down by, cashable and avoided, by how it lasts; then the extra cost of those that go up.

    A line counts in one place in a year: with the savings where it comes down, with the extra cost where it goes up.
    """
    both = comparison.do_nothing, comparison.scenario
    saved, cashable = (monthly[..., draw] for monthly in (saved_by_month(*both), cashable_by_month(*both)))
    of_year, of_cash = _by_line_and_year(comparison, saved), _by_line_and_year(comparison, cashable)
    full, full_cash = at_full_rate(comparison.scenario, saved), at_full_rate(comparison.scenario, cashable)
    cash = np.clip(of_cash, 0.0, np.maximum(of_year, 0.0))
    cash_at_full = np.clip(full_cash, 0.0, np.maximum(full, 0.0))
    kinds = {
        "cashable": steps(cash, cash_at_full),
        "avoided": steps(np.maximum(of_year, 0.0) - cash, np.maximum(full, 0.0) - cash_at_full),
    }
    for kind, step in kinds.items():
        yield from _saving_rows(kind, step)
    yield _row("extra_cost", "savings", np.maximum(-of_year, 0.0).sum(axis=0))


def _saving_rows(kind: str, step: Steps) -> Iterator[BudgetRow]:
    """New in each year and full-year effect of the last, cumulated, and what does not last; all lines together."""
    yield _row(f"saving.{kind}.new", "savings", -np.cumsum(step.new.sum(axis=0)))
    yield _row(f"saving.{kind}.full_year_effect", "savings", -np.cumsum(step.full_year.sum(axis=0)))
    yield _row(f"saving.{kind}.one_off", "savings", -step.one_off.sum(axis=0))


def _by_line_and_year(comparison: Comparison, monthly: Floats) -> Floats:
    """[L, T] to [L, Y]."""
    return comparison.scenario.by_year(monthly.T).T


# Who pays


def _funding(scenario: Results, draw: int) -> Iterator[BudgetRow]:
    """Every payer of the ledger, partners one by one; what nobody pays is the gap, and no row."""
    base = scenario.assembled.base_budget
    yield _row("base_budget", "funding", -scenario.spent(funding=BASE_BUDGET)[:, draw], before=-base)
    for use in USES:
        yield _row(f"fund.{use}", "funding", -scenario.spent(funding=f"fund_{use}")[:, draw])
    paid: dict[str, Floats] = {}
    for name, one in scenario.assembled.resolved.scenario.active.items():
        pounds = scenario.spent(line=partners_line(name), funding=PARTNERS)[:, draw]
        if pounds.any():
            paid[one.partner] = paid.get(one.partner, np.zeros_like(pounds)) + pounds
    for partner, pounds in sorted(paid.items()):
        yield _row(f"partners.{partner}", "funding", -pounds)
    yield _row(OUTSIDE_THE_FUND, "funding", -scenario.spent(funding=OUTSIDE_THE_FUND)[:, draw])


def unfunded(scenario: Results, draw: int = 0) -> dict[str, tuple[float, ...]]:
    """What of the gap is demand and what is the programme's own cost, nominal pounds by year."""
    demand = scenario.spent(funding=UNFUNDED, use=DEMAND_SUPPORT)[:, draw]
    whole = scenario.spent(funding=UNFUNDED)[:, draw]
    return {"demand": tuple(map(float, demand)), "programme": tuple(map(float, whole - demand))}
