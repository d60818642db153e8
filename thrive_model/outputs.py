"""What the model reports: one function a measure, whose docstring is its published meaning.

Each takes `Results` and returns one figure for every financial year and draw, [Y, D], in the unit it names.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import DEMAND_SUPPORT, Floats
from thrive_model.results import Results
from thrive_model.tables import ComparatorRow, ObservedRow

WEEKS_OF_A_YEAR = 52.0
Measure = Callable[[Results], Floats]


@dataclass(frozen=True)
class Output:
    """A registered measure: its name, title, unit, meaning and the function that computes it.

    A `detail` is in every table; the one screen of a run has no room for it. A percentage of the counts of another
    output is a `share_of` that.
    """

    name: str
    title: str
    unit: str
    detail: bool
    share_of: str
    meaning: str
    measure: Measure


def output(title: str, unit: str, *, detail: bool = False, share_of: str = "") -> Callable[[Measure], Measure]:
    """Register a function as an output; the module's functions so marked are the outputs there are."""

    def mark(measure: Measure) -> Measure:
        measure.__dict__.update(title=title, unit=unit, detail=detail, share_of=share_of)
        return measure

    return mark


@functools.cache
def all_outputs() -> Mapping[str, Output]:
    """Every output by name, in the order of this module."""
    functions = inspect.getmembers(sys.modules[__name__], lambda f: inspect.isfunction(f) and "unit" in f.__dict__)
    ordered = sorted(functions, key=lambda item: item[1].__code__.co_firstlineno)
    return MappingProxyType(
        {name: Output(name, measure=f, meaning=inspect.cleandoc(f.__doc__ or ""), **f.__dict__) for name, f in ordered}
    )


def unknown_outputs(rows: Iterable[ObservedRow | ComparatorRow]) -> Iterator[Problem]:
    """Rows of published figures that name no output, so that their figure would stand beside nothing."""
    for row in rows:
        yield from unknown_output(row.place("output"), row.output)


def unknown_output(where: str, name: str) -> Iterator[Problem]:
    """The fault of naming an output that there is not."""
    known = all_outputs()
    if name not in known:
        yield Problem(where, f"unknown output '{name}'", did_you_mean(name, known))


@output("Pressure", "pounds")
def pressure(results: Results) -> Floats:
    """Spending on demand above the base budget, nominal, in the reading the scenario names.

    Annual: the year's own. Cumulative: the sum of the years up to it. What the programme itself costs is apart.
    """
    yearly = results.spent(use=DEMAND_SUPPORT) - results.base_budget
    reading = results.assembled.resolved.scenario.pressure.reading
    return np.cumsum(yearly, axis=0) if reading == "cumulative" else yearly


@output("Spending on demand", "pounds")
def spending_on_demand(results: Results) -> Floats:
    """Spending on all cost lines, whoever pays, nominal; without what the programme costs."""
    return results.spent(use=DEMAND_SUPPORT)


@output("Cost of the programme", "pounds")
def programme_cost(results: Results) -> Floats:
    """What the programme's interventions cost the council, nominal, whoever pays for them in the end.

    In a year whose accounts are closed, also what was drawn for the programme beyond them.
    """
    return results.spent(use="new_activity") + results.spent(use="change")


@output("Cost per looked after child", "pounds a year")
def cost_per_looked_after_child(results: Results) -> Floats:
    """Spending on all cost lines that follow the number of looked after children, for 52 of their weeks, nominal.

    Placements of every kind are among them and so is social work; what is charged by the event or fixed is not.
    """
    assembled = results.assembled
    looked_after = np.isin(np.arange(len(assembled.pathway.cells)), assembled.pathway.cells_of("looked_after"))
    charged = (assembled.costs.per_child_week > 0) | (assembled.costs.teams_per_child > 0)
    lines = np.flatnonzero(charged.any(axis=1) & ~(charged & ~looked_after).any(axis=1))
    spent = sum(results.spent(line=assembled.costs.names[line]) for line in lines)
    weeks = results.weeks_in("looked_after")
    return np.divide(spent * WEEKS_OF_A_YEAR, weeks, out=np.zeros_like(weeks), where=weeks > 0)


