"""Small pathways by hand, and strategies that draw them at random."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from thrive_model.engine import compiled
from thrive_model.parameters import (
    Addition,
    CostLines,
    Floats,
    FundTerms,
    HazardEffect,
    Matches,
    Parameters,
    Places,
    Reach,
    Supply,
)

KERNELS = ("numpy", "compiled") if compiled.library() is not None else ("numpy",)
"""Those there are: without a compiler the package has numpy's alone."""

Arrow = tuple[int, int, Any]
"""Source, target, and hazard: anything that spreads over [period, band, draw], or None where only time passes."""


def parameters(
    arrows: Sequence[Arrow],
    opening: ArrayLike,
    months: int,
    *,
    outside: int = 0,
    decisions: int = 0,
    adult: int = -1,
    exposure: ArrayLike = 0.0,
    stays: Mapping[int, int] | None = None,
    bands: Sequence[int] | None = None,
    period: Sequence[int] | None = None,
    effects: Sequence[HazardEffect] = (),
    **limits: Any,
) -> Parameters:
    """Cells are numbered outside, stay, decision; `opening` is [S], [S, A] or [S, A, D]; arrows are sorted here.

    `limits` are supplies, places, matches and additions.
    """
    arrows = sorted(arrows, key=lambda arrow: arrow[0])
    stock = np.asarray(opening, dtype=float)
    stock = stock.reshape(stock.shape + (1,) * (3 - stock.ndim))
    cells, ages, _ = stock.shape
    band_of_age = np.zeros(ages, dtype=np.intp) if bands is None else np.asarray(bands, dtype=np.intp)
    period_of_month = np.zeros(months, dtype=np.intp) if period is None else np.asarray(period, dtype=np.intp)
    rates = [np.asarray(0.0 if rate is None else rate, dtype=float) for _, _, rate in arrows]
    least = (int(period_of_month.max(initial=0)) + 1, int(band_of_age.max()) + 1, 1)
    shape = np.broadcast_shapes(least, *(rate.shape for rate in rates))
    return Parameters(
        source=np.array([source for source, _, _ in arrows], dtype=np.intp),
        target=np.array([target for _, target, _ in arrows], dtype=np.intp),
        first_stay=outside,
        first_decision=cells - decisions,
        adult=adult,
        hazard=np.stack([np.broadcast_to(rate, shape) for rate in rates], axis=1) if rates else _none(shape),
        period=period_of_month,
        exposure=np.broadcast_to(np.asarray(exposure, dtype=float), (months, ages)),
        longest_stay=np.array([float((stays or {}).get(cell, np.inf)) for cell in range(cells)]),
        timed=np.array([e for e, (_, _, rate) in enumerate(arrows) if rate is None], dtype=np.intp),
        opening=stock,
        band_of_age=band_of_age,
        effects=tuple(effects),
        **{name: tuple(some) for name, some in limits.items()},
    )


def supply(
    opening: float, months: int, *, approved: ArrayLike = 0.0, leaving: ArrayLike = 0.0, name: str = "units"
) -> Supply:
    """A supply whose units come and go by figures that spread over [month, draw]."""
    return Supply(name, opening, _over_months(approved, months), _over_months(leaving, months))


def places(cells: Sequence[int], overflow: Sequence[int], returning: Sequence[int] = (), **given: Any) -> Places:
    """Places in some cells, one for each unit of the first supply where nothing else is given."""
    indices = (np.array(some, dtype=np.intp) for some in (cells, overflow, returning))
    return Places(given.get("supply", 0), given.get("per_unit", 1.0), *indices)


def matches(arrows: Sequence[int], per_child: float = 1.0, supply: int = 0) -> Matches:
    """A limit on some arrows (as sorted), of the first supply where nothing else is given."""
    return Matches(supply, per_child, np.array(arrows, dtype=np.intp))


def reach(
    cells: Sequence[int], months: int, *, per_unit: float, served: float, supplies: Sequence[int] = (0,)
) -> Reach:
    """How many children in some cells, of the first band, each unit carries."""
    return Reach(
        np.array(supplies, dtype=np.intp),
        np.full(months, per_unit),
        np.array(cells, dtype=np.intp),
        np.array([0], dtype=np.intp),
        np.full((months, 1), served),
    )


def addition(arrows: Sequence[int], children: ArrayLike, months: int, bands: Sequence[int] = (0,)) -> Addition:
    """So many children a month, spread over [month, draw], added to some arrows (as sorted) in some bands."""
    indices = (np.array(some, dtype=np.intp) for some in (arrows, bands))
    return Addition(*indices, _over_months(children, months))


