"""The tables of a run that may be published, every figure as it is to be printed.

Few tables, so that what can be worked out from them can be shown to be nothing: figures of the children by year, and
pounds that are sums over all cost lines. There is no table by month, age, duration, move or cost line.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from thrive_model import fund
from thrive_model.budget import plan
from thrive_model.disclosure.figures import CHILDREN, DECIMALS, OUTPUTS, Line, Safe, safe
from thrive_model.disclosure.suppression import FEWEST, MOST, is_small
from thrive_model.outputs import all_outputs
from thrive_model.results import Results
from thrive_model.run import Comparison

HIDDEN = "[c]"
"""The sign of the Department for Education for what is confidential."""
TO_THE = {"pounds": 1_000}
TO_THE_OTHERWISE = 100
RULE = (
    f"Counts are rounded to whole ones. Those of {FEWEST:.0f} to {MOST:.0f} are {HIDDEN}, and so are as many others as "
    f"it takes that of every count from {FEWEST:.0f} to {MOST:.0f}, in a state at 31 March, making a move or turning "
    f"18 in a year, published or not, all the tables together leave open everything from {FEWEST:.0f} to {MOST:.0f}. "
    "Percentages and rates go with the counts they are made of. Pounds are sums over all cost lines, to the nearest "
    "1,000, or 100 where they are for each child; where lines of 1 to 5 children are most of a year's, none is told."
)

Row = Mapping[str, str]


@dataclass(frozen=True)
class Publication:
    """Tables by name, as printed, and how many of their figures are hidden and why."""

    tables: Mapping[str, Sequence[Row]]
    hidden: Mapping[str, int]
    left_out: tuple[str, ...]


def publication(comparison: Comparison) -> Publication:
    """What of a comparison may be published; `InputError` where nothing may."""
    found = safe(comparison)
    tell_pounds = not any(_rests_on_few(run) for run in (comparison.do_nothing, comparison.scenario))
    by_line = dict(_lines(comparison, found))
    outputs = [
        row
        for name, output in all_outputs().items()
        for row in (
            _pounds_of(comparison, name, found, tell=tell_pounds)
            if output.unit.startswith("pounds")
            else by_line.get((OUTPUTS, name), [])
        )
    ]
    children = [row for (table, _), rows in by_line.items() if table == CHILDREN for row in rows]
    counts = np.array([line.kind == "count" for line in found.lines])
    return Publication(
        {
            OUTPUTS: outputs,
            CHILDREN: children,
            "fund": [_fund_row(row, tell=tell_pounds) for row in fund.account(comparison.scenario)],
            "budget": list(_budget_rows(comparison, tell=tell_pounds)),
        },
        {
            "counts": int(found.hidden[counts].size),
            "small": int((found.hidden & found.small)[counts].sum()),
            "for_the_sake_of_others": int((found.hidden & ~found.small)[counts].sum()),
            "percentages_and_rates": int(found.hidden[~counts].sum()),
        },
        found.left_out,
    )


def _lines(comparison: Comparison, found: Safe) -> Iterator[tuple[tuple[str, str], list[Row]]]:
    years = [str(year) for year in comparison.scenario.years]
    for line, hidden in zip(found.lines, found.hidden, strict=True):
        both = found.values(line)
        yield (
            (line.table, line.name),
            [
                _row(
                    line.table,
                    line.name,
                    line.unit,
                    year,
                    [_figure(line, one[y], hide=bool(hidden[y])) for one in both],
                )
                for y, year in enumerate(years)
            ],
        )


def _row(table: str, name: str, unit: str, year: str, both: Sequence[str]) -> Row:
    called = {"output": name, "unit": unit} if table == OUTPUTS else {"state": name}
    return {**called, "financial_year": year, "do_nothing": both[0], "scenario": both[1]}


def _figure(line: Line, value: float, *, hide: bool) -> str:
    return HIDDEN if hide else f"{value + 0.0:.{DECIMALS[line.kind]}f}"


def _pounds_of(comparison: Comparison, name: str, found: Safe, *, tell: bool) -> Iterator[Row]:
    """An output in pounds; where it is for each child, hidden with the children whom it is for each of."""
    output = all_outputs()[name]
    made = output.measure
    both = [made(run)[:, 0] for run in (comparison.do_nothing, comparison.scenario)]
    hidden = found.hidden_with(output)
    for y, year in enumerate(comparison.scenario.years):
        shown = [_pounds(float(one[y]), output.unit, tell=tell and not hidden[y]) for one in both]
        yield _row(OUTPUTS, name, output.unit, str(year), shown)


def _pounds(amount: float, unit: str = "pounds", *, tell: bool) -> str:
    to_the = TO_THE.get(unit, TO_THE_OTHERWISE)
    return str(round(amount / to_the) * to_the) if tell else HIDDEN


def _fund_row(row: fund.FundYear, *, tell: bool) -> Row:
    amounts: dict[str, Any] = {**vars(row), **row.uses}
    names = ("opening", "planned", "drawdown", *row.uses, "closing", "unfunded")
    pounds = {name: _pounds(amounts[name], tell=tell) for name in names}
    return {"financial_year": row.financial_year, **pounds, "actual": str(row.actual)}


def _budget_rows(comparison: Comparison, *, tell: bool) -> Iterator[Row]:
    found = plan(comparison)
    for row in found.rows:
        for year, total, increment in zip(found.years, row.totals, row.increments, strict=True):
            amounts = {"total": _pounds(total, tell=tell), "increment": _pounds(increment, tell=tell)}
            yield {"section": row.section, "row": row.key, "financial_year": str(year), **amounts}


def _rests_on_few(results: Results) -> bool:
    """Whether in some year cost lines of 1 to 5 children come to more than those of others: a unit cost would tell.

    The children of a line are those at 31 March in the states it charges for and those who made the moves in the year.
    """
    costs = results.assembled.costs
    stock = results.trajectory.stock[results.marches + 1][..., 0].sum(axis=2)
    moved = results.by_year(results.trajectory.flow[..., 0].sum(axis=2))
    stays = (costs.per_child_week > 0) | (costs.teams_per_child > 0)
    children = stock @ stays.T + moved @ (costs.per_move > 0).T
    spent = np.array([results.spent(line=name)[:, 0] for name in costs.names]).T
    few, more = is_small(children), children >= MOST + 0.5
    return bool(np.any((spent * few).sum(axis=1) > (spent * more).sum(axis=1)))
