"""Sources, and published figures beside which outputs are shown."""

from __future__ import annotations

from typing import Literal

from thrive_model.tables.row import Amount, Fact, Row
from thrive_model.values import Words as Text
from thrive_model.values import YearText


class SourceRow(Row):
    """`sources.csv`."""

    key = ("source",)
    source: Text
    title: Text
    publisher: Text
    date: Text
    licence: Text
    read_at: Text


class ObservedRow(Fact):
    """`observed.csv`: published figures beside which an output is shown."""

    key = ("output", "financial_year")
    output: Text
    financial_year: YearText
    value: Amount


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
