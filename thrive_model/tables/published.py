"""Sources, and published figures beside which outputs are shown."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from thrive_model.bands import AgeBand
from thrive_model.tables.row import Amount, Day, Fact, Optional, Row
from thrive_model.values import Words as Text
from thrive_model.values import YearText


class SourceRow(Row):
    """`sources.csv`: every source once.

    `sunset`, a column that may be left out, is the last day on which what the source says should be relied on.
    """

    key = ("source",)
    source: Text
    title: Text
    publisher: Text
    date: Text
    licence: Text
    read_at: Text
    sunset: Annotated[Day | None, Optional] = None


class ObservedRow(Fact):
    """`observed.csv`: published figures beside which an output is shown, and to which rates are fitted.

    With `ages` it is the output among children of these alone. A figure that was suppressed has no `value`, and lies
    from `least` to `most`.
    """

    key = ("output", "financial_year", "ages")
    output: Text
    financial_year: YearText
    ages: Annotated[AgeBand | None, Optional]
    value: Annotated[Amount | None, Optional]
    least: Annotated[Amount | None, Optional]
    most: Annotated[Amount | None, Optional]

    @model_validator(mode="after")
    def _a_figure_or_its_bounds(self) -> Self:
        if self.value is None and (self.least is None or self.most is None):
            raise ValueError("must give a value, or the least and the most that a suppressed one can be")
        if self.value is not None and (self.least is not None or self.most is not None):
            raise ValueError("must give either a value or its bounds, not both")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"the least it can be, {self.least:g}, is more than the most, {self.most:g}")
        return self


class ComparatorRow(Fact):
    """`comparators.csv`: what is published of other authorities, beside which an output is shown.

    `england` is the country as a whole, a `neighbour` one of the statistical neighbours, and `visited` an authority
    whose practice was looked at.
    """

    key = ("authority", "output", "financial_year")
    may_be_empty = True
    authority: Text
    group: Literal["england", "neighbour", "visited"]
    output: Text
    financial_year: YearText
    value: Amount


class EnglandRow(Fact):
    """`reference/england.csv`: England as a whole, from which `thrive init` makes tables for a new authority.

    `of` is a band of ages or durations, a placement or lines of the section 251 return, parted by `;`; `all` is the
    whole.
    """

    key = ("measure", "of", "financial_year")
    measure: Text
    of: Text
    financial_year: YearText
    value: Amount
    unit: Text
