"""Work moved and work no longer done, as a reader asks for it: what fell away, what went elsewhere, who is where."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

from thrive_model import savings
from thrive_model.displacement import Diversion, Whereabouts, diversions, whereabouts
from thrive_model.provenance import identity
from thrive_model.report.layout import has_programme, heading, table_of
from thrive_model.report.words import ROUNDED, millions, plain
from thrive_model.run import Comparison

A_CHILD = 0.5
NO_PROGRAMME = "The scenario has no interventions: it is doing nothing itself, and nobody is sent another way."


def screen(comparison: Comparison, year: str) -> Group:
    """Moves of the year that change, where children are at its end, and what costs more for it."""
    if not has_programme(comparison):
        return Group(heading(comparison), "", NO_PROGRAMME)
    moves = [row for row in diversions(comparison.do_nothing, comparison.scenario) if row.financial_year == year]
    where = [row for row in whereabouts(comparison.do_nothing, comparison.scenario) if row.financial_year == year]
    return Group(
        heading(comparison),
        "",
        _moves(moves, year),
        Text(
            "Fewer came: work no longer done, since fewer children came as far as this. Sent another way: work moved; "
            "out of each state these sum to nobody. Moves in which neither comes to half a child are left out. "
            f"{ROUNDED}",
            style="dim",
        ),
        "",
        _whereabouts(where, year),
        _balance(where),
        "",
        _dearer(comparison, year),
    )


def as_object(comparison: Comparison) -> dict[str, Any]:
    """Every move and standing as plain data, children unrounded."""
    both = comparison.do_nothing, comparison.scenario
    return {
        **identity(comparison.scenario.assembled.resolved),
        "moves": [{**vars(row), "change": row.change} for row in diversions(*both)],
        "whereabouts": [{**vars(row), "change": row.change} for row in whereabouts(*both)],
        "unaccounted_for": float(max(abs(results.unaccounted_for()).max() for results in both)),
    }


def _moves(rows: Sequence[Diversion], year: str) -> Table:
    """Moves of one name together, those that change by a child or more, in the order of the pathway."""
    table = table_of(
        f"Children moved, {year}", ["do\nnothing", "with\nprogramme", "\nchange", "fewer\ncame", "sent\nanother way"]
    )
    for name in dict.fromkeys(row.move for row in rows):
        ones = [row for row in rows if row.move == name]
        came, moved = sum(row.came for row in ones), sum(row.moved for row in ones)
        if max(abs(came), abs(moved)) >= A_CHILD:
            was, now = sum(row.do_nothing for row in ones), sum(row.scenario for row in ones)
            table.add_row(plain(name), *_children(was, now), *_signed(now - was, came, moved))
    return table


def _whereabouts(rows: Sequence[Whereabouts], year: str) -> Table:
    table = table_of(f"Children at 31 March {_end(year)}", ["do\nnothing", "with\nprogramme", "\nchange"])
    for row in rows:
        if row.state is not None and abs(row.change) >= A_CHILD:
            table.add_row(plain(row.state), *_children(row.do_nothing, row.scenario), *_signed(row.change))
    never = next(row for row in rows if row.state is None)
    table.add_row("Never came", "", "", *_signed(never.change))
    return table


def _balance(rows: Sequence[Whereabouts]) -> Text:
    (total,) = _signed(sum(row.change for row in rows))
    return Text(
        f"The changes sum to {total}: nobody is lost (a run in which a millionth of a child is unaccounted for in any "
        "month is refused). Those who never came were referred in doing nothing, and not since the run began.",
        style="dim",
    )


def _dearer(comparison: Comparison, year: str) -> Text:
    rows = savings.by_line(comparison.do_nothing, comparison.scenario)
    more = [row for row in rows if row.financial_year == year and row.saving < -1.0]
    told = ", ".join(
        f"{plain(row.line).lower()} £{millions(-row.saving, 3)}m" for row in sorted(more, key=lambda row: row.saving)
    )
    return Text(
        f"Lines that cost more in {year} for what was moved: {told}." if more else f"No line costs more in {year}."
    )


def _children(*figures: float) -> Iterable[str]:
    return (f"{figure:,.0f}" for figure in figures)


def _signed(*figures: float) -> Iterable[str]:
    return (f"{round(figure):+,d}" if round(figure) else "0" for figure in figures)


def _end(year: str) -> int:
    return int(year[:4]) + 1
