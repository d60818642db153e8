"""What is known of an authority as a whole, and England's rate times its children for what is not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from thrive_model import tables
from thrive_model.bands import YEARS_OF_CHILDHOOD

ALL = "all"
FEWEST_CHILDREN, MOST_CHILDREN = 1_000, 2_000_000
LEAST_RATE, MOST_RATE = 15.0, 200.0
"""Looked after children per 10,000 between which the rates can be fitted, and every authority has been."""
Figures = Mapping[tuple[str, str], float]
"""Children, or events in a year, by measure and band; `all` is the whole."""


@dataclass(frozen=True)
class Aggregates:
    """What an authority's returns say of it: children, and events in a year. What is None is England's rate.

    `children` are those who live there, `children_by_age` by single year of age; `looked_after` and `by_age` at 31
    March. Where those who started and those who ceased to be looked after are both known their mean is taken, as
    many leaving as come.
    """

    children: float | None = None
    children_by_age: Mapping[int, float] | None = None
    looked_after: float | None = None
    looked_after_by_age: Mapping[str, float] | None = None
    started: float | None = None
    started_by_age: Mapping[str, float] | None = None
    ceased: float | None = None
    adoptions: float | None = None
    returns_home: float | None = None
    special_guardianship_orders: float | None = None
    residence_orders: float | None = None
    referrals: float | None = None
    re_referrals: float | None = None
    in_need: float | None = None
    plans: float | None = None
    plans_started: float | None = None
    repeat_plans: float | None = None

    def ages(self, children: float) -> list[float]:
        """Children by single year of age, evenly where that is not known."""
        if self.children_by_age:
            return [self.children_by_age[age] for age in range(YEARS_OF_CHILDHOOD)]
        return [children / YEARS_OF_CHILDHOOD] * YEARS_OF_CHILDHOOD

    @property
    def given(self) -> list[str]:
        """What is known, by name."""
        return [field.name for field in fields(self) if getattr(self, field.name) is not None]


@dataclass(frozen=True)
class England:
    """England's figures, the latest year not after the base year or, where there is none, the first after it."""

    rows: Sequence[tables.EnglandRow]
    base_year: str

    def value(self, measure: str, of: str = ALL) -> float:
        """One figure of England."""
        return self.band(measure)[of]

    def band(self, measure: str) -> dict[str, float]:
        """A measure's figures by band, in the year that is nearest to the base year."""
        found: dict[str, float] = {}
        for row in sorted(
            (row for row in self.rows if row.measure == measure),
            key=lambda row: -abs(row.financial_year.start - int(self.base_year[:4])),
        ):
            found[row.of] = row.value
        return found

    @property
    def children(self) -> float:
        """Children in England."""
        return self.value("children")


def filled(known: Aggregates, england: England) -> dict[tuple[str, str], float]:
    """Every figure that the tables are made from: what is known, and England's rate for the rest.

    Rates are per child; where looked after children are known those who come and go are per looked after child, and
    where plans are known plans started are per plan.
    """
    children = (
        known.children or sum((known.children_by_age or {}).values()) or england.children / england.value("authorities")
    )
    per_child = children / england.children
    looked_after = known.looked_after or sum((known.looked_after_by_age or {}).values()) or None
    care = looked_after / england.value("looked_after_children") if looked_after else per_child
    flows = [flow for flow in (known.started, known.ceased) if flow is not None]
    started = sum(flows) / len(flows) if flows else None
    plans = known.plans / england.value("child_protection_plans") if known.plans else per_child
    scales = {
        "looked_after_children": (looked_after, known.looked_after_by_age, care),
        "admissions_to_care": (
            started or sum((known.started_by_age or {}).values()) or None,
            known.started_by_age,
            care,
        ),
        "ceased_to_be_looked_after": (started, None, care),
        "adoptions": (known.adoptions, None, care),
        "returns_home": (known.returns_home, None, care),
        "special_guardianship_orders": (known.special_guardianship_orders, None, care),
        "residence_orders": (known.residence_orders, None, care),
        "placed": (None, None, care),
        "referrals": (known.referrals, None, per_child),
        "re_referrals": (known.re_referrals, None, per_child),
        "referrals_no_further_action": (None, None, per_child),
        "assessed_no_further_action": (None, None, per_child),
        "in_need": (known.in_need, None, per_child),
        "child_protection_plans": (known.plans, None, plans),
        "plans_started": (known.plans_started, None, plans),
        "repeat_plans": (known.repeat_plans, None, plans),
    }
    figures: dict[tuple[str, str], float] = {("children", ALL): children}
    for measure, (total, by_band, scale) in scales.items():
        figures |= {(measure, of): value for of, value in _bands(england.band(measure), total, by_band, scale).items()}
    if known.referrals is not None:
        share = known.referrals / (england.value("referrals") * per_child)
        for measure in ("re_referrals", "referrals_no_further_action", "assessed_no_further_action"):
            if measure not in known.given:
                figures[measure, ALL] *= share
    return figures


def _bands(
    england: Mapping[str, float], total: float | None, by_band: Mapping[str, float] | None, scale: float
) -> dict[str, float]:
    """A measure and its bands: as known, or England's bands scaled to the total, or to the children."""
    bands = dict(by_band or {}) or {of: value for of, value in england.items() if of != ALL}
    if ALL not in england:
        return {of: value * scale for of, value in bands.items()}
    whole = england[ALL] * scale if total is None else total
    of_bands = sum(bands.values()) if by_band or len(bands) > 1 else england[ALL]
    return {ALL: whole, **{of: value * whole / of_bands for of, value in bands.items()}}
