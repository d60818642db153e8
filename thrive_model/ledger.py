"""Every pound one row: what it was spent on, which use it has, who paid, and when.

`charge` turns a trajectory into nominal pounds by cost line. `settle` says who paid each of them: the base budget,
the fund for one of its uses, partners, or nobody yet (*unfunded*). Demand support is what spending on demand
exceeds the base budget by.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from thrive_model.engine import Trajectory
from thrive_model.parameters import DEMAND_SUPPORT, USES, Bools, CostLines, Floats, FundTerms, Ints
from thrive_model.sums import added, weighted

BASE_BUDGET = "base_budget"
UNFUNDED = "unfunded"
OUTSIDE_THE_FUND = "outside_the_fund"
"""Paid in a closed year by neither the base budget nor the fund: the model's figure above the accounts'."""
NOT_ITEMISED = "not_itemised"
"""Drawn in a closed year for a use beyond what the scenario's interventions cost."""
A_FULL_TEAM = 1e-9
"""Beyond a whole number of teams by less than this is the rounding of sums, and takes no further team."""
ROUNDING = 1e-12
"""A smaller part of a use's spending is the rounding of sums, and not a pound that somebody owes."""


@dataclass(frozen=True)
class Account:
    """The fund by financial year: `need`, `drawdown` [Y, U, D] by use, `opening`, `closing` and `unfunded` [Y, D]."""

    need: Floats
    drawdown: Floats
    opening: Floats
    closing: Floats
    unfunded: Floats


@dataclass(frozen=True)
class Ledger:
    """Rows of (line, kind, use, funding) and `amount[R, T, D]`, nominal pounds of each month.

    Rows of use *demand_support* are spending on demand, whoever paid; the others are the programme's.
    """

    lines: tuple[str, ...]
    kinds: tuple[str, ...]
    uses: tuple[str, ...]
    funding: tuple[str, ...]
    amount: Floats

    def rows(self, *, line: str = "", use: str = "", funding: str = "", kind: str = "") -> list[int]:
        """Indices of the rows that match every word given."""
        wanted = {"lines": line, "uses": use, "funding": funding, "kinds": kind}
        found = [self._where[column, word] for column, word in wanted.items() if word]
        return sorted(set(range(len(self.lines))).intersection(*found))

    @cached_property
    def _where(self) -> dict[tuple[str, str], set[int]]:
        """The rows that have a word in a column."""
        found: dict[tuple[str, str], set[int]] = defaultdict(set)
        for column in ("lines", "uses", "funding", "kinds"):
            for i, word in enumerate(getattr(self, column)):
                found[column, word].add(i)
        return found

    def sum(self, **words: str) -> Floats:
        """Pounds of the matching rows by month, [T, D]."""
        return added(self.amount[self.rows(**words)], 0)


def charge(trajectory: Trajectory, costs: CostLines) -> Floats:
    """Nominal pounds by cost line and month, [L, T, D]."""
    stock = _mean_stock(trajectory)
    counted = _counted(trajectory, stock, costs.per_child_week, costs.per_move, costs.weeks)
    teams_kept = _teams(stock, costs)
    each = zip(counted, teams_kept, costs.per_team, costs.per_month, costs.volume, costs.to_nominal, strict=True)
    return _one_above_another(
        [
            ((units + fixed) * volume + teams * per_team) * to_nominal
            for units, teams, per_team, fixed, volume, to_nominal in each
        ],
        counted,
    )


def charged_units(trajectory: Trajectory, costs: CostLines) -> Floats:
    """What each line charges for by month: child-weeks, events or teams, times the units each takes, [L, T, D].

    0 for a line that is a fixed sum or costs nothing a unit.
    """
    per_child_week, per_move = (np.asarray(cost > 0, dtype=float) for cost in (costs.per_child_week, costs.per_move))
    stock = _mean_stock(trajectory)
    counted = _counted(trajectory, stock, per_child_week, per_move, costs.weeks)
    each = zip(counted, _teams(stock, costs), costs.per_team > 0, costs.volume, strict=True)
    return _one_above_another([units * volume + teams * paid for units, teams, paid, volume in each], counted)


def _one_above_another(lines: Sequence[Floats], like: Floats) -> Floats:
    """Lines of [T, D] or [T, 1] as one array [L, T, D]; `like` it where there is none."""
    return np.stack(np.broadcast_arrays(*lines)) if lines else like


def _teams(stock: Floats, costs: CostLines) -> Iterator[Floats]:
    """Whole teams kept for the mean caseload of each month, [T, D] line by line; 0 if not paid by the team."""
    needed = weighted(costs.teams_per_child, stock)
    for children, volume in zip(needed, costs.volume, strict=True):
        yield np.asarray(np.ceil(children * volume - A_FULL_TEAM))


