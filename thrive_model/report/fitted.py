"""A fit and a back-cast for people and for machines: what was fitted, to what, how well, and what is not known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

import thrive_model
from thrive_model.calibrate import Fit, Foretold
from thrive_model.calibrate.backcast import LEVELS
from thrive_model.calibrate.levels import levels
from thrive_model.calibrate.rates import fitted_rates
from thrive_model.outputs import all_outputs
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, standing_told
from thrive_model.report.words import figure, hanging, percent, plain
from thrive_model.scenario import Resolved
from thrive_model.values import ASSUMPTION

HARDLY = 0.25
STRONG = 0.7
HOW_TO_READ = (
    "Multiplier: of the table's rates; 1 leaves them. Known: how much of the variance that was allowed before (spread) "
    "the figures took away. Standard errors are of the logarithm. Residual: in standard deviations of the count by "
    "chance alone, above 0 where more was published than the model has. Unit costs: published outturn over the "
    "model's at the fitted rates, a mean over years; they are told and not taken over."
)


def screen(resolved: Resolved, fit: Fit, effective: tuple[float, int]) -> Group:
    """Every parameter, every target, and how far to trust them."""
    return Group(_heading(resolved, "fitted to what was published"), "", *_body(fit, effective))


def _body(fit: Fit, effective: tuple[float, int]) -> list[Any]:
    return [
        _parameters(fit),
        "",
        _targets(fit),
        "",
        _levels(fit),
        "",
        Text(_how_well(fit, effective)),
        *(Text(line) for line in _not_known(fit)),
        Text(HOW_TO_READ, style="dim"),
    ]


def _heading(resolved: Resolved, what: str) -> Text:
    scenario = resolved.scenario
    text = Text(f"{scenario.title}, {scenario.authority}", style="bold")
    text.append(f"   {resolved.name}: {what}, thrive_model {thrive_model.__version__}", style="not bold")
    for override in resolved.overrides:
        text.append(f"\n--set {override}", style="not bold")
    text.append(f"\n{standing_told(resolved)}", style="not bold")
    return text


def _table(*heads: str) -> Table:
    table = bare_table()
    for i, head in enumerate(heads):
        table.add_column(head, justify="right" if i else "left", no_wrap=True)
    return table


def _parameters(fit: Fit) -> Table:
    table = _table("Free", "multiplier", "s.e.", "spread", "known")
    rows = zip(fit.parameters, fit.values, fit.standard_errors, fit.identified, strict=True)
    for one, value, error, known in rows:
        name = f"{one.title}, {one.label}" if one.label else one.title
        table.add_row(name, f"{np.exp(value):.2f}", f"{error:.2f}", f"{one.spread:.2f}", percent(float(known)))
    return table


def _targets(fit: Fit) -> Table:
    table = _table("Fitted to", "year", "published", "at the table's rates", "fitted", "residual")
    for one, before, after, residual in zip(fit.targets, fit.before, fit.after, fit.residuals, strict=True):
        name = all_outputs()[one.output].title + (f", {one.ages}" if one.ages else "")
        decimals = 0 if one.count is None else 1
        shown = f"{one.least:g} to {one.most:g}" if one.value is None else f"{one.value:,.{decimals}f}"
        figures = [f"{amount:,.{decimals}f}" for amount in (before, after)]
        if one.spread is not None:
            name, unit = f"{name} (said)", all_outputs()[one.output].unit
            shown, *figures = (figure(amount, unit) for amount in (one.value, before, after))
        table.add_row(name, str(one.financial_year), shown, *figures, f"{residual:.1f}")
    return table


def _levels(fit: Fit) -> Table:
    """Published spending over the model's at the fitted rates, by line of the return."""
    table = _table("Unit costs of", "multiplier", "s.e.", "years")
    for one in levels(fit):
        table.add_row(plain(one.section_251), f"{one.multiplier:.2f}", f"{one.standard_error:.2f}", str(one.years))
    return table


def level_rows(fit: Fit) -> list[dict[str, Any]]:
    """A row a line of the return."""
    return [{**asdict(one), "cost_lines": "; ".join(one.cost_lines)} for one in levels(fit)]


def _how_well(fit: Fit, effective: tuple[float, int]) -> str:
    found, draws = effective
    misfits = ", ".join(f"{misfit:.2f}" for misfit in fit.misfits) or "none finished"
    stopped = "" if fit.finished else "It was stopped before it was done: this is the best found until then. "
    return (
        f"{stopped}{len(fit.targets)} figures and {len(fit.parameters)} multipliers. The figures scatter "
        f"{fit.dispersion:.1f} times as much as chance alone would have them, and standard errors are widened by it. "
        f"Misfit reached from each start: {misfits}. Of the normal posterior {draws} draws are worth {found:.0f} "
        "of the true one."
    )


