"""What the council spends by line of the section 251 return, beside the outturn that was published.

Spending is nominal and gross: what demand costs by the code of its cost line, and what the programme costs by the code
of each intervention. The lines sum to all that the council spends in the ledger; what partners pay is apart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from thrive_model.assemble import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.ledger import NOT_ITEMISED
from thrive_model.parameters import DEMAND_SUPPORT, PARTNERS, Floats
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.scenario import Resolved

NOT_CODED = "not_coded"
"""What interventions cost that name no line of the return."""
TITLES = {NOT_CODED: "Not coded", NOT_ITEMISED: "Drawn, not itemised"}


@dataclass(frozen=True)
class CodeYear:
    """One line of the return in one financial year, nominal pounds, gross.

    `programme` is the part of `scenario` that interventions cost. `published` is None where no outturn of the line and
    year is given, and `number` where the line is not one of the return's.
    """

    section_251: str
    number: int | None
    title: str
    financial_year: str
    do_nothing: float
    scenario: float
    programme: float
    published: float | None

    @property
    def difference(self) -> float | None:
        """By how much the scenario spends more than was published."""
        return None if self.published is None else self.scenario - self.published

    @property
    def difference_share(self) -> float | None:
        """The difference as a share of what was published; None where that is nothing."""
        return None if not self.published or self.difference is None else self.difference / self.published


def by_code(do_nothing: Results, scenario: Results, draw: int = 0) -> list[CodeYear]:
    """Every line on which anything is spent, or of which the outturn is held against it, in every year."""
    inputs = scenario.assembled.inputs
    gross = outturn(inputs)
    numbers = {row.section_251: (row.number, row.title) for row in inputs.section_251_lines}
    was, demand, programme = _on_demand(do_nothing), _on_demand(scenario), _on_programme(scenario)
    nobody = np.zeros((len(scenario.years), 1 + draw))
    rows = []
    for code in sorted({**demand, **programme}, key=lambda code: _order(code, numbers)):
        number, title = numbers.get(code, (None, TITLES.get(code, code)))
        before, now, extra = (found.get(code, nobody)[:, draw] for found in (was, demand, programme))
        rows += [
            CodeYear(
                code,
                number,
                title,
                str(year),
                float(before[y]),
                float(now[y] + extra[y]),
                float(extra[y]),
                gross.get((code, year)) if code in demand else None,
            )
            for y, year in enumerate(scenario.years)
        ]
    return rows


def paid_by_partners(scenario: Results) -> Floats:
    """What partners pay of the interventions in each year, [Y, D]: in no line of the council's return."""
    return scenario.spent(use=PARTNERS)


def outturn(inputs: Inputs) -> dict[tuple[str, FinancialYear], float]:
    """The published gross outturn by line and financial year."""
    return {(row.section_251, row.financial_year): row.gross for row in inputs.section_251}


def latest_with_both(scenario: Results) -> FinancialYear:
    """The last year of the run of which an outturn is published; the first year where there is none."""
    published = {row.financial_year for row in scenario.assembled.inputs.section_251}
    return max((year for year in scenario.years if year in published), default=scenario.years[0])


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """Two lines with one number, and interventions reported under a line that the return does not have."""
    first: dict[int, str] = {}
    for row in inputs.section_251_lines:
        if row.number in first:
            what = f"{row.number} is the number of '{first[row.number]}' too"
            yield Problem(row.place("number"), what, "give each line its own")
        first.setdefault(row.number, row.section_251)
    known = {row.section_251 for row in inputs.section_251_lines} | {row.section_251 for row in inputs.section_251}
    for key, one in resolved.scenario.interventions.items():
        if one.section_251 and one.section_251 not in known:
            what = f"'{one.section_251}' is not a line of section_251_lines.csv"
            remedy = did_you_mean(one.section_251, known)
            yield Problem(resolved.place("interventions", key, "section_251"), what, remedy)


def _on_demand(results: Results) -> dict[str, Floats]:
    """What demand costs in each year by code, [Y, D]."""
    spent: dict[str, Floats] = {}
    for row in results.assembled.inputs.cost_lines:
        pounds = results.spent(line=row.line, use=DEMAND_SUPPORT)
        spent[row.section_251] = spent[row.section_251] + pounds if row.section_251 in spent else pounds
    return spent


def _on_programme(results: Results) -> dict[str, Floats]:
    """What the programme costs the council in each year by code, and what was drawn beyond it, [Y, D]."""
    interventions = results.assembled.resolved.scenario.interventions
    ledger = results.ledger
    spent: dict[str, Floats] = {}
    for i in ledger.rows(kind="programme"):
        line, use = ledger.lines[i], ledger.uses[i]
        if use == PARTNERS:
            continue
        code = NOT_ITEMISED if line == NOT_ITEMISED else interventions[line].section_251 or NOT_CODED
        pounds = results.by_year(ledger.amount[i])
        spent[code] = spent[code] + pounds if code in spent else pounds
    return spent


def _order(code: str, numbers: Mapping[str, tuple[int, str]]) -> tuple[bool, bool, int, str]:
    """The return's own order; then lines without a number, and last what is on no line."""
    number, _ = numbers.get(code, (0, ""))
    return code in TITLES, number == 0, number, code
