"""When something takes hold: from a start, after a lag, over a ramp, wearing off, until an end."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated

import numpy as np
from pydantic import Field, ValidationInfo, field_validator

from thrive_model.bands import AgeBand
from thrive_model.interventions.effects import AnyEffect
from thrive_model.parameters import Floats
from thrive_model.periods import MONTHS_PER_YEAR, Month
from thrive_model.values import Choice, Drawn, MonthText, Share, Value


class Course(Choice):
    """Something that changes moves, stays, supplies or costs over a stretch of months."""

    title: Annotated[str, Field(min_length=1)]
    """What a reader sees."""
    what: str = ""
    """What it consists of, in the words of its source where there are any."""
    enabled: bool = True
    """Whether it is part of the run; one that is not costs nothing and changes nothing."""
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
    effects: tuple[AnyEffect, ...] = ()
    """What it changes, each of one kind; none where it only costs."""

    # Checks of one field against another stand at the later field, so that each is told beside all other faults.
    @field_validator("end")
    @classmethod
    def _ends_after_it_starts(cls, end: Month | None, info: ValidationInfo) -> Month | None:
        start = info.data.get("start")
        if start is not None and end is not None and end < start:
            raise ValueError(f"ends in {end}, before it starts in {start}")
        return end

    def runs_in(self, month: Month) -> bool:
        """Whether it runs, and costs, in the month."""
        return self.start <= month and (self.end is None or month <= self.end)

    def phase(self, month: Month) -> float | Floats:
        """How much of the full effect is there in the month, 0 to 1; [D] where what wears off is drawn."""
        return self.phase_from(self.start, month)

    def phase_from(self, start: Month, month: Month) -> float | Floats:
        """0 until the lag after a start is over, rising evenly to 1 over the ramp, wearing off; 0 after its end."""
        if self.end is not None and month > self.end:
            return 0.0
        since = month.minus(start) - self.lag_months + 1
        if since <= 0:
            return 0.0
        ramp = max(self.ramp_months, 1)
        return self._kept(month, max(since - ramp, 0)) * min(since / ramp, 1.0)

    def coverage(self, months: Sequence[Month]) -> Floats:
        """The share of those eligible whose outcome it changes, [T, D]."""
        return np.stack(np.broadcast_arrays(*(np.atleast_1d(self.phase(month)) for month in months)))

    def _kept(self, month: Month, months: int) -> float | Floats:
        """What is left of a full effect after that many months of wear, each at its own year's rate."""
        if not any(self.drop_off_per_year.figures):
            return 1.0
        worn = (month.plus(-n).financial_year for n in range(months))
        rate = self.drop_off_per_year
        rates = (rate.over([year])[0] if isinstance(rate, Drawn) else rate.at(year) for year in worn)
        left: float | Floats = math.prod((1.0 - a_year) ** (1.0 / MONTHS_PER_YEAR) for a_year in rates)
        return left


class Shock(Course):
    """Something that befalls the service whether there is a programme or not: it acts in doing nothing too."""
