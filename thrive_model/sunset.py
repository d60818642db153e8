"""Sources past the last day on which they should be relied on, and what of a run rests on them.

A source goes stale with the calendar, whichever years a run is of. So the day is that on which somebody runs it, and
what is said of it is a warning beside the results, and never a part of them: the same input gives the same bytes.
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from thrive_model import tables
from thrive_model.assemble.inputs import TABLES, table_file
from thrive_model.scenario import Resolved
from thrive_model.tables import SourceRow

SETTINGS_NAMED = 3


@dataclass(frozen=True)
class Stale:
    """A source past its day, and what of the run cites it: rows by table, and settings by key."""

    source: SourceRow
    rows: dict[str, int]
    settings: tuple[str, ...]

    def __str__(self) -> str:
        """One sentence with place and remedy."""
        named = [f"{count} {'row' if count == 1 else 'rows'} of {table}" for table, count in self.rows.items()]
        named += self.settings[:SETTINGS_NAMED]
        more = len(self.settings) - SETTINGS_NAMED
        named += [f"{more} more {'setting' if more == 1 else 'settings'}"] if more > 0 else []
        what = f"'{self.source.source}' should not be relied on after {self.source.sunset}"
        cited = f"and is cited by {', '.join(named)}"
        return f"warning: {self.source.where} sunset: {what}, {cited} (look for a later one, or move the day)"


def stale(resolved: Resolved, today: datetime.date) -> Iterator[Stale]:
    """The sources of a run that are past their day on another and that something cites; none where they are unsound."""
    found, _ = tables.read_what_can_be(table_file("sources", resolved.folders), SourceRow)
    late = {row.source: row for row in found if row.sunset and row.sunset < today}
    if not late:
        return
    rows: dict[str, Counter[str]] = {source: Counter() for source in late}
    for name, (_, _, kind) in TABLES.items():
        file = table_file(name, resolved.folders)
        for row in tables.read_what_can_be(file, kind)[0] if name != "sources" else ():
            if row.source in late:
                rows[row.source][file.name] += 1
    for source, row in late.items():
        settings = tuple(".".join(map(str, path)) for path, value in resolved.values() if value.source == source)
        if rows[source] or settings:
            yield Stale(row, dict(rows[source]), settings)
