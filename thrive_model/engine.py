"""The monthly step: children move by competing hazards, age by a month, and turn 18; nobody is lost.

In a month, in this order:

1. children enter from outside: rate times children outside;
2. children leave each cell by competing moves, all from the month's opening stock:
   P(move i) = h_i / H * (1 - exp(-H)), H the sum of the hazards, so that no row can pass one;
   those whose time in a duration band is up go on to the next (`time_up_probability`);
3. children who are added to a move are taken from those whom no move has taken;
4. where moves take units of a supply (adopters), those beyond the units there are wait;
5. whoever reached a decision is sent on at once, shared out by the weights h_i / H of its moves;
6. where cells have places, new arrivals beyond them overflow at once, and returns fill what is left free;
7. everyone is a month older; those who were in the last month of age 17 have turned 18.

It takes arrays alone (`parameters.Parameters`) and knows no files, names or money.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Addition, Floats, HazardEffect, Ints, Matches, Parameters, Places, Reach


@dataclass(frozen=True)
class Trajectory:
    """Where the children were and how they moved.

    `stock[T+1, S, B, D]`: children at the start and at the end of each month. `flow[T, E, B, D]`: children moved
    in the month. `turned_18[T, S, D]`: children who turned 18 in the month, by the cell they were in.
    `supply[T+1, K, D]`: units of each supply at the start and the end of each month. `waiting[T, M, D]`: children
    held back in the month for want of units, for each limit on matches.
    """

    stock: Floats
    flow: Floats
    turned_18: Floats
    supply: Floats
    waiting: Floats


def run(parameters: Parameters) -> Trajectory:
    """Step through every month. ValueError where a decision is reached that no weight leads out of."""
    p = parameters
    months, draws, bands = p.months, p.draws, p.hazard.shape[2]
    cells, ages = p.opening.shape[:2]
    by_band = _Grouped(p.band_of_age, bands)
    decisions = [_Decision.of(p, cell) for cell in range(p.first_decision, cells)]
    entering, staying = _spans(p)

    stock = np.empty((months + 1, cells, bands, draws))
    flow = np.empty((months, len(p.source), bands, draws))
    turned_18 = np.zeros((months, cells, draws))
    supply = np.empty((months + 1, len(p.supplies), draws))
    supply[0] = np.array([one.opening for one in p.supplies])[:, None]
    waiting = np.zeros((months, len(p.matches), draws))
    now = np.array(np.broadcast_to(p.opening, (cells, ages, draws)))
    moved = np.zeros((len(p.source), ages, draws))
    stock[0] = by_band.sum(now, axis=1)
    for month in range(months):
        units = supply[month].copy()
        chance = probabilities(p, month, stock[month], units)[:, p.band_of_age]
        np.multiply(p.exposure[month][:, None], chance[entering], out=moved[entering])
        np.multiply(now[p.source[staying]], chance[staying], out=moved[staying])
        for addition in p.additions:
            _add(p, moved, now, addition, month, carried=_carried(addition.reach, month, stock[month], units))
        for m, match in enumerate(p.matches):
            waiting[month, m] = _match(moved, match, units)
        for decision in decisions:
            decision.pass_on(moved, chance)
        for place in p.places:
            _fill(p, moved, now, place, units)
        now += _by_cell(moved, p.target, cells) - _by_cell(moved, p.source, cells)
        now[: p.first_stay] = 0.0
        now[p.first_decision :] = 0.0
        if p.adult >= 0:
            turned_18[month] = _grow_older(now, p.adult)
        stock[month + 1] = by_band.sum(now, axis=1)
        flow[month] = by_band.sum(moved, axis=1)
        supply[month + 1] = _renew(p, units, month)
    return Trajectory(stock, flow, turned_18, supply, waiting)


def probabilities(p: Parameters, month: int, stock: Floats, units: Floats) -> Floats:
    """What the month's hazards come to, [E, B, D], given the opening `stock[S, B, D]` and `units[K, D]` of supplies.

    They are chances for arrows out of a stay, rates from outside, and shares out of a decision.
    """
    hazard = np.array(np.broadcast_to(p.hazard[p.period[month]], (len(p.source), p.hazard.shape[2], p.draws)))
    hazard[p.timed] = 0.0
    for effect in p.effects:
        hazard[np.ix_(effect.arrows, effect.bands)] *= _factor(effect, month, stock, units)
    total = _Grouped(p.source, len(p.longest_stay)).sum(hazard)
    leave = -np.expm1(-total)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        kept = np.where(total > 0, leave / total, 1.0)
        kept[p.first_decision :] = np.where(total > 0, 1.0 / total, np.nan)[p.first_decision :]
    kept[: p.first_stay] = 1.0
    chance = hazard * kept[p.source]
    up = p.source[p.timed]
    chance[p.timed] = time_up_probability(total[up], p.longest_stay[up][:, None, None])
    return chance


def time_up_probability(hazard: Floats, months: Floats) -> Floats:
    """Monthly chance that a child's time in a duration band is up, where they stay `months` at the longest.

    Time in a band is not tracked child by child. This chance is the one for which the share of entrants who see
    the band out, exp(-H * months), and the mean time they spend in it are those of exact tracking; only the
    spread of that time is wider. It is 1 / months where nobody leaves otherwise.
    """
    leave = -np.expm1(-hazard)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        up = leave / np.expm1(hazard * months)
    return np.where(hazard > 0, np.nan_to_num(up), 1.0 / months)


def _factor(effect: HazardEffect, month: int, stock: Floats, units: Floats) -> Floats:
    """The effect's factor in the month, [D], faded where there are too few units to reach everybody it would."""
    factor: Floats = effect.factor[month]
    if effect.reach is None:
        return factor
    return np.asarray(1.0 + _carried(effect.reach, month, stock, units) * (factor - 1.0))


