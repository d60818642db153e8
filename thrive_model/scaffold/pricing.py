"""What the cost lines of a new authority cost: England's outturn for its children, or national unit costs.

Where England's outturn on lines of the section 251 return is at hand, it is shared out over the cost lines that stand
there in the proportions of their unit costs. Elsewhere a line costs the least that is published nationally, and the
outturn is what the lines come to. Lines for which neither says anything are left out.
"""

from __future__ import annotations

import math
from collections.abc import Container, Mapping

from thrive_model.assemble import Inputs
from thrive_model.benchmarks import FIXED, benchmarks
from thrive_model.periods import FinancialYear
from thrive_model.scaffold.steady import Steady
from thrive_model.tables import CostLineRow, Section251Row

WEEKS_A_YEAR = 52.18
OUTTURN = "gross_outturn"


def priced(
    shape: Inputs, settled: Steady, outturns: Mapping[str, float], year: FinancialYear, marks: Mapping[str, str]
) -> tuple[list[CostLineRow], list[Section251Row]]:
    """The cost lines at prices of the year, and the outturn that they come to.

    `outturns` holds pounds by section 251 lines, parted by `;`; `marks` is what every row says of its origin.
    """
    national: dict[str, float] = {}
    for one in benchmarks(shape, year):
        national[one.line] = min(one.published, national.get(one.line, math.inf))
    known = {code: codes for codes in outturns for code in codes.split(";")}
    lines = [
        line for line in shape.cost_lines if line.unit != FIXED and (line.line in national or line.section_251 in known)
    ]
    held = _fixed_share(shape, {line.section_251 for line in lines}, year)
    units = {line.line: national.get(line.line, line.unit_cost) for line in lines}
    whole: dict[str, float] = {}
    for line in lines:
        spent = volume(shape, line, settled) * units[line.line] / (1.0 - sum(held.get(line.section_251, {}).values()))
        whole[line.section_251] = whole.get(line.section_251, 0.0) + spent
    for codes, pounds in outturns.items():
        here = [code for code in codes.split(";") if code in whole]
        factor = pounds / sum(whole[code] for code in here)
        whole |= {code: whole[code] * factor for code in here}
        units |= {line.line: units[line.line] * factor for line in lines if line.section_251 in here}
    fixed = {line: whole[code] * share for code, shares in held.items() for line, share in shares.items()}
    rows = [
        line.model_copy(update={**marks, "unit_cost": float(f"{cost:.6g}"), "price_year": year})
        for line in shape.cost_lines
        if (cost := {**units, **fixed}.get(line.line)) is not None
    ]
    gross: dict[str, float] = {}
    for row in rows:
        gross[row.section_251] = gross.get(row.section_251, 0.0) + volume(shape, row, settled) * row.unit_cost
    origin = {**marks, "where": "", "financial_year": year, "net": None}
    return rows, [
        Section251Row.model_validate({**origin, "section_251": code, "gross": round(pounds, 2)})
        for code, pounds in gross.items()
    ]


def volume(shape: Inputs, line: CostLineRow, settled: Steady) -> float:
    """Units of a line in a year: weeks of children, events, teams, or the one sum of a fixed line."""
    path = shape.pathway
    if line.unit == "pounds_per_event":
        return settled.moved(path.arrows_of(line.driver))
    if line.unit == FIXED:
        return 1.0
    children = settled.held(path.cells_of(line.driver))
    return children * WEEKS_A_YEAR if line.children_per_team is None else math.ceil(children / line.children_per_team)


def _fixed_share(shape: Inputs, codes: Container[str], year: FinancialYear) -> dict[str, dict[str, float]]:
    """The share of its section 251 line that each fixed sum is, where other lines stand there too."""
    gross = {row.section_251: row.gross for row in shape.section_251 if row.financial_year == year}
    found: dict[str, dict[str, float]] = {}
    for line in shape.cost_lines:
        if line.unit == FIXED and line.section_251 in codes:
            found.setdefault(line.section_251, {})[line.line] = line.unit_cost / gross[line.section_251]
    return found
