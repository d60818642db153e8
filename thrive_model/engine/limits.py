"""What supplies hold back in a month: places that are taken, matches that wait, effects that reach not everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from thrive_model.parameters import Addition, Floats, HazardEffect, Ints, Matches, Parameters, Places, Reach
from thrive_model.sums import added, summed

FEW_DRAWS = 3
"""With more draws than these, rows are worked one at a time."""


def factor_in_force(effect: HazardEffect, month: int, stock: Floats, units: Floats) -> Floats:
    """The effect's factor in the month, [D], faded where there are too few units to reach everybody it would."""
    factor: Floats = effect.factor[month if len(effect.factor) > 1 else 0]
    if effect.reach is None:
        return factor
    carried = share_carried(effect.reach, month, stock, units)
    if effect.on_stay:
        return np.asarray(1.0 / (1.0 + carried * (1.0 / factor - 1.0)))
    return np.asarray(1.0 + carried * (factor - 1.0))


@dataclass(frozen=True)
class HazardFactors:
    """All effects on hazards, to be multiplied in turns: the first on each arrow and band, then the second, and so on.

    `factor[T, N, D]` are those of N effects before any limit; each turn is which of [E * B] by which effect.
    """

    effects: tuple[HazardEffect, ...]
    factor: Floats
    turns: tuple[tuple[Ints, Ints], ...]
    first: Ints
    """With many draws, which effect comes first on each arrow, where on all its bands; -1 for none."""
    then: tuple[tuple[int, int, slice | Ints], ...]
    """The others, arrow by arrow, since a row fits the cache: effect, arrow and bands."""

    @classmethod
    def of(cls, p: Parameters) -> HazardFactors:
        """The order of a run's effects, looked up once."""
        each = np.broadcast_arrays(*(one.factor[: p.months] for one in p.effects), np.empty((p.months, 1)))
        factor = np.stack(each[:-1], axis=1) if p.effects else np.zeros((p.months, 0, 1))
        return cls(p.effects, factor, tuple(cls._turns(p)), *cls._first_and_then(p))

    @staticmethod
    def _turns(p: Parameters) -> Iterator[tuple[Ints, Ints]]:
        bands = p.hazard.shape[2]
        met = np.zeros(len(p.source) * bands, dtype=np.intp)
        turns: dict[int, list[tuple[Ints, Ints]]] = {}
        for n, effect in enumerate(p.effects):
            places = (effect.arrows[:, None] * bands + effect.bands).ravel()
            for turn in np.unique(met[places]).tolist():
                now = places[met[places] == turn]
                turns.setdefault(turn, []).append((now, np.full(len(now), n)))
            met[places] += 1
        for some, by in (zip(*turns[n], strict=True) for n in sorted(turns)):
            yield np.concatenate(some), np.concatenate(by)

    @staticmethod
    def _first_and_then(p: Parameters) -> tuple[Ints, tuple[tuple[int, int, slice | Ints], ...]]:
        first, met = np.full(len(p.source), -1), np.zeros(len(p.source), dtype=np.bool_)
        then: list[tuple[int, int, slice | Ints]] = []
        for n, effect in enumerate(p.effects):
            on_all = len(effect.bands) == p.hazard.shape[2]
            begun = effect.arrows[~met[effect.arrows] & on_all]
            first[begun] = n
            bands = slice(None) if on_all else effect.bands
            then += [(n, arrow, bands) for arrow in np.setdiff1d(effect.arrows, begun).tolist()]
            met[effect.arrows] = True
        return first, tuple(then)

    def on(self, hazard: Floats, month: int, stock: Floats, units: Floats) -> Floats:
        """`hazard[E, B, D]` times what is in force in the month, as an array of its own."""
        # What is carried may differ between draws where no effect itself does: by the units of its supply.
        factor = np.array(np.broadcast_to(self.factor[month], (len(self.effects), hazard.shape[-1])))
        for n, effect in enumerate(self.effects):
            if effect.reach is not None:
                factor[n] = factor_in_force(effect, month, stock, units)
        if hazard.shape[-1] > FEW_DRAWS:
            found: Floats = hazard * np.concatenate([factor, np.ones((1, hazard.shape[-1]))])[self.first][:, None]
            rows, of_effect = list(found), list(factor)
            for n, arrow, some in self.then:
                rows[arrow][some] *= of_effect[n]
            return found
        found = np.array(hazard)
        flat = found.reshape(-1, hazard.shape[-1])
        for places, by in self.turns:
            flat[places] *= factor[by]
        return found


