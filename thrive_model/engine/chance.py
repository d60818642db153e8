"""Drawing whole children by chance, so that what is expected stays as it was."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from thrive_model.parameters import Floats, Ints

MANY = 0.5
"""A chance of leaving from which on it is quicker to ask each child."""
SLACK = 1e-9
"""What a number may be short of a whole one by floating point alone."""


def rounded(values: Floats, random: np.random.Generator) -> Floats:
    """Whole numbers with the mean of `values[..., D]`, each and the sum of any that stand in a row within 1 of it.

    They are rounded one after another: what the running total gains in whole children, started from a random part
    of a child for each draw.
    """
    rows = values.reshape(-1, values.shape[-1])
    running = np.floor(np.cumsum(np.vstack([random.random(values.shape[-1]), rows]), axis=0))
    return np.asarray(np.diff(running, axis=0).reshape(values.shape))


def whole(children: Floats) -> Floats:
    """The whole children there is room for."""
    return np.asarray(np.floor(children + SLACK))


def at_random(group: Ints, wanted: Floats, random: np.random.Generator) -> Ints:
    """Indices of `wanted[G]` children of each group (all, where there are fewer), group by group, in random order."""
    order = np.lexsort((random.random(len(group)), group))
    ordered = group[order]
    rank = np.arange(len(order)) - np.searchsorted(ordered, ordered)
    return order[rank < wanted[ordered]]


def leavers(
    group: Ints, children: Ints, by_arrow: Floats, random: np.random.Generator
) -> tuple[Ints, NDArray[np.int8]]:
    """Those of the children who leave, and which way each: by chances `by_arrow[E, G]`, summed over the arrows so far.

    `group` is looked up by child. Where few leave, only they are looked for: points are strewn over the children, a
    Poisson number on each, none of them with the chance of staying of the group likeliest to leave. Of the points on
    other groups some are dropped, so that this holds of each. Whoever is hit leaves, the way one of the points says.
    """
    leave = by_arrow[-1]
    if leave.max() > MANY:
        point, here = random.random(len(children)), group[children]
        gone = np.flatnonzero(point < leave[here])
        return children[gone], ways(point[gone], by_arrow, here[gone])
    hazard = -np.log1p(-leave)
    most = float(hazard.max())
    points = int(random.poisson(most * len(children)))
    hit = np.sort((random.random(points) * len(children)).astype(np.int32))
    point = random.random(points) * most
    there = children[hit]
    here = group[there]
    gone = np.flatnonzero(point < hazard[here])
    who = hit[gone]
    gone = gone[np.append(who[1:] != who[:-1], True)] if len(gone) else gone
    ends = by_arrow * np.divide(hazard, leave, out=np.zeros_like(leave), where=leave > 0)
    return there[gone], ways(point[gone], ends, here[gone])


def ways(point: Floats, by_arrow: Floats, group: Ints) -> NDArray[np.int8]:
    """Which of the arrows each point falls to, where those of its group end one after another at `by_arrow[E, G]`."""
    way = np.zeros(len(point), dtype=np.int8)
    for end in by_arrow[:-1]:
        way += point >= end[group]
    return way
