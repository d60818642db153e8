from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from projects import invoke

from thrive_model import savings
from thrive_model.fund import saving
from thrive_model.run import Comparison, run
from thrive_model.savings import LineSaving, against_target, by_line, named
from thrive_model.scenario import resolve

A_PENNY = 0.01
PAID_LESS = ["interventions.swift_assessments.enabled=false"]
DEARER = """
extends: do_nothing
interventions:
  dearer:
    title: A dearer referral, and fewer of them
    use: change
    start: 2012-04
    cost_per_year: 0
    effects:
      - {kind: multiply_unit_cost, cost_line: referrals, relative_cost: 1.5}
      - {kind: multiply_volume, cost_line: referrals, relative_volume: 0.6}
      - {kind: multiply_unit_cost, cost_line: leaving_care, relative_cost: 0.9}
"""


@pytest.fixture(scope="module")
def lines(thrive: Comparison) -> list[LineSaving]:
    return by_line(thrive.do_nothing, thrive.scenario)


@pytest.fixture(scope="module")
def dearer(tmp_path_factory: pytest.TempPathFactory) -> Comparison:
    file = tmp_path_factory.mktemp("dearer") / "dearer.yaml"
    file.write_text(DEARER, encoding="utf-8")
    return run(resolve(str(file)))


def _total(lines: Sequence[LineSaving], year: str, column: str) -> float:
    return sum(getattr(row, column) for row in lines if row.financial_year == year)


def test_the_savings_of_all_lines_are_what_the_programme_takes_off_demand(thrive: Comparison, lines: list[LineSaving]):
    whole = saving(thrive.do_nothing, thrive.scenario)[:, 0]
    for y, year in enumerate(thrive.scenario.years):
        assert _total(lines, str(year), "saving") == pytest.approx(whole[y], abs=A_PENNY)


def test_price_volume_mix_and_two_at_once_are_all_of_every_lines_saving(lines: list[LineSaving], dearer: Comparison):
    for row in [*lines, *by_line(dearer.do_nothing, dearer.scenario)]:
        assert row.price + row.volume + row.mix + row.joint == pytest.approx(row.saving, abs=A_PENNY), row


def test_the_mix_of_placements_moves_from_agencies_to_the_councils_own_carers(lines: list[LineSaving]):
    """As many children placed: what agencies come down by, in-house fostering goes up by at a lower price."""
    rows = {row.line: row for row in lines if row.financial_year == "2014-15"}
    assert rows["agency_fostering"].mix > 0 > rows["in_house_fostering"].mix
    assert rows["referrals"].mix == 0.0
    assert _total(lines, "2014-15", "mix") > 0


def test_what_is_cashable_and_what_is_avoided_are_all_of_every_lines_saving(
    thrive: Comparison, lines: list[LineSaving]
):
    share = {row.line: row.cashable_share for row in thrive.scenario.assembled.inputs.cost_lines}
    for row in lines:
        assert row.cashable + row.avoided == pytest.approx(row.saving, abs=A_PENNY)
        assert row.cashable <= max(row.saving * share[row.line], row.saving, 0.0) + A_PENNY
    assert any(row.avoided > 1000 for row in lines)
    assert any(row.cashable > 1000 for row in lines)


def test_a_saving_is_cashed_once_it_has_lasted_its_lag(thrive: Comparison):
    """In-house posts go when they fall vacant: nothing of assessments is cashable before their twelve months."""
    lags = {row.line: row.cashable_lag_months for row in thrive.scenario.assembled.inputs.cost_lines}
    cashable = savings.cashable_by_month(thrive.do_nothing, thrive.scenario)[..., 0]
    for i, lag in enumerate(lags.values()):
        assert (cashable[i, :lag] <= 0).all()
    assessments = list(lags).index("assessments")
    assert lags["assessments"] == 12
    assert cashable[assessments, 24] > 0


@pytest.mark.parametrize(
    ("lag", "cashable"),
    [
        (0, [5.0, 8.0, 3.0, -2.0, 6.0]),
        (1, [0.0, 5.0, 3.0, -2.0, 0.0]),  # the least of two months; an extra cost at once, and nothing saved through it
        (3, [0.0, 0.0, 0.0, -2.0, 0.0]),
    ],
)
def test_the_least_of_the_months_of_the_lag_can_be_cashed(lag: int, cashable: list[float]):
    saved = np.array([5.0, 8.0, 3.0, -2.0, 6.0])[:, None]
    np.testing.assert_array_equal(savings._lasting(saved, lag)[:, 0], cashable)


