"""What any result must satisfy, whatever the scenario."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import model_validator

from thrive_model.tables.row import Amount, Fact, Optional
from thrive_model.values import Figure
from thrive_model.values import Words as Text


class CheckRow(Fact):
    """`reference/checks.csv`: the least and the most that a measure may be in any year, and how much it matters.

    `beyond_neighbours` is the share by which it may lie outside the neighbours' range of the latest year published.
    """

    key = ("check",)
    check: Text
    measure: Text
    run: Literal["scenario", "do_nothing", "both"]
    least: Annotated[Figure | None, Optional]
    most: Annotated[Figure | None, Optional]
    beyond_neighbours: Annotated[Amount | None, Optional]
    severity: Literal["fail", "warn"]
    words: Text

    @model_validator(mode="after")
    def _within_something(self) -> Self:
        if self.least is None and self.most is None and self.beyond_neighbours is None:
            raise ValueError(f"'{self.check}' must give least, most or beyond_neighbours")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"the least of '{self.check}', {self.least:g}, is more than the most, {self.most:g}")
        return self
