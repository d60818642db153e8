"""Ages in months: how children spread within an age group, and a year of entering, leaving and growing older."""

from __future__ import annotations

import numpy as np

from thrive_model.panel.councils import FIRST_YEAR_OF_AGE
from thrive_model.parameters import Floats

MONTHS = 12
AGES = 18 * MONTHS
STARTS = np.array(FIRST_YEAR_OF_AGE, dtype=np.intp) * MONTHS
BAND_OF_AGE = np.repeat(np.arange(len(STARTS)), np.diff([*STARTS.tolist(), AGES]))
_FROM_MIDDLE = ((np.arange(AGES) + 0.5) - (np.array([*STARTS[1:].tolist(), AGES]) + STARTS)[BAND_OF_AGE] / 2) / MONTHS


def by_group(children: Floats) -> Floats:
    """Children by age [..., A], summed to age groups [..., B]."""
    return np.asarray(np.add.reduceat(children, STARTS, axis=-1))


def raked(children: Floats, groups: Floats) -> Floats:
    """Children by age [..., A], scaled within each age group to come to exactly `groups[..., B]`."""
    return np.asarray((groups / np.maximum(by_group(children), 1e-9))[..., BAND_OF_AGE] * children)


def within_group(slopes: Floats) -> Floats:
    """[A]: how admissions of an age group spread over its ages, exp(slope × years of age), summing to 1 in each."""
    weight = np.exp(slopes[BAND_OF_AGE] * _FROM_MIDDLE)
    return np.asarray(weight / by_group(weight)[BAND_OF_AGE])


def year_on(children: Floats, admissions: Floats, hazard: Floats, within: Floats) -> tuple[Floats, Floats, Floats]:
    """A year in monthly steps, as the engine takes them: `children[..., A]` a year later, exits [..., B], turned 18.

    `admissions[..., B]` enter evenly over the year; `hazard[B]` a year of leaving otherwise than by turning 18.
    """
    leaving = -np.expm1(-hazard / MONTHS)[BAND_OF_AGE]
    entering = admissions[..., BAND_OF_AGE] * within / MONTHS
    left, turned_18 = np.zeros(children.shape), np.zeros(children.shape[:-1])
    for _ in range(MONTHS):
        out = children * leaving
        left += out
        stayed = children - out + entering
        turned_18 += stayed[..., -1]
        children = np.zeros_like(stayed)
        children[..., 1:] = stayed[..., :-1]
    return children, by_group(left), turned_18
