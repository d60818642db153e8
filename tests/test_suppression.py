"""Least suppression over tables that add up, and what a reader can still work out: against random tables."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from thrive_model.disclosure.suppression import System, Terms, exposed, hidden_cells, is_small

OF_SIZES = st.one_of(st.integers(0, 7), st.integers(0, 60))


def table(counts: np.ndarray) -> System:
    """A table of counts with the totals of its rows and columns and the grand total, all published."""
    rows, columns = counts.shape
    inside = np.eye(counts.size).reshape(counts.size, rows, columns)
    sums = [*inside, *inside_sums(rows, columns)]
    weights = np.array([one.ravel() for one in sums])
    values = weights @ counts.ravel()
    cells = np.arange(len(sums))
    known = values, values
    hidden = np.zeros(len(sums)), np.full(len(sums), np.inf)
    secrets = weights[is_small(values)]
    nothing = sparse.csr_array((0, counts.size))
    return System(nothing, sparse.csr_array(weights), *known, *hidden, cells, sparse.csr_array(secrets))


def inside_sums(rows: int, columns: int) -> list[np.ndarray]:
    """Which cells of a table each row's total, each column's, and the total of all count."""
    found = []
    for r in range(rows):
        found.append(np.zeros((rows, columns)))
        found[-1][r] = 1.0
    for c in range(columns):
        found.append(np.zeros((rows, columns)))
        found[-1][:, c] = 1.0
    return [*found, np.ones((rows, columns))]


def values_of(system: System) -> np.ndarray:
    return np.asarray((system.low + system.high) / 2.0)


def hidden_in(counts: list[list[int]]) -> tuple[System, np.ndarray]:
    system = table(np.array(counts, dtype=float))
    values = system.rows @ np.array(counts, dtype=float).ravel()
    weights = 1.0 + values / (values + 1000.0) + (values == 0)
    found = hidden_cells([system], is_small(values), Terms(np.ones(len(values), dtype=bool), weights, ()))
    assert found is not None
    return system, found


def reach(system: System, hidden: np.ndarray, row: np.ndarray) -> tuple[float, float]:
    """The least and the most that a sum can be, by another solver's front door than the product's."""
    known = ~hidden[system.cells]
    weights = system.rows.toarray()
    low, high = np.where(known, system.low, system.low_hidden), np.where(known, system.high, np.inf)
    finite = np.isfinite(high)
    limits = {"A_ub": np.vstack([weights[finite], -weights]), "b_ub": np.concatenate([high[finite], -low])}
    least, most = linprog(row, **limits), linprog(-row, **limits)
    assert least.status == 0
    return float(least.fun), np.inf if most.status == 3 else float(-most.fun)


@st.composite
def tables(draw: st.DrawFn) -> list[list[int]]:
    rows, columns = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return draw(st.lists(st.lists(OF_SIZES, min_size=columns, max_size=columns), min_size=rows, max_size=rows))


@settings(max_examples=60)
@given(tables())
def test_no_small_count_of_a_random_table_can_be_narrowed_to_less_than_1_to_5(counts: list[list[int]]):
    system, hidden = hidden_in(counts)
    for secret in system.secrets.toarray():
        least, most = reach(system, hidden, secret)
        assert least <= 1.0 + 1e-6
        assert most >= 5.0 - 1e-6


@settings(max_examples=40)
@given(tables())
def test_every_small_count_of_a_random_table_is_hidden(counts: list[list[int]]):
    system, hidden = hidden_in(counts)
    values = system.rows @ np.array(counts, dtype=float).ravel()
    assert hidden[is_small(values)].all()


def test_a_table_without_small_counts_is_published_whole():
    _, hidden = hidden_in([[10, 20], [30, 40]])
    assert not hidden.any()


def test_one_small_count_takes_three_more_in_a_table_with_all_its_totals():
    """Which is the textbook's case: two in its row and two in its column, that share a corner."""
    _, hidden = hidden_in([[3, 20, 30], [40, 50, 60], [70, 80, 90]])
    assert hidden[:9].sum() == 4
    assert not hidden[9:].any()


def test_smaller_counts_are_hidden_rather_than_larger_ones():
    _, hidden = hidden_in([[3, 900, 12], [800, 700, 600], [15, 500, 14]])
    assert set(np.flatnonzero(hidden)) == {0, 2, 6, 8}


def test_what_is_hidden_alone_is_exposed():
    system = table(np.array([[3.0, 20.0], [30.0, 40.0]]))
    alone = np.zeros(9, dtype=bool)
    alone[0] = True
    assert exposed(system, alone) == [0]
    assert not exposed(system, np.ones(9, dtype=bool))


def test_no_zero_is_hidden_where_another_count_will_do():
    _, hidden = hidden_in([[3, 0, 30], [40, 50, 60], [70, 80, 90]])
    assert not hidden[1]
    assert hidden[:9].sum() == 4


def test_a_share_is_hidden_with_its_part_and_a_cell_that_may_not_be_hidden_is_not():
    system = table(np.array([[3.0, 20.0, 30.0]]))
    open_to = np.ones(8, dtype=bool)
    open_to[1] = False
    found = hidden_cells([system], is_small(system.rows @ [3.0, 20.0, 30.0]), Terms(open_to, np.ones(8), ((0, 2),)))
    assert found is not None
    assert found[[0, 2]].all()
    assert not found[1]


def test_two_tables_with_the_same_cells_are_hidden_alike():
    one, other = table(np.array([[3.0, 20.0], [30.0, 40.0]])), table(np.array([[30.0, 20.0], [30.0, 2.0]]))
    primary = np.array([True, False, False, True, *[False] * 5])
    found = hidden_cells([one, other], primary, Terms(np.ones(9, dtype=bool), np.ones(9), ()))
    assert found is not None
    assert not exposed(one, found)
    assert not exposed(other, found)


def test_where_hiding_everything_is_not_enough_nothing_is_published():
    """Two counts whose sum everybody knows to be 4: neither can be 5."""
    known = sparse.csr_array(np.array([[1.0, 1.0]]))
    ends = np.array([3.5]), np.array([4.5])
    system = System(sparse.csr_array((0, 2)), known, *ends, *ends, np.array([-1]), sparse.csr_array([[1.0, 0.0]]))
    assert hidden_cells([system], np.zeros(1, dtype=bool), Terms(np.ones(1, dtype=bool), np.ones(1), ())) is None


@pytest.mark.parametrize(
    ("count", "small"), [(0.4, False), (0.5, True), (1, True), (5, True), (5.49, True), (5.5, False)]
)
def test_a_count_is_small_where_it_rounds_to_1_to_5(count: float, small: bool):
    assert is_small(np.array([count]))[0] == small
