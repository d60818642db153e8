"""What a run's figures count: each as a sum of children at 31 March by state, of moves and of birthdays in the year.

No output says so of itself: it is read off the formula by which the output makes its figure of what it asks the results
for. A figure is understood where that is counts added up, their percentage, or their rate in the population.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from thrive_model.outputs import Output
from thrive_model.parameters import Floats
from thrive_model.results import Results
from thrive_model.trace.recording import Asked, Constant, Expression, recorded
from thrive_model.trace.recording import Made as Formula

Key = tuple[str, ...]
Weights = Mapping[Key, float]
"""How often each basic count is in a sum: `("at", state)`, `("moved", move, from, to)`, `("turned_18", state)`..."""
POUNDS = "pounds"
PER = 10_000.0


@dataclass(frozen=True)
class Made:
    """How a figure is made: `count` is the sum of `part`; `percent` and `per_population` are `part` over a whole.

    `pounds` are made of money; `part` is then the children whom it is told for each of, where it is.
    """

    kind: str
    part: Weights
    whole: Weights = field(default_factory=dict)


@dataclass(frozen=True)
class Counting:
    """The basic counts of a run, and which of them each word means."""

    results: Results

    @cached_property
    def values(self) -> dict[Key, Floats]:
        """Every basic count by year, [Y]; of children at 31 March first the opening, [1 + Y]."""
        results, pathway = self.results, self.results.assembled.pathway
        marches = np.concatenate([[0], results.marches + 1])
        found: dict[Key, Floats] = {}
        for c, cell in enumerate(pathway.cells):
            if cell.state.kind == "stay":
                held = results.trajectory.stock[marches, c, :, 0].sum(axis=1)
                grown = results.by_year(results.trajectory.turned_18[:, c])[:, 0]
                _add(found, ("at", cell.state.name), held)
                _add(found, ("turned_18", cell.state.name), grown)
        moved = results.by_year(results.trajectory.flow[..., 0].sum(axis=2))
        for e, key in self._arrows():
            _add(found, key, moved[:, e])
        for k, row in enumerate(results.assembled.inputs.capacity):
            found["supply", row.supply] = results.trajectory.supply[results.marches + 1, k, 0]
            found["waiting", row.supply] = results.waiting(row.supply)[:, 0]
        return found

    def balances(self) -> Iterator[tuple[str, Weights]]:
        """Each state, and what of the year is in its stock at the end less that at the start: 0 in a decision."""
        came: dict[str, dict[Key, float]] = {}
        for key in dict.fromkeys(key for _, key in self._arrows()):
            _, _, source, target = key
            came.setdefault(source, {})[key] = -1.0
            came.setdefault(target, {})[key] = 1.0
        adult = self.results.assembled.parameters.adult
        cells = self.results.assembled.pathway.cells
        for state in self.results.assembled.pathway.states:
            if state.kind == "stay":
                mine = came.setdefault(state.name, {})
                grown = {key: 1.0 for key in self.values if key[0] == "turned_18"}
                if adult >= 0 and cells[adult].state.name == state.name:
                    mine.update(grown)
                    mine.pop(("turned_18", state.name), None)
                else:
                    mine["turned_18", state.name] = -1.0
            if state.kind != "outside":
                yield state.name, came.get(state.name, {})

    def at(self, word: str) -> Weights:
        """Children at 31 March in the states counted under a word."""
        pathway = self.results.assembled.pathway
        return {("at", pathway.cells[c].state.name): 1.0 for c in pathway.cells_of(word)}

    def moved(self, word: str) -> Weights:
        """Children who made the moves counted under a word."""
        wanted = set(self.results.assembled.pathway.arrows_of(word))
        return {key: 1.0 for e, key in self._arrows() if e in wanted}

    def left(self, word: str) -> Weights:
        """Children who left the states counted under a word, or turned 18 in them."""
        pathway = self.results.assembled.pathway
        inside = {pathway.cells[c].state.name for c in pathway.cells_of(word)}
        out = {key: 1.0 for _, key in self._arrows() if key[2] in inside and key[3] not in inside}
        return {**out, **{("turned_18", state): 1.0 for state in inside}}

    def supplies(self, *words: str) -> list[str]:
        """Names of the supplies with one of these names, or of one of these groups."""
        rows = self.results.assembled.inputs.capacity
        return [row.supply for row in rows if row.supply in words or row.group in words]

    def sum_of(self, weights: Weights) -> Floats:
        """What a sum comes to by year, [Y]; of children at 31 March without the opening."""
        years = len(self.results.years)
        return sum((each * self.values[key][-years:] for key, each in weights.items()), np.zeros(years))

    def made(self, output: Output) -> Made | None:
        """How an output is made; None where it is not one of the ways that are understood."""
        figure, formula = recorded(output.measure, self.results)
        if output.unit.startswith(POUNDS):
            asked = (self._meant[one.question](*one.words) for one in _asked(formula) if one.question in self._meant)
            return Made(POUNDS, next(asked, {}))
        count = self._sum(formula)
        made = Made("count", count) if count is not None else self._ratio(formula, 1.0)
        return made if made and np.allclose(self.value_of(made), figure[:, 0], rtol=1e-9, atol=1e-9) else None

    @property
    def _meant(self) -> Mapping[str, Callable[..., Weights]]:
        """What each question that results answer with counts asks for."""
        return {
            "at_year_end": self.at,
            "weeks_in": self.at,
            "in_year": self.moved,
            "left": self.left,
            "units": lambda *words: {("supply", name): 1.0 for name in self.supplies(*words)},
            "places": self._places,
            "waiting": lambda word: {("waiting", name): 1.0 for name in self.supplies(word)},
        }

    def _places(self, word: str) -> Weights:
        names = [row.supply for row in self.results.assembled.inputs.capacity]
        wanted = self.supplies(word)
        places = self.results.assembled.parameters.places
        return {("supply", names[one.supply]): one.per_unit for one in places if names[one.supply] in wanted}

    def _sum(self, formula: Expression) -> Weights | None:
        """The counts that a formula adds up; None where it does something else with them."""
        match formula:
            case Asked(question, words) if question in self._meant:
                return self._meant[question](*words)
            case Constant(figure) if not figure.any():
                return {}
            case Formula("add" | "subtract" as function, (first, second)):
                one, other = self._sum(first), self._sum(second)
                sign = 1.0 if function == "add" else -1.0
                return None if one is None or other is None else _together(one, _times(sign, other))
            case _:
                by, rest = _scaled(formula)
                inner = self._sum(rest) if rest is not formula else None
                return None if inner is None else _times(by, inner)

    def _ratio(self, formula: Expression, times: float) -> Made | None:
        """The percentage or the rate that a formula is, so many times; None where it is neither."""
        by, rest = _scaled(formula)
        if rest is not formula:
            return self._ratio(rest, times * by)
        if not isinstance(formula, Formula) or formula.function != "divide":
            return None
        part, whole = self._sum(formula.of[0]), self._sum(formula.of[1])
        if part is None:
            return None
        if isinstance(formula.of[1], Asked) and formula.of[1].question == "population":
            return Made("per_population", _times(times / PER, part))
        return None if whole is None else Made("percent", _times(times / 100.0, part), whole)

    def value_of(self, made: Made) -> Floats:
        """What a figure that is made so comes to, [Y]."""
        part = self.sum_of(made.part)
        if made.kind == "percent":
            whole = self.sum_of(made.whole)
            return np.divide(100.0 * part, whole, out=np.zeros_like(whole), where=whole > 0)
        return part / self.results.population[:, 0] * PER if made.kind == "per_population" else part

    def _arrows(self) -> Iterator[tuple[int, Key]]:
        """Each arrow between two states, time passing among them, and the basic count that it is part of."""
        pathway = self.results.assembled.pathway
        for e, arrow in enumerate(pathway.arrows):
            source, target = (pathway.cells[c].state.name for c in (arrow.source, arrow.target))
            if source != target:
                yield e, ("moved", arrow.name, source, target)


def _add(found: dict[Key, Floats], key: Key, value: Floats) -> None:
    found[key] = found[key] + value if key in found else value


def _asked(formula: Expression) -> Iterator[Asked]:
    """What a formula asks, from left to right."""
    if isinstance(formula, Asked):
        yield formula
    for one in formula.of if isinstance(formula, Formula) else ():
        yield from _asked(one)


def _scaled(formula: Expression) -> tuple[float, Expression]:
    """A formula that is so many times another, as both; else 1 and itself."""
    match formula:
        case Formula("multiply", (Constant(by), one)) | Formula("multiply", (one, Constant(by))) if by.size == 1:
            return float(by.item()), one
        case Formula("divide", (one, Constant(by))) if by.size == 1:
            return 1.0 / float(by.item()), one
        case _:
            return 1.0, formula


def _times(by: float, weights: Weights) -> Weights:
    return {key: by * each for key, each in weights.items()}


def _together(*some: Weights) -> Weights:
    found: dict[Key, float] = {}
    for weights in some:
        for key, each in weights.items():
            found[key] = found.get(key, 0.0) + each
    return found
