"""What a guard found, for a screen, a CI step, a test report and a machine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from xml.etree import ElementTree

from rich.console import Group
from rich.table import Table
from rich.text import Text

import thrive_model
from thrive_model.differences import SettingDifference, TableDifference
from thrive_model.errors import Problem
from thrive_model.guard import Acceptance, Guarded, Moved, Verdict
from thrive_model.report.differing import differences_as_data, setting_lines, table_lines
from thrive_model.report.layout import bare_table
from thrive_model.report.verifying import changed_lines
from thrive_model.report.words import hanging

COLUMNS = (*(field.name for field in fields(Moved)), "by", "share")
MOST_SHOWN = 8
_WHOLE_RUN = "whole run"
_WHY = {
    "not accepted": "it is listed and was never accepted",
    "not listed": "it was accepted and is not listed any more",
}


@dataclass(frozen=True)
class Measure:
    """One measure of one run beyond its tolerance: the figures that are, and the one that moved furthest."""

    run: str
    measure: str
    rows: tuple[Moved, ...]

    @property
    def worst(self) -> Moved:
        """The figure that moved by the largest share, or else by the most."""
        return max(self.rows, key=lambda row: (row.by is None, abs(row.share or 0.0), abs(row.by or 0.0)))

    @property
    def count(self) -> str:
        """How many of its years moved; '' where it is of the whole run."""
        years = sum(bool(row.financial_year) for row in self.rows)
        return str(years) if years else ""

    @property
    def years(self) -> str:
        """The years of its figures."""
        years = [row.financial_year or _WHOLE_RUN for row in self.rows]
        dated = [year for year in years if year != _WHOLE_RUN] or [_WHOLE_RUN]
        return dated[0] if len(dated) == 1 else f"{dated[0]} to {dated[-1]}"


def screen(found: Guarded) -> Group:
    """A line a scenario, what moved of each that has moved, then what changed since acceptance."""
    head = Text("Guard", style="bold")
    head.append(f"   {found.guard.file}, thrive_model {thrive_model.__version__}\n{_last(found)}", style="not bold")
    parts: list[Any] = [head, ""]
    parts += [Text(hanging("", f"{one.scenario}: {_standing(one)}")) for one in found.verdicts]
    for one in found.verdicts:
        if one.moved:
            parts += ["", _moved_table(one)]
            more = len(_measures(one)) - MOST_SHOWN
            parts += [Text(f"{more} more measures: --failures FILE stores every figure.")] if more > 0 else []
    causes = list(_causes(found))
    if causes:
        parts += ["", Text("What changed since acceptance", style="bold"), *map(Text, causes)]
    return Group(*parts)


def markdown(found: Guarded) -> str:
    """The same for the summary of a CI step: a table of scenarios, tables of what moved, what changed."""
    lines = ["# Guard: " + ("as accepted" if found.holds else "**fails**"), "", _escaped(_last(found)), ""]
    lines += ["| scenario | verdict |", "|---|---|"]
    lines += [f"| {_escaped(one.scenario)} | {_escaped(_standing(one))} |" for one in found.verdicts]
    for one in found.verdicts:
        if one.moved:
            heads = ("measure", "run", "years", "most in", "accepted", "now", "moved", "%", "severity")
            lines += ["", f"## {_escaped(one.scenario)}", "", f"| {' | '.join(heads)} |", "|" + "---|" * len(heads)]
            shown = _measures(one)[:MOST_SHOWN]
            lines += [f"| {' | '.join(map(_escaped, (*_cells(row), row.worst.severity)))} |" for row in shown]
            more = len(_measures(one)) - MOST_SHOWN
            lines += ["", f"{more} more measures."] if more > 0 else []
    causes = list(_causes(found))
    if causes:
        lines += ["", "## What changed since acceptance", "", "```text", *"\n".join(causes).splitlines(), "```"]
    return "\n".join(lines) + "\n"


def junit(found: Guarded) -> bytes:
    """A test suite a scenario, a test a run and measure; what only warns is told and does not fail."""
    suites = ElementTree.Element("testsuites", name="thrive guard")
    for one in found.verdicts:
        suite = ElementTree.SubElement(suites, "testsuite", name=one.scenario)
        if not one.measures:
            case = ElementTree.SubElement(suite, "testcase", classname=one.scenario, name="runs as accepted")
            ElementTree.SubElement(case, "error", message=_standing(one)).text = _problems(one)
        moved = {(measure.run, measure.measure): measure for measure in _measures(one)}
        for key in one.measures:
            case = ElementTree.SubElement(suite, "testcase", classname=one.scenario, name=" ".join(key))
            if key in moved:
                _told_in(case, moved[key])
        failing = suite.findall("testcase/failure")
        counts = {"tests": len(suite), "failures": len(failing), "errors": len(suite.findall("testcase/error"))}
        suite.attrib.update({name: str(count) for name, count in counts.items()})
    ElementTree.indent(suites)
    xml: bytes = ElementTree.tostring(suites, encoding="utf-8", xml_declaration=True)
    return xml + b"\n"


def as_object(found: Guarded) -> dict[str, Any]:
    """Everything as plain data."""
    return {
        "guard": found.guard.file.name,
        "model_version": thrive_model.__version__,
        "holds": found.holds,
        "accepted": None if found.last is None else asdict(found.last),
        "changed": [asdict(one) for one in found.changed],
        "scenarios": [
            {
                "scenario": one.scenario,
                "status": one.status,
                "figures": one.figures,
                "moved": [_row(row) for row in one.moved],
                "problems": [asdict(problem) for problem in (*one.problems, *one.unread)],
                "inputs": None if one.inputs is None else differences_as_data(one.inputs),
                "files_changed": list(one.files_changed),
            }
            for one in found.verdicts
        ],
    }


def failing_rows(found: Guarded) -> list[dict[str, Any]]:
    """Every figure beyond its tolerance, a row each."""
    return [_row(row) for row in found.moved]


def accepted(done: Acceptance) -> str:
    """What was accepted, in a sentence."""
    if done.row is None:
        return hanging("", f"{done.folder}: nothing to accept, every figure, input and file of code is as it was")
    row = done.row
    changed = f"{_count(row.figures_changed, 'figure')} of {_count(row.scenarios, 'scenario')}"
    if done.first:
        return hanging("", f"{done.folder}: accepted on {row.accepted_on} by {row.by} ({row.reason}): {changed}")
    changed += f", {_count(row.inputs_changed, 'input')} and {_count(row.code_changed, 'version or file of code')}"
    return hanging("", f"{done.folder}: accepted on {row.accepted_on} by {row.by} ({row.reason}): {changed} changed")


def _count(number: str, noun: str) -> str:
    plurals = {"version or file of code": "versions or files of code"}
    return f"{int(number):,} {noun if number == '1' else plurals.get(noun, f'{noun}s')}"


def _row(row: Moved) -> dict[str, Any]:
    return {**asdict(row), "by": row.by, "share": row.share}


def _last(found: Guarded) -> str:
    if found.last is None:
        return "Nothing was accepted yet."
    row = found.last
    return f"Last accepted on {row.accepted_on} by {row.by}, with thrive_model {row.model_version}: {row.reason}"


def _standing(one: Verdict) -> str:
    """What became of a scenario, in words."""
    if one.status == "refused":
        return f"fails, for it cannot be run: {'; '.join(str(problem) for problem in one.problems)}"
    if one.status in _WHY:
        return f"fails, for {_WHY[one.status]}"
    if not one.moved:
        return f"{one.figures:,} figures as accepted"
    kinds = {kind: sum(row.kind == kind for row in one.moved) for kind in ("moved", "new", "gone")}
    told = [f"{kinds['moved']:,} of {one.figures:,} figures moved"] * bool(kinds["moved"])
    told += [f"{count:,} {'is' if count == 1 else 'are'} {kind}" for kind in ("new", "gone") if (count := kinds[kind])]
    only = sum(row.severity == "warn" for row in one.moved)
    told += [f"{only:,} of these only warn"] * bool(only and one.status == "fails")
    return f"{one.status}: {', '.join(told)}"


def _measures(one: Verdict) -> list[Measure]:
    """What moved, measure by measure: those that fail first, then by how far."""
    by: dict[tuple[str, str], list[Moved]] = {}
    for row in one.moved:
        by.setdefault((row.run, row.measure), []).append(row)
    every = [Measure(*key, tuple(rows)) for key, rows in by.items()]

    def order(measure: Measure) -> tuple[bool, bool, float]:
        worst = measure.worst
        return worst.severity != "fail", worst.by is not None, -abs(worst.share or 0.0)

    return sorted(every, key=order)


def _moved_table(one: Verdict) -> Table:
    table = bare_table(1)
    table.add_column(f"{one.scenario}: what moved", overflow="fold")
    table.add_column("run", no_wrap=True)
    for head in ("years", "most in", "accepted", "now", "moved", "%"):
        table.add_column(head, justify="right", no_wrap=True)
    for measure in _measures(one)[:MOST_SHOWN]:
        table.add_row(*map(Text, _cells(measure)))
    return table


def _cells(measure: Measure) -> tuple[str, ...]:
    worst = measure.worst
    share = "" if worst.share is None else f"{worst.share:+.2%}" if abs(worst.share) >= 0.00005 else "0.00%"
    figures = (_shown(worst.accepted), _shown(worst.found), _shown(worst.by, "+") or worst.kind)
    run = measure.run.replace("_", " ")
    return measure.measure, run, measure.count, worst.financial_year or _WHOLE_RUN, *figures, share


def _shown(value: float | None, sign: str = "") -> str:
    """A figure to so many digits that a move shows."""
    if value is None:
        return ""
    whole = abs(value) >= 1_000
    return f"{value:{sign},.0f}" if whole else f"{value:{sign},.6g}"


def _causes(found: Guarded) -> Iterator[str]:
    """What changed: settings and rows of tables with both values and the scenarios they are of; versions; code."""
    yield from _inputs(found.verdicts)
    moved = [one for one in found.verdicts if one.moved]
    idle = [one.scenario for one in moved if one.inputs is not None and not one.inputs_move_figures]
    if idle:
        whose = "" if len(idle) == len(found.verdicts) else f" of {', '.join(idle)}"
        what = "the model itself did" if found.changed else "nor did the model: the computer reckons otherwise"
        yield hanging("", f"No input{whose} changed that moves a figure: {what}.")
    yield from _unread(found.verdicts)
    if found.changed and moved:
        yield "Versions, and files of code that figures come from"
        yield from changed_lines(found.changed)


def _unread(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """What was accepted and cannot be read by this version, and why; of its inputs the files that are others."""
    same: list[tuple[tuple[Problem, ...], list[str]]] = []
    for one in verdicts:
        if one.unread:
            _gather(same, one.unread, one.scenario)
    for problems, names in same:
        told = "; ".join(str(problem) for problem in problems)
        yield hanging("", f"What was accepted of {', '.join(names)} cannot be read by this version: {told}")
    files = dict.fromkeys(file for one in verdicts for file in one.files_changed)
    if files:
        yield hanging("", f"Files of these that are others than then: {', '.join(files)}")


def _inputs(verdicts: Sequence[Verdict]) -> Iterator[str]:
    """Each difference once, with the scenarios that have it."""
    known = [one for one in verdicts if one.inputs is not None]
    settings: list[tuple[SettingDifference, list[str]]] = []
    tables: list[tuple[TableDifference, list[str]]] = []
    for one in known:
        if one.inputs is not None:
            for setting in one.inputs.settings:
                _gather(settings, setting, one.scenario)
            for table in one.inputs.tables:
                _gather(tables, table, one.scenario)
    for setting, names in settings:
        first, *rest = setting_lines(setting)
        yield from (hanging("", f"{first} ({_of(names, known)})"), *rest)
    for table, names in tables:
        first, *rest = table_lines(table)
        yield from (hanging("", f"{first} ({_of(names, known)})"), *rest)


def _gather(found: list[tuple[Any, list[str]]], one: Any, scenario: str) -> None:
    names = next((names for other, names in found if other == one), None)
    if names is None:
        found.append((one, [scenario]))
    else:
        names.append(scenario)


def _of(names: Sequence[str], known: Sequence[Verdict]) -> str:
    return "every scenario" if len(names) == len(known) > 1 else ", ".join(names)


def _told_in(case: ElementTree.Element, measure: Measure) -> None:
    lines = [
        f"{row.financial_year or _WHOLE_RUN}: accepted {row.accepted}, now {row.found}, allowed {row.allowed}"
        for row in measure.rows
    ]
    worst = measure.worst
    message = f"{worst.kind} in {measure.years}, most in {worst.financial_year or _WHOLE_RUN}: {_shown(worst.by, '+')}"
    if worst.severity == "warn":
        ElementTree.SubElement(case, "system-out").text = "\n".join([f"warning: {message}", *lines])
    else:
        ElementTree.SubElement(case, "failure", message=message).text = "\n".join(lines)


def _problems(one: Verdict) -> str:
    return "\n".join(str(problem) for problem in one.problems)


def _escaped(text: str) -> str:
    """Text for a cell of a Markdown table."""
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")
