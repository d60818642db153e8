"""What a scenario may say. The docstrings under the fields are the scenario reference."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from thrive_model.interventions import Intervention
from thrive_model.parameters import USES
from thrive_model.periods import FinancialYear
from thrive_model.values import Choice, MonthText, Pounds, Value, YearText, bounded

Words = Annotated[str, Field(min_length=1)]
Use = Literal["demand_support", "new_activity", "change"]
MOST_YEARS = 30


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
    """How "an extra £15m by 2015" is read: spending on demand above the base budget."""

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
    order: Annotated[tuple[Use, ...], Field(min_length=len(USES))]
    """Which use is paid first, second and third where the balance does not reach."""
    planned_per_year: Value
    """What the plan releases in each year, by year."""
    held_to_plan: bool = True
    """Whether drawing in a year is held to the plan's releases to date (what is left carries forward), or only to
    the balance."""

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if self.last_year < self.first_year:
            raise ValueError(f"closes in {self.last_year}, before it opens in {self.first_year}")
        if sorted(self.order) != sorted(USES):
            raise ValueError(f"order must name each use once: {', '.join(USES)}")
        return self


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
    interventions: Annotated[dict[str, Intervention], Field(default_factory=dict)]

    @model_validator(mode="after")
    def _runs_over_whole_years(self) -> Self:
        if self.start != self.start.financial_year.first_month:
            raise ValueError(
                f"start must be an April, such as {self.start.financial_year.first_month}, not {self.start}"
            )
        years = self.last_year.start - self.start.financial_year.start + 1
        if not 1 <= years <= MOST_YEARS:
            raise ValueError(f"last_year must lie within {MOST_YEARS} years from the start, not {self.last_year}")
        return self

    @property
    def first_year(self) -> FinancialYear:
        """First financial year of the run."""
        return self.start.financial_year

    @property
    def active(self) -> dict[str, Intervention]:
        """The interventions that are enabled."""
        return {name: one for name, one in self.interventions.items() if one.enabled}
