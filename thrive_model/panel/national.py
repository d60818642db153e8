"""How children leave care in the nation: hazards that reproduce published exits, and councils' ages under them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from thrive_model.panel.ages import AGES, by_group, raked, within_group, year_on
from thrive_model.panel.councils import LookedAfter
from thrive_model.parameters import Bools, Floats

START_HAZARD = (0.4, 0.6, 0.3, 0.2, 0.2)
LEAST_HAZARD, MOST_HAZARD = 0.005, 3.0
ROUNDS, CLOSE_ENOUGH = 60, 1e-12
FIRST_YEARS = 4
"""The years whose national stocks by age say how admissions spread within an age group."""
SLOPE_SD = 5.0


@dataclass(frozen=True)
class History:
    """The past of every council, closed under the nation's hazards; the first year of T has no flows, and is NaN.

    - `hazard[T, B]` a year. `within[A]`: how admissions spread over the ages of a group.
    - `children[C, T, A]`: looked after at 31 March by age in months, raked to the published groups.
    - `admitted[C, T]`: the admissions that, under the nation's hazards, give the council's own change in stock.
    - `known[C, T]`: whether stocks and flows of the year are published.
    """

    hazard: Floats
    within: Floats
    children: Floats
    admitted: Floats
    known: Bools


def history(care: LookedAfter) -> History:
    """Year by year: admissions closed as change in stock + ceased, the nation's hazards, then each council's ages."""
    councils, years, bands = care.stock.shape
    within = within_group(entry_slopes(care))
    known = np.zeros((councils, years), dtype=bool)
    known[:, 1:] = np.isfinite(care.stock[:, 1:] + care.stock[:, :-1] + care.started[:, 1:] + care.ceased[:, 1:]).all(
        -1
    )
    hazard, admitted = np.full((years, bands), np.nan), np.full((councils, years), np.nan)
    children = np.full((councils, years, AGES), np.nan)
    first = known[:, 1]
    nation = _first_ages(
        care.stock[first, 0].sum(axis=0), care.started[first, 1].sum(axis=0), care.ceased[first, 1].sum(axis=0), within
    )
    children[:, 0] = raked(np.broadcast_to(nation, (councils, AGES)), care.stock[:, 0])
    for year in range(1, years):
        change = care.stock[:, year].sum(-1) - care.stock[:, year - 1].sum(-1)
        closed = np.maximum(change + care.ceased[:, year].sum(-1), 1.0)
        entering = closed[:, None] * care.started[:, year] / care.started[:, year].sum(-1, keepdims=True)
        some = known[:, year]
        before = children[some, year - 1].sum(axis=0)
        hazard[year] = leaving(before, entering[some].sum(axis=0), care.ceased[some, year].sum(axis=0), within)
        grown, exits, turned_18 = year_on(children[:, year - 1], entering, hazard[year], within)
        children[:, year] = raked(grown, care.stock[:, year])
        admitted[:, year] = np.where(some, change + exits.sum(-1) + turned_18, np.nan)
    return History(hazard, within, children, admitted, known)


def leaving(children: Floats, admissions: Floats, ceased: Floats, within: Floats) -> Floats:
    """The hazards [B] a year at which `children[A]` with `admissions[B]` have `ceased[B]` exits by age.

    Ceased of the oldest group includes those who turned 18, whom no hazard takes.
    """
    hazard = np.array(START_HAZARD)
    for _ in range(ROUNDS):
        _, exits, turned_18 = year_on(children, admissions, hazard, within)
        wanted = ceased.copy()
        wanted[-1] = max(wanted[-1] - turned_18, 0.01 * wanted[-1])
        found = np.clip(hazard * wanted / np.maximum(exits, 1e-9), LEAST_HAZARD, MOST_HAZARD)
        done = np.abs(found - hazard).max() < CLOSE_ENOUGH
        hazard = found
        if done:
            break
    return hazard


def entry_slopes(care: LookedAfter) -> Floats:
    """The slopes [B] a year of age at which the nation's stock by age of the first years follows from its flows.

    Least squares of the misfit in standard deviations of a count, each slope held to 0 as by an observation of spread
    `SLOPE_SD`. Flat where there are too few years.
    """
    bands = care.stock.shape[-1]
    if care.stock.shape[1] < FIRST_YEARS:
        return np.zeros(bands)
    early = tuple(array[:, 1:FIRST_YEARS] for array in (care.stock, care.started, care.ceased))
    whole = np.isfinite(sum(early)).all(axis=(1, 2))
    return np.array(_slopes(*(tuple(map(tuple, array[whole].sum(axis=0).tolist())) for array in early)))


@cache
def _slopes(*early: tuple[tuple[float, ...], ...]) -> tuple[float, ...]:
    """The same from the nation's stock, started and ceased [year, B]; kept, since every later year asks again."""
    from scipy.optimize import least_squares  # noqa: PLC0415 - slow to import, and only fitting needs it

    stock, started, ceased = (np.array(array) for array in early)

    def misfit(slopes: Floats) -> Floats:
        within, found = within_group(slopes), []
        children = _first_ages(stock[0], started[0], ceased[0], within)
        for year in range(1, len(stock)):
            closing = stock[year].sum() - stock[year - 1].sum() + ceased[year].sum()
            entering = started[year] * closing / started[year].sum()
            hazard = leaving(children, entering, ceased[year], within)
            grown, _, _ = year_on(children, entering, hazard, within)
            found.append((by_group(grown) - stock[year]) / np.sqrt(stock[year]))
            children = raked(grown, stock[year])
        return np.concatenate([*found, slopes / SLOPE_SD])

    return tuple(least_squares(misfit, np.zeros(stock.shape[1])).x.tolist())


def _first_ages(stock: Floats, started: Floats, ceased: Floats, within: Floats) -> Floats:
    """[A]: ages that a year of these flows leaves as they are, but for the total of each group."""
    children = raked(np.ones(AGES), stock)
    for _ in range(25):
        hazard = leaving(children, started, ceased, within)
        grown, _, _ = year_on(children, started, hazard, within)
        children = raked(grown, stock)
    return children


def usual(by_year: Floats, memory: float) -> Floats:
    """The geometric mean over past years [T, ...], the last counting most, each year before it `memory` times less.

    Years that are NaN do not count.
    """
    known = np.isfinite(by_year)
    ago = np.arange(len(by_year))[::-1].reshape(-1, *[1] * (by_year.ndim - 1))
    weight = np.where(known, memory**ago, 0.0)
    logs = np.log(np.where(known, by_year, 1.0))
    return np.asarray(np.exp((logs * weight).sum(axis=0) / weight.sum(axis=0)))
