"""Where a value or a figure comes from, for people and for machines."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.text import Text

from thrive_model.assemble import Assembled
from thrive_model.assumptions import Footing
from thrive_model.provenance import identity
from thrive_model.report.explanation import explanation
from thrive_model.report.layout import heading_of
from thrive_model.report.words import figure, hanging, percent, to_the_pound
from thrive_model.tables import SourceRow
from thrive_model.trace import Change, Part, Term, Trace

INDENT = " " * 4
BELOW = " " * 22
RUNS = {False: "scenario", True: "do_nothing"}
LEAST_SHARE = 0.0005
"""A payer of less is not named on the screen."""
ACCOUNT = "The same as an account of the year:"


def screen(assembled: Assembled, traced: Trace, values: Sequence[Footing], *, nothing: bool) -> Group:
    """The figure taken apart, with its sources; then the settings and rows of the same name, if there are any."""
    sources = assembled.inputs.sources
    told = Text("\n".join(explanation(values, sources)))
    below = [Text("\nSettings and rows under the same name", style="bold"), told] if values else []
    return Group(
        heading_of(assembled.resolved),
        Text(""),
        _figure(traced, nothing=nothing),
        *(Text(line) for term in traced.terms for line in _term(term, traced)),
        Text(""),
        *(Text(line) for line in _sources(traced, sources)),
        *below,
    )


def as_object(
    assembled: Assembled, key: str, traced: Trace | None, values: Sequence[Footing], *, nothing: bool
) -> dict[str, Any]:
    """The same as plain data, unrounded."""
    found = [*values, *(_footings(traced) if traced else ())]
    return {
        **identity(assembled.resolved),
        "key": key,
        "output": _as_data(traced, RUNS[nothing]) if traced else None,
        "settings": [asdict(item) for item in values],
        "sources": {row.source: _title(row) for row in _cited(found, assembled.inputs.sources)},
    }


def _as_data(traced: Trace, run: str) -> dict[str, Any]:
    return {
        "title": traced.output.title,
        "unit": traced.output.unit,
        "meaning": " ".join(traced.output.meaning.split()),
        "run": run,
        "financial_year": traced.financial_year,
        "value": traced.value,
        "formula": traced.formula,
        "terms": [
            {
                **asdict(term),
                "parts": [_part_as_data(part, term.amount) for part in term.parts],
                "movement": [_part_as_data(part, term.amount) for part in term.movement],
            }
            for term in traced.terms
        ],
    }


def _part_as_data(part: Part, whole: float) -> dict[str, Any]:
    return {
        **asdict(part),
        "share": part.amount / whole if whole else None,
        "changed_by": [{**asdict(one.setting), "reaches": one.reaches} for one in part.changed_by],
    }


def _figure(traced: Trace, *, nothing: bool) -> Text:
    """The output, the year, the run, its figure, what it means, and its formula where it has more than one term."""
    shown = _shown(traced.value, traced.output.unit)
    of_run = "in doing nothing" if nothing else "in the scenario"
    text = Text(f"{traced.output.title}, {traced.financial_year}, {of_run}: {shown}", style="bold")
    text.append(f"\n{hanging('', ' '.join(traced.output.meaning.split()))}", style="not bold")
    if len(traced.terms) > 1 or traced.formula != "A":
        text.append(f"\n= {traced.formula}", style="not bold")
    return text


def _term(term: Term, traced: Trace) -> Iterator[str]:
    unit = "pounds" if term.term.startswith("pounds") else ""
    of_years = "" if term.years == traced.financial_year else f", {term.years}"
    yield ""
    yield hanging(f"{term.symbol}  ", f"{term.term}{of_years}: {_shown(term.amount, unit)}")
    if payers := _payers(term):
        yield hanging(INDENT, f"paid by {payers}")
    for part in term.parts:
        yield from _part(part, term.amount, unit)
    if not term.parts:
        yield f"{INDENT}nothing"
    if term.movement:
        yield f"{INDENT}{ACCOUNT}"
        for part in term.movement:
            yield from _part(part, 0.0, unit)


def _payers(term: Term) -> str:
    """Who paid, by share of the whole: within a use every line has the same."""
    paid: dict[str, float] = {}
    for part in term.parts:
        for payer, amount in part.payers.items():
            paid[payer] = paid.get(payer, 0.0) + amount
    shares = {payer.replace("_", " "): amount / term.amount for payer, amount in paid.items()}
    return ", ".join(f"{payer} {percent(share)}" for payer, share in shares.items() if share >= LEAST_SHARE)


def _part(part: Part, whole: float, unit: str) -> Iterator[str]:
    """A line with the amount, its share and its name; below, what it was of, what it rests on and what changes it."""
    share = percent(part.amount / whole) if whole else ""
    yield hanging(f"{_shown(part.amount, unit):>14} {share:>5}  ", part.part)
    if part.units is not None:
        each = f", £{part.amount / part.units:,.2f} each" if unit and part.units else ""
        yield hanging(BELOW, f"of {_shown(part.units, '')} {part.of}{each}")
    for line in _rests_on(part.rests_on):
        yield hanging(BELOW, line)
    for change in part.changed_by:
        yield hanging(BELOW, _change(change))


def _rests_on(items: Iterable[Footing]) -> Iterator[str]:
    """A line for each table, source and footing: the lines of the file, and the value where there is one."""
    for (file, source, basis), rows in itertools.groupby(items, _group):
        ones = list(rows)
        footing = ", ".join(dict.fromkeys(word for word in (source, basis) if word))
        if len(ones) == 1 or not file.endswith(".csv"):
            for one in ones:
                equals = f" = {one.value}" if one.value else ""
                yield f"{one.key}{equals} ({one.where}; {footing})"
        else:
            lines = _spans([int(one.where.split(":")[1]) for one in ones])
            yield f"{_head(ones)}, {len(ones)} rows ({file}:{lines}; {footing})"


def _group(item: Footing) -> tuple[str, str, str]:
    return item.where.split(":")[0], item.source, item.basis


def _head(items: Sequence[Footing]) -> str:
    """The steps that the keys of some rows have in common."""
    steps = zip(*(item.key.split(".") for item in items), strict=False)
    return ".".join(same[0] for same in itertools.takewhile(lambda same: len(set(same)) == 1, steps))


def _spans(lines: Sequence[int]) -> str:
    """Lines that follow each other as 3-7."""
    spans: list[list[int]] = []
    for line in sorted(lines):
        if spans and line == spans[-1][-1] + 1:
            spans[-1][1:] = [line]
        else:
            spans.append([line])
    return ", ".join("-".join(map(str, span)) for span in spans)


def _change(change: Change) -> str:
    one = change.setting
    whom = "" if change.reaches is None else f", for {percent(change.reaches)} of those of its ages"
    grade = f", evidence {one.grade}" if one.grade else ""
    return f"changed by {one.key} = {one.value}{whom} ({one.where}; {one.source}{grade})"


def _footings(traced: Trace) -> Iterator[Footing]:
    for term in traced.terms:
        for part in (*term.parts, *term.movement):
            yield from part.rests_on
            yield from (change.setting for change in part.changed_by)


def _cited(items: Iterable[Footing], sources: Sequence[SourceRow]) -> list[SourceRow]:
    """The sources of some inputs, in the order of their list."""
    cited = {item.source for item in items}
    return [row for row in sources if row.source in cited]


def _sources(traced: Trace, sources: Sequence[SourceRow]) -> Iterator[str]:
    for row in _cited(_footings(traced), sources):
        yield hanging(f"{row.source}: ", _title(row))


def _title(row: SourceRow) -> str:
    return f"{row.title} ({row.publisher}, {row.date})"


def _shown(value: float, unit: str) -> str:
    """Pounds to the whole with their sign, children to one decimal."""
    if unit == "pounds":
        return f"£{to_the_pound(value)}"
    return figure(value, unit) if unit.startswith("pounds ") else f"{value:,.1f}"
