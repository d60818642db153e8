"""The monthly step with whole children, who move by chance: the same steps in the same order as the specification.

Where that moves the share of the children who are expected to move, this draws who does:

1. entrants are Poisson, with the mean expected;
2. of the children alike (cell, rate band of age), as many leave by each arrow as a multinomial has it;
3. additions are a whole number, its mean the one expected, taken at random from those whom no move has taken;
4. of those who need units of a supply as many whole children move as there are units for, at random;
5. each child who reaches a decision is sent on by the weights of its moves;
6. of new arrivals those beyond the whole places free overflow, at random, and so with returns;
7. ageing is exact, as there.

Units of supplies themselves stay what is expected: they are not drawn. Children live inside a run alone, as counts
by cell, age and draw and as short lists of those who move; what it hands on are counts.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thrive_model.engine.chance import at_random, leavers, rounded, ways, whole
from thrive_model.engine.hazards import Hazards
from thrive_model.engine.limits import PlaceKeeper, share_carried
from thrive_model.engine.specification import probabilities
from thrive_model.engine.standing import Standing
from thrive_model.engine.trajectory import EVERYTHING, Recorded, Trajectory
from thrive_model.parameters import Addition, Floats, Ints, Matches, Parameters
from thrive_model.sums import summed


def run_whole(p: Parameters, random: np.random.Generator, record: Recorded = EVERYTHING) -> Trajectory:
    """Step whole children through every month, each of the parameters' D draws by its own chance.

    For several draws of the same parameters spread one of their arrays over them (`np.broadcast_to`). The same
    parameters and the same state of `random` give the same trajectory, to the last bit; other blocks of draws do not.
    ValueError where a child reaches a decision that no weight leads out of.
    """
    hazards = Hazards.of(p)
    keepers = [PlaceKeeper.of(p, place) for place in p.places]
    entering = range(int(np.searchsorted(p.source, p.first_stay)))
    moves = _Moves(p, random)

    kept = Trajectory.to_record(p, record)
    standing = Standing(p, kept, record, rounded(np.broadcast_to(p.opening, (*p.opening.shape[:2], p.draws)), random))
    now = standing.now
    for month in range(p.months):
        stock, units = standing.stock, standing.units
        chance = probabilities(p, month, stock, units, hazards)
        moves.begin()
        for arrow in entering:
            moves.enter(arrow, p.exposure[month][:, None] * chance[arrow, p.band_of_age])
        for cell in range(p.first_stay, p.first_decision):
            moves.leave(cell, now[cell], stock[cell], chance)
        for addition in p.additions:
            carried = share_carried(addition.reach, month, stock, units)
            moves.add(addition, now, p.exposure[month], addition.children[month] * carried)
        for m, match in enumerate(p.matches):
            standing.keep_waiting(month, m, moves.hold_to_units(match, units))
        for cell in range(p.first_decision, len(p.opening)):
            moves.pass_on(cell, chance)
        for keeper in keepers:
            moves.fill_places(keeper, stock, units)
        moves.carry_out(now)
        if record.flow:
            standing.keep_flow(month, slice(None), moves.by_band())
        standing.end_month(month)
    return kept


class _Moves:
    """The children who move in a month: for each arrow, where those who move by it are, as age times D plus draw."""

    def __init__(self, p: Parameters, random: np.random.Generator) -> None:
        self._p, self._random, self._draws = p, random, p.draws
        self._shape = len(p.band_of_age), p.draws
        self._groups = p.hazard.shape[2] * p.draws
        self._group = (p.band_of_age[:, None] * p.draws + np.arange(p.draws)).ravel()
        self._out = np.searchsorted(p.source, np.arange(len(p.longest_stay) + 1))
        self._everywhere = np.arange(self._group.size)
        self.begin()

    def begin(self) -> None:
        """Nobody moves yet."""
        self._at = [np.zeros(0, dtype=np.intp)] * len(self._p.source)

    def enter(self, arrow: int, expected: Floats) -> None:
        """Let children come from outside, [A, D] of whom are expected."""
        self._at[arrow] = _places(self._random.poisson(expected))

    def leave(self, cell: int, now: Floats, there: Floats, chance: Floats) -> None:
        """Let some of the children `now[A, D]`, by band `there[B, D]`, leave a cell by its arrows."""
        arrows = range(self._out[cell], self._out[cell + 1])
        if not arrows or not there.any():
            return
        by_arrow = chance[arrows.start : arrows.stop].reshape(len(arrows), self._groups).cumsum(axis=0)
        children = np.repeat(self._everywhere, now.ravel().astype(np.intp))
        self._send(*leavers(self._group, children, by_arrow, self._random), arrows)

    def _send(self, children: Ints, way: NDArray[np.int8], arrows: range) -> None:
        """Send each child by the arrow it takes, counted from the first of them."""
        for n, arrow in enumerate(arrows):
            self._at[arrow] = children[np.flatnonzero(way == n)]

    def add(self, addition: Addition, now: Floats, outside: Floats, expected: Floats) -> None:
        """Move a whole number more, [D] expected: any of those there alike, and no more than there are."""
        p = self._p
        sources, way = np.unique(p.source[addition.arrows], return_inverse=True)
        there = np.zeros((len(sources), *self._shape))
        for i, source in enumerate(sources):
            if source < p.first_stay:
                there[i] = rounded(np.broadcast_to(outside[:, None], self._shape), self._random)
            else:
                gone, _ = self._by(np.arange(self._out[source], self._out[source + 1]))
                there[i] = now[source] - np.bincount(gone, minlength=now[source].size).reshape(self._shape)
        there[:, ~np.isin(p.band_of_age, addition.bands)] = 0.0
        most = rounded(np.broadcast_to(expected, self._draws), self._random)
        taken = self._of_each(there.astype(np.intp), np.minimum(most, summed(there)).astype(np.intp))
        for i in range(len(sources)):
            ways = addition.arrows[way == i]
            at = _places(taken[i])
            chosen = self._random.integers(len(ways), size=len(at))
            for n, arrow in enumerate(ways):
                self._at[arrow] = np.concatenate([self._at[arrow], at[chosen == n]])

    def hold_to_units(self, match: Matches, units: Floats) -> Floats:
        """Hold the moves to the units there are and take those used, in place; returns the children who wait, [D]."""
        wanted = self._by_draw(match.arrows)
        moved = np.minimum(wanted, whole(units[match.supply] / match.per_child))
        self._keep(match.arrows, moved)
        units[match.supply] = np.maximum(units[match.supply] - moved * match.per_child, 0.0)
        return wanted - moved

    def pass_on(self, decision: int, chance: Floats) -> None:
        """Send on at once whoever reached a decision this month."""
        arriving, _ = self._by(np.flatnonzero(self._p.target == decision))
        if not len(arriving):
            return
        arrows = range(self._out[decision], self._out[decision + 1])
        group = self._group[arriving]
        by_arrow = chance[arrows.start : arrows.stop].reshape(len(arrows), self._groups).cumsum(axis=0)
        if not (arrows and np.isfinite(by_arrow[-1][group]).all()):
            raise ValueError("children reach a decision that no move with a weight above 0 leads out of")
        self._send(arriving, ways(self._random.random(len(arriving)), by_arrow, group), arrows)

    def fill_places(self, keeper: PlaceKeeper, stock: Floats, units: Floats) -> None:
        """Send new arrivals beyond the free places on by the overflow arrows, and hold returns to what is left free."""
        place = keeper.place
        occupied = summed(stock[place.cells]) - self._by_draw(keeper.leaving)
        free = np.maximum(whole(units[place.supply] * place.per_unit - occupied), 0.0)
        arriving, arrow = self._by(keeper.new)
        beyond = self._by_draw(keeper.new) - free
        over = at_random(arriving % self._draws, beyond, self._random)
        for overflow, new in keeper.overflowing:
            self._at[overflow] = arriving[over[np.isin(arrow[over], new)]]
        self._keep(place.returning, np.maximum(-beyond, 0.0))

    def carry_out(self, now: Floats) -> None:
        """Move the children of `now[S, A, D]`, in place."""
        p = self._p
        children, stays = now.reshape(len(now), -1), range(p.first_stay, p.first_decision)
        for at, source, target in zip(self._at, p.source.tolist(), p.target.tolist(), strict=True):
            if source in stays:
                np.subtract.at(children[source], at, 1.0)
            if target in stays:
                np.add.at(children[target], at, 1.0)

    def by_band(self) -> Floats:
        """How many children move by each arrow, [E, B, D]."""
        moved = np.zeros((len(self._at), self._groups))
        for at, count in zip(self._at, moved, strict=True):
            count[:] = np.bincount(self._group[at], minlength=self._groups)
        return moved.reshape(len(self._at), self._groups // self._draws, self._draws)

    def _by(self, arrows: Ints) -> tuple[Ints, Ints]:
        """Where each child is who moves by some arrows, and by which of them."""
        some = [self._at[arrow] for arrow in arrows]
        return np.concatenate([np.zeros(0, dtype=np.intp), *some]), np.repeat(arrows, [len(at) for at in some])

    def _by_draw(self, arrows: Ints) -> Floats:
        """How many children move by some arrows, [D]."""
        return np.bincount(self._by(arrows)[0] % self._draws, minlength=self._draws).astype(float)

    def _keep(self, arrows: Ints, most: Floats) -> None:
        """Let no more than `most[D]` children move by some arrows, taken at random; the others stay where they are."""
        at, by = self._by(arrows)
        kept = at_random(at % self._draws, most, self._random)
        for arrow in arrows:
            self._at[arrow] = at[kept[by[kept] == arrow]]

    def _of_each(self, there: Ints, wanted: Ints) -> Ints:
        """Of the children `there[..., D]` so many of each draw, at random without replacement."""
        taken = np.zeros_like(there)
        for draw, number in enumerate(wanted):
            some = there[..., draw]
            taken[..., draw] = self._random.multivariate_hypergeometric(some.ravel(), number).reshape(some.shape)
        return taken


def _places(children: Ints) -> Ints:
    """Where each of the children `[A, D]` is."""
    return np.repeat(np.arange(children.size), children.ravel())
