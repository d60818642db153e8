"""A decision between scenarios, doing nothing always among them: what each is worth in every draw of the same draws."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from types import MappingProxyType

import numpy as np

from thrive_model.draws import BLOCK, chances
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.parameters import Floats
from thrive_model.scenario import Resolved
from thrive_model.sensitivity.question import Question, Watch, worth
from thrive_model.sensitivity.value_of_information import FEWEST_BLOCKS, Decision, decide
from thrive_model.uncertainty.figures import NPSV, Figure
from thrive_model.uncertainty.study import Study

DO_NOTHING = "do_nothing"
SPENDING = "spending"
PAYOFFS = (NPSV, SPENDING)
"""What an option may be worth: net present social value, or what it spares of spending over the years of the run."""
A_POUND = 1.0
_SPENT = ("spending_on_demand", "programme_cost")
_PAID_FOR = ("cost_per_year", "paid_by_partners")
_HEADS: Mapping[str, str] = MappingProxyType({"demand": "Demand growth", "shocks": "Shocks", "inflation": "Inflation"})


def decision(scenarios: Sequence[Resolved], payoff: str, draws: int, watch: Watch = nullcontext) -> Decision:
    """What each scenario and doing nothing are worth, and what knowing more would be; `InputError` where refused.

    Draws are made in whole blocks, as many as hold so many. They are those of `thrive simulate`, by the seed of the
    first scenario.
    """
    studies = {_called(n, scenarios): Study.of(one) for n, one in enumerate(scenarios)}
    problems = list(_faults(studies, payoff))
    if problems:
        raise InputError(problems)
    blocks, seed = max(-(-draws // BLOCK), FEWEST_BLOCKS), scenarios[0].scenario.seed
    drawn = {
        name: np.concatenate([chances(study.keys, study.correlations, seed, block) for block in range(blocks)], axis=1)
        for name, study in studies.items()
    }
    payoffs = {DO_NOTHING: np.zeros(blocks * BLOCK)}
    doing_nothing: Floats | None = None
    for name, study in studies.items():
        found = Question(study, (*_paid(study, payoff), _spent_by_nothing(study)), watch)(drawn[name])
        doing_nothing = found[-1] if doing_nothing is None else doing_nothing
        if np.abs(found[-1] - doing_nothing).max() > A_POUND:
            raise InputError([_other_nothing(name, "in some draws, ")])
        payoffs[name] = found[0] if payoff == NPSV else -_added(found[:-1])
    known = {key: row for name, study in studies.items() for key, row in zip(study.keys, drawn[name], strict=True)}
    return decide(payoffs, known, groups_of(list(studies.values())))


def groups_of(studies: Sequence[Study]) -> dict[str, list[str]]:
    """Keys of what is drawn by what they are about: demand, rates, unit costs, the programme, each intervention."""
    found: dict[str, list[str]] = {}
    keys: set[str] = set()
    for study in studies:
        for one in study.parameters:
            if one.key not in keys:
                keys.add(one.key)
                for name in _about(study, one.path):
                    found.setdefault(name, []).append(one.key)
    return found


def _about(study: Study, path: Sequence[str | int]) -> Iterator[str]:
    scenario = study.resolved.scenario
    match path:
        case ["interventions", _, field, *_] if field in _PAID_FOR:
            yield "What the programme costs"
        case ["interventions", name, *_]:
            yield "Effects of the programme, all of them"
            yield f"Effects of {scenario.interventions[str(name)].title}"
        case ["multipliers", name, *_]:
            yield "Rates at which children move" if scenario.multipliers[str(name)].moves else "Unit costs"
        case [head, *_]:
            yield _HEADS.get(str(head), str(head).replace("_", " ").capitalize())


def _called(n: int, scenarios: Sequence[Resolved]) -> str:
    """A scenario by its name; one that has the name of an earlier one, numbered."""
    earlier = Counter(one.name for one in scenarios[:n])[scenarios[n].name]
    return f"{scenarios[n].name} ({earlier + 1})" if earlier else scenarios[n].name


def _faults(studies: Mapping[str, Study], payoff: str) -> Iterator[Problem]:
    first = next(iter(studies.values()))
    if not any(study.parameters for study in studies.values()):
        what = "has no figure with a distribution, so that everything is known already"
        yield Problem(first.resolved.name, what, "add `distribution` to what is not sure (docs/uncertainty.md)")
    for name, study in studies.items():
        if payoff == NPSV and worth(study) is None:
            what = "does not say how it is appraised, so that it has no net present social value"
            yield Problem(name, what, f"add an appraisal block, or take --payoff {SPENDING}")
        if np.abs(_nothing(study) - _nothing(first)).max() > A_POUND:
            yield _other_nothing(name)


def _other_nothing(name: str, when: str = "") -> Problem:
    what = f"{when}spends something else in doing nothing than the first scenario: that is no choice between programmes"
    return Problem(name, what, "compare scenarios that differ in their programme or its fund alone, and not in shocks")


def _nothing(study: Study) -> Floats:
    return np.array(
        [
            study.stated[i]
            for i, figure in enumerate(study.figures)
            if figure.run == "do_nothing" and figure.measure == _SPENT[0]
        ]
    )


def _spent_by_nothing(study: Study) -> Figure:
    return [one for one in study.figures if one.run == "do_nothing" and one.measure == _SPENT[0]][-1]


def _paid(study: Study, payoff: str) -> list[Figure]:
    """The figures that the payoff is made of."""
    npsv = worth(study)
    if payoff == NPSV and npsv is not None:
        return [npsv]
    if payoff not in PAYOFFS:
        raise refuse("--payoff", f"unknown payoff '{payoff}'", f"known: {', '.join(PAYOFFS)}")
    return [one for one in study.figures if one.run == "difference" and one.measure in _SPENT]


def _added(rows: Floats) -> Floats:
    return np.asarray(np.add.reduceat(rows, [0], axis=0)[0])
