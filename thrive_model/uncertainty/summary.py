"""What many draws come to, block by block in constant memory: means, their standard errors, and quantiles.

Up to `HELD` draws are kept, and quantiles are theirs. Beyond, each figure is counted in `BINS` bins laid over what was
held, and a quantile is read off within its bin: exact to a bin, about a 2,700th of the range. Blocks are added
one by one in their order, so that nothing depends on how they were made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from thrive_model.draws import BLOCK
from thrive_model.parameters import Floats, Ints

HELD = 64 * BLOCK
BINS = 4096
MARGIN = 0.25
SORTED_AT_ONCE = 32
"""Figures whose draws are sorted together: all at once would take twice what is held."""
FEWEST_BLOCKS = 10
"""Blocks from which on how their means scatter tells the standard error; with fewer it is that of independent draws."""


@dataclass
class Summary:
    """Running sums over draws of F figures.

    `mean[F]` and `squares[F]` (sums of squared deviations) are over draws; `block_mean[F]` and `block_squares[F]` over
    the means of whole blocks. `held[F, N]` are the first draws; `counts[F, BINS + 2]` all of them, once they are more.
    """

    figures: int
    draws: int = 0
    blocks: int = 0
    mean: Floats = field(default_factory=lambda: np.zeros(0))
    squares: Floats = field(default_factory=lambda: np.zeros(0))
    block_mean: Floats = field(default_factory=lambda: np.zeros(0))
    block_squares: Floats = field(default_factory=lambda: np.zeros(0))
    least: Floats = field(default_factory=lambda: np.zeros(0))
    most: Floats = field(default_factory=lambda: np.zeros(0))
    held: list[Floats] = field(default_factory=list)
    low: Floats = field(default_factory=lambda: np.zeros(0))
    width: Floats = field(default_factory=lambda: np.zeros(0))
    counts: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.intp))

    def __post_init__(self) -> None:
        if not len(self.mean):
            nothing = np.zeros(self.figures)
            self.mean, self.squares = nothing.copy(), nothing.copy()
            self.block_mean, self.block_squares = nothing.copy(), nothing.copy()
            self.least, self.most = np.full(self.figures, np.inf), np.full(self.figures, -np.inf)

    def add(self, block: Floats) -> None:
        """Take in the figures of the next block, [F, n]."""
        some = block.shape[1]
        mean = block.mean(axis=1)
        away, total = mean - self.mean, self.draws + some
        self.squares += ((block - mean[:, None]) ** 2).sum(axis=1) + away**2 * self.draws * some / total
        self.mean += away * some / total
        self.draws = total
        self.least, self.most = np.minimum(self.least, block.min(axis=1)), np.maximum(self.most, block.max(axis=1))
        if some == BLOCK:
            self.blocks += 1
            away = mean - self.block_mean
            self.block_mean += away / self.blocks
            self.block_squares += away * (mean - self.block_mean)
        self._keep(block)

    @property
    def is_exact(self) -> bool:
        """Whether every draw is held, so that quantiles are of the draws themselves."""
        return not len(self.counts)

    @property
    def standard_deviation(self) -> Floats:
        """Of each figure over the draws, [F]."""
        return np.asarray(np.sqrt(self.squares / max(self.draws - 1, 1)))

    @property
    def standard_error(self) -> Floats:
        """Of each mean, [F]: from how the means of blocks scatter, which sees what stratifying the draws brings."""
        if self.blocks < FEWEST_BLOCKS:
            return np.asarray(self.standard_deviation / np.sqrt(max(self.draws, 1)))
        return np.asarray(np.sqrt(self.block_squares / (self.blocks - 1) / self.blocks))

    def quantiles(self, shares: tuple[float, ...]) -> Floats:
        """Of each figure, [F, Q]."""
        if self.is_exact:
            some = range(0, self.figures, SORTED_AT_ONCE)
            return np.concatenate([self._sorted(slice(n, n + SORTED_AT_ONCE), shares) for n in some])
        return np.stack([self._counted(share) for share in shares], axis=1)

    def state(self) -> dict[str, Floats]:
        """Everything it holds, as arrays to be kept in a file."""
        held = np.concatenate([np.zeros((self.figures, 0)), *self.held], axis=1)
        return {**{name: np.asarray(value) for name, value in vars(self).items() if name != "held"}, "held": held}

    @classmethod
    def of_state(cls, state: Mapping[str, Floats]) -> Summary:
        """What `state` gave."""
        found = cls(int(state["figures"]))
        for name, value in state.items():
            setattr(found, name, int(value) if name in {"figures", "draws", "blocks"} else value)
        found.held = [state["held"]] if state["held"].shape[1] else []
        return found

    def _sorted(self, some: slice, shares: tuple[float, ...]) -> Floats:
        """Quantiles of some of the figures, off the draws that are held."""
        ordered = np.sort(np.concatenate([block[some] for block in self.held], axis=1), axis=1)
        return np.stack([_between(ordered, share) for share in shares], axis=1)

    def _keep(self, block: Floats) -> None:
        if self.is_exact and self.draws <= HELD:
            self.held.append(block)
            return
        if self.is_exact:
            self._lay_bins()
            for some in self.held:
                for start in range(0, some.shape[1], BLOCK):  # all at once would take as much again several times
                    self._count(some[:, start : start + BLOCK])
            self.held = []
        self._count(block)

    def _lay_bins(self) -> None:
        """Bins over what was held and a margin to either side; of no width where all are alike."""
        low = np.minimum.reduce([some.min(axis=1) for some in self.held])
        high = np.maximum.reduce([some.max(axis=1) for some in self.held])
        margin = MARGIN * (high - low)
        self.low, self.width = low - margin, (high - low + 2.0 * margin) / BINS
        self.counts = np.zeros((self.figures, BINS + 2), dtype=np.intp)

    def _count(self, values: Floats) -> None:
        width = np.where(self.width > 0, self.width, 1.0)[:, None]
        bins = np.clip(np.floor((values - self.low[:, None]) / width) + 1, 0, BINS + 1).astype(np.intp)
        np.add.at(self.counts, (np.arange(self.figures)[:, None], bins), 1)

    def _counted(self, share: float) -> Floats:
        """Read off the counts: evenly within a bin, whose outermost ones end at the least and the most there was."""
        before = np.cumsum(self.counts, axis=1)
        at = share * self.draws
        bins = np.argmax(before >= at, axis=1)
        rows = np.arange(self.figures)
        inside = self.counts[rows, bins]
        part = np.where(inside > 0, 1.0 - (before[rows, bins] - at) / np.maximum(inside, 1), 0.0)
        edges = self.low + self.width * (bins - 1), self.low + self.width * bins
        lower = np.clip(np.where(bins == 0, self.least, edges[0]), self.least, self.most)
        upper = np.clip(np.where(bins == BINS + 1, self.most, edges[1]), self.least, self.most)
        return np.asarray(lower + part * (upper - lower))


def _between(ordered: Floats, share: float) -> Floats:
    """The quantile of sorted draws, [F], linear between two of them."""
    at = share * (ordered.shape[1] - 1)
    lower = int(np.floor(at))
    upper = min(lower + 1, ordered.shape[1] - 1)
    return np.asarray(ordered[:, lower] + (at - lower) * (ordered[:, upper] - ordered[:, lower]))
