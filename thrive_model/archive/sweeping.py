"""The folder of a sweep: what each scenario came to as it is done, and one tidy table of all of them at the end."""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import thrive_model
from thrive_model.archive.folder import PARTS, SWEEP, all_or_nothing, link, new, write_manifest
from thrive_model.archive.manifest import hashes_in
from thrive_model.cells import write_csv
from thrive_model.errors import Problem, refuse
from thrive_model.uncertainty.checkpoint import About, about_in, changes, write_about
from thrive_model.uncertainty.simulate import Plan
from thrive_model.uncertainty.sweep import HEADS, Checked, Outcome

FIGURES, SCENARIOS = "figures.csv", "scenarios.csv"
COLUMNS = ("authority", "scenario", "run", "measure", "unit", "when", *HEADS)
_AGAIN = "name another folder, or put it back as it was"


@dataclass(frozen=True)
class Sweep:
    """The folder of a sweep, and how its scenarios are drawn."""

    folder: Path
    plan: Plan

    def part(self, one: Checked) -> Path:
        """Where what a scenario came to is kept: a name that two scenarios cannot share."""
        words = re.sub(r"[^a-z0-9]+", "_", f"{one.authority} {one.name}".lower()).strip("_")[:60]
        own = sha256(repr((one.authority, one.name)).encode()).hexdigest()[:8]
        return self.folder / PARTS / f"{words}-{own}"

    def is_done(self, one: Checked) -> bool:
        """Whether it was made before."""
        return (self.part(one) / FIGURES).is_file()

    def changed(self, one: Checked) -> Iterator[Problem]:
        """What has changed of a scenario since it was made, of all that its figures depend on."""
        if one.resolved is None:
            return
        part = self.part(one)
        kept, now = about_in(part, str(part)), About.of_whole(one.resolved, self.plan)
        yield from changes(part, kept, now, one.resolved)
        if kept.draws != now.draws:
            what = f"{one.authority}, {one.name} was made of {kept.draws:,} draws, and {now.draws:,} are asked for"
            yield Problem("--draws", what, _AGAIN)

    def keep(self, one: Checked, outcome: Outcome) -> None:
        """Keep what a scenario came to: all of it or nothing."""
        if one.resolved is None:
            return
        part = self.part(one)
        with all_or_nothing(part) as partial:
            write_about(partial, one.resolved, About.of_whole(one.resolved, self.plan))
            _write(partial / FIGURES, COLUMNS, ((one.authority, one.name, *row) for row in outcome.rows))

    def figures(self, done: Sequence[Checked], measures: Collection[str]) -> Iterator[list[str]]:
        """The rows of all that are done, of these measures, or of every one where none is named."""
        at = COLUMNS.index("measure")
        for one in done:
            with (self.part(one) / FIGURES).open(encoding="utf-8", newline="") as file:
                rows = csv.reader(file)
                next(rows)
                yield from (row for row in rows if not measures or row[at] in measures)

    def write(
        self, scenarios: Sequence[Checked], failed: Mapping[str, Sequence[Problem]], measures: Collection[str]
    ) -> None:
        """Write the tables of all scenarios, in place of those of an earlier end: all of them or none."""
        done = [one for one in scenarios if one.asked.given not in failed]
        try:
            with all_or_nothing(self.folder) as partial:
                (partial / PARTS).mkdir()
                for one in done:
                    link(self.part(one), partial / PARTS / self.part(one).name)
                link(self.folder / SWEEP, partial / SWEEP)
                _write(partial / FIGURES, COLUMNS, self.figures(done, measures))
                _write(
                    partial / SCENARIOS,
                    ("authority", "scenario", "file", "draws", "failed"),
                    (_scenario(one, failed.get(one.asked.given, ())) for one in scenarios),
                )
                write_manifest(partial, {**_about(self.plan), "outputs_sha256": hashes_in(partial)})
        except OSError as fault:
            what = f"cannot be written: {fault.strerror or fault}"
            raise refuse(str(self.folder), what, "what is done is kept: make room and go on with --resume") from None


def begin_sweep(folder: Path, plan: Plan, force: bool) -> Sweep:
    """A folder in which what scenarios come to is kept; refused, or replacing an earlier one, as a run folder is."""
    with new(folder, force) as partial:
        (partial / PARTS).mkdir()
        (partial / SWEEP).write_text(json.dumps(_about(plan), indent=2) + "\n", encoding="utf-8")
    return Sweep(folder, plan)


def resumed_sweep(folder: Path, plan: Plan) -> Sweep:
    """The folder of a sweep that was begun; `InputError` where there is none."""
    if not (folder / SWEEP).is_file():
        raise refuse(str(folder), f"holds no sweep to go on with: it has no {SWEEP}", "leave --resume out to begin one")
    for left in (folder / PARTS).glob(".*.partial"):
        shutil.rmtree(left, ignore_errors=True)
    return Sweep(folder, plan)


def _about(plan: Plan) -> dict[str, Any]:
    return {
        "model_version": thrive_model.__version__,
        "draws": plan.draws,
        "method": plan.method,
        "whole_children": plan.whole_children,
    }


def _scenario(one: Checked, problems: Sequence[Problem]) -> tuple[object, ...]:
    failed = "; ".join(f"{problem.where}: {problem.what}" for problem in problems)
    return one.authority, one.name, one.asked.given, 0 if failed else one.asked.plan.draws, failed


def _write(path: Path, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(file, columns, rows)
