from __future__ import annotations

import pytest
from pydantic import ValidationError

from thrive_model.assemble import Inputs
from thrive_model.errors import InputError
from thrive_model.pathway import TIME_PASSES, Move, Pathway, State
from thrive_model.tables import StateRow, pathway_of

OUTSIDE = State("county", "outside")
CARE = {"clock": "care", "band_starts": (0, 6, 24)}
FOSTER, HOME = State("foster", counts=frozenset({"looked_after"}), **CARE), State("home", **CARE)
LEFT = State("left")


def names(pathway: Pathway) -> list[str]:
    return [cell.name for cell in pathway.cells]


def ways(pathway: Pathway, move: str) -> set[tuple[str, str]]:
    """Cells that the arrows of this name lead between."""
    cells = names(pathway)
    return {(cells[a.source], cells[a.target]) for a in pathway.arrows if a.name == move}


def faults(states: list[State], moves: list[Move]) -> list[str]:
    with pytest.raises(InputError) as refused:
        Pathway(tuple(states), tuple(moves))
    return [problem.what for problem in refused.value.problems]


def test_a_timed_state_unfolds_into_one_cell_for_each_band():
    assert names(Pathway((FOSTER,), ())) == ["foster_0_6m", "foster_6_24m", "foster_24_onm"]
    assert [cell.longest_stay for cell in Pathway((FOSTER,), ()).cells] == [6, 18, float("inf")]


def test_time_leads_from_each_band_to_the_next_and_out_of_the_last_to_none():
    pathway = Pathway((FOSTER,), ())
    assert ways(pathway, TIME_PASSES) == {("foster_0_6m", "foster_6_24m"), ("foster_6_24m", "foster_24_onm")}


def test_a_change_of_state_keeps_the_clock_that_both_share():
    pathway = Pathway((FOSTER, HOME), (Move("to_home", "foster", "home"),))
    assert ways(pathway, "to_home") == {
        ("foster_0_6m", "home_0_6m"),
        ("foster_6_24m", "home_6_24m"),
        ("foster_24_onm", "home_24_onm"),
    }


def test_entering_starts_the_clock_and_leaving_ends_it():
    pathway = Pathway((LEFT, FOSTER), (Move("enters", "left", "foster"), Move("leaves", "foster", "left")))
    assert ways(pathway, "enters") == {("left", "foster_0_6m")}
    assert {target for _, target in ways(pathway, "leaves")} == {"left"}


def test_another_clock_starts_at_nought():
    plan = State("plan", clock="plan", band_starts=(0, 3))
    pathway = Pathway((plan, FOSTER), (Move("admitted", "plan", "foster"),))
    assert {target for _, target in ways(pathway, "admitted")} == {"foster_0_6m"}


def test_a_longest_stay_leads_where_the_table_says():
    pathway = Pathway((State("recent", stay_months=12, then="left"), LEFT), ())
    assert ways(pathway, TIME_PASSES) == {("recent", "left")}
    assert pathway.cells[0].longest_stay == 12


def test_cells_stand_outside_stay_decision_whatever_the_order_of_the_table():
    states = (State("screening", "decision"), LEFT, OUTSIDE)
    pathway = Pathway(states, (Move("referral", "county", "screening"), Move("closed", "screening", "left")))
    assert names(pathway) == ["county", "left", "screening"]
    assert [pathway.cells_of_kind(kind) for kind in ("outside", "stay", "decision")] == [[0], [1], [2]]


def test_arrows_are_sorted_by_the_cell_they_leave(inputs: Inputs):
    sources = [arrow.source for arrow in inputs.pathway.arrows]
    assert sources == sorted(sources)


def test_a_word_counts_every_state_and_move_under_it_once():
    moves = (
        Move("leaves", "foster", "left", frozenset({"exit"})),
        Move("runs", "home", "left", frozenset({"exit", "runs"})),
    )
    pathway = Pathway((FOSTER, HOME, LEFT), moves)
    assert pathway.cells_of("looked_after") == pathway.cells_of("foster") == [0, 1, 2]
    assert len(pathway.arrows_of("exit")) == 6
    assert pathway.arrows_of("runs") == pathway.arrows_named("runs")
    assert pathway.arrows_named("exit") == []
    assert pathway.state_counts == {"foster", "home", "left", "looked_after"}
    assert pathway.move_counts == {"leaves", "runs", "exit"}


