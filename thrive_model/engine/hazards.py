"""The hazards of a month: what is stated for its period, times the effects in force."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thrive_model.engine.exits import Exits
from thrive_model.engine.limits import share_carried
from thrive_model.parameters import Floats, HazardEffect, Ints, Parameters


@dataclass(frozen=True)
class Hazards:
    """What a run's hazards are multiplied by.

    `always[E, D]`: all that never changes, on all bands. `factor[T, N + 1, D]`: each other effect before any limit, and
    1. `in_turn[K, E]`: the effects on all bands of each arrow, one a turn; the last, which is 1, where there is none.
    `in_bands`: for each arrow the effects on some of its bands alone.
    """

    p: Parameters
    draws: int
    always: Floats
    changing: tuple[HazardEffect, ...]
    factor: Floats
    in_turn: Ints
    in_bands: tuple[tuple[tuple[int, Ints | slice], ...], ...]

    @classmethod
    def of(cls, p: Parameters) -> Hazards:
        """The order of a run's effects, looked up once."""
        constant = [one for one in p.effects if _is_constant(p, one)]
        always = np.ones((len(p.source), max((one.factor.shape[-1] for one in constant), default=1)))
        for one in constant:
            always[one.arrows] *= one.factor[0]
        changing = tuple(one for one in p.effects if not _is_constant(p, one))
        factors = np.broadcast_arrays(*(one.factor[: p.months] for one in changing), np.ones((p.months, 1)))
        return cls(p, p.draws, always, changing, np.stack(factors, axis=1), *_in_turn(p, changing))

    def in_force(self, month: int, stock: Floats, units: Floats) -> InForce:
        """What they come to in a month, given its opening `stock[S, B, D]` and `units[K, D]` of supplies."""
        factor: Floats = self.factor[month]
        limited = [(n, one) for n, one in enumerate(self.changing) if one.reach is not None]
        if limited:
            # What is carried may differ between draws where no effect itself does: by the units of its supply.
            factor = np.array(np.broadcast_to(factor, (len(factor), self.draws)))
            for n, one in limited:
                factor[n] = _faded(factor[n], one, share_carried(one.reach, month, stock, units))
        on_arrow = self.always
        for effects in self.in_turn:
            on_arrow = on_arrow * factor[effects]
        return InForce(self, self.p.hazard[self.p.period[month]], on_arrow, factor)


@dataclass(frozen=True)
class InForce:
    """A month's `stated[E, B, D]` hazards, `on_arrow[E, D]` what multiplies all bands, and each effect's `factor`."""

    of: Hazards
    stated: Floats
    on_arrow: Floats
    factor: Floats

    def by(self, exits: Exits) -> Floats:
        """The hazards of some exits, [arrows, B, D], as an array of its own."""
        some = exits.arrows
        found = np.empty((len(exits), self.stated.shape[1], self.of.draws))
        np.multiply(self.stated[some], self.on_arrow[some][:, None], out=found)
        for n, effects in enumerate(self.of.in_bands[some]):
            for effect, bands in effects:
                found[n, bands] *= self.factor[effect]
        return found


def _is_constant(p: Parameters, effect: HazardEffect) -> bool:
    """Whether it acts on all bands alike in all months."""
    return len(effect.factor) == 1 and effect.reach is None and len(effect.bands) == p.hazard.shape[2]


def _in_turn(
    p: Parameters, effects: tuple[HazardEffect, ...]
) -> tuple[Ints, tuple[tuple[tuple[int, Ints | slice], ...], ...]]:
    """The effects on all bands of each arrow, [K, E], in their order; and those on some bands."""
    met = np.zeros(len(p.source), dtype=np.intp)
    turns = np.full((len(effects), len(p.source)), len(effects))
    in_bands: list[tuple[tuple[int, Ints | slice], ...]] = [()] * len(p.source)
    for n, effect in enumerate(effects):
        if len(effect.bands) == p.hazard.shape[2]:
            turns[met[effect.arrows], effect.arrows] = n
            met[effect.arrows] += 1
        else:
            bands = _as_span(effect.bands)
            for arrow in effect.arrows.tolist():
                in_bands[arrow] += ((n, bands),)
    return turns[: met.max(initial=0)], tuple(in_bands)


def _as_span(bands: Ints) -> Ints | slice:
    """Bands that follow on each other as a slice, which is quicker to work."""
    following = np.array_equal(bands, np.arange(bands[0], bands[0] + len(bands))) if len(bands) else False
    return slice(int(bands[0]), int(bands[0]) + len(bands)) if following else bands


def _faded(factor: Floats, effect: HazardEffect, carried: Floats) -> Floats:
    """The effect's factor in a month, [D], where only this share of those it would reach can be carried."""
    if effect.on_stay:
        return np.asarray(1.0 / (1.0 + carried * (1.0 / factor - 1.0)))
    return np.asarray(1.0 + carried * (factor - 1.0))
