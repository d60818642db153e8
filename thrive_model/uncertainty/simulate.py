"""Many draws of a scenario: blocks made anywhere, in any order, and added up in theirs, until enough is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from thrive_model.draws import BLOCK, METHODS
from thrive_model.parameters import Floats
from thrive_model.uncertainty.interrupts import held_back
from thrive_model.uncertainty.study import AT_ONCE, Study
from thrive_model.uncertainty.summary import FEWEST_BLOCKS, Summary

QUANTILES = (0.05, 0.10, 0.25, 0.50, 0.75, 0.90, 0.95)
Span = tuple[int, int]
"""The first of some blocks, and how many."""


@dataclass(frozen=True)
class Plan:
    """How many draws are made at the most, and how."""

    draws: int
    method: str = METHODS[0]
    whole_children: bool = False

    @property
    def blocks(self) -> int:
        """Blocks that hold so many draws; of the last some may be left over."""
        return -(-self.draws // BLOCK)


@dataclass(frozen=True)
class Enough:
    """When to stop: once the standard error of the mean of one figure, by its index, is below so much."""

    figure: int
    standard_error: float


@dataclass(frozen=True)
class Snapshot:
    """What was known after so many draws: `mean[F]`, its standard error, and the quantiles at `QUANTILES`, [F, Q]."""

    draws: int
    mean: Floats
    standard_error: Floats
    quantiles: Floats


@dataclass
class Simulated:
    """What the draws made so far come to. `snapshots` are at each doubling; the last is of all."""

    study: Study
    plan: Plan
    summary: Summary
    snapshots: list[Snapshot] = field(default_factory=list)
    enough: Enough | None = None
    latest: Floats = field(default_factory=lambda: np.zeros((0, 0)))
    """The draws that were added last, [F, n]."""

    @classmethod
    def none_yet(cls, study: Study, plan: Plan, enough: Enough | None = None) -> Simulated:
        """Before the first draw."""
        return cls(study, plan, Summary(len(study.figures)), [], enough)

    @property
    def is_known_well_enough(self) -> bool:
        """Whether it may stop before all draws are made."""
        if self.enough is None or self.summary.blocks < FEWEST_BLOCKS:
            return False
        return bool(self.summary.standard_error[self.enough.figure] < self.enough.standard_error)

    @property
    def is_finished(self) -> bool:
        """Whether all draws are made, or as many as are enough."""
        return self.summary.draws >= self.plan.draws or self.is_known_well_enough

    @property
    def blocks_done(self) -> int:
        """Blocks that were added, the last perhaps in part."""
        return -(-self.summary.draws // BLOCK)

    def add(self, block: Floats) -> None:
        """Take in the next block, [F, BLOCK]; of the last no more than the draws that are left."""
        self.latest = block[:, : self.plan.draws - self.summary.draws]
        self.summary.add(self.latest)
        done = self.blocks_done
        if done & (done - 1) == 0:
            self.snapshots.append(self.snapshot())

    def snapshot(self) -> Snapshot:
        """What is known now."""
        summary = self.summary
        return Snapshot(summary.draws, summary.mean.copy(), summary.standard_error, summary.quantiles(QUANTILES))


class Workers(Protocol):
    """Whoever makes blocks."""

    def make(self, study: Study, plan: Plan, spans: Iterator[Span]) -> Iterator[Floats]:
        """The figures of each span, in the order of the spans."""


def simulate(so_far: Simulated, workers: Workers, told: Callable[[Simulated], None] = lambda _: None) -> bool:
    """Make the draws that are still missing; False where an interrupt came before they were all there.

    What was made until then is in `so_far`. `told` hears of it after every block.
    """
    first, last = so_far.blocks_done, so_far.plan.blocks
    spans = ((start, min(AT_ONCE, last - start)) for start in range(first, last, AT_ONCE))
    made = workers.make(so_far.study, so_far.plan, spans)
    try:
        while not so_far.is_finished:
            figures = next(made)
            for start in range(0, figures.shape[1], BLOCK):
                if not so_far.is_finished:
                    with held_back():
                        so_far.add(figures[:, start : start + BLOCK])
                        told(so_far)
    except KeyboardInterrupt:
        return False
    finally:
        close = getattr(made, "close", None)
        if close:
            close()
    return True
