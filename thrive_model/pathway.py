"""What states there are and which moves between them exist, unfolded into the cells the engine steps through.

A *state* as a council would list it ("residential") may be timed: then it unfolds into one cell for each
duration band, and the time spent is read off a *clock* that all states of that clock share. A child who changes
placement keeps the clock of care; a child who enters care starts it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from thrive_model.errors import InputError, Problem, did_you_mean

Kind = Literal["outside", "stay", "decision"]
TIME_PASSES = "time_passes"


@dataclass(frozen=True)
class State:
    """A state as the table lists it.

    `kind`: *outside* is the population that is not known to the service; children *stay* in a state; a
    *decision* holds nobody: whoever reaches it in a month is sent on in the same month.
    `band_starts` are months on the `clock` at which each duration band begins (empty: not timed).
    `stay_months` is the longest stay in an untimed state, after which children go `then`.
    `counts` are the words under which outputs and cost lines count the children in it.
    """

    name: str
    kind: Kind = "stay"
    counts: frozenset[str] = frozenset()
    clock: str = ""
    band_starts: tuple[int, ...] = ()
    stay_months: int | None = None
    then: str = ""
    where: str = ""


@dataclass(frozen=True)
class Move:
    """An arrow from one state to another, under the name its rate is given by; several arrows may share a name."""

    name: str
    source: str
    target: str
    counts: frozenset[str] = frozenset()
    where: str = ""


@dataclass(frozen=True)
class Cell:
    """One engine state: a state, or one duration band of it. `from_month` and `to_month` bound the band."""

    state: State
    from_month: int = 0
    to_month: int | None = None

    @property
    def name(self) -> str:
        """`residential_6_24m`, or the state's own name where it is not timed."""
        if not self.state.band_starts:
            return self.state.name
        end = "on" if self.to_month is None else str(self.to_month)
        return f"{self.state.name}_{self.from_month}_{end}m"

    @property
    def longest_stay(self) -> float:
        """Months after which time itself moves the child on; infinite where it never does."""
        if self.state.band_starts:
            return float("inf") if self.to_month is None else float(self.to_month - self.from_month)
        return float("inf") if self.state.stay_months is None else float(self.state.stay_months)


@dataclass(frozen=True)
class Arrow:
    """One engine move: a move between two cells, by their indices. `move` is None where only time passes."""

    move: Move | None
    source: int
    target: int

    @property
    def name(self) -> str:
        """The name its rate is given by."""
        return self.move.name if self.move else TIME_PASSES


@dataclass(frozen=True)
class Pathway:
    """States and moves, and the cells and arrows they unfold into.

    Cells are ordered outside, stay, decision; arrows by the cell they leave. Decisions keep the order of the
    table, which must be one in which a child can pass through them.
    """

    states: tuple[State, ...]
    moves: tuple[Move, ...]
    cells: tuple[Cell, ...] = field(init=False)
    arrows: tuple[Arrow, ...] = field(init=False)

    def __post_init__(self) -> None:
        """Refuse what cannot be a pathway (all faults at once), then unfold."""
        problems = list(_faults(self.states, self.moves))
        if problems:
            raise InputError(problems)
        object.__setattr__(self, "cells", _unfold_states(self.states))
        object.__setattr__(self, "arrows", tuple(sorted(self._unfold_moves(), key=lambda a: (a.source, a.target))))

    @cached_property
    def state_names(self) -> frozenset[str]:
        """Names of all states."""
        return frozenset(state.name for state in self.states)

    @cached_property
    def move_names(self) -> frozenset[str]:
        """Names of all moves that have a rate."""
        return frozenset(move.name for move in self.moves)

    @cached_property
    def state_counts(self) -> frozenset[str]:
        """Every word a state is counted under; a state's own name is one."""
        return self.state_names.union(*(state.counts for state in self.states))

    @cached_property
    def move_counts(self) -> frozenset[str]:
        """Every word a move is counted under; a move's own name is one."""
        return self.move_names.union(*(move.counts for move in self.moves))

    def cells_of(self, word: str) -> list[int]:
        """Indices of the cells of the state with this name, or of all states counted under this word."""
        return [i for i, cell in enumerate(self.cells) if word == cell.state.name or word in cell.state.counts]

    def arrows_of(self, word: str) -> list[int]:
        """Indices of the arrows of the move with this name, or of all moves counted under this word."""
        return [i for i, a in enumerate(self.arrows) if a.move and (word == a.move.name or word in a.move.counts)]

    def arrows_named(self, move: str) -> list[int]:
        """Indices of the arrows of the move with this name alone."""
        return [i for i, arrow in enumerate(self.arrows) if arrow.move and arrow.move.name == move]

    def arrows_leaving(self, state: str) -> list[int]:
        """Indices of the arrows of the moves out of the state with this name, time passing apart."""
        return [i for i, a in enumerate(self.arrows) if a.move and self.cells[a.source].state.name == state]

    def cells_of_kind(self, kind: Kind) -> list[int]:
        """Indices of the cells of one kind."""
        return [i for i, cell in enumerate(self.cells) if cell.state.kind == kind]

    def _unfold_moves(self) -> Iterable[Arrow]:
        index = {(cell.state.name, cell.from_month): i for i, cell in enumerate(self.cells)}
        clocks = {state.name: state.clock for state in self.states}
        for i, cell in enumerate(self.cells):
            if cell.to_month is not None:
                yield Arrow(None, i, index[cell.state.name, cell.to_month])
            elif cell.state.then:
                yield Arrow(None, i, index[cell.state.then, 0])
            for move in self.moves:
                if move.source == cell.state.name:
                    same_clock = cell.state.clock and clocks[move.target] == cell.state.clock
                    yield Arrow(move, i, index[move.target, cell.from_month if same_clock else 0])


