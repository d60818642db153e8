"""What is varied in words: a setting by the title of what it is part of, not by its key."""

from __future__ import annotations

from thrive_model.interventions import Course
from thrive_model.report.words import plain
from thrive_model.scenario import Resolved

_KNOWN = {"demand.growth_per_year": "Demand growth a year"}


def named(resolved: Resolved, key: str) -> str:
    """The setting of a key, or the drift of a multiplier, as people say it."""
    scenario = resolved.scenario
    match key.split("."):
        case ["interventions", name, *rest] if name in scenario.interventions:
            return _of_course(scenario.interventions[name], rest)
        case ["shocks", name, *rest] if name in scenario.shocks:
            return _of_course(scenario.shocks[name], rest)
        case ["multipliers", name, "times"] if name in scenario.multipliers:
            return scenario.multipliers[name].title
        case ["multipliers", name, "drift", *year] if name in scenario.multipliers:
            return f"{scenario.multipliers[name].title}: {f'step of {year[0]}' if year else 'drift'}"
    return _KNOWN.get(key) or plain(key.replace(".", ": "))


def _of_course(course: Course, rest: list[str]) -> str:
    match rest:
        case ["effects", number, *_]:
            target = course.effects[int(number)].acts_on()[1]
            return f"{course.title}: effect on {plain(target).lower()}"
    return f"{course.title}: {plain('_'.join(rest)).lower()}"
