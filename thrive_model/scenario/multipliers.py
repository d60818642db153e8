"""What a scenario may say of how sure the figures of the tables are, and which settings are drawn together."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, ValidationInfo, field_validator

from thrive_model.bands import AgeBand, DurationBand
from thrive_model.values import Choice, Ratio, Value, Words


class Multiplier(Choice):
    """Multiplies figures of the tables: rates of moves, or unit costs. 1 leaves them as they are.

    With a distribution it says how sure those figures are, and with a drift how far they wander from year to year.
    """

    title: Words
    """What a reader sees."""
    moves: tuple[Words, ...] = ()
    """Moves whose rates it multiplies, by their names in moves.csv."""
    ages: AgeBand | None = None
    """Ages at which it does; not given: all."""
    months: DurationBand | None = None
    """Duration bands in which it does; not given: all."""
    cost_lines: tuple[Words, ...] = ()
    """Lines whose unit costs it multiplies, by their names in cost_lines.csv."""
    times: Ratio
    """What they are multiplied by."""
    drift_per_year: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Standard deviation of the logarithm of a step that `thrive simulate` adds in each year of the run: how far the
    figures wander of themselves. A run has none."""

    @field_validator("times")
    @classmethod
    def _is_of_something(cls, times: Value, info: ValidationInfo) -> Value:
        moves, lines = info.data.get("moves"), info.data.get("cost_lines")
        if moves == () and lines == ():
            raise ValueError("multiplies nothing: name 'moves' or 'cost_lines'")
        if lines and (info.data.get("ages") or info.data.get("months")):
            raise ValueError("has ages or months, and a cost is known by neither: give it a block of its own")
        return times


class Correlation(Choice):
    """Settings with distributions that are drawn high, or low, together."""

    between: Annotated[tuple[Words, ...], Field(min_length=2)]
    """Which, by their keys: `demand.growth_per_year`, `multipliers.admissions.times`; of several each with each."""
    rank: Annotated[float, Field(gt=-1, lt=1)]
    """Their rank correlation: 1 would be always together, -1 always apart, 0 is as if it were not stated."""
    why: Words
    """Why they go together, and by so much."""
