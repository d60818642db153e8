"""What was written for a new authority, and what to do with it next."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from thrive_model.report.words import hanging
from thrive_model.scaffold import Local
from thrive_model.scaffold.many import LIST


def scaffolded(folder: Path, local: Local) -> str:
    """The folder, the children it was made for, and the commands that follow."""
    children, cared = (local.figures[measure, "all"] for measure in ("children", "looked_after_children"))
    written = (
        f"Written to {folder}: tables for {children:,.0f} children, {cared:,.0f} of them looked after. Every figure is "
        "England's average until you replace it: README.md says from which return."
    )
    next_ = f"Next: thrive run {folder / 'do_nothing.yaml'}"
    return f"{hanging('', written)}\n{next_}"


def all_scaffolded(folders: Sequence[Path], parent: Path) -> str:
    """How many folders there are now, and the command that runs them all."""
    written = (
        f"Written to {parent}: a folder for each of {len(folders):,} authorities. Every other figure is England's "
        "average until you replace it: the README.md in each says from which return."
    )
    return f"{hanging('', written)}\nNext: thrive sweep --each {parent / LIST} --out FOLDER"
