"""The pathway's states and moves, the children in them, how they move, and the supplies they draw on."""

from __future__ import annotations

import re
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from thrive_model.bands import YEARS_OF_CHILDHOOD, AgeBand, DurationBand
from thrive_model.faults import but_found
from thrive_model.pathway import Kind, Move, State
from thrive_model.tables.row import Amount, Fact, Optional, Row, Share
from thrive_model.values import MonthText, YearText
from thrive_model.values import Words as Text


def _words(text: object) -> frozenset[str]:
    return frozenset(word.strip() for word in str(text).split(";") if word.strip())


def _months(text: object) -> tuple[int, ...]:
    if not re.fullmatch(r"(?a:(\d{1,3}(;\d{1,3})*)?)", str(text)):
        raise ValueError(f"must be months such as 0;6;24{but_found(text)}")
    return tuple(int(part) for part in str(text).split(";") if part)


Words = Annotated[frozenset[str], BeforeValidator(_words)]


class StateRow(Row):
    """`pathway/states.csv`."""

    key = ("state",)
    state: Text
    kind: Kind
    counts: Words
    clock: str
    band_starts: Annotated[tuple[int, ...], BeforeValidator(_months)]
    stay_months: Annotated[Annotated[int, Field(ge=1)] | None, Optional]
    then: str
    ssda903_codes: str
    meaning: Text
    source: Text

    @model_validator(mode="after")
    def _timed_in_one_way(self) -> Self:
        if bool(self.clock) != bool(self.band_starts):
            raise ValueError(f"'{self.state}' needs both a clock and its duration bands, or neither")
        if self.clock and self.stay_months is not None:
            raise ValueError(f"'{self.state}' has duration bands, and so no longest stay")
        if self.kind != "stay" and (self.clock or self.stay_months is not None):
            raise ValueError(f"children do not stay in '{self.state}', so that it has no duration")
        return self

    def as_state(self) -> State:
        """The state this row declares."""
        return State(
            self.state, self.kind, self.counts, self.clock, self.band_starts, self.stay_months, self.then, self.where
        )


class MoveRow(Row):
    """`pathway/moves.csv`."""

    key = ("move", "from_state", "to_state")
    move: Text
    from_state: Text
    to_state: Text
    counts: Words
    meaning: Text
    source: Text

    def as_move(self) -> Move:
        """The move this row declares."""
        return Move(self.move, self.from_state, self.to_state, self.counts, self.where)


class PopulationRow(Fact):
    """`population.csv`: persons at mid-year by single year of age."""

    key = ("mid_year", "age")
    mid_year: int
    age: Annotated[int, Field(ge=0, lt=YEARS_OF_CHILDHOOD)]
    persons: Amount


class OpeningStockRow(Fact):
    """`opening_stock.csv`: children in each state at the end of a month; `group` names the margins that spread them.

    It may hold several months; a run starts from the one before its first.
    """

    key = ("state", "month_end")
    state: Text
    group: Text
    ages: AgeBand
    months: DurationBand
    month_end: MonthText
    children: Amount


class OpeningAgeRow(Fact):
    """`opening_ages.csv`: how a group of the opening stock is spread over ages (counts or shares alike)."""

    key = ("group", "ages")
    group: Text
    ages: AgeBand
    children: Amount


class OpeningDurationRow(Fact):
    """`opening_durations.csv`: how the opening stock on a clock is spread over its duration bands."""

    key = ("clock", "months")
    clock: Text
    months: DurationBand
    children: Amount


class RateRow(Fact):
    """`rates.csv`: the yearly hazard of a move, or its share of a decision, by age and duration, from a year on."""

    key = ("move", "ages", "months", "from_year")
    move: Text
    ages: AgeBand
    months: DurationBand
    from_year: YearText
    rate_per_year: Annotated[Amount | None, Optional]
    share: Annotated[Share | None, Optional]

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if self.rate_per_year is not None and self.share is not None:
            raise ValueError("must give either rate_per_year or share, not both")
        if self.rate_per_year is None and self.share is None:
            raise ValueError("must give rate_per_year or share, 0 where nobody moves")
        return self


class CapacityRow(Fact):
    """`capacity.csv`: a supply that moves draw on, with its recruitment, the delay to use, and loss.

    `recruited_per_year` units begin approval each year, before and during the run; each is there to use
    `months_to_use` later; `lost_per_year` is the yearly hazard of a unit being lost. Supplies of one `group` can be
    named together.
    """

    key = ("supply",)
    may_be_empty = True
    supply: Text
    group: Text
    opening: Amount
    recruited_per_year: Amount
    months_to_use: Annotated[int, Field(ge=0, le=60)]
    lost_per_year: Amount
    meaning: Text


class CapacityUseRow(Fact):
    """`capacity_uses.csv`: what a supply limits, and how many children one unit of it carries.

    A *places* limit names a word for the states that take a place, and the moves by which new arrivals overflow and
    others return. A *matches* limit names the move that takes units. *watched* limits nothing: the supply is shown
    beside the children counted under a word for states.
    """

    key = ("supply", "limits", "name")
    may_be_empty = True
    supply: Text
    limits: Literal["places", "matches", "watched"]
    name: Text
    per_unit: Annotated[Amount, Field(gt=0)]
    overflow_move: str
    returning_move: str