def test_a_dearer_unit_and_fewer_of_them_split_as_worked_by_hand(dearer: Comparison):
    """Spending 100 at p, q becomes 1.5p x 0.6q = 90. By price 0.5 x 100 = 50 more, by volume 0.4 x 100 = 40 less,
    jointly 0.5 x 0.4 x 100 = 20 less: 10 less in all. A fixed sum has no units: a tenth less is all by price."""
    rows = {row.line: row for row in by_line(dearer.do_nothing, dearer.scenario) if row.financial_year == "2013-14"}
    referrals, fixed = rows["referrals"], rows["leaving_care"]
    parts = np.array([referrals.price, referrals.volume, referrals.joint, referrals.saving]) / referrals.do_nothing
    np.testing.assert_allclose(parts, [-0.5, 0.4, 0.2, 0.1], atol=1e-9)
    assert fixed.price == pytest.approx(0.1 * fixed.do_nothing)
    assert (fixed.volume, fixed.joint) == (0.0, 0.0)


def test_the_four_savings_the_source_names_are_differences_of_their_lines(thrive: Comparison, lines: list[LineSaving]):
    """ "saved money on expensive external assessments", contact, parent and baby placements, agency chairs."""
    first = {row.key: row for row in named(thrive.do_nothing, thrive.scenario) if row.financial_year == "2012-13"}
    by_key = {row.line: row for row in lines if row.financial_year == "2012-13"}
    cost_lines = {
        "external_assessments": "external_assessments",
        "contact_services": "supervised_contact",
        "parent_and_baby_placements": "parent_and_baby",
        "agency_conference_chairs": "agency_conference_chairs",
    }
    assert first.keys() == cost_lines.keys()
    for key, line in cost_lines.items():
        assert first[key].saving == by_key[line].saving > 0


def test_less_spending_on_agency_chairs_follows_the_number_of_plans(thrive: Comparison):
    """ "less on agency staff ... because of the reduced number of Child Protection Plans": no lever of its own."""
    chairs = [row for row in named(thrive.do_nothing, thrive.scenario) if row.key == "agency_conference_chairs"]
    assert all(row.claimed_by == {} for row in chairs)
    line = thrive.scenario.assembled.costs.names.index("agency_conference_chairs")
    weeks = [float(results.units_charged[line, 0, 0]) for results in (thrive.do_nothing, thrive.scenario)]
    assert chairs[0].scenario / chairs[0].do_nothing == pytest.approx(weeks[1] / weeks[0], rel=1e-3)


def test_taking_away_what_claims_a_saving_takes_most_of_it_away(thrive: Comparison):
    """External assessments: with SWIFT's in-house ones gone only fewer proceedings are left to save on."""
    without = run(resolve("thrive", PAID_LESS))
    key, year = "external_assessments", "2014-15"

    def found(comparison: Comparison) -> savings.Named:
        rows = named(comparison.do_nothing, comparison.scenario)
        return next(row for row in rows if (row.key, row.financial_year) == (key, year))

    assert found(thrive).claimed_by == {"swift_assessments": 1.0}
    assert found(without).claimed_by == {}
    assert 0 < found(without).saving < 0.6 * found(thrive).saving


def test_what_was_asked_less_what_is_saved_is_the_gap(thrive: Comparison):
    """£912,000 was asked of 2012-13."""
    rows = against_target(thrive.do_nothing, thrive.scenario)
    assert rows[0].target == 912_000
    for row, found in zip(rows, saving(thrive.do_nothing, thrive.scenario)[:, 0], strict=True):
        assert row.gap == pytest.approx(row.target - found)


def test_a_scenario_that_asks_for_nothing_has_no_gap(thrive: Comparison):
    assert against_target(thrive.do_nothing, thrive.do_nothing) != []
    asked = thrive.scenario.assembled.resolved
    free = replace(asked, scenario=asked.scenario.model_copy(update={"savings_target": None}))
    scenario = replace(thrive.scenario, assembled=replace(thrive.scenario.assembled, resolved=free))
    assert against_target(thrive.do_nothing, scenario) == []


