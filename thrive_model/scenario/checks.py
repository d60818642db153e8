"""What a scenario may say of its own figures: within what they must lie."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, ValidationInfo, field_validator

from thrive_model.values import SURE, Choice, Value, Words, YearText, bounded

_LIMITS = ("at_least", "at_most")


class Check(Choice):
    """What figures of the scenario must satisfy, beside what any result must: `thrive check --results` tells."""

    measure: Words
    """An output, by its name (see the list of outputs), or another measure that checks know."""
    run: Literal["scenario", "do_nothing", "both"] = "scenario"
    """Whose figures: the scenario's, those of doing nothing, or both."""
    financial_year: YearText | None = None
    """The one year of which it is asked; not given: every year of the run."""
    severity: Literal["fail", "warn"] = "fail"
    """`fail`: the command ends with an error where it does not hold; `warn`: it is told and no more."""
    words: Words
    """What must be so, in a sentence for people."""
    at_least: Annotated[Value, SURE] | None = None
    """The least it may be, by year where that moves."""
    at_most: Annotated[Value, SURE] | None = None
    """The most it may be, by year where that moves."""
    beyond_neighbours: Annotated[Value, bounded(0.0), SURE] | None = Field(default=None, validate_default=True)
    """The share by which it may lie outside the range of the statistical neighbours in the latest year published: with
    0.1, a tenth above the highest or below the lowest."""

    @field_validator("beyond_neighbours")
    @classmethod
    def _within_something(cls, share: Value | None, info: ValidationInfo) -> Value | None:
        given = [name for name in _LIMITS if info.data.get(name) is not None]
        if share is None and not given and all(name in info.data for name in _LIMITS):
            raise ValueError("or at_least or at_most must be given")
        return share
