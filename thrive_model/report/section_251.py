"""Spending by line of the section 251 return beside the published outturn: a table for people, rows for machines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model.periods import FinancialYear
from thrive_model.provenance import identity
from thrive_model.report.layout import bare_table, heading
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import ROUNDED, THOUSAND, percent, plain
from thrive_model.run import Comparison
from thrive_model.section_251 import CodeYear, by_code, outturn, paid_by_partners


def screen(comparison: Comparison, year: FinancialYear) -> Group:
    """Every line of a year with the outturn of the base year, and that of the year where it is published."""
    every = by_code(comparison.do_nothing, comparison.scenario)
    rows = [row for row in every if row.financial_year == str(year)]
    return Group(heading(comparison), "", _table(comparison, rows, year), _how_to_read(comparison, rows, year))


def as_object(comparison: Comparison) -> dict[str, Any]:
    """Every line and year as plain data, and what partners pay, pounds unrounded."""
    scenario = comparison.scenario
    partners = paid_by_partners(scenario)[:, 0]
    return {
        **identity(scenario.assembled.resolved),
        "price_basis": PRICE_BASIS,
        "lines": [
            {**vars(row), "difference": row.difference, "difference_share": row.difference_share}
            for row in by_code(comparison.do_nothing, scenario)
        ],
        "paid_by_partners": [
            {"financial_year": str(year), "amount": float(amount)}
            for year, amount in zip(scenario.years, partners, strict=True)
        ],
    }


def _table(comparison: Comparison, rows: Sequence[CodeYear], year: FinancialYear) -> Table:
    """The lines that the model covers and their sum, then what stands on no such line, then all of it."""
    base = comparison.scenario.assembled.resolved.scenario.pressure.base_year
    gross = outturn(comparison.scenario.assembled.inputs)
    covered = [row for row in rows if (row.section_251, base) in gross or row.published is not None]
    others = [row for row in rows if row not in covered]
    known = any(row.published is not None for row in covered)
    table = bare_table()
    table.add_column(f"{year}, £000 gross", no_wrap=True)
    heads = [f"outturn\n{base}", *([f"outturn\n{year}"] if known else [])]
    heads += ["do\nnothing", "with\nprogramme", "of it\nprogramme", *(["more\n(less)", "\n%"] if known else [])]
    for head in heads:
        table.add_column(head, justify="right")

    def add(title: str, some: Sequence[CodeYear], before: float | None, style: str = "") -> None:
        figures = [before, *([_sum(some, "published")] if known else [])]
        figures += [_sum(some, name) for name in ("do_nothing", "scenario", "programme")]
        figures += [_sum(some, "difference")] if known else []
        table.add_row(title, *map(_thousands, figures), *([_share(some)] if known else []), style=style)

    for row in covered:
        add(_title(row), [row], gross.get((row.section_251, base)))
    add("Lines with an outturn", covered, sum(gross.get((row.section_251, base), 0.0) for row in covered), "bold")
    for row in others:
        add(_title(row), [row], None)
    if others:
        add("All that the council spends", rows, None, "bold")
    return table


def _title(row: CodeYear) -> str:
    title = plain(row.title) if row.title == row.section_251 else row.title
    return f"{row.number:2} {title}" if row.number else f"   {title}"


def _sum(rows: Sequence[CodeYear], name: str) -> float | None:
    """The sum over the rows; None where a row has no such figure."""
    figures = [getattr(row, name) for row in rows]
    return None if any(figure is None for figure in figures) else sum(figures)


def _thousands(figure: float | None) -> str:
    if figure is None:
        return ""
    text = f"{abs(figure) / THOUSAND:,.0f}"
    return f"({text})" if figure < 0 and text != "0" else text


def _share(rows: Sequence[CodeYear]) -> str:
    difference, published = _sum(rows, "difference"), _sum(rows, "published")
    return percent(difference / published) if published and difference is not None else ""


def _how_to_read(comparison: Comparison, rows: Sequence[CodeYear], year: FinancialYear) -> Text:
    scenario = comparison.scenario
    partners = float(paid_by_partners(scenario)[scenario.years.index(year), 0])
    beyond = f" Partners pay £{partners / THOUSAND:,.0f}k of the programme besides." if round(partners) else ""
    known = any(row.published is not None for row in rows)
    signs = " More: the scenario spends more than was published; in brackets, less." if known else ""
    none = "" if known else f" No outturn of {year} is published in the tables."
    return Text(
        "The numbers are those of the lines in the outturn file. Spending is gross, on demand and the programme, "
        f"whatever the council pays it from.{signs}{none}{beyond} {ROUNDED}",
        style="dim",
    )
