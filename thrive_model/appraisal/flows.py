"""Who bears each real pound that a programme costs, and who gains each that it saves, each told once.

Costs are what the programme costs, whoever pays: rows of the ledger of kind programme, with what a closed year drew
beyond what the interventions cost. Benefits are what doing nothing costs more than the scenario: on the council's
lines of demand, and on what the same children cost other agencies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from thrive_model.assemble.appraising import AppraisalTerms
from thrive_model.assemble.cost_lines import partners_line
from thrive_model.discounting import DiscountRates, equivalent_annual, present_value
from thrive_model.ledger import charge
from thrive_model.parameters import PARTNERS, Floats, Ints
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.sums import added
from thrive_model.values import Agency

PROGRAMME = "programme"
IMPACT = "impact"
COUNCIL: Agency = "council"
NEARLY_NOTHING = 1e-3
"""What is less than a tenth of a penny in every year is the rounding of sums."""


@dataclass(frozen=True)
class Item:
    """Real pounds of each year, [Y, D], that one agency pays for the programme (`cost`) or is spared (`benefit`).

    `kind` is the ledger's, or `impact`. A `transfer` is income of the agency that another pays: nothing in sum.
    """

    agency: Agency
    name: str
    kind: str
    side: Literal["cost", "benefit"]
    pounds: Floats
    transfer: bool = False

    def times(self, factor: float | Floats) -> Item:
        """The same with its pounds multiplied."""
        return replace(self, pounds=self.pounds * factor)


@dataclass(frozen=True)
class Worth:
    """What costs and benefits come to in one draw, real and discounted.

    `payback` is that of `payback` on discounted pounds. The ratio's denominator is the present value of what the
    programme costs all who pay for it.
    """

    cost: float
    benefit: float
    equivalent_annual_cost: float
    payback: FinancialYear | None

    @property
    def npsv(self) -> float:
        """Net present social value."""
        return self.benefit - self.cost

    @property
    def bcr(self) -> float | None:
        """Benefits for each pound of cost; None where there is no cost."""
        return self.benefit / self.cost if self.cost > 0 else None


@dataclass(frozen=True)
class Flows:
    """Every item of one scenario beside another, over the same years."""

    years: tuple[FinancialYear, ...]
    items: tuple[Item, ...]

    def total(self, side: Literal["cost", "benefit"], agency: str = "") -> Floats:
        """Real pounds of one side by year, [Y, D], of one agency or of all."""
        nothing = np.zeros((len(self.years), 1))
        return sum((i.pounds for i in self.items if i.side == side and agency in {"", i.agency}), nothing)

    def net(self) -> Floats:
        """Benefits less costs by year, [Y, D]."""
        return self.total("benefit") - self.total("cost")

    def changed(self, factor: Callable[[Item], float | Floats]) -> Flows:
        """The same with each item's pounds multiplied."""
        return replace(self, items=tuple(item.times(factor(item)) for item in self.items))

    def less(self, other: Flows) -> Flows:
        """These items beside those of a smaller scenario: what the one does more than the other."""
        return replace(self, items=(*self.items, *(item.times(-1.0) for item in other.items)))

    def npsv(self, rates: DiscountRates, draw: int = 0) -> float:
        """Net present social value."""
        return float(present_value(self.net()[:, draw], rates.factors(len(self.years))))

    def worth(self, rates: DiscountRates, draw: int = 0) -> Worth:
        """What they come to at these rates."""
        factors = rates.factors(len(self.years))
        cost, benefit = (self.total(side)[:, draw] for side in ("cost", "benefit"))
        value = float(present_value(cost, factors))
        return Worth(
            cost=value,
            benefit=float(present_value(benefit, factors)),
            equivalent_annual_cost=equivalent_annual(value, factors),
            payback=payback(self.years, cost * factors, benefit * factors),
        )


def payback(years: tuple[FinancialYear, ...], cost: Floats, benefit: Floats) -> FinancialYear | None:
    """The year from whose end on what is saved so far is never again below what is spent so far, [Y] each.

    None where there is no such year within the run, or nothing to pay back. Before anything is spent nothing is paid
    back, so that years in which a programme has yet to begin do not count.
    """
    paid_back = int(payback_index(cost[:, None], benefit[:, None])[0])
    return years[paid_back] if paid_back < len(years) else None


