"""Supplies as accounts: units at the start of a year, those who joined, were used and were lost, and what waits.

closing = opening + joined - used - lost
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from thrive_model.parameters import Floats
from thrive_model.results import Results


@dataclass(frozen=True)
class SupplyYear:
    """One supply in one financial year and draw, units; places and children where it limits them, None where not.

    `places` are those its units make at the end of the year, `taken` the children in them and `overflowed` those sent
    elsewhere in the year for want of one. `waiting` are children held back in the last month for want of a match.
    `needed` are the units that the children would take beside whom the supply is watched.
    """

    supply: str
    meaning: str
    financial_year: str
    opening: float
    joined: float
    used: float
    lost: float
    closing: float
    places: float | None
    taken: float | None
    overflowed: float | None
    waiting: float | None
    needed: float | None


def accounts(results: Results, draw: int = 0) -> list[SupplyYear]:
    """Every supply in every year, in the order of capacity.csv."""
    rows = []
    for k, row in enumerate(results.assembled.inputs.capacity):
        stock = results.trajectory.supply[:, k, draw]
        ends = results.marches
        opening, closing = stock[np.concatenate([[0], ends[:-1] + 1])], stock[ends + 1]
        joined = results.by_year(_of_draw(results.assembled.parameters.supplies[k].approved, draw))[:, 0]
        used = _used(results, k, draw)
        limits = _limits(results, k, draw)
        for y, year in enumerate(results.years):
            figures = (float(part[y]) for part in (opening, joined, used, opening + joined - used - closing, closing))
            beside = (None if part is None else float(part[y]) for part in limits)
            rows.append(SupplyYear(row.supply, row.meaning, str(year), *figures, *beside))
    return rows


def _of_draw(array: Floats, draw: int) -> Floats:
    """One draw of an array whose last axis may serve every draw, [T, 1]."""
    return array[:, draw : draw + 1] if array.shape[1] > 1 else array


def _used(results: Results, k: int, draw: int) -> Floats:
    """Units that matches took for good in each year, [Y]."""
    taken = np.zeros(len(results.years))
    for match in results.assembled.parameters.matches:
        if match.supply == k:
            taken = taken + results.moved_by(match.arrows)[:, draw] * match.per_child
    return taken


def _limits(results: Results, k: int, draw: int) -> tuple[Floats | None, ...]:
    """Places, children in them, overflow, children who wait, and units needed, [Y] each; None where it has none."""
    parameters, name = results.assembled.parameters, results.assembled.inputs.capacity[k].supply
    places = taken = overflowed = waiting = needed = None
    for place in parameters.places:
        if place.supply == k:
            places = results.places(name)[:, draw]
            taken = results.in_cells_at_year_end(place.cells.tolist())[:, draw]
            overflowed = results.moved_by(place.overflow)[:, draw]
    if any(match.supply == k for match in parameters.matches):
        waiting = results.waiting(name)[:, draw]
    if any(row.supply == name and row.limits == "watched" for row in results.assembled.inputs.capacity_uses):
        needed = results.units_needed(name)[:, draw]
    return places, taken, overflowed, waiting, needed
