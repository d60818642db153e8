from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thrive_model.assemble import Inputs
from thrive_model.assemble.opening import fit_margins, opening
from thrive_model.bands import Ages
from thrive_model.errors import Problem
from thrive_model.periods import Month

CELLS = st.floats(0.1, 100.0)
EVE = Month(2012, 3)


def stock_of(inputs: Inputs, word: str) -> np.ndarray:
    """Children by age in months in the states counted under a word."""
    problems: list[Problem] = []
    stock = opening(inputs, EVE, problems)
    assert not problems
    return stock[inputs.pathway.cells_of(word), :, 0].sum(axis=0)


def changed(inputs: Inputs, state: str, update: Mapping[str, Any]) -> Inputs:
    """The shipped tables with one row of the opening stock changed."""
    rows = [
        row.model_copy(update=update) if (row.state, row.month_end) == (state, EVE) else row
        for row in inputs.opening_stock
    ]
    return replace(inputs, opening_stock=rows)


def faults(inputs: Inputs) -> list[str]:
    problems: list[Problem] = []
    opening(inputs, EVE, problems)
    return [problem.what for problem in problems]


# Fitting


@given(st.lists(CELLS, min_size=12, max_size=12))
def test_fitted_margins_are_those_of_the_table_they_were_taken_from(cells: list[float]):
    table = np.reshape(cells, (2, 3, 2))
    margins = [table.sum(axis=(1, 2)), table.sum(axis=(0, 2)), table.sum(axis=(0, 1))]
    fitted = fit_margins(np.ones((2, 3, 2)), margins)
    for axis, margin in enumerate(margins):
        others = tuple(a for a in range(3) if a != axis)
        np.testing.assert_allclose(fitted.sum(axis=others), margin, rtol=1e-6)


@given(st.lists(CELLS, min_size=4, max_size=4))
def test_from_an_even_start_two_margins_fit_to_their_product(cells: list[float]):
    table = np.reshape(cells, (2, 2))
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    np.testing.assert_allclose(fit_margins(np.ones((2, 2)), [rows, columns]), np.outer(rows, columns) / table.sum())


def test_zeros_stay_zero_and_force_the_rest():
    """Row 1 cannot be in column 2, so all 10 of it are in column 1, and of column 1's 15 the other 5 are row 2's."""
    fitted = fit_margins(np.array([[1.0, 0.0], [1.0, 1.0]]), [np.array([10.0, 20.0]), np.array([15.0, 15.0])])
    np.testing.assert_allclose(fitted, [[10, 0], [5, 15]], rtol=1e-6)


def test_margins_in_other_units_are_scaled_to_the_first():
    fitted = fit_margins(np.ones((2, 2)), [np.array([30.0, 10.0]), np.array([0.25, 0.75])])
    np.testing.assert_allclose(fitted, [[7.5, 22.5], [2.5, 7.5]])


def test_fitting_keeps_the_odds_of_the_seed():
    """What a fit keeps of its start is the odds ratio: here 6 before and after."""
    fitted = fit_margins(np.array([[2.0, 1.0], [1.0, 3.0]]), [np.array([7.0, 3.0]), np.array([4.0, 6.0])])
    assert fitted[0, 0] * fitted[1, 1] / (fitted[0, 1] * fitted[1, 0]) == pytest.approx(6.0)


# The shipped opening stock


def test_there_are_618_looked_after_children_of_the_published_ages(inputs: Inputs):
    by_age = stock_of(inputs, "looked_after")
    assert by_age.sum() == pytest.approx(618, abs=1e-6)
    for band, children in {"0": 42, "1-4": 135, "5-9": 120, "10-15": 221, "16-17": 100}.items():
        ages = Ages.parse(band)
        assert by_age[ages.first : ages.last + 1].sum() == pytest.approx(children, abs=1e-6), band


def test_there_are_637_children_on_plans_spread_over_durations_as_the_table_has_them(inputs: Inputs):
    shares = {row.months.start: row.children for row in inputs.opening_durations if row.clock == "plan"}
    stock = opening(inputs, EVE, [])
    cells = inputs.pathway.cells_of("child_protection_plan")
    assert stock[cells].sum() == pytest.approx(637, abs=1e-6)
    for i in cells:
        share = shares[inputs.pathway.cells[i].from_month] / sum(shares.values())
        assert stock[i].sum() == pytest.approx(637 * share, abs=1e-6)


