"""Bands as tables and scenarios write them: ages in years (`5-9`), durations in months (`6-24`)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import BeforeValidator

from thrive_model.periods import MONTHS_PER_YEAR

YEARS_OF_CHILDHOOD = 18
MONTHS_OF_CHILDHOOD = YEARS_OF_CHILDHOOD * MONTHS_PER_YEAR


@dataclass(frozen=True, order=True)
class Ages:
    """A band of ages, `first` and `last` in months and both included.

    Written in whole years, `5-9` or `0`, or in months where a year is too coarse: `0m-1m` is the first two months.
    """

    first: int
    last: int

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read `5-9`, `0` or `0m-1m`; ValueError outside childhood."""
        if isinstance(text, cls):
            return text
        years = re.fullmatch(r"(\d{1,2})(?:-(\d{1,2}))?", str(text).strip())
        months = re.fullmatch(r"(\d{1,3})m(?:-(\d{1,3})m)?", str(text).strip())
        first, last = 1, 0
        if years:
            first = int(years[1]) * MONTHS_PER_YEAR
            last = (int(years[2] or years[1]) + 1) * MONTHS_PER_YEAR - 1
        elif months:
            first, last = int(months[1]), int(months[2] or months[1])
        if not first <= last < MONTHS_OF_CHILDHOOD:
            raise ValueError(f"must be an age band within 0-17 such as 5-9 (or 0m-1m, in months), not '{text}'")
        return cls(first, last)

    def __str__(self) -> str:
        if self.first % MONTHS_PER_YEAR or (self.last + 1) % MONTHS_PER_YEAR:
            return f"{self.first}m" if self.first == self.last else f"{self.first}m-{self.last}m"
        first, last = self.first // MONTHS_PER_YEAR, self.last // MONTHS_PER_YEAR
        return f"{first}" if first == last else f"{first}-{last}"

    def within(self, other: Ages) -> bool:
        """Whether the whole of this band lies in the other."""
        return other.first <= self.first and self.last <= other.last


@dataclass(frozen=True, order=True)
class Months:
    """A duration band in months: `6-24` is from 6 to under 24, `24-` is 24 and on, `all` is every duration."""

    start: int
    end: int | None

    @classmethod
    def parse(cls, text: object) -> Self:
        """Read `6-24`, `24-` or `all`; ValueError otherwise."""
        if isinstance(text, cls):
            return text
        if text == "all":
            return cls(0, None)
        found = re.fullmatch(r"(\d{1,3})-(\d{1,3})?", str(text).strip())
        start, end = (int(found[1]), int(found[2]) if found[2] else None) if found else (1, 0)
        if end is not None and end <= start:
            raise ValueError(f"must be months such as 6-24, 24- for 24 and on, or all, not '{text}'")
        return cls(start, end)

    def __str__(self) -> str:
        return "all" if self.start == 0 and self.end is None else f"{self.start}-{'' if self.end is None else self.end}"

    def covers(self, start: int, end: int | None) -> bool:
        """Whether the band from `start` to `end` lies wholly within this one."""
        return self.start <= start and (self.end is None or (end is not None and end <= self.end))


AgeBand = Annotated[Ages, BeforeValidator(Ages.parse)]
DurationBand = Annotated[Months, BeforeValidator(Months.parse)]
