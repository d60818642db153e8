"""How fast the engine is: beside C, beside numpy by hand, and beside other packages.

    python benchmarks/engine_speed.py [--draws N] [--threads N] [--rounds N] [--without-peers]

One run compares all, in turn (A B A B), on the same inputs. Medians are printed, and their ratios: a machine's other
work then spoils all alike. Making the inputs is not timed; preparing the kernel's from `Parameters` is.
"""

from __future__ import annotations

import argparse
import ctypes
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from thrive_model import engine
from thrive_model.assemble import assemble
from thrive_model.engine import Kernel, Recorded
from thrive_model.engine.limits import PlaceKeeper
from thrive_model.parameters import Floats, HazardEffect, Ints, Parameters
from thrive_model.run import read_tables
from thrive_model.scenario import resolve

ROOT = Path(__file__).resolve().parents[1]
HERE = Path(__file__).parent
BESIDE = ROOT.parent / "shared" / "bench"
STOCK = Recorded(stock_by_band=False, flow_by_band=False, flow=False, turned_18=False, waiting=False)
MOVES_TOO = replace(STOCK, flow=True)
PEERS = {"modelx": 100, "cs-demand-model": 2}
"""Other packages, each with the draws of W it is given: they take too long for more."""


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--draws", type=int, default=1000)
    reader.add_argument("--threads", type=int, default=2)
    reader.add_argument("--rounds", type=int, default=7)
    reader.add_argument("--without-peers", action="store_true", help="leave out other packages")
    asked = reader.parse_args()
    print(f"{asked.draws} draws, {asked.threads} threads, medians of {asked.rounds} rounds that take turns")
    workload(asked)
    pathway(asked)
    growth()


def in_turn(rounds: int, **each: Callable[[], Any]) -> dict[str, float]:
    """Median seconds of each, once round after the other, after one round that is not counted."""
    taken: dict[str, list[float]] = {name: [] for name in each}
    for counted in range(rounds + 1):
        for name, run in each.items():
            began = time.perf_counter()
            run()
            if counted:
                taken[name].append(time.perf_counter() - began)
    return {name: statistics.median(some) for name, some in taken.items()}


def show(title: str, seconds: float, against: float, draws: int, target: float | None = None) -> None:
    """One row: milliseconds a draw, and the ratio to what it is held against."""
    told = f"{1e3 * seconds / draws:12.4f} ms a draw {seconds / against:10.2f} x"
    if target:
        told += f"   target {target:g} x: {'met' if seconds <= target * against else 'MISSED'}"
    print(f"  {title:44}{told}")


# Workload W: 30 states, 145 moves, 18 ages, 60 months, rates that differ by move, age, month and draw


