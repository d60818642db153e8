"""Price levels by month: the table of price indices, and what the scenario says of inflation instead."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import numpy as np

from thrive_model.assemble.inputs import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear, Month, years_between
from thrive_model.prices import PriceIndex
from thrive_model.scenario import Resolved, Scenario
from thrive_model.tables import CostLineRow, ImpactRow
from thrive_model.values import Drawn, stated


class PriceLevels:
    """Every price index of a run, over its months; `problems` are what keeps some of them from being used."""

    def __init__(self, inputs: Inputs, resolved: Resolved, months: Sequence[Month]) -> None:
        self._years = [month.financial_year for month in months]
        self._base = resolved.scenario.pressure.base_year
        self._said = resolved.scenario.inflation
        appraisal = resolved.scenario.appraisal
        self._deflator = {appraisal.deflator} if appraisal else set()
        self._known: dict[tuple[str, FinancialYear], Floats] = {}
        self.problems: list[Problem] = []
        file = inputs.prices[0].where.rpartition(":")[0]
        self.problems.extend(_unknown_series(inputs, resolved))
        try:
            self.indices = price_indices(inputs, resolved.scenario)
        except ValueError as fault:
            self.problems.append(Problem(file, str(fault), "give every year a row"))
            self.indices = {}
        short = dict(self._short_of_the_run(inputs, file))
        self.problems.extend(short.values())
        self._outside = short.keys()

    def to_nominal(self, row: CostLineRow | ImpactRow) -> Floats:
        """Pounds of each month for one pound of the line's price year, [T]; 1 where a fault is told."""
        index = self.indices.get(row.price_index)
        if index is None and self.indices:
            remedy = did_you_mean(row.price_index, self.indices)
            what = f"unknown price index '{row.price_index}'"
            self.problems.append(Problem(row.place("price_index"), what, remedy))
        if index is None or row.price_index in self._outside:
            return np.ones(len(self._years))
        try:
            return self._ratios(index, row.price_year)
        except ValueError as fault:
            self.problems.append(Problem(row.place("price_year"), str(fault), "extend price_indices.csv"))
            return np.ones(len(self._years))

    def drawn(self, row: CostLineRow | ImpactRow) -> Floats:
        """How many times the price level as stated that of each draw is, [T, D]; 1 where nothing of it is drawn."""
        said = self._said.get(row.price_index)
        if not isinstance(said, Drawn):
            return np.ones((len(self._years), 1))
        years = list(dict.fromkeys(self._years))
        into = [year for year in years if said.by_year is None or min(said.by_year) <= year]
        growth = np.ones((len(years), said.over(years).shape[-1]))
        growth[len(years) - len(into) :] = (1.0 + said.over(into)) / (1.0 + stated(said).over(into))
        level = np.cumprod(growth, axis=0)
        return np.asarray(level[[years.index(year) for year in self._years]])

    def since_base(self, row: CostLineRow) -> Floats:
        """What £1 at the prices of the base budget's year is in each month, [T]; 1 where a fault is told."""
        index = self.indices.get(row.price_index)
        if index is None or row.price_index in self._outside:
            return np.ones(len(self._years))
        return self._ratios(index, self._base)

    def _ratios(self, index: PriceIndex, from_year: FinancialYear) -> Floats:
        if (index.name, from_year) not in self._known:
            ratio = {year: index.ratio(from_year, year) for year in dict.fromkeys(self._years)}
            self._known[index.name, from_year] = np.array([ratio[year] for year in self._years])
        return self._known[index.name, from_year]

    def _short_of_the_run(self, inputs: Inputs, file: str) -> Iterator[tuple[str, Problem]]:
        """Each index that does not reach over the run and its base year, told once and not for every line."""
        first, last = min(self._base, self._years[0]), self._years[-1]
        used = {row.price_index for row in inputs.cost_lines} | {row.price_index for row in inputs.impacts}
        for name in sorted(self.indices.keys() & (used | self._deflator)):
            index = self.indices[name]
            if index.first > first or index.last < last:
                what = f"{name} runs from {index.first} to {index.last}, and the run needs it from {first} to {last}"
                yield name, Problem(file, what, "extend the index, or shorten the run")


def price_indices(inputs: Inputs, scenario: Scenario | None = None) -> dict[str, PriceIndex]:
    """Every index of the table by name, as the scenario has it where one is given; ValueError for a gap.

    What the scenario says of a series replaces growth into the years of the run alone, and of these into those that
    it names: no earlier level moves.
    """
    growth: dict[str, dict[FinancialYear, float]] = defaultdict(dict)
    for row in inputs.prices:
        growth[row.index][row.financial_year] = row.growth_percent / 100.0
    if scenario is not None:
        for name in growth.keys() & scenario.inflation.keys():
            growth[name].update(_said_of(scenario, name))
    return {name: PriceIndex.from_growth(name, by_year) for name, by_year in growth.items()}


def _said_of(scenario: Scenario, name: str) -> dict[FinancialYear, float]:
    """Growth into each year of the run that a series of the scenario gives."""
    said = scenario.inflation[name]
    years = years_between(scenario.first_year, scenario.last_year)
    return {year: said.at(year) for year in years if said.by_year is None or min(said.by_year) <= year}


def _unknown_series(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    known = {row.index for row in inputs.prices}
    for name in resolved.scenario.inflation.keys() - known:
        what = f"unknown price index '{name}'"
        yield Problem(resolved.place("inflation", name), what, did_you_mean(name, known))
