"""What the engine and the ledger run on: frozen arrays with a draws axis, and no files, words or units to convert.

Axes are named once, here: T months, A ages in months, B rate bands of age, S cells, E arrows, D draws, L cost
lines. An axis of length 1 in place of D serves every draw.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class HazardEffect:
    """Multiplies the hazard of some arrows in some rate bands by `factor[T, D]` (1 changes nothing).

    A factor that never changes may have a month axis of length 1.
    With a `reach` the factor holds for as many children as can be carried; beyond, it fades towards 1. Where `on_stay`,
    its reciprocal does: the time spent before leaving, which is the mean over those reached and those not.
    """

    arrows: Ints
    bands: Ints
    factor: Floats
    reach: Reach | None = None
    on_stay: bool = False


@dataclass(frozen=True)
class Addition:
    """Adds `children[T, D]` a month to a move by some arrows, in some rate bands, as far as there are any to move.

    With a `reach` it adds fewer where those who deliver it cannot carry everybody.
    """

    arrows: Ints
    bands: Ints
    children: Floats
    reach: Reach | None = None


@dataclass(frozen=True)
class Supply:
    """A stock that moves draw on: carers' places, adopters, staff.

    `opening`: units at the start. `approved[T, D]`: units that become available in each month. `leaving[T, D]`: the
    hazard per month of a unit being lost.
    """

    name: str
    opening: float
    approved: Floats
    leaving: Floats


@dataclass(frozen=True)
class Places:
    """Each unit of a supply is so many places; whoever is newly placed beyond them goes elsewhere at once.

    `cells` are those whose children take a place. New arrivals beyond the free places leave by `overflow` arrows
    (one from each cell that can be arrived in, its hazard 0). Moves by `returning` arrows fill what new arrivals leave
    free. Places are filled in their order: what overflows may only lead to places that come later.
    """

    supply: int
    per_unit: float
    cells: Ints
    overflow: Ints
    returning: Ints


@dataclass(frozen=True)
class Matches:
    """Each child who moves by `arrows` takes `per_child` units of a supply for good; the rest wait where they are."""

    supply: int
    per_child: float
    arrows: Ints


@dataclass(frozen=True)
class Reach:
    """An effect serves no more children in `cells` and `bands` than `per_unit[T]` for each unit of the `supplies`.

    `served[T, 1]` is the share of them it would serve without that limit.
    """

    supplies: Ints
    per_unit: Floats
    cells: Ints
    bands: Ints
    served: Floats


@dataclass(frozen=True)
class Parameters:
    """One pathway's numbers.

    - `source[E]`, `target[E]`: cells; arrows are sorted by source.
    - `first_stay`, `first_decision`: cells below `first_stay` are outside; from `first_decision` on, decisions,
      each passed through in its turn. `adult` is the cell of those who have left by age, or -1 without ageing.
    - `hazard[P, E, B, D]`: per month, for each period P; `period[T]` says which period a month lies in. For an
      arrow from outside it is children per child outside; for an arrow out of a decision, a weight.
    - `exposure[T, A]`: children outside, by age.
    - `longest_stay[S]`: months after which time moves a child on, infinite where it does not; `timed[K]` are the
      arrows by which it does. Their hazard is derived, and what stands in `hazard` for them is ignored.
    - `opening[S, A, D]`: children at the start. `band_of_age[A]`: rate band of each age.
    - `competing`: whether what stands in `hazard` competes within a month, P = h / H * (1 - exp(-H)), or is a
      probability already, as models that state monthly probabilities have it; those out of a stay must not pass 1.
    """

    source: Ints
    target: Ints
    first_stay: int
    first_decision: int
    adult: int
    hazard: Floats
    period: Ints
    exposure: Floats
    longest_stay: Floats
    timed: Ints
    opening: Floats
    band_of_age: Ints
    effects: tuple[HazardEffect, ...] = ()
    supplies: tuple[Supply, ...] = ()
    places: tuple[Places, ...] = ()
    matches: tuple[Matches, ...] = ()
    additions: tuple[Addition, ...] = ()
    competing: bool = True

    @property
    def months(self) -> int:
        """T."""
        return len(self.period)

    @property
    def draws(self) -> int:
        """D: the longest draws axis among the arrays."""
        varying = (
            self.opening,
            self.hazard,
            *(effect.factor for effect in self.effects),
            *(addition.children for addition in self.additions),
            *(array for supply in self.supplies for array in (supply.approved, supply.leaving)),
        )
        return max(int(array.shape[-1]) for array in varying)

    def until(self, months: int) -> Parameters:
        """The same for the first so many months; what arrays hold beyond them is not asked for."""
        return replace(self, period=self.period[:months])

    def of_draws(self, some: slice) -> Parameters:
        """The same for some of the draws."""
        return replace(
            self,
            hazard=_of_draws(self.hazard, some),
            opening=_of_draws(self.opening, some),
            effects=tuple(
                replace(
                    one,
                    factor=_of_draws(one.factor, some),
                    reach=one.reach and replace(one.reach, served=_of_draws(one.reach.served, some)),
                )
                for one in self.effects
            ),
            additions=tuple(replace(one, children=_of_draws(one.children, some)) for one in self.additions),
            supplies=tuple(
                replace(one, approved=_of_draws(one.approved, some), leaving=_of_draws(one.leaving, some))
                for one in self.supplies
            ),
        )


@dataclass(frozen=True)
class CostLines:
    """What things cost, each array's first axis, or each tuple's item, the cost line.

    Of what is drawn each line has draws of its own, [T, D], or [T, 1] where nothing of it is drawn.

    - `per_child_week[L, S]`, `per_move[L, E]`: pounds in the line's own price year; `per_month` likewise, of a month.
    - `teams_per_child[L, S]`: teams that a child in the cell takes, whole teams being kept; `per_team[L]`: pounds of a
      team for a month.
    - `volume`: what the units each child or event takes are multiplied by.
    - `to_nominal`: pounds of a month for one pound of the line's price year.
    - `price_level[L, T]`: what £1 at the prices of the base budget is in a month; 1 for nominal pounds.
    - `weeks[T]`: weeks in each month.
    """

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    uses: tuple[str, ...]
    per_child_week: Floats
    per_move: Floats
    teams_per_child: Floats
    per_team: Floats
    per_month: tuple[Floats, ...]
    volume: tuple[Floats, ...]
    to_nominal: tuple[Floats, ...]
    price_level: Floats
    weeks: Floats

    def until(self, months: int) -> CostLines:
        """The same for the first so many months."""
        return replace(
            self,
            per_month=tuple(line[:months] for line in self.per_month),
            volume=tuple(line[:months] for line in self.volume),
            to_nominal=tuple(line[:months] for line in self.to_nominal),
            price_level=self.price_level[:, :months],
            weeks=self.weeks[:months],
        )

    def of_draws(self, some: slice) -> CostLines:
        """The same for some of the draws."""
        return replace(
            self,
            per_month=tuple(_of_draws(line, some) for line in self.per_month),
            volume=tuple(_of_draws(line, some) for line in self.volume),
            to_nominal=tuple(_of_draws(line, some) for line in self.to_nominal),
        )


@dataclass(frozen=True)
class FundTerms:
    """How the fund may be drawn; Y is the financial years of the run.

    - `open[Y]`: whether the fund may be drawn in the year. `amount`: pounds in it at the start.
    - `actual[Y, U]`: pounds drawn for each use where the accounts are closed, NaN where they are not.
    - `release[Y]`: pounds the plan releases in the year; `by_plan` says whether drawing is held to them.
    - `order[U]`: uses in the order in which they are paid, as indices into `USES`.
    """

    amount: float
    open: Bools
    actual: Floats
    release: Floats
    by_plan: bool
    order: tuple[int, ...]

    @property
    def closed(self) -> Bools:
        """[Y]: whether the year's accounts are closed."""
        return np.asarray(np.isfinite(self.actual).all(axis=1))

    def until(self, years: int) -> FundTerms:
        """The same for the first so many financial years."""
        return replace(self, open=self.open[:years], actual=self.actual[:years], release=self.release[:years])


USES = ("demand_support", "new_activity", "change")
DEMAND_SUPPORT = USES[0]
PARTNERS = "partners"
"""Who pays for part of an intervention outside the fund."""


def _of_draws(array: Floats, some: slice) -> Floats:
    """Some of the draws; what serves every draw serves them too."""
    return array if array.shape[-1] == 1 else array[..., some]
