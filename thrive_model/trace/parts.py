"""What each answer of the results is a sum of: ledger lines, states, moves, supplies, rows; with what they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from thrive_model.assemble.cost_lines import partners_line
from thrive_model.assumptions import Footing
from thrive_model.ledger import NOT_ITEMISED
from thrive_model.parameters import Floats
from thrive_model.pathway import Arrow
from thrive_model.results import Results
from thrive_model.sums import added
from thrive_model.supply_account import accounts
from thrive_model.trace import inputs
from thrive_model.trace.inputs import Change

NOTHING: Mapping[str, float] = {}
UNITS = {
    "pounds_per_child_week": "child-weeks in {}",
    "pounds_per_event": "moves counted as {}",
    "pounds_per_team_year": "team-months for the children in {}",
}
"""What a cost line charges for, by its unit."""
TURNED_18 = "turned 18"
TIME_PASSED = "time passed"
Years = Sequence[int]


@dataclass(frozen=True)
class Part:
    """One of the things that a figure is the sum of.

    `units` is how many of what `of` says are behind it: child-weeks, events, or the children whom a move took from.
    `payers` divides pounds by who paid. `rests_on` are rows of tables and settings; `changed_by`, settings that change
    what those come to.
    """

    part: str
    amount: float
    units: float | None = None
    of: str = ""
    payers: Mapping[str, float] = field(default_factory=dict)
    rests_on: tuple[Footing, ...] = ()
    changed_by: tuple[Change, ...] = ()


def ledger_lines(results: Results, every: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Pounds by line: of each question, the rows that match its words (`line residential`)."""
    for words in every:
        rows = results.ledger.rows(**dict(word.split(" ", 1) for word in words))
        for line in dict.fromkeys(results.ledger.lines[row] for row in rows):
            payers: dict[str, float] = {}
            for row in (row for row in rows if results.ledger.lines[row] == line):
                paid = _in_years(results.by_year(results.ledger.amount[row]), years)
                payers[results.ledger.funding[row]] = payers.get(results.ledger.funding[row], 0.0) + paid
            yield _line(results, line, payers, years)


def _line(results: Results, line: str, payers: Mapping[str, float], years: Years) -> Part:
    assembled = results.assembled
    amount = sum(payers.values())
    row = next((row for row in assembled.inputs.cost_lines if row.line == line), None)
    if row is not None:
        units = _in_years(results.units_charged[assembled.costs.names.index(line)], years)
        return Part(
            line,
            amount,
            units if row.unit in UNITS else None,
            UNITS.get(row.unit, "").format(row.driver),
            payers,
            (*inputs.rows_of(assembled, "cost_lines", [row]), *inputs.prices_of(assembled, row, years)),
            tuple(inputs.on_line(assembled, row, years)),
        )
    if line == NOT_ITEMISED:
        drawn = [one for one in assembled.inputs.fund if one.financial_year in {results.years[y] for y in years}]
        return Part(line, amount, payers=payers, rests_on=tuple(inputs.rows_of(assembled, "fund", drawn)))
    known = {key: name for name in assembled.resolved.scenario.active for key in (name, partners_line(name))}
    return Part(line, amount, payers=payers, rests_on=tuple(inputs.cost_settings(assembled, known[line], years)))


