"""Tables and scenarios for a new authority, from as little as is known of it; what is not is England's average."""

from thrive_model.scaffold.aggregates import Aggregates
from thrive_model.scaffold.folder import present_practice, read_england, slug_of, write
from thrive_model.scaffold.local import MARK, Local, local_tables

__all__ = ["MARK", "Aggregates", "Local", "local_tables", "present_practice", "read_england", "slug_of", "write"]
