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

from thrive_model.engine.exits import Exits, of_decisions, of_stays
from thrive_model.engine.hazards import Hazards
from thrive_model.engine.limits import PlaceKeeper, add_children, hold_to_units, share_carried
from thrive_model.engine.moves import Moves
from thrive_model.engine.standing import Standing
from thrive_model.engine.trajectory import EVERYTHING, Recorded, Trajectory
from thrive_model.parameters import Floats, Ints, Parameters
from thrive_model.sums import added

ABREAST = 256
"""Draws stepped at once; of more, the arrays no longer fit the processor's cache."""

UNBUFFERED = 64
"""With so many draws numpy is half as fast where it copies what it multiplies across ages or draws to a buffer first.

It does not where a row is longer than the buffer, which is then made its shortest, 16 numbers."""


def run(parameters: Parameters, record: Recorded = EVERYTHING) -> Trajectory:
    """Step through every month. ValueError where a decision is reached that no weight leads out of."""
    kept = Trajectory.to_record(parameters, record)
    draws = parameters.draws
    with np.errstate():  # which ends what is set within
        if draws >= UNBUFFERED:
            np.setbufsize(16)
        for first in range(0, draws, ABREAST):
            some = slice(first, min(first + ABREAST, draws))
            block = parameters if draws <= ABREAST else parameters.of_draws(some)
            _run_block(block, Trajectory(**{name: array[..., some] for name, array in vars(kept).items()}), record)
    return kept


def _run_block(p: Parameters, kept: Trajectory, record: Recorded) -> None:
    """Step some draws through every month."""
    cells, ages = p.opening.shape[:2]
    draws = kept.stock.shape[-1]
    hazards, leaving, sent_on = Hazards.of(p), of_stays(p, draws), of_decisions(p)
    asked_again = [exits for exits in (*leaving, sent_on) if exits.asked_again]
    keepers = [PlaceKeeper.of(p, place) for place in p.places]
    decisions = [_Decision.of(p, cell) for cell in range(p.first_decision, cells)]
    each_age_a_band = np.array_equal(p.band_of_age, np.arange(p.hazard.shape[2]))

    standing = Standing(p, kept, record, np.array(np.broadcast_to(p.opening, (cells, ages, draws))))
    now, moves = standing.now, Moves(p, draws)
    by_arrow = moves.by_arrow
    for month in range(p.months):
        stock, units = standing.stock, standing.units
        in_force = hazards.in_force(month, stock, units)
        now[: p.first_stay] = p.exposure[month][:, None]
        moves.begin(now)
        for exits in leaving:
            chance = chance_of_leaving(p, exits, in_force.by(exits))
            of_ages = chance if each_age_a_band else chance[:, p.band_of_age]
            moved = by_arrow[exits.arrows] if exits.asked_again else of_ages
            np.multiply(exits.of_each(now), of_ages, out=moved)
            if not exits.asked_again:
                _settle(month, exits, moved, moves, standing)
        for addition in p.additions:
            add_children(p, by_arrow, now, addition, month, carried=share_carried(addition.reach, month, stock, units))
        for m, match in enumerate(p.matches):
            standing.keep_waiting(month, m, hold_to_units(by_arrow, match, units))
        shares = shares_of_decisions(sent_on, in_force.by(sent_on))[:, p.band_of_age]
        for decision in decisions:
            decision.pass_on(by_arrow, shares)
        for keeper in keepers:
            keeper.fill(by_arrow, now, units)
        for exits in asked_again:
            _settle(month, exits, by_arrow[exits.arrows], moves, standing)
        moves.carry_out(now)
        standing.end_month(month)


def _settle(month: int, exits: Exits, moved: Floats, moves: Moves, standing: Standing) -> None:
    """Count and keep who `moved` by some exits, now that nothing asks about them any more."""
    moves.settle(exits, moved)
    if standing.record.flow:
        standing.keep_flow(month, exits.arrows, standing.by_band.sum(moved, axis=1))


def probabilities(p: Parameters, month: int, stock: Floats, units: Floats, hazards: Hazards | None = None) -> Floats:
    """What the month's hazards come to, [E, B, D], given the opening `stock[S, B, D]` and `units[K, D]` of supplies.

    They are chances for arrows out of a stay, rates from outside, and shares out of a decision.
    """
    in_force = (hazards or Hazards.of(p)).in_force(month, stock, units)
    leaving, sent_on = Exits.of(p, slice(0, p.first_decision)), of_decisions(p)
    chance = chance_of_leaving(p, leaving, in_force.by(leaving))
    return np.concatenate([chance, shares_of_decisions(sent_on, in_force.by(sent_on))])


def chance_of_leaving(p: Parameters, exits: Exits, hazard: Floats) -> Floats:
    """The `hazard[arrows, B, D]` as chances, or as rates where it is from outside, in place.

    Children leave by competing hazards, and where their time in a duration band is up.
    """
    if len(exits.timed):
        hazard[exits.timed] = 0.0
    if not (p.competing or len(exits.timed)):
        return hazard  # chances as they stand
    total = exits.by_cell(hazard)
    up = exits.from_cell[exits.timed]
    if p.competing:
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            kept = np.where(total > 0, -np.expm1(-total) / total, 1.0)
        kept[: max(p.first_stay - exits.cells.start, 0)] = 1.0
        hazard *= kept[exits.from_cell]
    leaving = total[up] if p.competing else hazard_of(total[up])
    hazard[exits.timed] = time_up_probability(leaving, p.longest_stay[exits.cells][up][:, None, None])
    return hazard


def shares_of_decisions(exits: Exits, weight: Floats) -> Floats:
    """The `weight[arrows, B, D]` of decisions' moves as shares of each, NaN where none has any."""
    total = exits.by_cell(weight)
    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        return weight * np.where(total > 0, 1.0 / total, np.nan)[exits.from_cell]


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


@dataclass(frozen=True)
class _Decision:
    """The arrows into and out of one decision, and which of the exits of all decisions the latter are."""

    into: Ints
    out: Ints
    among_exits: Ints

    @classmethod
    def of(cls, p: Parameters, cell: int) -> _Decision:
        out = np.flatnonzero(p.source == cell)
        return cls(np.flatnonzero(p.target == cell), out, out - np.searchsorted(p.source, p.first_decision))

    def pass_on(self, moved: Floats, share: Floats) -> None:
        """Send on at once whoever arrived this month, by the `share[arrows, A, D]` of all decisions' exits."""
        arriving = added(moved[self.into], 0)
        onward = np.where(arriving > 0, arriving * share[self.among_exits], 0.0)
        if not np.isfinite(onward).all():
            raise ValueError("children reach a decision that no move with a weight above 0 leads out of")
        moved[self.out] = onward
