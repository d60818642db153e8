"""Which kernel steps a run: numpy's, the specification, for one draw; for more the compiled one, if there is one."""

from __future__ import annotations

from typing import Literal

from thrive_model.engine import compiled, specification
from thrive_model.engine.trajectory import EVERYTHING, Recorded, Trajectory
from thrive_model.parameters import Parameters

Kernel = Literal["numpy", "compiled"]

FEWEST_DRAWS = 2
"""The compiled kernel takes runs of so many draws and more."""


def run(
    parameters: Parameters, record: Recorded = EVERYTHING, *, threads: int = 1, kernel: Kernel | None = None
) -> Trajectory:
    """Step through every month. ValueError where a decision is reached that no weight leads out of.

    `kernel` is chosen by the number of draws unless it is given. Only the compiled one uses more than one of the
    `threads`, and figures do not depend on how many.
    """
    if (kernel or chosen(parameters)) == "compiled":
        return compiled.run(parameters, record, threads=threads)
    return specification.run(parameters, record)


def chosen(p: Parameters) -> Kernel:
    """The kernel that takes a run."""
    many = p.draws >= FEWEST_DRAWS
    return "compiled" if many and compiled.library() is not None and compiled.serves(p) else "numpy"


def kernel_of_many() -> Kernel:
    """The kernel that takes many draws on this machine."""
    return "numpy" if compiled.library() is None else "compiled"
