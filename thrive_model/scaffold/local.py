"""An authority's local tables, made from its aggregates: rates that bring them about, and the stock they settle at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from thrive_model import tables
from thrive_model.assemble import STATUTORY_BANDS, Assembled, Inputs, assemble
from thrive_model.bands import Ages, Months
from thrive_model.outputs import all_outputs
from thrive_model.periods import FinancialYear
from thrive_model.scaffold.aggregates import ALL, Aggregates, England, Figures, filled
from thrive_model.scaffold.fitting import fitted
from thrive_model.scaffold.pricing import OUTTURN, priced
from thrive_model.scaffold.steady import Steady, steady
from thrive_model.scenario import Resolved
from thrive_model.values import ASSUMPTION

MARK = "England's average scaled by population, to be replaced"
PATTERN = "pattern by age and duration from another council, scaled so that the totals come out"
SPARE_PLACES = 1.05
SPARE_MATCHES = 0.25
LEAST_SHARE = 1e-3


@dataclass(frozen=True)
class Local:
    """The tables of an authority beside the national ones, what they were made from, and where they settle."""

    inputs: Inputs
    figures: Figures
    settled: Steady


def local_tables(known: Aggregates, shape: Resolved, inputs: Inputs, rows: Sequence[tables.EnglandRow]) -> Local:
    """Local tables in the shape of another authority's: states, ages and durations that its tables tell apart.

    None of its figures stay but the proportions that nothing known of the authority or of England tells; every row
    says in its note that it is to be replaced.
    """
    base = shape.scenario.pressure.base_year
    england = England(rows, str(base))
    figures = filled(known, england)
    population = _population(known, figures, shape.scenario.first_year)
    rates = fitted(assemble(shape, replace(inputs, population=population)), figures)
    rates = [row.model_copy(update=_marks(PATTERN)) for row in rates]
    peopled = replace(inputs, population=population, rates=rates)
    assembled = assemble(shape, peopled)
    settled = steady(assembled.parameters)
    stock = _Opening(assembled, settled)
    outturns = {
        of: pounds * figures["children", ALL] / england.children for of, pounds in england.band(OUTTURN).items()
    }
    lines, section_251 = priced(inputs, settled, outturns, base, _marks("national unit costs where England has none"))
    capacity = _capacity(assembled, settled)
    supplies = {row.supply for row in capacity}
    made = replace(
        peopled,
        opening_stock=stock.states(),
        opening_ages=stock.ages(),
        opening_durations=stock.durations(),
        capacity=capacity,
        capacity_uses=[
            row.model_copy(update=_marks("places and matches a unit are the shape's"))
            for row in inputs.capacity_uses
            if row.supply in supplies
        ],
        cost_lines=lines,
        section_251=section_251,
        benchmarks=_benchmarks(inputs, {row.line for row in lines}, shape.scenario.authority),
        observed=_observed(england, figures),
        comparators=_comparators(inputs),
        fund=[],
    )
    return Local(made, figures, settled)


def _marks(more: str = "") -> dict[str, str]:
    """What every row says of its origin."""
    return {"source": ASSUMPTION, "basis": ASSUMPTION, "note": f"{MARK}: {more}" if more else MARK}


def _population(known: Aggregates, figures: Figures, first: FinancialYear) -> list[tables.PopulationRow]:
    note = "spread evenly over the ages" if known.children_by_age is None else "as given by age"
    return [
        tables.PopulationRow.model_validate(
            {"where": "", "mid_year": first.start, "age": age, "persons": round(persons, 1), **_marks(note)}
        )
        for age, persons in enumerate(known.ages(figures["children", ALL]))
    ]


class _Opening:
    """The opening tables: the settled stock by state, and by age and duration in the groups of the shape."""

    def __init__(self, shape: Assembled, settled: Steady) -> None:
        self._shape, self._settled = shape, settled
        latest = max(row.month_end for row in shape.inputs.opening_stock)
        self._rows = [row for row in shape.inputs.opening_stock if row.month_end == latest]
        self._cells = {row.state: list(shape.pathway.cells_of(row.state)) for row in self._rows}

    def states(self) -> list[tables.OpeningStockRow]:
        """Children in each state."""
        return [
            row.model_copy(
                update={
                    **_marks("the number at which the rates settle"),
                    "children": round(self._settled.held(self._cells[row.state]), 2),
                    "ages": self._ages_of(row.state),
                    "months": self._months_of(row.state),
                }
            )
            for row in self._rows
        ]

    def ages(self) -> list[tables.OpeningAgeRow]:
        """Children of each group by statutory age band."""
        found = []
        for group, cells in self._groups().items():
            for ages in STATUTORY_BANDS:
                children = round(self._settled.held(cells, ages.first, ages.last), 3)
                found.append(self._row(tables.OpeningAgeRow, group=group, ages=ages, children=children))
        return found

    def durations(self) -> list[tables.OpeningDurationRow]:
        """Children on each clock by duration."""
        found: dict[tuple[str, Months], float] = {}
        for cells in self._cells.values():
            for cell in cells:
                one = self._shape.pathway.cells[cell]
                if one.state.clock:
                    key = one.state.clock, Months(one.from_month, one.to_month)
                    found[key] = found.get(key, 0.0) + self._settled.held([cell])
        return [
            self._row(tables.OpeningDurationRow, clock=clock, months=months, children=round(children, 3))
            for (clock, months), children in sorted(found.items())
        ]

    def _row(self, kind: Any, **cells: Any) -> Any:
        return kind(where="", **cells, **_marks("the number at which the rates settle"))

    def _groups(self) -> dict[str, list[int]]:
        groups: dict[str, list[int]] = {}
        for row in self._rows:
            groups.setdefault(row.group, []).extend(self._cells[row.state])
        return groups

    def _ages_of(self, state: str) -> Ages:
        """The statutory bands from the first to the last that hold more than a few of a state's children."""
        held = [self._settled.held(self._cells[state], ages.first, ages.last) for ages in STATUTORY_BANDS]
        there = [ages for ages, children in zip(STATUTORY_BANDS, held, strict=True) if children > self._few(held)]
        return Ages(there[0].first, there[-1].last)

    def _months_of(self, state: str) -> Months:
        cells = [self._shape.pathway.cells[cell] for cell in self._cells[state]]
        held = [self._settled.held([cell]) for cell in self._cells[state]]
        there = [cell for cell, children in zip(cells, held, strict=True) if children > self._few(held)]
        return Months(there[0].from_month, there[-1].to_month)

    @staticmethod
    def _few(held: Sequence[float]) -> float:
        return LEAST_SHARE * sum(held)


