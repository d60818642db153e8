from __future__ import annotations

import json
from pathlib import Path

import pytest
from copies import Copy
from projects import ROOT, invoke, scenario_names

from thrive_model.parameters import PARTNERS
from thrive_model.periods import FinancialYear
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve
from thrive_model.section_251 import NOT_CODED, CodeYear, by_code, latest_with_both, paid_by_partners

A_MILLIONTH_OF_A_POUND = 1e-6
FIRST = "2012-13"


@pytest.fixture(scope="module")
def rows(thrive: Comparison) -> list[CodeYear]:
    return by_code(thrive.do_nothing, thrive.scenario)


def one(rows: list[CodeYear], code: str, year: str = FIRST) -> CodeYear:
    (row,) = [row for row in rows if (row.section_251, row.financial_year) == (code, year)]
    return row


# What the lines sum to


@pytest.mark.parametrize("name", scenario_names())
def test_the_lines_sum_to_all_that_the_council_spends(name: str):
    comparison = run(resolve(name))
    found = by_code(comparison.do_nothing, comparison.scenario)
    for results, column in ((comparison.scenario, "scenario"), (comparison.do_nothing, "do_nothing")):
        council = (results.spent() - results.spent(use=PARTNERS))[:, 0]
        for y, year in enumerate(results.years):
            total = sum(getattr(row, column) for row in found if row.financial_year == str(year))
            assert total == pytest.approx(council[y], abs=A_MILLIONTH_OF_A_POUND), (name, year)


def test_the_programme_is_on_the_lines_of_its_interventions(rows: list[CodeYear]):
    """Social work in 2012-13: £266,000 and £66,000 for nine months each, £102,000 for six."""
    assert one(rows, "social_work").programme == pytest.approx(266_000 * 0.75 + 66_000 * 0.75 + 102_000 / 2)
    assert one(rows, "residential_care").programme == 0.0


def test_what_is_not_coded_is_a_line_of_its_own(rows: list[CodeYear]):
    """Learning £175,000 and the Children Index £10,000; the information system begins in October 2013."""
    row = one(rows, NOT_CODED)
    assert (row.number, row.title) == (None, "Not coded")
    assert row.scenario == row.programme == pytest.approx(185_000)
    assert row.do_nothing == 0.0
    assert row.published is None
    assert row.difference is None
    assert row.difference_share is None


def test_what_was_drawn_and_not_itemised_is_a_line_of_its_own():
    """£94,000 x 9/12 of the year's new activity is not itemised where an intervention is left out."""
    comparison = run(resolve("thrive", ["interventions.parent_support_advisers.enabled=false"]))
    row = one(by_code(comparison.do_nothing, comparison.scenario), "not_itemised")
    assert row.title == "Drawn, not itemised"
    assert row.scenario == pytest.approx(70_500, abs=1)


def test_what_partners_pay_is_apart(thrive: Comparison):
    """Two fifths of £665,000 in 2012-13."""
    assert paid_by_partners(thrive.scenario)[0, 0] == pytest.approx(266_000)
    assert (paid_by_partners(thrive.do_nothing) == 0).all()


def test_every_line_stands_in_the_order_of_the_return(rows: list[CodeYear]):
    first = [row for row in rows if row.financial_year == FIRST]
    numbers = [row.number for row in first if row.number]
    assert numbers == sorted(numbers)
    assert [row.section_251 for row in first if not row.number] == [NOT_CODED]


def test_every_shipped_code_has_a_number_and_a_title(thrive: Comparison):
    inputs = thrive.scenario.assembled.inputs
    listed = {row.section_251 for row in inputs.section_251_lines}
    assert {row.section_251 for row in inputs.cost_lines} <= listed
    assert {row.section_251 for row in inputs.section_251} <= listed


# Beside the outturn


def test_the_difference_is_the_scenario_less_the_outturn(rows: list[CodeYear]):
    """£7,645,255.61 was published for residential care in 2012-13."""
    row = one(rows, "residential_care")
    assert row.published == pytest.approx(7_645_255.61)
    assert row.difference == pytest.approx(row.scenario - 7_645_255.61)
    assert row.difference_share == pytest.approx(row.scenario / 7_645_255.61 - 1)


def test_a_year_without_an_outturn_has_no_difference(rows: list[CodeYear]):
    row = one(rows, "residential_care", "2014-15")
    assert (row.published, row.difference, row.difference_share) == (None, None, None)


def test_the_published_lines_sum_to_the_spending_behind_the_observed_pressure(thrive: Comparison, rows: list[CodeYear]):
    total = sum(row.published or 0.0 for row in rows if row.financial_year == FIRST)
    base = thrive.scenario.assembled.base_budget
    assert total - base == pytest.approx(thrive.scenario.observed["pressure", FinancialYear(2012)], abs=1.0)


