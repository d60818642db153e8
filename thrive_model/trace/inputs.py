"""Rows of tables and settings of a scenario that stand behind the parts of a figure, in the years it is of."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.assemble import Assembled
from thrive_model.assemble.hazards import rows_in_force
from thrive_model.assumptions import Footing, footing_of_row, footing_of_setting
from thrive_model.interventions import Course, Effect
from thrive_model.pathway import Arrow
from thrive_model.tables import CostLineRow, Fact
from thrive_model.values import Value

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Change:
    """A setting that changes a part: of what share of the children of its ages, on average; None where of all."""

    setting: Footing
    reaches: float | None


def rates(assembled: Assembled, arrows: Sequence[Arrow], years: Sequence[int]) -> list[Footing]:
    """The rates in force for some arrows, each row once; and what limits or fills them where supplies do."""
    moves = {arrow.name for arrow in arrows if arrow.move}
    by_move = {move: [row for row in assembled.inputs.rates if row.move == move] for move in moves}
    found = {
        row.where: row
        for arrow in arrows
        if arrow.move
        for band in assembled.bands.bands
        for y in years
        for row in rows_in_force(by_move[arrow.name], assembled.pathway.cells[arrow.source], band, assembled.years[y])
    }
    ordered = [row for row in assembled.inputs.rates if row.where in found]
    uses = [
        row
        for row in assembled.inputs.capacity_uses
        if moves & {row.overflow_move, row.returning_move} or (row.limits == "matches" and row.name in moves)
    ]
    return [*rows_of(assembled, "rates", ordered), *rows_of(assembled, "capacity_uses", uses)]


def rows_of(assembled: Assembled, table: str, rows: Iterable[Fact]) -> list[Footing]:
    """Rows of a table as what a figure rests on."""
    return [footing_of_row(assembled, table, row) for row in rows]


def on_moves(assembled: Assembled, arrows: Sequence[Arrow], years: Sequence[int]) -> list[Change]:
    """What changes some arrows in the years: growth in demand, interventions and shocks, multipliers."""
    cells = assembled.pathway.cells
    moves = {arrow.name for arrow in arrows if arrow.move}
    left = {cells[arrow.source].state.name for arrow in arrows if arrow.move}
    targets = {("move", move) for move in moves} | {("state", state) for state in left}
    entering = any(cells[arrow.source].state.kind == "outside" for arrow in arrows)
    growth = assembled.resolved.scenario.demand.growth_per_year
    return [
        *([Change(_setting(assembled, ("demand", "growth_per_year"), growth, years), None)] if entering else []),
        *_effects(assembled, targets, years),
        *_multipliers(assembled, moves, years),
    ]


def on_line(assembled: Assembled, row: CostLineRow, years: Sequence[int]) -> list[Change]:
    """What changes the price or the volume of a cost line in the years: inflation, effects, multipliers."""
    said = assembled.resolved.scenario.inflation.get(row.price_index)
    return [
        *([Change(_setting(assembled, ("inflation", row.price_index), said, years), None)] if said else []),
        *_effects(assembled, {("cost line", row.line)}, years),
        *_multipliers(assembled, {row.line}, years),
    ]


def on_supply(assembled: Assembled, supply: str, years: Sequence[int]) -> list[Change]:
    """What changes the recruitment, the delay to use or the loss of a supply in the years."""
    return list(_effects(assembled, {("supply", supply)}, years))


def prices_of(assembled: Assembled, row: CostLineRow, years: Sequence[int]) -> list[Footing]:
    """Growth of the line's price index between its price year and the years."""
    ends = [row.price_year, *(assembled.years[y] for y in years)]
    rows = (
        one
        for one in assembled.inputs.prices
        if one.index == row.price_index and min(ends) < one.financial_year <= max(ends)
    )
    return rows_of(assembled, "prices", rows)


def cost_settings(assembled: Assembled, name: str, years: Sequence[int]) -> list[Footing]:
    """The settings that an intervention's cost comes from."""
    one = assembled.resolved.scenario.interventions[name]
    found = [_setting(assembled, ("interventions", name, "cost_per_year"), one.cost_per_year, years)]
    if any(one.paid_by_partners.figures):
        found.append(_setting(assembled, ("interventions", name, "paid_by_partners"), one.paid_by_partners, years))
    return found


def _effects(assembled: Assembled, targets: Container[tuple[str, str]], years: Sequence[int]) -> Iterator[Change]:
    """Effects at work on some targets in the years."""
    scenario = assembled.resolved.scenario
    for name, one in scenario.courses.items():
        block = "interventions" if name in scenario.active else "shocks"
        acting = [(i, effect) for i, effect in enumerate(one.effects) if effect.acts_on() in targets]
        reaches = _reaches(assembled, one, years) if acting else 0.0
        for i, effect in acting if reaches else ():
            path = (block, name, "effects", i, _size_setting(effect))
            yield Change(_setting(assembled, path, effect.size(), years), reaches)


def _reaches(assembled: Assembled, one: Course, years: Sequence[int]) -> float:
    """Of those of its ages, the share whose outcome it changes, as stated, on average over the years' months."""
    coverage = one.coverage(assembled.months)[:, 0]
    return float(coverage[np.isin(assembled.year_of_month, years)].mean())


def _size_setting(effect: Effect) -> str:
    """The name of the setting that says how much an effect changes."""
    size = effect.size()
    return next(name for name in type(effect).model_fields if getattr(effect, name) is size)


def _multipliers(assembled: Assembled, named: Container[str], years: Sequence[int]) -> Iterator[Change]:
    """Multipliers of some moves or cost lines; one of exactly 1 changes nothing."""
    for name, one in assembled.resolved.scenario.multipliers.items():
        if any(figure != 1.0 for figure in one.times.figures) and any(
            item in named for item in (*one.moves, *one.cost_lines)
        ):
            yield Change(_setting(assembled, ("multipliers", name, "times"), one.times, years), None)


def _setting(assembled: Assembled, path: Path, value: Value, years: Sequence[int]) -> Footing:
    """A figure of the scenario as it stands in the last of the years."""
    return footing_of_setting(assembled, path, value, assembled.years[max(years)])
