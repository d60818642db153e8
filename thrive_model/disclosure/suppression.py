"""Which figures to hide so that no small count can be worked out: no more than need be, by linear programming.

A reader is taken to know everything but the counts themselves: how every figure is made of them, and which of them add
up to which. What such a reader can learn of a count is the least and the most it can be, given all that is published;
both are linear programs. A count from 1 to 5 is safe where it can be 1 or less and 5 or more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from thrive_model.parameters import Floats, Ints

Flags = NDArray[np.bool_]

FEWEST, MOST = 1.0, 5.0
"""A count that rounds to one of these or between is not published, nor one from which it could be worked out."""
LOW_END, HIGH_END = (-np.inf, FEWEST), (MOST, np.inf)
MARGIN, NOTHING, LITTLE, ROUNDS = 0.01, 1e-6, 0.1, 3
"""When cells are chosen: how far beyond 1 and 5 a count must reach; how far off is not at all, and how far is little;
and how often it is tried to be off in fewer cells."""


def is_small(counts: Floats) -> Flags:
    """Which counts round to 1, 2, 3, 4 or 5."""
    return np.asarray((counts >= FEWEST - 0.5) & (counts < MOST + 0.5))


@dataclass(frozen=True)
class System:
    """What a reader of one run can write down: counts that are not seen, what holds of them, and what is published.

    `balance` [B, N] times the N counts, each 0 or more, is 0. `rows` [R, N] times the counts lies from `low` to `high`
    [R] where its cell is published, and from `low_hidden` to `high_hidden` where that is hidden; `cells` [R] says which
    cell each is of, -1 one that everybody knows. `secrets` [S, N] times the counts are those that are small.
    """

    balance: sparse.csr_array
    rows: sparse.csr_array
    low: Floats
    high: Floats
    low_hidden: Floats
    high_hidden: Floats
    cells: Ints
    secrets: sparse.csr_array

    def bounds(self, hidden: Flags) -> tuple[Floats, Floats]:
        """What is known of each row where these cells are hidden."""
        away = (self.cells >= 0) & hidden[self.cells]
        return np.where(away, self.low_hidden, self.low), np.where(away, self.high_hidden, self.high)


@dataclass(frozen=True)
class Terms:
    """How cells may be hidden: `open_to` which may, `weights` what each costs, `follows` (a, b): b where a is, too."""

    open_to: Flags
    weights: Floats
    follows: Sequence[tuple[int, int]]

    def closed(self, hidden: Flags) -> Flags:
        """These cells and all that follow them."""
        found = hidden.copy()
        while True:
            more = [second for first, second in self.follows if found[first] and not found[second]]
            if not more:
                return found
            found[more] = True


def hidden_cells(systems: Sequence[System], primary: Flags, terms: Terms) -> Flags | None:
    """The cells to hide in every system alike, those given among them; None where even hiding all is not enough."""
    hidden = terms.closed(primary)
    for system in systems:
        for secret in exposed(system, hidden):
            alone = replace(system, secrets=system.secrets[[secret]])
            if not exposed(alone, hidden):
                continue  # what was hidden for another's sake is enough
            few = _few_more(alone, hidden, terms)
            enough = terms.closed(few if not exposed(alone, few) else hidden | terms.open_to)
            if exposed(alone, enough):
                return None
            hidden = enough
    return hidden


def exposed(system: System, hidden: Flags) -> list[int]:
    """The secrets that a reader can narrow to less than the whole of 1 to 5."""
    return sorted(
        {
            int(secret)
            for end, in_doubt in _doubts(system, hidden)
            for secret in np.flatnonzero(in_doubt)
            if not _can_be(system, hidden, int(secret), end)
        }
    )


def _doubts(system: System, hidden: Flags) -> list[tuple[tuple[float, float], Flags]]:
    """For each end of 1 to 5, which secrets are not there when as many as can be are sent there together."""
    number, counts = system.secrets.shape
    if not number:
        return []
    found = []
    blank = sparse.csr_array((system.rows.shape[0], number)), sparse.csr_array((system.balance.shape[0], number))
    for end, sign in ((LOW_END, -1.0), (HIGH_END, 1.0)):
        aim = MOST if sign > 0 else FEWEST
        beyond = sparse.hstack([sign * system.secrets, -sign * sparse.eye_array(number)], format="csr")
        low, high = system.bounds(hidden)
        tried = milp(
            np.concatenate([np.zeros(counts), np.full(number, -sign)]),
            constraints=[
                LinearConstraint(sparse.hstack([system.balance, blank[1]], format="csr"), 0.0, 0.0),
                LinearConstraint(sparse.hstack([system.rows, blank[0]], format="csr"), low, high),
                LinearConstraint(beyond, 0.0, np.inf),
            ],
            bounds=Bounds(
                np.concatenate([np.zeros(counts), np.full(number, -np.inf if sign > 0 else aim)]),
                np.concatenate([np.full(counts, np.inf), np.full(number, aim if sign > 0 else np.inf)]),
            ),
        )
        reached = np.full(number, np.nan) if tried.x is None else sign * (system.secrets @ tried.x[:counts])
        found.append((end, ~(reached >= sign * aim)))  # what is not a number is in doubt
    return found


def _can_be(system: System, hidden: Flags, secret: int, end: tuple[float, float]) -> bool:
    """Whether the counts can be such that all that is known holds and a secret is at one end, or beyond it."""
    found = milp(
        np.zeros(system.rows.shape[1]),
        constraints=[
            LinearConstraint(system.balance, 0.0, 0.0),
            LinearConstraint(system.rows, *system.bounds(hidden)),
            LinearConstraint(system.secrets[[secret]], *end),
        ],
    )
    return bool(found.status == 0)


def _few_more(system: System, hidden: Flags, terms: Terms) -> Flags:
    """Cheap cells whose hiding lets a system's one secret be both 1 or less and 5 or more, none too many; or none.

    Two sets of counts are sought, one with the secret at each end, that stray as little as can be from what is
    published; again, with straying dearer where there was little of it, so that it is in few cells. Those where there
    is any are hidden, but for such as are not needed then.
    """
    strays, prices = np.zeros(len(hidden)), terms.weights
    for _ in range(ROUNDS):
        found = _least_stray(system, hidden, terms, prices)
        if found is None:
            return hidden
        strays, prices = found, terms.weights / (found + LITTLE)
    chosen = terms.closed(hidden | (strays > NOTHING))
    for cell in sorted(np.flatnonzero(chosen & ~hidden), key=lambda cell: -terms.weights[cell]):
        without = chosen.copy()
        without[cell] = False
        if not terms.closed(without)[cell] and not exposed(system, without):
            chosen = without
    return chosen


def _least_stray(system: System, hidden: Flags, terms: Terms, prices: Floats) -> Floats | None:
    """How far each cell's figure is off in the two sets of counts that cost least, [cells]; None where there are none.

    The unknowns are the one set, the other, and how far each cell is off.
    """
    cells = len(hidden)
    low, high = system.bounds(hidden)
    may = (system.cells >= 0) & terms.open_to[system.cells] & ~hidden[system.cells]
    off = sparse.csr_array((np.ones(int(may.sum())), (np.flatnonzero(may), system.cells[may])), shape=(len(may), cells))
    constraints = []
    for at, end in enumerate(((-np.inf, FEWEST - MARGIN), (MOST + MARGIN, np.inf))):
        constraints += [
            LinearConstraint(_beside(system.balance, at, cells), 0.0, 0.0),
            LinearConstraint(_beside(system.rows, at, cells, -off), -np.inf, high),
            LinearConstraint(_beside(system.rows, at, cells, off), low, np.inf),
            LinearConstraint(_beside(system.secrets, at, cells), *end),
        ]
    counts = 2 * system.rows.shape[1]
    found = milp(np.concatenate([np.zeros(counts), prices]), constraints=constraints)
    return None if found.x is None else np.asarray(found.x[counts:])


def _beside(block: sparse.csr_array, at: int, cells: int, of_cells: sparse.csr_array | None = None) -> sparse.csr_array:
    """Rows over one of two sets of counts, and over the cells."""
    blank = sparse.csr_array(block.shape)
    last = sparse.csr_array((block.shape[0], cells)) if of_cells is None else of_cells
    return sparse.csr_array(sparse.hstack([*((block, blank) if at == 0 else (blank, block)), last]))
