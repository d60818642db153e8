"""The figures of a run that are guarded, to so many digits, and the table in which they are kept: a row a measure."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator, Mapping
from functools import cache

from thrive_model import fund
from thrive_model.errors import refuse
from thrive_model.headlines import MEASURES, WHOLE_RUN, headlines
from thrive_model.outputs import all_outputs
from thrive_model.parameters import USES
from thrive_model.run import Comparison

DIGITS, DECIMALS = 12, 9
"""Significant digits and decimals that are kept: what lies beyond is the rounding of sums."""
DO_NOTHING, SCENARIO = "do_nothing", "scenario"
_HEAD = ("run", "measure", "unit")
_WHOLE = "whole_run"
_POUNDS = "pounds"
_FUND = ("fund_opening", "fund_planned", "fund_drawn", *(f"fund_{use}" for use in USES), "fund_balance", "unfunded")

Key = tuple[str, str, str]
"""Run, measure and financial year ('' for the whole run)."""
Figures = Mapping[Key, float]
Units = Mapping[str, str]


@cache
def measures() -> tuple[str, ...]:
    """Every measure that can be guarded: outputs, columns of the fund, headlines."""
    return tuple(dict.fromkeys((*all_outputs(), *_FUND, *MEASURES)))


def figures_of(comparison: Comparison) -> tuple[dict[Key, float], dict[str, str]]:
    """Every guarded figure of a run and the unit of each measure; `InputError` where one is no number."""
    found: dict[Key, float] = {}
    units: dict[str, str] = {}
    for key, unit, value in (*_outputs(comparison), *_fund(comparison), *_headlines(comparison)):
        if key not in found and value is not None:
            if not math.isfinite(value):
                where = comparison.scenario.assembled.resolved.name
                what = f"{key[1]} of {key[0]} in {key[2] or 'the whole run'} comes to no number"
                raise refuse(where, what, "the result is not used: this is a fault of the model, please report it")
            found[key] = rounded(value)
            units[key[1]] = unit
    return found, units


def rounded(value: float) -> float:
    """A figure to the digits that are kept; 0 has no sign."""
    return float(f"{round(value, DECIMALS):.{DIGITS}g}") + 0.0


def as_text(figures: Figures, units: Units) -> str:
    """The table of figures: a row a run and measure, a column a financial year, then the whole run."""
    years = sorted({year for _, _, year in figures if year != WHOLE_RUN})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_HEAD, *years, _WHOLE])
    for run, measure in dict.fromkeys((run, measure) for run, measure, _ in figures):
        cells = [figures.get((run, measure, year)) for year in (*years, WHOLE_RUN)]
        told = ["" if cell is None else f"{cell:.{DIGITS}g}" for cell in cells]
        writer.writerow([run, measure, units[measure], *told])
    return text.getvalue()


def from_text(text: str) -> tuple[dict[Key, float], dict[str, str]]:
    """The figures and units of a table; ValueError where it is none."""
    head, *rows = csv.reader(text.splitlines())
    if tuple(head[: len(_HEAD)]) != _HEAD or head[-1:] != [_WHOLE]:
        raise ValueError("not a table of figures")
    years = [*head[len(_HEAD) : -1], WHOLE_RUN]
    figures: dict[Key, float] = {}
    units: dict[str, str] = {}
    for run, measure, unit, *cells in rows:
        units[measure] = unit
        figures.update(
            {(run, measure, year): float(cell) for year, cell in zip(years, cells, strict=True) if cell != ""}
        )
    return figures, units


def _outputs(comparison: Comparison) -> Iterator[tuple[Key, str, float]]:
    for run, results in ((DO_NOTHING, comparison.do_nothing), (SCENARIO, comparison.scenario)):
        for name, output in all_outputs().items():
            for year, figure in zip(results.years, output.measure(results)[:, 0], strict=True):
                yield (run, name, str(year)), output.unit, float(figure)


def _fund(comparison: Comparison) -> Iterator[tuple[Key, str, float]]:
    for row in fund.account(comparison.scenario):
        uses = (row.uses[use] for use in USES)
        cells = (row.opening, row.planned, row.drawdown, *uses, row.closing, row.unfunded)
        for measure, value in zip(_FUND, cells, strict=True):
            yield (SCENARIO, measure, row.financial_year), _POUNDS, value


def _headlines(comparison: Comparison) -> Iterator[tuple[Key, str, float | None]]:
    for row in headlines(comparison):
        yield (SCENARIO, row.measure, row.financial_year), row.unit, row.value