def test_the_year_shown_is_the_last_with_an_outturn(thrive: Comparison):
    assert latest_with_both(thrive.scenario) == FinancialYear(2012)


# The command


def test_the_screen_shows_what_the_json_object_holds(rows: list[CodeYear]):
    shown, told = invoke("section-251", "thrive"), json.loads(invoke("section-251", "thrive", "--json").stdout)
    assert shown.exit_code == 0
    assert max(len(line) for line in shown.stdout.splitlines()) <= 100
    assert "2012-13, £000 gross" in shown.stdout
    assert len(told["lines"]) == len(rows)
    for row in told["lines"]:
        if row["financial_year"] == FIRST:
            line = next(line for line in shown.stdout.splitlines() if row["title"] in line)
            assert f"{row['scenario'] / 1000:,.0f}" in line
    assert told["paid_by_partners"][0]["amount"] == pytest.approx(266_000)
    assert "Partners pay £266k of the programme besides." in " ".join(shown.stdout.split())


def test_every_key_of_the_json_object_is_documented():
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    told = json.loads(invoke("section-251", "thrive", "--json").stdout)
    keys = {*told, *told["lines"][0], *told["paid_by_partners"][0]}
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


def test_a_year_without_an_outturn_is_shown_without_differences():
    shown = invoke("section-251", "thrive", "--year", "2014-15").stdout
    assert "No outturn of 2014-15 is published in the tables." in " ".join(shown.split())
    assert "(less)" not in shown


def test_doing_nothing_has_no_programme():
    shown = invoke("section-251", "do_nothing").stdout
    assert "Lines with an outturn" in shown
    assert "Not coded" not in shown
    assert "All that the council spends" not in shown


def test_every_line_of_the_outturn_is_explained(rows: list[CodeYear]):
    text = " ".join((ROOT / "docs" / "section-251.md").read_text(encoding="utf-8").lower().split())
    explained = text[text.index("## line by line") :]
    for row in rows:
        if row.published is not None:
            assert " ".join(row.title.split(",")[0].split()[:2]).lower() in explained, row.title


# Refusals


def test_a_year_outside_the_run_is_refused():
    refused = invoke("section-251", "thrive", "--year", "2030-31")
    assert refused.exit_code == 1
    assert refused.stderr == "error: --year: '2030-31' is outside the run (name a year from 2012-13 to 2017-18)\n"


def test_a_cost_line_without_a_section_251_code_is_refused(tmp_path: Path):
    copy = Copy(tmp_path)
    copy.change(
        "cost_lines",
        "long_term_fostering,,483.32,2011-12,gdp_deflator,fostering_services,placements,0.6",
        "long_term_fostering,,483.32,2011-12,gdp_deflator,,placements,0.6",
    )
    told = invoke("check", copy.folder / "scenarios" / "do_nothing.yaml").stderr.splitlines()
    assert told == copy.placed("cost_lines.csv:<long_term_fostering,> section_251: must not be blank")


@pytest.mark.parametrize("command", ["check", "run", "section-251"])
def test_an_intervention_on_a_line_that_the_return_does_not_have_is_refused(tmp_path: Path, command: str):
    file = tmp_path / "mine.yaml"
    file.write_text(
        "extends: thrive\ninterventions:\n  swift:\n    section_251: targeted_family_suport\n", encoding="utf-8"
    )
    refused = invoke(command, file)
    assert refused.exit_code == 1
    assert refused.stderr.splitlines() == [
        "error: mine.yaml:4:5 interventions.swift.section_251: 'targeted_family_suport' is not a line of "
        "section_251_lines.csv (did you mean 'targeted_family_support'?)"
    ]


@pytest.mark.parametrize("written", ['""', '" "'])
def test_an_intervention_with_a_blank_code_is_refused(tmp_path: Path, written: str):
    file = tmp_path / "mine.yaml"
    file.write_text(f"extends: thrive\ninterventions:\n  swift:\n    section_251: {written}\n", encoding="utf-8")
    refused = invoke("check", file)
    assert refused.exit_code == 1
    assert refused.stderr == "error: mine.yaml:4:5 interventions.swift.section_251: must not be blank\n"


def test_two_lines_of_one_number_are_refused(tmp_path: Path):
    copy = Copy(tmp_path)
    copy.change("section_251_lines", "fostering_services,6,", "fostering_services,5,")
    told = invoke("check", copy.folder / "scenarios" / "do_nothing.yaml").stderr.splitlines()
    assert told == copy.placed(
        "section_251_lines.csv:<fostering_services,> number: 5 is the number of 'residential_care' too "
        "(give each line its own)"
    )