def workload(asked: argparse.Namespace) -> None:
    if not (BESIDE / "workload.py").is_file():
        print(f"\nWorkload W is not part of this repository, and {BESIDE.name} is not beside it: skipped")
        return
    sys.path.insert(0, str(BESIDE))
    define, limit = importlib.import_module("workload"), importlib.import_module("limit")
    w = define.make(asked.draws)
    factor = np.ascontiguousarray(define.fgt(w).transpose(2, 1, 0))  # [group, month, draw]
    run_limit, p = limit.limit_run(w, asked.threads), as_parameters(w, factor)
    weights = np.zeros((5, w["T"]))
    weights[np.arange(w["T"]) // 12, np.arange(w["T"])] = w["v"]

    def ours(kernel: Kernel) -> tuple[Floats, Floats]:
        stock = engine.run(p, STOCK, kernel=kernel, threads=asked.threads).stock[:, :, 0]
        yearly = (weights @ stock[1:].reshape(w["T"], -1)).reshape(5, w["S"], -1)
        return stock[1:], np.einsum("ysd,ds->dy", yearly, w["c"])

    occupancy, cost = run_limit()
    for found in (ours("compiled"), ours("numpy"), by_hand(w, factor, weights)):
        np.testing.assert_allclose(found[0].transpose(2, 0, 1), occupancy, rtol=0, atol=1e-12 * occupancy.max())
        np.testing.assert_allclose(found[1], cost, rtol=1e-12)
    fast = in_turn(asked.rounds, limit=run_limit, compiled=lambda: ours("compiled"))
    slow = in_turn(
        min(3, asked.rounds),
        limit=run_limit,
        numpy=lambda: ours("numpy"),
        by_hand=lambda: by_hand(w, factor, weights),
    )
    print("\nWorkload W: stock by month and state, and yearly discounted cost")
    show("tuned C (shared/bench/limit.c)", fast["limit"], fast["limit"], asked.draws)
    show("this engine, compiled", fast["compiled"], fast["limit"], asked.draws, 1.5)
    show("numpy by hand, for W alone (one thread)", slow["by_hand"], slow["limit"], asked.draws)
    show("this engine, numpy (one thread)", slow["numpy"], slow["limit"], asked.draws, 20.0)
    if not asked.without_peers:
        peers(define, slow["limit"] / asked.draws)


def as_parameters(w: dict[str, Any], factor: Floats) -> Parameters:
    """W in this engine's terms: all cells are stays, each age is a band, nobody grows older."""
    ages = np.arange(w["A"])
    of_draw = np.ascontiguousarray(w["m"].T)
    effects = [HazardEffect(np.array([e]), ages, of_draw[e : e + 1]) for e in range(w["E"])]
    effects += [HazardEffect(np.flatnonzero(w["grp"] == g), ages, factor[g]) for g in range(w["G"])]
    return Parameters(
        source=w["src"].astype(np.intp),
        target=w["dst"].astype(np.intp),
        first_stay=0,
        first_decision=w["S"],
        adult=-1,
        hazard=w["b"][None, :, :, None],
        period=np.zeros(w["T"], dtype=np.intp),
        exposure=np.zeros((w["T"], w["A"])),
        longest_stay=np.full(w["S"], np.inf),
        timed=np.array([], dtype=np.intp),
        opening=w["n0"].T[:, :, None].copy(),
        band_of_age=ages,
        effects=tuple(effects),
        competing=False,
    )


def by_hand(w: dict[str, Any], factor: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """What a careful analyst writes in numpy for W alone: move by move, draws innermost, 128 at a time."""
    found = np.empty((w["T"], w["S"], w["D"]))
    source, target, group = w["src"].tolist(), w["dst"].tolist(), w["grp"].tolist()
    for first in range(0, w["D"], 128):
        some = slice(first, first + 128)
        m = np.ascontiguousarray(w["m"][some].T)
        now = np.repeat(w["n0"].T[:, :, None], m.shape[1], axis=2)
        moved = np.empty(now.shape[1:])
        for month in range(w["T"]):
            new = now.copy()
            for e in range(w["E"]):
                np.multiply(w["b"][e][:, None], m[e] * factor[group[e], month, some], out=moved)
                moved *= now[source[e]]
                new[source[e]] -= moved
                new[target[e]] += moved
            now = new
            found[month, :, some] = now.sum(axis=1)
    yearly = (weights @ found.reshape(w["T"], -1)).reshape(5, w["S"], -1)
    return found, np.einsum("ysd,ds->dy", yearly, w["c"])


def peers(define: Any, limit: float) -> None:
    """Other packages, in an environment of their own, on W or the part of it that they can do."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for name, draws in PEERS.items():
            w = define.make(draws)
            np.savez(home / "w.npz", f=define.fgt(w), **{k: w[k] for k in ("src", "dst", "grp", "b", "m", "n0")})
            venv.create(home / name, with_pip=True)
            python = home / name / ("Scripts" if os.name == "nt" else "bin") / "python"
            got = subprocess.run(
                [python, "-m", "pip", "install", "-q", "numpy", name], capture_output=True, check=False
            )
            if got.returncode:
                print(f"  {name:44} skipped: it cannot be installed here")
                continue
            done = subprocess.run(
                [python, HERE / "peers.py", name, home / "w.npz"], capture_output=True, text=True, check=False
            )
            if done.returncode:
                print(f"  {name:44} skipped: {(done.stderr.strip().splitlines() or ['it failed'])[-1]}")
                continue
            told = json.loads(done.stdout.splitlines()[-1])
            show(f"{name} {told['version']} ({told['part']})", told["seconds"] / draws, limit, 1)


# The shipped pathway, beside the same work in one plain C program


def pathway(asked: argparse.Namespace) -> None:
    draws = -(-asked.draws // 8) * 8  # pathway.c works eight at a time
    p = many(shipped(), draws)
    print(
        f"\nThe shipped pathway ({len(p.source)} moves, {len(p.band_of_age)} ages, {p.months} months): stock and moves"
    )

    def ours(kernel: Kernel, some: Parameters) -> engine.Trajectory:
        return engine.run(some, MOVES_TOO, kernel=kernel, threads=asked.threads)

    few = p.of_draws(slice(16))
    plain = plain_c(p, asked.threads)
    if plain is None:
        print("  plain C: skipped, there is no gcc")
        taken = in_turn(asked.rounds, compiled=lambda: ours("compiled", p))
    else:
        stock, flow = plain()
        found = ours("compiled", p)
        for one, other in ((found.stock[:, :, 0], stock), (found.flow[:, :, 0], flow)):
            np.testing.assert_allclose(one[:, 1:49], other[:, 1:49], rtol=0, atol=1e-9 * other.max())
        taken = in_turn(asked.rounds, plain=plain, compiled=lambda: ours("compiled", p))
        show("plain C for this pathway (pathway.c)", taken["plain"], taken["plain"], draws)
    against = taken.get("plain", taken["compiled"])
    show("this engine, compiled", taken["compiled"], against, draws, 2.0)
    by_numpy = in_turn(1, numpy=lambda: ours("numpy", few))["numpy"]
    show("this engine, numpy (16 draws, one thread)", by_numpy / 16, against / draws, 1)


def shipped() -> Parameters:
    resolved = resolve("thrive")
    return assemble(resolved, read_tables(resolved)).parameters


def many(p: Parameters, draws: int) -> Parameters:
    """The same at so many draws of its hazards and factors."""
    random = np.random.default_rng(1)
    return replace(
        p,
        hazard=p.hazard * np.exp(0.1 * random.standard_normal((1, len(p.source), 1, draws))),
        effects=tuple(
            replace(one, factor=one.factor * np.exp(0.05 * random.standard_normal((1, draws)))) for one in p.effects
        ),
    )


def plain_c(p: Parameters, threads: int) -> Callable[[], tuple[Floats, Floats]] | None:
    """The C program for these parameters, compiled for this machine; it writes into arrays that are used again."""
    cells, ages = p.opening.shape[:2]
    bands, months, draws = p.hazard.shape[2], p.months, p.draws
    ((place,), (match,)) = p.places, p.matches
    sizes = {"S": cells, "E": len(p.source), "B": bands, "A": ages, "T": months, "N": len(p.effects)}
    sizes |= {"K": len(p.supplies), "ADULT": p.adult, "FIRST_STAY": p.first_stay, "FIRST_DECISION": p.first_decision}
    library = Path(tempfile.mkdtemp()) / "pathway.so"
    words = ["gcc", "-O3", "-march=native", "-fopenmp", "-shared", "-fPIC", *(f"-D{k}={v}" for k, v in sizes.items())]
    try:
        subprocess.run([*words, str(HERE / "pathway.c"), "-o", str(library), "-lm"], check=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    program = ctypes.CDLL(str(library)).pathway
    program.restype = None
    ctypes.CDLL("libgomp.so.1").omp_set_num_threads(threads)
    held: list[Any] = []

    def at(array: Any, kind: Any = np.float64) -> ctypes.c_void_p:
        held.append(np.ascontiguousarray(array, dtype=kind))
        return ctypes.c_void_p(held[-1].ctypes.data)

    def listed(items: Ints) -> ctypes.c_void_p:
        return at([len(items), *items], np.int32)

    def lists(some: list[Ints]) -> ctypes.c_void_p:
        return at([listed(one).value for one in some] or [0], np.int64)

    keeper = PlaceKeeper.of(p, place)
    reaches = [effect.reach for effect in p.effects if effect.reach]
    spots = [(one.arrows[:, None] * bands + one.bands).ravel() for one in p.effects]
    stock, flow = np.empty((months + 1, cells, draws)), np.empty((months, len(p.source), draws))
    numbers = np.cumsum([one.reach is not None for one in p.effects]) - 1
    numbers[[one.reach is None for one in p.effects]] = -1
    given = (
        *(at(some, np.int32) for some in (p.source, p.target, p.band_of_age)),
        listed(p.timed),
        at(p.longest_stay),
        at(p.hazard[0]),
        at(np.stack([np.broadcast_to(one.factor[:months], (months, draws)) for one in p.effects], axis=1)),
        at(np.concatenate(spots), np.int32),
        at(np.cumsum([0, *map(len, spots)]), np.int32),
        at(numbers, np.int32),
        at([one.on_stay for one in p.effects], np.int32),
        lists([one.cells for one in reaches]),
        lists([one.supplies for one in reaches]),
        at([one.served[:months, 0] for one in reaches]),
        at([one.per_unit[:months] for one in reaches]),
        at(p.exposure[:months]),
        at(p.opening[:, :, 0]),
        at([one.opening for one in p.supplies]),
        at(np.stack([one.approved[:months, 0] for one in p.supplies], axis=1)),
        at(np.exp(-np.stack([one.leaving[:months, 0] for one in p.supplies], axis=1))),
        listed(match.arrows),
        ctypes.c_int(match.supply),
        ctypes.c_double(match.per_child),
        *(listed(some) for some in (place.cells, keeper.new, keeper.leaving, place.returning)),
        listed(np.array([arrow for arrow, _ in keeper.overflowing])),
        lists([new for _, new in keeper.overflowing]),
        ctypes.c_int(place.supply),
        ctypes.c_double(place.per_unit),
        at(stock),
        at(flow),
    )

    def run(_inputs: list[Any] = held) -> tuple[Floats, Floats]:  # which are to live as long as this does
        program(ctypes.c_long(draws), *given)
        return stock, flow

    return run


# How cost grows


def growth() -> None:
    """Each size doubled by itself: nanoseconds a draw, month, move and age stay about the same, or fall."""
    size = {"draws": 256, "months": 24, "moves": 100, "ages": 108}
    print("\nCompiled, one thread: nanoseconds a draw, month, move and age")
    for name, usual in size.items():
        found = []
        for times in (1, 2, 4, 8):
            given = {**size, name: usual * times}
            p = made_up(**given)
            seconds = in_turn(3, run=lambda p=p: engine.run(p, STOCK, kernel="compiled"))["run"]  # type: ignore[misc]
            found.append(f"{usual * times:6} {name} {1e9 * seconds / np.prod(list(given.values())):6.3f}")
        print("  " + "   ".join(found))


def made_up(draws: int, months: int, moves: int, ages: int) -> Parameters:
    """Twenty cells and so many moves between them, by competing hazards, in nine bands of age."""
    random = np.random.default_rng(3)
    cells = 20
    source = np.sort(random.integers(0, cells - 1, moves))
    return Parameters(
        source=source,
        target=(source + random.integers(1, cells - 1, moves)) % (cells - 1),
        first_stay=0,
        first_decision=cells,
        adult=cells - 1,
        hazard=random.uniform(0.0, 0.02, (1, moves, 9, draws)),
        period=np.zeros(months, dtype=np.intp),
        exposure=np.zeros((months, ages)),
        longest_stay=np.full(cells, np.inf),
        timed=np.array([], dtype=np.intp),
        opening=np.ones((cells, ages, 1)),
        band_of_age=np.arange(ages) * 9 // ages,
    )


if __name__ == "__main__":
    main()