def test_the_command_shows_and_prints_the_same_savings(thrive: Comparison):
    shown = invoke("savings", "thrive", "--year", "2012-13")
    told = json.loads(invoke("savings", "thrive", "--json").stdout)
    assert shown.exit_code == 0
    assert "Cost lines, 2012-13, £m" in shown.stdout
    assert told["scenario"] == "thrive"
    assert len(told["lines"]) == len(thrive.scenario.assembled.inputs.cost_lines) * len(thrive.scenario.years)
    contact = next(
        row for row in told["named"] if (row["key"], row["financial_year"]) == ("contact_services", "2012-13")
    )
    assert f"{contact['saving'] / 1e6:.3f}" in shown.stdout
    assert [row["gap"] for row in told["targets"]] == [
        row.gap for row in against_target(thrive.do_nothing, thrive.scenario)
    ]


@pytest.mark.parametrize("command", ["savings", "displacement"])
def test_a_year_outside_the_run_is_refused(command: str):
    refused = invoke(command, "thrive", "--year", "2030-31")
    assert refused.exit_code == 1
    assert refused.stdout == ""
    assert refused.stderr == ("error: --year: '2030-31' is outside the run (name a year from 2012-13 to 2017-18)\n")


def test_a_scenario_that_names_no_saving_says_so():
    shown = invoke("savings", "do_nothing")
    assert shown.exit_code == 0
    assert "names no saving" in shown.stdout
    assert "The scenario has no interventions: it is doing nothing itself, and nothing is saved." in shown.stdout
    assert "Cost lines" not in shown.stdout


def test_the_screen_names_lines_and_who_claims_them_in_words():
    shown = invoke("savings", "thrive").stdout
    assert "\nAgency fostering " in shown
    assert "Claimed by: Alternatives to parent and baby placements" in " ".join(shown.split())
    assert "_" not in shown.replace("thrive_model", "")


MISTAKEN = """
extends: thrive
feedback:
  - {said: what somebody said, source: nowhere}
named_savings:
  contact_services:
    cost_lines: [supervised_contact, supervised_contcat]
  again:
    title: The same once more
    cost_lines: [external_assessments]
    said: made up for a test
"""


def test_a_named_saving_on_no_line_or_on_one_that_counts_already_is_refused(tmp_path: Path):
    file = tmp_path / "mistaken.yaml"
    file.write_text(MISTAKEN, encoding="utf-8")
    for command in ("check", "savings", "run"):
        refused = invoke(command, file)
        assert refused.exit_code == 1
        assert refused.stderr.splitlines() == [
            "error: mistaken.yaml:4:32 feedback.0.source: 'nowhere' is not in sources.csv",
            "error: mistaken.yaml:7:38 named_savings.contact_services.cost_lines.1: "
            "unknown cost line 'supervised_contcat' (did you mean 'supervised_contact'?)",
            "error: mistaken.yaml:10:18 named_savings.again.cost_lines.0: "
            "'external_assessments' counts under 'external_assessments' already (name each line once)",
        ]


def test_who_answers_for_a_saving_on_two_lines_answers_for_what_they_save(thrive: Comparison):
    """All of 30 saved on one line and half of 10 on the other: 35 of 40."""
    row = line_of(thrive, "supervised_contact")
    first = replace(row, do_nothing=30.0, scenario=0.0, claimed_by={"one": 1.0})
    second = replace(row, do_nothing=10.0, scenario=0.0, claimed_by={"one": 0.5, "another": 0.5})
    assert savings._claimed_of([first, second]) == {"one": 35 / 40, "another": 5 / 40}
    nothing = replace(second, do_nothing=0.0)
    assert savings._claimed_of([nothing]) == {"one": 0.5, "another": 0.5}


def line_of(comparison: Comparison, name: str) -> LineSaving:
    rows = by_line(comparison.do_nothing, comparison.scenario)
    return next(row for row in rows if row.line == name)


def test_a_pressure_outside_the_run_is_placed_where_it_was_set():
    refused = invoke("savings", "do_nothing", "--set", "last_year=2012-13")
    assert refused.exit_code == 1
    assert refused.stderr.startswith("error: do_nothing.yaml:")
    assert "pressure.year: '2014-15' is outside the run" in refused.stderr
