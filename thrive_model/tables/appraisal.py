"""What an appraisal needs besides a run: discount rates, what children cost other agencies, and how far to correct."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from thrive_model.tables.row import Amount, Fact, Optional
from thrive_model.values import Agency, Figure, Grade, YearText
from thrive_model.values import Words as Text

Percent = Annotated[float, Field(ge=0, le=100)]
Years = Annotated[int, Field(ge=0, le=1000)]


class DiscountRow(Fact):
    """`reference/discount_rates.csv`: a vintage's real rate in some years from year 0; no end where blank."""

    key = ("vintage", "from_year")
    vintage: Text
    from_year: Years
    to_year: Annotated[Years | None, Optional]
    rate_percent: Percent


class ImpactRow(Fact):
    """`reference/impacts.csv`: what a move, or a child-week in a state, costs an agency; income of it is negative."""

    key = ("impact",)
    may_be_empty = True
    impact: Text
    agency: Agency
    unit: Literal["pounds_per_child_week", "pounds_per_event"]
    driver: str
    quantity: Amount
    unit_cost: Figure
    price_year: YearText
    price_index: Text
    meaning: Text


class OptimismRow(Fact):
    """`reference/optimism_bias.csv`: by how much an estimate is corrected for the grade of its evidence."""

    key = ("grade",)
    grade: Grade
    benefits_percent: Percent
    costs_percent: Percent