@output("Referrals", "referrals in the year")
def referrals(results: Results) -> Floats:
    """Referrals to children's social care in the year, re-referrals and steps up from early help included."""
    return results.in_year("referral")


@output("Referrals per 10,000", "per 10,000 children", detail=True)
def referrals_per_10000(results: Results) -> Floats:
    """Referrals in the year per 10,000 children aged 0-17."""
    return _per_10000(results.in_year("referral"), results)


@output("Re-referrals, % of referrals", "per cent", share_of="referrals")
def re_referral_percent(results: Results) -> Floats:
    """Referrals within 12 months of an earlier one, as a percentage of referrals in the year.

    A step up from early help counts as one.
    """
    return _percent(results.in_year("re_referral"), results.in_year("referral"))


@output("Assessed, % of referrals", "per cent", detail=True, share_of="referrals")
def referral_assessed_percent(results: Results) -> Floats:
    """Referrals that screening passes on to a social work assessment, as a percentage of referrals in the year."""
    return _percent(results.in_year("assessment"), results.in_year("referral"))


@output("Assessments", "assessments in the year")
def assessments(results: Results) -> Floats:
    """Social work assessments begun in the year."""
    return results.in_year("assessment")


@output("No action, % of assessed", "per cent", detail=True)
def assessed_no_further_action_percent(results: Results) -> Floats:
    """Assessments that end with the case closed, as a percentage of assessments that end in the year.

    A step down to early help is an action (the published figure counts all who are found not to be in need).
    """
    return _percent(results.in_year("assessed_no_further_action"), results.left("in_assessment"))


@output("Children in need", "children at 31 March")
def children_in_need(results: Results) -> Floats:
    """Children in need (section 17) at 31 March who are neither in assessment, on a plan nor looked after."""
    return results.at_year_end("child_in_need")


@output("Early help caseload", "children at 31 March")
def early_help_caseload(results: Results) -> Floats:
    """Children receiving targeted early help at 31 March."""
    return results.at_year_end("early_help")


@output("Child Protection Plans", "children at 31 March")
def child_protection_plans(results: Results) -> Floats:
    """Children who are the subject of a Child Protection Plan at 31 March."""
    return results.at_year_end("child_protection_plan")


@output("Plans per 10,000", "per 10,000 children", detail=True)
def child_protection_plans_per_10000(results: Results) -> Floats:
    """Children who are the subject of a Child Protection Plan at 31 March per 10,000 children aged 0-17."""
    return _per_10000(results.at_year_end("child_protection_plan"), results)


@output("Plans started", "plans in the year")
def plans_started(results: Results) -> Floats:
    """Child Protection Plans started in the year."""
    return results.in_year("plan_start")


@output("Repeat plans, % of plans", "per cent", share_of="plans_started")
def repeat_plan_percent(results: Results) -> Floats:
    """Plans started for children who have been on a plan before, as a percentage of plans started in the year."""
    return _percent(results.in_year("repeat_plan_start"), results.in_year("plan_start"))


@output("Care proceedings started", "children in the year")
def care_proceedings_started(results: Results) -> Floats:
    """Children for whom care proceedings (section 31) are issued in the year."""
    return results.in_year("care_proceedings")


@output("Admissions to care", "children in the year")
def admissions_to_care(results: Results) -> Floats:
    """Admissions to care in the year; a child admitted twice counts twice (the published figure counts once)."""
    return results.in_year("admission")


@output("Ceased to be looked after", "children in the year")
def ceased_to_be_looked_after(results: Results) -> Floats:
    """Children who ceased to be looked after in the year, those who turned 18 included."""
    return results.left("looked_after")


@output("Looked after children", "children at 31 March")
def looked_after_children(results: Results) -> Floats:
    """Children looked after at 31 March."""
    return results.at_year_end("looked_after")


