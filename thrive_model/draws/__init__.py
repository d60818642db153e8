"""What of a scenario is not sure, and how it is drawn: the same draws for every scenario that has the same setting."""

from thrive_model.draws.correlation import Correlated, correlated, faults
from thrive_model.draws.sampling import BLOCK, METHODS, chances
from thrive_model.draws.uncertain import Uncertain, uncertain, with_draws

__all__ = ["BLOCK", "METHODS", "Correlated", "Uncertain", "chances", "correlated", "faults", "uncertain", "with_draws"]
