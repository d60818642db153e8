"""The demand growth that was solved for, beside what was observed."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group
from rich.text import Text

from thrive_model.report.layout import bare_table, standing_told
from thrive_model.report.words import percent, pounds
from thrive_model.solve import Growth, Solution


def growth_found(solution: Solution, growth: Sequence[Growth]) -> Group:
    """The growth, what it gives, and a row a measure: observed growth beside doing nothing's."""
    head = Text(f"Demand growth of {solution.growth:.2%} a year gives a do-nothing pressure of ")
    reading = f"{solution.reading} reading, target {pounds(solution.target)}"
    head.append(f"{pounds(solution.pressure)} in {solution.year} ({reading}).")
    table = bare_table()
    table.add_column("Growth a year")
    table.add_column("observed", justify="right")
    table.add_column("over", justify="right")
    table.add_column("do nothing", justify="right")
    table.add_column("so doing nothing grows")
    for one in growth:
        over = f"{one.observed_from} to {one.observed_to}"
        table.add_row(
            one.title, percent(one.observed), over, percent(one.do_nothing), "faster" if one.faster else "no faster"
        )
    return Group(head, Text(standing_told(solution.do_nothing.assembled.resolved)), table)