def _carried(reach: Reach | None, month: int, stock: Floats, units: Floats) -> Floats:
    """The share of those whom an effect would serve that its deliverers can carry, [D]; 1 where nothing limits it."""
    if reach is None:
        return np.ones(1)
    wanted = reach.served[month] * _total(stock[np.ix_(reach.cells, reach.bands)])
    carried = _total(units[reach.supplies]) * reach.per_unit[month]
    return np.asarray(np.divide(carried, wanted, out=np.ones_like(wanted), where=wanted > carried))


def _add(p: Parameters, moved: Floats, now: Floats, addition: Addition, month: int, *, carried: Floats) -> None:
    """Move so many more children by the arrows, in place: those there in proportion, and no more than there are."""
    sources = p.source[addition.arrows]
    there = np.zeros((len(sources), *moved.shape[1:]))
    for i, source in enumerate(sources):
        entering = source < p.first_stay
        left = p.exposure[month][:, None] if entering else now[source] - moved[p.source == source].sum(axis=0)
        there[i] = np.maximum(left, 0.0) / np.count_nonzero(sources == source)
    there[:, ~np.isin(p.band_of_age, addition.bands)] = 0.0
    total = _total(there)
    children = np.minimum(addition.children[month] * carried, total)
    moved[addition.arrows] += there * np.divide(children, total, out=np.zeros_like(total), where=total > 0)


def _match(moved: Floats, match: Matches, units: Floats) -> Floats:
    """Hold the moves to the units there are and take those used, in place; returns the children who wait, [D]."""
    wanted = _total(moved[match.arrows])
    possible = units[match.supply] / match.per_child
    share = np.divide(possible, wanted, out=np.ones_like(wanted), where=wanted > possible)
    moved[match.arrows] *= share
    units[match.supply] = np.maximum(units[match.supply] - wanted * share * match.per_child, 0.0)
    return np.asarray(wanted * (1.0 - share))


