"""The fund account as its board reads it: a row a financial year, and the published year one as a check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thrive_model.parameters import DEMAND_SUPPORT, USES
from thrive_model.results import Results
from thrive_model.tables import FundRow


@dataclass(frozen=True)
class FundYear:
    """One year of the fund in one draw, nominal pounds. `drawdown` is by use; `actual` says it is from the accounts."""

    financial_year: str
    opening: float
    planned: float
    drawdown: float
    uses: Mapping[str, float]
    closing: float
    unfunded: float
    actual: bool


@dataclass(frozen=True)
class Check:
    """A published figure beside the account's own, with the tolerance its words leave."""

    item: str
    published: float
    found: float
    tolerance: float
    words: str

    @property
    def holds(self) -> bool:
        """Whether the two agree within the tolerance."""
        return abs(self.found - self.published) <= self.tolerance


def account(results: Results, draw: int = 0) -> list[FundYear]:
    """The fund year by year; empty where the scenario has none."""
    book, terms = results.account, results.assembled.fund
    if book is None or terms is None:
        return []
    return [
        FundYear(
            financial_year=str(year),
            opening=float(book.opening[y, draw]),
            planned=float(terms.release[y]),
            drawdown=float(book.drawdown[y, :, draw].sum()),
            uses={use: float(book.drawdown[y, u, draw]) for u, use in enumerate(USES)},
            closing=float(book.closing[y, draw]),
            unfunded=float(book.unfunded[y, draw]),
            actual=bool(terms.closed[y]),
        )
        for y, year in enumerate(results.years)
    ]


def reconcile(rows: Sequence[FundYear], published: Sequence[FundRow]) -> list[Check]:
    """Each published figure of the fund beside what the account has for that year.

    `planned_demand_share` and `planned_savings` are the plan's own and have nothing to be held against; what they
    imply is: that share of the plan is demand, and all uses of a year sum to what was drawn.
    """
    by_year = {row.financial_year: row for row in rows}
    found = {
        "amount": lambda row: row.opening,
        "planned": lambda row: row.planned,
        "drawdown": lambda row: sum(row.uses.values()),
        "new_activity": lambda row: row.uses["new_activity"],
        "carried_forward": lambda row: row.closing,
    }
    return [
        Check(fact.item, fact.value, found[fact.item](by_year[str(fact.financial_year)]), fact.tolerance, fact.words)
        for fact in published
        if fact.item in found and str(fact.financial_year) in by_year
    ]


def plan_split(published: Sequence[FundRow]) -> dict[str, float]:
    """What the published plan of a year comes to: demand support, the rest, and the variance to what was drawn."""
    of = {fact.item: fact.value for fact in published}
    if not {"planned", "planned_demand_share", "drawdown"} <= of.keys():
        return {}
    return {
        f"planned_{DEMAND_SUPPORT}": of["planned"] * of["planned_demand_share"],
        "planned_other": of["planned"] * (1.0 - of["planned_demand_share"]),
        "underspend": of["planned"] - of["drawdown"],
    }
