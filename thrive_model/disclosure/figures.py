"""Every figure that may be published, of doing nothing and of the scenario, and what a reader could make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

import numpy as np
from scipy import sparse

from thrive_model.disclosure.counting import POUNDS, Counting, Key, Made, Weights
from thrive_model.disclosure.suppression import FEWEST, Flags, System, Terms, hidden_cells, is_small
from thrive_model.errors import refuse
from thrive_model.outputs import Output, all_outputs
from thrive_model.parameters import Floats, Ints
from thrive_model.run import Comparison

OUTPUTS, CHILDREN = "outputs", "children"
DECIMALS = {"count": 0, "percent": 1, "per_population": 1}
_OPENING = -1
K = TypeVar("K", Key, tuple[Key, int])


@dataclass(frozen=True)
class Line:
    """One figure, year by year: the table it stands in, its name and unit, and how it is made in each run."""

    table: str
    name: str
    unit: str
    ways: tuple[Made, ...]

    @property
    def kind(self) -> str:
        """Whether it is a count, a percentage or a rate."""
        return self.ways[0].kind


@dataclass(frozen=True)
class Safe:
    """The figures that may be published, and which of their years are hidden, [lines, Y], the same in both runs.

    `small` are those that are hidden because they are small themselves; `left_out` are outputs not understood.
    """

    runs: tuple[Counting, ...]
    lines: tuple[Line, ...]
    hidden: Flags
    small: Flags
    left_out: tuple[str, ...]

    def values(self, line: Line) -> list[Floats]:
        """A line's figures in doing nothing and in the scenario by year, unrounded, [Y] each."""
        return [run.value_of(made) for run, made in zip(self.runs, line.ways, strict=True)]

    def hidden_with(self, output: Output) -> Flags:
        """In which years an output in pounds is hidden, [Y]: where those are few, or hidden, for each of whom it is."""
        found = np.zeros(self.hidden.shape[1], dtype=bool)
        for run in self.runs:
            made = run.made(output)
            part = made.part if made else {}
            found |= is_small(run.sum_of(part))
            for line, hidden in zip(self.lines, self.hidden, strict=True):
                if line.kind == "count" and any(part and way.part.keys() == part.keys() for way in line.ways):
                    found |= hidden
        return found


def safe(comparison: Comparison) -> Safe:
    """What may be published of a comparison; `InputError` where no hiding of figures would be enough."""
    runs = tuple(Counting(results) for results in (comparison.do_nothing, comparison.scenario))
    lines, left_out = _lines(runs)
    reader = _Reader(lines, runs)
    hidden = hidden_cells(reader.systems(), reader.small.ravel(), reader.terms())
    if hidden is None:
        where = comparison.scenario.assembled.resolved.name
        raise refuse(where, "cannot be published without telling a small count", "publish none of it")
    return Safe(runs, lines, hidden.reshape(reader.small.shape), reader.small, left_out)


def _lines(runs: Sequence[Counting]) -> tuple[tuple[Line, ...], tuple[str, ...]]:
    """Outputs that are counts or made of them, then every state that children stay in; and outputs of another kind."""
    lines, left_out = [], []
    for name, output in all_outputs().items():
        ways = [made for run in runs if (made := run.made(output))]
        if len(ways) < len(runs):
            left_out.append(name)
        elif ways[0].kind != POUNDS:
            lines.append(Line(OUTPUTS, name, output.unit, tuple(ways)))
    for state in runs[0].results.assembled.pathway.states:
        if state.kind == "stay":
            made = Made("count", {("at", state.name): 1.0})
            lines.append(Line(CHILDREN, state.name, "children at 31 March", tuple(made for _ in runs)))
    return tuple(lines), tuple(left_out)


class _Reader:
    """What can be written down about the runs by a reader of the figures of some lines; a cell is a line in a year."""

    def __init__(self, lines: Sequence[Line], runs: Sequence[Counting]) -> None:
        self._lines, self._runs = lines, runs
        self._years = len(runs[0].results.years)

    @cached_property
    def small(self) -> Flags:
        """The cells whose own count, or a count that they tell, is small in either run, [lines, Y]."""
        found = np.zeros((len(self._lines), self._years), dtype=bool)
        for r, run in enumerate(self._runs):
            for i, line in enumerate(self._lines):
                for part in _told(line.ways[r]):
                    found[i] |= is_small(run.sum_of(part))
        return found

    def terms(self) -> Terms:
        """What hiding costs: a cell each, the smaller count the sooner; a share goes with what it is a share of."""
        counts = [[run.sum_of(line.ways[r].part) for line in self._lines] for r, run in enumerate(self._runs)]
        sizes, is_count = np.max(counts, axis=0), np.array([line.kind == "count" for line in self._lines])
        weights = np.where(is_count[:, None], 1.0 + sizes / (sizes + 1000.0), 0.25)
        weights[is_count] += sizes[is_count] < FEWEST - 0.5  # that there are none is told rather than hidden
        return Terms(np.ones(weights.size, dtype=bool), weights.ravel(), tuple(self._follows()))

    def systems(self) -> list[System]:
        """The system of each run."""
        return [self._system(r) for r in range(len(self._runs))]

    def _follows(self) -> Iterator[tuple[int, int]]:
        """A percentage or rate is hidden where a count is that it is made of."""
        for i, line in enumerate(self._lines):
            for j, other in enumerate(self._lines):
                goes_with = line.kind == "count" and other.kind != "count"
                if goes_with and any(
                    one.part.keys() == part.keys()
                    for one, two in zip(line.ways, other.ways, strict=True)
                    for part in _told(two)
                ):
                    yield from ((i * self._years + y, j * self._years + y) for y in range(self._years))

    def _system(self, r: int) -> System:
        run = self._runs[r]
        columns = {
            (key, y): n
            for n, (key, y) in enumerate(
                (key, y)
                for key, value in run.values.items()
                for y in range(_OPENING if key[0] == "at" else 0, self._years)
            )
        }
        rows = _Rows(columns)
        for i, line in enumerate(self._lines):
            for y in range(self._years):
                _publish(rows, run, line.ways[r], y, i * self._years + y)
            part = line.ways[r].part
            if line.table == OUTPUTS and line.kind == "count" and part and all(key[0] == "at" for key in part):
                _tell_opening(rows, run, part)
        secrets = _Rows(columns)
        for key, value in run.values.items():
            for year in np.flatnonzero(is_small(value[-self._years :])):
                secrets.add({(key, int(year)): 1.0})
        for line in self._lines:
            for part in _told(line.ways[r]):
                for year in np.flatnonzero(is_small(run.sum_of(part))):
                    secrets.add(_in(part, int(year)))
        return rows.system(_balance(run, columns, self._years), secrets)


