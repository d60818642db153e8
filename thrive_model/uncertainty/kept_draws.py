"""Every draw's figures on disk, for those who ask: Parquet, so many draws a file, a column a figure; never a child."""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from thrive_model.draws import BLOCK
from thrive_model.errors import refuse
from thrive_model.parameters import Floats
from thrive_model.uncertainty.figures import Figure
from thrive_model.uncertainty.files import replaced
from thrive_model.uncertainty.simulate import Simulated

FOLDER = "draws"
NUMBER = "draw"
IN_A_FILE = 8 * BLOCK
BYTES = 8
SPARE = 2**28
"""Bytes of a disk that are left alone: what else is kept of a simulation, and room for others."""


@dataclass
class KeptDraws:
    """The files of draws in a folder; those of the last are held until it is full or `flush` writes what there is."""

    folder: Path
    figures: Sequence[Figure]
    made: int = 0
    _held: list[Floats] = field(default_factory=list)

    @classmethod
    def in_folder(cls, folder: Path, so_far: Simulated) -> KeptDraws:
        """Those of a folder, to go on after what was made so far; `InputError` where they are not as they were left.

        Files with later draws are removed: they are made again.
        """
        _pyarrow()
        found = cls(folder / FOLDER, so_far.study.figures, so_far.summary.draws)
        found.folder.mkdir(exist_ok=True)
        first = found.made - found.made % IN_A_FILE
        if found.made > first:
            found._held = [found._read(found._file(first), found.made - first)]
        for file in found.folder.glob("*.parquet"):
            if not re.fullmatch(r"\d{10}", file.stem) or int(file.stem) >= found.made:
                file.unlink()
        return found

    def told(self, so_far: Simulated) -> None:
        """Take in the draws that were added last."""
        self._held.append(so_far.latest)
        self.made = so_far.summary.draws
        if self.made % IN_A_FILE == 0:
            self.flush()
            self._held = []

    def flush(self) -> None:
        """Write what there is of the last file."""
        if not self._held:
            return
        pyarrow = _pyarrow()
        values = np.concatenate(self._held, axis=1)
        first = self.made - values.shape[1]
        columns = {NUMBER: np.arange(first, self.made)} | {
            figure.name: values[i] for i, figure in enumerate(self.figures)
        }
        table = pyarrow.table(columns)
        replaced(self._file(first), lambda file: pyarrow.parquet.write_table(table, file, use_dictionary=False))

    def _file(self, first: int) -> Path:
        return self.folder / f"{first:010d}.parquet"

    def _read(self, file: Path, draws: int) -> Floats:
        pyarrow = _pyarrow()
        try:
            table = pyarrow.parquet.read_table(file)
            values = np.stack([table[figure.name].to_numpy() for figure in self.figures])
        except (OSError, KeyError, pyarrow.ArrowException) as fault:
            raise refuse(str(file), f"cannot be read: {fault}", "begin again in another folder") from None
        if values.shape[1] < draws:
            raise refuse(str(file), f"holds {values.shape[1]} draws of {draws}", "begin again in another folder")
        return np.ascontiguousarray(values[:, :draws])


def refuse_more_than_fits(folder: Path, none_yet: Simulated) -> None:
    """`InputError` where the draws asked for take more than is free on the disk of a folder, or pyarrow is missing."""
    _pyarrow()
    figures, draws = len(none_yet.study.figures), none_yet.plan.draws
    a_draw = (figures + 1) * BYTES
    there = sum(file.stat().st_size for file in (folder / FOLDER).glob("*.parquet"))
    free = shutil.disk_usage(folder if folder.exists() else folder.parent).free + there
    if draws * a_draw + SPARE > free:
        what = (
            f"{draws:,} draws of {figures} figures take about {_size(draws * a_draw)}, and {_size(free)} are free there"
        )
        most = max(free - SPARE, 0) // a_draw
        raise refuse("--keep-draws", what, f"ask for {most:,} at the most, name another disk, or leave it out")


def _size(amount: float) -> str:
    for unit, size in _UNITS.items():
        if amount >= size:
            return f"{amount / size:,.1f} {unit}"
    return f"{amount / 1e6:.1f} MB"


_UNITS: Mapping[str, float] = {"PB": 1e15, "TB": 1e12, "GB": 1e9, "MB": 1e6}


def _pyarrow() -> Any:
    """`InputError` where the extra that writes Parquet is not installed."""
    try:
        import pyarrow  # noqa: PLC0415 - an extra, and slow to import
        import pyarrow.parquet  # noqa: PLC0415
    except ImportError:
        what = "needs pyarrow, which is not installed"
        raise refuse("--keep-draws", what, "pip install 'thrive-model[parquet]'") from None
    return pyarrow
