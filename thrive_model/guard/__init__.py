"""Outputs of listed scenarios beside those that were accepted: what moved, by how much, and what changed since."""

from thrive_model.guard.accepting import Acceptance, accept
from thrive_model.guard.guardfile import Guard, Tolerance, read_guard
from thrive_model.guard.judging import Guarded, Moved, Verdict, guard

__all__ = ["Acceptance", "Guard", "Guarded", "Moved", "Tolerance", "Verdict", "accept", "guard", "read_guard"]
