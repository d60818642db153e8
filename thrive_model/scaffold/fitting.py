"""Rates of a given shape, scaled until the stock and the moves at which they settle are those wanted.

Each dial multiplies some rates by one factor and watches one figure. The figures are brought to what is wanted by
turns, each dial by the ratio it is off by, which settles as iterative proportional fitting does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from thrive_model.assemble import Assembled
from thrive_model.bands import Ages, Months
from thrive_model.errors import refuse
from thrive_model.parameters import Floats, Ints, Parameters
from thrive_model.scaffold.aggregates import ALL, Figures
from thrive_model.scaffold.steady import Steady, steady
from thrive_model.tables import RateRow

ROUNDS = 600
ROUNDS_TO_COME_NEAR = 300
NEAR_COUNTS = 0.1
LEAST = 1e-12
CLOSE_ENOUGH = 5e-4
SURE = 120.0
"""A rate a year at which all have moved within the month."""
PLANS, STARTED = "child_protection_plans", "admissions_to_care"
IN_CARE = "looked_after_children"
CEASED = "ceased_to_be_looked_after"
ASSESSED_FOR_MONTHS = 1.0 / (1.0 - math.exp(-1.0))
"""An assessment takes a month on average: of those who begin a month in it, so many are still there at its end."""
EVERY_AGE = Ages.parse("0-17")
LEAVING_AT = {"1-4": ("1-4",), "5-9": ("5-9",), "10-15": ("10-15", "16-17")}
"""Ages of leaving that bring about the stock of which ages: those admitted at 10 to 15 are nearer to 16 than an even
spread has them, so that what is held before and after 16 cannot both be brought about."""
EXITS = ("return_home", "special_guardianship_order", "residence_order_made", "leaves_to_independence")
OTHER_EXITS = ("leaves_otherwise", "matched_for_adoption")
ADMITTING = (
    "admitted_from_assessment",
    "proceedings_from_need",
    "admitted_from_need",
    "proceedings_from_plan",
    "admitted_from_plan",
)
ORDERS = (
    ("adoptions", "adoption", "matched_for_adoption"),
    ("returns_home", "return_home", "return_home"),
    ("special_guardianship_orders", "special_guardianship_order", "special_guardianship_order"),
    ("residence_orders", "residence_order_made", "residence_order_made"),
)
PLACED = {
    "agency_fostering": ("first_placed_agency_fostering", "to_agency"),
    "residential_homes": ("first_placed_residential", "to_residential"),
    "placed_with_parents": ("first_placed_placed_with_parents", "to_parents"),
    "semi_independent": ("first_placed_semi_independent", "to_semi_independent"),
}


@dataclass(frozen=True)
class Dial:
    """Some rates, the figure they are to bring about, and what it comes to.

    `power` is -1 where a higher rate means less of it. What is only `near` is tried for some rounds and then left: it
    says how a figure is shared out, and no rates of the shape may do that wholly.
    """

    name: str
    rows: Ints
    wanted: float
    found: Callable[[Steady], float]
    power: float = 1.0
    near: bool = False


def fitted(shape: Assembled, wanted: Figures) -> list[RateRow]:
    """The rates of the shape, scaled; `InputError` where no rates of that shape give what is wanted."""
    rows = [row for row in shape.inputs.rates if row.from_year == min(row.from_year for row in shape.inputs.rates)]
    laid = _Laid.of(shape, rows)
    values = np.array([row.share if row.rate_per_year is None else row.rate_per_year for row in rows])
    _screen(rows, values, wanted)
    dials = [dial for dial in _dials(shape, rows, wanted) if dial.wanted > 0 and len(dial.rows)]
    worst, off = "", np.inf
    for turn in range(ROUNDS):
        settled = steady(laid.with_values(shape, values))
        worst, off = "", 0.0
        for dial in dials if turn < ROUNDS_TO_COME_NEAR else [dial for dial in dials if not dial.near]:
            ratio = dial.wanted / max(dial.found(settled), LEAST)
            values[dial.rows] *= ratio**dial.power
            amiss = abs(ratio - 1.0) * (NEAR_COUNTS if dial.near else 1.0)
            if amiss > off:
                worst, off = dial.name, amiss
        laid.normalise(values)
        np.minimum(values, SURE, out=values)
        if off < CLOSE_ENOUGH:
            break
    if off >= CLOSE_ENOUGH:
        what = f"no rates give {worst} together with the other figures"
        raise refuse("aggregates", what, "give figures of one authority in one year")
    return [_written(row, value) for row, value in zip(rows, laid.rounded(values), strict=True)]


def _screen(rows: Sequence[RateRow], values: Floats, wanted: Figures) -> None:
    """Shares of screening: what leads to no further action or early help keeps its proportions."""
    share = wanted["referrals_no_further_action", ALL] / wanted["referrals", ALL]
    passed = [i for i, row in enumerate(rows) if row.move in {"no_further_action", "screened_to_early_help"}]
    values[passed] *= share / values[passed].sum()
    values[[i for i, row in enumerate(rows) if row.move == "accepted"]] = 1.0 - share


def _dials(shape: Assembled, rows: Sequence[RateRow], wanted: Figures) -> Iterator[Dial]:
    """Every dial."""

    def chosen(moves: Sequence[str], ages: Ages | None = None, months: Months | None = None) -> Ints:
        found = [
            i
            for i, row in enumerate(rows)
            if row.move in moves and (not ages or row.ages.within(ages)) and (not months or row.months == months)
        ]
        return np.array(found, dtype=np.intp)

    path = shape.pathway

    def moves(word: str) -> Callable[[Steady], float]:
        arrows = list(path.arrows_of(word))
        return lambda settled: settled.moved(arrows)

    def cells(word: str) -> Callable[[Steady], float]:
        held = list(path.cells_of(word))
        return lambda settled: settled.held(held)

    yield Dial("referrals", chosen(("referral",)), wanted["referrals", ALL], moves("referral"))
    yield Dial("re_referrals", chosen(("re_referral",)), wanted["re_referrals", ALL], moves("re_referral"))
    yield Dial(
        "assessed_no_further_action",
        chosen(("assessed_no_further_action",)),
        wanted["assessed_no_further_action", ALL],
        moves("assessed_no_further_action"),
    )
    accepted = wanted["referrals", ALL] - wanted["referrals_no_further_action", ALL]
    yield Dial(
        "in_assessment",
        chosen(("assessed_in_need",)),
        accepted * ASSESSED_FOR_MONTHS / 12,
        cells("in_assessment"),
        -1.0,
    )
    assessed, needy = cells("in_assessment"), cells("child_in_need")
    yield Dial(
        "in_need",
        chosen(("need_met", "step_down")),
        wanted["in_need", ALL],
        lambda settled: assessed(settled) + needy(settled),
        -1.0,
    )
    first, repeat = (
        ("plan_after_assessment", "plan_from_need"),
        (
            "repeat_plan_after_assessment",
            "repeat_plan_from_need",
        ),
    )
    started, again = moves("plan_start"), moves("repeat_plan_start")
    repeats = wanted["repeat_plans", ALL]
    yield Dial(
        "plans_started",
        chosen(first),
        wanted["plans_started", ALL] - repeats,
        lambda settled: started(settled) - again(settled),
    )
    yield Dial("repeat_plans", chosen(repeat), repeats, again)
    yield Dial(PLANS, chosen(("plan_ends",)), wanted[PLANS, ALL], cells("child_protection_plan"), -1.0)
    yield from _of_care(shape, rows, chosen, wanted)


def _of_care(shape: Assembled, rows: Sequence[RateRow], chosen: Callable[..., Ints], wanted: Figures) -> Iterator[Dial]:
    """Dials of admissions and the stock by age, of how care ends and of placements."""
    path = shape.pathway
    for of in (of for measure, of in wanted if measure == STARTED and of != ALL):
        yield Dial(
            f"{STARTED} at {of}",
            chosen(ADMITTING, ages=Ages.parse(of)),
            wanted[STARTED, of],
            _aged(Steady.moved, path.arrows_of("admission"), Ages.parse(of)),
        )
    care, newborn = path.cells_of("looked_after"), [row.ages for row in rows if row.ages.first == 0]
    yield Dial(
        f"{IN_CARE} at 0",
        chosen(ADMITTING, ages=min(newborn, key=lambda ages: ages.last)),
        wanted[IN_CARE, "0"],
        _aged(Steady.held, care, Ages.parse("0")),
        near=True,
    )
    for of, together in LEAVING_AT.items():
        yield Dial(
            f"{IN_CARE} at {of}",
            chosen((*EXITS, *OTHER_EXITS), ages=Ages.parse(of)),
            sum(wanted[IN_CARE, band] for band in together),
            _aged(Steady.held, care, Ages(Ages.parse(together[0]).first, Ages.parse(together[-1]).last)),
            -1.0,
            near=True,
        )
    whole = _aged(Steady.held, care, EVERY_AGE)
    leaving_at = Ages(Ages.parse("1").first, Ages.parse("15").last)
    yield Dial(IN_CARE, chosen((*EXITS, *OTHER_EXITS), ages=leaving_at), wanted[IN_CARE, ALL], whole, -1.0)
    leaving = [e for move in (*EXITS, "adoption", "leaves_otherwise") for e in path.arrows_named(move)]
    yield Dial(
        f"{CEASED} at 0",
        chosen((*EXITS, *OTHER_EXITS), ages=Ages.parse("0")),
        wanted[CEASED, "0"],
        _aged(Steady.moved, leaving, Ages.parse("0")),
        near=True,
    )
    for measure, counted, move in ORDERS:
        arrows = list(path.arrows_named(counted))
        yield Dial(
            measure,
            chosen((move,)),
            wanted[measure, ALL],
            _aged(Steady.moved, arrows, EVERY_AGE),
            near=True,
        )
    waiting = list(path.cells_of("placed_for_adoption"))
    yield Dial(
        "placed_for_adoption",
        chosen(("adoption",)),
        wanted["placed", "placed_for_adoption"],
        lambda settled: settled.held(waiting),
        -1.0,
        near=True,
    )
    for word, moves in PLACED.items():
        cells = list(path.cells_of(word))
        yield Dial(
            word,
            chosen(moves),
            wanted["placed", word],
            _aged(Steady.held, cells, EVERY_AGE),
            near=True,
        )


def _aged(count: Callable[..., float], those: Iterable[int], ages: Ages) -> Callable[[Steady], float]:
    """Children of some ages in cells, or moved by arrows in a year."""
    return lambda settled: count(settled, list(those), ages.first, ages.last)


@dataclass(frozen=True)
class _Laid:
    """Which row gives the hazard of each arrow in each band of age: -1 where none does."""

    row_of: Ints
    months: Floats
    decisions: tuple[Ints, ...]
    shares: Ints

    @classmethod
    def of(cls, shape: Assembled, rows: Sequence[RateRow]) -> _Laid:
        path, bands = shape.pathway, shape.bands.bands
        row_of = np.full((len(path.arrows), len(bands)), -1, dtype=np.intp)
        for i, row in enumerate(rows):
            for arrow in path.arrows_named(row.move):
                cell = path.cells[path.arrows[arrow].source]
                if row.months.covers(cell.from_month, cell.to_month):
                    row_of[arrow, shape.bands.within(row.ages)] = i
        months = np.where([path.cells[arrow.source].state.kind == "decision" for arrow in path.arrows], 1.0, 12.0)
        groups: dict[tuple[int, ...], Ints] = {}
        for decision in path.cells_of_kind("decision"):
            out = [e for e, arrow in enumerate(path.arrows) if arrow.source == decision]
            for band in range(len(bands)):
                members = row_of[out, band]
                groups[tuple(members.tolist())] = members[members >= 0]
        shares = np.array([i for i, row in enumerate(rows) if row.share is not None], dtype=np.intp)
        return cls(row_of, months, tuple(groups.values()), shares)

    def with_values(self, shape: Assembled, values: Floats) -> Parameters:
        """The shape's parameters at these rates."""
        hazard = np.where(self.row_of >= 0, values[self.row_of], 0.0) / self.months[:, None]
        return replace(shape.parameters, hazard=hazard[None, :, :, None])

    def normalise(self, values: Floats) -> None:
        """Shares out of each decision that sum to 1."""
        for members in self.decisions:
            values[members] /= values[members].sum()

    def rounded(self, values: Floats) -> Floats:
        """As they are written: rates to four figures, shares so that each decision still sums to 1."""
        rounded = np.array([float(f"{value:.4g}") for value in values])
        rounded[self.shares] = np.round(values[self.shares], 4)
        for members in self.decisions:
            largest = members[int(np.argmax(rounded[members]))]
            rounded[largest] = round(rounded[largest] + 1.0 - rounded[members].sum(), 4)
        return rounded


def _written(row: RateRow, value: float) -> RateRow:
    changed: Mapping[str, float] = {"share" if row.rate_per_year is None else "rate_per_year": float(value)}
    return row.model_copy(update=changed)
