"""A value, where it was set, and what it rests on, in lines of text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from thrive_model.assumptions import Footing
from thrive_model.report.words import hanging
from thrive_model.tables import SourceRow


def explanation(found: Sequence[Footing], sources: Sequence[SourceRow]) -> Iterator[str]:
    """Each value with its place; where it has one, its source, footing and reason."""
    titles = {row.source: f"{row.title} ({row.publisher}, {row.date})" for row in sources}
    for item in found:
        yield hanging(f"{item.key} = ", item.value)
        yield f"  set in   {item.where}"
        if item.source:
            grade = f", evidence {item.grade}" if item.grade else ""
            yield hanging("  source   ", f"{item.source}: {titles.get(item.source, 'not listed')}")
            yield f"  footing  {item.basis}{grade}"
        if item.why:
            yield hanging("  why      ", item.why)
