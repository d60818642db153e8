"""What a scenario may say of a fit to what was published."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from thrive_model.bands import AgeBand, DurationBand
from thrive_model.periods import FinancialYear
from thrive_model.scenario.names import Name
from thrive_model.values import Choice, Figure, Words, YearText


class Free(Choice):
    """A multiplier on the rates of some moves that is fitted to what was published; 1 leaves them as they are."""

    title: Words
    """What a reader sees."""
    moves: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Moves whose rates it multiplies, by their names in moves.csv."""
    ages: tuple[AgeBand, ...] = ()
    """Age bands that each have a multiplier of their own; not given: one for all."""
    months: tuple[DurationBand, ...] = ()
    """Duration bands that each have a multiplier of their own; not given: one for all."""
    over_time: Literal["level", "growth", "by_year"] = "level"
    """`level`: the same in every year; `growth`: so much more each year than the last; `by_year`: one for each year."""
    spread: Annotated[float, Field(gt=0, le=3)]
    """Standard deviation of the logarithm of the multiplier before anything was seen: 0.2 is about a fifth."""
    why: Words
    """Why it is free, and by so much."""


class SaidFigure(Choice):
    """A figure that somebody stated, which a fit takes as one among those published, normal about it."""

    output: Words
    """The output it is a figure of."""
    financial_year: YearText
    """The year it is of."""
    value: Figure
    """The figure, in the unit of the output."""
    spread: Annotated[float, Field(gt=0)]
    """Its standard deviation: how far off it may be and still be what was said."""
    source: Words
    """Where it was read: a key of sources.csv."""
    why: Words
    """Why it may be so far off."""


class Calibration(Choice):
    """What `thrive calibrate` fits, and to what; a run takes no notice of it."""

    from_year: YearText
    """First financial year whose published figures count."""
    to_year: YearText
    """Last financial year whose published figures count."""
    outputs: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Outputs whose figures in observed.csv are fitted to: counts, and percentages of a published count."""
    said: tuple[SaidFigure, ...] = ()
    """Figures that were said, and not counted, to fit to as well."""
    free: Annotated[dict[Name, Free], Field(min_length=1)]
    """What is free, by name."""

    @field_validator("to_year")
    @classmethod
    def _ends_after_it_begins(cls, last: FinancialYear, info: ValidationInfo) -> FinancialYear:
        first = info.data.get("from_year")
        if first is not None and last < first:
            raise ValueError(f"must not be before from_year, {first}")
        return last