def _capacity(shape: Assembled, settled: Steady) -> list[tables.CapacityRow]:
    """Supplies that limit something, as many as are taken with a few to spare, and replaced as they are lost."""
    found = []
    for row in shape.inputs.capacity:
        for use in shape.inputs.capacity_uses:
            if use.supply != row.supply or use.limits == "watched":
                continue
            lost = 12 * -float(np.expm1(-row.lost_per_year / 12))
            matched = 0.0
            if use.limits == "places":
                opening = settled.held(shape.pathway.cells_of(use.name)) / use.per_unit * SPARE_PLACES
            else:
                matched = settled.moved(shape.pathway.arrows_named(use.name)) / use.per_unit
                opening = matched * SPARE_MATCHES
            update: dict[str, object] = {
                **_marks("as many as the rates take, with a few to spare; replaced as they are lost"),
                "opening": round(opening, 3),
                "recruited_per_year": round(opening * lost + matched, 4),
            }
            found.append(row.model_copy(update=update))
    return found


def _benchmarks(inputs: Inputs, lines: set[str], authority: str) -> list[tables.BenchmarkRow]:
    """National unit costs beside the lines; none that is another authority's own."""
    others = {row.unit_cost for row in inputs.unit_costs if authority in row.meaning}
    return [
        row.model_copy(update=_marks("how many of the published unit make one of the line's"))
        for row in inputs.benchmarks
        if row.line in lines and row.unit_cost not in others
    ]


def _observed(england: England, figures: Figures) -> list[tables.ObservedRow]:
    """England's figures of every year that are outputs, for the authority's children."""
    scale = figures["children", ALL] / england.children
    known = all_outputs()
    return [
        tables.ObservedRow.model_validate(
            {
                **_marks(),
                "where": "",
                "output": row.measure,
                "financial_year": row.financial_year,
                "ages": "",
                "value": round(row.value * scale, 1),
                "least": "",
                "most": "",
            }
        )
        for row in england.rows
        if row.measure in known and row.of == ALL
    ]


def _comparators(inputs: Inputs) -> list[tables.ComparatorRow]:
    """England's own rates, the latest of each, to keep beside the authority's."""
    latest: dict[str, tables.ComparatorRow] = {}
    for row in sorted(inputs.comparators, key=lambda row: row.financial_year):
        if row.group == "england":
            latest[row.output] = row
    return list(latest.values())
