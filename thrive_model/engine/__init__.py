"""Children month by month: arrays in, a trajectory out."""

from thrive_model.engine.dispatch import FEWEST_DRAWS, Kernel, chosen, kernel_of_many, run
from thrive_model.engine.specification import probabilities, time_up_probability
from thrive_model.engine.trajectory import EVERYTHING, SUMS, Recorded, Trajectory
from thrive_model.engine.whole_children import run_whole

__all__ = [
    "EVERYTHING",
    "FEWEST_DRAWS",
    "SUMS",
    "Kernel",
    "Recorded",
    "Trajectory",
    "chosen",
    "kernel_of_many",
    "probabilities",
    "run",
    "run_whole",
    "time_up_probability",
]
