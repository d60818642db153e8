"""A reader of a published folder who wants the counts it hides: knows the pathway, the population and linear algebra.

It takes nothing from the product but the files of the folder and the tables of the pathway: what each output counts is
written down here once more, by hand.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from scipy import sparse
from scipy.optimize import linprog

OF_COUNTS = {
    "referrals": ("moved", "referral"),
    "assessments": ("moved", "assessment"),
    "children_in_need": ("at", "child_in_need"),
    "early_help_caseload": ("at", "early_help"),
    "child_protection_plans": ("at", "child_protection_plan"),
    "plans_started": ("moved", "plan_start"),
    "care_proceedings_started": ("moved", "care_proceedings"),
    "admissions_to_care": ("moved", "admission"),
    "ceased_to_be_looked_after": ("left", "looked_after"),
    "looked_after_children": ("at", "looked_after"),
    "adoptions": ("moved", "adoption"),
    "special_guardianship_orders": ("moved", "special_guardianship_order"),
    "residence_orders": ("moved", "residence_order_made"),
    "long_term_fostering": ("at", "long_term_fostering"),
    "returns_home": ("moved", "return_home"),
}
OF_PERCENTAGES = {
    "re_referral_percent": (("moved", "re_referral"), ("moved", "referral")),
    "referral_assessed_percent": (("moved", "assessment"), ("moved", "referral")),
    "assessed_no_further_action_percent": (("moved", "assessed_no_further_action"), ("left", "in_assessment")),
    "repeat_plan_percent": (("moved", "repeat_plan_start"), ("moved", "plan_start")),
    "in_house_percent": (("at", "in_house"), ("at", "fostering")),
}
OF_RATES = {
    "referrals_per_10000": ("moved", "referral"),
    "child_protection_plans_per_10000": ("at", "child_protection_plan"),
    "looked_after_rate_per_10000": ("at", "looked_after"),
}
HIDDEN = "[c]"


def rows(file: Path) -> list[dict[str, str]]:
    """A table as text."""
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


class Attacker:
    """What one run of a folder gives away: `reach` is the least and the most that a figure's count can be."""

    def __init__(self, folder: Path, pathway: Path, run: str, population: dict[str, float]) -> None:
        self._states = {row["state"]: row for row in rows(pathway / "states.csv")}
        self._moves = rows(pathway / "moves.csv")
        outputs, children = rows(folder / "outputs.csv"), rows(folder / "children.csv")
        self.years = list(dict.fromkeys(row["financial_year"] for row in children))
        self._columns: dict[tuple[object, ...], int] = {}
        self._equal: list[dict[int, float]] = []
        self._most: list[tuple[dict[int, float], float]] = []
        for y in range(len(self.years)):
            self._no_child_is_lost(y)
        for row in children:
            self._read(self._sum("state", row["state"], self.years.index(row["financial_year"])), row[run], 0.5)
        for row in outputs:
            self._output(row["output"], self.years.index(row["financial_year"]), row[run], population)

    def reach(self, kind: str, word: str, year: int) -> tuple[float, float]:
        """The least and the most that the counts under a word can sum to."""
        least, most = (self._furthest(self._sum(kind, word, year), sign) for sign in (1.0, -1.0))
        return least, -most

    def _output(self, name: str, y: int, shown: str, population: dict[str, float]) -> None:
        if name in OF_COUNTS:
            self._read(self._sum(*OF_COUNTS[name], y), shown, 0.5)
        elif name in OF_RATES and shown != HIDDEN:
            each = population[self.years[y]] / 10_000.0
            self._between(self._sum(*OF_RATES[name], y), (float(shown) - 0.05) * each, (float(shown) + 0.05) * each)
        elif name in OF_PERCENTAGES and shown != HIDDEN:
            part, whole = (self._sum(*one, y) for one in OF_PERCENTAGES[name])
            for share, sign in ((float(shown) + 0.05, 1.0), (float(shown) - 0.05, -1.0)):
                row = {column: sign * each for column, each in part.items()}
                for column, each in whole.items():
                    row[column] = row.get(column, 0.0) - sign * share / 100.0 * each
                self._most.append((row, 0.0))

    def _read(self, weights: dict[int, float], shown: str, half: float) -> None:
        if shown != HIDDEN:
            self._between(weights, float(shown) - half, float(shown) + half)

    def _between(self, weights: dict[int, float], low: float, high: float) -> None:
        self._most.append((weights, high))
        self._most.append(({column: -each for column, each in weights.items()}, -low))

    def _no_child_is_lost(self, y: int) -> None:
        for state, row in self._states.items():
            if row["kind"] == "outside":
                continue
            found: dict[int, float] = {}
            for key, each in self._flows(state):
                found[self._column(*key, y)] = each
            if row["kind"] == "stay":
                found[self._column("at", state, y)] = -1.0
                found[self._column("at", state, y - 1)] = 1.0
            self._equal.append(found)

    def _flows(self, state: str) -> Iterator[tuple[tuple[str, ...], float]]:
        for move in self._moves:
            key = ("moved", move["move"], move["from_state"], move["to_state"])
            if state in (move["from_state"], move["to_state"]):
                yield key, 1.0 if state == move["to_state"] else -1.0
        for name, row in self._states.items():
            if row["then"] and state in (name, row["then"]):
                yield ("time", name), 1.0 if state == row["then"] else -1.0
            if row["kind"] == "stay" and name != "turned_18" and state in (name, "turned_18"):
                yield ("grown", name), 1.0 if state == "turned_18" else -1.0

    def _sum(self, kind: str, word: str, y: int) -> dict[int, float]:
        inside = {name for name, row in self._states.items() if word == name or word in row["counts"].split(";")}
        if kind == "state":
            return {self._column("at", word, y): 1.0}
        if kind == "at":
            return {self._column("at", state, y): 1.0 for state in inside}
        if kind == "left":
            out = [move for move in self._moves if move["from_state"] in inside and move["to_state"] not in inside]
            grown = {self._column("grown", state, y): 1.0 for state in inside}
            return {**grown, **self._made(out, y)}
        return self._made(
            [move for move in self._moves if word == move["move"] or word in move["counts"].split(";")], y
        )

    def _made(self, moves: list[dict[str, str]], y: int) -> dict[int, float]:
        return {self._column("moved", one["move"], one["from_state"], one["to_state"], y): 1.0 for one in moves}

    def _column(self, *key: object) -> int:
        return self._columns.setdefault(key, len(self._columns))

    def _furthest(self, goal: dict[int, float], sign: float) -> float:
        number = len(self._columns)
        cost = np.zeros(number)
        cost[list(goal)] = [sign * each for each in goal.values()]
        found = linprog(
            cost,
            A_ub=_matrix([row for row, _ in self._most], number),
            b_ub=[limit for _, limit in self._most],
            A_eq=_matrix(self._equal, number),
            b_eq=np.zeros(len(self._equal)),
        )
        if found.status == 3:
            return -np.inf
        assert found.status == 0, found.message
        return float(found.fun)


def _matrix(weights: list[dict[int, float]], columns: int) -> sparse.csr_array:
    entries = [(r, column, each) for r, row in enumerate(weights) for column, each in row.items()]
    at_row, column, each = zip(*entries, strict=True)
    return sparse.csr_array((each, (at_row, column)), shape=(len(weights), columns))
