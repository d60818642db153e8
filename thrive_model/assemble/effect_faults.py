"""What is wrong with demand, interventions and shocks that only the tables, the rates and the run can tell."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import compress

import numpy as np

from thrive_model.assemble.capacity import reach
from thrive_model.assemble.effects import Courses
from thrive_model.assemble.hazards import Hazards, joined
from thrive_model.assemble.inputs import Inputs
from thrive_model.bands import MONTHS_OF_CHILDHOOD, Ages
from thrive_model.errors import Problem, did_you_mean
from thrive_model.interventions import (
    AddToMove,
    ChangeMix,
    Course,
    Effect,
    MultiplyApprovalDelay,
    MultiplyDelay,
    MultiplyLoss,
)
from thrive_model.parameters import Floats
from thrive_model.pathway import Kind, Pathway
from thrive_model.periods import MONTHS_PER_YEAR
from thrive_model.scenario import Resolved, Scenario

LEAST_WEIGHT = 1e-9
MOST_CLAIMED = 1.0 + 1e-9
Key = tuple[str, str]
"""A block of the scenario and the name of one course in it."""


def faults(inputs: Inputs, resolved: Resolved, courses: Courses) -> Iterator[Problem]:
    """What is wrong with the scenario's demand, interventions and shocks that only the tables and the run can tell."""
    scenario = resolved.scenario
    if scenario.demand.measured_from >= scenario.first_year:
        what = f"must be before the run, which begins in {scenario.first_year}"
        yield Problem(resolved.place("demand", "measured_from"), what)
    lines = {row.line for row in inputs.cost_lines}
    for key, one in _all(scenario):
        if key[1] in lines:
            what = "has the name of a line of cost_lines.csv"
            yield Problem(resolved.place(*key), what, "rename it")
        for i, effect in enumerate(one.effects):
            yield from _unfit_target(inputs, resolved, (*key, "effects", i), effect)
            if not scenario.returns_from_overflow and one.enabled:
                yield from _nobody_returns(inputs, resolved, (*key, "effects", i), effect)
        if one.ages:
            yield from _faults_of_ages(inputs, resolved, key, one, one.ages)
        if one.enabled:
            yield from _idle(inputs, resolved, key, one, courses)
    for name in sorted(scenario.shocks.keys() & scenario.interventions.keys()):
        yield Problem(resolved.place("shocks", name), "has the name of an intervention", "rename it")
    yield from _faults_of_claims(resolved, lines)
    yield from _mixes_that_overlap(inputs.pathway, resolved)


def faults_of_rates(inputs: Inputs, resolved: Resolved, courses: Courses, rates: Hazards) -> Iterator[Problem]:
    """What effects cannot do to the rates: change a move that nobody makes, or close every way on."""
    pathway, bands, months = inputs.pathway, courses.bands, courses.months
    weights = np.moveaxis(rates.hazard[rates.period][..., 0], 0, -1).copy()
    for key, one in _all(resolved.scenario):
        for i, effect in enumerate(one.effects if one.enabled else ()):
            sort, name = effect.acts_on()
            if sort == "move" and not isinstance(effect, AddToMove):
                where = resolved.place(*key, "effects", i)
                shares = weights[pathway.arrows_named(name)][:, bands.within(one.ages)]
                if not shares.any():
                    yield Problem(where, f"changes nothing: the rates of '{name}' are 0 for these ages", "remove it")
                elif isinstance(effect, ChangeMix):
                    yield from _faults_of_mix(where, effect, shares, courses, one)
    carried = reach(inputs, resolved.scenario.active, bands, months)
    for factors in courses.hazard_effects(rates.hazard, rates.period, carried):
        weights[np.ix_(factors.arrows, factors.bands)] *= factors.factor[:, 0]
    for cell in pathway.cells_of_kind("decision"):
        out = [e for e, arrow in enumerate(pathway.arrows) if arrow.source == cell]
        closed = (weights[out].sum(axis=0) < LEAST_WEIGHT).any(axis=0)
        if closed.any():
            ways = {pathway.arrows[e].name for e in out}
            blocks = [
                key[0] for key, one in _all(resolved.scenario) if any(e.acts_on()[1] in ways for e in one.effects)
            ]
            what = f"together close every way out of '{pathway.cells[cell].name}' in {months[int(closed.argmax())]}"
            yield Problem(resolved.place(blocks[0]), what, "keep the relative hazard of one of them above 0")


