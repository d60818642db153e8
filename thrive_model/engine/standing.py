"""Where the children are as months pass, the units beside them, and what of it is kept: expected or whole alike."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from thrive_model.engine.groups import Grouped
from thrive_model.engine.limits import renew_supplies
from thrive_model.engine.trajectory import Recorded, Trajectory
from thrive_model.parameters import Floats, Parameters
from thrive_model.sums import added, summed


@dataclass
class Standing:
    """The start of a month: `now[S, A, D]` children by age, `stock[S, B, D]` by band, `units[K, D]` of each supply.

    `kept` is written to as the months end.
    """

    p: Parameters
    kept: Trajectory
    record: Recorded
    now: Floats
    stock: Floats = field(init=False)
    units: Floats = field(init=False)
    by_band: Grouped = field(init=False)

    def __post_init__(self) -> None:
        opening = np.array([[one.opening] for one in self.p.supplies], dtype=float).reshape(-1, 1)
        self.units = np.repeat(opening, self.now.shape[-1], axis=1)
        self.by_band = Grouped(self.p.band_of_age, self.p.hazard.shape[2])
        self._keep_stock(0)

    def end_month(self, month: int) -> None:
        """Nobody stays outside or in a decision, and everyone is a month older."""
        p = self.p
        self.now[: p.first_stay] = 0.0
        self.now[p.first_decision :] = 0.0
        if p.adult >= 0:
            grown = _grow_older(self.now, p.adult)
            if self.record.turned_18:
                self.kept.turned_18[month] = grown
        self.units = renew_supplies(p, self.units, month)
        self._keep_stock(month + 1)

    def keep_flow(self, month: int, arrows: slice, moved: Floats) -> None:
        """Children who moved in the month by some arrows, [arrows, B, D]."""
        self.kept.flow[month, arrows] = _as_recorded(moved, by_band=self.record.flow_by_band)

    def keep_waiting(self, month: int, match: int, waiting: Floats) -> None:
        """Children who waited for units in the month, [D]."""
        if self.record.waiting:
            self.kept.waiting[month, match] = waiting

    def _keep_stock(self, start: int) -> None:
        self.stock = self.by_band.sum(self.now, axis=1)
        self.kept.stock[start] = _as_recorded(self.stock, by_band=self.record.stock_by_band)
        self.kept.supply[start] = self.units


def _grow_older(now: Floats, adult: int) -> Floats:
    """Everyone a month older, in place; those past the last age gather in `adult`. Returns them by cell, [S, D]."""
    grown = now[:, -1].copy()
    grown[adult] = 0.0
    adults = summed(now[adult]) + summed(grown)
    now[:, 1:] = now[:, :-1].copy()
    now[:, 0] = 0.0
    now[adult] = 0.0
    now[adult, -1] = adults
    return grown


def _as_recorded(children: Floats, *, by_band: bool) -> Floats:
    """Children [S, B, D], or their sums over bands, [S, 1, D]."""
    return children if by_band else added(children, 1)[:, None]
