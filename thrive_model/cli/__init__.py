"""The command line: reads arguments, prints and exits, and does nothing else.

Exit codes: 0 fine, 1 refused input or a failed check, 2 misuse. Results go to stdout, errors to stderr.
"""

from thrive_model.cli import (
    appraising,
    attributing,
    budgeting,
    comparing,
    costing,
    explaining,
    fitting,
    guarding,
    planning,
    profiles,
    running,
    scaffolding,
    sensing,
    simulating,
    sweeping,
    watching,
)
from thrive_model.cli.shell import main

__all__ = [
    "appraising",
    "attributing",
    "budgeting",
    "comparing",
    "costing",
    "explaining",
    "fitting",
    "guarding",
    "main",
    "planning",
    "profiles",
    "running",
    "scaffolding",
    "sensing",
    "simulating",
    "sweeping",
    "watching",
]
