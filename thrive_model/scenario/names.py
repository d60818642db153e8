"""How the blocks of a scenario are named."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator


def _plain_name(name: str) -> str:
    """A name that can stand in a key (`interventions.name.reached`), a column and a line of the ledger."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,60}", name):
        raise ValueError("must be named in letters, digits, '_' and '-', 60 at the most")
    return name


Name = Annotated[str, AfterValidator(_plain_name)]
