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

from thrive_model.engine.groups import ByCell, Ends, Grouped
from thrive_model.engine.limits import (
    FEW_DRAWS,
    HazardFactors,
    PlaceKeeper,
    add_children,
    hold_to_units,
    share_carried,
    with_constants_applied,
)
from thrive_model.engine.standing import Standing
from thrive_model.engine.trajectory import EVERYTHING, Recorded, Trajectory
from thrive_model.parameters import Floats, Ints, Parameters
from thrive_model.sums import added

ABREAST = 128
"""Draws stepped at once; of more, the arrays no longer fit the processor's cache."""


def run(parameters: Parameters, record: Recorded = EVERYTHING) -> Trajectory:
    """Step through every month. ValueError where a decision is reached that no weight leads out of."""
    kept = Trajectory.to_record(parameters, record)
    draws = parameters.draws
    for first in range(0, draws, ABREAST):
        some = slice(first, min(first + ABREAST, draws))
        block = parameters if draws <= ABREAST else parameters.of_draws(some)
        _run_block(block, Trajectory(**{name: array[..., some] for name, array in vars(kept).items()}), record)
    return kept


def _run_block(parameters: Parameters, kept: Trajectory, record: Recorded) -> None:
    """Step some draws through every month."""
    p = with_constants_applied(parameters)
    cells, ages = p.opening.shape[:2]
    ends = Ends(p.source, p.target, cells)
    factors = HazardFactors.of(p)
    keepers = [PlaceKeeper.of(p, place) for place in p.places]
    decisions = [_Decision.of(p, cell) for cell in range(p.first_decision, cells)]
    entering, staying = spans(p)
    each_age_a_band = np.array_equal(p.band_of_age, np.arange(p.hazard.shape[2]))

    draws = kept.stock.shape[-1]
    standing = Standing(p, kept, record, np.array(np.broadcast_to(p.opening, (cells, ages, draws))))
    now = standing.now
    moved = np.zeros((len(p.source), ages, draws))
    for month in range(p.months):
        stock, units = standing.stock, standing.units
        of_bands = probabilities(p, month, stock, units, factors)
        chance = of_bands if each_age_a_band else of_bands[:, p.band_of_age]
        np.multiply(p.exposure[month][:, None], chance[entering], out=moved[entering])
        _multiply_rows(now, p.source[staying], chance[staying], moved[staying])
        for addition in p.additions:
            add_children(p, moved, now, addition, month, carried=share_carried(addition.reach, month, stock, units))
        for m, match in enumerate(p.matches):
            standing.keep_waiting(month, m, hold_to_units(moved, match, units))
        for decision in decisions:
            decision.pass_on(moved, chance)
        for keeper in keepers:
            keeper.fill(moved, now, units)
        now += ends.change(moved)
        standing.end_month(month, lambda: standing.by_band.sum(moved, axis=1))


def probabilities(
    p: Parameters, month: int, stock: Floats, units: Floats, factors: HazardFactors | None = None
) -> Floats:
    """What the month's hazards come to, [E, B, D], given the opening `stock[S, B, D]` and `units[K, D]` of supplies.

    They are chances for arrows out of a stay, rates from outside, and shares out of a decision.
    """
    stated = np.broadcast_to(p.hazard[p.period[month]], (len(p.source), p.hazard.shape[2], p.draws))
    hazard = (factors or HazardFactors.of(p)).on(stated, month, stock, units)
    hazard[p.timed] = 0.0
    cells = len(p.longest_stay)
    if not (p.competing or len(p.timed) or p.first_decision < cells):
        return hazard  # chances as they stand
    total = (ByCell if p.draws > FEW_DRAWS else Grouped)(p.source, cells).sum(hazard)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        kept = np.where(total > 0, -np.expm1(-total) / total, 1.0) if p.competing else np.ones_like(total)
        kept[p.first_decision :] = np.where(total > 0, 1.0 / total, np.nan)[p.first_decision :]
    kept[: p.first_stay] = 1.0
    weighed = slice(0 if p.competing else int(np.searchsorted(p.source, p.first_decision)), None)
    chance = hazard
    chance[weighed] *= kept[p.source[weighed]]
    up = p.source[p.timed]
    leaving = total[up] if p.competing else hazard_of(total[up])
    chance[p.timed] = time_up_probability(leaving, p.longest_stay[up][:, None, None])
    return chance


def hazard_of(chance: Floats) -> Floats:
    """The hazard that comes to a chance within a month."""
    with np.errstate(divide="ignore"):
        return np.asarray(-np.log1p(-np.minimum(chance, 1.0)))


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


def _multiply_rows(rows: Floats, which: Ints, by: Floats, out: Floats) -> None:
    """Which of the rows times what, [E, A, D]; with many draws a row at a time, so that none is copied."""
    if out.shape[-1] > FEW_DRAWS:
        of_cell = list(rows)
        for cell, factor, product in zip(which.tolist(), by, out, strict=True):
            np.multiply(of_cell[cell], factor, out=product)
    else:
        np.multiply(rows[which], by, out=out)


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
        arriving = added(moved[self.into], 0)
        onward = np.where(arriving > 0, arriving * share[self.out], 0.0)
        if not np.isfinite(onward).all():
            raise ValueError("children reach a decision that no move with a weight above 0 leads out of")
        moved[self.out] = onward


def spans(p: Parameters) -> tuple[slice, slice]:
    """The arrows from outside, and those out of a stay."""
    first_stay, first_decision = np.searchsorted(p.source, [p.first_stay, p.first_decision])
    return slice(0, int(first_stay)), slice(int(first_stay), int(first_decision))