def _faults_of_mix(where: str, effect: ChangeMix, shares: Floats, courses: Courses, one: Course) -> Iterator[Problem]:
    """A share that is so already; or one, of `shares[E, B, T]`, that is none or all, so that there is no mix."""
    wanted = effect.sizes(courses.months)[:, 0]
    changed = (shares != wanted) & (one.coverage(courses.months)[:, 0] > 0)
    if not changed.any():
        what = f"changes nothing: the share of '{effect.move}' is so in rates.csv for these ages"
        yield Problem(where, what, "give it another share, or remove it")
    bands = [courses.bands.bands[band] for band in courses.bands.within(one.ages)]
    for figure in (0, 1):
        fixed = ((shares == figure) & changed).any(axis=(0, 2))
        ages = ", ".join(str(band) for band in joined(compress(bands, fixed)))
        if ages:
            what = f"cannot set the share of '{effect.move}' for ages {ages}, where rates.csv has {figure}"
            yield Problem(where, what, "name the ages for which there is a mix to change")


def _all(scenario: Scenario) -> Iterator[tuple[Key, Course]]:
    yield from ((("interventions", name), one) for name, one in scenario.interventions.items())
    yield from ((("shocks", name), one) for name, one in scenario.shocks.items())


def _unfit_target(inputs: Inputs, resolved: Resolved, at: tuple[str | int, ...], effect: Effect) -> Iterator[Problem]:
    """A target that no table has, or one that this kind of effect cannot act on."""
    pathway = inputs.pathway
    known = {
        "move": pathway.move_names,
        "state": pathway.state_names,
        "cost line": frozenset(row.line for row in inputs.cost_lines),
        "supply": frozenset(row.supply for row in inputs.capacity),
    }
    sort, name = effect.acts_on()
    where = resolved.place(*at, sort.replace(" ", "_"))
    if name not in known[sort]:
        yield Problem(where, f"unknown {sort} '{name}'", did_you_mean(name, known[sort]))
    elif isinstance(effect, ChangeMix) and _starts_in(pathway, name) != {"decision"}:
        yield Problem(where, f"'{name}' does not lead out of a decision", "use multiply_move")
    elif isinstance(effect, AddToMove) and "decision" in _starts_in(pathway, name):
        yield Problem(where, f"'{name}' leads out of a decision, where nobody stays to be added", "use change_mix")
    elif isinstance(effect, AddToMove) and name in {row.overflow_move for row in inputs.capacity_uses}:
        yield Problem(where, f"'{name}' is made for want of places alone", "use an effect on the supply of places")
    elif isinstance(effect, MultiplyDelay):
        yield from _faults_of_delay(pathway, where, name)


def _nobody_returns(inputs: Inputs, resolved: Resolved, at: tuple[str | int, ...], effect: Effect) -> Iterator[Problem]:
    """An effect on the move that a scenario without returns from overflow has closed."""
    name = effect.acts_on()[1]
    if name in {row.returning_move for row in inputs.capacity_uses if row.limits == "places"}:
        what = f"nobody makes '{name}' where returns_from_overflow is false"
        yield Problem(resolved.place(*at, "move"), what, "let them return, or remove the effect")


def _faults_of_delay(pathway: Pathway, where: str, name: str) -> Iterator[Problem]:
    """A state in which nobody stays, or which time alone makes children leave."""
    state = next(state for state in pathway.states if state.name == name)
    if state.kind != "stay":
        yield Problem(where, f"children do not stay in '{name}'", "name a state of kind stay")
    elif state.stay_months is not None:
        what = f"children stay in '{name}' for {state.stay_months} months at the most, whatever delays them"
        yield Problem(where, what, "name a state that they leave by moves alone")
    elif not pathway.arrows_leaving(name):
        yield Problem(where, f"no move leads out of '{name}'", "name a state that children move on from")


def _starts_in(pathway: Pathway, move: str) -> set[Kind]:
    return {pathway.cells[pathway.arrows[e].source].state.kind for e in pathway.arrows_named(move)}


