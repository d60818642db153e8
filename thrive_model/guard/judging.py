"""Each guarded scenario run and judged: what moved beyond its tolerance, and what changed since it was accepted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from thrive_model.differences import Differences, Stated, differences, stated
from thrive_model.errors import InputError, Problem
from thrive_model.fingerprints import Changed, changes, made_by
from thrive_model.guard.accepted import Accepted, LogRow, read_accepted
from thrive_model.guard.figures import Figures, Units, figures_of
from thrive_model.guard.guardfile import Guard, Severity, Tolerance
from thrive_model.run import run
from thrive_model.scenario import Resolved, resolve

Kind = Literal["moved", "new", "gone"]
Status = Literal["as accepted", "warns", "fails", "refused", "not accepted", "not listed"]
FAILING: frozenset[Status] = frozenset({"fails", "refused", "not accepted", "not listed"})
CODE = tuple(f"thrive_model.{module}" for module in ("fund", "headlines", "outputs", "run"))
"""The modules that the figures come from."""
_NOTES = frozenset({"source", "basis", "note", "meaning", "cashable_why"})
"""Columns of a table that say something and move no figure."""


@dataclass(frozen=True)
class Moved:
    """A figure beyond its tolerance; `accepted` is None for one that is new, `found` for one that is gone."""

    scenario: str
    run: str
    measure: str
    unit: str
    financial_year: str
    accepted: float | None
    found: float | None
    allowed: float | None
    severity: Severity
    kind: Kind

    @property
    def by(self) -> float | None:
        """How far it moved."""
        return None if self.accepted is None or self.found is None else self.found - self.accepted

    @property
    def share(self) -> float | None:
        """How far it moved, as a share of what was accepted; None of nothing."""
        return None if self.by is None or not self.accepted else self.by / abs(self.accepted)


@dataclass(frozen=True)
class Verdict:
    """What became of one scenario: its figures beyond tolerance, or why it was not run.

    `figures` counts those that were compared, `measures` them by run and name. `inputs` is what differs from what was
    accepted, None where that cannot be read by this version (`unread` says why, and `files_changed` which files are
    others) or there is nothing to compare.
    """

    scenario: str
    status: Status
    figures: int = 0
    measures: tuple[tuple[str, str], ...] = ()
    moved: tuple[Moved, ...] = ()
    problems: tuple[Problem, ...] = ()
    inputs: Differences | None = None
    unread: tuple[Problem, ...] = ()
    files_changed: tuple[str, ...] = ()

    @property
    def inputs_move_figures(self) -> bool:
        """Whether an input differs that may move a figure: words, sources and notes do not."""
        return self.inputs is not None and moves_figures(self.inputs)


@dataclass(frozen=True)
class Guarded:
    """Every verdict, what made the figures that differs from then, and the last acceptance."""

    guard: Guard
    verdicts: tuple[Verdict, ...]
    changed: tuple[Changed, ...]
    last: LogRow | None

    @property
    def holds(self) -> bool:
        """Whether nothing fails."""
        return all(one.status not in FAILING for one in self.verdicts)

    @property
    def moved(self) -> tuple[Moved, ...]:
        """Every figure beyond its tolerance."""
        return tuple(row for one in self.verdicts for row in one.moved)


@dataclass(frozen=True)
class Ran:
    """One scenario as it is now: its inputs, figures and units."""

    resolved: Resolved
    figures: Figures
    units: Units


def guard(chosen: Guard) -> Guarded:
    """Run every scenario and hold it against what was accepted; `InputError` where that was changed or is not there."""
    accepted = read_accepted(chosen.folder)
    ran, refused = run_all(chosen)
    verdicts = [
        Verdict(name, "refused", problems=refused[name])
        if name in refused
        else judge(chosen, name, ran[name], accepted)
        for name in chosen.scenarios
    ]
    verdicts += [Verdict(name, "not listed") for name in accepted.scenarios if name not in chosen.scenarios]
    changed = tuple(changes(accepted.made_by, made_by(*CODE)))
    return Guarded(chosen, tuple(verdicts), changed, accepted.log[-1] if accepted.log else None)


def run_all(chosen: Guard) -> tuple[dict[str, Ran], dict[str, tuple[Problem, ...]]]:
    """Every scenario that can be run, and the faults of those that cannot."""
    ran: dict[str, Ran] = {}
    refused: dict[str, tuple[Problem, ...]] = {}
    for name, given in chosen.scenarios.items():
        try:
            resolved = resolve(given)
            ran[name] = Ran(resolved, *figures_of(run(resolved)))
        except InputError as fault:
            refused[name] = fault.problems
    return ran, refused


def judge(chosen: Guard, name: str, one: Ran, accepted: Accepted) -> Verdict:
    """One scenario beside what was accepted of it."""
    if name not in accepted.scenarios:
        return Verdict(name, "not accepted", figures=len(one.figures))
    figures, units = accepted.scenarios[name]
    moved = tuple(_moved(chosen, name, (figures, one.figures), {**units, **one.units}))
    severities = {row.severity for row in moved}
    status: Status = "fails" if "fail" in severities else "warns" if severities else "as accepted"
    compared = dict.fromkeys([*figures, *one.figures])
    verdict = Verdict(
        name, status, len(compared), tuple(dict.fromkeys((run, measure) for run, measure, _ in compared)), moved
    )
    try:
        return replace(verdict, inputs=_inputs(accepted.stated(name), one.resolved))
    except InputError as fault:
        files = tuple(accepted.files_changed(name, one.resolved))
        return replace(verdict, unread=fault.problems, files_changed=files)


def moves_figures(found: Differences) -> bool:
    """Whether any of the differences may move a figure."""
    if any(not one.words for one in found.settings):
        return True
    for table in found.tables:
        if table.rows is None:
            return True
        for row in table.rows:
            if row.first is None or row.second is None or not {*row.first, *row.second} <= _NOTES:
                return True
    return False


def _inputs(was: Stated, resolved: Resolved) -> Differences:
    """What differs from what was accepted; by the hashes of tables alone where one cannot be read by this version."""
    now = stated(resolved)
    try:
        return differences(was, now)
    except InputError:
        return differences(replace(was, resolved=replace(was.resolved, folders={})), now)


def _moved(chosen: Guard, name: str, both: tuple[Figures, Figures], units: Mapping[str, str]) -> Iterator[Moved]:
    """Every figure that moved further than it may, that is new, or that is gone."""
    was, now = both
    for key in dict.fromkeys([*was, *now]):
        run, measure, year = key
        old, new = was.get(key), now.get(key)
        tolerance = chosen.tolerance(measure)
        told: dict[str, Any] = {"scenario": name, "run": run, "measure": measure, "unit": units[measure]}
        told |= {"financial_year": year, "accepted": old, "found": new, "severity": tolerance.severity}
        if old is None or new is None:
            yield Moved(**{**told, "severity": "fail"}, allowed=None, kind="new" if old is None else "gone")
        elif not _within(tolerance, old, new):
            yield Moved(**told, allowed=tolerance.allows(old), kind="moved")


def _within(tolerance: Tolerance, old: float, new: float) -> bool:
    return old == new or abs(new - old) <= tolerance.allows(old)
