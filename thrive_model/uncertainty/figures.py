"""The figures that are kept of every draw: outputs of both runs and their difference, the fund, payback, and events.

An event is a figure of 0 or 1, whose mean over the draws is its probability. The scenario and doing nothing are run on
the same draws, so that what lies between them is the programme's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from types import MappingProxyType
from typing import Literal

import numpy as np

from thrive_model import fund
from thrive_model.appraisal.flows import Flows, cumulative_worth, flows_of, payback_index
from thrive_model.appraisal.variants import terms_of
from thrive_model.discounting import DiscountRates
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.results import Results
from thrive_model.scenario import Resolved
from thrive_model.sums import added
from thrive_model.watch import Goal

RunName = Literal["scenario", "do_nothing", "difference"]
RUNS: tuple[RunName, ...] = ("scenario", "do_nothing", "difference")
BOTH: tuple[RunName, ...] = ("do_nothing", "scenario")
WHOLE_RUN = ""
POUNDS, SHARE_OF_DRAWS = "pounds", "share of draws"
NPSV, NET_BENEFIT = "net_present_social_value", "net_benefit_to_date"
SAVING, SAVINGS_TARGET_MET = "saving", "savings_target_met"
PRESSURE_ABOVE, TARGET_MET, PAID_BACK, FUND_EMPTY = "pressure_above_target", "target_met", "paid_back", "fund_empty"

_OTHERS = (NPSV, NET_BENEFIT, SAVING, SAVINGS_TARGET_MET, PRESSURE_ABOVE, PAID_BACK, FUND_EMPTY)


@dataclass(frozen=True)
class Figure:
    """One figure of one run: its measure, title and unit, and the financial year or month it is of ('' for the run).

    `difference` is the scenario's less that of doing nothing.
    """

    run: RunName
    measure: str
    title: str
    unit: str
    when: str

    @property
    def name(self) -> str:
        """Run, measure and when, which no two figures share."""
        return ".".join(word for word in (self.run, self.measure, self.when) if word)

    @property
    def is_event(self) -> bool:
        """Whether it is 0 or 1."""
        return self.unit == SHARE_OF_DRAWS


@dataclass(frozen=True)
class Pair:
    """A scenario and doing nothing on the same draws; what is asked of them twice is worked out once."""

    scenario: Results
    do_nothing: Results
    known: dict[tuple[RunName, str], Floats] = field(default_factory=dict)

    def output(self, run: RunName, name: str) -> Floats:
        """An output of a run by its name, [Y, D]."""
        if (run, name) not in self.known:
            if run == "difference":
                self.known[run, name] = self.output("scenario", name) - self.output("do_nothing", name)
            else:
                results = self.scenario if run == "scenario" else self.do_nothing
                self.known[run, name] = all_outputs()[name].measure(results)
        return self.known[run, name]

    @cached_property
    def saving(self) -> Floats:
        """What the programme takes off spending on demand, [Y, D]."""
        return -self.output("difference", "spending_on_demand")

    @cached_property
    def appraised(self) -> tuple[Flows, DiscountRates]:
        """What the programme costs and brings, real, and the discount rates of its appraisal."""
        terms, _ = terms_of(self.scenario)
        return flows_of(self.do_nothing, self.scenario, terms), terms.rates


@dataclass(frozen=True)
class Group:
    """Figures that are computed together, [N, D]."""

    figures: tuple[Figure, ...]
    compute: Callable[[Pair], Floats]


def groups(pair: Pair) -> list[Group]:
    """Every figure there is of a scenario, by measure; `pair` is any run of it."""
    return [*_outputs(pair), *_money(pair), *_events(pair)]


def known_measures(resolved: Resolved) -> set[str]:
    """The measure of every figure that a scenario may have."""
    watched = (f"{TARGET_MET}.{name}" for name in resolved.scenario.watch)
    return {*all_outputs(), *watched, *_OF_THE_FUND, *_OTHERS}


def measured(some: Sequence[Group], pair: Pair, draws: int) -> Floats:
    """The figures of these groups, [F, D]."""
    found = [np.broadcast_to(one.compute(pair), (len(one.figures), draws)) for one in some]
    return np.concatenate(found) if found else np.zeros((0, draws))


def _figures(run: RunName, measure: str, title: str, unit: str, when: Sequence[object]) -> tuple[Figure, ...]:
    return tuple(Figure(run, measure, title, unit, str(one)) for one in when)


def _outputs(pair: Pair) -> Iterator[Group]:
    for name, output in all_outputs().items():
        for run in RUNS:
            yield Group(
                _figures(run, name, output.title, output.unit, pair.scenario.years),
                partial(_output, run=run, name=name),
            )


def _output(pair: Pair, run: RunName, name: str) -> Floats:
    return pair.output(run, name)


def _money(pair: Pair) -> Iterator[Group]:
    years = pair.scenario.years
    yield Group(_figures("scenario", SAVING, "Saved on demand", POUNDS, years), _saving)
    if pair.scenario.account is not None:
        for name, (title, compute) in _OF_THE_FUND.items():
            yield Group(_figures("scenario", name, title, POUNDS, years), compute)
    if pair.scenario.assembled.resolved.scenario.appraisal is not None:
        to_date = _figures("scenario", NET_BENEFIT, "Net benefit to date, real", POUNDS, years)
        whole = _figures("scenario", NPSV, "Net present social value", POUNDS, (WHOLE_RUN,))
        yield Group((*to_date, *whole), _worth)


def _saving(pair: Pair) -> Floats:
    return pair.saving


def _drawn(pair: Pair) -> Floats:
    return added(fund.account_of(pair.scenario).drawdown, 1)


def _balance(pair: Pair) -> Floats:
    return fund.account_of(pair.scenario).closing


def _unfunded(pair: Pair) -> Floats:
    return fund.account_of(pair.scenario).unfunded


_OF_THE_FUND: Mapping[str, tuple[str, Callable[[Pair], Floats]]] = MappingProxyType(
    {
        "fund_drawn": ("Drawn from the fund", _drawn),
        "fund_balance": ("Fund at 31 March", _balance),
        "unfunded": ("Unfunded", _unfunded),
    }
)


def _worth(pair: Pair) -> Floats:
    """Net benefit to date by year, and its last figure again as that of the whole run."""
    net = cumulative_worth(*pair.appraised)
    return np.concatenate([net, net[-1:]])


def _events(pair: Pair) -> Iterator[Group]:
    scenario, years = pair.scenario.assembled.resolved.scenario, pair.scenario.years
    target = scenario.pressure.target.at(scenario.pressure.year)
    for run in BOTH:
        title = f"Pressure above £{target / 1e6:,.1f}m"
        named = _figures(run, PRESSURE_ABOVE, title, SHARE_OF_DRAWS, years)
        yield Group(named, partial(_above, run=run, name="pressure", mark=target))
    for name, item in scenario.watch.items():
        goals = tuple(Goal(item.better, item.target.at(year), item.amber_within) for year in years)
        for run in BOTH:
            named = _figures(run, f"{TARGET_MET}.{name}", f"Target met: {item.title}", SHARE_OF_DRAWS, years)
            yield Group(named, partial(_met, run=run, name=item.output, goals=goals))
    if scenario.savings_target is not None:
        least = tuple(scenario.savings_target.at(year) for year in years)
        named = _figures("scenario", SAVINGS_TARGET_MET, "Savings target met", SHARE_OF_DRAWS, years)
        yield Group(named, partial(_saved, least=least))
    if scenario.appraisal is not None:
        title = "Paid back by the end of the year"
        yield Group(_figures("scenario", PAID_BACK, title, SHARE_OF_DRAWS, years), _paid_back)
    if pair.scenario.account is not None:
        months = tuple(fund.months_open(pair.scenario))
        ends = [pair.scenario.assembled.months[month] for month in months]
        title = "Fund empty by the end of the month"
        yield Group(_figures("scenario", FUND_EMPTY, title, SHARE_OF_DRAWS, ends), partial(_empty, months=months))


def _above(pair: Pair, run: RunName, name: str, mark: float) -> Floats:
    return np.asarray(pair.output(run, name) > mark, dtype=float)


def _met(pair: Pair, run: RunName, name: str, goals: Sequence[Goal]) -> Floats:
    signs = np.array([[1.0 if goal.better == "lower" else -1.0] for goal in goals])
    targets = np.array([[goal.target] for goal in goals])
    return np.asarray(signs * pair.output(run, name) <= signs * targets, dtype=float)


def _saved(pair: Pair, least: Sequence[float]) -> Floats:
    return np.asarray(pair.saving >= np.array(least)[:, None], dtype=float)


def _paid_back(pair: Pair) -> Floats:
    flows, rates = pair.appraised
    factors = rates.factors(len(flows.years))[:, None]
    at = payback_index(flows.total("cost") * factors, flows.total("benefit") * factors)
    return np.asarray(at <= np.arange(len(flows.years))[:, None], dtype=float)


def _empty(pair: Pair, months: Sequence[int]) -> Floats:
    return np.asarray(fund.month_empty(pair.scenario) <= np.array(months)[:, None], dtype=float)