def states_at_year_end(results: Results, every: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Children at 31 March by state."""
    for (word,) in every:
        for state, cells in _cells_by_state(results, word).items():
            amount = _in_years(results.in_cells_at_year_end(cells), years)
            yield Part(state, amount, rests_on=(_state(results, state),))


def child_weeks(results: Results, every: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Child-weeks by state."""
    for (word,) in every:
        for state in _cells_by_state(results, word):
            yield Part(state, _in_years(results.weeks_in(state), years), rests_on=(_state(results, state),))


def moves_in_year(results: Results, every: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Children moved, by move and the states it leads from and to."""
    arrows = results.assembled.pathway.arrows
    for (word,) in every:
        yield from _by_move(results, [arrows[e] for e in results.assembled.pathway.arrows_of(word)], years)


def leavers(results: Results, every: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Children who left, by move; then those who turned 18."""
    pathway = results.assembled.pathway
    for (word,) in every:
        inside = set(pathway.cells_of(word))
        out = [arrow for arrow in pathway.arrows if arrow.source in inside and arrow.target not in inside]
        yield from _by_move(results, out, years)
        yield _grown_up(results, inside, years)


def movement(results: Results, every: Sequence[Sequence[str]], years: Years) -> tuple[Part, ...]:
    """A stock at 31 March as an account of the year: those at its start, who came by each move, less who left."""
    cells = {cell for (word,) in every for cell in results.assembled.pathway.cells_of(word)}
    if len(years) != 1 or len(every) != 1:
        return ()
    arrows = results.assembled.pathway.arrows
    came = [arrow for arrow in arrows if arrow.target in cells and arrow.source not in cells]
    left = [arrow for arrow in arrows if arrow.source in cells and arrow.target not in cells]
    parts = (
        _opening(results, cells, years[0]),
        *sorted(_by_move(results, came, years), key=_size),
        *(_taken_off(part) for part in sorted(_by_move(results, left, years), key=_size)),
        _taken_off(_grown_up(results, cells, years)),
    )
    return tuple(part for part in parts if part.amount)


def supply_units(results: Results, every: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Units of supplies at 31 March, each with its row of capacity.csv."""
    assembled = results.assembled
    for row in assembled.inputs.capacity:
        if any({row.supply, row.group} & set(words) for words in every):
            k = [one.supply for one in assembled.inputs.capacity].index(row.supply)
            held = results.trajectory.supply[results.marches + 1][:, k]
            rests_on = tuple(inputs.rows_of(assembled, "capacity", [row]))
            changes = tuple(inputs.on_supply(assembled, row.supply, years))
            yield Part(row.supply, _in_years(held, years), rests_on=rests_on, changed_by=changes)


def supply_movement(results: Results, every: Sequence[Sequence[str]], years: Years) -> tuple[Part, ...]:
    """Supplies as an account of the year: units at its start, who joined, less who were used and lost."""
    named = [row.supply for row in results.assembled.inputs.capacity if {row.supply, row.group} & set(every[0])]
    if len(every) != 1 or len(years) != 1:
        return ()
    of_year = [one for one in accounts(results) if one.financial_year == str(results.years[years[0]])]
    held = [one for one in of_year if one.supply in named]
    signs = {"opening": 1.0, "joined": 1.0, "used": -1.0, "lost": -1.0}
    parts = (Part(part, sign * sum(getattr(one, part) for one in held)) for part, sign in signs.items())
    return tuple(part for part in parts if part.amount)


def places_of_units(results: Results, every: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Places by supply: its units, and how many places each of them is."""
    assembled = results.assembled
    for k, row in enumerate(assembled.inputs.capacity):
        if any({row.supply, row.group} & set(words) for words in every):
            for place in (place for place in assembled.parameters.places if place.supply == k):
                units = _in_years(results.trajectory.supply[results.marches + 1][:, k], years)
                uses = [one for one in assembled.inputs.capacity_uses if one.supply == row.supply]
                limits = [one for one in uses if one.limits == "places"]
                rests_on = inputs.rows_of(assembled, "capacity_uses", limits)
                yield Part(row.supply, units * place.per_unit, units, f"units of {row.supply}", {}, tuple(rests_on))


def held_back(results: Results, every: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Children who waited in March, by the supply that they waited for."""
    assembled = results.assembled
    for m, match in enumerate(assembled.parameters.matches):
        row = assembled.inputs.capacity[match.supply]
        if any({row.supply, row.group} & set(words) for words in every):
            waited = _in_years(results.trajectory.waiting[results.marches][:, m], years)
            uses = [one for one in assembled.inputs.capacity_uses if one.supply == row.supply]
            limits = [one for one in uses if one.limits == "matches"]
            yield Part(row.supply, waited, rests_on=tuple(inputs.rows_of(assembled, "capacity_uses", limits)))


def people(results: Results, _: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """Children in the county by age, from the estimate that the year takes."""
    rows = results.assembled.inputs.population
    for y in years:
        taken = max(row.mid_year for row in rows if row.mid_year <= results.years[y].start)
        for row in (row for row in rows if row.mid_year == taken):
            rests_on = tuple(inputs.rows_of(results.assembled, "population", [row]))
            yield Part(f"aged {row.age}, mid-{row.mid_year}", row.persons, rests_on=rests_on)


def outturn(results: Results, _: Sequence[Sequence[str]], years: Years) -> Iterator[Part]:
    """The base budget by line of the section 251 return, once for each of the years."""
    assembled = results.assembled
    base = assembled.resolved.scenario.pressure.base_year
    covered = {row.section_251 for row in assembled.inputs.cost_lines}
    for row in assembled.inputs.section_251:
        if row.financial_year == base and row.section_251 in covered:
            rests_on = tuple(inputs.rows_of(assembled, "section_251", [row]))
            yield Part(f"{row.section_251}, {base}", row.gross * len(years), rests_on=rests_on)


PARTS: Mapping[str, Callable[[Results, Sequence[Sequence[str]], Years], Iterator[Part]]] = {
    "spent": ledger_lines,
    "at_year_end": states_at_year_end,
    "weeks_in": child_weeks,
    "in_year": moves_in_year,
    "left": leavers,
    "units": supply_units,
    "places": places_of_units,
    "waiting": held_back,
    "population": people,
    "base_budget": outturn,
}
"""How the answer to each question that results are asked is taken apart."""
MOVEMENTS: Mapping[str, Callable[[Results, Sequence[Sequence[str]], Years], tuple[Part, ...]]] = {
    "at_year_end": movement,
    "units": supply_movement,
}
"""Of which answers there is an account of the year, too."""


def _by_move(results: Results, arrows: Sequence[Arrow], years: Years) -> Iterator[Part]:
    """Children who moved by some arrows; those of one move between the same two states are one part."""
    pathway = results.assembled.pathway
    groups: dict[tuple[str, str, str], list[Arrow]] = {}
    for arrow in arrows:
        name = arrow.name if arrow.move else TIME_PASSED
        ends = (pathway.cells[arrow.source].state.name, pathway.cells[arrow.target].state.name)
        groups.setdefault((name, *ends), []).append(arrow)
    for (name, source, target), ones in groups.items():
        indices = [pathway.arrows.index(arrow) for arrow in ones]
        moved = _in_years(results.moved_by(indices), years)
        units, of = _whence(results, source, years)
        rests_on = tuple(inputs.rates(results.assembled, ones, years)) if ones[0].move else (_state(results, source),)
        changes = tuple(inputs.on_moves(results.assembled, ones, years))
        yield Part(f"{name}: {source} to {target}", moved, units, of, {}, rests_on, changes)


def _whence(results: Results, state: str, years: Years) -> tuple[float, str]:
    """How many a move out of a state could take: its mean stock, who came to decide, or children in the county."""
    assembled = results.assembled
    cells = assembled.pathway.cells_of(state)
    kind = assembled.pathway.cells[cells[0]].state.kind
    if kind == "outside":
        exposed = added(assembled.parameters.exposure, 1)[:, None]
        return _mean(results, exposed, years), f"children in {state}, on average"
    if kind == "decision":
        into = [e for e, arrow in enumerate(assembled.pathway.arrows) if arrow.target in set(cells)]
        return _in_years(results.moved_by(into), years), f"children who came to {state}"
    held = added(results.trajectory.stock[:, cells], 1, 2)
    return _mean(results, (held[:-1] + held[1:]) / 2.0, years), f"children in {state}, on average"


def _opening(results: Results, cells: set[int], y: int) -> Part:
    """Children in some cells at the end of the year before; in the first year, as opening_stock.csv has them."""
    before = 0 if y == 0 else int(results.marches[y - 1]) + 1
    amount = float(added(results.trajectory.stock[before][sorted(cells)], 0, 1)[0])
    assembled = results.assembled
    states = {assembled.pathway.cells[cell].state.name for cell in cells}
    eve = assembled.resolved.scenario.start.plus(-1)
    rows = [row for row in assembled.inputs.opening_stock if row.month_end == eve and row.state in states]
    rests_on = tuple(inputs.rows_of(assembled, "opening_stock", rows)) if y == 0 else ()
    return Part(f"at 31 March {results.years[y].start}", amount, rests_on=rests_on)


def _grown_up(results: Results, cells: set[int], years: Years) -> Part:
    return Part(TURNED_18, _in_years(results.turned_18_in(cells), years))


def _taken_off(part: Part) -> Part:
    """A part that leaves: the same, below nought."""
    return Part(part.part, -part.amount, part.units, part.of, part.payers, part.rests_on, part.changed_by)


def _state(results: Results, name: str) -> Footing:
    """The row that declares a state, and says under which words it is counted."""
    row = next(row for row in results.assembled.inputs.states if row.state == name)
    return Footing(f"states.{name}", "", row.source, "", "", row.meaning, row.where, row.meaning)


def _cells_by_state(results: Results, word: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for cell in results.assembled.pathway.cells_of(word):
        found.setdefault(results.assembled.pathway.cells[cell].state.name, []).append(cell)
    return found


def _in_years(yearly: Floats, years: Years) -> float:
    """The sum over some years, of the first draw."""
    return float(sum(yearly[y, 0] for y in years))


def _mean(results: Results, monthly: Floats, years: Years) -> float:
    """The mean over the months of some years, of the first draw."""
    return float(monthly[np.isin(results.assembled.year_of_month, years), 0].mean())


def _size(part: Part) -> float:
    return -part.amount
