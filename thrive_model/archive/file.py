"""One new file: all of it or nothing, never through a link, never over another."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from thrive_model.errors import refuse


def may_write(path: Path) -> None:
    """`InputError` where something stands there already, be it a link to nothing."""
    if path.exists() or path.is_symlink():
        raise refuse(str(path), "exists already", "name another file, or remove it first")


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Where to write what is to be a new file; `InputError` where it exists or cannot be written, with nothing left."""
    may_write(path)
    partial = Path()
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.stem}.", suffix=".partial", dir=path.parent)
        os.close(handle)
        partial = Path(name)
        yield partial
        partial.chmod(0o644)
        os.link(partial, path)  # refuses what somebody put there meanwhile
    except OSError as fault:
        raise refuse(str(path), f"cannot be written: {fault.strerror}", "nothing was written there") from None
    finally:
        if partial.name:
            partial.unlink(missing_ok=True)
