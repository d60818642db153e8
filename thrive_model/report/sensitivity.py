"""What matters of all that is not sure, for people and for machines: a tornado, a screening, shares of variance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.provenance import identity
from thrive_model.report import picture
from thrive_model.report.factors import named
from thrive_model.report.layout import folding_table, heading_of
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import THOUSAND, decimals_for, hanging, percent, pounds
from thrive_model.scenario import Resolved
from thrive_model.sensitivity.morris import Screened
from thrive_model.sensitivity.sobol import CONFIDENCE, Indices
from thrive_model.sensitivity.tornado import Bar, Tornado
from thrive_model.sensitivity.what_matters import OTHERS
from thrive_model.uncertainty.figures import NET_BENEFIT, NPSV, Figure

SHOWN = 15
LABEL = 35
BAR = 17
MILLION = 1e6
OF_RUN = {
    "do_nothing": "in doing nothing",
    "scenario": "with the programme",
    "difference": "less that of doing nothing",
}
REAL = "real, discounted"
HOW_TORNADO = (
    "Each by itself, all else as stated: P10 and P90 are what one draw in ten is below and above. In the bar '|' "
    "is the figure as stated, '-' where the input is low and '#' where it is high. A drift is put where it stands "
    "by the year of the figure, its steps alike. What an input does only together with others does not show here: "
    "--method sobol shows that."
)
HOW_MORRIS = (
    "Size: by how much the figure moves, either way, over the whole range of the input, on average over places in "
    "all the others (mu*; s.e. is its standard error). Mean: the same with its sign. Scatter: how differently it "
    "moves from place to place (sigma); where that is near the size or above it, the input acts by curves, or in "
    "company."
)
HOW_SOBOL = (
    "First: the share of the variance that would go if the input were known. Total: the share that would be left "
    "if all else were known; what it is above first is what the input does in company. In brackets: "
    "{confidence:.0%} intervals by bootstrap; shares of nearly nothing may come out below 0 by chance. Both "
    "assume that inputs are drawn apart: {correlated}. The steps of a drift are one set."
)


def tornado_object(resolved: Resolved, figure: Figure, found: Tornado) -> dict[str, Any]:
    """The tornado as plain data, unrounded; its keys are part of the interface (docs/json.md)."""
    return {
        **_object(resolved, figure, "tornado", found.runs),
        "stated": found.stated,
        "threshold": found.threshold,
        "decided_as_stated": found.decided,
        "bars": [{**asdict(bar), "title": named(resolved, bar.key)} for bar in found.bars],
    }


def morris_object(resolved: Resolved, figure: Figure, keys: Sequence[str], found: Screened) -> dict[str, Any]:
    """The screening as plain data, largest effects first."""
    return {**_object(resolved, figure, "morris", found.runs), "factors": morris_rows(resolved, keys, found)}


def morris_rows(resolved: Resolved, keys: Sequence[str], found: Screened) -> list[dict[str, Any]]:
    """A row a factor, largest effects first."""
    rows = [
        {
            "key": key,
            "title": named(resolved, key),
            "mu_star": float(found.mu_star[n]),
            "standard_error": float(found.standard_error[n]),
            "mu": float(found.mu[n]),
            "sigma": float(found.sigma[n]),
        }
        for n, key in enumerate(keys)
    ]
    return sorted(rows, key=lambda row: -float(str(row["mu_star"])))


def sobol_object(resolved: Resolved, figure: Figure, keys: Sequence[str], found: Indices) -> dict[str, Any]:
    """The indices as plain data, largest totals first; the last set is of all that have none of their own."""
    return {
        **_object(resolved, figure, "sobol", found.runs),
        "mean": found.mean,
        "standard_deviation": found.standard_deviation,
        "confidence": CONFIDENCE,
        "factors": sobol_rows(resolved, keys, found),
    }


def sobol_rows(resolved: Resolved, keys: Sequence[str], found: Indices) -> list[dict[str, Any]]:
    """A row a set of inputs, largest totals first, and last that of all others."""
    rows = [
        {
            "key": key,
            "title": named(resolved, key),
            "first": float(found.first[n]),
            "first_lower": float(found.first_interval[0, n]),
            "first_upper": float(found.first_interval[1, n]),
            "total": float(found.total[n]),
            "total_lower": float(found.total_interval[0, n]),
            "total_upper": float(found.total_interval[1, n]),
        }
        for n, key in enumerate(keys)
    ]
    return sorted(rows, key=lambda row: (row["key"] == OTHERS, -float(str(row["total"]))))


def tornado_screen(resolved: Resolved, figure: Figure, found: Tornado, decided: Figure) -> Group:
    """The longest bars, what the rest come to, and what would turn the decision."""
    notes = [_rest(found, figure), _turning(resolved, found, decided), HOW_TORNADO, _runs(found.runs)]
    return Group(
        heading_of(resolved),
        _asked(figure, f"{_told(found.stated, figure.unit)} as stated; what it is with one input low or high"),
        "",
        _tornado(resolved, figure, found),
        *(Text(hanging("", note), style="dim") for note in notes if note),
    )


def morris_screen(resolved: Resolved, figure: Figure, keys: Sequence[str], found: Screened) -> Group:
    """The factors with the largest elementary effects."""
    rows = morris_rows(resolved, keys, found)
    fine = _decimals([float(row["mu_star"]) for row in rows], figure.unit)
    table = folding_table(f"What is varied{_in_unit(figure)}", ("size", "s.e.", "mean", "scatter"), LABEL)
    for row in rows[:SHOWN]:
        cells = [_figure(float(row[name]), figure.unit, fine) for name in ("mu_star", "standard_error", "mu", "sigma")]
        table.add_row(Text(row["title"]), *cells)
    rest = (
        _and_more(len(rows), "sizes", _figure(float(rows[SHOWN]["mu_star"]), figure.unit, fine)) if rows[SHOWN:] else ""
    )
    notes = [rest, HOW_MORRIS, _runs(found.runs, resolved)]
    return Group(
        heading_of(resolved),
        _asked(figure, "what moving one input does to it, from many places (Morris screening)"),
        "",
        table,
        *(Text(hanging("", note), style="dim") for note in notes if note),
    )


def sobol_screen(resolved: Resolved, figure: Figure, keys: Sequence[str], found: Indices) -> Group:
    """Which inputs the variance of the figure comes from."""
    table = folding_table("Share of the variance", ("first", "", "total", ""), LABEL)
    for row in sobol_rows(resolved, keys, found):
        first, total = (
            (_share(row[name]), f"({_share(row[f'{name}_lower'])} to {_share(row[f'{name}_upper'])})")
            for name in ("first", "total")
        )
        table.add_row(Text(row["title"]), *first, *total)
    table.add_row("All first shares together", _share(float(found.first.sum())), "", "", "")
    correlated = "the correlations that the scenario states are left out here"
    if not resolved.scenario.correlations:
        correlated = "the scenario states no correlations"
    how = HOW_SOBOL.format(confidence=CONFIDENCE, correlated=correlated)
    spread = f"mean {_told(found.mean, figure.unit)}, standard deviation {_told(found.standard_deviation, figure.unit)}"
    return Group(
        heading_of(resolved),
        _asked(figure, f"{spread}; which inputs that comes from (Sobol indices)"),
        "",
        table,
        *(Text(hanging("", note), style="dim") for note in (how, _runs(found.runs, resolved))),
    )


def specification(resolved: Resolved, figure: Figure, found: Tornado) -> dict[str, Any]:
    """The tornado in Vega-Lite: the longest bars, from where each input is low to where it is high."""
    scale = MILLION if figure.unit == "pounds" else 1.0
    data = [
        {"input": named(resolved, bar.key), "when": when, "at": at / scale, "stated": found.stated / scale}
        for bar in found.bars[:SHOWN]
        for when, at in (("input low (P10)", bar.figure_at_low), ("input high (P90)", bar.figure_at_high))
    ]
    heading = f"{resolved.scenario.title}: {_title(figure)}"
    title = {"text": heading, "subtitle": picture.of_run(resolved), "anchor": "start"}
    unit = f"£m, {_basis(figure)}" if figure.unit == "pounds" else figure.unit
    y = {"field": "input", "type": "nominal", "sort": None, "title": None, "axis": {"labelLimit": 400}}
    x = {"field": "at", "type": "quantitative", "title": unit, "scale": {"zero": False}}
    colour = {
        "field": "when",
        "type": "nominal",
        "title": None,
        "sort": None,
        "scale": {"range": ["#9bb8d3", "#2c5f8a"]},
    }
    rule = {"aggregate": "mean", "field": "stated", "type": "quantitative"}
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "title": title,
        "data": {"values": data},
        "width": 420,
        "layer": [
            {"mark": {"type": "bar"}, "encoding": {"y": y, "x": x, "x2": {"field": "stated"}, "color": colour}},
            {"mark": {"type": "rule", "color": "#333333"}, "encoding": {"x": rule}},
        ],
    }


def _object(resolved: Resolved, figure: Figure, method: str, runs: int) -> dict[str, Any]:
    return {
        **identity(resolved),
        "method": method,
        "output": figure.measure,
        "run": figure.run,
        "when": figure.when,
        "unit": figure.unit,
        "price_basis": _basis(figure) if figure.unit == "pounds" else None,
        "seed": resolved.scenario.seed,
        "runs": runs,
    }


def _asked(figure: Figure, told: str) -> Text:
    return Text(hanging("", f"{_title(figure)}: {told}."), style="bold")


def _title(figure: Figure) -> str:
    run = "" if figure.measure in {NPSV, NET_BENEFIT} else f" {OF_RUN[figure.run]}"
    return f"{figure.title}{run}{f', {figure.when}' if figure.when else ''}"


def _basis(figure: Figure) -> str:
    return REAL if figure.measure in {NPSV, NET_BENEFIT} else PRICE_BASIS


def _in_unit(figure: Figure) -> str:
    return f"; £m, {_basis(figure)}" if figure.unit == "pounds" else f"; {figure.unit}"


def _tornado(resolved: Resolved, figure: Figure, found: Tornado) -> Table:
    bars = found.bars[:SHOWN]
    ends = [end for bar in bars for end in (bar.figure_at_low, bar.figure_at_high)]
    fine = _decimals([bar.swing for bar in bars], figure.unit)
    turns = any(bar.switching is not None for bar in bars)
    heads = ["its P10", "its P90", "at P10", "at P90", "", *(["turns at"] if turns else [])]
    table = folding_table(f"What is varied{_in_unit(figure)}", heads, LABEL)
    for bar in bars:
        cells = [_input(bar.low), _input(bar.high)]
        cells += [_figure(at, figure.unit, fine) for at in (bar.figure_at_low, bar.figure_at_high)]
        cells += [_drawn(bar, found.stated, min(*ends, found.stated), max(*ends, found.stated))]
        cells += ["" if bar.switching is None else _input(bar.switching)] if turns else []
        table.add_row(Text(named(resolved, bar.key)), *cells)
    return table


def _drawn(bar: Bar, stated: float, least: float, most: float) -> str:
    """The bar in letters: where the input is low, where it is high, and the figure as stated between."""

    def place(value: float) -> int:
        return round((value - least) / (most - least) * (BAR - 1)) if most > least else 0

    letters = [" "] * BAR
    for end, letter in ((bar.figure_at_low, "-"), (bar.figure_at_high, "#")):
        first, last = sorted((place(end), place(stated)))
        letters[first : last + 1] = letter * (last + 1 - first)
    letters[place(stated)] = "|"
    return "".join(letters)


def _turning(resolved: Resolved, found: Tornado, decided: Figure) -> str:
    """Where the decision turns: which inputs do it by themselves, and which not."""
    if found.threshold is None or found.decided is None:
        return "No decision is asked about: --threshold names the figure at which one turns."
    mark, now = _told(found.threshold, decided.unit), _told(found.decided, decided.unit)
    turning = [bar for bar in found.bars if bar.switching is not None]
    what = f"A decision turns where {_in_sentence(decided)} is {mark}; as stated it is {now}."
    if not turning:
        return f"{what} No input turns it by itself, anywhere in its distribution."
    beyond = [named(resolved, bar.key) for bar in turning if bar not in found.bars[:SHOWN]]
    more = f" So do, below the table: {'; '.join(beyond)}." if beyond else ""
    return (
        f"{what} 'Turns at' is what the input is then; {len(turning)} of {len(found.bars)} turn it by themselves.{more}"
    )


def _in_sentence(figure: Figure) -> str:
    title = _title(figure)
    return f"the {title[0].lower()}{title[1:]}"


def _rest(found: Tornado, figure: Figure) -> str:
    if len(found.bars) <= SHOWN:
        return ""
    fine = _decimals([bar.swing for bar in found.bars[:SHOWN]], figure.unit)
    return _and_more(len(found.bars), "swings", _figure(found.bars[SHOWN].swing, figure.unit, fine))


def _and_more(every: int, what: str, most: str) -> str:
    return f"{every - SHOWN} more have {what} of {most} or less (--json has all)."


def _runs(runs: int, resolved: Resolved | None = None) -> str:
    seed = f", seed {resolved.scenario.seed}" if resolved else ""
    return f"{runs:,} runs{seed}, each with doing nothing beside it."


def _share(value: float) -> str:
    return percent(value) if abs(value) >= 0.0005 else "0%"


def _input(value: float) -> str:
    """An input's own figure in no more than seven letters or so, whatever its unit."""
    if abs(value) >= MILLION:
        return f"{value / MILLION:,.3g}m"
    return f"{value:,.0f}" if abs(value) >= THOUSAND else f"{value:.3g}"


def _decimals(sizes: Sequence[float], unit: str) -> int:
    most = max((abs(size) for size in sizes), default=0.0)
    return decimals_for(most / MILLION if unit == "pounds" else most)


def _figure(value: float, unit: str, decimals: int) -> str:
    shown = value / MILLION if unit == "pounds" else value
    return f"{round(shown, decimals) + 0.0:,.{decimals}f}"


def _told(value: float, unit: str) -> str:
    """A figure as it stands in a sentence."""
    if unit == "pounds":
        return pounds(value)
    return f"{value:,.4g}" if abs(value) < 1000 else f"{value:,.0f}"