def effect(arrows: Sequence[int], factor: ArrayLike, months: int, bands: Sequence[int] = (0,)) -> HazardEffect:
    """A factor that spreads over [month, draw] on some arrows (as sorted) in some bands."""
    indices = (np.array(some, dtype=np.intp) for some in (arrows, bands))
    return HazardEffect(*indices, _over_months(factor, months))


def costs(uses: Sequence[str], months: int, **arrays: ArrayLike) -> CostLines:
    """Cost lines named a, b, c ... of one cell and one arrow where nothing else is given; months are [L, T, D or 1]."""
    lines = len(uses)

    def monthly(name: str, default: float) -> tuple[Floats, ...]:
        given = np.asarray(arrays.get(name, np.full((lines, months), default)), dtype=float)
        return tuple(given.reshape(*given.shape[:2], -1))

    return CostLines(
        names=tuple("abcdefghijklmnop"[:lines]),
        kinds=("made_up",) * lines,
        uses=tuple(uses),
        per_child_week=np.asarray(arrays.get("per_child_week", np.zeros((lines, 1))), dtype=float),
        per_move=np.asarray(arrays.get("per_move", np.zeros((lines, 1))), dtype=float),
        teams_per_child=np.asarray(arrays.get("teams_per_child", np.zeros((lines, 1))), dtype=float),
        per_team=np.asarray(arrays.get("per_team", np.zeros(lines)), dtype=float),
        per_month=monthly("per_month", 0.0),
        volume=monthly("volume", 1.0),
        to_nominal=monthly("to_nominal", 1.0),
        price_level=np.asarray(arrays.get("price_level", np.ones((lines, months))), dtype=float),
        weeks=np.asarray(arrays.get("weeks", np.ones(months)), dtype=float),
    )


def fund_terms(amount: float, release: Sequence[float], **terms: Any) -> FundTerms:
    """A fund open in every year, none of them closed, held to its plan, paying demand support first."""
    years = len(release)
    return FundTerms(
        amount=amount,
        open=np.asarray(terms.get("open", [True] * years), dtype=bool),
        actual=np.asarray(terms.get("actual", np.full((years, 3), np.nan)), dtype=float),
        release=np.asarray(release, dtype=float),
        by_plan=terms.get("by_plan", True),
        order=terms.get("order", (0, 1, 2)),
    )


HAZARDS = st.one_of(st.floats(0.0, 3.0, allow_subnormal=False), st.sampled_from([0.0, 1e-300, 1e-12, 50.0, 1e3]))
WEIGHTS = st.one_of(st.floats(1e-3, 1.0), st.sampled_from([1e-9, 1e3]))
CHILDREN = st.one_of(st.floats(0.0, 1e4), st.just(0.0))


@st.composite
def pathways(draw: st.DrawFn, *, cycles: bool = True) -> Parameters:
    """A random pathway of two to six cells, in two bands of age and up to three draws; the last stay is the adult."""
    outside, stays = draw(st.integers(0, 1)), draw(st.integers(2, 4))
    decisions = draw(st.integers(0, 1)) if cycles else 0
    cells = outside + stays + decisions
    months, ages, draws = draw(st.integers(1, 14)), draw(st.integers(2, 12)), draw(st.integers(1, 3))
    adult = outside + stays - 1
    holding = range(outside, adult)
    arrows: list[Arrow] = []
    timed: dict[int, int] = {}

    def rate(strategy: st.SearchStrategy[float]) -> Floats:
        return np.reshape(draw(st.lists(strategy, min_size=2 * draws, max_size=2 * draws)), (1, 2, draws))

    for source in range(adult):
        for target in [*holding, *range(outside + stays, cells)]:
            onward = cycles or target > source
            if source != target and onward and draw(st.booleans()):
                arrows.append((source, target, rate(HAZARDS)))
        if source >= outside and source + 1 < adult and draw(st.booleans()):
            arrows.append((source, source + 1, None))
            timed[source] = draw(st.integers(1, 6))
    for source in range(outside + stays, cells):
        targets = draw(st.lists(st.sampled_from(list(holding)), min_size=1, max_size=2, unique=True))
        arrows.extend((source, target, rate(WEIGHTS)) for target in targets)
    opening = np.zeros((cells, ages, draws))
    for cell in range(outside, outside + stays):
        opening[cell] = np.reshape(draw(st.lists(CHILDREN, min_size=ages, max_size=ages)), (ages, 1))
    split = draw(st.integers(1, ages - 1))
    return parameters(
        arrows,
        opening,
        months,
        outside=outside,
        decisions=decisions,
        adult=adult,
        exposure=np.reshape(draw(st.lists(CHILDREN, min_size=ages, max_size=ages)), (1, ages)),
        stays=timed,
        bands=[0] * split + [1] * (ages - split),
    )


