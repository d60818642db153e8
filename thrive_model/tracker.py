"""The savings tracker: what each saving brings in the year and in full, who answers for it, and how sure it is.

A row is a saving that the scenario names, or a cost line that none of them counts; the rows sum to what the programme
takes off spending on demand. The rule of the colours:

- with a plan: green where the year brings all of it, amber where it brings nine tenths, red below;
- without one: by the part of the saving that stays when every effect without published evidence is left out: green
  from two thirds, amber from one third, red below;
- red where nothing is saved, or the line costs more instead.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.run import Comparison
from thrive_model.savings import LineSaving, at_full_rate, by_line, saved_by_month, spent_by_line

AMBER_OF_PLAN = 0.9
GREEN_ON_EVIDENCE, AMBER_ON_EVIDENCE = 2.0 / 3.0, 1.0 / 3.0
A_POUND = 1.0


@dataclass(frozen=True)
class Tracked:
    """One saving in one year, nominal pounds; below 0 where more is spent.

    `part_year` is what the year brings, `full_year` what its last month comes to over a year. `on_evidence` is the
    share of the part-year saving that rests on effects with published evidence.
    """

    key: str
    title: str
    owner: str
    financial_year: str
    part_year: float
    full_year: float
    cashable: float
    planned: float | None
    on_evidence: float
    rag: str
    reason: str


def tracked(comparison: Comparison, year: FinancialYear, draw: int = 0) -> list[Tracked]:
    """Every saving of the year: those the scenario names first, then the other lines, the largest first."""
    scenario = comparison.scenario
    y = scenario.years.index(year)
    rows = {row.line: row for row in by_line(comparison.do_nothing, scenario, draw) if row.financial_year == str(year)}
    saved = saved_by_month(comparison.do_nothing, scenario)[..., draw]
    full = dict(zip(rows, at_full_rate(scenario, saved)[:, y], strict=True))
    nothing, evidenced = (
        spent_by_line(results)[:, y, draw] for results in (comparison.do_nothing, comparison.evidenced)
    )
    on_evidence = dict(zip(rows, nothing - evidenced, strict=True))
    found = []
    for key, title, owner, planned, lines in _groups(scenario, rows, year):
        part = sum(row.saving for row in lines)
        sure = sum(float(on_evidence[row.line]) for row in lines)
        share = min(max(sure / part, 0.0), 1.0) if part > 0 else 0.0
        rag, reason = _colour(part, planned, share)
        brings = sum(float(full[row.line]) for row in lines)
        cashable = sum(row.cashable for row in lines)
        found.append(Tracked(key, title, owner, str(year), part, brings, cashable, planned, share, rag, reason))
    return found


def _groups(
    scenario: Results, rows: dict[str, LineSaving], year: FinancialYear
) -> Iterator[tuple[str, str, str, float | None, Sequence[LineSaving]]]:
    """Key, title (a line has none), owner, plan and lines of every row of the tracker."""
    budgets = {row.line: row.section_251.replace("_", " ") for row in scenario.assembled.inputs.cost_lines}
    counted: set[str] = set()
    for key, one in scenario.assembled.resolved.scenario.named_savings.items():
        counted.update(one.cost_lines)
        held = one.owner or "; ".join(dict.fromkeys(budgets[line] for line in one.cost_lines))
        planned = None if one.planned is None else one.planned.at(year)
        yield key, one.title, held, planned, [rows[line] for line in one.cost_lines]
    rest = [row for line, row in rows.items() if line not in counted and abs(row.saving) >= A_POUND]
    for row in sorted(rest, key=lambda row: -row.saving):
        yield row.line, "", budgets[row.line], None, [row]


def _colour(part_year: float, planned: float | None, on_evidence: float) -> tuple[str, str]:
    """The colour of a saving, and the rule that gave it."""
    if part_year <= -A_POUND:
        return "red", "costs more than doing nothing"
    if planned is not None:
        share = part_year / planned if planned else 1.0
        rag = "green" if share >= 1 else "amber" if share >= AMBER_OF_PLAN else "red"
        return rag, f"{share:.0%} of the plan"
    if part_year < A_POUND:
        return "red", "no plan; nothing is saved"
    rag = "green" if on_evidence >= GREEN_ON_EVIDENCE else "amber" if on_evidence >= AMBER_ON_EVIDENCE else "red"
    return rag, f"no plan; {on_evidence:.0%} of it on evidence"
