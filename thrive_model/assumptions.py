"""How far a result rests on assumptions: every input with its footing, and what share of the answer leans on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from thrive_model.assemble import Assembled
from thrive_model.errors import did_you_mean, refuse
from thrive_model.interventions import Effect
from thrive_model.outputs import spending_on_demand
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.run import Comparison
from thrive_model.scenario import Scenario
from thrive_model.tables import Fact, OpeningAgeRow, OpeningStockRow, PopulationRow, PriceRow, Section251Row
from thrive_model.values import Value

SettingPath = tuple[str | int, ...]
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
    """One input: its key, value, source, basis, grade of evidence where it is a choice, reason, and place.

    `description` says in words what it is, and `who` stands behind it since `when`: who published it; of an assumption
    of the scenario its owner, where it names one, since the day it was assured or approved.
    """

    key: str
    value: str
    source: str
    basis: str
    grade: str
    why: str
    where: str
    description: str = ""
    who: str = ""
    when: str = ""


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
            yield footing_of_row(assembled, table, row)


def footing_of_row(assembled: Assembled, table: str, row: Fact) -> Footing:
    """A row of a table as an input."""
    steps = [str(getattr(row, column)) for column in row.key]
    key = ".".join([_KEYS.get(table, table), *steps])
    named = ", ".join(step.replace("_", " ") for step in steps if step != "None")
    meaning = getattr(row, "meaning", "")
    description = f"{table.replace('_', ' ').capitalize()}, {named}{': ' if meaning else ''}{meaning}"
    who, when = _behind(assembled, row.source)
    return Footing(key, _figure(row), row.source, row.basis, "", row.note, row.where, description, who, when)


def _behind(assembled: Assembled, source: str) -> tuple[str, str]:
    """Who published a source, and when; nobody where it is not listed."""
    listed = (row for row in assembled.inputs.sources if row.source == source)
    return next(((row.publisher, row.date) for row in listed), ("", ""))


def _figure(row: Fact) -> str:
    """The first figure of a row; a column that has the same name elsewhere may hold a key here."""
    cells = (getattr(row, column, None) for column in _FIGURES)
    return next(_shown(cell) for cell in cells if cell is not None and not isinstance(cell, str))


def _shown(value: Any) -> str:
    """A figure as it was written, to the last digit that counts; figures by year as they are."""
    return f"{value:.12g}" if isinstance(value, float) else str(value)


def _choices(assembled: Assembled) -> Iterator[Footing]:
    for path, value in assembled.resolved.values():
        yield footing_of_setting(assembled, path, value)


def footing_of_setting(
    assembled: Assembled, path: SettingPath, value: Value, year: FinancialYear | None = None
) -> Footing:
    """A choice as an input: with all its figures, or with the one in force in a year."""
    resolved = assembled.resolved
    figures: Any = (
        value.value if value.by_year is None else {str(start): figure for start, figure in value.by_year.items()}
    )
    begun = [start for start in value.by_year or () if year is not None and start <= year]
    inside = ("by_year", str(max(begun))) if begun else ()
    place = resolved.place(*path, *inside).partition(" ")[0]
    return Footing(
        key=resolved.place(*path).partition(" ")[2] or ".".join(map(str, path)),
        value=_shown(value.at(year) if year else figures),
        source=value.source,
        basis=ASSUMED if value.is_assumption else "published",
        grade=value.grade,
        why=value.why,
        where=place,
        description=_described(resolved.scenario, path),
        **_chosen_by(assembled, value),
    )


def _chosen_by(assembled: Assembled, value: Value) -> dict[str, str]:
    """Who stands behind a choice, and since when."""
    approval = assembled.resolved.scenario.approval
    who, when = _behind(assembled, value.source)
    if value.is_assumption:
        who, when = approval.owner or who, approval.on or when
    return {"who": who, "when": when}


def _described(scenario: Scenario, path: SettingPath) -> str:
    """What a setting is, in words: the title of the block it is in, what an effect acts on, and its own name."""
    node: Any = scenario
    words: list[str] = []
    for step in path:
        node = getattr(node, step) if isinstance(node, BaseModel) and isinstance(step, str) else node[step]
        words += [str(step).replace("_", " ")] if isinstance(step, str) else []
        if isinstance(node, Effect):
            words[-1] = node.acts_on()[1].replace("_", " ")
        elif isinstance(title := getattr(node, "title", None), str):
            words = [title]
    return f"{words[0][:1].upper()}{words[0][1:]}{': ' if words[1:] else ''}{', '.join(words[1:])}"


def explain(assembled: Assembled, key: str) -> list[Footing]:
    """Every figure or choice whose key is `key` or lies under it; `InputError` where there is none."""
    facts = [footing_of_row(assembled, table, row) for table, row in assembled.inputs.facts()]
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
