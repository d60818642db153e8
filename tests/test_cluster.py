"""The same draws on workers elsewhere: the same bytes, whoever is lost on the way, or clear words on why not."""

from __future__ import annotations

import json
import pickle
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest
from projects import ROOT, environment, invoke

from thrive_model.draws import BLOCK
from thrive_model.errors import InputError, refuse
from thrive_model.scenario import resolve
from thrive_model.uncertainty.cluster import Cluster, made_with, refuse_others
from thrive_model.uncertainty.local import Threads
from thrive_model.uncertainty.simulate import Enough, Plan, Simulated, simulate
from thrive_model.uncertainty.study import AT_ONCE, Study

pytest.importorskip("distributed")

SHORT = ("last_year=2014-15",)
DRAWS = (3 * AT_ONCE - 1) * BLOCK - 30
WAIT = 60.0


@dataclass
class Processes:
    """A scheduler and its workers, each a process of its own on the loopback interface."""

    folder: Path
    running: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def file(self) -> Path:
        return self.folder / "scheduler.json"

    @property
    def address(self) -> str:
        until = time.monotonic() + WAIT
        while time.monotonic() < until:
            if self.file.exists() and (text := self.file.read_text(encoding="utf-8")).strip().endswith("}"):
                return str(json.loads(text)["address"])
            time.sleep(0.05)
        raise AssertionError("the scheduler did not start")

    def start(self, module: str, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.{module}", "--host", "127.0.0.1", "--no-dashboard"]
        process = subprocess.Popen(
            [*command, "--scheduler-file", str(self.file), *words],
            cwd=self.folder,
            env=environment(ROOT),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.running.append(process)
        return process

    def worker(self) -> subprocess.Popen[bytes]:
        return self.start("dask_worker", "--no-nanny", "--nthreads", "1")

    def end(self) -> None:
        for process in reversed(self.running):
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Processes]:
    found = Processes(tmp_path_factory.mktemp("cluster"))
    try:
        found.start("dask_scheduler", "--port", "0")
        yield found
    finally:
        found.end()


@pytest.fixture(scope="module")
def workers(processes: Processes) -> list[subprocess.Popen[bytes]]:
    return [processes.worker(), processes.worker()]


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.of(resolve("thrive", SHORT))


@pytest.fixture(scope="module")
def local(study: Study) -> dict[str, bytes]:
    return state(made(study, Threads(1)))


def made(study: Study, on: Cluster | Threads, told: Callable[[Simulated], None] = lambda _: None) -> Simulated:
    found = Simulated.none_yet(study, Plan(DRAWS))
    assert simulate(found, on, told)
    assert found.summary.draws == DRAWS
    return found


def state(found: Simulated) -> dict[str, bytes]:
    return {name: array.tobytes() for name, array in found.summary.state().items()}


def test_a_worker_that_is_killed_loses_nothing_and_the_bytes_are_those_of_one_machine(
    processes: Processes, workers: list[subprocess.Popen[bytes]], study: Study, local: dict[str, bytes]
):
    """It is killed while it holds the study and has spans to make."""
    met: list[int] = []

    def told(so_far: Simulated) -> None:
        met.append(so_far.summary.draws)
        if len(met) == 1:
            workers[0].kill()

    found = made(study, Cluster(processes.address), told)
    assert workers[0].wait() != 0
    assert state(found) == local


def test_the_command_prints_on_a_cluster_what_it_prints_here(
    processes: Processes, workers: list[subprocess.Popen[bytes]]
):
    words = ["simulate", "thrive", "--set", SHORT[0], "--draws", "300", "--json"]
    there = invoke(*words, "--cluster", processes.address)
    assert there.exit_code == 0, there.stderr
    assert there.stdout == invoke(*words).stdout


def test_whole_children_move_alike_on_a_cluster(
    processes: Processes, workers: list[subprocess.Popen[bytes]], study: Study
):
    found = [Simulated.none_yet(study, Plan(BLOCK, whole_children=True)) for _ in range(2)]
    assert simulate(found[0], Cluster(processes.address))
    assert simulate(found[1], Threads(1))
    assert state(found[0]) == state(found[1])


def test_what_is_enough_ends_it_on_a_cluster_as_here(
    processes: Processes, workers: list[subprocess.Popen[bytes]], study: Study
):
    found = [Simulated.none_yet(study, Plan(100 * BLOCK), Enough(0, 1e9)) for _ in range(2)]
    assert simulate(found[0], Cluster(processes.address))
    assert simulate(found[1], Threads(2))
    assert found[0].summary.draws < 100 * BLOCK
    assert state(found[0]) == state(found[1])


def test_an_interrupt_on_a_cluster_goes_on_here(
    processes: Processes, workers: list[subprocess.Popen[bytes]], study: Study, local: dict[str, bytes]
):
    def told(so_far: Simulated) -> None:
        raise KeyboardInterrupt

    found = Simulated.none_yet(study, Plan(DRAWS))
    assert not simulate(found, Cluster(processes.address), told)
    assert found.summary.draws == BLOCK
    assert simulate(found, Threads(2))
    assert state(found) == local


def test_a_fault_on_a_worker_is_told_as_one_here(
    processes: Processes, workers: list[subprocess.Popen[bytes]], study: Study
):
    broken = replace(study, groups=(replace(study.groups[0], compute=_refused), *study.groups[1:]))
    with pytest.raises(InputError) as caught:
        list(Cluster(processes.address).make(broken, Plan(BLOCK), iter([(0, 1)])))
    assert [str(problem) for problem in caught.value.problems] == ["error: here: is broken (mend it)"]


def _refused(pair: object) -> np.ndarray:
    raise refuse("here", "is broken", "mend it")


def test_a_study_stays_the_same_on_its_way(study: Study):
    there = pickle.loads(pickle.dumps(study))
    np.testing.assert_array_equal(there.blocks(1, 1), study.blocks(1, 1))


def test_a_scheduler_that_does_not_answer_is_named():
    with socket.socket() as free:  # a port of which nobody answers
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        found = invoke("simulate", "thrive", "--set", SHORT[0], "--draws", "2", "--cluster", address)
    assert found.exit_code == 1
    assert found.stderr.startswith(f"error: --cluster: no scheduler answers at {address}")
    assert "start one with `dask scheduler`" in found.stderr


def test_an_address_of_no_kind_is_refused():
    found = invoke("simulate", "thrive", "--set", SHORT[0], "--draws", "2", "--cluster", "colour://red")
    assert found.exit_code == 1
    assert found.stderr.startswith("error: --cluster: no scheduler answers at colour://red")


def test_threads_of_this_machine_and_a_cluster_are_not_asked_for_together():
    assert invoke("simulate", "thrive", "--cluster", "tcp://127.0.0.1:1", "--threads", "2").exit_code == 2


@pytest.mark.parametrize(
    ("other", "told"),
    [
        ({"numpy": "1.0"}, r"a worker has numpy 1.0 for \d"),
        ({"thrive_model": "0.0.9", "scipy": "1.0"}, r"a worker has thrive_model 0.0.9 for .+, scipy 1.0 for \d"),
        ({"fingerprint": "0"}, "a worker comes to other last digits"),
    ],
)
def test_a_worker_that_would_come_to_other_bytes_is_refused(other: dict[str, str], told: str, study: Study):
    here = made_with(study)
    refuse_others(here, here)
    with pytest.raises(InputError, match=told):
        refuse_others({**here, **other}, here)
