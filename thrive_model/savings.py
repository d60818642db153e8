"""What the programme takes off each cost line, as a difference between two runs, by price and by volume.

A line's spending in a year is its units (child-weeks, events) times what a unit costs, p and q. From doing nothing
(0) to the scenario (1) it changes by

    price (p1 - p0) q0  +  volume (q1 - q0) p0  +  joint (p1 - p0)(q1 - q0),

which is all of it. Nothing here is claimed by an intervention: who answers for a line's saving is told beside it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from thrive_model.assemble import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.fund import saving
from thrive_model.parameters import DEMAND_SUPPORT, Floats
from thrive_model.results import Results
from thrive_model.scenario import Resolved


@dataclass(frozen=True)
class LineSaving:
    """One cost line in one year and draw, nominal pounds; a saving is positive.

    `price`, `volume` and `joint` sum to the saving. So do `cashable`, which can be taken out of a budget, and
    `avoided`, which would have been spent and cannot. `claimed_by` is the share of it that interventions answer for.
    """

    line: str
    title: str
    financial_year: str
    do_nothing: float
    scenario: float
    price: float
    volume: float
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
    rows = []
    for i, row in enumerate(scenario.assembled.inputs.cost_lines):
        was, now = (results.spent(line=row.line, use=DEMAND_SUPPORT)[:, draw] for results in (do_nothing, scenario))
        units = do_nothing.units_charged[i, :, draw], scenario.units_charged[i, :, draw]
        parts = _parts(was, now, *units)
        for y, year in enumerate(scenario.years):
            price, volume, joint = (float(part[y]) for part in parts)
            claimed = claims.get(row.line, {})
            spent = float(was[y]), float(now[y])
            cashable = (spent[0] - spent[1]) * row.cashable_share
            rows.append(
                LineSaving(
                    row.line,
                    row.meaning,
                    str(year),
                    *spent,
                    price,
                    volume,
                    joint,
                    cashable=cashable,
                    avoided=spent[0] - spent[1] - cashable,
                    claimed_by=claimed,
                )
            )
    return rows


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


def _parts(was: Floats, now: Floats, units_was: Floats, units_now: Floats) -> Sequence[Floats]:
    """The saving by price, volume and both, [Y] each; a line without units has no volume, and all is price."""
    charged = (units_was > 0) | (units_now > 0)
    price_was = np.divide(was, units_was, out=np.zeros_like(was), where=units_was > 0)
    price_now = np.divide(now, units_now, out=price_was.copy(), where=units_now > 0)
    price_was = np.where(units_was > 0, price_was, price_now)
    price, units = price_was - price_now, units_was - units_now
    volume = np.where(charged, units * price_was, 0.0)
    joint = np.where(charged, -price * units, 0.0)
    return np.where(charged, price * units_was, was - now), volume, joint
