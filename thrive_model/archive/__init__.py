"""The run folder: what a run leaves behind for others to read, to compare and to make again."""

from thrive_model.archive.file import new_file
from thrive_model.archive.folder import (
    all_or_nothing,
    begin_simulation,
    new,
    write,
    write_comparison,
    write_publication,
    write_simulation,
    write_tables,
)
from thrive_model.archive.manifest import disclosure_of
from thrive_model.archive.reading import Kept, kept_run, made_again
from thrive_model.archive.sweeping import Sweep, begin_sweep, resumed_sweep
from thrive_model.archive.tables import tables_of
from thrive_model.archive.verifying import Verified, verify

__all__ = [
    "Kept",
    "Sweep",
    "Verified",
    "all_or_nothing",
    "begin_simulation",
    "begin_sweep",
    "disclosure_of",
    "kept_run",
    "made_again",
    "new",
    "new_file",
    "resumed_sweep",
    "tables_of",
    "verify",
    "write",
    "write_comparison",
    "write_publication",
    "write_simulation",
    "write_tables",
]
