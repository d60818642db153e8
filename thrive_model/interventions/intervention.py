"""What the programme pays for, and the chain from those eligible to the effect that is owed to it.

Of the children of its ages some are eligible, some of those are reached, some of those engage, and the effect on them
is less what would have happened anyway (deadweight) and less what others did (attribution):

    coverage = eligible * reached * engaged * (1 - deadweight) * attribution * phase(month)
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from thrive_model.faults import but_found
from thrive_model.interventions.course import Course
from thrive_model.parameters import Floats
from thrive_model.periods import MONTHS_PER_YEAR, Month
from thrive_model.values import SURE, Agency, Choice, MonthText, Pounds, Share, Value, Words, bounded

SHARES_SUM_TO = 1e-6
PAYS_FROM = ("new_activity", "change")


def _pays_from(given: object) -> object:
    if given not in PAYS_FROM:
        expected = " or ".join(f"'{use}'" for use in PAYS_FROM)
        context = {"expected": expected, "found": but_found(given or None)}
        raise PydanticCustomError("pays_from", "pays from no use of the fund: must be {expected}{found}", context)
    return given


def _no_more_than_all(value: Value) -> Value:
    beyond = [figure for figure in value.figures if figure > 1.0]
    if beyond:
        raise ValueError(f"reaches more than are eligible: must be 1 or less, not {max(beyond):g}")
    return value


class Area(Choice):
    """One area of a roll-out: its share of those eligible, and when the intervention starts there."""

    name: Annotated[str, Field(min_length=1)]
    """What the area is called."""
    share: Annotated[float, Field(gt=0, le=1)]
    """The share of those eligible who live there; over all areas they sum to 1."""
    start: MonthText
    """First month in which it runs there; lag and ramp count from it."""


class Carried(Choice):
    """Who delivers an intervention: it reaches no more of those eligible than they can carry."""

    supply: Annotated[str, Field(min_length=1)]
    """The supply, by its name in capacity.csv, or the group of several."""
    children_per_unit: Annotated[Value, bounded(0.01), SURE]
    """Children eligible for it whom each of them carries at a time."""


class Claim(Choice):
    """A saving that the intervention answers for: how much of what a cost line comes down by."""

    cost_line: Annotated[str, Field(min_length=1)]
    """The line, by its name in cost_lines.csv."""
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    """How much of the line's saving it claims; 1 is all of it. Over all interventions no more than 1."""


class Intervention(Course):
    """A service or change of practice that the programme pays for."""

    use: Annotated[Literal["new_activity", "change"], BeforeValidator(_pays_from)] = Field(
        default="", validate_default=True
    )
    """Which use of the fund pays for it; one must be named."""
    cost_per_year: Pounds
    """Pounds of each year, nominal, while it runs."""
    section_251: Words = ""
    """Line of the section 251 return that its spending is reported under; not given: not coded."""
    paid_by_partners: Share = Value(value=0.0)
    """Share of the cost that partners pay, outside the fund."""
    partner: Agency = "partners"
    """Who those partners are, in an appraisal; `council` for another of its departments."""
    allocated_not_drawn: bool = False
    """Whether its cost was set aside for it and then not needed: it changes what it changes, and draws nothing."""
    rollout: tuple[Area, ...] = ()
    """Areas it starts in one after another; not given: everywhere at the start."""
    carried_by: Carried | None = None
    """Who delivers it; not given: it reaches whom `reached` says."""
    eligible: Share = Value(value=1.0)
    """Share of the children of its ages whom it is meant for."""
    reached: Annotated[Value, bounded(0.0), AfterValidator(_no_more_than_all)] = Value(value=1.0)
    """Share of those eligible whom it reaches."""
    engaged: Share = Value(value=1.0)
    """Share of those reached who take it up."""
    deadweight: Share = Value(value=0.0)
    """Share of the effect that would have come about anyway."""
    attribution: Share = Value(value=1.0)
    """Share of the rest that is owed to this intervention and not to others."""
    claims: tuple[Claim, ...] = ()
    """Cost lines whose saving it answers for."""

    @field_validator("rollout")
    @classmethod
    def _covers_everywhere_once(cls, rollout: tuple[Area, ...], info: ValidationInfo) -> tuple[Area, ...]:
        start = info.data.get("start")
        early = [f"'{area.name}' in {area.start}" for area in rollout if start is not None and area.start < start]
        if early:
            raise ValueError(f"starts in {', '.join(early)}, before the intervention does in {start}")
        names = [area.name for area in rollout]
        twice = sorted({f"'{name}'" for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"names {', '.join(twice)} twice")
        total = sum(area.share for area in rollout)
        if rollout and abs(total - 1.0) > SHARES_SUM_TO:
            raise ValueError(f"has areas whose shares sum to {total:.6g}, and they must sum to 1")
        return rollout

    @field_validator("claims")
    @classmethod
    def _claims_each_line_once(cls, claims: tuple[Claim, ...]) -> tuple[Claim, ...]:
        lines = [claim.cost_line for claim in claims]
        twice = sorted({f"'{line}'" for line in lines if lines.count(line) > 1})
        if twice:
            raise ValueError(f"names {', '.join(twice)} twice")
        return claims

    def phase(self, month: Month) -> float | Floats:
        """How much of the full effect is there in the month, over all areas by their share."""
        if not self.rollout:
            return super().phase(month)
        return sum(area.share * self.phase_from(area.start, month) for area in self.rollout)

    def coverage(self, months: Sequence[Month]) -> Floats:
        """The share of those eligible whose outcome it changes, [T, D]."""
        years = [month.financial_year for month in months]
        owed = self.attribution.over(years) * (1.0 - self.deadweight.over(years))
        return np.asarray(self.served(months) * owed)

    def served(self, months: Sequence[Month]) -> Floats:
        """The share of the children of its ages who take part in the month, whatever becomes of it, [T, D]."""
        years = [month.financial_year for month in months]
        taking_part = self.eligible.over(years) * self.reached.over(years) * self.engaged.over(years)
        return np.asarray(super().coverage(months) * taking_part)

    def cost(self, month: Month) -> float:
        """Pounds of the month that the programme pays, after partners."""
        return float(self.costs([month])[0, 0])

    def costs(self, months: Sequence[Month]) -> Floats:
        """Pounds of each month that the programme pays, after partners, [T, D]."""
        return np.zeros((len(months), 1)) if self.allocated_not_drawn else self.allocations(months)

    def allocations(self, months: Sequence[Month]) -> Floats:
        """Pounds of each month that are set aside for it in the programme, drawn or not, [T, D]."""
        return self._full_costs(months) * (1.0 - self._partners_share(months))

    def partners_costs(self, months: Sequence[Month]) -> Floats:
        """Pounds of each month that partners pay, [T, D]."""
        return (
            np.zeros((len(months), 1))
            if self.allocated_not_drawn
            else self._full_costs(months) * self._partners_share(months)
        )

    def _full_costs(self, months: Sequence[Month]) -> Floats:
        runs = np.array([[self.runs_in(month)] for month in months])
        yearly = self.cost_per_year.over([month.financial_year for month in months])
        return np.where(runs, yearly, 0.0) / MONTHS_PER_YEAR

    def _partners_share(self, months: Sequence[Month]) -> Floats:
        return self.paid_by_partners.over([month.financial_year for month in months])