def _counted(trajectory: Trajectory, stock: Floats, per_child_week: Floats, per_move: Floats, weeks: Floats) -> Floats:
    """Child-weeks and moves weighted by line, [L, T, D]."""
    child_weeks = stock * weeks[:, None, None]
    return weighted(per_child_week, child_weeks) + weighted(per_move, added(trajectory.flow, 2))


def _mean_stock(trajectory: Trajectory) -> Floats:
    """Children in each cell in each month, the mean of its opening and closing stock, [T, S, D]."""
    stock = added(trajectory.stock, 2)
    return np.asarray((stock[:-1] + stock[1:]) / 2.0)


def settle(
    amounts: Floats, costs: CostLines, base_budget: float, fund: FundTerms | None, year_of_month: Ints
) -> tuple[Ledger, Account | None]:
    """Split every line's pounds among those who pay, year by year; the rows sum to `amounts`.

    Within a year each payer bears the same share of every line of a use in every month. Where a closed year's
    drawdown for a use is more than the lines of that use come to, a row `not_itemised` holds the difference.
    """
    years = int(year_of_month.max()) + 1
    by_year = np.stack([added(amounts[:, year_of_month == y], 1) for y in range(years)])
    spent = np.stack([added(by_year[:, [u == use for u in costs.uses]], 1) for use in USES], axis=1)
    need = spent.copy()
    need[:, 0] = np.maximum(spent[:, 0] - base_budget, 0.0)
    account = _draw(need, fund) if fund else None
    drawn = account.drawdown if account else np.zeros_like(need)
    closed = fund.closed if fund else np.zeros(years, dtype=np.bool_)
    rows: list[tuple[str, str, str, str, Floats]] = []
    for i, (line, kind, use) in enumerate(zip(costs.names, costs.kinds, costs.uses, strict=True)):
        for funding, share in _shares(use, spent, drawn, base_budget, closed):
            amount = amounts[i] * share[year_of_month]
            if amount.any():
                rows.append((line, kind, use, funding, amount))
    rows.extend(_not_itemised(spent, drawn, year_of_month))
    if not rows:
        return Ledger((), (), (), (), np.zeros((0, *amounts.shape[1:]))), account
    lines, kinds, uses, fundings, parts = zip(*rows, strict=True)
    return Ledger(lines, kinds, uses, fundings, np.stack(parts)), account


def _shares(use: str, spent: Floats, drawn: Floats, base_budget: float, closed: Bools) -> list[tuple[str, Floats]]:
    """What share of each pound of a use each payer bears, [Y, D]: the fund first, then the base budget."""
    if use not in USES:
        return [(use, np.ones((spent.shape[0], spent.shape[2])))]
    u = USES.index(use)
    total = spent[:, u]
    from_fund = np.minimum(drawn[:, u], total)
    from_base = np.minimum(base_budget, total - from_fund) if use == DEMAND_SUPPORT else np.zeros_like(total)
    rest = total - from_fund - from_base
    rest = np.where(rest > ROUNDING * total, rest, 0.0)
    late = closed[:, None]
    parts = (
        (f"fund_{use}", from_fund),
        (BASE_BUDGET, from_base),
        (UNFUNDED, np.where(late, 0.0, rest)),
        (OUTSIDE_THE_FUND, np.where(late, rest, 0.0)),
    )
    return [(name, np.divide(part, total, out=np.zeros_like(total), where=total > 0)) for name, part in parts]


def _not_itemised(spent: Floats, drawn: Floats, year_of_month: Ints) -> list[tuple[str, str, str, str, Floats]]:
    months = np.bincount(year_of_month)[:, None]
    rows = []
    for u, use in enumerate(USES):
        beyond = np.maximum(drawn[:, u] - spent[:, u], 0.0)
        if beyond.any():
            rows.append((NOT_ITEMISED, "programme", use, f"fund_{use}", (beyond / months)[year_of_month]))
    return rows


def _draw(need: Floats, fund: FundTerms) -> Account:
    """The fund year by year: in the stated order, never below zero; closed years as the accounts have them."""
    years, uses, draws = need.shape
    drawdown = np.zeros_like(need)
    opening, closing = np.zeros((years, draws)), np.zeros((years, draws))
    balance, released = np.full(draws, fund.amount), np.zeros(draws)
    for y in range(years):
        opening[y] = balance
        if fund.closed[y]:
            drawdown[y] = np.broadcast_to(fund.actual[y][:, None], (uses, draws))
            released = np.zeros(draws)
        elif fund.open[y]:
            released = released + fund.release[y]
            left = np.maximum(np.minimum(balance, released) if fund.by_plan else balance, 0.0)  # not a rounding below
            for u in fund.order:
                drawdown[y, u] = np.minimum(need[y, u], left)
                left = left - drawdown[y, u]
            released = released - added(drawdown[y], 0)
        balance = balance - added(drawdown[y], 0)
        closing[y] = balance
    closed = fund.closed[:, None]
    unfunded = np.where(closed, 0.0, added(need - drawdown, 1))
    return Account(need, drawdown, opening, closing, unfunded)
