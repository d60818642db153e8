"""What a pound of a later year is worth now: discount factors of a dated schedule of rates, and what follows from them.

Years count from year 0, which is not discounted. Where the rate declines with time the factors compound,
d(t) = d(t - 1) / (1 + r(t)) with d(0) = 1, so that no year's factor jumps where one rate gives way to the next.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from thrive_model.parameters import Floats


@dataclass(frozen=True)
class Span:
    """A real rate a year (a fraction) from one year to another, both included; `last` is None where it has no end."""

    first: int
    last: int | None
    rate: float


@dataclass(frozen=True)
class DiscountRates:
    """One vintage of rates: spans that follow each other from year 0 on."""

    name: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, name: str, spans: Sequence[Span]) -> DiscountRates:
        """The vintage with these spans, in whatever order; ValueError where a year has no rate or two."""
        ordered = tuple(sorted(spans, key=lambda span: span.first))
        if not ordered or ordered[0].first > 0:
            raise ValueError(f"{name} has no rate for year 0")
        for span in ordered:
            if span.last is not None and span.last < span.first:
                raise ValueError(f"{name} has a span that ends in year {span.last}, before it begins in {span.first}")
        for span, after in pairwise(ordered):
            if span.last is None or after.first <= span.last:
                raise ValueError(f"{name} has two rates for year {after.first}")
            if after.first > span.last + 1:
                missing = f"{span.last + 1} to {after.first - 1}" if after.first > span.last + 2 else f"{span.last + 1}"
                raise ValueError(f"{name} has no rate for year {missing}")
        return cls(name, ordered)

    @classmethod
    def flat(cls, rate: float) -> DiscountRates:
        """The same rate, a fraction, in every year."""
        return cls(f"{rate:.2%}", (Span(0, None, rate),))

    def rate(self, year: int) -> float:
        """The rate of a year; ValueError beyond the last span."""
        for span in self.spans:
            if span.first <= year and (span.last is None or year <= span.last):
                return span.rate
        raise ValueError(f"{self.name} has no rate for year {year}")

    def factors(self, years: int) -> Floats:
        """The discount factors of years 0 to `years` - 1, [Y]."""
        growth = [1.0, *(1.0 + self.rate(year) for year in range(1, years))]
        return np.asarray(1.0 / np.cumprod(growth[:years]))


def present_value(pounds: Floats, factors: Floats) -> Floats:
    """What real pounds of each year, [Y, ...], are worth in year 0."""
    return np.asarray(np.tensordot(factors, pounds, axes=1))


def equivalent_annual(value: float, factors: Floats) -> float:
    """The same real sum in every year of these factors that is worth as much as a present value."""
    return float(value / factors.sum())