def _faults_of_ages(inputs: Inputs, resolved: Resolved, key: Key, one: Course, ages: Ages) -> Iterator[Problem]:
    """Ages that nobody has, and ages where they mean nothing."""
    where = resolved.place(*key, "ages")
    if any(effect.acts_on()[0] in {"cost line", "supply"} for effect in one.effects):
        what = "cannot limit a cost or a supply, which is not known by age"
        yield Problem(where, what, "give that effect an intervention of its own")
    years = range(ages.first // MONTHS_PER_YEAR, ages.last // MONTHS_PER_YEAR + 1)
    if not any(row.persons for row in inputs.population if row.age in years):
        what = f"is an age band with no children: population.csv has nobody aged {ages}"
        yield Problem(where, what, f"name ages within 0-{MONTHS_OF_CHILDHOOD // MONTHS_PER_YEAR - 1} that it has")


def _idle(inputs: Inputs, resolved: Resolved, key: Key, one: Course, courses: Courses) -> Iterator[Problem]:
    """Something outside the run, or an effect of it that changes nothing within the run."""
    scenario = resolved.scenario
    first, last = scenario.start, scenario.last_year.last_month
    if one.start > last or (one.end is not None and one.end < first):
        where = resolved.place(*key, "start" if one.start > last else "end")
        yield Problem(where, f"lies outside the run, {first} to {last}", "move it, or set enabled: false")
        return
    months, coverage = courses.months, courses.coverage(key[1])
    for i, effect in enumerate(one.effects):
        if effect.changes_nothing(coverage, months) or _nothing_to_change(inputs, effect):
            yield Problem(
                resolved.place(*key, "effects", i),
                "changes nothing within the run",
                "give it a ratio other than 1, people it reaches and a start before the end, or remove it",
            )


def _nothing_to_change(inputs: Inputs, effect: Effect) -> bool:
    """Whether the tables have 0 for what it multiplies."""
    sort, name = effect.acts_on()
    if sort == "cost line":
        return any(row.line == name and row.unit_cost == 0 for row in inputs.cost_lines)
    row = next((row for row in inputs.capacity if sort == "supply" and row.supply == name), None)
    if row is None:
        return False
    if isinstance(effect, MultiplyLoss):
        return row.lost_per_year == 0
    return row.recruited_per_year == 0 or (isinstance(effect, MultiplyApprovalDelay) and row.months_to_use == 0)


def _mixes_that_overlap(pathway: Pathway, resolved: Resolved) -> Iterator[Problem]:
    """Two shares set out of one decision for the same ages: neither would come out as it was said."""
    met: list[tuple[Key, set[int], Ages]] = []
    for key, one in _all(resolved.scenario):
        for i, effect in enumerate(one.effects if one.enabled else ()):
            if not isinstance(effect, ChangeMix):
                continue
            sources = {pathway.arrows[arrow].source for arrow in pathway.arrows_named(effect.move)}
            ages = one.ages or Ages(0, MONTHS_OF_CHILDHOOD - 1)
            for other, cells, theirs in met:
                if cells & sources and ages.first <= theirs.last and theirs.first <= ages.last:
                    decision = pathway.cells[min(cells & sources)].name
                    what = f"sets a share of '{decision}', and so does '{other[1]}' for some of the same ages"
                    remedy = "let one set its share, and the others multiply moves"
                    yield Problem(resolved.place(*key, "effects", i), what, remedy)
            met.append((key, sources, ages))


def _faults_of_claims(resolved: Resolved, lines: set[str]) -> Iterator[Problem]:
    """A saving that is claimed more than once over, so that it would be counted twice."""
    claimed: dict[str, list[tuple[str, float]]] = {}
    for key, one in resolved.scenario.interventions.items():
        for i, claim in enumerate(one.claims):
            where = resolved.place("interventions", key, "claims", i, "cost_line")
            if claim.cost_line not in lines:
                yield Problem(where, f"unknown cost line '{claim.cost_line}'", did_you_mean(claim.cost_line, lines))
                continue
            others = claimed.setdefault(claim.cost_line, [])
            others.extend([(key, claim.share)] if one.enabled else [])
            if one.enabled and sum(share for _, share in others) > MOST_CLAIMED:
                names = " and ".join(f"'{name}' {share:.0%}" for name, share in others)
                what = f"the saving on '{claim.cost_line}' is claimed more than once over: {names}"
                yield Problem(where, what, "let the shares of those who claim it sum to 1 at the most")
