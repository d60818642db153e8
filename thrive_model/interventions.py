"""What a programme does to the pathway and to costs: one class for each kind of effect.

An intervention is a chain: of those eligible, some are reached, some of those engage, and the effect on them is
less what would have happened anyway (deadweight) and less what others did (attribution):

    factor = 1 + coverage * (relative - 1),
    coverage = reached * engaged * (1 - deadweight) * attribution * phase(month)

so that several interventions on one move multiply, and an intervention that reaches nobody changes nothing.
"""

from __future__ import annotations

import functools
import math
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from thrive_model.bands import AgeBand
from thrive_model.parameters import Floats
from thrive_model.periods import MONTHS_PER_YEAR, Month
from thrive_model.values import Choice, MonthText, Pounds, Ratio, Share, Value


class Effect(Choice):
    """One thing an intervention changes. A subclass names its `kind`, what it acts `on`, and by what ratio."""

    def ratio(self) -> Value:
        """The change in those reached, as a ratio; 1 changes nothing."""
        raise TypeError(f"{type(self).__name__} must say what its ratio is")

    def factor(self, coverage: Floats, months: Sequence[Month]) -> Floats:
        """What the target is multiplied by in each month, [T]."""
        relative = np.array([self.ratio().at(month.financial_year) for month in months])
        return 1.0 + coverage * (relative - 1.0)

    def refers_to(self) -> tuple[str, str]:
        """What it acts on: the sort of thing ('move' or 'cost line') and its name."""
        raise TypeError(f"{type(self).__name__} must say what it acts on")


class MultiplyMove(Effect):
    """Multiplies the hazard of a move (or its weight in a decision, or the rate of entry) for those reached."""

    kind: Literal["multiply_move"]
    """`multiply_move`."""
    move: str
    """The move, by its name in moves.csv."""
    relative_hazard: Ratio
    """What it is multiplied by for those reached: 0.8 is a fifth less."""

    def ratio(self) -> Value:
        """The relative hazard."""
        return self.relative_hazard

    def refers_to(self) -> tuple[str, str]:
        """A move."""
        return "move", self.move


class MultiplyUnitCost(Effect):
    """Multiplies what one unit of a cost line costs."""

    kind: Literal["multiply_unit_cost"]
    """`multiply_unit_cost`."""
    cost_line: str
    """The line, by its name in cost_lines.csv."""
    relative_cost: Ratio
    """What its unit cost is multiplied by for those reached."""

    def ratio(self) -> Value:
        """The relative cost."""
        return self.relative_cost

    def refers_to(self) -> tuple[str, str]:
        """A cost line."""
        return "cost line", self.cost_line


if TYPE_CHECKING:
    AnyEffect = Effect
else:  # every kind of effect declared above, told apart by `kind`: a new class is all that a new kind takes
    AnyEffect = Annotated[functools.reduce(operator.or_, Effect.__subclasses__()), Field(discriminator="kind")]


class Intervention(Choice):
    """A service or change of practice that the programme pays for.

    `ages` are those eligible (everyone where not given). The effect begins `lag_months` after `start`, grows
    evenly over `ramp_months`, wears off by `drop_off_per_year`, and stops after `end`. `cost_per_year` is in
    pounds of each year (nominal), of which partners pay `paid_by_partners`.
    """

    title: Annotated[str, Field(min_length=1)]
    """What a reader sees."""
    what: str = ""
    """What it consists of, in the words of its source where there are any."""
    enabled: bool = True
    """Whether it is part of the run; one that is not costs nothing and changes nothing."""
    use: Literal["new_activity", "change"]
    """Which use of the fund pays for it."""
    cost_per_year: Pounds
    """Pounds of each year, nominal, while it runs."""
    paid_by_partners: Share = Value(value=0.0)
    """Share of the cost that partners pay, outside the fund."""
    start: MonthText
    """First month in which it runs and costs."""
    end: MonthText | None = None
    """Last month in which it does; not given: it goes on."""
    lag_months: Annotated[int, Field(ge=0)] = 0
    """Months from the start before it has any effect."""
    ramp_months: Annotated[int, Field(ge=0)] = 0
    """Months over which the effect then grows evenly to its full size."""
    drop_off_per_year: Share = Value(value=0.0)
    """Share of the effect that wears off in a year, once it is full."""
    ages: AgeBand | None = None
    """Ages of those eligible; not given: all."""
    reached: Share = Value(value=1.0)
    """Share of those eligible whom it reaches."""
    engaged: Share = Value(value=1.0)
    """Share of those reached who take it up."""
    deadweight: Share = Value(value=0.0)
    """Share of the effect that would have come about anyway."""
    attribution: Share = Value(value=1.0)
    """Share of the rest that is owed to this intervention and not to others."""
    effects: tuple[AnyEffect, ...] = ()
    """What it changes, each of one kind; none where it only costs."""

    @model_validator(mode="after")
    def _ends_after_it_starts(self) -> Self:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"ends in {self.end}, before it starts in {self.start}")
        return self

    def runs_in(self, month: Month) -> bool:
        """Whether it runs, and costs, in the month."""
        return self.start <= month and (self.end is None or month <= self.end)

    def phase(self, month: Month) -> float:
        """How much of the full effect is there in the month: 0 before the lag is over, rising to 1, wearing off."""
        if not self.runs_in(month):
            return 0.0
        since = month.minus(self.start) - self.lag_months + 1
        if since <= 0:
            return 0.0
        ramp = max(self.ramp_months, 1)
        return self._kept(month, max(since - ramp, 0)) * min(since / ramp, 1.0)

    def _kept(self, month: Month, months: int) -> float:
        """What is left of a full effect after that many months of wear, each at its own year's rate."""
        if not any(self.drop_off_per_year.figures):
            return 1.0
        worn = (month.plus(-n).financial_year for n in range(months))
        left = math.prod((1.0 - self.drop_off_per_year.at(year)) ** (1.0 / MONTHS_PER_YEAR) for year in worn)
        return float(left)

    def coverage(self, months: Sequence[Month]) -> Floats:
        """The share of eligible children whose outcome it changes, [T]."""
        shares = []
        for month in months:
            year = month.financial_year
            chain = self.reached.at(year) * self.engaged.at(year) * self.attribution.at(year)
            shares.append(chain * (1.0 - self.deadweight.at(year)) * self.phase(month))
        return np.array(shares)

    def cost(self, month: Month) -> float:
        """Pounds of the month that the programme pays, after partners."""
        year = month.financial_year
        if not self.runs_in(month):
            return 0.0
        return self.cost_per_year.at(year) / MONTHS_PER_YEAR * (1.0 - self.paid_by_partners.at(year))

    def partners_cost(self, month: Month) -> float:
        """Pounds of the month that partners pay."""
        year = month.financial_year
        return (
            self.cost_per_year.at(year) / MONTHS_PER_YEAR * self.paid_by_partners.at(year)
            if self.runs_in(month)
            else 0.0
        )
