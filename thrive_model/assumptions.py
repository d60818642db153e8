"""How far a result rests on assumptions: every input with its footing, and what share of the answer leans on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from thrive_model.assemble import Assembled
from thrive_model.errors import did_you_mean, refuse
from thrive_model.outputs import spending_on_demand
from thrive_model.results import Results
from thrive_model.run import Comparison
from thrive_model.tables import Fact, OpeningAgeRow, OpeningStockRow, PopulationRow, PriceRow, Section251Row

ASSUMED = "assumption"
PART_ASSUMED = "part_assumed"
A_POUND = 1.0
"""A smaller difference is the rounding of sums, not a saving."""
HELD_AGAINST = frozenset({"observed", "comparators", "watch", "unit_costs", "benchmarks", "checks"})
"""Tables and blocks of the scenario that the result is held against, and which do not drive it."""
VALUED_BY = frozenset({"discount_rates", "impacts", "optimism_bias"})
"""Tables by which a result is valued, once it is there."""
_KEYS = {"fund": "fund_accounts"}
"""A table whose name a block of the scenario has too."""
_FIGURES = (
    "rate_per_year",
    "share",
    "children",
    "unit_cost",
    "persons",
    "growth_percent",
    "rate_percent",
    "benefits_percent",
    "value",
    "gross",
    "opening",
    "per_unit",
    "quantity",
    "least",
    "most",
    "beyond_neighbours",
)


@dataclass(frozen=True)
class Footing:
    """One input: its key, value, source, basis, grade of evidence where it is a choice, reason, and place."""

    key: str
    value: str
    source: str
    basis: str
    grade: str
    why: str
    where: str


@dataclass(frozen=True)
class Reliance:
    """How far the result of the pressure year rests on assumptions.

    `inputs`, `assumed` and `part_assumed` count the figures that drive the run. `spending_on_assumed_unit_costs` and
    `spending_on_part_assumed_unit_costs` are shares of do-nothing spending on demand by what its unit costs rest on.
    `saving_on_assumed_effects` is the share of the difference from doing nothing that goes when effects without
    published evidence are taken out (None where there is no difference).
    """

    inputs: int
    assumed: int
    part_assumed: int
    spending_on_assumed_unit_costs: float
    spending_on_part_assumed_unit_costs: float
    saving_on_assumed_effects: float | None
    items: tuple[Footing, ...]


def footings(assembled: Assembled) -> list[Footing]:
    """Every figure that drives the run, tables first, then the scenario's choices."""
    every = (*_facts(assembled), *_choices(assembled))
    idle = _idle_multipliers(assembled)
    return [
        item for item in every if item.key.partition(".")[0] not in HELD_AGAINST | VALUED_BY and item.key not in idle
    ]


def _idle_multipliers(assembled: Assembled) -> frozenset[str]:
    """Keys of multipliers of exactly 1.

    They leave the figures of the tables as they are, and say only how sure those are, which are counted themselves.
    """
    multipliers = assembled.resolved.scenario.multipliers
    return frozenset(
        f"multipliers.{name}.times" for name, one in multipliers.items() if all(x == 1.0 for x in one.times.figures)
    )


def reliance(comparison: Comparison) -> Reliance:
    """How far a comparison rests on assumptions."""
    items = footings(comparison.scenario.assembled)
    year = comparison.scenario.years.index(comparison.scenario.assembled.resolved.scenario.pressure.year)
    nothing, scenario, evidenced = (
        float(spending_on_demand(results)[year, 0])
        for results in (comparison.do_nothing, comparison.scenario, comparison.evidenced)
    )
    saving = nothing - scenario
    return Reliance(
        inputs=len(items),
        assumed=sum(item.basis == ASSUMED for item in items),
        part_assumed=sum(item.basis == PART_ASSUMED for item in items),
        spending_on_assumed_unit_costs=_spent_on(comparison.do_nothing, ASSUMED, year) / nothing,
        spending_on_part_assumed_unit_costs=_spent_on(comparison.do_nothing, PART_ASSUMED, year) / nothing,
        saving_on_assumed_effects=(evidenced - scenario) / saving if abs(saving) >= A_POUND else None,
        items=tuple(items),
    )


