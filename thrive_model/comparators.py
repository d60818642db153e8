"""Rates beside those of England and other authorities, and whether they stand out among the neighbours'."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from thrive_model.errors import Problem
from thrive_model.outputs import Output, all_outputs, unknown_outputs
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.tables import ComparatorRow

Flag = Literal["outlier, high", "high", "in line", "low", "outlier, low"]
FLAGS: tuple[Flag, ...] = get_args(Flag)
FENCE = 1.5
"""Interquartile ranges beyond a quartile at which a figure is an outlier (Tukey's rule)."""
FEWEST = 4
"""Neighbours without which there are no quartiles to speak of."""


@dataclass(frozen=True)
class Spread:
    """The neighbours' figures of one year: quartiles are read off a straight line between the ranked figures."""

    figures: tuple[float, ...]
    lowest: float
    lower_quartile: float
    median: float
    upper_quartile: float
    highest: float

    @classmethod
    def of(cls, figures: Sequence[float]) -> Spread:
        """The spread of at least one figure."""
        return cls(tuple(figures), *(float(mark) for mark in np.quantile(figures, (0.0, 0.25, 0.5, 0.75, 1.0))))

    def flag(self, figure: float | None) -> Flag | None:
        """How a figure stands to them; None where there is no figure, or too few neighbours."""
        if figure is None or len(self.figures) < FEWEST:
            return None
        reach = FENCE * (self.upper_quartile - self.lower_quartile)
        below = (self.upper_quartile + reach, self.upper_quartile)
        above = (self.lower_quartile, self.lower_quartile - reach)
        if figure > below[1]:
            return "outlier, high" if figure > below[0] else "high"
        if figure < above[0]:
            return "outlier, low" if figure < above[1] else "low"
        return "in line"

    def rank(self, figure: float | None) -> int | None:
        """The place of a figure among them, the highest first; None where there is no figure."""
        return None if figure is None else 1 + sum(other > figure for other in self.figures)


@dataclass(frozen=True)
class Standing:
    """One output in one financial year beside others'; None where nothing is published, or the run has no such year."""

    output: Output
    financial_year: FinancialYear
    observed: float | None
    scenario: float | None
    do_nothing: float | None
    england: float | None
    neighbours: Spread | None
    visited: Mapping[str, float]


def standings(scenario: Results, do_nothing: Results, draw: int = 0) -> list[Standing]:
    """Every output and year that other authorities have published, in the order of the outputs, then by year."""
    outputs = all_outputs()
    published: dict[tuple[int, FinancialYear], list[ComparatorRow]] = {}
    for row in scenario.assembled.inputs.comparators:
        published.setdefault((list(outputs).index(row.output), row.financial_year), []).append(row)
    return [
        _standing(outputs[rows[0].output], rows, (scenario, do_nothing), draw) for _, rows in sorted(published.items())
    ]


def faults(rows: Sequence[ComparatorRow], authority: str) -> Iterator[Problem]:
    """Rows that name no output, or the authority itself, or a second figure for the whole country."""
    yield from unknown_outputs(rows)
    country: dict[tuple[str, FinancialYear], str] = {}
    for row in rows:
        if row.authority == authority:
            what = f"'{authority}' is the authority that the scenario is about"
            yield Problem(row.place("authority"), what, "its figures belong in observed.csv")
        if row.group == "england":
            first = country.setdefault((row.output, row.financial_year), row.authority)
            if first != row.authority:
                what = f"is england for {row.output} in {row.financial_year}, and so is that of '{first}'"
                yield Problem(row.place("group"), what, "keep the one figure for the whole country")


def _standing(output: Output, rows: Sequence[ComparatorRow], runs: tuple[Results, Results], draw: int) -> Standing:
    """One output beside the rows of one year."""
    year = rows[0].financial_year
    scenario, do_nothing = (_figure(output, year, results, draw) for results in runs)
    neighbours = [row.value for row in rows if row.group == "neighbour"]
    return Standing(
        output,
        year,
        observed=runs[0].observed.get((output.name, year)),
        scenario=scenario,
        do_nothing=do_nothing,
        england=next((row.value for row in rows if row.group == "england"), None),
        neighbours=Spread.of(neighbours) if neighbours else None,
        visited={row.authority: row.value for row in rows if row.group == "visited"},
    )


def _figure(output: Output, year: FinancialYear, results: Results, draw: int) -> float | None:
    return float(output.measure(results)[results.years.index(year), draw]) if year in results.years else None