@output("Looked after per 10,000", "per 10,000 children")
def looked_after_rate_per_10000(results: Results) -> Floats:
    """Children looked after at 31 March per 10,000 children aged 0-17."""
    return _per_10000(results.at_year_end("looked_after"), results)


@output("In-house, % of fostered", "per cent")
def in_house_percent(results: Results) -> Floats:
    """Fostered children with the council's own or kinship carers, as a percentage of fostered children, 31 March."""
    return _percent(results.at_year_end("in_house"), results.at_year_end("fostering"))


@output("Adoptions", "children in the year")
def adoptions(results: Results) -> Floats:
    """Children adopted from care in the year."""
    return results.in_year("adoption")


@output("Special guardianship orders", "children in the year")
def special_guardianship_orders(results: Results) -> Floats:
    """Children who left care under a special guardianship order in the year."""
    return results.in_year("special_guardianship_order")


@output("Residence orders", "children in the year")
def residence_orders(results: Results) -> Floats:
    """Children who left care under a residence order in the year."""
    return results.in_year("residence_order_made")


@output("Long-term fostering", "children at 31 March")
def long_term_fostering(results: Results) -> Floats:
    """Looked after children at 31 March for whom the foster home is to be permanent."""
    return results.at_year_end("long_term_fostering")


@output("Returned home", "children in the year")
def returns_home(results: Results) -> Floats:
    """Children who left care to return home in the year."""
    return results.in_year("return_home")


@output("In-house foster carers", "carers at 31 March", detail=True)
def in_house_carers(results: Results) -> Floats:
    """The council's own foster carers at 31 March; relatives and friends who are approved for one child apart."""
    return results.units("in_house_carers")


@output("In-house foster places", "places at 31 March", detail=True)
def in_house_places(results: Results) -> Floats:
    """Places with the council's own foster carers at 31 March, taken or free."""
    return results.places("in_house_carers")


@output("In-house per 100 needed", "per 100 needed", detail=True)
def in_house_places_per_100_needed(results: Results) -> Floats:
    """In-house foster places for every 100 that the children would take beside whom carers are watched, 31 March."""
    return _percent(results.units("in_house_carers"), results.units_needed("in_house_carers"))


@output("Specialist foster carers", "carers at 31 March", detail=True)
def specialist_carers(results: Results) -> Floats:
    """Foster carers approved for disabled children, at 31 March."""
    return results.units("specialist_carers")


@output("Specialist per 100 needed", "per 100 needed", detail=True)
def specialist_carers_per_100_needed(results: Results) -> Floats:
    """Carers approved for disabled children for every 100 needed beside the children watched, 31 March."""
    return _percent(results.units("specialist_carers"), results.units_needed("specialist_carers"))


@output("Approved adopters", "adopters at 31 March", detail=True)
def approved_adopters(results: Results) -> Floats:
    """Adopters who are approved and not yet matched with a child, at 31 March."""
    return results.units("approved_adopters")


@output("Waiting for adopters", "children in March", detail=True)
def children_waiting_for_adopters(results: Results) -> Floats:
    """Children who would have been matched with adopters in March, had there been enough of them."""
    return results.waiting("approved_adopters")


@output("Staff of interventions", "staff at 31 March", detail=True)
def intervention_staff(results: Results) -> Floats:
    """Staff who carry the interventions that name a supply of staff, at 31 March; none in doing nothing."""
    assembled = results.assembled
    carried = {name: one.carried_by for name, one in assembled.resolved.scenario.active.items() if one.carried_by}
    staff = (results.units(by.supply) * assembled.included.get(name, 1.0) for name, by in carried.items())
    return sum(staff, results.units())


def _per_10000(children: Floats, results: Results) -> Floats:
    return children / results.population * 10_000.0


def _percent(part: Floats, whole: Floats) -> Floats:
    return np.divide(100.0 * part, whole, out=np.zeros_like(whole), where=whole > 0)
