"""All the tables of one run, read together so that the faults of every table are shown at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from thrive_model import tables
from thrive_model.errors import InputError, Problem, did_you_mean
from thrive_model.pathway import Pathway


@dataclass(frozen=True)
class Inputs:
    """The tables, one field each, and the pathway that two of them declare."""

    states: list[tables.StateRow]
    moves: list[tables.MoveRow]
    sources: list[tables.SourceRow]
    prices: list[tables.PriceRow]
    discount_rates: list[tables.DiscountRow]
    impacts: list[tables.ImpactRow]
    optimism_bias: list[tables.OptimismRow]
    population: list[tables.PopulationRow]
    opening_stock: list[tables.OpeningStockRow]
    opening_ages: list[tables.OpeningAgeRow]
    opening_durations: list[tables.OpeningDurationRow]
    rates: list[tables.RateRow]
    capacity: list[tables.CapacityRow]
    capacity_uses: list[tables.CapacityUseRow]
    cost_lines: list[tables.CostLineRow]
    section_251: list[tables.Section251Row]
    section_251_lines: list[tables.Section251LineRow]
    unit_costs: list[tables.UnitCostRow]
    benchmarks: list[tables.BenchmarkRow]
    observed: list[tables.ObservedRow]
    comparators: list[tables.ComparatorRow]
    fund: list[tables.FundRow]
    checks: list[tables.CheckRow]
    pathway: Pathway

    def facts(self) -> Iterator[tuple[str, tables.Fact]]:
        """Every row that states a figure, with its table's name."""
        for field in fields(self):
            rows = getattr(self, field.name)
            if isinstance(rows, list):
                yield from ((field.name, row) for row in rows if isinstance(row, tables.Fact))


TABLES: Mapping[str, tuple[str, str, type[tables.Row]]] = {
    "states": ("pathway", "states.csv", tables.StateRow),
    "moves": ("pathway", "moves.csv", tables.MoveRow),
    "sources": ("sources", "", tables.SourceRow),
    "prices": ("reference", "price_indices.csv", tables.PriceRow),
    "discount_rates": ("reference", "discount_rates.csv", tables.DiscountRow),
    "impacts": ("reference", "impacts.csv", tables.ImpactRow),
    "optimism_bias": ("reference", "optimism_bias.csv", tables.OptimismRow),
    "population": ("local", "population.csv", tables.PopulationRow),
    "opening_stock": ("local", "opening_stock.csv", tables.OpeningStockRow),
    "opening_ages": ("local", "opening_ages.csv", tables.OpeningAgeRow),
    "opening_durations": ("local", "opening_durations.csv", tables.OpeningDurationRow),
    "rates": ("local", "rates.csv", tables.RateRow),
    "capacity": ("local", "capacity.csv", tables.CapacityRow),
    "capacity_uses": ("local", "capacity_uses.csv", tables.CapacityUseRow),
    "cost_lines": ("local", "cost_lines.csv", tables.CostLineRow),
    "section_251": ("local", "section_251.csv", tables.Section251Row),
    "section_251_lines": ("reference", "section_251_lines.csv", tables.Section251LineRow),
    "unit_costs": ("reference", "unit_costs.csv", tables.UnitCostRow),
    "benchmarks": ("local", "benchmarks.csv", tables.BenchmarkRow),
    "observed": ("local", "observed.csv", tables.ObservedRow),
    "comparators": ("local", "comparators.csv", tables.ComparatorRow),
    "fund": ("local", "fund.csv", tables.FundRow),
    "checks": ("reference", "checks.csv", tables.CheckRow),
}


def table_file(name: str, folders: Mapping[str, Path]) -> Path:
    """Where a table stands."""
    folder, file, _ = TABLES[name]
    return folders[folder] / file if file else folders[folder]


def read_all(folders: Mapping[str, Path]) -> Inputs:
    """Read every table; `InputError` with the faults of all of them."""
    read: dict[str, Any] = {}
    problems: list[Problem] = []
    faulty: set[str] = set()
    for name, (_, _, row) in TABLES.items():
        read[name], faults = tables.read_what_can_be(table_file(name, folders), row)
        problems.extend(faults)
        faulty |= {name} if faults else set()
    if not faulty & {"states", "moves"}:
        try:
            read["pathway"] = tables.pathway_of(read["states"], read["moves"])
        except InputError as refused:
            problems.extend(refused.problems)
    if "sources" not in faulty:
        problems.extend(_unknown_sources(read))
    if problems:
        raise InputError(problems)
    return Inputs(**read)


def _unknown_sources(read: Mapping[str, Any]) -> Iterator[Problem]:
    """Each source that nobody listed, told once a table."""
    known = {row.source for row in read["sources"]}
    for name in TABLES:
        citing: dict[str, list[tables.Fact]] = {}
        for row in read[name] if name != "sources" else ():
            if row.source not in known:
                citing.setdefault(row.source, []).append(row)
        for source, rows in citing.items():
            what = f"'{source}' is not in sources.csv{here_and_in(rows)}"
            yield Problem(rows[0].place("source"), what, did_you_mean(source, known))


def here_and_in(rows: Sequence[object]) -> str:
    """`, here and in 3 more rows` for a fault that stands in several; '' where it stands in one."""
    more = len(rows) - 1
    return f", here and in {more} more {'row' if more == 1 else 'rows'}" if more else ""
