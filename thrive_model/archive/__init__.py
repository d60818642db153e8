"""The run folder: what a run leaves behind for others to read, to compare and to make again."""

from thrive_model.archive.file import new_file
from thrive_model.archive.folder import new, write, write_comparison, write_publication, write_tables
from thrive_model.archive.manifest import disclosure_of
from thrive_model.archive.reading import kept_run
from thrive_model.archive.tables import tables_of

__all__ = [
    "disclosure_of",
    "kept_run",
    "new",
    "new_file",
    "tables_of",
    "write",
    "write_comparison",
    "write_publication",
    "write_tables",
]