def _not_known(fit: Fit) -> list[str]:
    """Parameters of which the figures say little, and pairs that cannot be told apart."""
    hardly = [one.key for one, known in zip(fit.parameters, fit.identified, strict=True) if known < HARDLY]
    pairs = [
        f"{fit.parameters[i].key} and {fit.parameters[j].key} ({fit.correlations[i, j]:+.2f})"
        for i in range(len(fit.parameters))
        for j in range(i)
        if abs(fit.correlations[i, j]) > STRONG
    ]
    told = []
    if hardly:
        told.append(hanging("Hardly known: ", f"{', '.join(hardly)}."))
    if pairs:
        told.append(hanging("Hardly told apart: ", f"{', '.join(pairs)}."))
    return told


def as_object(resolved: Resolved, fit: Fit, effective: tuple[float, int]) -> dict[str, Any]:
    """The fit as plain data, unrounded."""
    return {
        **identity(resolved),
        "finished": fit.finished,
        "dispersion": fit.dispersion,
        "misfits": list(fit.misfits),
        "effective_draws": {"of": effective[1], "worth": effective[0]},
        "parameters": parameter_rows(fit),
        "correlations": [[float(cell) for cell in row] for row in fit.correlations],
        "targets": target_rows(fit),
        "rates": rate_rows(fit),
        "unit_costs": level_rows(fit),
    }


def parameter_rows(fit: Fit) -> list[dict[str, Any]]:
    """A row a multiplier."""
    rows = zip(fit.parameters, fit.values, fit.standard_errors, fit.identified, strict=True)
    return [
        {
            "parameter": one.key,
            "title": one.title,
            "moves": "; ".join(one.moves),
            "multiplier": float(np.exp(value)),
            "standard_error": float(error),
            "spread": one.spread,
            "known": float(known),
        }
        for one, value, error, known in rows
    ]


def target_rows(fit: Fit) -> list[dict[str, Any]]:
    """A row a published figure."""
    rows = zip(fit.targets, fit.before, fit.after, fit.residuals, strict=True)
    return [
        {
            "output": one.output,
            "financial_year": str(one.financial_year),
            "ages": str(one.ages) if one.ages else "",
            "published": one.value,
            "least": one.least,
            "most": one.most,
            "at_table_rates": float(before),
            "fitted": float(after),
            "residual": float(residual),
            "source": one.source,
        }
        for one, before, after, residual in rows
    ]


def rate_rows(fit: Fit) -> list[dict[str, Any]]:
    """A row a rate, in the columns of rates.csv and two more."""
    return [
        {
            "move": one.row.move,
            "ages": str(one.row.ages),
            "months": str(one.row.months),
            "from_year": str(one.row.from_year),
            "rate_per_year": one.rate_per_year,
            "share": None,
            "source": fit.targets[-1].source if one.row.source == ASSUMPTION else one.row.source,
            "basis": "part_assumed",
            "note": one.note,
            "multiplier": one.multiplier,
            "standard_error": one.standard_error,
        }
        for one in fitted_rates(fit)
    ]


def backcast_screen(resolved: Resolved, rows: Sequence[Foretold]) -> Group:
    """What was published beside what a fit that had not seen it made of it, for all ages together."""
    table = _table("Foretold", "year", "seen to", "published", "middle", "80% from", "to", "")
    for row in rows:
        if row.target.ages is None:
            table.add_row(*_foretold(row))
    return Group(_heading(resolved, "each year foretold by those before it"), "", table, "", Text(_covered(rows)))


def _foretold(row: Foretold) -> tuple[str, ...]:
    one = row.target
    inside = dict(zip(LEVELS, row.quantiles, strict=True))
    decimals = 0 if one.count is None else 1
    shown = f"{one.least:g} to {one.most:g}" if one.value is None else f"{one.value:,.{decimals}f}"
    figures = (f"{inside[level]:,.{decimals}f}" for level in (0.5, 0.1, 0.9))
    flag = "" if row.within(0.8) in {True, None} else "outside 80%" if row.within(0.95) else "outside 95%"
    return plain(one.output), str(one.financial_year), str(row.origin), shown, *figures, flag


def _covered(rows: Sequence[Foretold]) -> str:
    told = []
    for share in (0.8, 0.95):
        inside = [row.within(share) for row in rows if row.target.value is not None]
        told.append(f"{sum(map(bool, inside))} of {len(inside)} lie in the middle {share:.0%}")
    return f"Of all figures, those by age among them, {' and '.join(told)}."


def backcast_object(resolved: Resolved, rows: Sequence[Foretold]) -> dict[str, Any]:
    """The back-cast as plain data."""
    return {
        **identity(resolved),
        "levels": list(LEVELS),
        "foretold": [
            {
                "output": row.target.output,
                "ages": str(row.target.ages) if row.target.ages else "",
                "financial_year": str(row.target.financial_year),
                "seen_to": str(row.origin),
                "published": row.target.value,
                "quantiles": list(row.quantiles),
            }
            for row in rows
        ],
    }
