"""A scenario as one file that says all it came to: what it extends and every `--set` merged in, and nothing lost."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import yaml

from thrive_model.scenario.resolve import Resolved

HEAD = "# Table folders are relative to the scenario that names them: run this from its scenarios folder.\n"


def as_yaml(resolved: Resolved) -> str:
    """The resolved scenario as YAML that `read_resolved` reads."""
    return f"{HEAD}{yaml_of(resolved.content)}"


def yaml_of(content: Mapping[str, Any]) -> str:
    """Blocks of a scenario as YAML."""
    return yaml.dump(_plain(content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)


class _Dumper(yaml.SafeDumper):
    """Quotes text that YAML 1.2, by which scenarios are read, would take for a number where YAML 1.1 would not."""


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$"), list("+-.0123456789")
)


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return [_plain(item) for item in node] if isinstance(node, tuple) else node
