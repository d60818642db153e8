"""The base of everything a scenario may say, and how it says years, months and words."""

from __future__ import annotations

import datetime
import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from thrive_model.faults import but_found
from thrive_model.periods import FinancialYear, Month

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


def read_day(given: object) -> datetime.date:
    """Read `2013-06-10`; ValueError for anything else, and for a day that is in no calendar."""
    try:
        if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", _ascii(given)):
            raise ValueError
        return datetime.date.fromisoformat(_ascii(given))
    except ValueError:
        raise ValueError(f"must be a day such as 2013-06-10{but_found(given)}") from None


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
