"""The run folder: what a run leaves behind for others to read and to make again."""

from thrive_model.archive.folder import write
from thrive_model.archive.tables import tables_of

__all__ = ["tables_of", "write"]
