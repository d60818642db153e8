"""Which checks of a result hold and which do not, in words, as plain data and as rows to keep."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from itertools import groupby
from typing import Any

import thrive_model
from thrive_model.checks import Finding
from thrive_model.report.words import hanging

COLUMNS = ("scenario", *(field.name for field in fields(Finding)), "holds")
_RUNS = {"do_nothing": "doing nothing", "scenario": "the scenario"}


def screen(found: Mapping[str, Sequence[Finding]]) -> str:
    """A line a scenario, and below it each check that does not hold, with its worst year in each run."""
    return "\n".join(line for name, findings in found.items() for line in _scenario(name, findings))


def as_object(found: Mapping[str, Sequence[Finding]]) -> dict[str, Any]:
    """Every figure that was held against a limit."""
    return {
        "model_version": thrive_model.__version__,
        "checks": [row_of(name, finding) for name, findings in found.items() for finding in findings],
    }


def failing_rows(found: Mapping[str, Sequence[Finding]]) -> list[dict[str, Any]]:
    """Those figures that lie outside their limits, a row each."""
    return [row_of(name, one) for name, findings in found.items() for one in findings if not one.holds]


def row_of(scenario: str, finding: Finding) -> dict[str, Any]:
    """One figure held against its limits, with whether it lies within them; no `value` where it is no number."""
    value = finding.value if math.isfinite(finding.value) else None
    return {"scenario": scenario, **asdict(finding), "value": value, "holds": finding.holds}


def _scenario(name: str, findings: Sequence[Finding]) -> list[str]:
    every = {one.check for one in findings}
    broken = {one.check: one.severity for one in findings if not one.holds}
    fails = sum(severity == "fail" for severity in broken.values())
    told = [f"{len(every) - len(broken)} of {len(every)} checks hold"]
    told += [f"{fails} {'fails' if fails == 1 else 'fail'}"] * bool(fails)
    warns = len(broken) - fails
    told += [f"{warns} {'warns' if warns == 1 else 'warn'}"] * bool(warns)
    lines = [f"{name}: {', '.join(told)}"]
    outside = [one for one in findings if not one.holds]
    for (check, run), group in groupby(outside, lambda one: (one.check, one.run)):
        lines.append(_broken(check, _RUNS[run], list(group)))
    return lines


def _broken(check: str, run: str, findings: Sequence[Finding]) -> str:
    """One check in one run: what must be so, and the year that is furthest from it."""
    worst = max(findings, key=_beyond)
    years = f"{len(findings)} years, worst " if len(findings) > 1 else ""
    ends = (("at least", worst.least), ("at most", worst.most))
    limits = [f"{words} {limit:,.6g}" for words, limit in ends if limit is not None]
    beside = f", by {worst.beside}" if worst.beside else ""
    lead = f"  {worst.severity}  "
    told = f"{worst.words}: in {run} {years}{worst.financial_year} {worst.measure} is {worst.value:,.6g}"
    return hanging(lead, f"{told} ({' and '.join(limits)}{beside}; {check}, {worst.where})")


def _beyond(finding: Finding) -> float:
    """How far outside its limits a figure lies; what is no number lies furthest."""
    under = 0.0 if finding.least is None else finding.least - finding.value
    over = 0.0 if finding.most is None else finding.value - finding.most
    return math.inf if math.isnan(finding.value) else max(under, over)
