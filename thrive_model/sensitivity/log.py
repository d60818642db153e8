"""The log of assumptions with an effect beside each: the swing that comes of how sure that input is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, replace
from typing import Any

from thrive_model.assemble import Assembled
from thrive_model.assumptions import Footing, footing_of_setting, footings
from thrive_model.draws.uncertain import MULTIPLIERS
from thrive_model.scenario.multipliers import Multiplier
from thrive_model.sensitivity.factors import Factor
from thrive_model.sensitivity.tornado import Tornado
from thrive_model.tables import CostLineRow, Fact, RateRow
from thrive_model.uncertainty.study import Study

UNSURE_BY_NOTHING = "no distribution"
OWN = "its own distribution"


def logged(study: Study, factors: tuple[Factor, ...], found: Tornado) -> list[dict[str, Any]]:
    """A row an input that drives the run, as in the log of a run, and a row a multiplier of the tables' figures.

    `effect` is the swing of the figure asked about, None where the input has no distribution of its own. `effect_by`
    says by what it is varied: its own distribution, multipliers (whose rows have the effect), or nothing.
    """
    swings = {bar.key: bar.swing for bar in found.bars}
    assembled = study.stated_runs[0]
    items = footings(assembled)
    by_place = {row.where: _multiplied_by(study, row) for _, row in study.inputs.facts()}
    rows = [_row(item, swings.get(item.key), by_place.get(item.where, [])) for item in items]
    missing = [factor for factor in factors if factor.key not in {item.key for item in items}]
    return [*rows, *(_row(_footing(assembled, factor), swings[factor.key], []) for factor in missing)]


def _row(item: Footing, effect: float | None, multiplied_by: list[str]) -> dict[str, Any]:
    by = OWN if effect is not None else ", ".join(multiplied_by) or UNSURE_BY_NOTHING
    return {**asdict(item), "effect": effect, "effect_by": by}


def _footing(assembled: Assembled, factor: Factor) -> Footing:
    """A factor that the log of a run has not: a multiplier of 1, which only says how sure others are, or a drift."""
    one = factor.members[0]
    plain = footing_of_setting(assembled, one.path, one.value)
    figure = f"{one.drift:.12g}" if factor.is_drift else plain.value
    description = f"{plain.description}, drift a year" if factor.is_drift else plain.description
    return replace(plain, key=factor.key, value=figure, description=description)


def _multiplied_by(study: Study, row: Fact) -> list[str]:
    """Keys of the uncertain multipliers of a row's figure."""
    unsure = {one.path[1] for one in study.parameters if one.path[0] == MULTIPLIERS}
    multipliers = study.resolved.scenario.multipliers
    return [f"{MULTIPLIERS}.{name}" for name in _of_row(multipliers, row) if name in unsure]


def _of_row(multipliers: dict[str, Multiplier], row: Fact) -> Iterator[str]:
    for name, one in multipliers.items():
        if isinstance(row, CostLineRow) and row.line in one.cost_lines:
            yield name
        if isinstance(row, RateRow) and row.move in one.moves and _meets(one, row):
            yield name


def _meets(one: Multiplier, row: RateRow) -> bool:
    """Whether ages of the row are among those multiplied, and its duration band."""
    of_age = one.ages is None or (row.ages.first <= one.ages.last and one.ages.first <= row.ages.last)
    months = row.months
    return of_age and (one.months is None or one.months.covers(months.start, months.end))
