"""The scenarios and tables that come with the product, in a checkout and in an installed wheel alike."""

from __future__ import annotations

from pathlib import Path


def shipped_root() -> Path:
    """The folder that holds `scenarios/` and `data/`: inside the installed package, or the checkout it runs from."""
    package = Path(__file__).resolve().parents[1]
    installed = package / "shipped"
    return installed if installed.is_dir() else package.parent


def shipped_scenarios() -> dict[str, Path]:
    """Each shipped scenario's name and file, in order of name."""
    return {path.stem: path for path in sorted((shipped_root() / "scenarios").glob("*.yaml"))}
