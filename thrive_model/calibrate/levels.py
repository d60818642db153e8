"""How far unit costs are from what was spent: published outturn over the model's, by line of the return.

At the fitted rates a line of the return costs so much in each year. Where the published outturn is r times that, and
log r scatters normally about one level over the years, the level of maximum likelihood is the mean of log r, and its
standard error comes from the scatter. A level of 1 leaves the unit costs of the line as they are.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from thrive_model import engine
from thrive_model.calibrate.fit import Fit, with_ledger
from thrive_model.calibrate.free import as_effects
from thrive_model.parameters import DEMAND_SUPPORT
from thrive_model.results import Results

FEWEST_YEARS = 2


@dataclass(frozen=True)
class Level:
    """What the unit costs of one line of the return would be multiplied by, from so many years."""

    section_251: str
    years: int
    multiplier: float
    standard_error: float
    cost_lines: tuple[str, ...]


def levels(fit: Fit) -> list[Level]:
    """Every line of the return with two published years or more, in the order of the cost lines."""
    results = _at_fitted_rates(fit)
    assembled = fit.assembled
    gross = {(row.section_251, row.financial_year): row.gross for row in assembled.inputs.section_251}
    found = []
    for code in dict.fromkeys(row.section_251 for row in assembled.inputs.cost_lines):
        lines = tuple(row.line for row in assembled.inputs.cost_lines if row.section_251 == code)
        spent = sum(results.spent(line=line, use=DEMAND_SUPPORT)[:, 0] for line in lines)
        ratios = [
            gross[code, year] / float(pounds)
            for year, pounds in zip(results.years, np.asarray(spent), strict=True)
            if gross.get((code, year), 0.0) > 0 and pounds > 0
        ]
        if len(ratios) >= FEWEST_YEARS:
            logs = np.log(ratios)
            error = float(np.std(logs, ddof=1) / np.sqrt(len(logs)))
            found.append(Level(code, len(ratios), float(np.exp(np.mean(logs))), error, lines))
    return found


def _at_fitted_rates(fit: Fit) -> Results:
    """The run at the mode, with what it costs."""
    assembled = fit.assembled
    effects = (*assembled.parameters.effects, *as_effects(fit.parameters, fit.values[:, None]))
    trajectory = engine.run(replace(assembled.parameters, effects=effects))
    return with_ledger(replace(fit.plain, trajectory=trajectory))
