from __future__ import annotations

import json

import pytest
from projects import invoke

from thrive_model.fund import saving
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve
from thrive_model.tracker import _colour, tracked


def test_every_saving_is_tracked_once(thrive: Comparison):
    whole = saving(thrive.do_nothing, thrive.scenario)[:, 0]
    for y, year in enumerate(thrive.scenario.years):
        rows = tracked(thrive, year)
        assert sum(row.part_year for row in rows) == pytest.approx(whole[y], abs=len(rows))
        assert len({row.key for row in rows}) == len(rows)
        assert all(row.owner for row in rows)


def test_savings_that_grow_are_worth_more_in_a_full_year(thrive: Comparison):
    rows = {row.key: row for row in tracked(thrive, thrive.scenario.years[0])}
    for key in ("external_assessments", "contact_services", "agency_fostering"):
        assert rows[key].full_year > rows[key].part_year > 0


def test_the_full_year_is_march_over_a_year(thrive: Comparison):
    """Agency fostering is paid by the week: 31 days of March, 365 of 2012-13."""
    year = thrive.scenario.years[0]
    was, now = (results.ledger.sum(line="agency_fostering") for results in (thrive.do_nothing, thrive.scenario))
    row = next(row for row in tracked(thrive, year) if row.key == "agency_fostering")
    assert row.full_year == pytest.approx(float((was - now)[11, 0]) * 365 / 31, rel=1e-9)


@pytest.mark.parametrize(
    ("part_year", "planned", "on_evidence", "colour"),
    [
        (100.0, 100.0, 0.0, ("green", "100% of the plan")),
        (90.0, 100.0, 1.0, ("amber", "90% of the plan")),
        (89.9, 100.0, 1.0, ("red", "90% of the plan")),
        (50.0, 0.0, 0.0, ("green", "100% of the plan")),
        (50.0, None, 0.67, ("green", "no plan; 67% of it on evidence")),
        (50.0, None, 0.34, ("amber", "no plan; 34% of it on evidence")),
        (50.0, None, 0.1, ("red", "no plan; 10% of it on evidence")),
        (-1.0, 100.0, 1.0, ("red", "costs more than doing nothing")),
        (-1e-9, None, 0.0, ("red", "no plan; nothing is saved")),
        (0.0, None, 0.0, ("red", "no plan; nothing is saved")),
    ],
)
def test_the_colour_is_its_rule(part_year: float, planned: float | None, on_evidence: float, colour: tuple[str, str]):
    assert _colour(part_year, planned, on_evidence) == colour


def test_a_plan_and_an_owner_are_settings():
    words = ["named_savings.contact_services.planned=100000", "named_savings.contact_services.owner=Contact manager"]
    comparison = run(resolve("thrive", words))
    row = next(row for row in tracked(comparison, comparison.scenario.years[2]) if row.key == "contact_services")
    assert (row.owner, row.planned, row.rag) == ("Contact manager", 100_000, "green")


def test_the_command_shows_the_same_as_its_data():
    shown, told = invoke("tracker", "thrive"), json.loads(invoke("tracker", "thrive", "--json").stdout)
    assert shown.exit_code == 0
    assert "Savings, 2014-15, £m" in shown.stdout
    assert {row["financial_year"] for row in told["savings"]} == {"2014-15"}
    assert all(len(line) <= 100 for line in shown.stdout.splitlines())


def test_doing_nothing_has_no_saving_to_track():
    assert invoke("tracker", "do_nothing").stdout.endswith("\n\nNothing is saved in 2014-15, and no line costs more.\n")
