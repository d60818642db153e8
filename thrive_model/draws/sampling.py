"""Chances for what is drawn, in blocks of a fixed size: a Latin hypercube, or a scrambled Sobol sequence, for each.

A block is made from the scenario's seed, its number and the keys of what is drawn, so that neither how many draws
there are, nor how they are shared out, nor (in a Latin hypercube) what else is drawn changes any of them. Blocks
are independent of each other, so that how their means scatter tells the standard error of the whole.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np

from thrive_model.draws.correlation import Correlated
from thrive_model.parameters import Floats

BLOCK = 128
METHODS = ("latin_hypercube", "sobol")


def chances(keys: Sequence[str], correlations: Correlated, seed: int, block: int, method: str = METHODS[0]) -> Floats:
    """Chances of one block, [K, BLOCK]: each row evenly spread between 0 and 1, correlated as stated."""
    apart = _sobol(keys, seed, block) if method == "sobol" else _latin_hypercube(keys, seed, block)
    return correlations.join(keys, apart)


def _latin_hypercube(keys: Sequence[str], seed: int, block: int) -> Floats:
    """Every key has a hypercube of one dimension to itself, since dimensions are permuted independently anyway.

    Its points are those of scipy's `LatinHypercube`, to whose import a thousand draws of everything would be short.
    """
    rows = []
    for key in keys:
        chance = np.random.default_rng(np.random.SeedSequence([seed, block, zlib.crc32(key.encode())], spawn_key=(0,)))
        below, strata = chance.uniform(size=BLOCK), np.arange(1, BLOCK + 1)
        chance.shuffle(strata)
        rows.append((strata - below) / BLOCK)
    return np.stack(rows) if rows else np.zeros((0, BLOCK))


def _sobol(keys: Sequence[str], seed: int, block: int) -> Floats:
    from scipy.stats import qmc  # noqa: PLC0415 - scipy is slow to import and only draws need it

    if not keys:
        return np.zeros((0, BLOCK))
    in_order = sorted(keys)
    sequence = qmc.Sobol(len(keys), scramble=True, rng=np.random.default_rng([seed, block]))
    points = sequence.random(BLOCK).T
    within = np.clip(points, np.finfo(float).tiny, 1.0 - np.finfo(float).epsneg)
    return np.asarray(within[[in_order.index(key) for key in keys]])