def _fill(p: Parameters, moved: Floats, now: Floats, place: Places, units: Floats) -> None:
    """Send new arrivals beyond the free places on by the overflow arrows, and hold returns to what is left free.

    Nobody who has a place loses it: a cell over its places from the start only lets nobody in.
    """
    inside = np.isin(np.arange(len(now)), place.cells)
    into, out = inside[p.target] & ~inside[p.source], inside[p.source] & ~inside[p.target]
    overflow, returning = (np.isin(np.arange(len(p.source)), some) for some in (place.overflow, place.returning))
    new = np.flatnonzero(into & ~returning)
    occupied = _total(now[place.cells]) - _total(moved[out & ~overflow])
    free = np.maximum(units[place.supply] * place.per_unit - occupied, 0.0)
    arriving = _total(moved[new])
    beyond = np.divide(arriving - free, arriving, out=np.zeros_like(arriving), where=arriving > free)
    for arrow in place.overflow:
        moved[arrow] = moved[new[p.target[new] == p.source[arrow]]].sum(axis=0) * beyond
    left = free - np.minimum(arriving, free)
    back = _total(moved[place.returning])
    moved[place.returning] *= np.divide(left, back, out=np.ones_like(back), where=back > left)


def _renew(p: Parameters, units: Floats, month: int) -> Floats:
    """What is left of each supply at the end of the month, less those lost, and those newly approved, [K, D]."""
    renewed = [units[k] * np.exp(-one.leaving[month]) + one.approved[month] for k, one in enumerate(p.supplies)]
    return np.array(renewed).reshape(units.shape)


def _total(children: Floats) -> Floats:
    """Children over states and ages, [D], to the same bits for any number of draws."""
    rows = np.ascontiguousarray(children).reshape(-1, children.shape[-1])
    return np.asarray(np.add.reduceat(rows, [0])[0] if len(rows) else np.zeros(children.shape[-1]))


def _grow_older(now: Floats, adult: int) -> Floats:
    """Everyone a month older, in place; those past the last age gather in `adult`. Returns them by cell, [S, D]."""
    grown = now[:, -1].copy()
    grown[adult] = 0.0
    adults = _total(now[adult]) + _total(grown)
    now[:, 1:] = now[:, :-1].copy()
    now[:, 0] = 0.0
    now[adult] = 0.0
    now[adult, -1] = adults
    return grown


def _by_cell(moved: Floats, ends: Ints, cells: int) -> Floats:
    """Children moved, [S, A, D], by the cell at one end of their arrows.

    An arrow at a time is several times faster for many draws than one call for all of them: a row fits the cache.
    """
    found = np.zeros((cells, *moved.shape[1:]))
    for arrow, cell in enumerate(ends.tolist()):
        found[cell] += moved[arrow]
    return found


class _Grouped:
    """Sums over rows that share a group number, for groups 0 to `groups` - 1."""

    def __init__(self, group: Ints, groups: int) -> None:
        self._order = np.argsort(group, kind="stable")
        self._sorted = bool((np.diff(group) >= 0).all())
        ordered = group[self._order]
        self._present, self._starts = np.unique(ordered, return_index=True)
        self._groups = groups

    def sum(self, values: Floats, axis: int = 0) -> Floats:
        """The sum of each group along the axis; 0 for a group without rows."""
        shape = list(values.shape)
        shape[axis] = self._groups
        out = np.zeros(shape)
        rows = values if self._sorted else values.take(self._order, axis=axis)
        if len(self._starts):
            np.moveaxis(out, axis, 0)[self._present] = np.moveaxis(
                np.add.reduceat(rows, self._starts, axis=axis), axis, 0
            )
        return out


@dataclass(frozen=True)
class _Decision:
    """The arrows into and out of one decision."""

    into: Ints
    out: Ints

    @classmethod
    def of(cls, p: Parameters, cell: int) -> _Decision:
        return cls(np.flatnonzero(p.target == cell), np.flatnonzero(p.source == cell))

    def pass_on(self, moved: Floats, share: Floats) -> None:
        """Send on at once whoever arrived this month."""
        arriving = moved[self.into].sum(axis=0)
        onward = np.where(arriving > 0, arriving * share[self.out], 0.0)
        if not np.isfinite(onward).all():
            raise ValueError("children reach a decision that no move with a weight above 0 leads out of")
        moved[self.out] = onward


def _spans(p: Parameters) -> tuple[slice, slice]:
    """The arrows from outside, and those out of a stay."""
    first_stay, first_decision = np.searchsorted(p.source, [p.first_stay, p.first_decision])
    return slice(0, int(first_stay)), slice(int(first_stay), int(first_decision))
