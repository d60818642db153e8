"""A choice in a scenario: a number, or a number by financial year, with its source, reasoning and evidence grade."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from thrive_model.periods import FinancialYear, Month

ASSUMPTION = "assumption"
Grade = Literal["high", "medium", "low"]


class Choice(BaseModel):
    """The base of everything a scenario may say: strict, frozen, and nothing unknown."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, arbitrary_types_allowed=True
    )


def _year(text: object) -> FinancialYear:
    return text if isinstance(text, FinancialYear) else FinancialYear.parse(str(text))


def _month(text: object) -> Month:
    return text if isinstance(text, Month) else Month.parse(str(text))


YearText = Annotated[FinancialYear, BeforeValidator(_year)]
MonthText = Annotated[Month, BeforeValidator(_month)]


class Value(Choice):
    """A number with where it comes from.

    Written `0.9`, or as a block: `value: 0.9` (or `by_year: {2012-13: 0.9}`, each figure holding until the
    next) with `source` (a key of sources.csv, or `assumption`), `why` and `grade` of the evidence. A bare
    number has no source and counts as an assumption.
    """

    value: float | None = None
    by_year: dict[YearText, float] | None = None
    source: Annotated[str, Field(min_length=1)] = ASSUMPTION
    why: str = ""
    grade: Grade = "low"

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, given: Any) -> Any:
        return {"value": given} if isinstance(given, (int, float)) and not isinstance(given, bool) else given

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.value is None) == (not self.by_year):
            raise ValueError("must give either 'value' or 'by_year'")
        return self

    def at(self, year: FinancialYear) -> float:
        """The figure in force in the year; 0 before the first year of a series."""
        if self.by_year is None:
            return float(self.value or 0.0)
        known = [start for start in self.by_year if start <= year]
        return self.by_year[max(known)] if known else 0.0

    @property
    def figures(self) -> tuple[float, ...]:
        """Every figure it gives."""
        return (float(self.value or 0.0),) if self.by_year is None else tuple(self.by_year.values())

    @property
    def is_assumption(self) -> bool:
        """Whether nothing published stands behind it."""
        return self.source == ASSUMPTION


def bounded(least: float, most: float | None = None) -> AfterValidator:
    """Refuses a `Value` with a figure outside the bounds."""

    def check(value: Value) -> Value:
        for figure in value.figures:
            if figure < least or (most is not None and figure > most):
                limits = f"{least:g} or more" if most is None else f"between {least:g} and {most:g}"
                raise ValueError(f"must be {limits}, not {figure:g}")
        return value

    return AfterValidator(check)


Pounds = Annotated[Value, bounded(0.0)]
Ratio = Annotated[Value, bounded(0.0)]
Share = Annotated[Value, bounded(0.0, 1.0)]
