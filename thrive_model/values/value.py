"""A choice in a scenario: a number, or a number by financial year, with its source, reasoning and evidence grade."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import AfterValidator, model_validator

from thrive_model.faults import but_found
from thrive_model.periods import FinancialYear
from thrive_model.values.choice import Choice, Figure, Grade, Words, YearText
from thrive_model.values.distributions import AnyDistribution

ASSUMPTION = "assumption"
Floats = NDArray[np.float64]


class Value(Choice):
    """A number with where it comes from.

    Written `0.9`, or as a block: `value: 0.9` (or `by_year: {2012-13: 0.9}`, each figure holding until the
    next) with `source` (a key of sources.csv, or `assumption`), `why` and `grade` of the evidence, and the
    `distribution` it is drawn from where it is not sure. A bare number has no source and counts as an assumption.
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
    distribution: AnyDistribution | None = None
    """How sure it is: what `thrive simulate` draws it from; a run takes the figure itself."""

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

    @model_validator(mode="after")
    def _drawn_about_itself(self) -> Self:
        if self.distribution is not None:
            if self.by_year is not None and not self.distribution.of_series:
                raise ValueError("is a series, which is drawn from a normal (moved) or a lognormal (multiplied)")
            faults = dict.fromkeys(fault for figure in self.figures if (fault := self.distribution.fault(figure)))
            if len(faults) and (self.by_year is None or not any(self.figures)):
                raise ValueError(f"has a distribution that {next(iter(faults))}")
        return self

    def at(self, year: FinancialYear) -> float:
        """The figure in force in the year; 0 before the first year of a series."""
        if self.by_year is None:
            return float(self.value or 0.0)
        known = [start for start in self.by_year if start <= year]
        return self.by_year[max(known)] if known else 0.0

    def over(self, years: Sequence[FinancialYear]) -> Floats:
        """The figure in force in each of some years, which may repeat, [Y, D]; one that is not drawn serves all."""
        if self.by_year is None:
            return np.full((len(years), 1), float(self.value or 0.0))
        known = {year.start: year for year in years}
        figures = {start: self.at(year) for start, year in known.items()}
        return np.array([[figures[year.start]] for year in years]).reshape(-1, 1)

    @property
    def figures(self) -> tuple[float, ...]:
        """Every figure it gives."""
        return (float(self.value or 0.0),) if self.by_year is None else tuple(self.by_year.values())

    @property
    def reach(self) -> tuple[float, ...]:
        """Every figure it gives, and the ends of what each may be drawn as."""
        if self.distribution is None:
            return self.figures
        return (*self.figures, *(end for figure in self.figures for end in self.distribution.support(figure)))

    @property
    def is_assumption(self) -> bool:
        """Whether nothing published stands behind it."""
        return self.source == ASSUMPTION


class Drawn(Value):
    """A value in many draws at once: `figures_drawn[N, D]`, the n-th from the n-th of `starts` on, each until the next.

    Made from a value and never read from a scenario; `value` and `by_year` stay what was stated.
    """

    starts: tuple[FinancialYear, ...]
    figures_drawn: Any

    def over(self, years: Sequence[FinancialYear]) -> Floats:
        """The figures in force in each of some years, [Y, D]; 0 before the first of a series."""
        begun = np.searchsorted([start.start for start in self.starts], [year.start for year in years], side="right")
        figures = np.concatenate([np.zeros_like(self.figures_drawn[:1]), self.figures_drawn])
        return np.asarray(figures[begun])


def drawn(value: Value, starts: Sequence[FinancialYear], figures: Floats) -> Drawn:
    """The value with `figures[N, D]` in place of its own, the n-th from the n-th year on."""
    return Drawn.model_construct(
        **{name: getattr(value, name) for name in Value.model_fields}, starts=tuple(starts), figures_drawn=figures
    )


def stated(value: Value) -> Value:
    """The value as the scenario has it, without any draws."""
    return Value.model_construct(**{name: getattr(value, name) for name in Value.model_fields})


def bounded(least: float, most: float | None = None) -> AfterValidator:
    """Refuses a `Value` with a figure outside the bounds, or one that may be drawn outside them."""

    def inside(figure: float) -> bool:
        return least <= figure and (most is None or figure <= most)

    def check(value: Value) -> Value:
        limits = f"{least:g} or more" if most is None else f"between {least:g} and {most:g}"
        if not all(inside(figure) for figure in value.figures):
            years = [str(year) for year, figure in (value.by_year or {}).items() if not inside(figure)]
            raise ValueError(f"must be {limits}" + (f" in {', '.join(years)}" if years else ""))
        outside = [figure for figure in value.reach if not inside(figure)]
        if outside:
            raise ValueError(f"has a distribution that reaches {max(outside, key=abs):.4g}, and it must be {limits}")
        return value

    return AfterValidator(check)


def _sure(value: Value) -> Value:
    if value.distribution is not None:
        raise ValueError("is what results are held against, or agreed as it is: it has no distribution")
    return value


Pounds = Annotated[Value, bounded(0.0)]
Ratio = Annotated[Value, bounded(0.0)]
Share = Annotated[Value, bounded(0.0, 1.0)]
SURE = AfterValidator(_sure)
"""Refuses a distribution."""
SurePounds = Annotated[Value, bounded(0.0), SURE]
