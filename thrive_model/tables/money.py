"""What things cost, at which prices, and what is published of spending and of the fund."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from thrive_model.tables.row import Amount, Fact, Optional, Row, Share
from thrive_model.values import MOST, Figure, YearText
from thrive_model.values import Words as Text

FundItem = Literal[
    "amount",
    "planned",
    "planned_savings",
    "planned_demand_share",
    "planned_demand_support",
    "drawdown",
    "underspend",
    "new_activity",
    "other_drawdown",
    "carried_forward",
]
"""What may be published of the fund: what it is held against is in `fund`."""
Agency = Literal["council", "courts", "legal_aid", "cafcass", "criminal_justice", "health", "schools", "several"]
"""Who bears a published unit cost, or gains by a published saving."""
PublishedUnit = Literal[
    "pounds_per_week", "pounds_per_month", "pounds_per_year", "pounds_per_event", "pounds_per_child"
]


class PriceRow(Fact):
    """`reference/price_indices.csv`: growth into each year, in per cent."""

    key = ("index", "financial_year")
    index: Text
    financial_year: YearText
    growth_percent: Annotated[float, Field(gt=-50, lt=100)]


class CostLineRow(Fact):
    """`cost_lines.csv`: what drives a line of spend, what one unit of it costs, and how much of that can be cashed.

    A line in `pounds_per_team_year` has a team for every `children_per_team` children or part of them. Lines of one
    `mix_group` stand in for each other, such as placements: a change of mix among them is no change of volume. Of a
    saving, `cashable_share` can be taken out of the budget once it has lasted `cashable_lag_months`.
    """

    key = ("line",)
    line: Text
    unit: Literal["pounds_per_child_week", "pounds_per_event", "pounds_per_team_year", "pounds_per_year"]
    driver: str
    children_per_team: Annotated[Annotated[float, Field(ge=1, le=MOST)] | None, Optional]
    unit_cost: Amount
    price_year: YearText
    price_index: Text
    section_251: Text
    mix_group: str
    cashable_share: Share
    cashable_lag_months: Annotated[int, Field(ge=0, le=60)]
    cashable_why: Text
    meaning: Text

    @model_validator(mode="after")
    def _of_so_many_children(self) -> Self:
        if self.unit == "pounds_per_team_year" and self.children_per_team is None:
            raise ValueError(f"'{self.line}' is paid by the team and must say for how many children_per_team")
        if self.unit != "pounds_per_team_year" and self.children_per_team is not None:
            raise ValueError(f"'{self.line}' is not paid by the team, and so has no children_per_team")
        if self.unit == "pounds_per_year" and self.mix_group:
            raise ValueError(f"'{self.line}' is a fixed sum a year without a volume, and so is in no mix_group")
        return self


class UnitCostRow(Fact):
    """`reference/unit_costs.csv`: what is published of the cost of one unit, who bears it, and at whose prices.

    `cashable` says whether a unit less is money that could be taken out of that agency's budget: all of it (yes), when
    posts go (part), or not (no).
    """

    key = ("unit_cost",)
    unit_cost: Text
    meaning: Text
    agency: Agency
    value: Amount
    unit: PublishedUnit
    price_year: YearText
    price_index: Text
    cashable: Literal["yes", "part", "no"]


class BenchmarkRow(Fact):
    """`benchmarks.csv`: how many of a published unit make one unit of a cost line.

    The rows of a line that share a `benchmark` sum to it; a line may have several.
    """

    key = ("line", "benchmark", "unit_cost")
    may_be_empty = True
    line: Text
    benchmark: Text
    unit_cost: Text
    quantity: Annotated[float, Field(gt=0, le=MOST)]


class Section251LineRow(Row):
    """`reference/section_251_lines.csv`: the lines of the return, with their numbers in it."""

    key = ("section_251",)
    section_251: Text
    number: Annotated[int, Field(ge=1)]
    title: Text
    source: Text


class Section251Row(Fact):
    """`section_251.csv`: published gross and net outturn, in pounds of the year."""

    key = ("section_251", "financial_year")
    section_251: Text
    financial_year: YearText
    gross: Amount
    net: Annotated[Figure | None, Optional]


class FundRow(Fact):
    """`fund.csv`: what is published of the fund, with the tolerance that its own words allow; empty without a fund."""

    key = ("item", "financial_year")
    may_be_empty = True
    item: FundItem
    financial_year: YearText
    value: Figure
    tolerance: Amount
    words: Text

    @field_validator("value")
    @classmethod
    def _of_its_item(cls, value: float, info: ValidationInfo) -> float:
        item = info.data.get("item", "underspend")
        if item != "underspend" and value < 0:
            raise ValueError("must be 0 or more")
        if item == "planned_demand_share" and value > 1:
            raise ValueError("must be 1 or less")
        return value
