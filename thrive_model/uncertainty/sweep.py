"""Many scenarios of many authorities, each with many draws: all are checked first, and none is lost to another's fault.

A task is one scenario with all its draws, made by whoever is free: so they are independent, and each gives the bytes it
would give alone.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Protocol, TypeVar

import numpy as np

import thrive_model
from thrive_model.assemble import Inputs, assemble, without_programme
from thrive_model.draws import uncertain
from thrive_model.engine import dispatch
from thrive_model.errors import InputError, Problem
from thrive_model.run import read_tables
from thrive_model.scenario import Resolved, resolve
from thrive_model.uncertainty.checkpoint import libraries
from thrive_model.uncertainty.cluster import connected, in_order, refuse_others
from thrive_model.uncertainty.figures import known_measures
from thrive_model.uncertainty.local import Threads
from thrive_model.uncertainty.processes import Processes
from thrive_model.uncertainty.simulate import QUANTILES, Plan, Simulated, simulate
from thrive_model.uncertainty.study import Study

HEADS = ("mean", "standard_error", *(f"p{round(100 * share)}" for share in QUANTILES))
WORTH_A_PROCESS = 16
"""So many scenarios are checked in the time in which a process begins."""
Row = tuple[str | float, ...]
Made = TypeVar("Made")
Tasks = Iterator[tuple[Callable[..., Made], Sequence[Any]]]


@dataclass(frozen=True)
class Asked:
    """A scenario as it was named, with what is set of it, and how it is drawn."""

    given: str
    overrides: tuple[str, ...]
    plan: Plan


@dataclass(frozen=True)
class Checked:
    """What a scenario was found to be, and its faults. `resolved` is None where it could not be read."""

    asked: Asked
    resolved: Resolved | None
    measures: frozenset[str]
    problems: tuple[Problem, ...]

    @property
    def authority(self) -> str:
        """Whose it is."""
        return self.resolved.scenario.authority if self.resolved else ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.resolved.name if self.resolved else self.asked.given


@dataclass(frozen=True)
class Outcome:
    """What a scenario came to: `rows` of run, measure, unit, when and the figures of `HEADS`; or why to nothing."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...] = ()


class Team(Protocol):
    """Whoever makes scenarios."""

    def make(self, scenarios: Sequence[Asked]) -> Generator[Outcome]:
        """What each comes to, in their order."""


@dataclass(frozen=True)
class Here:
    """Processes of this machine, each on one scenario at a time."""

    count: int

    def make(self, scenarios: Sequence[Asked]) -> Generator[Outcome]:
        """What each comes to, in their order."""
        yield from Processes(self.count).in_order((_read_and_drawn, (asked,)) for asked in scenarios)


@dataclass(frozen=True)
class There:
    """The workers of the scheduler at an address, which are sent each scenario with its tables."""

    address: str

    def make(self, scenarios: Sequence[Asked]) -> Generator[Outcome]:
        """What each comes to, in their order; `InputError` where the workers cannot make them."""
        here = computed_with()
        with connected(self.address) as client:
            yield from in_order(client, self.address, (_sent(asked, here) for asked in scenarios))


def check(scenarios: Sequence[Asked], processes: int) -> Iterator[Checked]:
    """All that a run of each would refuse, and what cannot be drawn; in their order."""
    worth_it = min(processes, 1 + len(scenarios) // WORTH_A_PROCESS)
    return Processes(worth_it).in_order((checked, (asked,)) for asked in scenarios)


def checked(asked: Asked) -> Checked:
    """What `check` finds of one."""
    resolved: Resolved | None = None
    try:
        resolved = resolve(asked.given, asked.overrides)
        inputs = read_tables(resolved)
        assemble(resolved, inputs)
        assemble(without_programme(resolved), inputs)
    except InputError as refused:
        return Checked(asked, resolved, frozenset(), refused.problems)
    problems: tuple[Problem, ...] = ()
    if not (uncertain(resolved) or asked.plan.whole_children):
        what = "has nothing that is drawn: no value of it has a distribution"
        remedy = "give what is not sure one (docs/uncertainty.md), or take --whole-children"
        problems = (Problem(asked.given, what, remedy),)
    return Checked(asked, resolved, frozenset(known_measures(resolved)), problems)


def drawn(resolved: Resolved, inputs: Inputs, plan: Plan) -> Outcome:
    """What the draws of one scenario come to; whatever goes wrong with it is its own fault and nobody else's."""
    try:
        found = Simulated.none_yet(Study.of(resolved, inputs), plan)
        if not simulate(found, Threads(1)):
            raise KeyboardInterrupt
        return Outcome(tuple(_rows(found)))
    except InputError as refused:
        return Outcome((), refused.problems)
    except Exception as fault:  # what nobody foresaw must not cost the other scenarios their draws
        what = f"failed: {type(fault).__name__}: {fault}"
        return Outcome((), (Problem(resolved.name, what, "this is a fault of the model, please report it"),))


def computed_with() -> dict[str, str]:
    """All that figures depend on beside what a scenario says: versions, the kernel, and how the machine computes."""
    from scipy.special import ndtr, ndtri  # noqa: PLC0415 - scipy is slow to import

    chances = np.linspace(0.001, 0.999, 999)
    found = [np.exp(chances), np.expm1(-chances), np.log(chances), chances**chances, ndtri(chances), ndtr(chances)]
    kernel = dispatch.kernel_of_many()
    digits = sha256(b"".join(array.tobytes() for array in found)).hexdigest()[:16]
    return {"thrive_model": thrive_model.__version__, **libraries(), "fingerprint": f"{kernel} {digits}"}


def _rows(found: Simulated) -> Iterator[Row]:
    last = found.snapshot()
    for i, figure in enumerate(found.study.figures):
        figures = (last.mean[i], last.standard_error[i], *last.quantiles[i])
        yield figure.run, figure.measure, figure.unit, figure.when, *(float(one) for one in figures)


def _read_and_drawn(asked: Asked) -> Outcome:
    """In a process of this machine."""
    try:
        resolved = resolve(asked.given, asked.overrides)
        inputs = read_tables(resolved)
    except InputError as refused:  # it was changed since it was checked
        return Outcome((), refused.problems)
    return drawn(resolved, inputs, asked.plan)


def _sent(asked: Asked, here: dict[str, str]) -> tuple[Callable[..., Outcome], Sequence[Any]]:
    """What to send a worker: the scenario with its tables, or why it cannot be read."""
    try:
        resolved = resolve(asked.given, asked.overrides)
        return _received_and_drawn, (pickle.dumps((resolved, read_tables(resolved))), asked.plan, here)
    except InputError as refused:
        return Outcome, ((), refused.problems)


def _received_and_drawn(sent: bytes, plan: Plan, asked_with: dict[str, str]) -> Outcome:
    """On a worker of a cluster."""
    refuse_others(computed_with(), asked_with)
    resolved, inputs = pickle.loads(sent)
    return drawn(resolved, inputs, plan)