UNITS = st.one_of(st.floats(0.0, 5e3), st.just(0.0))


@st.composite
def limited(draw: st.DrawFn) -> Parameters:
    """A random pathway whose supplies limit places, matches and the reach of an effect, and that is added to."""
    p = draw(pathways())
    holding = range(p.first_stay, p.adult)
    inside: list[int] = []
    overflow: list[int] = []
    if len(holding) > 1:
        inside = sorted(draw(st.lists(st.sampled_from(holding), min_size=1, max_size=len(holding) - 1, unique=True)))
        elsewhere = draw(st.sampled_from([cell for cell in holding if cell not in inside]))
        for cell in reversed(inside):  # from the last, so that the indices found before only move up
            overflow = [e + 1 for e in overflow]
            p, added = _with_arrow(p, cell, elsewhere)
            overflow.append(added)
    moves = [e for e in range(len(p.source)) if e not in p.timed and e not in overflow]
    moves = [e for e in moves if p.source[e] < p.first_decision]
    back = [e for e in moves if p.source[e] in holding and p.source[e] not in inside and p.target[e] in inside]
    returning = draw(st.lists(st.sampled_from(back), unique=True)) if back else []
    leaving = [e for e in moves if p.source[e] in holding and e not in returning]
    matching = draw(st.lists(st.sampled_from(leaving), unique=True)) if leaving else []
    adding = draw(st.lists(st.sampled_from(moves), unique=True)) if moves else []
    several, rate = (p.months, p.draws), draw(st.floats(0.0, 2.0))

    def figures(strategy: st.SearchStrategy[float]) -> Floats:
        return np.reshape(draw(st.lists(strategy, min_size=p.draws, max_size=p.draws)), (1, p.draws)) + np.zeros(
            several
        )

    carried = reach(holding, p.months, per_unit=draw(st.floats(0.01, 3.0)), served=draw(st.floats(0.0, 1.0)))
    faded = [replace(effect([e], figures(st.floats(0.0, 3.0)), p.months), reach=carried) for e in leaving[:1]]
    return replace(
        p,
        supplies=tuple(
            supply(draw(UNITS), p.months, approved=figures(UNITS), leaving=figures(st.just(rate))) for _ in range(2)
        ),
        places=(places(inside, overflow, returning, per_unit=draw(st.floats(0.1, 3.0))),) if inside else (),
        matches=(matches(matching, draw(st.floats(0.1, 3.0)), 1),) if matching else (),
        additions=(replace(addition(adding, figures(CHILDREN), p.months, [0, 1]), reach=carried),) if adding else (),
        effects=(*p.effects, *faded),
    )


def one_draw(p: Parameters, draw: int) -> Parameters:
    """The parameters of one draw alone."""

    def of(array: Floats) -> Floats:
        return array[..., [draw if array.shape[-1] > 1 else 0]]

    return replace(
        p,
        hazard=of(p.hazard),
        opening=of(p.opening),
        effects=tuple(replace(one, factor=of(one.factor)) for one in p.effects),
        supplies=tuple(replace(one, approved=of(one.approved), leaving=of(one.leaving)) for one in p.supplies),
        additions=tuple(replace(one, children=of(one.children)) for one in p.additions),
    )


def _with_arrow(p: Parameters, source: int, target: int) -> tuple[Parameters, int]:
    """One more arrow, which no hazard moves anybody by, and its index; those after it move up."""
    at = int(np.searchsorted(p.source, source, side="right"))
    more = replace(
        p,
        source=np.insert(p.source, at, source),
        target=np.insert(p.target, at, target),
        hazard=np.insert(p.hazard, at, 0.0, axis=1),
        timed=np.where(p.timed >= at, p.timed + 1, p.timed),
    )
    return more, at


def _over_months(figures: ArrayLike, months: int) -> Floats:
    shaped = np.asarray(figures, dtype=float)
    return np.broadcast_to(shaped, (months, shaped.shape[-1] if shaped.ndim else 1))


def _none(shape: tuple[int, ...]) -> Floats:
    return np.zeros((shape[0], 0, *shape[1:]))
