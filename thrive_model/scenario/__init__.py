"""A scenario from its YAML files: what it extends, what `--set` changes, and where every value was set."""

from thrive_model.scenario.resolve import Resolved, read_resolved, resolve, resolve_kept
from thrive_model.scenario.schema import Scenario
from thrive_model.scenario.shipped import shipped_root, shipped_scenarios
from thrive_model.scenario.writing import as_yaml

__all__ = [
    "Resolved",
    "Scenario",
    "as_yaml",
    "read_resolved",
    "resolve",
    "resolve_kept",
    "shipped_root",
    "shipped_scenarios",
]