def test_time_in_care_is_spread_as_the_table_has_it(inputs: Inputs):
    stock = opening(inputs, EVE, [])
    starts = {i: inputs.pathway.cells[i].from_month for i in inputs.pathway.cells_of("looked_after")}
    for row in (row for row in inputs.opening_durations if row.clock == "care"):
        cells = [i for i, start in starts.items() if start == row.months.start]
        assert stock[cells].sum() == pytest.approx(row.children, abs=1e-3)


def test_every_state_opens_with_the_children_of_its_row(inputs: Inputs):
    for row in (row for row in inputs.opening_stock if row.month_end == EVE):
        cells = [i for i, cell in enumerate(inputs.pathway.cells) if cell.state.name == row.state]
        stock = opening(inputs, EVE, [])[cells, :, 0].sum(axis=0)
        assert stock.sum() == pytest.approx(row.children, rel=1e-4), row.state
        assert stock[: row.ages.first].sum() + stock[row.ages.last + 1 :].sum() == 0, row.state


def test_no_child_has_been_in_care_or_on_a_plan_for_longer_than_they_have_lived(inputs: Inputs):
    stock = opening(inputs, EVE, [])
    for i, cell in enumerate(inputs.pathway.cells):
        assert stock[i, : cell.from_month].sum() == 0, cell.name


def test_the_opening_stock_is_finite_and_not_negative(inputs: Inputs):
    stock = opening(inputs, EVE, [])
    assert np.isfinite(stock).all()
    assert stock.min() >= 0


def test_nobody_opens_outside_in_a_decision_or_as_an_adult(inputs: Inputs):
    pathway, stock = inputs.pathway, opening(inputs, EVE, [])
    nobody = [*pathway.cells_of_kind("outside"), *pathway.cells_of_kind("decision"), *pathway.cells_of("turned_18")]
    assert stock[nobody].sum() == 0


# Refusals


def test_more_children_than_the_margins_can_hold_are_refused(inputs: Inputs):
    """300 of 914 children in parent and baby placements are under one, where 42 of 618 looked after are (62 of 914)."""
    assert faults(changed(inputs, "parent_and_baby", {"children": 300.0}))


def test_an_unknown_state_is_refused(inputs: Inputs):
    assert "unknown state 'residental'" in faults(changed(inputs, "residential", {"state": "residental"}))


@pytest.mark.parametrize("state", ["screening", "population"])
def test_a_state_that_holds_nobody_has_no_opening_stock(inputs: Inputs, state: str):
    assert f"'{state}' holds nobody" in faults(changed(inputs, "early_help", {"state": state}))


def test_a_group_without_ages_is_refused(inputs: Inputs):
    found = faults(changed(inputs, "returned_home", {"group": "hoome"}))
    assert any("no rows for the group 'hoome'" in what for what in found)


def test_a_clock_without_durations_is_refused(inputs: Inputs):
    rows = [row for row in inputs.opening_durations if row.clock != "plan"]
    assert any("no rows for the clock 'plan'" in what for what in faults(replace(inputs, opening_durations=rows)))


def test_a_duration_band_that_the_pathway_does_not_have_is_refused(inputs: Inputs):
    rows = [
        row.model_copy(update={"months": type(row.months)(9, 12)}) if str(row.months) == "6-12" else row
        for row in inputs.opening_durations
    ]
    assert any("duration band" in what and "plan" in what for what in faults(replace(inputs, opening_durations=rows)))


def test_a_state_for_children_too_young_for_a_duration_does_not_hold_them_in_it(inputs: Inputs):
    """Under two years old, nobody has been in care for 24 months, though the age band 1-4 reaches beyond two."""
    young = changed(inputs, "placed_for_adoption", {"ages": Ages.parse("0-1"), "children": 5.0})
    stock = opening(young, EVE, [])
    for i in young.pathway.cells_of("placed_for_adoption"):
        assert stock[i, : young.pathway.cells[i].from_month].sum() == 0
