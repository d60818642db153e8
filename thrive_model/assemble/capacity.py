"""Supplies of carers, adopters and staff, what they limit, and what they are held against."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import numpy as np

from thrive_model.assemble.effects import Courses
from thrive_model.assemble.hazards import RateBands
from thrive_model.assemble.inputs import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.interventions import Intervention, MultiplyApprovalDelay, MultiplyLoss, MultiplyRecruitment
from thrive_model.parameters import Floats, Ints, Matches, Places, Reach, Supply
from thrive_model.pathway import Pathway
from thrive_model.periods import MONTHS_PER_YEAR, Month
from thrive_model.scenario import Resolved
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


def reach(
    inputs: Inputs, interventions: Mapping[str, Intervention], bands: RateBands, months: Sequence[Month]
) -> dict[str, Reach]:
    """How many children the deliverers of each intervention that names them can carry, of those it is for."""
    return {
        name: Reach(
            _indices(_in_group(inputs, one.carried_by.supply)),
            np.array([one.carried_by.children_per_unit.at(month.financial_year) for month in months]),
            _indices(sorted(_where_it_acts(inputs.pathway, one))),
            bands.within(one.ages),
            one.served(months),
        )
        for name, one in interventions.items()
        if one.carried_by
    }


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """What is wrong with the capacity tables and with who carries an intervention."""
    yield from _faults_of_uses(inputs)
    known = {word for row in inputs.capacity for word in (row.supply, row.group)}
    carrying: dict[str, str] = {}
    for key, one in resolved.scenario.interventions.items():
        if one.carried_by is None:
            continue
        supply, where = one.carried_by.supply, resolved.place("interventions", key, "carried_by", "supply")
        if supply not in known:
            yield Problem(where, f"unknown supply '{supply}'", did_you_mean(supply, known))
        elif not _where_it_acts(inputs.pathway, one):
            what = "limits nothing: no effect of the intervention is on a move or a state in which children stay"
            yield Problem(resolved.place("interventions", key, "carried_by"), what, "remove it")
        elif supply in carrying and one.enabled:
            what = f"'{supply}' carries '{carrying[supply]}' already"
            yield Problem(where, what, "give each intervention a supply of its own in capacity.csv")
        if one.enabled:
            carrying.setdefault(supply, key)


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


def _faults_of_uses(inputs: Inputs) -> Iterator[Problem]:
    pathway = inputs.pathway
    supplies = {row.supply for row in inputs.capacity}
    for row in inputs.capacity_uses:
        yield from _unknown(row, "supply", row.supply, supplies, "supply")
        known, sort = (pathway.move_names, "move") if row.limits == "matches" else (pathway.state_counts, "state")
        yield from _unknown(row, "name", row.name, known, sort)
        moves = (("overflow_move", row.overflow_move), ("returning_move", row.returning_move))
        for column, move in moves:
            if row.limits == "places":
                yield from _unknown(row, column, move, pathway.move_names, "move")
            elif move:
                yield Problem(row.place(column), f"is for places, and this row limits {row.limits}", "leave it empty")
        if row.limits == "places" and row.name in pathway.state_counts:
            yield from _ways_round(pathway, row)


def _ways_round(pathway: Pathway, row: CapacityUseRow) -> Iterator[Problem]:
    """Overflow must lead out of the states with places, from each that can be arrived in, and returns into them."""
    inside = set(pathway.cells_of(row.name))
    arrows = pathway.arrows
    back, out = set(pathway.arrows_named(row.returning_move)), pathway.arrows_named(row.overflow_move)
    arrived = {
        a.target for i, a in enumerate(arrows) if a.target in inside and a.source not in inside and i not in back
    }
    without = arrived - {arrows[i].source for i in out if arrows[i].target not in inside}
    if without and out:
        cell = pathway.cells[min(without)].state.name
        yield Problem(
            row.place("overflow_move"), f"'{row.overflow_move}' does not lead out of '{cell}'", "give it a row"
        )
    if any(arrows[i].target not in inside or arrows[i].source in inside for i in back):
        yield Problem(row.place("returning_move"), f"'{row.returning_move}' does not lead into '{row.name}'")


def _where_it_acts(pathway: Pathway, one: Intervention) -> set[int]:
    """The cells in which the children stay whom its effects on moves and states are for."""
    arrows: list[int] = []
    for effect in one.effects:
        sort, name = effect.acts_on()
        if sort in {"move", "state"}:
            arrows += pathway.arrows_named(name) if sort == "move" else pathway.arrows_leaving(name)
    cells = {pathway.arrows[arrow].source for arrow in arrows}
    return {cell for cell in cells if pathway.cells[cell].state.kind == "stay"}


def _in_group(inputs: Inputs, word: str) -> list[int]:
    return [k for k, row in enumerate(inputs.capacity) if word in (row.supply, row.group)]


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


def _unknown(row: CapacityUseRow, column: str, word: str, known: Iterable[str], sort: str) -> Iterator[Problem]:
    words = set(known)
    if word not in words:
        yield Problem(row.place(column), f"unknown {sort} '{word}'", did_you_mean(word, words))