def with_constants_applied(p: Parameters) -> Parameters:
    """The same with what is constant over time in the hazards, so that it is not multiplied month by month."""
    constant = [effect for effect in p.effects if len(effect.factor) == 1 and effect.reach is None]
    if p.months == 1 or not constant:
        return p
    draws = max(p.hazard.shape[-1], *(effect.factor.shape[-1] for effect in constant))
    hazard = np.array(np.broadcast_to(p.hazard, (*p.hazard.shape[:-1], draws)))
    for effect in constant:
        hazard[:, effect.arrows[:, None], effect.bands] *= effect.factor[0]
    rest = tuple(effect for effect in p.effects if len(effect.factor) > 1 or effect.reach is not None)
    return replace(p, hazard=hazard, effects=rest)


def share_carried(reach: Reach | None, month: int, stock: Floats, units: Floats) -> Floats:
    """The share of those whom an effect would serve that its deliverers can carry, [D]; 1 where nothing limits it."""
    if reach is None:
        return np.ones(1)
    wanted = reach.served[month] * summed(stock[np.ix_(reach.cells, reach.bands)])
    carried = summed(units[reach.supplies]) * reach.per_unit[month]
    return np.asarray(np.divide(carried, wanted, out=np.ones_like(wanted), where=wanted > carried))


def add_children(p: Parameters, moved: Floats, now: Floats, addition: Addition, month: int, *, carried: Floats) -> None:
    """Move so many more children by the arrows, in place: those there in proportion, and no more than there are."""
    sources = p.source[addition.arrows]
    there = np.zeros((len(sources), *moved.shape[1:]))
    for i, source in enumerate(sources):
        entering = source < p.first_stay
        left = p.exposure[month][:, None] if entering else now[source] - added(moved[p.source == source], 0)
        there[i] = np.maximum(left, 0.0) / np.count_nonzero(sources == source)
    there[:, ~np.isin(p.band_of_age, addition.bands)] = 0.0
    total = summed(there)
    children = np.minimum(addition.children[month] * carried, total)
    moved[addition.arrows] += there * np.divide(children, total, out=np.zeros_like(total), where=total > 0)


def hold_to_units(moved: Floats, match: Matches, units: Floats) -> Floats:
    """Hold the moves to the units there are and take those used, in place; returns the children who wait, [D]."""
    wanted = summed(moved[match.arrows])
    possible = units[match.supply] / match.per_child
    share = np.divide(possible, wanted, out=np.ones_like(wanted), where=wanted > possible)
    moved[match.arrows] *= share
    units[match.supply] = np.maximum(units[match.supply] - wanted * share * match.per_child, 0.0)
    return np.asarray(wanted * (1.0 - share))


@dataclass(frozen=True)
class PlaceKeeper:
    """Who comes into the cells with places, and who leaves them.

    `new[n]` are the arrows of new arrivals, `leaving[n]` those that free a place, and `overflowing` says of each arrow
    of overflow which new arrivals it takes on.
    """

    place: Places
    new: Ints
    leaving: Ints
    overflowing: tuple[tuple[int, Ints], ...]

    @classmethod
    def of(cls, p: Parameters, place: Places) -> PlaceKeeper:
        """The arrows of one limit on places, looked up once for a run."""
        inside = np.isin(np.arange(len(p.longest_stay)), place.cells)
        into, out = inside[p.target] & ~inside[p.source], inside[p.source] & ~inside[p.target]
        arrows = np.arange(len(p.source))
        new = np.flatnonzero(into & ~np.isin(arrows, place.returning))
        leaving = np.flatnonzero(out & ~np.isin(arrows, place.overflow))
        overflowing = [(int(arrow), new[p.target[new] == p.source[arrow]]) for arrow in place.overflow]
        return cls(place, new, leaving, tuple(overflowing))

    def fill(self, moved: Floats, now: Floats, units: Floats) -> None:
        """Send new arrivals beyond the free places on by the overflow arrows, and hold returns to what is left free.

        Nobody who has a place loses it: a cell over its places from the start only lets nobody in.
        """
        place = self.place
        occupied = summed(now[place.cells]) - summed(moved[self.leaving])
        free = np.maximum(units[place.supply] * place.per_unit - occupied, 0.0)
        arriving = summed(moved[self.new])
        beyond = np.divide(arriving - free, arriving, out=np.zeros_like(arriving), where=arriving > free)
        for arrow, new in self.overflowing:
            moved[arrow] = added(moved[new], 0) * beyond
        left = free - np.minimum(arriving, free)
        back = summed(moved[place.returning])
        moved[place.returning] *= np.divide(left, back, out=np.ones_like(back), where=back > left)


def renew_supplies(p: Parameters, units: Floats, month: int) -> Floats:
    """What is left of each supply at the end of the month, less those lost, and those newly approved, [K, D]."""
    renewed = [units[k] * np.exp(-one.leaving[month]) + one.approved[month] for k, one in enumerate(p.supplies)]
    return np.array(renewed).reshape(units.shape)
