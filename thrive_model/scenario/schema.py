"""What a scenario may say; the docstrings under the fields are the scenario reference."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from thrive_model.interventions import Course, Intervention, Shock
from thrive_model.parameters import USES
from thrive_model.periods import FinancialYear, Month
from thrive_model.scenario.calibration import Calibration
from thrive_model.scenario.checks import Check
from thrive_model.scenario.multipliers import Correlation, Multiplier
from thrive_model.scenario.names import Name
from thrive_model.values import (
    SURE,
    Choice,
    MonthText,
    SurePounds,
    Value,
    Words,
    YearText,
    bounded,
    read_day,
)

Use = Literal["demand_support", "new_activity", "change"]
MOST_YEARS = 30


def _a_day(text: str) -> str:
    """A day of the calendar, or nothing."""
    return text and str(read_day(text))


class Tables(Choice):
    """Folders of the tables the scenario runs on, each relative to the file that names it."""

    pathway: Words
    """States and moves."""
    reference: Words
    """National figures: price indices, discount rates, what children cost other agencies, optimism bias."""
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
    target: SurePounds
    """What doing nothing was said to cost; demand growth is solved for it by `thrive solve`."""


class UnderspendReasons(Choice):
    """What was said of why a year drew less of the fund than planned, one text for each reason there can be."""

    source: Words
    """Where it was read: a key of sources.csv."""
    lower_demand: str = ""
    """Of demand that was lower than planned."""
    slippage: str = ""
    """Of what started later than planned."""
    self_funded: str = ""
    """Of what needed no money after all."""


class Fund(Choice):
    """The programme's fund and how it may be drawn."""

    amount: SurePounds
    """Pounds in the fund at the start, nominal."""
    first_year: YearText
    """First financial year in which it may be drawn."""
    last_year: YearText
    """Last financial year in which it may be drawn."""
    order: tuple[Use, ...]
    """Which use is paid first, second and third where the balance does not reach."""
    planned_per_year: SurePounds
    """What the plan releases in each year, by year."""
    agreed_by: str = ""
    """Who agreed to it."""
    closed_by_accounts: bool = True
    """Whether a year whose accounts are published is drawn as they have it; if not, every year is projected."""
    held_to_plan: bool = True
    """Whether drawing in a year is held to the plan's releases to date (what is left carries forward), or only to
    the balance."""
    underspend_reasons: Annotated[dict[YearText, UnderspendReasons], Field(default_factory=dict)]
    """What was said of why a closed year drew less than planned, by year; `thrive variance` shows it."""

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


class NamedSaving(Choice):
    """A saving that somebody announced, shown as what the model finds on the cost lines it is about."""

    title: Words
    """What a reader sees."""
    cost_lines: Annotated[tuple[Words, ...], Field(min_length=1)]
    """The lines it is about, by their names in cost_lines.csv."""
    said: Words
    """What was said of it, and where."""
    owner: str = ""
    """Who answers for it; not given: whoever holds the budget that the lines are in."""
    planned: SurePounds | None = None
    """Pounds a year that it is planned to bring, nominal; not given: no plan was told."""


class Watch(Choice):
    """An indicator to watch: an output with a target, which way is better, and when it turns amber."""

    title: Words
    """What a reader sees."""
    output: Words
    """The output, by its name (see the list of outputs)."""
    better: Literal["lower", "higher"]
    """Which way is better."""
    target: Annotated[Value, SURE]
    """The figure to reach, by year where it moves."""
    amber_within: Annotated[float, Field(ge=0, le=1)] = 0.1
    """How far beyond the target is amber and not yet red, as a share of the target."""


class Feedback(Choice):
    """What those who use the service said of it: shown beside the figures, which it does not change."""

    said: Words
    """What was said, and by whom."""
    source: Words
    """Where it was read: a key of sources.csv."""


class Appraisal(Choice):
    """How the programme is appraised for society: prices, discount rates, and what would be done in any case."""

    vintage: Words
    """The discount rates, by the name of their vintage in discount_rates.csv."""
    sensitivity_vintage: str = ""
    """Another vintage, whose result is shown beside; none where empty."""
    deflator: Words
    """The price index that takes out inflation, by its name in price_indices.csv."""
    price_base: YearText | None = None
    """The year whose prices real pounds are in; where not given, the first year of the run. It is not year 0 of
    discounting, which is always the first year of the run."""
    do_minimum: tuple[Name, ...] = ()
    """Interventions that would have had to be paid for in any case (statutory, or a national programme)."""


class Approval(Choice):
    """Whether anybody stands behind the scenario, who answers for it, and for what it may be used."""

    status: Literal["draft", "assured", "approved"] = "draft"
    """`draft` until somebody has checked it (`assured`) or decided by it (`approved`)."""
    owner: str = ""
    """Who answers for the scenario and its assumptions."""
    by: str = ""
    """Who assured or approved it."""
    on: Annotated[str, AfterValidator(_a_day)] = Field(default="", validate_default=True)
    """The day they did, such as 2013-06-10."""
    run: str = ""
    """The run id that they saw, which every table of a run carries: what has another by now is a draft again."""
    limits_of_use: str = ""
    """What it must not be used for."""

    @field_validator("on")
    @classmethod
    def _somebody_on_a_day(cls, on: str, info: ValidationInfo) -> str:
        status = info.data.get("status", "draft")
        if status != "draft" and not (on and info.data.get("by", "").strip()):
            raise ValueError(f"an {status} scenario must say by whom, and on which day")
        return on


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
    returns_from_overflow: bool = True
    """Whether children placed elsewhere for want of a place come back as places free up (capacity_uses.csv)."""
    pressure: Pressure
    inflation: Annotated[dict[Words, Annotated[Value, bounded(-0.5, 1.0)]], Field(default_factory=dict)]
    """Growth a year of a price index, by its name in price_indices.csv, in place of the table's: into every year of the
    run, or by year from a year on. Earlier years stay as the table has them."""
    fund: Fund | None = None
    interventions: Annotated[dict[Name, Intervention], Field(default_factory=dict)]
    shocks: Annotated[dict[Name, Shock], Field(default_factory=dict)]
    multipliers: Annotated[dict[Name, Multiplier], Field(default_factory=dict)]
    """What multiplies figures of the tables, by name: how sure they are, or what if they were others."""
    correlations: Annotated[dict[Name, Correlation], Field(default_factory=dict)]
    """Which settings with distributions are drawn together, by name; all others are drawn apart."""
    savings_target: SurePounds | None = None
    """Pounds a year that the programme is asked to take off what doing nothing would cost, nominal."""
    named_savings: Annotated[dict[Name, NamedSaving], Field(default_factory=dict)]
    watch: Annotated[dict[Name, Watch], Field(default_factory=dict)]
    """Indicators to watch, by name: each an output with its target (see `thrive watch`)."""
    checks: Annotated[dict[Name, Check], Field(default_factory=dict)]
    """What figures must satisfy, by name, beside what any result must (see `thrive check --results`)."""
    feedback: tuple[Feedback, ...] = ()
    appraisal: Appraisal | None = None
    calibration: Calibration | None = None
    """What `thrive calibrate` fits, and to what; a run takes no notice of it."""
    approval: Approval = Approval()

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

    @property
    def courses(self) -> dict[str, Course]:
        """Everything enabled that changes something: interventions, then shocks."""
        return {**self.active, **{name: one for name, one in self.shocks.items() if one.enabled}}