def test_an_unknown_word_counts_nothing():
    pathway = Pathway((FOSTER,), ())
    assert pathway.cells_of("fostered") == pathway.arrows_of("fostered") == []


def test_every_fault_is_shown_at_once():
    found = faults([LEFT, LEFT], [Move("a", "left", "lefft"), Move("b", "left", "left")])
    assert len(found) == 3
    assert "unknown state 'lefft'" in found


@pytest.mark.parametrize(
    ("states", "moves", "says"),
    [
        ([LEFT, LEFT], [], "a second time"),
        ([State("a", band_starts=(3, 6))], [], "must begin at 0 and rise"),
        ([State("a", band_starts=(0, 6, 6))], [], "must begin at 0 and rise"),
        ([State("a", stay_months=3, then="b")], [], "unknown state 'b'"),
        ([State("a", stay_months=3)], [], "needs both a longest stay and where"),
        ([State("a", then="b"), State("b")], [], "needs both a longest stay and where"),
        ([FOSTER, State("b", clock="care", band_starts=(0, 9))], [], "share the clock 'care' but not its bands"),
        ([LEFT, FOSTER], [Move("m", "left", "foster"), Move("m", "left", "foster")], "a second time"),
        ([LEFT], [Move("m", "left", "left")], "moves to itself"),
        ([LEFT, OUTSIDE], [Move("m", "left", "county")], "outside the service and cannot be moved to"),
        ([State("d", "decision"), LEFT], [], "has no way out"),
        (
            [State("late", "decision"), State("early", "decision"), LEFT],
            [Move("m", "early", "late"), Move("n", "late", "left")],
            "comes before",
        ),
    ],
)
def test_what_cannot_be_a_pathway_is_refused(states: list[State], moves: list[Move], says: str):
    assert any(says in fault for fault in faults(states, moves))


def state_row(state: str, kind: str = "stay", **cells: str) -> StateRow:
    blank = dict.fromkeys(("counts", "clock", "band_starts", "stay_months", "then", "ssda903_codes"), "")
    return StateRow(where="states.csv:2", state=state, kind=kind, **{**blank, **cells}, meaning="-", source="-")


def test_a_longest_stay_cannot_end_outside_where_children_would_be_lost():
    """Whoever stands outside is not tracked: a move there is refused, and so must time's own be."""
    rows = [state_row("county", "outside"), state_row("recent", stay_months="3", then="county")]
    with pytest.raises(InputError):
        pathway_of(rows, [])


def test_a_state_with_bands_cannot_also_have_a_longest_stay():
    """The longest stay would be ignored in silence."""
    with pytest.raises((InputError, ValidationError)):
        pathway_of([state_row("left"), state_row("a", clock="c", band_starts="0;3", stay_months="6", then="left")], [])


def test_two_moves_of_their_own_names_may_lead_the_same_way():
    """Moved to an agency for want of a place, or for another reason: each has its rate."""
    pathway = Pathway((FOSTER, HOME), (Move("moved", "foster", "home"), Move("overflow", "foster", "home")))
    assert ways(pathway, "moved") == ways(pathway, "overflow")
    assert len(pathway.arrows_named("moved")) == len(pathway.arrows_named("overflow")) == 3


# The shipped pathway


def test_nobody_leaves_the_shipped_state_of_those_who_turned_18(inputs: Inputs):
    pathway = inputs.pathway
    (adult,) = pathway.cells_of("turned_18")
    assert adult not in {arrow.source for arrow in pathway.arrows}
    assert adult not in {arrow.target for arrow in pathway.arrows}


def test_every_shipped_state_can_be_reached(inputs: Inputs):
    pathway = inputs.pathway
    reached = {pathway.cells[arrow.target].state.name for arrow in pathway.arrows}
    assert pathway.state_names - reached == {"population", "turned_18"}


def test_every_shipped_admission_leads_to_a_state_of_looked_after_children(inputs: Inputs):
    pathway = inputs.pathway
    (admission,) = pathway.cells_of("admission_to_care")
    placed = {arrow.target for arrow in pathway.arrows if arrow.source == admission}
    assert placed <= set(pathway.cells_of("looked_after"))
    into = {e for e, arrow in enumerate(pathway.arrows) if arrow.target == admission}
    assert into == set(pathway.arrows_of("admission"))
