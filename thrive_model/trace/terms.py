"""A figure of an output taken apart: the formula that made it, its terms, and what each term is the sum of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from thrive_model.outputs import Output
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.trace.parts import MOVEMENTS, PARTS, Part
from thrive_model.trace.recording import Asked, Constant, Expression, Made, recorded

SYMBOLS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIGNS = {"add": "+", "subtract": "−", "multiply": "×", "divide": "÷"}
NEUTRAL = {"add": 0.0, "multiply": 1.0}
"""What an operation may leave out."""
MOST_NAMED = 3
MEANINGS = {
    "spent": "pounds in the ledger, {}",
    "at_year_end": "children at 31 March in states counted as {}",
    "weeks_in": "child-weeks in states counted as {}",
    "in_year": "moves counted as {}",
    "left": "children who left the states counted as {}",
    "units": "units of {} at 31 March",
    "places": "places that the units of {} make at 31 March",
    "waiting": "children who waited for {} in March",
    "population": "children aged 0 to 17 in the county",
    "base_budget": "pounds of the base budget",
}
"""What the answer to each question is."""


@dataclass(frozen=True)
class Term:
    """One term of a formula: the letter it has there, what it is, its figure, and the parts that sum to it.

    `movement` is, for a stock, the account of the year that comes to the same figure: opening, in, and out.
    """

    symbol: str
    term: str
    years: str
    amount: float
    parts: tuple[Part, ...]
    movement: tuple[Part, ...]


@dataclass(frozen=True)
class Trace:
    """An output in a year, the formula that made it of its terms (`A - B`), and the terms."""

    output: Output
    financial_year: str
    value: float
    formula: str
    terms: tuple[Term, ...]


def trace(results: Results, output: Output, year: FinancialYear) -> Trace:
    """Where the figure of an output in a year comes from."""
    y = results.years.index(year)
    figure, made = recorded(output.measure, results)
    terms = _Terms(results, y)
    formula = terms.written(made, [y])
    value = float(np.broadcast_to(figure, (len(results.years), 1))[y, 0])
    return Trace(output, str(year), value, formula, tuple(terms.found))


@dataclass
class _Terms:
    """Writes a formula down, and keeps the terms that it comes upon."""

    results: Results
    y: int
    found: list[Term] = field(default_factory=list)
    _known: dict[tuple[object, ...], str] = field(default_factory=dict)

    def written(self, made: Expression, years: Sequence[int]) -> str:
        """The formula of an expression, in letters for what results were asked."""
        match made:
            case Asked():
                return self._letter([made], years)
            case Constant(figure):
                return f"{self._constant(figure):,.12g}"
            case Made("cumsum", (inner,)):
                return self.written(inner, range(self.y + 1))
            case Made(function, of):
                return self._joined(function, self._flat(function, of), years)

    def _joined(self, function: str, of: Sequence[Expression], years: Sequence[int]) -> str:
        asked = [one for one in of if isinstance(one, Asked)]
        if function == "add" and len(asked) == len(of) and len({one.question for one in asked}) == 1:
            return self._letter(asked, years)
        texts = [self._operand(function, i, one, years) for i, one in enumerate(of)]
        return f" {SIGNS[function]} ".join(texts) or "0"

    def _operand(self, function: str, i: int, one: Expression, years: Sequence[int]) -> str:
        """An operand, in brackets where it would be read otherwise without them."""
        text = self.written(one, years)
        if not isinstance(one, Made) or " " not in text:
            return text
        sum_in_product = function in {"multiply", "divide"} and (" + " in text or " − " in text)
        taken_whole = function in {"subtract", "divide"} and i > 0
        return f"({text})" if sum_in_product or taken_whole else text

    def _flat(self, function: str, of: Sequence[Expression]) -> list[Expression]:
        """The operands of a sum or product of sums or products, without those that change nothing."""
        if function not in NEUTRAL:
            return list(of)
        found: list[Expression] = []
        for one in of:
            if isinstance(one, Made) and one.function == function:
                found += self._flat(function, one.of)
            elif not (isinstance(one, Constant) and (one.figure == NEUTRAL[function]).all()):
                found.append(one)
        return found

    def _constant(self, figure: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> float:
        return float(np.broadcast_to(figure, (len(self.results.years), 1))[self.y, 0])

    def _letter(self, asked: Sequence[Asked], years: Sequence[int]) -> str:
        """The letter of a term: one question about one word or several."""
        question, words = asked[0].question, tuple(one.words for one in asked)
        key = (question, words, tuple(years))
        if key not in self._known:
            self._known[key] = SYMBOLS[len(self._known)]
            self.found.append(self._term(self._known[key], question, asked, years))
        return self._known[key]

    def _term(self, symbol: str, question: str, asked: Sequence[Asked], years: Sequence[int]) -> Term:
        words = tuple(one.words for one in asked)
        told = MEANINGS[question].format(_named([" ".join(each) for each in words]))
        amount = sum(float(one.figure[y, 0]) for one in asked for y in years)
        names = [str(self.results.years[y]) for y in (years[0], years[-1])]
        parts = sorted(PARTS[question](self.results, words, years), key=lambda part: -abs(part.amount))
        account = MOVEMENTS.get(question)
        return Term(
            symbol,
            told,
            " to ".join(dict.fromkeys(names)),
            amount,
            tuple(part for part in parts if part.amount),
            account(self.results, words, years) if account else (),
        )


def _named(words: Sequence[str]) -> str:
    """The words that a term is about; of many, how many there are, since its parts name each."""
    if len(words) > MOST_NAMED:
        return f"{len(words)} {words[0].partition(' ')[0]}s"
    return " or ".join(words)
