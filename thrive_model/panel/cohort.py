"""The children of every council at a 31 March, how they leave, and in closed form how many are there later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from thrive_model.panel.ages import MONTHS
from thrive_model.parameters import Bools, Floats, Ints
from thrive_model.sums import added


@dataclass(frozen=True)
class Cohort:
    """What a forecast starts from, councils apart.

    - `opening[C, A]`: children by age in months; `hazard[B]`: of leaving, a year; `band_of_age[A]`.
    - `share[C, B]`: how admissions divide into age groups; `within[A]`: how those of a group spread over its ages.
    - `grows_up`: whether children grow a month older each month and leave at the end of the last age.
    """

    opening: Floats
    share: Floats
    hazard: Floats
    within: Floats
    band_of_age: Ints
    grows_up: bool

    @property
    def entry(self) -> Floats:
        """[C, A]: the ages of one admission."""
        return np.asarray(self.share[:, self.band_of_age] * self.within)

    def of(self, some: Bools | slice) -> Cohort:
        """Some of the councils."""
        return replace(self, opening=self.opening[some], share=self.share[some])


@dataclass(frozen=True)
class Response:
    """The stock is a sum of what stays and of each year's admissions times what lasts of one.

    `staying[C, H]`: of the children at the start, still there at the end of each year. `lasting[C, H]`: of one
    admission, spread over the months of a year, there at the end of that year and of each after it.
    """

    staying: Floats
    lasting: Floats

    def stock(self, admissions: Floats) -> Floats:
        """[C, H, D] at the end of each year, from `admissions[C, H, D]` in each year."""
        councils, years = self.staying.shape
        found = np.empty((councils, years, admissions.shape[-1]))
        for year in range(years):
            found[:, year] = self.staying[:, [year]]
            for earlier in range(year + 1):
                found[:, year] += self.lasting[:, [year - earlier]] * admissions[:, earlier]
        return found


class Standing(Protocol):
    """Where the councils stand at the end of a year, and what that lets expect."""

    @property
    def cohort(self) -> Cohort:
        """The children, and how they leave."""
        ...

    @property
    def size(self) -> Floats:
        """[C]: children at the start."""
        ...

    def admissions(self, weights: Floats, years: int) -> Floats:
        """[C, H]: admissions expected in each year ahead, given the pooled weights."""
        ...


def response(cohort: Cohort, years: int) -> Response:
    """In closed form what months of the engine come to: nobody leaves in the month of entry."""
    opening, entry = np.ascontiguousarray(cohort.opening.T), np.ascontiguousarray(cohort.entry.T)
    born, older = (0, 1) if cohort.grows_up else (0, 0)
    staying = [added(opening * _still_there(cohort, MONTHS * (year + 1), born), 0) for year in range(years)]
    lasting = []
    for year in range(years):
        chances = [_still_there(cohort, MONTHS * year + month, older) for month in range(MONTHS)]
        lasting.append(added(entry * (added(np.stack(chances), 0) / MONTHS), 0))
    return Response(np.stack(staying, axis=1), np.stack(lasting, axis=1))


def _still_there(cohort: Cohort, months: int, older: int) -> Floats:
    """[A, 1]: the chance of those of each age, first grown `older` by so many months, to be there `months` later."""
    monthly = cohort.hazard[cohort.band_of_age] / MONTHS
    if not cohort.grows_up:
        return np.asarray(np.exp(-months * monthly)[:, None])
    ages = len(monthly)
    gone = np.concatenate([[0.0], np.cumsum(monthly)])
    start = np.arange(ages) + older
    end = start + months
    chance = np.exp(gone[np.minimum(start, ages)] - gone[np.minimum(end, ages)])
    return np.asarray(np.where(end < ages, chance, 0.0)[:, None])
