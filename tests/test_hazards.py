from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from thrive_model.assemble import Inputs
from thrive_model.assemble.hazards import Hazards, RateBands, hazards
from thrive_model.bands import Ages
from thrive_model.errors import Problem
from thrive_model.pathway import Move, Pathway, State
from thrive_model.periods import FinancialYear, Month, months_between
from thrive_model.run import Comparison
from thrive_model.tables import RateRow

CARE = State("care", clock="care", band_starts=(0, 6))
TWO_YEARS = months_between(Month(2012, 4), Month(2014, 3))
SIMPLE = Pathway((State("a"), State("b")), (Move("go", "a", "b"),))
FORK = Pathway(
    (State("a"), State("b"), State("d", "decision")),
    (Move("come", "a", "d"), Move("left", "d", "a"), Move("right", "d", "b")),
)


def row(move: str, rate: str = "", *, share: str = "", line: int = 2, **cells: str) -> RateRow:
    at = {"ages": "0-17", "months": "all", "from_year": "2012-13", **cells}
    given: dict[str, Any] = {"move": move, "rate_per_year": rate, "share": share, **at}
    return RateRow(where=f"rates.csv:{line}", **given, source="made_up", basis="assumption", note="made up")


def laid(pathway: Pathway, *rows: RateRow) -> tuple[Hazards, list[str]]:
    problems: list[Problem] = []
    found = hazards(pathway, rows, RateBands.around([one.ages for one in rows]), TWO_YEARS, problems)
    return found, [problem.what for problem in problems]


def test_a_yearly_rate_is_a_twelfth_a_month():
    found, faults = laid(SIMPLE, row("go", "1.2"))
    assert found.hazard.item() == pytest.approx(0.1)
    assert faults == []


def test_rates_stand_on_the_ages_they_are_given_for():
    found, faults = laid(SIMPLE, row("go", "1.2", ages="0-4"), row("go", "2.4", ages="5-17", line=3))
    np.testing.assert_allclose(found.hazard[0, 0, :, 0], [0.1, 0.2])
    assert faults == []


def test_rates_stand_on_the_durations_they_are_given_for():
    pathway = Pathway((CARE, State("left")), (Move("leaves", "care", "left"),))
    found, faults = laid(pathway, row("leaves", "1.2", months="0-6"), row("leaves", "2.4", months="6-", line=3))
    np.testing.assert_allclose([found.hazard[0, e, 0, 0] for e in pathway.arrows_of("leaves")], [0.1, 0.2])
    assert faults == []


def test_one_rate_may_serve_every_arrow_of_its_name():
    pathway = Pathway((State("a"), State("b"), State("c")), (Move("go", "a", "c"), Move("go", "b", "c")))
    found, _ = laid(pathway, row("go", "1.2"))
    np.testing.assert_allclose(found.hazard[0, :, 0, 0], [0.1, 0.1])


def test_a_later_rate_holds_from_the_april_of_its_year():
    found, faults = laid(SIMPLE, row("go", "1.2"), row("go", "2.4", from_year="2013-14", line=3))
    by_month = found.hazard[found.period, 0, 0, 0]
    np.testing.assert_allclose(by_month, [0.1] * 12 + [0.2] * 12)
    assert faults == []


def test_a_later_rate_for_some_ages_leaves_the_others_as_they_were():
    rows = (row("go", "1.2"), row("go", "2.4", from_year="2013-14", ages="0-4", line=3))
    found, faults = laid(SIMPLE, *rows)
    np.testing.assert_allclose(found.hazard[:, 0, :, 0], [[0.1, 0.1], [0.2, 0.1]])
    assert faults == []


def test_a_rate_of_an_earlier_year_holds_until_the_next():
    found, faults = laid(SIMPLE, row("go", "1.2", from_year="2005-06"), row("go", "6", from_year="2020-21", line=3))
    assert found.hazard.item() == pytest.approx(0.1)
    assert faults == []


def test_shares_out_of_a_decision_are_weights_and_not_rates():
    found, faults = laid(FORK, row("come", "1.2"), row("left", share="0.3"), row("right", share="0.7"))
    assert {FORK.arrows[e].name: found.hazard[0, e, 0, 0] for e in range(3)} == pytest.approx(
        {"come": 0.1, "left": 0.3, "right": 0.7}
    )
    assert faults == []


def test_an_arrow_of_time_takes_no_rate():
    pathway = Pathway((CARE, State("left")), (Move("leaves", "care", "left"),))
    found, faults = laid(pathway, row("leaves", "1.2"))
    assert [found.hazard[0, e, 0, 0] for e, arrow in enumerate(pathway.arrows) if arrow.move is None] == [0]
    assert faults == []


@pytest.mark.parametrize(
    ("pathway", "rows", "says"),
    [
        (SIMPLE, [row("go", "1", ages="0-4")], "'go' has no rate for ages 5-17"),
        (SIMPLE, [row("go", "1"), row("go", "2", ages="5-9", line=3)], "second rate"),
        (SIMPLE, [row("go", "1", from_year="2013-14")], "the run needs 2012-13"),
        (SIMPLE, [row("go", "1"), row("gone", "1", line=3)], "unknown move 'gone'"),
        (SIMPLE, [row("go", share="1")], "needs a rate"),
        (
            FORK,
            [row("come", "1"), row("left", "1"), row("right", share="1")],
            "leads out of a decision and needs a share",
        ),
        (FORK, [row("come", "1"), row("left", share="0.5"), row("right", share="0.6")], "sum to 1.1"),
    ],
)
def test_a_gap_an_overlap_or_a_mistaken_rate_is_refused(pathway: Pathway, rows: list[RateRow], says: str):
    _, faults = laid(pathway, *rows)
    assert any(says in fault for fault in faults), faults


@pytest.mark.parametrize("cells", [{"rate_per_year": "1", "share": "1"}, {"rate_per_year": "", "share": ""}])
def test_a_row_gives_either_a_rate_or_a_share(cells: dict[str, str]):
    with pytest.raises(ValidationError):
        row("go", cells["rate_per_year"], share=cells["share"])


@pytest.mark.parametrize("rate", ["-0.1", "nan", "inf", "ten"])
def test_what_is_not_a_rate_is_refused(rate: str):
    with pytest.raises(ValidationError):
        row("go", rate)


# The shipped rates


def test_every_shipped_decision_shares_out_all_its_children(thrive: Comparison):
    built = thrive.scenario.assembled
    for cell in built.pathway.cells_of_kind("decision"):
        total = built.parameters.hazard[:, built.parameters.source == cell].sum(axis=1)
        np.testing.assert_allclose(total, 1.0, atol=1e-6)


def test_the_shipped_rates_are_those_of_the_table_over_twelve(inputs: Inputs, thrive: Comparison):
    built = thrive.scenario.assembled
    (row_of_infants,) = [r for r in inputs.rates if r.move == "referral" and r.ages == Ages.parse("0m-1m")]
    (arrow,) = built.pathway.arrows_named("referral")
    assert built.parameters.hazard[0, arrow, 0, 0] == pytest.approx(row_of_infants.rate_per_year / 12)
    assert FinancialYear(2010) == row_of_infants.from_year