def _unfold_states(states: Iterable[State]) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for kind in ("outside", "stay", "decision"):
        for state in states:
            if state.kind == kind:
                starts = state.band_starts or (0,)
                ends = [*starts[1:], None]
                cells.extend(Cell(state, start, end) for start, end in zip(starts, ends, strict=True))
    return tuple(cells)


def _faults(states: tuple[State, ...], moves: tuple[Move, ...]) -> Iterable[Problem]:
    yield from _state_faults(states)
    yield from _move_faults({state.name: state for state in states}, moves)


def _state_faults(states: tuple[State, ...]) -> Iterable[Problem]:
    names = {state.name for state in states}
    bands: dict[str, State] = {}
    seen: set[str] = set()
    for state in states:
        where = state.where or state.name
        if state.name in seen:
            yield Problem(where, f"state '{state.name}' stands here a second time", "give each state one row")
        seen.add(state.name)
        if state.band_starts and (
            state.band_starts[0] != 0 or list(state.band_starts) != sorted(set(state.band_starts))
        ):
            yield Problem(where, f"duration bands of '{state.name}' must begin at 0 and rise", "such as 0;6;24")
        if state.then and state.then not in names:
            yield Problem(where, f"unknown state '{state.then}'", did_you_mean(state.then, names))
        if (state.stay_months is None) != (not state.then):
            yield Problem(where, f"'{state.name}' needs both a longest stay and where children then go, or neither")
        if state.clock:
            first = bands.setdefault(state.clock, state)
            if first.band_starts != state.band_starts:
                yield Problem(
                    where, f"'{state.name}' and '{first.name}' share the clock '{state.clock}' but not its bands"
                )


def _move_faults(states: dict[str, State], moves: tuple[Move, ...]) -> Iterable[Problem]:
    order = {name: n for n, name in enumerate(states)}
    seen: set[tuple[str, str, str]] = set()
    for move in moves:
        where = move.where or move.name
        unknown = [name for name in (move.source, move.target) if name not in states]
        for name in unknown:
            yield Problem(where, f"unknown state '{name}'", did_you_mean(name, states))
        if unknown:
            continue
        if (move.name, move.source, move.target) in seen:
            yield Problem(where, f"a move from '{move.source}' to '{move.target}' stands here a second time")
        seen.add((move.name, move.source, move.target))
        if move.source == move.target:
            yield Problem(where, f"'{move.source}' moves to itself", "staying needs no row")
        if states[move.target].kind == "outside":
            yield Problem(where, f"'{move.target}' is outside the service and cannot be moved to")
        both_decide = states[move.source].kind == states[move.target].kind == "decision"
        if both_decide and order[move.source] > order[move.target]:
            yield Problem(
                where,
                f"decision '{move.target}' comes before '{move.source}'",
                "list decisions in the order they are taken",
            )
    sources = {move.source for move in moves}
    for name, state in states.items():
        if state.kind == "decision" and name not in sources:
            yield Problem(state.where or name, f"decision '{name}' has no way out", "add a move from it")
