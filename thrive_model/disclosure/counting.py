"""What a run's figures count: each as a sum of children at 31 March by state, of moves and of birthdays in the year.

No output says so of itself. It asks the results for counts, so its function is called once with results that note what
was asked; a figure is understood where it is those counts added up, their percentage, or their rate in the population.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from thrive_model.outputs import Output
from thrive_model.parameters import Floats
from thrive_model.results import Results

Key = tuple[str, ...]
Weights = Mapping[Key, float]
"""How often each basic count is in a sum: `("at", state)`, `("moved", move, from, to)`, `("turned_18", state)`..."""
POUNDS = "pounds"


@dataclass(frozen=True)
class Made:
    """How a figure is made: `count` is the sum of `part`; `percent` and `per_population` are `part` over a whole.

    `pounds` are made of money; `part` is then the children whom it is told for each of, where it is.
    """

    kind: str
    part: Weights
    whole: Weights = field(default_factory=dict)


@dataclass(frozen=True)
class _Noting(Results):
    """Results that note which counts they are asked for."""

    asked: list[Weights] = field(default_factory=list)

    def at_year_end(self, word: str) -> Floats:
        self.asked.append(Counting(self).at(word))
        return super().at_year_end(word)

    def in_year(self, word: str) -> Floats:
        self.asked.append(Counting(self).moved(word))
        return super().in_year(word)

    def left(self, word: str) -> Floats:
        self.asked.append(Counting(self).left(word))
        return super().left(word)

    def weeks_in(self, word: str) -> Floats:
        self.asked.append(Counting(self).at(word))
        return super().weeks_in(word)

    def units(self, *words: str) -> Floats:
        self.asked.append({("supply", name): 1.0 for name in Counting(self).supplies(*words)})
        return super().units(*words)

    def places(self, word: str) -> Floats:
        per_unit = {place.supply: place.per_unit for place in self.assembled.parameters.places}
        names = [row.supply for row in self.assembled.inputs.capacity]
        wanted = Counting(self).supplies(word)
        self.asked.append({("supply", names[k]): each for k, each in per_unit.items() if names[k] in wanted})
        return super().places(word)

    def units_needed(self, word: str) -> Floats:
        before = len(self.asked)
        found = super().units_needed(word)
        self.asked[before:] = [Counting(self).needed(word)]  # in place of the counts that it asked for itself
        return found

    def waiting(self, word: str) -> Floats:
        self.asked.append({("waiting", name): 1.0 for name in Counting(self).supplies(word)})
        return super().waiting(word)


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

    def needed(self, word: str) -> Weights:
        """Units that the children would take beside whom a supply is watched."""
        found: dict[Key, float] = {}
        for row in self.results.assembled.inputs.capacity_uses:
            if row.limits == "watched" and row.supply in self.supplies(word):
                for key in self.at(row.name):
                    found[key] = found.get(key, 0.0) + 1.0 / row.per_unit
        return found

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
        results = self.results
        noting = _Noting(results.assembled, results.trajectory, results.ledger, results.account)
        value, asked = output.measure(noting)[:, 0], noting.asked
        if output.unit.startswith(POUNDS):
            return Made(POUNDS, asked[0] if asked else {})
        ways: dict[str, Callable[[], Made | None]] = {
            "per cent": lambda: Made("percent", *asked) if len(asked) == 2 else None,
            "per 100": lambda: Made("percent", *asked) if len(asked) == 2 else None,
            "per 10,000": lambda: Made("per_population", *asked) if len(asked) == 1 else None,
        }
        way = next((way for begins, way in ways.items() if f"{output.unit} ".startswith(f"{begins} ")), None)
        made = way() if way else Made("count", _together(asked))
        return made if made and np.allclose(self.value_of(made), value, rtol=1e-9, atol=1e-9) else None

    def value_of(self, made: Made) -> Floats:
        """What a figure that is made so comes to, [Y]."""
        part = self.sum_of(made.part)
        if made.kind == "percent":
            whole = self.sum_of(made.whole)
            return np.divide(100.0 * part, whole, out=np.zeros_like(whole), where=whole > 0)
        return part / self.results.population[:, 0] * 10_000.0 if made.kind == "per_population" else part

    def _arrows(self) -> Iterator[tuple[int, Key]]:
        """Each arrow between two states, time passing among them, and the basic count that it is part of."""
        pathway = self.results.assembled.pathway
        for e, arrow in enumerate(pathway.arrows):
            source, target = (pathway.cells[c].state.name for c in (arrow.source, arrow.target))
            if source != target:
                yield e, ("moved", arrow.name, source, target)


def _add(found: dict[Key, Floats], key: Key, value: Floats) -> None:
    found[key] = found[key] + value if key in found else value


def _together(asked: list[Weights]) -> Weights:
    found: dict[Key, float] = {}
    for weights in asked:
        for key, each in weights.items():
            found[key] = found.get(key, 0.0) + each
    return found
