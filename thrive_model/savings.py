"""What the programme takes off each cost line, as a difference between two runs, and how much of it can be cashed.

Why a line's saving comes about is in `price_volume`. Of a saving a line's share is cashable, and only once the saving
has lasted the line's lag: five children fewer do not close a team, and a post is saved when it falls vacant. The rest
is cost avoided. Nothing here is claimed by an intervention: who answers for a line's saving is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.assemble import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.fund import saving
from thrive_model.parameters import DEMAND_SUPPORT, Floats
from thrive_model.periods import MONTHS_PER_YEAR
from thrive_model.price_volume import decompose
from thrive_model.results import Results
from thrive_model.scenario import Resolved


@dataclass(frozen=True)
class LineSaving:
    """One cost line in one year and draw, nominal pounds; a saving is positive.

    `price`, `volume`, `mix` and `joint` sum to the saving. So do `cashable`, which can be taken out of a budget, and
    `avoided`, which would have been spent and cannot. `claimed_by` is the share of it that interventions answer for.
    """

    line: str
    title: str
    financial_year: str
    do_nothing: float
    scenario: float
    price: float
    volume: float
    mix: float
    joint: float
    cashable: float
    avoided: float
    claimed_by: Mapping[str, float]

    @property
    def saving(self) -> float:
        """What the scenario takes off doing nothing."""
        return self.do_nothing - self.scenario


@dataclass(frozen=True)
class Named:
    """A saving that somebody announced, beside what the model finds on its lines in one year, nominal pounds."""

    key: str
    title: str
    financial_year: str
    do_nothing: float
    scenario: float
    claimed_by: Mapping[str, float]
    said: str

    @property
    def saving(self) -> float:
        """What the scenario takes off doing nothing on these lines."""
        return self.do_nothing - self.scenario


@dataclass(frozen=True)
class Target:
    """What the programme was asked to save in a year, what it saves in the model, and what is still missing."""

    financial_year: str
    target: float
    saving: float

    @property
    def gap(self) -> float:
        """What is missing; below zero where more is saved than was asked."""
        return self.target - self.saving


def by_line(do_nothing: Results, scenario: Results, draw: int = 0) -> list[LineSaving]:
    """Every line of spending on demand in every year; their savings sum to that of the whole."""
    claims = _claims(scenario)
    table = scenario.assembled.inputs.cost_lines
    was, now = spent_by_line(do_nothing)[..., draw], spent_by_line(scenario)[..., draw]
    units_was, units_now = (results.units_charged[: len(table), :, draw] for results in (do_nothing, scenario))
    parts = decompose(was, now, units_was, units_now, [row.mix_group for row in table])
    cashable = scenario.by_year(np.moveaxis(cashable_by_month(do_nothing, scenario), 1, 0))[..., draw].T
    return [
        LineSaving(
            row.line,
            row.meaning,
            str(year),
            float(was[i, y]),
            float(now[i, y]),
            price=-float(parts.price[i, y]),
            volume=-float(parts.volume[i, y]),
            mix=-float(parts.mix[i, y]),
            joint=-float(parts.joint[i, y]),
            cashable=float(cashable[i, y]),
            avoided=float(was[i, y] - now[i, y] - cashable[i, y]),
            claimed_by=claims.get(row.line, {}),
        )
        for i, row in enumerate(table)
        for y, year in enumerate(scenario.years)
    ]


def spent_by_line(results: Results) -> Floats:
    """Nominal pounds of each line of the table of cost lines by year, whoever pays, [L, Y, D]."""
    lines = results.assembled.inputs.cost_lines
    return np.stack([results.spent(line=row.line, use=DEMAND_SUPPORT) for row in lines])


def spent_by_month(results: Results) -> Floats:
    """The same by month, [L, T, D]."""
    lines = results.assembled.inputs.cost_lines
    return np.stack([results.ledger.sum(line=row.line, use=DEMAND_SUPPORT) for row in lines])


def saved_by_month(do_nothing: Results, scenario: Results) -> Floats:
    """What each line comes down by in each month, nominal pounds, [L, T, D]; below 0 where it costs more."""
    return np.asarray(spent_by_month(do_nothing) - spent_by_month(scenario))


def cashable_by_month(do_nothing: Results, scenario: Results) -> Floats:
    """How much of each line's saving can be taken out of the budget in each month, nominal pounds, [L, T, D].

    It is the line's cashable share of what has been saved in every month of its lag. Where a line costs more, so is
    its share of that, at once.
    """
    saved = saved_by_month(do_nothing, scenario)
    found = np.empty_like(saved)
    for i, row in enumerate(scenario.assembled.inputs.cost_lines):
        found[i] = row.cashable_share * _lasting(saved[i], row.cashable_lag_months)
    return found


def at_full_rate(scenario: Results, monthly: Floats) -> Floats:
    """What each year's March comes to over the whole year, [L, Y]: by its weeks where a line is paid by the week.

    `monthly` are pounds by line of the table and month in one draw, [L, T].
    """
    weeks = scenario.assembled.costs.weeks
    weekly = [row.unit == "pounds_per_child_week" for row in scenario.assembled.inputs.cost_lines]
    weeks_of_year = scenario.by_year(weeks[:, None])[:, 0] / weeks[scenario.marches]
    whole_year = np.where(np.array(weekly)[:, None], weeks_of_year, float(MONTHS_PER_YEAR))
    return np.asarray(monthly[:, scenario.marches] * whole_year)


def _lasting(saved: Floats, lag: int) -> Floats:
    """The least saved in the month and its lag before it (nothing before the run); an extra cost as it is, [T, D]."""
    before = np.concatenate([np.zeros((lag, saved.shape[1])), saved])
    least = np.lib.stride_tricks.sliding_window_view(before, lag + 1, axis=0).min(axis=-1)
    return np.where(saved > 0, np.maximum(least, 0.0), saved)


def named(do_nothing: Results, scenario: Results, draw: int = 0) -> list[Named]:
    """The savings that the scenario names, in every year."""
    found = {(row.line, row.financial_year): row for row in by_line(do_nothing, scenario, draw)}
    rows = []
    for key, one in scenario.assembled.resolved.scenario.named_savings.items():
        for year in scenario.years:
            lines = [found[line, str(year)] for line in one.cost_lines]
            was, now = sum(line.do_nothing for line in lines), sum(line.scenario for line in lines)
            rows.append(Named(key, one.title, str(year), was, now, _claimed_of(lines), one.said))
    return rows


def against_target(do_nothing: Results, scenario: Results, draw: int = 0) -> list[Target]:
    """The saving asked for in each year beside the one found; empty where the scenario asks for none."""
    asked = scenario.assembled.resolved.scenario.savings_target
    if asked is None:
        return []
    found = saving(do_nothing, scenario)[:, draw]
    return [Target(str(year), asked.at(year), float(found[y])) for y, year in enumerate(scenario.years)]


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """Savings named on a line that there is not, or on one that counts elsewhere already."""
    known = {row.line for row in inputs.cost_lines}
    counted: dict[str, str] = {}
    for key, one in resolved.scenario.named_savings.items():
        for i, line in enumerate(one.cost_lines):
            where = resolved.place("named_savings", key, "cost_lines", i)
            if line not in known:
                yield Problem(where, f"unknown cost line '{line}'", did_you_mean(line, known))
            elif line in counted:
                yield Problem(where, f"'{line}' counts under '{counted[line]}' already", "name each line once")
            counted.setdefault(line, key)


def _claimed_of(lines: Sequence[LineSaving]) -> dict[str, float]:
    """The share of what several lines save together that each intervention answers for."""
    names = dict.fromkeys(name for line in lines for name in line.claimed_by)
    total = sum(abs(line.saving) for line in lines)
    weights = [abs(line.saving) / total if total else 1.0 / len(lines) for line in lines]
    return {
        name: sum(w * line.claimed_by.get(name, 0.0) for w, line in zip(weights, lines, strict=True)) for name in names
    }


def _claims(scenario: Results) -> dict[str, dict[str, float]]:
    """Which interventions answer for each line, and for how much of it."""
    claims: dict[str, dict[str, float]] = {}
    for key, one in scenario.assembled.resolved.scenario.active.items():
        for claim in one.claims:
            claims.setdefault(claim.cost_line, {})[key] = claim.share
    return claims
