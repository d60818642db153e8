"""Local unit costs beside published ones, both at the prices of one year, with the ratio between them.

A published cost is uprated by its price index to the price base. A benchmark of a cost line is made up of so many of
one published unit, or of several:

    benchmark = sum of quantity * value * index(price base) / index(price year)        ratio = local / benchmark
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from thrive_model.assemble.inputs import Inputs
from thrive_model.assemble.price_levels import price_indices
from thrive_model.errors import Problem, did_you_mean
from thrive_model.periods import FinancialYear
from thrive_model.prices import PriceIndex
from thrive_model.tables import BenchmarkRow, CostLineRow, UnitCostRow

FIXED = "pounds_per_year"
"""The unit of a cost line that is a sum a year, of which nothing can be held against the cost of a unit."""
FAR = 1.5
"""A ratio of more than this, or of less than one over this, is one to look at."""


@dataclass(frozen=True)
class Published:
    """A published unit cost as it was given, `value`, and at the price base, `uprated`."""

    unit_cost: str
    meaning: str
    agency: str
    unit: str
    cashable: str
    source: str
    basis: str
    price_year: str
    value: float
    uprated: float
    note: str


@dataclass(frozen=True)
class Benchmark:
    """One benchmark of a cost line: pounds a unit of the line, at the price base, and what it is made up of.

    `quantities` holds how many of each published unit make one of the line's.
    """

    line: str
    unit: str
    benchmark: str
    local: float
    published: float
    quantities: Mapping[str, float]
    agencies: tuple[str, ...]
    sources: tuple[str, ...]
    price_years: tuple[str, ...]

    @property
    def ratio(self) -> float:
        """How many times the benchmark the local unit cost is."""
        return self.local / self.published

    @property
    def look_at(self) -> bool:
        """Whether the local unit cost lies far from the benchmark, above or below."""
        return not 1.0 / FAR <= self.ratio <= FAR


def published(inputs: Inputs, price_base: FinancialYear) -> list[Published]:
    """Every published unit cost, uprated to the price base."""
    indices = price_indices(inputs)
    return [
        Published(
            row.unit_cost,
            row.meaning,
            row.agency,
            row.unit,
            row.cashable,
            row.source,
            row.basis,
            str(row.price_year),
            row.value,
            _at(row, row.value, indices, price_base),
            row.note,
        )
        for row in inputs.unit_costs
    ]


def benchmarks(inputs: Inputs, price_base: FinancialYear) -> list[Benchmark]:
    """Every benchmark of every cost line that has one, in the order of the cost lines."""
    indices = price_indices(inputs)
    costs = {one.unit_cost: one for one in published(inputs, price_base)}
    found = []
    for line in inputs.cost_lines:
        parts: dict[str, list[BenchmarkRow]] = {}
        for row in inputs.benchmarks:
            if row.line == line.line:
                parts.setdefault(row.benchmark, []).append(row)
        if parts:
            local = _at(line, line.unit_cost, indices, price_base)
            found += [_benchmark(line, local, name, rows, costs) for name, rows in parts.items()]
    return found


def without_benchmark(inputs: Inputs) -> list[str]:
    """The cost lines that are charged by the unit and have nothing published beside them."""
    held = {row.line for row in inputs.benchmarks}
    return [row.line for row in inputs.cost_lines if row.unit != FIXED and row.line not in held]


def faults(inputs: Inputs, price_base: FinancialYear) -> Iterator[Problem]:
    """Benchmarks of no line, or of a fixed sum; unit costs that there are not, or that cannot be brought to a year."""
    lines = {row.line: row for row in inputs.cost_lines}
    costs = {row.unit_cost: row for row in inputs.unit_costs}
    for row in inputs.benchmarks:
        if row.line not in lines:
            yield Problem(row.place("line"), f"unknown cost line '{row.line}'", did_you_mean(row.line, lines))
        elif lines[row.line].unit == FIXED:
            what = f"'{row.line}' is a fixed sum a year, which no unit cost can be held against"
            yield Problem(row.place("line"), what, "remove the row")
        if row.unit_cost not in costs:
            what = f"'{row.unit_cost}' is not in unit_costs.csv"
            yield Problem(row.place("unit_cost"), what, did_you_mean(row.unit_cost, costs))
        elif costs[row.unit_cost].value == 0:
            yield Problem(
                row.place("unit_cost"), f"'{row.unit_cost}' costs nothing, and nothing can be held against it"
            )
    try:
        indices = price_indices(inputs)
    except ValueError:
        return  # a gap in an index is told where the cost lines are read
    for cost in inputs.unit_costs:
        yield from _cannot_be_uprated(cost, indices, price_base)
    held = {row.line for row in inputs.benchmarks}
    for line in inputs.cost_lines:
        if line.line in held and line.price_index in indices:
            yield from _cannot_be_uprated(line, indices, price_base)


def _cannot_be_uprated(
    row: UnitCostRow | CostLineRow, indices: Mapping[str, PriceIndex], price_base: FinancialYear
) -> Iterator[Problem]:
    """A figure whose index is not there, or does not reach from its price year to the price base."""
    index = indices.get(row.price_index)
    if index is None:
        what = f"unknown price index '{row.price_index}'"
        yield Problem(row.place("price_index"), what, did_you_mean(row.price_index, indices))
        return
    try:
        index.ratio(row.price_year, price_base)
    except ValueError as fault:
        yield Problem(row.place("price_year"), str(fault), "extend price_indices.csv")


def _at(
    row: UnitCostRow | CostLineRow, pounds: float, indices: Mapping[str, PriceIndex], price_base: FinancialYear
) -> float:
    """Pounds of a row's own price year, at the price base."""
    return pounds * indices[row.price_index].ratio(row.price_year, price_base)


def _benchmark(
    line: CostLineRow, local: float, name: str, rows: Sequence[BenchmarkRow], costs: Mapping[str, Published]
) -> Benchmark:
    parts = [costs[row.unit_cost] for row in rows]
    return Benchmark(
        line.line,
        line.unit,
        name,
        local,
        sum(row.quantity * part.uprated for row, part in zip(rows, parts, strict=True)),
        {row.unit_cost: row.quantity for row in rows},
        tuple(dict.fromkeys(part.agency for part in parts)),
        tuple(dict.fromkeys(part.source for part in parts)),
        tuple(sorted({part.price_year for part in parts})),
    )
