"""Parameters as `kernel.c` reads them: figures where they lie, and lists of what flows where and what limits it."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from thrive_model.engine.limits import PlaceKeeper
from thrive_model.engine.trajectory import Trajectory
from thrive_model.parameters import Floats, Ints, Parameters, Reach

BY_TIME, BY_OVERFLOW = 1, 2
NUMBER, ADDRESS = ctypes.c_int64, ctypes.c_void_p


def doors_of(p: Parameters) -> list[tuple[int, Ints]]:
    """The arrows of overflow, in the order in which places are filled, each with the new arrivals it takes on."""
    return [door for place in p.places for door in PlaceKeeper.of(p, place).overflowing]


class _Ragged(ctypes.Structure):
    """Lists of different lengths, end to end."""

    _fields_ = (("first", ADDRESS), ("item", ADDRESS))


_SIZES = (
    "months cells arrows bands ages draws first_stay first_decision adult competing doors rows coefficients bundles "
    "effects reaches additions supplies matches places touched limited stock_bands flow_bands held_bands"
)
_LAYOUT: tuple[tuple[str, Any], ...] = (
    (_SIZES, NUMBER),
    ("source target first_arrow kind period band_of_age", ADDRESS),
    ("ages_of timed_of into", _Ragged),
    ("row from_row hazard", ADDRESS),
    ("by_period by_arrow by_band by_draw", NUMBER),
    ("opening", ADDRESS),
    ("by_cell by_age opening_by_draw", NUMBER),
    ("exposure exposure_of_band longest_stay effect effect_reach on_stay bundle_of", ADDRESS),
    ("effects_of spots_of reach_supplies reach_spots", _Ragged),
    ("served per_unit_reached", ADDRESS),
    ("added_arrows added_bands", _Ragged),
    ("children addition_reach supply_opening approved remaining", ADDRESS),
    ("matched", _Ragged),
    ("match_supply per_child", ADDRESS),
    ("place_cells newly leaving returning doors_of at_door", _Ragged),
    ("place_supply overflow per_unit touched_arrow touch", ADDRESS),
    ("touched_cells", _Ragged),
    ("stock flow turned_18 supply waiting", ADDRESS),
)


class Pathway(ctypes.Structure):
    """`struct Pathway` of kernel.c, field by field."""

    _fields_ = tuple((name, kind) for names, kind in _LAYOUT for name in names.split())


class Prepared:
    """Parameters as the kernel reads them: figures where they lie, and the lists that say what flows where."""

    def __init__(self, p: Parameters, trajectory: Trajectory) -> None:
        self.pathway = Pathway()
        self._kept: list[Any] = []
        self._reaches: list[Reach] = []
        self._doors = doors_of(p)
        self._sizes(p, trajectory)
        self._numbers(p)
        self._links(p)
        self._effects(p)
        self._limits(p)
        self._touched(p)
        self._reached(p)
        for name, array in vars(trajectory).items():
            if array.size:
                self._address(name, array)

    def _sizes(self, p: Parameters, trajectory: Trajectory) -> None:
        cells, ages = p.opening.shape[:2]
        stays, decisions = p.first_decision - p.first_stay, cells - p.first_decision
        limited = bool(p.additions or p.matches or p.places)
        reached = any(effect.reach for effect in p.effects)
        by_band = limited or reached or trajectory.flow.size or trajectory.stock.shape[2] > 1
        self._set(
            months=p.months,
            cells=cells,
            arrows=len(p.source),
            bands=p.hazard.shape[2],
            ages=ages,
            draws=p.draws,
            first_stay=p.first_stay,
            first_decision=p.first_decision,
            adult=p.adult,
            competing=p.competing,
            doors=len(self._doors),
            rows=decisions + len(self._doors) + stays,
            coefficients=len(p.source) + len(self._doors) + cells,
            effects=len(p.effects),
            additions=len(p.additions),
            supplies=len(p.supplies),
            matches=len(p.matches),
            places=len(p.places),
            limited=limited,
            stock_bands=trajectory.stock.shape[2],
            flow_bands=trajectory.flow.shape[2],
            held_bands=p.hazard.shape[2] if by_band else 1,
        )

    def _numbers(self, p: Parameters) -> None:
        """Rates, children and time."""
        cells, bands = len(p.opening), p.hazard.shape[2]
        self._integers("source", p.source)
        self._integers("target", p.target)
        self._integers("first_arrow", np.searchsorted(p.source, np.arange(cells + 1)))
        self._integers("period", p.period)
        self._integers("band_of_age", p.band_of_age)
        self._ragged("ages_of", [np.flatnonzero(p.band_of_age == band) for band in range(bands)])
        self._ragged("timed_of", [p.timed[p.source[p.timed] == cell] for cell in range(cells)])
        hazard, (by_period, by_arrow, by_band, by_draw) = _strided(p.hazard)
        self._address("hazard", hazard)
        self._set(by_period=by_period, by_arrow=by_arrow, by_band=by_band, by_draw=by_draw)
        opening, (by_cell, by_age, by_draw) = _strided(p.opening)
        self._address("opening", opening)
        self._set(by_cell=by_cell, by_age=by_age, opening_by_draw=by_draw)
        exposure = np.ascontiguousarray(p.exposure[: p.months], dtype=np.float64)
        of_band = [exposure[:, p.band_of_age == band].sum(axis=1) for band in range(bands)]
        self._address("exposure", exposure)
        self._address("exposure_of_band", np.stack(of_band, axis=1))
        self._address("longest_stay", np.ascontiguousarray(p.longest_stay, dtype=np.float64))

    def _links(self, p: Parameters) -> None:
        """What flows into each row of a sweep, and from which row: decisions in turn, doors, stays; then outside."""
        cells, arrows, doors = len(p.opening), len(p.source), len(self._doors)
        kind = np.zeros(arrows, dtype=np.int32)
        kind[p.timed] = BY_TIME
        comes = np.concatenate([p.source, cells + np.arange(doors), np.arange(cells)])
        lands = p.target.copy()
        for door, (arrow, _) in enumerate(self._doors):
            kind[arrow] = BY_OVERFLOW
            comes[arrow] = cells + door
        number = {arrow: door for door, (arrow, _) in enumerate(self._doors)}
        for door, (_, new) in enumerate(self._doors):
            through = np.array([arrow for arrow in new.tolist() if number.get(arrow, -1) < door], dtype=np.intp)
            lands[through] = cells + door
        lands[lands < p.first_stay] = -1
        at_door = p.source[[arrow for arrow, _ in self._doors]] if doors else np.zeros(0, dtype=np.intp)
        into = np.concatenate([lands, at_door, np.arange(cells)])
        order = np.argsort(into, kind="stable")
        begins = np.searchsorted(into[order], np.arange(-1, cells + doors + 1))
        flowing = [order[begins[n] : begins[n + 1]] for n in range(cells + doors + 1)]  # the first leads outside
        stays = range(p.first_stay, p.first_decision)
        rows = [*range(p.first_decision, cells + doors), *stays]
        decisions = {cell: _moves(flowing[cell + 1], arrows) for cell in range(p.first_decision, cells)}
        self._ragged("into", [decisions.get(row, flowing[row + 1]) for row in rows] + [_moves(flowing[0], arrows)])
        self._integers("row", rows)
        self._integers("from_row", comes)
        self._integers("kind", kind)

    def _effects(self, p: Parameters) -> None:
        """Which factors act together, and where."""
        bands, cells = p.hazard.shape[2], len(p.opening)
        bundles, bundle_of = _bundles(p)
        spot = (np.arange(bands)[:, None] * cells + p.source).ravel()
        of = bundle_of.ravel()
        order = np.argsort(of, kind="stable")
        begins = np.searchsorted(of[order], np.arange(len(bundles) + 1))
        self._set(bundles=len(bundles))
        self._integers("bundle_of", of)
        self._ragged("effects_of", bundles)
        self._flat("spots_of", begins, spot[order])
        self._series("effect", [effect.factor for effect in p.effects])
        self._integers("effect_reach", [self._reach(effect.reach) for effect in p.effects])
        self._integers("on_stay", [effect.on_stay for effect in p.effects])

    def _limits(self, p: Parameters) -> None:
        """Supplies and what they hold back."""
        self._address("supply_opening", np.array([one.opening for one in p.supplies], dtype=np.float64))
        self._series("approved", [one.approved for one in p.supplies])
        self._series("remaining", [np.exp(-one.leaving) for one in p.supplies])
        self._ragged("added_arrows", [one.arrows for one in p.additions])
        self._ragged("added_bands", [np.unique(one.bands) for one in p.additions])
        self._series("children", [one.children for one in p.additions])
        self._integers("addition_reach", [self._reach(one.reach) for one in p.additions])
        self._ragged("matched", [one.arrows for one in p.matches])
        self._integers("match_supply", [one.supply for one in p.matches])
        self._address("per_child", np.array([one.per_child for one in p.matches], dtype=np.float64))
        keepers = [PlaceKeeper.of(p, place) for place in p.places]
        doors = iter(range(len(self._doors)))
        self._ragged("place_cells", [one.cells for one in p.places])
        self._ragged("newly", [one.new for one in keepers])
        self._ragged("leaving", [one.leaving for one in keepers])
        self._ragged("returning", [one.returning for one in p.places])
        self._ragged("doors_of", [[next(doors) for _ in one.overflowing] for one in keepers])
        self._ragged("at_door", [new for _, new in self._doors])
        self._integers("overflow", [arrow for arrow, _ in self._doors])
        self._integers("place_supply", [one.supply for one in p.places])
        self._address("per_unit", np.array([one.per_unit for one in p.places], dtype=np.float64))

    def _touched(self, p: Parameters) -> None:
        """The arrows whose coefficients limits change, and the cells they lead from."""
        lists = [added.arrows for added in p.additions] + [match.arrows for match in p.matches]
        lists += [place.returning for place in p.places]
        arrows = np.unique(np.concatenate([*lists, np.zeros(0, dtype=np.intp)]))
        touch = np.full(len(p.source), -1)
        touch[arrows] = np.arange(len(arrows))
        cells = np.unique(p.source[arrows])
        self._set(touched=len(arrows))
        self._integers("touched_arrow", arrows)
        self._integers("touch", touch)
        self._ragged("touched_cells", [cells[(cells >= p.first_stay) & (cells < p.first_decision)]])

    def _reach(self, reach: Reach | None) -> int:
        """The number of a reach, -1 where there is none."""
        if reach is None:
            return -1
        self._reaches.append(reach)
        return len(self._reaches) - 1

    def _reached(self, p: Parameters) -> None:
        """Whom those who carry effects are to serve."""
        cells = len(p.opening)
        self._set(reaches=len(self._reaches))
        self._ragged("reach_supplies", [one.supplies for one in self._reaches])
        self._ragged("reach_spots", [(one.bands[:, None] * cells + one.cells).ravel() for one in self._reaches])
        self._series("served", [one.served for one in self._reaches])
        per_unit = [one.per_unit[: p.months] for one in self._reaches]
        self._address("per_unit_reached", np.array(per_unit, dtype=np.float64))

    def _set(self, **numbers: int) -> None:
        for name, number in numbers.items():
            setattr(self.pathway, name, int(number))

    def _keep(self, array: NDArray[Any]) -> int:
        """Where an array lies, which lives as long as this does."""
        self._kept.append(array)
        return int(array.__array_interface__["data"][0])

    def _address(self, name: str, array: NDArray[Any]) -> None:
        setattr(self.pathway, name, self._keep(array))

    def _integers(self, name: str, some: Ints | Iterable[int]) -> None:
        given = some if isinstance(some, np.ndarray) else list(some)
        self._address(name, np.array(given, dtype=np.int32))

    def _ragged(self, name: str, lists: Sequence[Ints | Sequence[int]]) -> None:
        ends = np.cumsum([0, *map(len, lists)])
        self._flat(name, ends, np.concatenate([np.zeros(0, dtype=np.int32), *lists]))

    def _flat(self, name: str, ends: Ints, items: Ints) -> None:
        first, item = self._keep(ends.astype(np.int32)), self._keep(items.astype(np.int32))
        setattr(self.pathway, name, _Ragged(first, item))

    def _series(self, name: str, some: Iterable[Floats]) -> None:
        """Figures by month and draw, each where it lies."""
        rows = []
        for one in some:
            array, steps = _strided(one)
            rows.append((self._keep(array), *steps))
        self._address(name, np.array(rows, dtype=np.int64))


def _bundles(p: Parameters) -> tuple[list[tuple[int, ...]], Ints]:
    """Effects that act together, and which of these bundles acts on each band and arrow, [B, E]."""
    bands = p.hazard.shape[2]
    acting: list[list[int]] = [[] for _ in p.source]
    for n, effect in enumerate(p.effects):
        for arrow in set(effect.arrows.tolist()):
            acting[arrow].append(n)
    within = [set(effect.bands.tolist()) for effect in p.effects]
    number: dict[tuple[int, ...], int] = {(): 0}
    bundle_of = np.zeros((bands, len(p.source)), dtype=np.intp)
    for arrow, some in enumerate(acting):
        if all(len(within[n]) == bands for n in some):
            bundle_of[:, arrow] = number.setdefault(tuple(some), len(number))
            continue
        for band in range(bands):
            bundle = tuple(n for n in some if band in within[n])
            bundle_of[band, arrow] = number.setdefault(bundle, len(number))
    return list(number), bundle_of


def _moves(coefficients: Ints, arrows: int) -> Ints:
    """Those of the coefficients that are of arrows: a decision keeps nobody."""
    return coefficients[coefficients < arrows]


def _strided(array: Floats) -> tuple[Floats, tuple[int, ...]]:
    """The array and its steps in figures along each axis: 0 where one figure serves the whole axis."""
    given = np.asarray(array, dtype=np.float64)
    if any(step % given.itemsize for step in given.strides):
        given = np.ascontiguousarray(given)
    steps = zip(given.shape, given.strides, strict=True)
    return given, tuple(0 if length == 1 else step // given.itemsize for length, step in steps)
