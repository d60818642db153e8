"""The kinds of effect, one class each: what is changed for those reached, and by how much.

`coverage` is the share of those eligible whose outcome is changed, [T, D] over months and draws. A ratio acts as
1 + coverage * (ratio - 1), so that several on one move multiply, and one that reaches nobody changes nothing.
"""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from pydantic import Field

from thrive_model.parameters import Floats
from thrive_model.periods import Month
from thrive_model.values import Choice, Ratio, Share, Value, bounded

Target = Literal["move", "state", "cost line", "supply"]


class Effect(Choice):
    """One thing that is changed. A subclass names its `kind`, what it acts on, and by how much."""

    def acts_on(self) -> tuple[Target, str]:
        """The sort of thing it acts on, and its name."""
        raise TypeError(f"{type(self).__name__} must say what it acts on")

    def size(self) -> Value:
        """How much it changes those reached."""
        raise TypeError(f"{type(self).__name__} must say how much it changes")

    def changes_nothing(self, coverage: Floats, months: Sequence[Month]) -> bool:
        """Whether it leaves everything as it was in every month."""
        return bool((self.factor(coverage, months) == 1.0).all())

    def factor(self, coverage: Floats, months: Sequence[Month]) -> Floats:
        """What the target is multiplied by in each month, [T, D]: 1 for nobody reached, the size for everybody."""
        return np.asarray(1.0 + coverage * (self.sizes(months) - 1.0))

    def sizes(self, months: Sequence[Month]) -> Floats:
        """The size in force in each month, [T, D]."""
        return self.size().over([month.financial_year for month in months])


class MultiplyMove(Effect):
    """Multiplies the hazard of a move (or its weight in a decision, or the rate of entry) for those reached."""

    kind: Literal["multiply_move"]
    """`multiply_move`."""
    move: str
    """The move, by its name in moves.csv."""
    relative_hazard: Ratio
    """What it is multiplied by for those reached: 0.8 is a fifth less."""

    def acts_on(self) -> tuple[Target, str]:
        """A move."""
        return "move", self.move

    def size(self) -> Value:
        """The relative hazard."""
        return self.relative_hazard


class AddToMove(Effect):
    """Adds children to a move, so many a year once in full effect; never more than are there to be moved."""

    kind: Literal["add_to_move"]
    """`add_to_move`."""
    move: str
    """The move, by its name in moves.csv."""
    children_per_year: Ratio
    """Children a year who make the move besides those who would, before coverage."""

    def acts_on(self) -> tuple[Target, str]:
        """A move."""
        return "move", self.move

    def size(self) -> Value:
        """Children a year."""
        return self.children_per_year

    def changes_nothing(self, coverage: Floats, months: Sequence[Month]) -> bool:
        """Whether it adds nobody."""
        return not (coverage * self.sizes(months)).any()


class ChangeMix(Effect):
    """Sets the share of a decision that takes one move, for those reached; other ways out keep their proportions."""

    kind: Literal["change_mix"]
    """`change_mix`."""
    move: str
    """A move out of a decision, by its name in moves.csv."""
    share: Share
    """The share of the decision that takes it, for those reached."""

    def acts_on(self) -> tuple[Target, str]:
        """A move out of a decision."""
        return "move", self.move

    def size(self) -> Value:
        """The share."""
        return self.share

    def changes_nothing(self, coverage: Floats, months: Sequence[Month]) -> bool:
        """Whether it reaches nobody; whether the share was so before, the rates tell."""
        return not coverage[: len(months)].any()


class MultiplyDelay(Effect):
    """Multiplies how long those reached stay in a state, by whichever move they leave it."""

    kind: Literal["multiply_delay"]
    """`multiply_delay`."""
    state: str
    """The state, by its name in states.csv."""
    relative_delay: Annotated[Value, bounded(0.01)]
    """What the time spent there is multiplied by for those reached: 0.5 is half as long."""

    def acts_on(self) -> tuple[Target, str]:
        """A state."""
        return "state", self.state

    def size(self) -> Value:
        """The relative time spent in the state."""
        return self.relative_delay

    def factor(self, coverage: Floats, months: Sequence[Month]) -> Floats:
        """What every hazard of leaving is multiplied by: the reciprocal of the mean relative delay, [T, D]."""
        return np.asarray(1.0 / super().factor(coverage, months))


class MultiplyRecruitment(Effect):
    """Multiplies how many units of a supply (places with carers, adopters) begin their approval."""

    kind: Literal["multiply_recruitment"]
    """`multiply_recruitment`."""
    supply: str
    """The supply, by its name in capacity.csv."""
    relative_recruitment: Ratio
    """What recruitment is multiplied by; the units are there after the delay to use."""

    def acts_on(self) -> tuple[Target, str]:
        """A supply."""
        return "supply", self.supply

    def size(self) -> Value:
        """The relative recruitment."""
        return self.relative_recruitment


class MultiplyApprovalDelay(Effect):
    """Multiplies how long it takes from recruitment until a unit of a supply is there to be used."""

    kind: Literal["multiply_approval_delay"]
    """`multiply_approval_delay`."""
    supply: str
    """The supply, by its name in capacity.csv."""
    relative_delay: Ratio
    """What the months to use are multiplied by for those who begin approval while it lasts."""

    def acts_on(self) -> tuple[Target, str]:
        """A supply."""
        return "supply", self.supply

    def size(self) -> Value:
        """The relative delay."""
        return self.relative_delay


class MultiplyLoss(Effect):
    """Multiplies the rate at which units of a supply are lost: carers who stop, staff who leave."""

    kind: Literal["multiply_loss"]
    """`multiply_loss`."""
    supply: str
    """The supply, by its name in capacity.csv."""
    relative_loss: Ratio
    """What the yearly loss is multiplied by."""

    def acts_on(self) -> tuple[Target, str]:
        """A supply."""
        return "supply", self.supply

    def size(self) -> Value:
        """The relative loss."""
        return self.relative_loss


class MultiplyUnitCost(Effect):
    """Multiplies what one unit of a cost line costs."""

    kind: Literal["multiply_unit_cost"]
    """`multiply_unit_cost`."""
    cost_line: str
    """The line, by its name in cost_lines.csv."""
    relative_cost: Ratio
    """What its unit cost is multiplied by for those reached."""

    def acts_on(self) -> tuple[Target, str]:
        """A cost line."""
        return "cost line", self.cost_line

    def size(self) -> Value:
        """The relative cost."""
        return self.relative_cost


class MultiplyVolume(Effect):
    """Multiplies how many units of a cost line each child or event takes: contact sessions, assessments bought."""

    kind: Literal["multiply_volume"]
    """`multiply_volume`."""
    cost_line: str
    """The line, by its name in cost_lines.csv."""
    relative_volume: Ratio
    """What the units for each child or event are multiplied by, for those reached."""

    def acts_on(self) -> tuple[Target, str]:
        """A cost line."""
        return "cost line", self.cost_line

    def size(self) -> Value:
        """The relative volume."""
        return self.relative_volume


if TYPE_CHECKING:
    AnyEffect = Effect
else:  # every kind of effect declared above, told apart by `kind`: a new class is all that a new kind takes
    AnyEffect = Annotated[functools.reduce(operator.or_, Effect.__subclasses__()), Field(discriminator="kind")]
