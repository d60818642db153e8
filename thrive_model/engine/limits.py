"""What supplies hold back in a month: places that are taken, matches that wait, effects that reach not everybody."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Addition, Floats, Ints, Matches, Parameters, Places, Reach
from thrive_model.sums import added, summed


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

    @property
    def arrows(self) -> Ints:
        """All whose moves it asks about or changes."""
        return np.concatenate([self.new, self.leaving, self.place.overflow, self.place.returning])

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
