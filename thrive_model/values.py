"""A choice in a scenario: a number, or a number by financial year, with its source, reasoning and evidence grade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from thrive_model.faults import but_found
from thrive_model.periods import FinancialYear, Month

ASSUMPTION = "assumption"
MOST = 1e15
"""No figure of a council is larger; what is comes of a slip, and would overflow the arithmetic."""
EARLIEST, LATEST = FinancialYear(1900), FinancialYear(2100)
Grade = Literal["high", "medium", "low"]
Agency = Literal["council", "health", "police", "courts", "schools", "central_government", "partners"]
"""Who pays or gains; `partners` are agencies that nobody has named."""


class Choice(BaseModel):
    """The base of everything a scenario may say: strict, frozen, and nothing unknown."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, allow_inf_nan=False, arbitrary_types_allowed=True
    )


def read_year(given: object) -> FinancialYear:
    """Read `2012-13`; ValueError for anything else, and for a year outside 1900-01 to 2100-01."""
    if isinstance(given, FinancialYear):
        return given
    try:
        year = FinancialYear.parse(_ascii(given))
    except ValueError:
        raise ValueError(f"must be a financial year such as 2012-13{but_found(given)}") from None
    return _within_reach(year, given)


def read_month(given: object) -> Month:
    """Read `2012-04`; ValueError for anything else, and for a month outside 1900-01 to 2100-01."""
    if isinstance(given, Month):
        return given
    try:
        month = Month.parse(_ascii(given))
    except ValueError:
        raise ValueError(f"must be a month such as 2012-04{but_found(given)}") from None
    _within_reach(month.financial_year, given)
    return month


def not_blank(text: str) -> str:
    """The text; ValueError where there is nothing in it to read."""
    if not text.strip():
        raise ValueError("must not be blank")
    return text


def _ascii(given: object) -> str:
    if not isinstance(given, str) or not given.isascii():
        raise ValueError
    return given


def _within_reach(year: FinancialYear, given: object) -> FinancialYear:
    if not EARLIEST <= year <= LATEST:
        raise ValueError(f"must lie within {EARLIEST} to {LATEST}{but_found(given)}")
    return year


YearText = Annotated[FinancialYear, BeforeValidator(read_year)]
MonthText = Annotated[Month, BeforeValidator(read_month)]
Words = Annotated[str, AfterValidator(not_blank)]
Figure = Annotated[float, Field(ge=-MOST, le=MOST)]


class Value(Choice):
    """A number with where it comes from.

    Written `0.9`, or as a block: `value: 0.9` (or `by_year: {2012-13: 0.9}`, each figure holding until the
    next) with `source` (a key of sources.csv, or `assumption`), `why` and `grade` of the evidence. A bare
    number has no source and counts as an assumption.
    """

    value: Figure | None = None
    """The number."""
    by_year: dict[YearText, Figure] | None = None
    """Numbers by financial year, each holding until the next; nothing before the first."""
    source: Words = ASSUMPTION
    """Where it was read: a key of sources.csv."""
    why: str = ""
    """How it was read, or the reasoning behind an assumption."""
    grade: Grade = "low"
    """How strong the evidence is."""

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, given: Any) -> Any:
        if isinstance(given, (int, float)) and not isinstance(given, bool):
            return {"value": given}
        if not isinstance(given, (dict, cls)):
            raise ValueError(f"must be a number, or a block with 'value' or 'by_year'{but_found(given)}")
        return given

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.value is not None and self.by_year is not None:
            raise ValueError("must give either 'value' or 'by_year', not both")
        if self.value is None and not self.by_year:
            raise ValueError("must give 'value' or 'by_year'")
        return self

    def at(self, year: FinancialYear) -> float:
        """The figure in force in the year; 0 before the first year of a series."""
        if self.by_year is None:
            return float(self.value or 0.0)
        known = [start for start in self.by_year if start <= year]
        return self.by_year[max(known)] if known else 0.0

    def over(self, years: Sequence[FinancialYear]) -> list[float]:
        """The figure in force in each of some years, which may repeat."""
        if self.by_year is None:
            return [float(self.value or 0.0)] * len(years)
        known = {year.start: year for year in years}
        figures = {start: self.at(year) for start, year in known.items()}
        return [figures[year.start] for year in years]

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

    def inside(figure: float) -> bool:
        return least <= figure and (most is None or figure <= most)

    def check(value: Value) -> Value:
        if not all(inside(figure) for figure in value.figures):
            limits = f"{least:g} or more" if most is None else f"between {least:g} and {most:g}"
            years = [str(year) for year, figure in (value.by_year or {}).items() if not inside(figure)]
            raise ValueError(f"must be {limits}" + (f" in {', '.join(years)}" if years else ""))
        return value

    return AfterValidator(check)


Pounds = Annotated[Value, bounded(0.0)]
Ratio = Annotated[Value, bounded(0.0)]
Share = Annotated[Value, bounded(0.0, 1.0)]
