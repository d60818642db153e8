"""The same programme otherwise: corrected for optimism, cut to what is done in any case, on other demand, weaker."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from thrive_model.appraisal.flows import Flows, Item, Worth, flows_of
from thrive_model.assemble import Inputs, assemble, without_programme
from thrive_model.assemble.appraising import AppraisalTerms, terms
from thrive_model.assemble.cost_lines import partners_line
from thrive_model.assemble.effects import Strength
from thrive_model.errors import refuse
from thrive_model.parameters import Floats
from thrive_model.results import Results
from thrive_model.run import Comparison, run_one
from thrive_model.scenario import Resolved
from thrive_model.values import Grade, Value


@dataclass(frozen=True)
class Case:
    """A scenario, its tables and the runs that an appraisal sets beside each other; each is made once."""

    resolved: Resolved
    inputs: Inputs

    @cached_property
    def scenario(self) -> Results:
        """The scenario as it is."""
        return run_one(assemble(self.resolved, self.inputs))

    @cached_property
    def do_nothing(self) -> Results:
        """The same without its programme."""
        return run_one(assemble(without_programme(self.resolved), self.inputs))

    @cached_property
    def do_minimum(self) -> Results:
        """The same with those interventions only that would have been paid for in any case, and no fund."""
        return run_one(assemble(only(self.resolved, terms_of(self.scenario)[1]), self.inputs))

    @cached_property
    def terms(self) -> AppraisalTerms:
        """The terms on which it is appraised."""
        return terms_of(self.scenario)[0]

    @cached_property
    def flows(self) -> Flows:
        """What the programme costs and brings, as the scenario has it."""
        return flows_of(self.do_nothing, self.scenario, self.terms)

    @cached_property
    def do_minimum_flows(self) -> Flows:
        """What the do-minimum costs and brings."""
        return flows_of(self.do_nothing, self.do_minimum, self.terms)

    def with_strength(self, strength: Strength) -> Flows:
        """With effects that are weaker or stronger, at the same cost."""
        weaker = run_one(assemble(self.resolved, self.inputs, strength=strength))
        return flows_of(self.do_nothing, weaker, self.terms)

    def with_growth_changed(self, points: float) -> Flows:
        """With demand that grows by so much more a year (a fraction), doing nothing too."""
        other = replace(self, resolved=_growing(self.resolved, points))
        return flows_of(other.do_nothing, other.scenario, self.terms)

    def corrected(self, *grades: Grade) -> Flows:
        """With every effect and every cost of these grades of evidence corrected for the optimism they suggest."""
        kept = {grade: share for grade, share in self.terms.benefits_kept.items() if grade in grades}
        weakened = self.with_strength(lambda effect: kept.get(effect.size().grade, 1.0))
        grade_of, is_open = self.cost_grades, self.open_years

        def raised(item: Item) -> float | Floats:
            grade = grade_of.get(item.name) if item.side == "cost" else None
            return 1.0 + (self.terms.costs_raised[grade] - 1.0) * is_open if grade in grades and grade else 1.0

        return weakened.changed(raised)

    @cached_property
    def cost_grades(self) -> dict[str, Grade]:
        """The grade of evidence of what each intervention costs, by line of the ledger."""
        active = self.resolved.scenario.active
        return {line: one.cost_per_year.grade for name, one in active.items() for line in (name, partners_line(name))}

    @property
    def open_years(self) -> Floats:
        """Which years are still estimates and not closed by the accounts, [Y, 1]: 1 or 0."""
        fund = self.scenario.assembled.fund
        closed = fund.closed if fund else np.zeros(len(self.scenario.years), dtype=np.bool_)
        return np.asarray(~closed, dtype=float)[:, None]


def terms_of(results: Results) -> tuple[AppraisalTerms, tuple[str, ...]]:
    """The terms on which a run is appraised, and its do-minimum; `InputError` where the scenario has no appraisal."""
    assembled = results.assembled
    chosen = assembled.resolved.scenario.appraisal
    if chosen is None:
        what = "the scenario does not say how it is appraised"
        raise refuse(assembled.resolved.place("appraisal"), what, "add a block with vintage and deflator")
    return terms(assembled.inputs, assembled.resolved, chosen), chosen.do_minimum


def worth_of(comparison: Comparison, draw: int = 0) -> Worth:
    """What a comparison's programme is worth at its scenario's own rates; `InputError` where it states none."""
    terms, _ = terms_of(comparison.scenario)
    return flows_of(comparison.do_nothing, comparison.scenario, terms).worth(terms.rates, draw)


def only(resolved: Resolved, names: tuple[str, ...]) -> Resolved:
    """The same scenario with these of its interventions and no fund."""
    bare = without_programme(resolved)
    kept = {
        name: resolved.scenario.interventions[name] if name in names else off
        for name, off in bare.scenario.interventions.items()
    }
    return replace(bare, scenario=bare.scenario.model_copy(update={"interventions": kept}))


def _growing(resolved: Resolved, points: float) -> Resolved:
    """The scenario with so much added to the growth of demand in every year that has one."""
    demand = resolved.scenario.demand
    was = demand.growth_per_year
    series = was.by_year or {demand.measured_from: was.at(demand.measured_from)}
    value = Value(by_year={year: figure + points for year, figure in series.items()}, source=was.source)
    changed = resolved.scenario.model_copy(update={"demand": demand.model_copy(update={"growth_per_year": value})})
    return replace(resolved, scenario=changed)
