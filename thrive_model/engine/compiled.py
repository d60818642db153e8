"""The monthly step as `kernel.c` has it, for many draws: the contract of the specification, to 1e-12.

The library is built when the package is installed, where there is a C compiler; without one there is no library, and
the specification does all the work. Figures are the same to the last bit for any number of draws and threads.
"""

from __future__ import annotations

import ctypes
import hashlib
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np

from thrive_model.engine.layout import ADDRESS, NUMBER, Pathway, Prepared, doors_of
from thrive_model.engine.trajectory import EVERYTHING, Recorded, Trajectory
from thrive_model.parameters import Parameters

SOURCE = Path(__file__).with_name("kernel.c")
LIBRARY = SOURCE.with_suffix({"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so"))

DRAWS_A_CALL = 64
"""Between calls Python may stop the run; each thread takes the next so many draws when it is done with its last."""

_NO_WAY_OUT = 1


@cache
def library(built: Path = LIBRARY, source: Path = SOURCE) -> ctypes.CDLL | None:
    """The compiled kernel, or None where there is none that was built from its source as that stands."""
    try:
        found = ctypes.CDLL(str(built))
        stamp = found.stamp
    except (OSError, AttributeError):
        return None
    stamp.restype = ctypes.c_char_p
    for name in ("workspace", "size_of_pathway"):
        getattr(found, name).restype = NUMBER
    if stamp() != hashlib.sha256(source.read_bytes()).hexdigest().encode():
        return None
    return found if found.size_of_pathway() == ctypes.sizeof(Pathway) else None


def run(parameters: Parameters, record: Recorded = EVERYTHING, *, threads: int = 1) -> Trajectory:
    """Step through every month, by the compiled kernel. ValueError as in the specification."""
    kernel = library()
    if kernel is None:
        missing = f"there is no {LIBRARY.name} built from {SOURCE.name}"
        raise RuntimeError(f"{missing}: install the package where a C compiler is")
    trajectory = Trajectory.to_record(parameters, record)
    prepared = Prepared(parameters, trajectory)
    draws = parameters.draws
    starts = iter(range(0, draws, DRAWS_A_CALL))
    threads = max(1, min(threads, -(-draws // DRAWS_A_CALL)))
    if threads == 1:
        faults = [_work(kernel, prepared, starts, draws)]
    else:
        with ThreadPoolExecutor(threads) as pool:
            faults = list(pool.map(lambda _: _work(kernel, prepared, starts, draws), range(threads)))
    if _NO_WAY_OUT in faults:
        raise ValueError("children reach a decision that no move with a weight above 0 leads out of")
    return trajectory


def serves(p: Parameters) -> bool:
    """Whether the compiled kernel can do what is asked: a cell has places of one kind, and decisions come in turn."""
    doors = [arrow for _, new in doors_of(p) for arrow in new.tolist()]
    backwards = (p.source >= p.first_decision) & (p.target >= p.first_decision) & (p.target <= p.source)
    return len(doors) == len(set(doors)) and not backwards.any()


def _work(kernel: ctypes.CDLL, prepared: Prepared, starts: Iterator[int], draws: int) -> int:
    """Take draws until none is left or a fault is met."""
    pathway = ctypes.byref(prepared.pathway)
    memory = np.empty(kernel.workspace(pathway), dtype=np.uint8)
    address = ADDRESS(memory.ctypes.data)
    for first in starts:
        last = min(first + DRAWS_A_CALL, draws)
        fault: int = kernel.run_draws(pathway, address, NUMBER(first), NUMBER(last))
        if fault:
            return fault
    return 0
