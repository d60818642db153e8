"""What is wrong with the supplies, with what they limit, and with who carries an intervention."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from thrive_model.assemble.capacity import in_group, where_it_acts
from thrive_model.assemble.inputs import Inputs, here_and_in
from thrive_model.errors import Problem, did_you_mean
from thrive_model.pathway import Kind, Move, Pathway
from thrive_model.scenario import Resolved
from thrive_model.tables import CapacityUseRow

_WAYS = {
    "overflow_move": "name the move by which children go on when there is no place",
    "returning_move": "name the move by which children come back when there is one",
}


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """What is wrong with the capacity tables and with who carries an intervention."""
    yield from _faults_of_groups(inputs)
    for n, row in enumerate(inputs.capacity_uses):
        yield from _unknown(row, "supply", row.supply, {one.supply for one in inputs.capacity}, "supply")
        earlier = inputs.capacity_uses[:n]
        if row.limits == "places":
            yield from _faults_of_places(inputs, row, earlier)
        elif row.limits == "matches":
            yield from _faults_of_matches(inputs, row, earlier)
        else:
            yield from _unknown(row, "name", row.name, inputs.pathway.state_counts, "state")
        for column in _WAYS:
            if row.limits != "places" and getattr(row, column):
                limits = "matches" if row.limits == "matches" else "nothing"
                yield Problem(row.place(column), f"is for places, and this row limits {limits}", "leave it empty")
    yield from _faults_of_carrying(inputs, resolved)


def _faults_of_groups(inputs: Inputs) -> Iterator[Problem]:
    """A group that bears the name of a supply outside it, so that the word would mean both."""
    groups = {row.supply: row.group for row in inputs.capacity}
    for row in inputs.capacity:
        if groups.get(row.group, row.group) != row.group:
            what = f"'{row.group}' is also a supply of the group '{groups[row.group]}'"
            yield Problem(row.place("group"), what, "rename one of them")


def _faults_of_places(inputs: Inputs, row: CapacityUseRow, earlier: Sequence[CapacityUseRow]) -> Iterator[Problem]:
    pathway = inputs.pathway
    inside = _states(pathway, row.name)
    named = [
        *_unknown(row, "name", row.name, pathway.state_counts, "state"),
        *_faults_of_states(pathway, row, inside, earlier),
    ]
    yield from named
    for column, remedy in _WAYS.items():
        move = getattr(row, column)
        if not move:
            yield Problem(row.place(column), "must not be blank where places are limited", remedy)
        else:
            yield from _unknown(row, column, move, pathway.move_names, "move")
    if not named and row.overflow_move in pathway.move_names:
        leading = list(_faults_of_overflow(pathway, row, inside, earlier))
        yield from leading or _faults_of_rates(inputs, row)
    if not named:
        yield from _faults_of_returning(pathway, row, inside, earlier)


def _faults_of_states(
    pathway: Pathway, row: CapacityUseRow, inside: set[str], earlier: Sequence[CapacityUseRow]
) -> Iterator[Problem]:
    for state in sorted(inside):
        if _kind(pathway, state) != "stay":
            yield Problem(row.place("name"), f"children do not stay in '{state}'", "name a state of kind stay")
        for other in _with_places(pathway, earlier, state):
            what = f"'{state}' has its places from line {_line(other)}"
            yield Problem(row.place("name"), what, "let one row limit the places of a state")


def _faults_of_overflow(
    pathway: Pathway, row: CapacityUseRow, inside: set[str], earlier: Sequence[CapacityUseRow]
) -> Iterator[Problem]:
    """Overflow must lead out of each state that can be arrived in, once, to one where children stay."""
    where, name = row.place("overflow_move"), row.overflow_move
    overflow = _moves(pathway, name)
    if stray := sorted({move.source for move in overflow} - inside):
        what = f"'{name}' leads out of {', '.join(stray)} too, which '{row.name}' does not count"
        yield Problem(where, what, "name a move that leads out of the states with places alone")
    for state in sorted(_arrived_in(pathway, row, inside)):
        targets = [move.target for move in overflow if move.source == state]
        if inside.issuperset(targets):
            yield Problem(where, f"'{name}' does not lead out of '{state}'", "give it a row in moves.csv")
        elif len(targets) > 1:
            what = f"'{name}' leads from '{state}' to {' and '.join(sorted(targets))}"
            yield Problem(where, what, "keep one of those rows in moves.csv")
    for target in sorted({move.target for move in overflow} - inside):
        if _kind(pathway, target) != "stay":
            what = f"'{name}' leads to '{target}', where nobody stays"
            yield Problem(where, what, "name a move to a state of kind stay")
        yield from _out_of_order(pathway, where, target, earlier)


def _faults_of_rates(inputs: Inputs, row: CapacityUseRow) -> Iterator[Problem]:
    rates = [one for one in inputs.rates if one.move == row.overflow_move and (one.rate_per_year or one.share)]
    if rates:
        what = f"'{row.overflow_move}' is made for want of places alone, by line {_line(row)} of capacity_uses.csv"
        yield Problem(rates[0].place("rate_per_year"), f"{what}{here_and_in(rates)}", "give it a rate of 0")


def _faults_of_returning(
    pathway: Pathway, row: CapacityUseRow, inside: set[str], earlier: Sequence[CapacityUseRow]
) -> Iterator[Problem]:
    """Returning must lead into the states with places, from states in which children can wait for one."""
    where, name = row.place("returning_move"), row.returning_move
    returning = _moves(pathway, name)
    if astray := sorted({move.source for move in returning if move.target not in inside or move.source in inside}):
        what = f"'{name}' does not lead into '{row.name}' from {', '.join(astray)}"
        yield Problem(where, what, "name a move that leads into the states with places alone")
    for source in sorted({move.source for move in returning} - {*astray}):
        if _kind(pathway, source) != "stay":
            what = f"'{name}' leads out of '{source}', where nobody can wait for a place"
            yield Problem(where, what, "name a move out of a state of kind stay")
        yield from _out_of_order(pathway, where, source, earlier)


def _out_of_order(pathway: Pathway, where: str, state: str, earlier: Sequence[CapacityUseRow]) -> Iterator[Problem]:
    for other in _with_places(pathway, earlier, state):
        what = f"the places of '{state}' are filled before these, by line {_line(other)}"
        yield Problem(where, what, "put that row below this one")


def _faults_of_matches(inputs: Inputs, row: CapacityUseRow, earlier: Sequence[CapacityUseRow]) -> Iterator[Problem]:
    pathway, where = inputs.pathway, row.place("name")
    yield from _unknown(row, "name", row.name, pathway.move_names, "move")
    for source in sorted({move.source for move in _moves(pathway, row.name)}):
        if _kind(pathway, source) != "stay":
            what = f"'{row.name}' leads out of '{source}', where nobody can wait for a match"
            yield Problem(where, what, "name a move out of a state of kind stay")
    for other in earlier:
        if other.limits == "matches" and other.name == row.name:
            what = f"'{row.name}' takes units of '{other.supply}' by line {_line(other)}"
            yield Problem(where, what, "let one supply limit a move")
    for other in inputs.capacity_uses:
        if other.limits == "places" and row.name in (other.overflow_move, other.returning_move):
            what = f"'{row.name}' is limited by the places of line {_line(other)}"
            yield Problem(where, what, "let one supply limit a move")


def _faults_of_carrying(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    known = {word for row in inputs.capacity for word in (row.supply, row.group)}
    carrying: dict[int, str] = {}
    for key, one in resolved.scenario.interventions.items():
        if one.carried_by is None:
            continue
        supply, where = one.carried_by.supply, resolved.place("interventions", key, "carried_by", "supply")
        group = in_group(inputs, supply)
        others = sorted({carrying[k] for k in group if k in carrying})
        if supply not in known:
            yield Problem(where, f"unknown supply '{supply}'", did_you_mean(supply, known))
        elif not where_it_acts(inputs.pathway, one):
            what = "limits nothing: no effect of the intervention is on a move or a state in which children stay"
            yield Problem(resolved.place("interventions", key, "carried_by"), what, "remove it")
        elif others and one.enabled:
            what = f"'{supply}' carries {' and '.join(repr(other) for other in others)} already"
            yield Problem(where, what, "give each intervention a supply of its own in capacity.csv")
        if one.enabled:
            carrying.update((k, key) for k in group if k not in carrying)


def _arrived_in(pathway: Pathway, row: CapacityUseRow, inside: set[str]) -> set[str]:
    """The states with places that children newly come to from others, by a move or by the end of a stay."""
    by_move = {m.target for m in pathway.moves if m.source not in inside and m.name != row.returning_move}
    by_time = {state.then for state in pathway.states if state.name not in inside}
    return (by_move | by_time) & inside


def _with_places(pathway: Pathway, rows: Iterable[CapacityUseRow], state: str) -> list[CapacityUseRow]:
    return [row for row in rows if row.limits == "places" and state in _states(pathway, row.name)]


def _states(pathway: Pathway, word: str) -> set[str]:
    return {pathway.cells[cell].state.name for cell in pathway.cells_of(word)}


def _moves(pathway: Pathway, name: str) -> list[Move]:
    return [move for move in pathway.moves if move.name == name]


def _kind(pathway: Pathway, state: str) -> Kind:
    return next(one.kind for one in pathway.states if one.name == state)


def _line(row: CapacityUseRow) -> str:
    return row.where.rpartition(":")[2]


def _unknown(row: CapacityUseRow, column: str, word: str, known: Iterable[str], sort: str) -> Iterator[Problem]:
    words = set(known)
    if word not in words:
        yield Problem(row.place(column), f"unknown {sort} '{word}'", did_you_mean(word, words))
