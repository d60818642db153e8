"""The whole appraisal of a scenario as rows: by year, agency, item, grade of evidence and option."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import get_args

from thrive_model.appraisal.flows import Flows, Worth, council_cash_payback, spending
from thrive_model.appraisal.switching import Switching, switching_values
from thrive_model.appraisal.variants import Case, terms_of
from thrive_model.assemble.appraising import AppraisalTerms
from thrive_model.discounting import DiscountRates, present_value
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.run import read_tables
from thrive_model.scenario import Resolved
from thrive_model.values import Agency, Grade


@dataclass(frozen=True)
class YearRow:
    """One year of the programme, real pounds: before discounting, its factor, and the discounted net so far."""

    financial_year: str
    factor: float
    cost: float
    benefit: float
    cumulative: float


@dataclass(frozen=True)
class AgencyRow:
    """Present values of what one agency pays for the programme and is spared by it.

    `valued` says whether anything that it might be spared is given a price; where not, nothing is known of it.
    """

    agency: Agency
    cost: float
    benefit: float
    valued: bool

    @property
    def net(self) -> float:
        """What it gains, or loses where negative."""
        return self.benefit - self.cost


@dataclass(frozen=True)
class ItemRow:
    """Present value of one item: what an agency pays or is spared, and on what."""

    agency: Agency
    item: str
    side: str
    present_value: float
    transfer: bool


@dataclass(frozen=True)
class GradeRow:
    """What rests on evidence of one grade, present values, as stated and with that grade alone corrected.

    `effects` counts them; `cost` is of the interventions whose cost has that grade, `benefit` of the whole programme.
    """

    grade: Grade
    effects: int
    cost: float
    cost_corrected: float
    benefit: float
    benefit_corrected: float


@dataclass(frozen=True)
class Option:
    """Present values of one thing that could be done, and what the programme is worth beside it."""

    option: str
    demand: float
    other_agencies: float
    programme: float
    npsv: float
    programme_npsv_against_it: float

    @property
    def total(self) -> float:
        """What it costs all agencies together."""
        return self.demand + self.other_agencies + self.programme


@dataclass(frozen=True)
class Appraised:
    """The whole appraisal of one scenario, real pounds at prices of `terms.price_base`."""

    terms: AppraisalTerms
    do_minimum: tuple[str, ...]
    worth: Worth
    sensitivity: Worth | None
    corrected: Worth
    grades: tuple[GradeRow, ...]
    against_do_minimum: Worth
    council_cash_payback: FinancialYear | None
    years: tuple[YearRow, ...]
    agencies: tuple[AgencyRow, ...]
    items: tuple[ItemRow, ...]
    options: tuple[Option, ...]
    switching: tuple[Switching, ...]

    @property
    def transfers(self) -> float:
        """Present value of income that agencies no longer receive from others, who no longer pay it."""
        return -sum(item.present_value for item in self.items if item.transfer)


def appraise(resolved: Resolved) -> Appraised:
    """Run whatever a full appraisal needs; `InputError` where the scenario or its tables are refused."""
    case = Case(resolved, read_tables(resolved))
    terms, do_minimum = terms_of(case.scenario)
    rates, flows = terms.rates, case.flows
    return Appraised(
        terms=terms,
        do_minimum=do_minimum,
        worth=flows.worth(rates),
        sensitivity=flows.worth(terms.sensitivity) if terms.sensitivity else None,
        corrected=case.corrected(*terms.benefits_kept).worth(rates),
        grades=_grades(case) if flows.items else (),
        against_do_minimum=flows.less(case.do_minimum_flows).worth(rates),
        council_cash_payback=council_cash_payback(flows, terms),
        years=_years(flows, rates),
        agencies=_agencies(flows, case.scenario, rates),
        items=_items(flows, rates),
        options=_options(case),
        switching=tuple(switching_values(case)) if flows.items else (),
    )


def _years(flows: Flows, rates: DiscountRates) -> tuple[YearRow, ...]:
    factors = rates.factors(len(flows.years))
    cost, benefit = (flows.total(side)[:, 0] for side in ("cost", "benefit"))
    so_far = ((benefit - cost) * factors).cumsum()
    columns = zip(flows.years, factors, cost, benefit, so_far, strict=True)
    return tuple(YearRow(str(year), *(float(figure) for figure in figures)) for year, *figures in columns)


def _agencies(flows: Flows, scenario: Results, rates: DiscountRates) -> tuple[AgencyRow, ...]:
    """A row an agency; partners that nobody has named have one only where they pay."""
    factors = rates.factors(len(flows.years))
    priced = {"council", *(row.agency for row in scenario.assembled.inputs.impacts)}
    rows = []
    for agency in get_args(Agency):
        cost, benefit = (float(present_value(flows.total(side, agency)[:, 0], factors)) for side in ("cost", "benefit"))
        if agency != "partners" or cost or benefit:
            rows.append(AgencyRow(agency, cost, benefit, valued=agency in priced))
    return tuple(rows)


def _items(flows: Flows, rates: DiscountRates) -> tuple[ItemRow, ...]:
    factors = rates.factors(len(flows.years))
    return tuple(
        ItemRow(item.agency, item.name, item.side, float(present_value(item.pounds[:, 0], factors)), item.transfer)
        for item in flows.items
    )


def _grades(case: Case) -> tuple[GradeRow, ...]:
    """A row a grade; where effects of several grades meet on one child their corrections do not add up."""
    rates, before = case.terms.rates, case.flows.worth(case.terms.rates)
    effects = [effect for one in case.resolved.scenario.active.values() for effect in one.effects]
    rows = []
    for grade in case.terms.benefits_kept:
        after = case.corrected(grade).worth(rates)
        of_grade = [
            item for item in case.flows.items if item.side == "cost" and case.cost_grades.get(item.name) == grade
        ]
        cost = replace(case.flows, items=tuple(of_grade)).worth(rates).cost
        count = sum(effect.size().grade == grade for effect in effects)
        corrected = cost + after.cost - before.cost
        rows.append(GradeRow(grade, count, cost, corrected, before.benefit, after.benefit))
    return tuple(rows)


def _options(case: Case) -> tuple[Option, ...]:
    """Doing nothing, the do-minimum and the programme; the last less each of the others is what it is worth."""
    rates = case.terms.rates
    factors = rates.factors(len(case.flows.years))
    programme = case.flows.npsv(rates)
    options = (
        ("do_nothing", case.do_nothing, 0.0),
        ("do_minimum", case.do_minimum, case.do_minimum_flows.npsv(rates)),
        ("programme", case.scenario, programme),
    )
    rows = []
    for name, results, npsv in options:
        demand, others, costs = (
            float(present_value(pounds[:, 0], factors)) for pounds in spending(results, case.terms)
        )
        rows.append(Option(name, demand, others, costs, npsv, programme - npsv))
    return tuple(rows)
