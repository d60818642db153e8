"""The model in one screen: what a scenario comes to, beside doing nothing.

scenario + tables -> arrays -> children month by month -> pounds -> who paid
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from thrive_model import (
    benchmarks,
    calibration_faults,
    checks,
    comparators,
    draws,
    engine,
    ledger,
    savings,
    section_251,
    watch,
)
from thrive_model.assemble import Assembled, Inputs, assemble, read_all, without_programme
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.outputs import unknown_outputs
from thrive_model.parameters import Parameters
from thrive_model.results import Results
from thrive_model.scenario import Resolved

MOST_UNACCOUNTED_FOR = 1e-6


@dataclass(frozen=True)
class Comparison:
    """A scenario's results and those of doing nothing, on the same tables, demand and draws.

    `evidenced` is the scenario with only those effects that rest on published evidence, to show how far the rest
    of its result rests on assumptions.
    """

    scenario: Results
    do_nothing: Results
    evidenced: Results


def run(resolved: Resolved) -> Comparison:
    """Run a scenario and do nothing; `InputError` where either is refused."""
    inputs = read_tables(resolved)
    return Comparison(
        scenario=_results(resolved, inputs),
        do_nothing=_results(without_programme(resolved), inputs),
        evidenced=_results(resolved, inputs, evidenced=True),
    )


def read_tables(resolved: Resolved) -> Inputs:
    """Every table of the scenario; `InputError` with the faults of all of them, and of what is held against them."""
    inputs = read_all(resolved.folders)
    authority = resolved.scenario.authority
    problems = [
        *unknown_outputs(inputs.observed),
        *comparators.faults(inputs.comparators, authority),
        *watch.faults(resolved),
        *savings.faults(inputs, resolved),
        *benchmarks.faults(inputs, resolved.scenario.pressure.base_year),
        *section_251.faults(inputs, resolved),
        *calibration_faults.faults(inputs, resolved),
        *draws.faults(resolved),
        *checks.faults(inputs, resolved),
    ]
    if problems:
        raise InputError([*problems, *_told_by_assembly(resolved, inputs)])
    return inputs


def _told_by_assembly(resolved: Resolved, inputs: Inputs) -> list[Problem]:
    """What assembling would refuse, so that it is told beside the rest."""
    try:
        assemble(resolved, inputs)
    except InputError as refused:
        return list(refused.problems)
    return []


def run_one(assembled: Assembled, move: Callable[[Parameters], engine.Trajectory] = engine.run) -> Results:
    """One trajectory: the children, what they cost, and who paid; `move` steps through the months."""
    trajectory = move(assembled.parameters)
    amounts = ledger.charge(trajectory, assembled.costs)
    book, account = ledger.settle(
        amounts, assembled.costs, assembled.base_budget, assembled.fund, assembled.year_of_month
    )
    results = Results(assembled, trajectory, book, account)
    _nobody_vanished(results)
    return results


def _nobody_vanished(results: Results) -> None:
    """Refuse a result in which children are lost or come from nowhere: it would show work as saved."""
    lost = np.abs(results.unaccounted_for())
    month = int(lost.max(axis=1).argmax())
    if not lost.max() <= MOST_UNACCOUNTED_FOR:
        where, when = results.assembled.resolved.name, results.assembled.months[month]
        what = f"{lost[month].max():.3g} children are unaccounted for in {when}"
        raise refuse(where, what, "the result is not used: this is a fault of the model, please report it")


def _results(resolved: Resolved, inputs: Inputs, *, evidenced: bool = False) -> Results:
    return run_one(assemble(resolved, inputs, evidenced=evidenced))
