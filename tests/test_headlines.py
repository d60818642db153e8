from __future__ import annotations

import math

import pytest

from thrive_model import fund, savings
from thrive_model.appraisal import worth_of
from thrive_model.headlines import MEASURES, Headline, headlines
from thrive_model.outputs import all_outputs
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

REAL = "real, 2012-13 prices by gdp_deflator, discounted by green_book_2003"
OUTPUTS = (
    "spending_on_demand",
    "programme_cost",
    "pressure",
    "looked_after_children",
    "child_protection_plans",
)


@pytest.fixture(scope="module")
def rows(thrive: Comparison) -> list[Headline]:
    return headlines(thrive)


def yearly(rows: list[Headline], measure: str) -> list[float | None]:
    return [row.value for row in rows if row.measure == measure and row.financial_year]


def whole(rows: list[Headline], measure: str) -> list[float | None]:
    return [row.value for row in rows if row.measure == measure and not row.financial_year]


@pytest.mark.parametrize("measure", OUTPUTS)
def test_an_output_is_what_a_run_reports(measure: str, rows: list[Headline], thrive: Comparison):
    assert yearly(rows, measure) == list(all_outputs()[measure].measure(thrive.scenario)[:, 0])


def test_spending_in_all_is_that_on_demand_and_that_of_the_programme(rows: list[Headline]):
    parts = (yearly(rows, measure) for measure in ("spending_on_demand", "programme_cost"))
    assert yearly(rows, "spending") == [a + b for a, b in zip(*parts, strict=True) if a is not None and b is not None]


def test_the_fund_is_its_account(rows: list[Headline], thrive: Comparison):
    account = fund.account(thrive.scenario)
    assert yearly(rows, "fund_balance") == [row.closing for row in account]
    assert yearly(rows, "fund_drawn") == [row.drawdown for row in account]
    assert yearly(rows, "unfunded") == [row.unfunded for row in account]


def test_savings_by_kind_are_all_that_doing_nothing_would_cost_more(rows: list[Headline], thrive: Comparison):
    found = zip(yearly(rows, "cashable"), yearly(rows, "avoided"), strict=True)
    assert [math.fsum(pair) for pair in found] == pytest.approx(
        list(fund.saving(thrive.do_nothing, thrive.scenario)[:, 0])
    )
    lines = savings.by_line(thrive.do_nothing, thrive.scenario)
    first = math.fsum(line.cashable for line in lines if line.financial_year == "2012-13")
    assert yearly(rows, "cashable")[0] == first


@pytest.mark.parametrize("measure", ["spending", "programme_cost", "fund_drawn", "unfunded", "pressure", "cashable"])
def test_what_may_be_added_is_summed_over_the_run(measure: str, rows: list[Headline]):
    assert whole(rows, measure) == [math.fsum(value or 0.0 for value in yearly(rows, measure))]


@pytest.mark.parametrize("measure", ["fund_balance", "looked_after_children", "child_protection_plans"])
def test_what_stands_at_the_end_of_a_year_is_not_summed(measure: str, rows: list[Headline]):
    assert len(yearly(rows, measure)) == 6
    assert whole(rows, measure) == []


def test_a_pressure_that_is_a_sum_already_is_not_summed_again():
    found = headlines(run(resolve("do_nothing", ["pressure.reading=cumulative", "last_year=2014-15"])))
    assert len(yearly(found, "pressure")) == 3
    assert whole(found, "pressure") == []


def test_a_scenario_without_a_fund_has_no_figures_of_one():
    found = {row.measure for row in headlines(run(resolve("do_nothing", ["last_year=2014-15"])))}
    assert found.isdisjoint({"fund_balance", "fund_drawn", "unfunded"})


def test_pounds_have_a_price_basis_and_children_have_none(rows: list[Headline]):
    assert {(row.unit, row.price_basis) for row in rows} == {
        ("pounds", "nominal"),
        ("children at 31 March", ""),
        *((unit, REAL) for unit in ("pounds", "ratio", "years")),
    }


def test_the_figures_of_the_appraisal_stand_under_no_year_on_their_own_price_basis(
    thrive: Comparison, rows: list[Headline]
):
    worth = worth_of(thrive)
    assert worth.payback is not None
    found = [row for row in rows if row.price_basis == REAL]
    assert [(row.measure, row.unit, row.financial_year, row.value) for row in found] == [
        ("net_present_social_value", "pounds", "", worth.npsv),
        ("benefit_cost_ratio", "ratio", "", worth.bcr),
        ("payback", "years", "", worth.payback.start - 2012 + 1),
    ]


def test_every_measure_stands_in_the_order_in_which_it_is_told(rows: list[Headline]):
    assert tuple(dict.fromkeys(row.measure for row in rows)) == MEASURES


def test_no_measure_stands_twice_under_one_year(rows: list[Headline]):
    keys = [(row.measure, row.financial_year) for row in rows]
    assert len(keys) == len(set(keys))
