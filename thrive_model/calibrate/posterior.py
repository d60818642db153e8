"""A fit as a scenario of multipliers: each with the value fitted, how well it is known, and what it goes together with.

A multiplier of a level is the fitted one, and its spread the standard error of its logarithm. Those of single years
become one, the mean of their logarithms, which drifts by as much as they scatter, or by the prior's spread where that
is wider. Growth is no multiplier, and is told beside. Correlations are those of the posterior, turned into ranks.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from thrive_model.calibrate.fit import Fit
from thrive_model.calibrate.free import Parameter
from thrive_model.parameters import Floats
from thrive_model.scenario import shipped_scenarios
from thrive_model.values import ASSUMPTION

LEAST_CORRELATIONS = (0.2, 0.1, 0.05, 0.0)
"""Correlations smaller than the first are left out; than a later one, where what is left would be impossible."""
POSSIBLE = 1e-6
ASKS = "What do the rates that were fitted to what was published bring about?"
LONGEST_NAME = 60
MOST_DRIFT = 1.0
DECIMALS = 4


@dataclass(frozen=True)
class Known:
    """One multiplier of a fit: `value` times the table's rates, `spread` the standard error of its logarithm.

    `weights[K]` say of which parameters it is the mean; `drift` is how far the years of the fit differ, 0 for a level.
    """

    name: str
    parameter: Parameter
    weights: Floats
    value: float
    spread: float
    drift: float
    years: int

    @property
    def why(self) -> str:
        """How it was come by."""
        of_years = f", the mean of {self.years} years" if self.drift else ""
        return (
            f"Fitted to what was published{of_years}: {self.value:.2f} times the table's rates, with a standard error "
            f"of {self.spread:.2f} of the logarithm where {self.parameter.spread:g} was allowed"
        )


def known(fit: Fit) -> tuple[Known, ...]:
    """Every multiplier that a fit comes to, in the order of its parameters; none of growth."""
    return tuple(_known(fit))


def growth(fit: Fit) -> list[tuple[str, float, float]]:
    """Title, growth a year as a multiple, and the standard error of its logarithm, of every block of growth."""
    rows = zip(fit.parameters, fit.values, fit.standard_errors, strict=True)
    return [(one.title, float(np.exp(value)), float(error)) for one, value, error in rows if one.kind == "growth"]


def ranks(fit: Fit) -> list[tuple[str, str, float]]:
    """Pairs of multipliers that go together, with their rank correlation; as many as leave it possible."""
    found = known(fit)
    if not found:
        return []
    together = _correlations(fit, found)
    for least in LEAST_CORRELATIONS:
        kept = np.where(np.abs(together) >= least, together, 0.0)
        if float(np.linalg.eigvalsh(kept)[0]) > POSSIBLE:
            break
    of_ranks = 6.0 / np.pi * np.arcsin(kept / 2.0)
    pairs = itertools.combinations(range(len(found)), 2)
    return [(found[i].name, found[j].name, float(of_ranks[i, j])) for i, j in pairs if of_ranks[i, j] != 0.0]


def as_scenario(fit: Fit) -> tuple[str, dict[str, Any]]:
    """A comment that says what it is, and what the scenario says: it extends the one that was fitted."""
    resolved = fit.assembled.resolved
    file = resolved.files[0]
    shipped = shipped_scenarios().get(file.stem) == file
    base = file.stem if shipped else file.name
    content = {
        "extends": base,
        "title": f"{resolved.scenario.title}, as fitted",
        "asks": ASKS,
        "multipliers": {one.name: _block(one) for one in known(fit)},
        "correlations": _pairs(fit),
    }
    return _comment(fit, base, shipped), content


def _comment(fit: Fit, base: str, shipped: bool) -> str:
    lines = [f"Asks: {ASKS[0].lower()}{ASKS[1:]}", ""]
    lines += ["Written by `thrive calibrate`, to be reviewed, and to be pasted where it is to hold."]
    lines += [] if shipped else [f"It stands beside {base} when it is run."]
    lines += [f"Fitted with --set {override}" for override in fit.assembled.resolved.overrides]
    lines += [] if fit.finished else ["The fit was stopped before it was done: this is the best found until then."]
    lines += [
        f"{title}: {value:.3f} times as many each year, with a standard error of {error:.3f} of the logarithm, is"
        " growth, and no part of this."
        for title, value, error in growth(fit)
    ]
    return "".join(f"# {line}".rstrip() + "\n" for line in lines)


def _block(one: Known) -> dict[str, Any]:
    parameter = one.parameter
    label = " ".join(str(band) for band in (parameter.ages, parameter.months) if band)
    block: dict[str, Any] = {
        "title": f"{parameter.title}, {label}" if label else parameter.title,
        "moves": list(parameter.moves),
        "times": {
            "value": round(one.value, DECIMALS),
            "source": ASSUMPTION,
            "why": one.why,
            "grade": "low",
            "distribution": {"kind": "lognormal", "spread": round(one.spread, DECIMALS)},
        },
        "drift_per_year": round(one.drift, DECIMALS),
    }
    bands = {"ages": parameter.ages, "months": parameter.months}
    return {**block, **{name: str(band) for name, band in bands.items() if band}}


def _pairs(fit: Fit) -> dict[str, dict[str, Any]]:
    """A block for each pair, by the name that the scenario has for it where it states one."""
    stated = {frozenset(one.between): name for name, one in fit.assembled.resolved.scenario.correlations.items()}
    found = {}
    for first, second, rank in ranks(fit):
        both = [_key(first), _key(second)]
        name = stated.get(frozenset(both), f"{first}_with_{second}"[:LONGEST_NAME])
        found[name] = {
            "between": both,
            "rank": round(rank, DECIMALS),
            "why": "Posterior of the fit to what was published",
        }
    return found


def _key(name: str) -> str:
    return f"multipliers.{name}.times"


def _known(fit: Fit) -> Iterator[Known]:
    parts: dict[tuple[str, str], list[int]] = {}
    for k, one in enumerate(fit.parameters):
        if one.kind != "growth":
            part = "_".join(str(band) for band in (one.ages, one.months) if band)
            parts.setdefault((one.name, part), []).append(k)
    for (name, part), members in parts.items():
        weights = np.zeros(len(fit.values))
        weights[members] = 1.0 / len(members)
        first = fit.parameters[members[0]]
        value, spread = np.exp(weights @ fit.values), np.sqrt(weights @ fit.covariance @ weights)
        drift = _drift(fit, members) if first.kind == "by_year" else 0.0
        yield Known(_name(fit, name, part), first, weights, float(value), float(spread), drift, len(members))


def _drift(fit: Fit, members: list[int]) -> float:
    """How far the years of a block scatter, or the prior's spread where that is wider."""
    allowed = fit.parameters[members[0]].spread
    scatter = float(np.std(fit.values[members], ddof=1)) if len(members) > 1 else 0.0
    return min(max(scatter, allowed), MOST_DRIFT)


def _name(fit: Fit, name: str, part: str) -> str:
    """A legal name; another than that of a multiplier which the fit found at work, and which goes on multiplying."""
    there = fit.assembled.resolved.scenario.multipliers
    tail = f"_{re.sub('[^A-Za-z0-9_-]+', '_', part)}" if part else ""
    wanted = name[: LONGEST_NAME - len(tail)] + tail
    if wanted in there and any(figure != 1.0 for figure in there[wanted].times.figures):
        tail += "_fitted"
        wanted = name[: LONGEST_NAME - len(tail)] + tail
    return wanted


def _correlations(fit: Fit, found: tuple[Known, ...]) -> Floats:
    """Between the logarithms of the multipliers, [N, N]."""
    weights = np.stack([one.weights for one in found])
    covariance = weights @ fit.covariance @ weights.T
    spreads = np.array([one.spread for one in found])
    return np.asarray(covariance / np.outer(spreads, spreads))
