"""What knowing more before a decision would be worth, for people and for machines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

import thrive_model
from thrive_model.report.factors import named
from thrive_model.report.layout import folding_table
from thrive_model.report.machine import PRICE_BASIS
from thrive_model.report.words import THOUSAND, hanging, millions, percent, pounds
from thrive_model.scenario import Resolved
from thrive_model.sensitivity.options import DO_NOTHING
from thrive_model.sensitivity.value_of_information import Decision, Estimate, Known
from thrive_model.uncertainty.figures import NPSV

SHOWN = 10
LABEL = 58
REAL = "real, discounted"
A_LITTLE = 500.0
"""Worth less than this is not shown one by one."""
_PAYOFFS: Mapping[str, str] = {
    NPSV: "net present social value, beside doing nothing",
    "spending": "what is spared of spending on demand and programme over the run, beside doing nothing",
}
HOW = (
    "Who decides now takes the option that is worth most on average. Who knew everything would take the best of "
    "each draw: that is worth the first figure, and no research can be worth more. Knowing some figures alone is "
    "estimated by regression on the same draws; parts do not sum to the whole. s.e. is the standard error. What "
    "an input is worth knowing says nothing of what it would cost to learn."
)


def as_object(scenarios: Sequence[Resolved], payoff: str, found: Decision) -> dict[str, Any]:
    """The decision as plain data, unrounded; its keys are part of the interface (docs/json.md)."""
    return {
        "scenarios": [one.name for one in scenarios],
        "model_version": thrive_model.__version__,
        "payoff": payoff,
        "price_basis": _basis(payoff),
        "seed": scenarios[0].scenario.seed,
        "draws": found.draws,
        "options": [asdict(option) for option in found.options],
        "best": found.best.name,
        "perfect_information": asdict(found.everything),
        "groups": [_row(scenarios, one) for one in found.groups],
        "parameters": [{"key": one.name, **_row(scenarios, one)} for one in found.parameters],
    }


def screen(scenarios: Sequence[Resolved], payoff: str, found: Decision) -> Group:
    """What each option is worth, and what knowing more would be."""
    first = scenarios[0]
    text = Text(f"{first.scenario.authority}: what would it be worth to know more?", style="bold")
    for override in first.overrides:
        text.append(f"\n--set {override}", style="not bold")
    told = f"Worth: {_PAYOFFS[payoff]}; {_basis(payoff)} pounds; {found.draws:,} draws, seed {first.scenario.seed}."
    text.append(f"\n{hanging('', told)}", style="not bold")
    return Group(
        text,
        "",
        _options(scenarios, found),
        Text(hanging("", _verdict(scenarios, found))),
        "",
        _known(scenarios, "Worth knowing, £000", found.groups, len(found.groups)),
        "",
        _known(scenarios, "Worth knowing by itself, £000", found.parameters, SHOWN),
        Text(hanging("", HOW), style="dim"),
    )


def _basis(payoff: str) -> str:
    return REAL if payoff == NPSV else PRICE_BASIS


def _row(scenarios: Sequence[Resolved], one: Known) -> dict[str, Any]:
    return {"title": _title(scenarios, one), "keys": list(one.keys), **asdict(one.estimate)}


def _title(scenarios: Sequence[Resolved], one: Known) -> str:
    """A group by its name; one input in words of the first scenario that has it."""
    if one.keys != (one.name,):
        return one.name
    path = one.name.split(".")
    having = next((some for some in scenarios if path[1] in getattr(some.scenario, path[0], {})), scenarios[0])
    return named(having, one.name)


def _options(scenarios: Sequence[Resolved], found: Decision) -> Table:
    table = folding_table("Option, £m", ("worth on average", "s.e.", "best in"), LABEL)
    for option in found.options:
        cells = [millions(option.mean, 2), millions(option.standard_error, 2), percent(option.best)]
        table.add_row(_named(scenarios, option.name), *cells)
    return table


def _named(scenarios: Sequence[Resolved], name: str) -> str:
    titles = {one.name: one.scenario.title for one in scenarios}
    return "Do nothing" if name == DO_NOTHING else f"{titles[name]} ({name})" if name in titles else name


def _verdict(scenarios: Sequence[Resolved], found: Decision) -> str:
    best = _named(scenarios, found.best.name)
    if found.everything.value < A_LITTLE:
        return (
            f"{best} is worth most on average, and in all but a few draws: whatever is learnt, the decision stays. "
            "Knowing everything is worth next to nothing."
        )
    return (
        f"{best} is worth most on average. Knowing everything before choosing would be worth "
        f"{_money(found.everything)} at the most."
    )


def _known(scenarios: Sequence[Resolved], title: str, some: Sequence[Known], most: int) -> Table:
    table = folding_table(title, ("worth", "s.e."), LABEL)
    shown = [one for one in some if one.estimate.value >= A_LITTLE][:most]
    for one in shown:
        worth, error = (f"{size / THOUSAND:,.0f}" for size in (one.estimate.value, one.estimate.standard_error))
        table.add_row(Text(_title(scenarios, one)), worth, error)
    left = len(some) - len(shown)
    if left:
        less = f"{shown[-1].estimate.value / THOUSAND:,.0f} or less" if len(shown) == most else "nothing"
        table.add_row(f"{left} {'more' if shown else 'in all'}, each", less, "")
    return table


def _money(estimate: Estimate) -> str:
    return f"{_rounded(estimate.value)} (s.e. {_rounded(estimate.standard_error)})"


def _rounded(amount: float) -> str:
    """To the thousand: draws know no better."""
    return pounds(round(amount / THOUSAND) * THOUSAND)
