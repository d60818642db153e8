"""Demand growth, interventions and shocks, as what they do to moves, decisions, stays, supplies and costs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from thrive_model.assemble.hazards import RateBands
from thrive_model.interventions import (
    AddToMove,
    ChangeMix,
    Course,
    Effect,
    MultiplyApprovalDelay,
    MultiplyLoss,
    MultiplyRecruitment,
    MultiplyUnitCost,
    MultiplyVolume,
    Shock,
)
from thrive_model.parameters import Addition, Floats, HazardEffect, Ints, Reach
from thrive_model.pathway import Pathway
from thrive_model.periods import MONTHS_PER_YEAR, Month
from thrive_model.scenario import Resolved

CostEffect = type[MultiplyUnitCost] | type[MultiplyVolume]
SupplyEffect = type[MultiplyRecruitment] | type[MultiplyApprovalDelay] | type[MultiplyLoss]
Strength = Callable[[Effect], float]
"""What the coverage of one effect of an intervention is multiplied by; no more than everybody is ever covered."""


def as_stated(_: Effect) -> float:
    """The strength of an effect as the scenario has it."""
    return 1.0


def demand_growth(pathway: Pathway, resolved: Resolved, bands: RateBands, months: Sequence[Month]) -> HazardEffect:
    """Growth in the rate at which children come from outside, compounding from the middle of the base year."""
    demand = resolved.scenario.demand
    middle = demand.measured_from.first_month.plus(MONTHS_PER_YEAR // 2)
    passed = [middle.plus(n) for n in range(months[-1].minus(middle) + 1)]
    monthly = np.log1p(demand.growth_per_year.over([month.financial_year for month in passed])) / MONTHS_PER_YEAR
    to_middle_of_month = np.cumsum(monthly, axis=0) - monthly / 2.0
    growth = np.exp(to_middle_of_month[-len(months) :])
    outside = set(pathway.cells_of_kind("outside"))
    entering = [e for e, arrow in enumerate(pathway.arrows) if arrow.source in outside]
    return HazardEffect(np.array(entering, dtype=np.intp), bands.within(None), growth)


def evidenced(courses: Mapping[str, Course]) -> dict[str, Course]:
    """The same without those effects of interventions that rest on assumptions; shocks stay as they are."""
    return {
        name: one
        if isinstance(one, Shock)
        else one.model_copy(update={"effects": tuple(e for e in one.effects if not e.size().is_assumption)})
        for name, one in courses.items()
    }


class Courses:
    """The interventions and shocks of a run, laid on one pathway's arrows and bands.

    `included[name]`, [D], says in which draws one is part of the run, 1 or 0; one without an entry is in all.
    `strength` weakens or strengthens the effects of interventions one by one; shocks stay as they are.
    """

    def __init__(
        self,
        pathway: Pathway,
        courses: Mapping[str, Course],
        bands: RateBands,
        months: Sequence[Month],
        included: Mapping[str, Floats],
        *,
        strength: Strength = as_stated,
    ) -> None:
        self._pathway, self.bands, self.months = pathway, bands, months
        self._included, self._strength = included, strength
        self._planned = {name: one.coverage(months) for name, one in courses.items()}
        self._coverage = {name: coverage * self.included(name) for name, coverage in self._planned.items()}
        self._all = [(name, one, effect) for name, one in courses.items() for effect in one.effects]

    def included(self, name: str) -> Floats:
        """In which draws it is part of the run, [D]: 1 or 0."""
        return self._included.get(name, np.ones(1))

    def coverage(self, name: str) -> Floats:
        """The share of those eligible whose outcome it changes where it is part of the run, [T, D]."""
        return self._planned[name]

    def hazard_effects(self, hazard: Floats, period: Ints, reach: Mapping[str, Reach]) -> tuple[HazardEffect, ...]:
        """What multiplies hazards; a change of mix starts from the shares in `hazard[P, E, B, D]`, by `period[T]`."""
        found: list[HazardEffect] = []
        for name, one, effect in self._all:
            coverage, bands = self._covered(name, one, effect), self.bands.within(one.ages)
            sort, target = effect.acts_on()
            if isinstance(effect, ChangeMix):
                found.extend(self._mix(effect, coverage, bands, hazard[period, :, :, 0], reach.get(name)))
            elif sort in {"move", "state"} and not isinstance(effect, AddToMove):
                arrows = self._leaving(target) if sort == "state" else self._named(target)
                factor = effect.factor(coverage, self.months)
                found.append(HazardEffect(arrows, bands, factor, reach.get(name), on_stay=sort == "state"))
        return tuple(found)

    def additions(self, reach: Mapping[str, Reach]) -> tuple[Addition, ...]:
        """Children added to moves: as many as the size says, in proportion to how far the effect is phased in."""
        return tuple(
            Addition(
                self._named(effect.move),
                self.bands.within(one.ages),
                effect.sizes(self.months) * self._covered(name, one, effect) / MONTHS_PER_YEAR,
                reach.get(name),
            )
            for name, one, effect in self._all
            if isinstance(effect, AddToMove)
        )

    def on_costs(self, lines: Sequence[str], kind: CostEffect) -> list[Floats]:
        """What the unit cost, or the volume, of each line is multiplied by in each month, [T, D]."""
        return [self._product(kind, line) for line in lines]

    def on_supply(self, supply: str, kind: SupplyEffect) -> Floats:
        """What recruitment, the delay to use or the loss of a supply is multiplied by in each month, [T, D]."""
        return self._product(kind, supply)

    def _product(self, kind: type[Effect], target: str) -> Floats:
        factor = np.ones((len(self.months), 1))
        for name, one, effect in self._all:
            if isinstance(effect, kind) and effect.acts_on()[1] == target:
                factor = factor * effect.factor(self._covered(name, one, effect), self.months)
        return factor

    def _covered(self, name: str, one: Course, effect: Effect) -> Floats:
        """The share of those eligible whose outcome this effect changes, [T, D]."""
        strength = 1.0 if isinstance(one, Shock) else self._strength(effect)
        coverage = self._coverage[name]
        return coverage if strength == 1.0 else np.minimum(coverage * strength, 1.0)

    def _mix(
        self, effect: ChangeMix, coverage: Floats, bands: Ints, shares: Floats, reach: Reach | None
    ) -> Iterator[HazardEffect]:
        """A share set for those reached, as factors on every way out of the decision in each band."""
        sources = np.array([arrow.source for arrow in self._pathway.arrows], dtype=np.intp)
        wanted = effect.sizes(self.months)
        for arrow in self._named(effect.move):
            others = np.flatnonzero(sources == sources[arrow])
            others = others[others != arrow]
            for band in bands:
                was = shares[:, arrow, band, None]
                one_band = np.array([band], dtype=np.intp)
                up = np.divide(wanted, was, out=np.ones_like(wanted), where=was > 0)
                down = np.divide(1.0 - wanted, 1.0 - was, out=np.ones_like(wanted), where=was < 1)
                yield HazardEffect(np.array([arrow]), one_band, 1.0 + coverage * (up - 1.0), reach)
                yield HazardEffect(others, one_band, 1.0 + coverage * (down - 1.0), reach)

    def _named(self, move: str) -> Ints:
        return np.array(self._pathway.arrows_named(move), dtype=np.intp)

    def _leaving(self, state: str) -> Ints:
        return np.array(self._pathway.arrows_leaving(state), dtype=np.intp)
