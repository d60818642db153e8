"""Each local unit cost beside the published benchmarks: a table for people, rows for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.assemble import Assembled
from thrive_model.benchmarks import FAR, Benchmark, benchmarks, published, without_benchmark
from thrive_model.periods import FinancialYear
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, standing_told
from thrive_model.report.words import plain

UNITS = {"pounds_per_child_week": "week", "pounds_per_event": "each", "pounds_per_team_year": "team"}
SMALL = 100.0
"""Below so many pounds a unit cost is shown with its pence."""
LOOK_AT = "look at"
COUNCIL = "council"
"""Who bears a unit cost where the screen does not say."""


def screen(assembled: Assembled, price_base: FinancialYear) -> Group:
    """Every line with a unit beside what is published, then those beside which nothing is."""
    found = benchmarks(assembled.inputs, price_base)
    name = assembled.resolved.name
    return Group(
        Text(f"Unit costs of {name} beside published ones, at {price_base} prices", style="bold"),
        Text(standing_told(assembled.resolved)),
        "",
        _table(found) if found else Text("The tables hold no benchmarks (benchmarks.csv)."),
        "",
        *_without(without_benchmark(assembled.inputs)),
        _how_to_read(),
    )


def as_object(assembled: Assembled, price_base: FinancialYear) -> dict[str, Any]:
    """Every benchmark, and every published unit cost at its own prices and uprated, as plain data."""
    rows = [
        {**vars(row), "quantities": dict(row.quantities), "ratio": row.ratio, "look_at": row.look_at}
        for row in benchmarks(assembled.inputs, price_base)
    ]
    return {
        **identity(assembled.resolved),
        "price_base": str(price_base),
        "look_at_above": FAR,
        "look_at_below": 1.0 / FAR,
        "benchmarks": rows,
        "without_benchmark": without_benchmark(assembled.inputs),
        "unit_costs": [vars(row) for row in published(assembled.inputs, price_base)],
    }


def _table(found: Sequence[Benchmark]) -> Table:
    table = bare_table(1)
    table.add_column("Cost line", no_wrap=True)
    table.add_column("a")
    for head in ("local", "published", "ratio"):
        table.add_column(head, justify="right")
    table.add_column("")
    table.add_column("published as, source, price year")
    last = ""
    for row in found:
        names = (plain(row.line), UNITS[row.unit], _pounds(row.local)) if row.line != last else ("", "", "")
        flag = LOOK_AT if row.look_at else ""
        table.add_row(*names, _pounds(row.published), f"{row.ratio:.2f}", flag, _whence(row))
        last = row.line
    return table


def _whence(row: Benchmark) -> str:
    years = " and ".join(dict.fromkeys((row.price_years[0], row.price_years[-1])))
    others = f"; {', '.join(row.agencies)} pay" if row.agencies != (COUNCIL,) else ""
    return f"{plain(row.benchmark)}: {', '.join(row.sources)}, {years}{others}"


def _pounds(amount: float) -> str:
    return f"£{amount:,.2f}" if amount < SMALL else f"£{amount:,.0f}"


def _without(lines: Sequence[str]) -> Iterator[Text]:
    if lines:
        yield Text(f"Nothing published beside: {', '.join(plain(line).lower() for line in lines)}.")


def _how_to_read() -> Text:
    return Text(
        f"Ratio: local over published. {LOOK_AT.capitalize()}: the local cost is more than half as much again as the "
        "published one, or less than two thirds of it. The council bears what is published, unless it says who does. "
        "Where a local cost was taken from the figure beside it, the ratio says so and nothing else "
        "(docs/unit-costs.md). Lines that are a sum a year have no unit.",
        style="dim",
    )