def _spent_on(results: Results, basis: str, year: int) -> float:
    """Pounds of the year on cost lines whose unit cost has that basis."""
    lines = [row.line for row in results.assembled.inputs.cost_lines if row.basis == basis]
    return sum(float(results.spent(line=line)[year, 0]) for line in lines)


def _facts(assembled: Assembled) -> Iterator[Footing]:
    """Every row of the tables that drives the run: of those for several years or days, the ones it takes."""
    scenario = assembled.resolved.scenario
    eve, base = scenario.start.plus(-1), scenario.pressure.base_year
    groups = {row.group for row in assembled.inputs.opening_stock if row.month_end == eve}
    first = max(row.mid_year for row in assembled.inputs.population if row.mid_year <= scenario.first_year.start)
    taken: dict[type[Fact], Callable[[Any], bool]] = {
        Section251Row: lambda row: row.financial_year == base,
        PriceRow: lambda row: row.financial_year <= scenario.last_year,
        OpeningStockRow: lambda row: row.month_end == eve,
        OpeningAgeRow: lambda row: row.group in groups,
        PopulationRow: lambda row: first <= row.mid_year <= scenario.last_year.start,
    }
    for table, row in assembled.inputs.facts():
        if taken.get(type(row), lambda _: True)(row):
            yield _footing(table, row)


def _footing(table: str, row: Fact) -> Footing:
    key = ".".join([_KEYS.get(table, table), *(str(getattr(row, column)) for column in row.key)])
    return Footing(key, _figure(row), row.source, row.basis, "", row.note, row.where)


def _figure(row: Fact) -> str:
    """The first figure of a row; a column that has the same name elsewhere may hold a key here."""
    cells = (getattr(row, column, None) for column in _FIGURES)
    return next(_shown(cell) for cell in cells if cell is not None and not isinstance(cell, str))


def _shown(value: float) -> str:
    """A figure as it was written, to the last digit that counts."""
    return f"{value:.12g}"


def _choices(assembled: Assembled) -> Iterator[Footing]:
    resolved = assembled.resolved
    for path, value in resolved.values():
        figures: Any = (
            value.value if value.by_year is None else {str(year): figure for year, figure in value.by_year.items()}
        )
        basis = ASSUMED if value.is_assumption else "published"
        place, _, key = resolved.place(*path).partition(" ")
        yield Footing(
            key or ".".join(map(str, path)),
            _shown(figures) if isinstance(figures, float) else str(figures),
            value.source,
            basis,
            value.grade,
            value.why,
            place,
        )


def explain(assembled: Assembled, key: str) -> list[Footing]:
    """Every figure or choice whose key is `key` or lies under it; `InputError` where there is none."""
    facts = [_footing(table, row) for table, row in assembled.inputs.facts()]
    every = [*facts, *_choices(assembled), *_plain_choices(assembled)]
    found = [item for item in every if item.key == key or item.key.startswith(f"{key}.")]
    if not found:
        heads = {".".join(item.key.split(".")[: key.count(".") + 1]) for item in every}
        remedy = (
            did_you_mean(key, heads)
            or "name a setting such as fund.amount, or a table and row such as cost_lines.residential"
        )
        raise refuse(key, "is neither a setting of this scenario nor a row of its tables", remedy)
    return found


def _plain_choices(assembled: Assembled) -> Iterator[Footing]:
    """Settings that are not figures with a source: names, dates, switches."""
    resolved = assembled.resolved
    figures = [path for path, _ in resolved.values()]
    for path, leaf in _leaves(resolved.content, ()):
        if not any(path[: len(figure)] == figure for figure in figures):
            place = resolved.place(*path).partition(" ")[0]
            yield Footing(".".join(map(str, path)), str(leaf), "", "", "", "", place)


def _leaves(node: Any, path: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _leaves(value, (*path, key))
    elif isinstance(node, tuple):
        for i, value in enumerate(node):
            yield from _leaves(value, (*path, i))
    else:
        yield path, node
