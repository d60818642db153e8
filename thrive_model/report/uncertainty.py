"""What many draws of a scenario come to: quantiles by year, how likely events are, and how well both are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.parameters import Floats
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, heading_of, table_of
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import figure as told
from thrive_model.report.words import millions, percent
from thrive_model.uncertainty.figures import BOTH, FUND_EMPTY, NPSV, PRESSURE_ABOVE, TARGET_MET, Figure
from thrive_model.uncertainty.simulate import QUANTILES, Simulated

SHOWN = (
    ("do_nothing", "pressure"),
    ("scenario", "pressure"),
    ("difference", "spending_on_demand"),
    ("scenario", "programme_cost"),
    ("scenario", "unfunded"),
    ("do_nothing", "looked_after_children"),
    ("scenario", "looked_after_children"),
    ("do_nothing", "child_protection_plans"),
    ("scenario", "child_protection_plans"),
    ("scenario", NPSV),
)
"""What the screen shows of the year: runs and measures."""
OF_RUN = {"do_nothing": "do nothing", "scenario": "with it", "difference": "difference"}
LOW, MIDDLE, HIGH = 1, 3, 5
"""Where the 10th, the 50th and the 90th percentile stand among the quantiles."""
LEAST = 0.005
"""Months less likely than this are not named."""
TARGET_PREFIX = "Target met: "
HEADS = tuple(f"P{round(100 * share)}" for share in QUANTILES)


def as_object(found: Simulated) -> dict[str, Any]:
    """Everything as plain data, unrounded; its keys are part of the interface (docs/json.md)."""
    tables = rows_of(found)
    return {
        **identity(found.study.resolved),
        "price_basis": PRICE_BASIS,
        "seed": found.study.resolved.scenario.seed,
        "method": found.plan.method,
        "whole_children": found.plan.whole_children,
        "draws_asked_for": found.plan.draws,
        "draws": found.summary.draws,
        "finished": found.is_finished,
        "quantiles_exact": found.summary.is_exact,
        **tables,
    }


def rows_of(found: Simulated) -> dict[str, list[dict[str, Any]]]:
    """Every table, by name: quantiles, probabilities, the reserve, convergence, and what was drawn."""
    last, figures = found.snapshot(), found.study.figures
    return {
        "quantiles": [
            {
                **_named(figure),
                "stated": float(found.study.stated[i]),
                "mean": float(last.mean[i]),
                "standard_error": float(last.standard_error[i]),
                **{head.lower(): float(value) for head, value in zip(HEADS, last.quantiles[i], strict=True)},
            }
            for i, figure in enumerate(figures)
            if not figure.is_event
        ],
        "probabilities": [
            {
                **_named(figure),
                "stated": float(found.study.stated[i]),
                "probability": float(last.mean[i]),
                "standard_error": float(last.standard_error[i]),
            }
            for i, figure in enumerate(figures)
            if figure.is_event
        ],
        "reserve": [
            {"financial_year": figure.when, **dict(zip(("p10", "p50", "p90"), _three(last.quantiles[i]), strict=True))}
            for i, figure in enumerate(figures)
            if figure.measure == "fund_balance"
        ],
        "convergence": [
            {
                "draws": one.draws,
                **_named(figures[i]),
                "mean": float(one.mean[i]),
                "standard_error": float(one.standard_error[i]),
                **dict(zip(("p10", "p50", "p90"), _three(one.quantiles[i]), strict=True)),
            }
            for i in _followed(found)
            for one in (*found.snapshots, last)
        ],
        "drawn": [
            {
                "key": one.key,
                "distribution": one.told,
                "source": one.value.source,
                "grade": one.value.grade,
                "why": one.value.why,
                "set_in": found.study.resolved.place(*one.path).partition(" ")[0],
            }
            for one in found.study.parameters
        ],
    }


def screen(found: Simulated, year: str) -> Group:
    """One page: figures of the year with their quantiles, the fund, how likely events are, and how well it is known."""
    parts: list[Any] = [heading_of(found.study.resolved), _how(found), ""]
    parts += [_quantiles(found, year), ""]
    if any(figure.measure == FUND_EMPTY for figure in found.study.figures):
        parts += [_reserve(found), _runs_out(found), ""]
    parts += [_likely(found), ""]
    if found.study.resolved.scenario.watch:
        parts += [_targets(found, year), ""]
    parts += [_convergence(found, year), "", _footing(found)]
    return Group(*parts)


def _how(found: Simulated) -> Text:
    study, plan = found.study, found.plan
    text = Text(f"{found.summary.draws:,} draws of {len(study.parameters)} uncertain settings", style="bold")
    how = f" ({plan.method.replace('_', ' ')}, seed {study.resolved.scenario.seed})"
    moves = "; whole children move by chance" if plan.whole_children else "; children move as expected values"
    text.append(f"{how}{moves}.", style="not bold")
    if not found.is_finished:
        text.append(f" Stopped after {found.summary.draws:,} of {plan.draws:,}.", style="bold")
    elif found.summary.draws < plan.draws:
        text.append(f" Enough was known before {plan.draws:,}.", style="not bold")
    return text


def _quantiles(found: Simulated, year: str) -> Table:
    last = found.snapshot()
    table = table_of(f"In {year}, pounds in £m, {PRICE_BASIS}", ("stated", "mean", *HEADS))
    for i, figure in _shown(found, year):
        values = [found.study.stated[i], last.mean[i], *last.quantiles[i]]
        table.add_row(Text(_title(figure)), *(told(float(value), figure.unit) for value in values))
    return table


def _title(figure: Figure) -> str:
    if figure.measure == NPSV:
        return "Net present social value, real"
    short = figure.title.replace("Child Protection Plans", "CP plans")
    return f"{short}, {OF_RUN[figure.run]}"


def _reserve(found: Simulated) -> Table:
    """The fund at the end of each year in which there is one."""
    last = found.snapshot()
    rows = [i for i, figure in enumerate(found.study.figures) if figure.measure == "fund_balance"]
    table = table_of("Fund at 31 March, £m", [found.study.figures[i].when for i in rows])
    for at in (LOW, MIDDLE, HIGH):
        table.add_row(HEADS[at], *(millions(float(last.quantiles[i, at])) for i in rows))
    return table


def _runs_out(found: Simulated) -> Text:
    """How likely the fund is empty before the last month it may be drawn in, and in which month that comes about."""
    months = [(found.study.figures[i].when, share) for i, share in _means(found, FUND_EMPTY)]
    before = months[-2][1] if len(months) > 1 else 0.0
    text = f"Empty before {months[-1][0]}: {percent(before)} of draws."
    by_month = np.diff([0.0, *(share for _, share in months)])
    likely = [f"{when} {percent(share)}" for (when, _), share in zip(months, by_month, strict=True) if share >= LEAST]
    return Text(f"{text} By the month in which it runs out: {', '.join(likely) or 'none'}.")


def _likely(found: Simulated) -> Table:
    """How likely the pressure is above its target, savings are as asked, and the programme has paid back, by year."""
    years = [str(year) for year in found.study.years]
    table = table_of("How likely, % of draws", years)
    rows: dict[str, dict[str, float]] = {}
    for i, figure in enumerate(found.study.figures):
        if figure.is_event and not figure.measure.startswith((FUND_EMPTY, TARGET_MET)):
            title = f"{figure.title}, {OF_RUN[figure.run]}" if figure.measure == PRESSURE_ABOVE else figure.title
            rows.setdefault(title, {})[figure.when] = float(found.summary.mean[i])
    for title, shares in rows.items():
        table.add_row(Text(title), *(_whole(shares[year]) for year in years))
    return table


def _targets(found: Simulated, year: str) -> Table:
    """How likely each target of the year is met, in both runs."""
    table = bare_table()
    table.add_column(f"Targets met in {year}, % of draws")
    for run in BOTH:
        table.add_column(OF_RUN[run], justify="right")
    rows: dict[str, dict[str, float]] = {}
    for i, figure in enumerate(found.study.figures):
        if figure.measure.startswith(TARGET_MET) and figure.when == year:
            rows.setdefault(figure.title.removeprefix(TARGET_PREFIX), {})[figure.run] = float(found.summary.mean[i])
    for title, shares in rows.items():
        table.add_row(Text(title), *(_whole(shares[run]) for run in BOTH))
    return table


def _whole(share: float) -> str:
    return f"{100.0 * share:.0f}"


def _convergence(found: Simulated, year: str) -> Table:
    """How the mean and the quantiles of one figure settled as draws were added."""
    i, figure = next(iter(_shown(found, year)))
    title = f"As draws were added: {_title(figure)}"
    table = table_of(title, ("mean", "s.e.", "P10", "P50", "P90"))
    last = found.snapshot()
    every = [*found.snapshots, *([last] if not found.snapshots or found.snapshots[-1].draws < last.draws else [])]
    for one in every:
        values = [one.mean[i], one.standard_error[i], *_three(one.quantiles[i])]
        table.add_row(f"{one.draws:,} draws", *(_fine(float(value), figure.unit) for value in values))
    return table


def _fine(value: float, unit: str) -> str:
    """With two more decimals than a figure has elsewhere, for what is small beside it."""
    return millions(value, 3) if unit == "pounds" else f"{value:,.2f}"


def _footing(found: Simulated) -> Text:
    assumed = sum(one.value.is_assumption for one in found.study.parameters)
    exact = (
        "" if found.summary.is_exact else " Quantiles are read off counts in bins, exact to about 0.04% of the range."
    )
    return Text(
        f"The widths of {assumed} of the {len(found.study.parameters)} are assumptions (docs/uncertainty.md). "
        "Settings without a distribution are as stated in every draw, and the model itself may be wrong in ways no "
        f"draw shows.{exact}",
        style="dim",
    )


def _shown(found: Simulated, year: str) -> Iterator[tuple[int, Figure]]:
    """The figures that the screen shows, by their index."""
    known = {(figure.run, figure.measure, figure.when): i for i, figure in enumerate(found.study.figures)}
    for run, measure in SHOWN:
        for when in (year, ""):
            if (run, measure, when) in known:
                i = known[run, measure, when]  # type: ignore[index]
                yield i, found.study.figures[i]


def _followed(found: Simulated) -> list[int]:
    return [i for i, _ in _shown(found, str(found.study.resolved.scenario.pressure.year))]


def _means(found: Simulated, measure: str) -> Iterator[tuple[int, float]]:
    for i, figure in enumerate(found.study.figures):
        if figure.measure == measure:
            yield i, float(found.summary.mean[i])


def _three(quantiles: Floats) -> list[float]:
    return [float(quantiles[at]) for at in (LOW, MIDDLE, HIGH)]


def _named(figure: Figure) -> Mapping[str, str]:
    return {
        "run": figure.run,
        "measure": figure.measure,
        "title": figure.title,
        "unit": figure.unit,
        "when": figure.when,
    }
