"""The fund account as its board reads it: a row a financial year, and the published year one as a check."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.ledger import NOT_ITEMISED, Account
from thrive_model.parameters import DEMAND_SUPPORT, USES, Floats, Ints
from thrive_model.results import Results
from thrive_model.tables import FundRow

A_POUND = 1.0
"""A fund with less in it is empty."""


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
    """A published figure, or one derived from them, beside the scenario's own, with the tolerance its words leave."""

    item: str
    published: float
    found: float
    tolerance: float
    words: str
    derived: bool

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


def reconcile(results: Results, published: Sequence[FundRow]) -> list[Check]:
    """Each published figure of the fund beside what the scenario has for that year.

    `planned_savings` and `planned_demand_share` are the plan's own and have no counterpart in the account; what the
    share implies, `planned_demand_support`, has. New activity is what the interventions cost, whoever paid. What was
    drawn is held only against a year that the scenario closes by its accounts, and not against a projection.
    """
    rows = {row.financial_year: (y, row) for y, row in enumerate(account(results))}
    share = {fact.financial_year: fact.value for fact in published if fact.item == "planned_demand_share"}
    itemised = results.spent(use="new_activity") - results.spent(use="new_activity", line=NOT_ITEMISED)
    checks = []
    for fact in published:
        if str(fact.financial_year) in rows:
            y, row = rows[str(fact.financial_year)]
            found = _found(row, share.get(fact.financial_year, 0.0), float(itemised[y, 0]))
            if fact.item in found:
                derived = fact.basis != "published"
                checks.append(Check(fact.item, fact.value, found[fact.item], fact.tolerance, fact.words, derived))
    return checks


def _found(row: FundYear, demand_share: float, new_activity: float) -> dict[str, float]:
    """What a year of the scenario has for each published item."""
    plan = {
        "amount": row.opening,
        "planned": row.planned,
        "planned_demand_support": row.planned * demand_share,
    }
    if not row.actual:
        return plan
    return plan | {
        "drawdown": sum(row.uses.values()),
        "underspend": row.planned - row.drawdown,
        "new_activity": new_activity,
        "other_drawdown": row.drawdown - row.uses["new_activity"],
        "carried_forward": row.closing,
    }


def shares(results: Results, draw: int = 0) -> dict[str, float]:
    """Who pays for all that is spent in the years in which the fund is open, as shares that sum to 1.

    Keys are the ledger's: `base_budget`, `partners`, `unfunded`, and `fund` for all of its uses.
    """
    terms, book = results.assembled.fund, results.ledger
    if terms is None:
        return {}
    paid: dict[str, float] = {}
    for row, funding in enumerate(book.funding):
        payer = "fund" if funding.startswith("fund_") else funding
        pounds = results.by_year(book.amount[row])[terms.open, draw].sum()
        paid[payer] = paid.get(payer, 0.0) + float(pounds)
    total = sum(paid.values())
    return {payer: pounds / total for payer, pounds in paid.items()}


def saving(do_nothing: Results, scenario: Results) -> Floats:
    """What the programme takes off spending on demand in each year, nominal pounds, [Y, D]."""
    return do_nothing.spent(use=DEMAND_SUPPORT) - scenario.spent(use=DEMAND_SUPPORT)


def account_of(results: Results) -> Account:
    """The fund's account; ValueError where the scenario has no fund."""
    if results.account is None:
        raise ValueError("the scenario has no fund")
    return results.account


def months_open(results: Results) -> list[int]:
    """The months of the run in which the fund may be drawn, as indices."""
    terms = results.assembled.fund
    return [] if terms is None else np.flatnonzero(terms.open[results.assembled.year_of_month]).tolist()


def month_empty(results: Results) -> Ints:
    """The month by whose end nothing is left of the fund, as an index, [D]; the number of months where some is.

    The account is of years. Within the year in which it runs out, that is the month by which so much has been needed
    since April, beyond as many twelfths of the base budget, as the fund held at the start of the year.
    """
    account, assembled = account_of(results), results.assembled
    months = np.arange(len(assembled.months))
    demand = results.ledger.sum(use=DEMAND_SUPPORT)
    others = results.ledger.sum(use=USES[1]) + results.ledger.sum(use=USES[2])
    never = len(months)
    found = np.full(account.closing.shape[1], never)
    assert assembled.fund is not None
    for y in np.flatnonzero(assembled.fund.open):
        of_year = assembled.year_of_month == y
        twelfths = np.arange(1, of_year.sum() + 1)[:, None] / of_year.sum()
        needed = np.maximum(np.cumsum(demand[of_year], axis=0) - assembled.base_budget * twelfths, 0.0)
        needed = needed + np.cumsum(others[of_year], axis=0)
        enough = needed >= account.opening[y] - A_POUND
        first = np.where(enough.any(axis=0), enough.argmax(axis=0), of_year.sum() - 1) + months[of_year][0]
        emptied = (account.closing[y] < A_POUND) & (found == never)
        found = np.where(emptied, first, found)
    return found
