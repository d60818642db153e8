"""What every row of a table has, and the kinds of cell that several tables share."""

from __future__ import annotations

import datetime
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from thrive_model.values import MOST, read_day
from thrive_model.values import Words as Text

Basis = Literal["published", "derived", "proxy", "part_assumed", "assumption"]
"""`derived` from published figures alone; `part_assumed` from published figures and a stated assumption."""


def _blank_is_none(text: object) -> object:
    return None if text == "" else text


Amount = Annotated[float, Field(ge=0, le=MOST)]
Share = Annotated[float, Field(ge=0, le=1)]
Day = Annotated[datetime.date, BeforeValidator(read_day)]
Optional = BeforeValidator(_blank_is_none)


class Row(BaseModel):
    """A row of a table; `where` is `file.csv:line`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=True)
    where: str
    key: ClassVar[tuple[str, ...]] = ()
    may_be_empty: ClassVar[bool] = False

    def place(self, column: str) -> str:
        """Where a cell of this row stands, for an error."""
        return f"{self.where} {column}"


class Fact(Row):
    """A row that states a figure: whence, on what footing, and how it was read."""

    source: Text
    basis: Basis
    note: Text