class _Rows:
    """Sums of basic counts in some years, each between two bounds while its cell is published."""

    def __init__(self, columns: Mapping[tuple[Key, int], int]) -> None:
        self._columns = columns
        self._sums: list[Mapping[tuple[Key, int], float]] = []
        self._bounds: list[tuple[float, float, float, float]] = []
        self._cells: list[int] = []

    def add(
        self,
        weights: Mapping[tuple[Key, int], float],
        known: tuple[float, float] = (-np.inf, np.inf),
        hidden: tuple[float, float] = (-np.inf, np.inf),
        cell: int = -1,
    ) -> None:
        """One sum: its bounds where its cell is published and where that is hidden; -1 for what everybody knows."""
        self._sums.append(weights)
        self._bounds.append((*known, *hidden))
        self._cells.append(cell)

    def matrix(self) -> sparse.csr_array:
        """The sums as rows over the basic counts."""
        entries = [(r, self._columns[at], each) for r, weights in enumerate(self._sums) for at, each in weights.items()]
        at_row, column, each = (np.array(side) for side in zip(*entries, strict=True)) if entries else ([], [], [])
        shape = (len(self._sums), len(self._columns))
        return sparse.csr_array((np.asarray(each, dtype=float), (at_row, column)), shape=shape)

    def system(self, balance: sparse.csr_array, secrets: _Rows) -> System:
        """The whole, with what balances and what is secret."""
        low, high, low_hidden, high_hidden = np.array(self._bounds, dtype=float).reshape(-1, 4).T
        cells: Ints = np.array(self._cells, dtype=np.int64)
        return System(balance, self.matrix(), low, high, low_hidden, high_hidden, cells, secrets.matrix())


def _publish(rows: _Rows, run: Counting, made: Made, y: int, cell: int) -> None:
    """What is known of the counts from one figure; the reader is taken to know it before it was rounded."""
    part, whole = _in(made.part, y), run.sum_of(made.whole)[y]
    count = float(run.sum_of(made.part)[y])
    if made.kind != "percent":
        rows.add(part, (count, count), cell=cell)
    elif whole > 0:
        rows.add(_less(part, _in(made.whole, y), count / whole), (0.0, 0.0), cell=cell)


def _tell_opening(rows: _Rows, run: Counting, part: Weights) -> None:
    """What was published of the year before the run: all but a small count."""
    before = sum(each * float(run.values[key][0]) for key, each in part.items())
    if not is_small(np.array(before)):
        rows.add(_in(part, _OPENING), (before, before))


def _balance(run: Counting, columns: Mapping[tuple[Key, int], int], years: int) -> sparse.csr_array:
    """No child is lost: what came less what went is what a state holds more at the end of the year."""
    rows = _Rows(columns)
    for state, weights in run.balances():
        for y in range(years):
            at: Key = ("at", state)
            held = {(at, y): -1.0, (at, y - 1): 1.0} if at in run.values else {}
            rows.add({**_in(weights, y), **held})
    return rows.matrix()


def _told(made: Made) -> list[Weights]:
    """The counts that a figure tells: itself, or its part and whole and, of a true percentage, the rest."""
    if made.kind != "percent":
        return [made.part]
    rest = _less(made.part, made.whole, 1.0)
    inside = all(key in made.whole for key in made.part)
    return [made.part, made.whole, *([{key: -each for key, each in rest.items() if each}] if inside else [])]


def _less(part: Mapping[K, float], whole: Mapping[K, float], times: float) -> dict[K, float]:
    return {key: part.get(key, 0.0) - times * whole.get(key, 0.0) for key in {**part, **whole}}


def _in(weights: Weights, year: int) -> dict[tuple[Key, int], float]:
    return {(key, year): each for key, each in weights.items()}
