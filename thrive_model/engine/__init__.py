"""Children month by month: arrays in, a trajectory out."""

from thrive_model.engine.specification import probabilities, run, time_up_probability
from thrive_model.engine.trajectory import Trajectory

__all__ = ["Trajectory", "probabilities", "run", "time_up_probability"]
