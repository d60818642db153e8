"""Blocks made by the workers of a dask scheduler: the same bytes, whoever makes them and whoever is lost on the way.

Workers need no files: they are sent the scenario with its tables. What is sent is itself a task, so that the scheduler
can have it made again where a worker that held it is lost.
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import thrive_model
from thrive_model.errors import refuse
from thrive_model.parameters import Floats
from thrive_model.uncertainty.checkpoint import fingerprint, libraries
from thrive_model.uncertainty.simulate import Plan, Span
from thrive_model.uncertainty.study import Study

SECONDS_TO_CONNECT = 10.0
SECONDS_FOR_WORKERS = 30.0
AHEAD = 2
"""Tasks that wait for each thread of the workers beside the one it has, so that none is idle and memory stays small."""
Made = TypeVar("Made")


@dataclass(frozen=True)
class Received:
    """A study on a worker, and what it is computed with there."""

    study: Study
    made_with: dict[str, str]


@dataclass(frozen=True)
class Cluster:
    """The workers of the scheduler at an address."""

    address: str

    def make(self, study: Study, plan: Plan, spans: Iterator[Span]) -> Iterator[Floats]:
        """The figures of each span, in the order of the spans; `InputError` where the workers cannot make them."""
        here = made_with(study)
        with connected(self.address) as client:
            sent = client.submit(received, pickle.dumps(study), pure=False)
            tasks = ((figures_of, (sent, plan, span, here)) for span in spans)
            yield from in_order(client, self.address, tasks)


def made_with(study: Study) -> dict[str, str]:
    """All that its figures depend on beside what it says: versions, and how this machine computes."""
    return {"thrive_model": thrive_model.__version__, **libraries(), "fingerprint": fingerprint(study)}


def received(sent: bytes) -> Received:
    """On a worker: the study that was sent."""
    study: Study = pickle.loads(sent)
    return Received(study, made_with(study))


def figures_of(received_study: Received, plan: Plan, span: Span, asked_with: dict[str, str]) -> Floats:
    """On a worker: the figures of a span; `InputError` where it would come to others than who asks."""
    refuse_others(received_study.made_with, asked_with)
    return received_study.study.blocks(*span, plan.method, whole_children=plan.whole_children)


def refuse_others(here: dict[str, str], asked_with: dict[str, str]) -> None:
    """`InputError` where a worker has other versions than who asks, or computes otherwise."""
    others = [
        f"{name} {here[name]} for {was}"
        for name, was in asked_with.items()
        if name != "fingerprint" and here[name] != was
    ]
    if others:
        raise refuse("--cluster", f"a worker has {', '.join(others)}", "give all of them the same versions")
    if here["fingerprint"] != asked_with["fingerprint"]:
        what = "a worker comes to other last digits: its processor or its kernel is of another kind"
        raise refuse("--cluster", what, "run on workers like this machine, with a compiled kernel on all or on none")


@contextmanager
def connected(address: str) -> Iterator[Any]:
    """A client of the scheduler; `InputError` where there is none, it has no workers, or dask is of another version."""
    try:
        import distributed  # noqa: PLC0415 - an extra, and slow to import
    except ImportError:
        what = "needs dask.distributed, which is not installed"
        raise refuse("--cluster", what, "pip install 'thrive-model[cluster]'") from None
    try:
        client: Any = distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)  # type: ignore[no-untyped-call, unused-ignore]
    except (OSError, ValueError, TimeoutError) as fault:
        what = f"no scheduler answers at {address}: {str(fault).splitlines()[0] if str(fault) else 'no answer'}"
        raise refuse("--cluster", what, "start one with `dask scheduler` and name its address") from None
    with client:
        _refuse_other_dask(client)
        try:
            client.wait_for_workers(1, timeout=SECONDS_FOR_WORKERS)
        except TimeoutError:
            what = f"the scheduler at {address} has no workers"
            raise refuse("--cluster", what, f"start some with `dask worker {address}`") from None
        yield client


def _refuse_other_dask(client: Any) -> None:
    found = client.get_versions()
    here, there = (found[side]["packages"].get("distributed") for side in ("client", "scheduler"))
    if here != there:
        what = f"the scheduler has distributed {there}, and here is {here}"
        raise refuse("--cluster", what, "install the same version on both, and on the workers")


def in_order(client: Any, address: str, tasks: Iterator[tuple[Callable[..., Made], Sequence[Any]]]) -> Iterator[Made]:
    """What each task comes to, in their order, with so many under way as the workers have threads, and some ahead."""
    from distributed import CancelledError, KilledWorker  # noqa: PLC0415 - an extra, and slow to import

    under_way: deque[Any] = deque()
    try:
        for task in _and_then_none(tasks):
            if task is not None:
                function, arguments = task
                under_way.append(client.submit(function, *arguments, pure=False))
            while under_way and (task is None or len(under_way) >= _wanted(client)):
                yield under_way.popleft().result()
    except KilledWorker as fault:
        what = f"{fault.allowed_failures + 1} workers were lost in making the same draws"
        raise refuse("--cluster", what, "see why in their logs: most likely they ran out of memory") from None
    except (CancelledError, OSError) as fault:
        raise refuse("--cluster", f"the scheduler at {address} was lost: {fault}", "start it again") from None
    except ImportError as fault:
        what = f"a worker cannot run it: {fault}"
        raise refuse("--cluster", what, "install thrive-model, of the same version, on every worker") from None
    finally:
        client.cancel(list(under_way))


def _and_then_none(tasks: Iterator[Made]) -> Iterator[Made | None]:
    yield from tasks
    yield None


def _wanted(client: Any) -> int:
    """How many tasks are to be under way: workers come and go."""
    threads: dict[str, int] = client.nthreads()
    return AHEAD * max(sum(threads.values()), 1) + 1
