"""The run folder: what a run leaves behind for others to read, to compare and to make again."""

from thrive_model.archive.folder import new, write, write_comparison, write_tables
from thrive_model.archive.reading import Kept, kept_run, made_again
from thrive_model.archive.tables import tables_of

__all__ = ["Kept", "kept_run", "made_again", "new", "tables_of", "write", "write_comparison", "write_tables"]
