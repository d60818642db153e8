"""Settings that are drawn high, or low, together: stated rank correlations, by a Gaussian copula.

A rank correlation r between two settings is one of 2 sin(pi r / 6) between two normals (Pearson, 1907). Normals so
correlated are turned back into chances, so that each setting keeps its own distribution.
"""

from __future__ import annotations

import math
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from thrive_model.draws.uncertain import uncertain
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import Floats
from thrive_model.scenario import Resolved, Scenario
from thrive_model.scenario.fields import is_value

ROUNDING = 1e-9
Pair = tuple[str, str]


@dataclass(frozen=True)
class Correlated:
    """The keys that are correlated with another.

    `factor[N, N]` is lower triangular: factor times its transpose is the correlation of their normals.
    """

    keys: tuple[str, ...]
    factor: Floats

    def join(self, keys: Sequence[str], chances: Floats) -> Floats:
        """`chances[K, D]` of those keys, those of correlated ones joined; the others are as they were.

        ValueError where a correlated one is not among them.
        """
        if not self.keys:
            return chances
        from scipy.special import ndtr, ndtri  # noqa: PLC0415 - scipy is slow to import and only draws need it

        places = [keys.index(key) for key in self.keys]
        normals, joined = ndtri(chances[places]), chances.copy()
        for n, place in enumerate(places):  # one by one, so that the sums have one order
            total = np.zeros(chances.shape[1])
            for m in range(n + 1):
                total = total + self.factor[n, m] * normals[m]
            joined[place] = ndtr(total)
        return joined


def correlated(resolved: Resolved) -> Correlated:
    """The correlations that a scenario states; ValueError where they cannot all hold, which `faults` tells."""
    keys, matrix = _matrix(_normal(resolved))
    return Correlated(keys, np.asarray(np.linalg.cholesky(matrix), dtype=float) if keys else matrix)


def faults(resolved: Resolved) -> Iterator[Problem]:
    """Keys of nothing that is drawn, pairs named twice, and pairs that cannot be so correlated beside the others."""
    known = [one.key for one in uncertain(resolved)]
    met: set[frozenset[str]] = set()
    sound = True
    for name, stated in resolved.scenario.correlations.items():
        for n, key in enumerate(stated.between):
            if key not in known and not _might_be_drawn(resolved.scenario, key):
                sound = False
                what = f"'{key}' is not drawn: nothing of that key has a distribution"
                yield Problem(resolved.place("correlations", name, "between", n), what, did_you_mean(key, known))
        pairs = [frozenset(pair) for pair in combinations(stated.between, 2)]
        if any(len(pair) == 1 or pair in met for pair in pairs) or len(set(pairs)) < len(pairs):
            sound = False
            twice = len(set(stated.between)) < len(stated.between)
            what = "names one setting twice" if twice else "names a pair that is named before"
            yield Problem(resolved.place("correlations", name, "between"), what, "name each pair once")
        met.update(pairs)
    if sound:
        yield from _impossible(resolved)


def _might_be_drawn(scenario: Scenario, key: str) -> bool:
    """Whether a key is of a setting that could have a distribution, though here it has none or is switched off."""
    path = tuple(int(step) if step.isdecimal() else step for step in key.split("."))
    named: dict[str, Container[str]] = {
        "interventions": scenario.interventions,
        "shocks": scenario.shocks,
        "multipliers": scenario.multipliers,
    }
    there = len(path) < 2 or path[0] not in named or path[1] in named[str(path[0])]
    return there and is_value(path)


def _impossible(resolved: Resolved) -> Iterator[Problem]:
    """The pair whose correlation the others rule out, and between which figures they allow it."""
    normal = _normal(resolved)
    keys, matrix = _matrix(normal)
    if not keys or _possible(matrix):
        return
    weights = np.linalg.eigh(matrix)[1][:, 0]
    worst = min(normal, key=lambda pair: weights[keys.index(pair[0])] * weights[keys.index(pair[1])] * normal[pair])
    name = next(name for name, one in resolved.scenario.correlations.items() if set(worst) <= set(one.between))
    what = f"{worst[0]} and {worst[1]} cannot be so correlated beside the other pairs"
    within = _allowed(normal, worst)
    remedy = f"between {within[0]:.2f} and {within[1]:.2f} they can" if within else "change other pairs of theirs, too"
    yield Problem(resolved.place("correlations", name, "rank"), what, remedy)


def _allowed(normal: dict[Pair, float], pair: Pair) -> tuple[float, float] | None:
    """Between which ranks, in steps of a hundredth, one pair leaves the whole possible; None where none does."""
    steps = [rank / 100.0 for rank in range(-99, 100)]
    fine = [rank for rank in steps if _possible(_matrix({**normal, pair: _of_normals(rank)})[1])]
    return (fine[0], fine[-1]) if fine else None


def _possible(matrix: Floats) -> bool:
    return bool(np.linalg.eigvalsh(matrix)[0] > ROUNDING)


def _normal(resolved: Resolved) -> dict[Pair, float]:
    """The correlation of each pair's normals; none with what is not drawn, as where it is switched off."""
    known = {one.key for one in uncertain(resolved)}
    every = (
        (pair, one.rank) for one in resolved.scenario.correlations.values() for pair in combinations(one.between, 2)
    )
    return {pair: _of_normals(rank) for pair, rank in every if known >= set(pair)}


def _of_normals(rank: float) -> float:
    return 2.0 * math.sin(math.pi * rank / 6.0)


def _matrix(normal: dict[Pair, float]) -> tuple[tuple[str, ...], Floats]:
    keys = tuple(sorted({key for pair in normal for key in pair}))
    matrix = np.eye(len(keys))
    for (first, second), r in normal.items():
        i, j = keys.index(first), keys.index(second)
        matrix[i, j] = matrix[j, i] = r
    return keys, matrix
