"""Fit what a scenario leaves free to what was published of its own years, and say how well it is known.

It never runs inside `run`: it writes tables for somebody to review and take over.
"""

from thrive_model.calibrate.backcast import Foretold, backcast
from thrive_model.calibrate.fit import Fit, calibrate, effective_draws
from thrive_model.calibrate.targets import Target

__all__ = ["Fit", "Foretold", "Target", "backcast", "calibrate", "effective_draws"]
