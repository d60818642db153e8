"""Supplies of carers, adopters and staff, what they limit, and what they are held against."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from thrive_model.assemble.effects import Courses
from thrive_model.assemble.hazards import RateBands
from thrive_model.assemble.inputs import Inputs
from thrive_model.interventions import Intervention, MultiplyApprovalDelay, MultiplyLoss, MultiplyRecruitment
from thrive_model.parameters import Floats, HazardEffect, Ints, Matches, Places, Reach, Supply
from thrive_model.pathway import Pathway
from thrive_model.periods import MONTHS_PER_YEAR, Month
from thrive_model.tables import CapacityRow, CapacityUseRow


def supplies(inputs: Inputs, courses: Courses) -> tuple[Supply, ...]:
    """Each supply's units as they become available: recruitment, times effects on it, after the delay to use."""
    return tuple(_supply(row, courses) for row in inputs.capacity)


def limits(inputs: Inputs) -> tuple[tuple[Places, ...], tuple[Matches, ...]]:
    """What supplies limit: places in states, and matches by moves."""
    names = [row.supply for row in inputs.capacity]
    places = [_places(inputs.pathway, row, names) for row in inputs.capacity_uses if row.limits == "places"]
    matches = [
        Matches(names.index(row.supply), 1.0 / row.per_unit, _indices(inputs.pathway.arrows_named(row.name)))
        for row in inputs.capacity_uses
        if row.limits == "matches"
    ]
    return tuple(places), tuple(matches)


def without_returns(inputs: Inputs, bands: RateBands, months: Sequence[Month]) -> HazardEffect:
    """Nobody placed elsewhere for want of a place comes back when one is free."""
    moves = [row.returning_move for row in inputs.capacity_uses if row.limits == "places"]
    arrows = sorted({arrow for move in moves for arrow in inputs.pathway.arrows_named(move)})
    return HazardEffect(_indices(arrows), bands.within(None), np.zeros((len(months), 1)))


def reach(
    inputs: Inputs, interventions: Mapping[str, Intervention], bands: RateBands, months: Sequence[Month]
) -> dict[str, Reach]:
    """How many children the deliverers of each intervention that names them can carry, of those it is for."""
    return {
        name: Reach(
            _indices(in_group(inputs, one.carried_by.supply)),
            np.array([one.carried_by.children_per_unit.at(month.financial_year) for month in months]),
            _indices(sorted(where_it_acts(inputs.pathway, one))),
            bands.within(one.ages),
            one.served(months),
        )
        for name, one in interventions.items()
        if one.carried_by
    }


def where_it_acts(pathway: Pathway, one: Intervention) -> set[int]:
    """The cells in which the children stay whom its effects on moves and states are for."""
    arrows: list[int] = []
    for effect in one.effects:
        sort, name = effect.acts_on()
        if sort in {"move", "state"}:
            arrows += pathway.arrows_named(name) if sort == "move" else pathway.arrows_leaving(name)
    cells = {pathway.arrows[arrow].source for arrow in arrows}
    return {cell for cell in cells if pathway.cells[cell].state.kind == "stay"}


def in_group(inputs: Inputs, word: str) -> list[int]:
    """Indices of the supply with this name, or of the supplies in the group with this name."""
    return [k for k, row in enumerate(inputs.capacity) if word in (row.supply, row.group)]


def _supply(row: CapacityRow, courses: Courses) -> Supply:
    """Those who began before the run come at the usual pace; later ones after the delay in force as they begin."""
    recruited = row.recruited_per_year / MONTHS_PER_YEAR * courses.on_supply(row.supply, MultiplyRecruitment)
    delay = row.months_to_use * courses.on_supply(row.supply, MultiplyApprovalDelay)
    approved = _after(*np.broadcast_arrays(recruited, delay))
    approved[: row.months_to_use] += row.recruited_per_year / MONTHS_PER_YEAR
    leaving = row.lost_per_year / MONTHS_PER_YEAR * courses.on_supply(row.supply, MultiplyLoss)
    return Supply(row.supply, row.opening, approved, leaving)


def _after(recruited: Floats, delay: Floats) -> Floats:
    """Units by the month they are there, [T, D]; a delay that ends within a month is shared between two."""
    months, draws = recruited.shape
    there = np.zeros((months + 1, draws))
    each = np.arange(draws)
    for month in range(months):
        whole = np.floor(delay[month]).astype(np.intp)
        part = delay[month] - whole
        for shift, share in ((whole, 1.0 - part), (whole + 1, part)):
            there[np.minimum(month + shift, months), each] += recruited[month] * share
    return there[:months]


def _places(pathway: Pathway, row: CapacityUseRow, names: Sequence[str]) -> Places:
    return Places(
        names.index(row.supply),
        row.per_unit,
        _indices(pathway.cells_of(row.name)),
        _indices(pathway.arrows_named(row.overflow_move)),
        _indices(pathway.arrows_named(row.returning_move)),
    )


def _indices(some: Iterable[int]) -> Ints:
    return np.array(list(some), dtype=np.intp)
