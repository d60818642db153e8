"""The budget plan as a workbook: figures in full, shown in millions, subtotals as formulas that anyone can follow."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from thrive_model.archive.file import may_write, new_file
from thrive_model.budget import Budget
from thrive_model.errors import refuse
from thrive_model.provenance import identity, standing
from thrive_model.report.budgeting import CONVENTION, HOW_TO_READ, OF_THE_GAP, SECTIONS, title
from thrive_model.report.layout import standing_told
from thrive_model.run import Comparison
from thrive_model.scenario import Resolved

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

IN_MILLIONS = '[>=500]#,##0.000,,;[<=-500](#,##0.000,,);"0.000"'
"""Pounds shown in millions, below nought in brackets; what rounds to nothing is a text, with neither sign nor scale."""
TITLE_WIDTH, FIGURE_WIDTH, NOTE_WIDTH = 34, 11, 100
MARKED_ROW, FIRST_ROW = 1, 3


def write(path: Path, comparison: Comparison, budget: Budget, unfunded: Mapping[str, Sequence[float]]) -> None:
    """Write the workbook; `InputError` where it exists or cannot be written, with nothing left behind."""
    import xlsxwriter  # noqa: PLC0415 - only this writes workbooks

    if path.suffix != ".xlsx":
        raise refuse(str(path), "is not the name of a workbook", "end it in .xlsx")
    may_write(path)
    written = io.BytesIO()  # a workbook that cannot write its file hides why, and leaves traces
    with xlsxwriter.Workbook(
        written, {"strings_to_formulas": False, "strings_to_urls": False, "in_memory": True}
    ) as book:
        _fill(book, comparison, budget, unfunded)
    with new_file(path) as partial:
        partial.write_bytes(written.getvalue())


def _fill(book: Workbook, comparison: Comparison, budget: Budget, unfunded: Mapping[str, Sequence[float]]) -> None:
    scenario = comparison.scenario.assembled.resolved.scenario
    heading = f"{scenario.title}, {scenario.authority}: budget plan, £m, nominal"
    marked = f"{standing(comparison.scenario.assembled.resolved).told} {_run(comparison.scenario.assembled.resolved)}."
    totals, increments, notes = (book.add_worksheet(name) for name in ("Totals", "Increments", "Notes"))
    for sheet in (totals, increments):
        sheet.write_string(MARKED_ROW, 0, marked)
    below = _Plan(book, totals, heading, budget).write({row.key: row.totals for row in budget.rows})
    _Plan(book, increments, f"{heading}, change on the year before", budget).write(
        {row.key: row.increments for row in budget.rows}
    )
    millions = book.add_format({"num_format": IN_MILLIONS, "italic": True})
    for r, (use, amounts) in enumerate(unfunded.items(), start=below):
        totals.write_string(r, 0, f"  of it {OF_THE_GAP[use]}", book.add_format({"italic": True}))
        totals.write_row(r, 1, amounts, millions)
    notes.set_column(0, 0, NOTE_WIDTH)
    notes.set_landscape()
    notes.fit_to_pages(1, 1)
    for r, line in enumerate(line for note in _notes(comparison) for line in textwrap.wrap(note, NOTE_WIDTH)):
        notes.write_string(r, 0, line)


def _notes(comparison: Comparison) -> list[str]:
    resolved = comparison.scenario.assembled.resolved
    return [
        f"{resolved.scenario.title}, {resolved.scenario.authority}",
        resolved.scenario.asks,
        f"{_run(resolved)}.",
        *(f"Set for this run: {override}" for override in resolved.overrides),
        standing_told(resolved).replace("\n", " "),
        CONVENTION.strip(),
        HOW_TO_READ.strip(),
    ]


def _run(resolved: Resolved) -> str:
    """Which run the sheets are of."""
    made_of = identity(resolved)
    return f"Scenario {made_of['scenario']}, thrive_model {made_of['model_version']}, run {made_of['run_id']}"


class _Plan:
    """One sheet: a heading, a column a year, and after each section its subtotal."""

    def __init__(self, book: Workbook, sheet: Worksheet, heading: str, budget: Budget) -> None:
        self._sheet, self._budget = sheet, budget
        self._bold: Format = book.add_format({"bold": True})
        self._millions: Format = book.add_format({"num_format": IN_MILLIONS})
        self._subtotal: Format = book.add_format({"num_format": IN_MILLIONS, "bold": True, "top": 1})
        sheet.write_string(0, 0, heading, self._bold)
        sheet.set_column(0, 0, TITLE_WIDTH)
        sheet.set_column(1, len(budget.years), FIGURE_WIDTH)
        sheet.freeze_panes(FIRST_ROW, 1)
        sheet.set_landscape()
        sheet.fit_to_pages(1, 1)
        for column, year in enumerate(budget.years, start=1):
            sheet.write_string(FIRST_ROW - 1, column, year, book.add_format({"bold": True, "align": "right"}))

    def write(self, figures: Mapping[str, Sequence[float]]) -> int:
        """Write every row; the number of the first row below them."""
        at = FIRST_ROW
        sums: list[tuple[int, int]] = []
        so_far = [0.0] * len(self._budget.years)
        for section, subtotal in SECTIONS.items():
            first = at
            for row in self._budget.rows:
                if row.section == section:
                    self._sheet.write_string(at, 0, f"  {title(row, self._budget.base_year)}")
                    self._sheet.write_row(at, 1, figures[row.key], self._millions)
                    so_far = [a + b for a, b in zip(so_far, figures[row.key], strict=True)]
                    at += 1
            sums.append((first, at - 1))
            if subtotal:
                self._total(at, subtotal, sums, so_far)
                at += 1
        return at

    def _total(self, at: int, label: str, sums: Sequence[tuple[int, int]], so_far: Sequence[float]) -> None:
        from xlsxwriter.utility import xl_rowcol_to_cell  # noqa: PLC0415 - see `write`

        cell: Callable[..., Any] = xl_rowcol_to_cell
        self._sheet.write_string(at, 0, label, self._bold)
        for column, value in enumerate(so_far, start=1):
            ranges = ",".join(f"{cell(first, column)}:{cell(last, column)}" for first, last in sums)
            self._sheet.write_formula(at, column, f"=SUM({ranges})", self._subtotal, value)
