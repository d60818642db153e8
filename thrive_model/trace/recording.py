"""What a measure asked of the results, and what it made of the answers: written down while it computes.

A measure is given results that answer with figures which know how they came about. So every output can be traced, and
none has to say a second time what it is made of.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from thrive_model.outputs import Measure
from thrive_model.parameters import Floats
from thrive_model.results import Results

ARITHMETIC = ("add", "subtract", "multiply", "divide")


@dataclass(frozen=True)
class Asked:
    """A figure that results gave: by which question, about which words."""

    question: str
    words: tuple[str, ...]
    figure: Floats


@dataclass(frozen=True)
class Constant:
    """A figure that the measure brought itself."""

    figure: Floats


@dataclass(frozen=True)
class Made:
    """A figure made of others by a function of numpy: one of the four of arithmetic, or `cumsum` over the years."""

    function: str
    of: tuple[Expression, ...]


Expression = Asked | Constant | Made


class Figure(NDArrayOperatorsMixin):
    """A yearly figure that knows how it came about; numpy takes it for an array [Y, D]."""

    def __init__(self, figure: Floats, made: Expression) -> None:
        self.figure, self.made = figure, made

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
        """What a function of numpy comes to; remembered where it is arithmetic."""
        figure = getattr(ufunc, method)(*map(_plain, inputs), **{key: _plain(one) for key, one in options.items()})
        if method != "__call__" or ufunc.__name__ not in ARITHMETIC:
            return figure
        return Figure(figure, Made(ufunc.__name__, tuple(map(_expression, inputs))))

    def __array_function__(
        self, function: Callable[..., Any], types: Sequence[type], args: Sequence[Any], options: Mapping[str, Any]
    ) -> Any:
        """What any other function of numpy comes to; remembered where it sums up the years."""
        figure = function(*map(_plain, args), **options)
        if function is np.cumsum and options.get("axis") == 0:
            return Figure(figure, Made("cumsum", (_expression(args[0]),)))
        return figure


class Recording(Results):
    """Results whose answers are `Figure`s, which every measure takes for the arrays that they stand for."""

    def at_year_end(self, word: str) -> Floats:
        """Children in the states counted under a word, at 31 March."""
        return _asked("at_year_end", super().at_year_end(word), word)

    def weeks_in(self, word: str) -> Floats:
        """Child-weeks in the states counted under a word, in the year."""
        return _asked("weeks_in", super().weeks_in(word), word)

    def in_year(self, word: str) -> Floats:
        """Children who made the moves counted under a word, in the year."""
        return _asked("in_year", super().in_year(word), word)

    def left(self, word: str) -> Floats:
        """Children who left the states counted under a word, in the year."""
        return _asked("left", super().left(word), word)

    def units(self, *words: str) -> Floats:
        """Units of some supplies, at 31 March."""
        found = super().units(*words)
        return _asked("units", found, *words) if words else found

    def places(self, word: str) -> Floats:
        """Places that the units of a supply make at 31 March."""
        return _asked("places", super().places(word), word)

    def waiting(self, word: str) -> Floats:
        """Children held back for want of units of a supply in March."""
        return _asked("waiting", super().waiting(word), word)

    def spent(self, **words: str) -> Floats:
        """Nominal pounds of the matching ledger rows, in the year."""
        return _asked("spent", super().spent(**words), *(f"{key} {word}" for key, word in words.items()))

    @property
    def base_budget(self) -> Floats:
        """Pounds of the base year's outturn."""
        return _asked("base_budget", super().base_budget)

    @property
    def population(self) -> Floats:
        """Children aged 0-17 in the county."""
        return _asked("population", super().population)


def recorded(measure: Measure, results: Results) -> tuple[Floats, Expression]:
    """A measure's figure, [Y, D], and how it came about."""
    asked = Recording(results.assembled, results.trajectory, results.ledger, results.account)
    found: Any = measure(asked)
    return _plain(found), _expression(found)


def _asked(question: str, figure: Floats, *words: str) -> Floats:
    return cast("Floats", Figure(figure, Asked(question, words, figure)))


def _plain(given: Any) -> Any:
    """Whatever a figure is among what numpy was given, as the array that it stands for."""
    if isinstance(given, tuple):
        return tuple(map(_plain, given))
    return given.figure if isinstance(given, Figure) else given


def _expression(given: Any) -> Expression:
    return given.made if isinstance(given, Figure) else Constant(np.asarray(given, dtype=float))
