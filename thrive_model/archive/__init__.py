"""The run folder: what a run leaves behind for others to read, to compare and to make again."""

from thrive_model.archive.folder import (
    begin_simulation,
    new,
    write,
    write_comparison,
    write_simulation,
    write_tables,
)
from thrive_model.archive.reading import kept_run
from thrive_model.archive.sweeping import Sweep, begin_sweep, resumed_sweep
from thrive_model.archive.tables import tables_of

__all__ = [
    "Sweep",
    "begin_simulation",
    "begin_sweep",
    "kept_run",
    "new",
    "resumed_sweep",
    "tables_of",
    "write",
    "write_comparison",
    "write_simulation",
    "write_tables",
]
