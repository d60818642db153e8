"""What is free: the logarithms of multipliers on rates, each of some moves, ages, durations or years.

A parameter of 0 leaves a rate as the table has it. Its prior is normal around 0 with the spread that the scenario
states, wide where nothing holds the rate and narrow where the table is trusted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from thrive_model.assemble import Assembled
from thrive_model.assemble.multipliers import arrows_of
from thrive_model.bands import Ages, Months
from thrive_model.parameters import Floats, HazardEffect, Ints
from thrive_model.periods import MONTHS_PER_YEAR
from thrive_model.scenario.calibration import Free


@dataclass(frozen=True)
class Parameter:
    """One multiplier: `over_time[T]` is how many times its logarithm counts in each month.

    `label` says which part of the free block it is: an age band, a duration band, a year; `kind` whether it is of a
    `level`, of `growth`, or of one of several years (`by_year`).
    """

    name: str
    title: str
    label: str
    moves: tuple[str, ...]
    ages: Ages | None
    months: Months | None
    arrows: Ints
    bands: Ints
    over_time: Floats
    spread: float
    kind: Literal["level", "growth", "by_year"]

    @property
    def key(self) -> str:
        """The name of the block and the part of it."""
        return f"{self.name}.{self.label}" if self.label else self.name


def parameters_of(free: dict[str, Free], assembled: Assembled) -> tuple[Parameter, ...]:
    """Every parameter of every block, in their order."""
    return tuple(one for name, block in free.items() for one in _expand(name, block, assembled))


def as_effects(parameters: Sequence[Parameter], values: Floats) -> tuple[HazardEffect, ...]:
    """The parameters at `values[K, D]` as factors on hazards."""
    return tuple(
        HazardEffect(one.arrows, one.bands, np.exp(one.over_time[:, None] * value[None, :]))
        for one, value in zip(parameters, values, strict=True)
    )


def _expand(name: str, block: Free, assembled: Assembled) -> list[Parameter]:
    """A parameter for each age band, duration band and year of the block; one where it names none."""
    found = []
    for band in block.ages or (None,):
        for months in block.months or (None,):
            for label, over_time in _times(block, assembled):
                parts = [str(part) for part in (band, months, label) if part]
                arrows = arrows_of(assembled.pathway, block.moves, months)
                bands = assembled.bands.within(band)
                args = (block.moves, band, months, arrows, bands, over_time, block.spread, block.over_time)
                found.append(Parameter(name, block.title, ", ".join(parts), *args))
    return found


def _times(block: Free, assembled: Assembled) -> list[tuple[str, Floats]]:
    """How a block's logarithm counts over time: throughout, growing by 1 a year, or in one year each."""
    months = len(assembled.months)
    if block.over_time == "growth":
        from_the_middle = (np.arange(months) + 0.5 - months / 2.0) / MONTHS_PER_YEAR
        return [("", from_the_middle)]
    if block.over_time == "by_year":
        return [(str(year), (assembled.year_of_month == y).astype(float)) for y, year in enumerate(assembled.years)]
    return [("", np.ones(months))]