def payback_index(cost: Floats, benefit: Floats) -> Ints:
    """The index of the year of `payback`, [D], of `cost` and `benefit` [Y, D]; the number of years where none is."""
    years = len(cost)
    spent = np.abs(cost) > NEARLY_NOTHING
    below = np.cumsum(benefit - cost, axis=0) < 0.0
    first_spent = np.where(spent.any(axis=0), spent.argmax(axis=0), years)
    after_below = np.where(below.any(axis=0), years - below[::-1].argmax(axis=0), 0)
    return np.maximum(first_spent, after_below)


def cumulative_worth(flows: Flows, rates: DiscountRates) -> Floats:
    """Benefits less costs so far by the end of each year, real and discounted, [Y, D]."""
    return np.asarray(np.cumsum(flows.net() * rates.factors(len(flows.years))[:, None], axis=0))


def flows_of(do_nothing: Results, scenario: Results, terms: AppraisalTerms) -> Flows:
    """Every item of a scenario beside doing nothing."""
    items = (*_costs(scenario, terms), *_demand(do_nothing, scenario, terms), *_impacts(do_nothing, scenario, terms))
    return Flows(scenario.years, tuple(item for item in items if np.abs(item.pounds).max() > NEARLY_NOTHING))


def spending(results: Results, terms: AppraisalTerms) -> tuple[Floats, Floats, Floats]:
    """Real pounds by year, [Y, D]: of the council on demand, of other agencies on the children, of the programme."""
    real = terms.to_real[:, None]
    programme = results.spent(kind=PROGRAMME)
    demand = results.by_year(added(results.ledger.amount, 0)) - programme
    others = results.by_year(added(charge(results.trajectory, terms.impacts), 0))
    return demand * real, others * real, programme * real


def council_cash_payback(flows: Flows, terms: AppraisalTerms, draw: int = 0) -> FinancialYear | None:
    """The year in which the council has its own money back: nominal, undiscounted, none of it of other agencies."""
    cost, benefit = (flows.total(side, COUNCIL)[:, draw] / terms.to_real for side in ("cost", "benefit"))
    return payback(flows.years, cost, benefit)


def _costs(scenario: Results, terms: AppraisalTerms) -> Iterator[Item]:
    """What the programme costs, a row of the ledger at a time."""
    active = scenario.assembled.resolved.scenario.active
    partner: dict[str, Agency] = {partners_line(name): one.partner for name, one in active.items()}
    book = scenario.ledger
    for line, use in dict.fromkeys((book.lines[row], book.uses[row]) for row in book.rows(kind=PROGRAMME)):
        agency = partner[line] if use == PARTNERS else COUNCIL
        pounds = scenario.spent(line=line, use=use, kind=PROGRAMME) * terms.to_real[:, None]
        yield Item(agency, line, PROGRAMME, "cost", pounds)


def _demand(do_nothing: Results, scenario: Results, terms: AppraisalTerms) -> Iterator[Item]:
    """What the council is spared on each line of demand."""
    costs = scenario.assembled.costs
    for line, kind in zip(costs.names, costs.kinds, strict=True):
        if kind != PROGRAMME:
            saved = do_nothing.spent(line=line, kind=kind) - scenario.spent(line=line, kind=kind)
            yield Item(COUNCIL, line, kind, "benefit", saved * terms.to_real[:, None])


def _impacts(do_nothing: Results, scenario: Results, terms: AppraisalTerms) -> Iterator[Item]:
    """What other agencies are spared on the same children."""
    was, now = (charge(results.trajectory, terms.impacts) for results in (do_nothing, scenario))
    for i, row in enumerate(scenario.assembled.inputs.impacts):
        saved = scenario.by_year(was[i] - now[i]) * terms.to_real[:, None]
        yield Item(row.agency, row.impact, IMPACT, "benefit", saved, transfer=row.unit_cost < 0)
