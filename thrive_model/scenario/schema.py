"""What a scenario may say; the docstrings under the fields are the scenario reference."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from thrive_model.interventions import Intervention
from thrive_model.parameters import USES
from thrive_model.periods import FinancialYear, Month
from thrive_model.values import Choice, MonthText, Pounds, Value, Words, YearText, bounded

Use = Literal["demand_support", "new_activity", "change"]
MOST_YEARS = 30


def _plain_name(name: str) -> str:
    """A name that can stand in a key (`interventions.name.reached`), a column and a line of the ledger."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name):
        raise ValueError("must be named in letters, digits, '_' and '-', 60 at the most")
    return name


Name = Annotated[str, AfterValidator(_plain_name)]


class Tables(Choice):
    """Folders of the tables the scenario runs on, each relative to the file that names it."""

    pathway: Words
    """States and moves."""
    reference: Words
    """National figures: price indices."""
    local: Words
    """The authority's own tables."""
    sources: Words
    """The list of sources that every row cites."""


class Demand(Choice):
    """How demand at the front door grows."""

    growth_per_year: Annotated[Value, bounded(-0.5, 1.0)]
    """Growth a year in the rate at which children not known to the service are referred, compounding."""
    measured_from: YearText
    """The year whose rates the tables hold; growth counts from its middle."""


class Pressure(Choice):
    """How the pressure that doing nothing brings is read: spending on demand above the base budget."""

    base_year: YearText
    """The year whose published outturn is the base budget."""
    year: YearText
    """The year in which the pressure is read."""
    reading: Literal["annual", "cumulative"] = "annual"
    """`annual`: that year's spending above the base; `cumulative`: the sum of the years up to it."""
    target: Pounds
    """What doing nothing was said to cost; demand growth is solved for it by `thrive solve`."""


class Fund(Choice):
    """The programme's fund and how it may be drawn."""

    amount: Pounds
    """Pounds in the fund at the start, nominal."""
    first_year: YearText
    """First financial year in which it may be drawn."""
    last_year: YearText
    """Last financial year in which it may be drawn."""
    order: tuple[Use, ...]
    """Which use is paid first, second and third where the balance does not reach."""
    planned_per_year: Pounds
    """What the plan releases in each year, by year."""
    held_to_plan: bool = True
    """Whether drawing in a year is held to the plan's releases to date (what is left carries forward), or only to
    the balance."""

    # Checks of one field against another stand at the later field, so that each is told beside all other faults.
    @field_validator("last_year")
    @classmethod
    def _closes_after_it_opens(cls, last: FinancialYear, info: ValidationInfo) -> FinancialYear:
        first = info.data.get("first_year")
        if first is not None and last < first:
            raise ValueError(f"must not be before the fund opens in {first}")
        return last

    @field_validator("order")
    @classmethod
    def _names_each_use_once(cls, order: tuple[Use, ...]) -> tuple[Use, ...]:
        if sorted(order) != sorted(USES):
            raise ValueError(f"must name each use once: {', '.join(USES)}")
        return order


class Scenario(Choice):
    """One run's choices."""

    title: Words
    """What a reader sees at the head of every output."""
    asks: Words
    """The question this scenario answers."""
    authority: Words
    """Whose children these are."""
    tables: Tables
    start: MonthText
    """First month of the run; the opening stock stands on the day before it."""
    last_year: YearText
    """Last financial year of the run."""
    seed: Annotated[int, Field(ge=0)] = 0
    """Seed of every random draw; a run without draws has none to make."""
    demand: Demand
    pressure: Pressure
    fund: Fund | None = None
    interventions: Annotated[dict[Name, Intervention], Field(default_factory=dict)]

    @field_validator("start")
    @classmethod
    def _starts_with_a_financial_year(cls, start: Month) -> Month:
        april = start.financial_year.first_month
        if start != april:
            raise ValueError(f"must be an April, such as {april}")
        return start

    @field_validator("last_year")
    @classmethod
    def _runs_over_whole_years(cls, last: FinancialYear, info: ValidationInfo) -> FinancialYear:
        start = info.data.get("start")
        if start is not None:
            first, latest = start.financial_year, start.financial_year.plus(MOST_YEARS - 1)
            if not first <= last <= latest:
                raise ValueError(f"must lie within {first} to {latest}, {MOST_YEARS} years from the start at the most")
        return last

    @property
    def first_year(self) -> FinancialYear:
        """First financial year of the run."""
        return self.start.financial_year

    @property
    def active(self) -> dict[str, Intervention]:
        """The interventions that are enabled."""
        return {name: one for name, one in self.interventions.items() if one.enabled}
