"""Which figure of a study is asked about, and how it is got at any chances: many at once, on every processor."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass

import numpy as np

from thrive_model.draws import BLOCK
from thrive_model.errors import InputError, Problem, did_you_mean, refuse
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.scenario import Resolved
from thrive_model.uncertainty.figures import NPSV, RUNS, WHOLE_RUN, Figure, Group
from thrive_model.uncertainty.study import AT_ONCE, Study

SPAN = BLOCK * AT_ONCE
"""Runs handed to one processor at a time."""
Watch = Callable[[Sequence[slice]], AbstractContextManager[Iterable[slice]]]
"""Hands on what is to be run, span by span, and may show how far that has come."""


@dataclass(frozen=True)
class Question:
    """Some figures of a study, at chances of what is not sure: called with [K, D] it gives [N, D]."""

    study: Study
    figures: tuple[Figure, ...]
    watch: Watch = nullcontext

    def __call__(self, chances: Floats) -> Floats:
        """The figures, [N, D]; where a chance is no number, with that as stated."""
        spans = [slice(first, first + SPAN) for first in range(0, chances.shape[1], SPAN)]
        groups, rows = self._computed()
        pool = ThreadPoolExecutor(os.cpu_count() or 1)
        try:
            made = pool.map(lambda span: self.study.at(chances[:, span], groups)[rows], spans)
            with self.watch(spans) as each:
                found = [one for _, one in zip(each, made, strict=True)]
        finally:
            pool.shutdown(cancel_futures=True)
        return np.concatenate(found, axis=1)

    def _computed(self) -> tuple[list[Group], list[int]]:
        """The groups that hold the figures, and where among theirs each figure is."""
        groups = [group for group in self.study.groups if set(group.figures) & set(self.figures)]
        every = [figure for group in groups for figure in group.figures]
        return groups, [every.index(figure) for figure in self.figures]


def study_of(resolved: Resolved) -> Study:
    """The study of a scenario; `InputError` where it is refused, or where nothing of it is uncertain."""
    study = Study.of(resolved)
    if not study.parameters:
        what = "has no figure with a distribution, so that there is nothing to vary"
        raise refuse(resolved.name, what, "add `distribution` to a figure, or `drift_per_year` to a multiplier")
    return study


def worth(study: Study) -> Figure | None:
    """The net present social value; None where the scenario does not say how it is appraised."""
    return next((one for one in study.figures if one.measure == NPSV), None)


def figure_named(study: Study, output: str, year: str = "", run: str = "") -> Figure:
    """The figure of a study by its measure, year and run; `InputError` with all that is not known of them.

    The year is that of the pressure where none is given, or the last there is; the run is the scenario's.
    """
    problems = list(_faults(study, output, year, run))
    if problems:
        raise InputError(problems)
    named = [one for one in study.figures if one.measure == output]
    of_run = [one for one in named if one.run == run] if run else [one for one in named if one.run == named[0].run]
    wanted = year or str(study.resolved.scenario.pressure.year)
    return next((one for one in of_run if one.when == wanted), of_run[-1])


def year_of(study: Study, figure: Figure) -> FinancialYear:
    """The financial year that a figure is of; of the whole run, or of a month, the last there is."""
    scenario = study.resolved.scenario
    years = {str(year): year for year in (*_years(study), scenario.last_year)}
    return years.get(figure.when, scenario.last_year)


def _years(study: Study) -> Iterator[FinancialYear]:
    scenario = study.resolved.scenario
    for start in range(scenario.first_year.start, scenario.last_year.start + 1):
        yield FinancialYear(start)


def _faults(study: Study, output: str, year: str, run: str) -> Iterator[Problem]:
    named = [one for one in study.figures if one.measure == output]
    if not named:
        known = {one.measure for one in study.figures}
        yield Problem("--output", f"unknown figure '{output}'", did_you_mean(output, known) or _some(known))
        return
    whens = [one.when for one in named]
    if year and whens == [WHOLE_RUN]:
        yield Problem("--year", f"'{output}' is of the whole run, and has no years", "leave it out")
    elif year and year not in whens:
        yield Problem("--year", f"'{year}' is no year of '{output}'", f"name one from {whens[0]} to {whens[-1]}")
    if run and run not in {one.run for one in named}:
        runs = [name for name in RUNS if name in {one.run for one in named}]
        yield Problem("--run", f"'{output}' is not kept of '{run}'", f"known: {', '.join(runs)}")


def _some(known: Iterable[str]) -> str:
    others = sorted(name for name in set(known) - set(all_outputs()) if "." not in name)
    return f"docs/outputs.md lists outputs; beside them: {', '.join(others)}"
