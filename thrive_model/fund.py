"""The fund account as its board reads it: a row a financial year, and the published year one as a check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from thrive_model.parameters import DEMAND_SUPPORT, USES, Floats
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

    `planned_savings` and `planned_demand_share` are the plan's own and have no counterpart in the account; what the
    share implies, `planned_demand_support`, has.
    """
    by_year = {row.financial_year: row for row in rows}
    share = {fact.financial_year: fact.value for fact in published if fact.item == "planned_demand_share"}
    checks = []
    for fact in published:
        row = by_year.get(str(fact.financial_year))
        found = _found(row, share.get(fact.financial_year, 0.0)) if row else {}
        if fact.item in found:
            checks.append(Check(fact.item, fact.value, found[fact.item], fact.tolerance, fact.words))
    return checks


def _found(row: FundYear, demand_share: float) -> dict[str, float]:
    """What a year of the account has for each published item."""
    return {
        "amount": row.opening,
        "planned": row.planned,
        "planned_demand_support": row.planned * demand_share,
        "drawdown": sum(row.uses.values()),
        "underspend": row.planned - row.drawdown,
        "new_activity": row.uses["new_activity"],
        "other_drawdown": row.drawdown - row.uses["new_activity"],
        "carried_forward": row.closing,
    }


def saving(do_nothing: Results, scenario: Results) -> Floats:
    """What the programme takes off spending on demand in each year, nominal pounds, [Y, D]."""
    return do_nothing.spent(use=DEMAND_SUPPORT) - scenario.spent(use=DEMAND_SUPPORT)
