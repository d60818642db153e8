"""Work moved and work no longer done: where children whom the programme diverts are counted instead.

Out of a state, n children leave in a year, the share s of them by one move. From doing nothing (0) to the scenario
(1) that move changes by

    (n1 - n0) s0  because fewer or more came this far, and  n1 (s1 - s0)  because they were sent another way.

The second sums to nobody over the moves out of a state: it is work moved, not work saved.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Floats
from thrive_model.pathway import Move
from thrive_model.results import Results


@dataclass(frozen=True)
class Diversion:
    """One move in one year and draw, children. `came` and `moved` sum to the change."""

    move: str
    meaning: str
    from_state: str
    to_state: str
    financial_year: str
    do_nothing: float
    scenario: float
    came: float
    moved: float

    @property
    def change(self) -> float:
        """Children who make the move in the scenario beyond those in doing nothing."""
        return self.scenario - self.do_nothing


@dataclass(frozen=True)
class Whereabouts:
    """Children in one state on 31 March of one year, in one draw; None stands for those who never came.

    Over all rows of a year the changes sum to nobody: whoever is not here is there.
    """

    state: str | None
    financial_year: str
    do_nothing: float
    scenario: float

    @property
    def change(self) -> float:
        """Children there in the scenario beyond those in doing nothing."""
        return self.scenario - self.do_nothing


def diversions(do_nothing: Results, scenario: Results, draw: int = 0) -> list[Diversion]:
    """Every move with a rate, in every year, in the order of moves.csv."""
    moves = scenario.assembled.pathway.moves
    meanings = {(row.move, row.from_state, row.to_state): row.meaning for row in scenario.assembled.inputs.moves}
    was, now = (np.array([_made(results, move, draw) for move in moves]) for results in (do_nothing, scenario))
    rows = []
    for i, move in enumerate(moves):
        out = [j for j, other in enumerate(moves) if other.source == move.source]
        came, moved = _split(was[i], now[i], was[out].sum(axis=0), now[out].sum(axis=0))
        meaning = meanings[move.name, move.source, move.target]
        for y, year in enumerate(scenario.years):
            figures = (float(part[y]) for part in (was[i], now[i], came, moved))
            rows.append(Diversion(move.name, meaning, move.source, move.target, str(year), *figures))
    return rows


def whereabouts(do_nothing: Results, scenario: Results, draw: int = 0) -> list[Whereabouts]:
    """Where children are at the end of every year; those who have not come from outside since the start are fewer."""
    pathway = scenario.assembled.pathway
    cells: dict[str, list[int]] = {}
    for c, cell in enumerate(pathway.cells):
        if cell.state.kind == "stay":
            cells.setdefault(cell.state.name, []).append(c)
    both = do_nothing, scenario
    found = {state: [results.in_cells_at_year_end(held)[:, draw] for results in both] for state, held in cells.items()}
    never_came: tuple[str | None, list[Floats]] = (None, [-_entered(results, draw) for results in both])
    return [
        Whereabouts(state, str(year), float(was[y]), float(now[y]))
        for y, year in enumerate(scenario.years)
        for state, (was, now) in (*found.items(), never_came)
    ]


def _entered(results: Results, draw: int) -> Floats:
    """Children who came from outside since the start of the run, by the end of each year, [Y]."""
    pathway = results.assembled.pathway
    outside = set(pathway.cells_of_kind("outside"))
    arrows = [e for e, arrow in enumerate(pathway.arrows) if arrow.source in outside]
    return np.asarray(np.cumsum(results.moved_by(arrows)[:, draw]))


def _made(results: Results, move: Move, draw: int) -> Floats:
    arrows = [e for e, arrow in enumerate(results.assembled.pathway.arrows) if arrow.move == move]
    return results.moved_by(arrows)[:, draw]


def _split(was: Floats, now: Floats, all_was: Floats, all_now: Floats) -> tuple[Floats, Floats]:
    """What of a change is fewer or more coming this far, and what is another way taken, [Y] each."""
    share_was = np.divide(was, all_was, out=np.zeros_like(was), where=all_was > 0)
    share_was = np.where(all_was > 0, share_was, np.divide(now, all_now, out=np.zeros_like(now), where=all_now > 0))
    came = (all_now - all_was) * share_was
    return came, now - was - came
