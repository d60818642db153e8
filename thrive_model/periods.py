"""Time as the council counts it: months, and financial years from April to March."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from typing import Self

MONTHS_PER_YEAR = 12
DAYS_PER_WEEK = 7
_FIRST_MONTH = 4


@dataclass(frozen=True, order=True)
class Month:
    """A calendar month, written `2012-04`."""

    year: int
    month: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2012-04`; ValueError otherwise."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if not found or not 1 <= int(found[2]) <= MONTHS_PER_YEAR:
            raise ValueError(f"'{text}' is not a month such as 2012-04")
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"

    def plus(self, months: int) -> Month:
        """The month that many months later (earlier where negative)."""
        years, month = divmod(self.year * MONTHS_PER_YEAR + self.month - 1 + months, MONTHS_PER_YEAR)
        return Month(years, month + 1)

    def minus(self, other: Month) -> int:
        """Months from `other` to this one."""
        return (self.year - other.year) * MONTHS_PER_YEAR + self.month - other.month

    @property
    def financial_year(self) -> FinancialYear:
        """The financial year this month lies in."""
        return FinancialYear(self.year if self.month >= _FIRST_MONTH else self.year - 1)

    @property
    def weeks(self) -> float:
        """Weeks in the month: its days over seven."""
        return calendar.monthrange(self.year, self.month)[1] / DAYS_PER_WEEK


@dataclass(frozen=True, order=True)
class FinancialYear:
    """April to March, written `2012-13` and ordered by the year it starts in."""

    start: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `2012-13`; ValueError where the two halves do not follow each other."""
        found = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if not found or (int(found[1]) + 1) % 100 != int(found[2]):
            raise ValueError(f"'{text}' is not a financial year such as 2012-13")
        return cls(int(found[1]))

    def __str__(self) -> str:
        return f"{self.start}-{(self.start + 1) % 100:02d}"

    def plus(self, years: int) -> FinancialYear:
        """The financial year that many years later."""
        return FinancialYear(self.start + years)

    @property
    def first_month(self) -> Month:
        """April."""
        return Month(self.start, _FIRST_MONTH)

    @property
    def last_month(self) -> Month:
        """The March that ends it."""
        return self.first_month.plus(MONTHS_PER_YEAR - 1)


def years_between(first: FinancialYear, last: FinancialYear) -> tuple[FinancialYear, ...]:
    """Every financial year from `first` to `last`, both included."""
    return tuple(FinancialYear(start) for start in range(first.start, last.start + 1))


def months_between(first: Month, last: Month) -> tuple[Month, ...]:
    """Every month from `first` to `last`, both included."""
    return tuple(first.plus(n) for n in range(last.minus(first) + 1))
