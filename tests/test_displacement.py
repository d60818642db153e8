from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import invoke

from thrive_model.displacement import Diversion, Whereabouts, _split, diversions, whereabouts
from thrive_model.errors import InputError
from thrive_model.results import Results
from thrive_model.run import Comparison, _nobody_vanished
from thrive_model.savings import by_line

A_CHILD = 1e-6
FLOWS = st.lists(st.floats(0.0, 1e4), min_size=4, max_size=4)


@pytest.fixture(scope="module")
def moves(thrive: Comparison) -> list[Diversion]:
    return diversions(thrive.do_nothing, thrive.scenario)


@pytest.fixture(scope="module")
def places(thrive: Comparison) -> list[Whereabouts]:
    return whereabouts(thrive.do_nothing, thrive.scenario)


def test_fewer_coming_and_another_way_taken_are_all_of_the_change(moves: list[Diversion]):
    for row in moves:
        assert row.came + row.moved == pytest.approx(row.change, abs=A_CHILD), row


def test_out_of_each_state_work_that_is_moved_sums_to_nobody(moves: list[Diversion]):
    """Whoever is not sent one way is sent another."""
    for key in {(row.from_state, row.financial_year) for row in moves}:
        moved = sum(row.moved for row in moves if (row.from_state, row.financial_year) == key)
        assert moved == pytest.approx(0.0, abs=A_CHILD), key


def test_a_split_worked_by_hand():
    """100 leave, 60 by this move; later 80, 24 of them so. Twenty fewer came, which is 12 at 60%; 30% instead of 60%
    of 80 is 24 sent another way."""
    came, moved = _split(*(np.array([figure]) for figure in (60.0, 24.0, 100.0, 80.0)))
    assert (came[0], moved[0]) == pytest.approx((-12.0, -24.0))


@given(was=FLOWS, now=FLOWS)
def test_any_split_is_all_of_the_change_and_moves_nobody_on_balance(was: list[float], now: list[float]):
    before, after = np.array(was), np.array(now)
    came, moved = _split(before, after, np.full(4, before.sum()), np.full(4, after.sum()))
    np.testing.assert_allclose(came + moved, after - before, atol=1e-6)
    assert moved.sum() == pytest.approx(0.0, abs=1e-6)


def test_children_diverted_at_screening_are_counted_in_early_help(moves: list[Diversion], places: list[Whereabouts]):
    """ "the Integrated Screening Hub can put in place other responses": fewer assessments, more early help."""
    screened = [row for row in moves if row.from_state.startswith("screening") and row.financial_year == "2014-15"]
    to_assessment = sum(row.moved for row in screened if row.move == "accepted")
    to_early_help = sum(row.moved for row in screened if row.move == "screened_to_early_help")
    closed = sum(row.moved for row in screened if row.move == "no_further_action")
    assert to_assessment < 0 < to_early_help
    assert to_early_help + closed == pytest.approx(-to_assessment)
    caseload = sum(
        row.change for row in places if str(row.state).startswith("early_help") and row.financial_year == "2014-15"
    )
    assert caseload > 100


def test_what_early_help_takes_on_costs_more(thrive: Comparison, places: list[Whereabouts]):
    rows = {row.line: row for row in by_line(thrive.do_nothing, thrive.scenario) if row.financial_year == "2014-15"}
    assert rows["early_help"].saving < 0
    held = [row for row in places if row.state in {"early_help", "early_help_after_plan"}]
    now = [row for row in held if row.financial_year == "2014-15"]
    was = [row for row in held if row.financial_year == "2013-14"]
    ratio = sum(r.scenario for r in (*now, *was)) / sum(r.do_nothing for r in (*now, *was))
    assert rows["early_help"].scenario / rows["early_help"].do_nothing == pytest.approx(ratio, rel=0.02)


def test_whoever_is_not_here_is_there(thrive: Comparison, places: list[Whereabouts]):
    for year in thrive.scenario.years:
        changes = [row.change for row in places if row.financial_year == str(year)]
        assert sum(changes) == pytest.approx(0.0, abs=A_CHILD)


def test_no_state_is_counted_twice(thrive: Comparison, places: list[Whereabouts]):
    """A state whose name is also a word that others are counted under: early help."""
    held = sum(row.scenario for row in places if row.financial_year == "2017-18" and row.state is not None)
    assert held == pytest.approx(float(thrive.scenario.trajectory.stock[-1].sum()))


def test_a_result_in_which_children_vanish_is_refused(thrive: Comparison):
    broken = _with_three_children_gone(thrive.scenario)
    with pytest.raises(InputError) as refused:
        _nobody_vanished(broken)
    assert [str(problem) for problem in refused.value.problems] == [
        "error: thrive: 3 children are unaccounted for in 2012-05 "
        "(the result is not used: this is a fault of the model, please report it)"
    ]


def test_a_result_that_is_not_a_number_is_refused(thrive: Comparison):
    with pytest.raises(InputError, match="unaccounted for"):
        _nobody_vanished(_with_children_gone(thrive.scenario, np.nan))


def _with_three_children_gone(results: Results) -> Results:
    return _with_children_gone(results, 3.0)


def _with_children_gone(results: Results, children: float) -> Results:
    """Out of one state, from the end of May 2012 on."""
    stock = results.trajectory.stock.copy()
    cell = next(c for c, one in enumerate(results.assembled.pathway.cells) if one.state.name == "left_services")
    stock[2:, cell, 0] -= children
    return replace(results, trajectory=replace(results.trajectory, stock=stock))


def test_do_nothing_moves_nobody(thrive: Comparison):
    assert all(row.change == 0 for row in diversions(thrive.do_nothing, thrive.do_nothing))


def test_the_command_shows_moved_and_no_longer_done_apart():
    shown = invoke("displacement", "thrive", "--year", "2013-14")
    told = json.loads(invoke("displacement", "thrive", "--json").stdout)
    assert shown.exit_code == 0
    assert "Children moved, 2013-14" in shown.stdout
    assert "nobody is lost" in shown.stdout
    assert told["unaccounted_for"] < 1e-6
    accepted = [row for row in told["moves"] if row["move"] == "accepted" and row["financial_year"] == "2013-14"]
    line = next(line.split() for line in shown.stdout.splitlines() if line.startswith("Accepted "))
    whole = [sum(row[key] for row in accepted) for key in ("do_nothing", "scenario", "change", "came", "moved")]
    assert [int(cell.replace(",", "")) for cell in line[1:]] == [round(figure) for figure in whole]


def test_where_there_is_no_programme_nobody_is_sent_another_way():
    shown = invoke("displacement", "do_nothing")
    assert shown.exit_code == 0
    assert "nobody is sent another way" in shown.stdout
    assert "Children moved" not in shown.stdout
