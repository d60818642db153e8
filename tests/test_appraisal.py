"""What the programme is worth: by hand, by closed forms, and pound for pound beside the ledger."""

from __future__ import annotations

import json
import math
import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from copies import Copy, lines
from hypothesis import given
from hypothesis import strategies as st
from projects import ROOT, invoke

from thrive_model.appraisal import Appraised, appraise, worth_of
from thrive_model.appraisal.flows import Flows, Item, flows_of, payback, spending
from thrive_model.appraisal.switching import Switching, find
from thrive_model.appraisal.variants import Case, terms_of
from thrive_model.assemble.price_levels import price_indices
from thrive_model.discounting import DiscountRates
from thrive_model.ledger import NOT_ITEMISED
from thrive_model.periods import FinancialYear, years_between
from thrive_model.prices import PriceIndex
from thrive_model.run import Comparison, read_tables
from thrive_model.scenario import resolve

YEARS = years_between(FinancialYear(2012), FinancialYear(2014))
DEFLATOR = (1.0, 1.023, 1.023 * 1.019)
POUNDS = st.floats(-1e7, 1e7, allow_subnormal=False)
GROWTH = st.floats(-0.1, 0.3)

CHEAPER = """
extends: do_nothing
last_year: 2014-15
demand:
  growth_per_year: 0
pressure:
  year: 2014-15
interventions:
  bargain:
    title: Half the price of a fixed sum
    use: change
    start: 2012-04
    cost_per_year: 100000
    paid_by_partners: 0.25
    partner: health
    effects:
      - {kind: multiply_unit_cost, cost_line: asylum_seekers, relative_cost: 0.5}
"""
FIXED_SUM = 378_696
"""asylum_seekers a year, at prices of 2011-12."""
SAVED = 0.5 * FIXED_SUM * 1.015
"""Half of it, at prices of 2012-13: the same in every year."""
FACTORS = (1.0, 1 / 1.035, 1 / 1.035**2)
COST = sum(100_000 / level * factor for level, factor in zip(DEFLATOR, FACTORS, strict=True))


@cache
def shipped(*settings: str, name: str = "thrive") -> Appraised:
    return appraise(resolve(name, settings))


@pytest.fixture
def cheaper(tmp_path: Path) -> Path:
    file = tmp_path / "cheaper.yaml"
    file.write_text(CHEAPER, encoding="utf-8")
    return file


def flows(*items: Item) -> Flows:
    return Flows(YEARS, items)


def cost(*pounds: float, agency: Any = "council") -> Item:
    return Item(agency, "line", "programme", "cost", np.array(pounds)[:, None])


def benefit(*pounds: float, agency: Any = "council") -> Item:
    return Item(agency, "line", "occupancy", "benefit", np.array(pounds)[:, None])


# By hand


def test_net_present_social_value_is_discounted_benefits_less_discounted_costs():
    worth = flows(cost(100, 0, 0), benefit(0, 66, 60.5)).worth(DiscountRates.flat(0.1))
    assert (worth.cost, worth.benefit) == (100, pytest.approx(110))
    assert worth.npsv == pytest.approx(10)
    assert worth.bcr == pytest.approx(1.1)
    assert worth.payback == FinancialYear(2014)
    assert worth.equivalent_annual_cost == pytest.approx(100 / (1 + 1 / 1.1 + 1 / 1.21))


def test_what_has_no_cost_has_neither_a_ratio_nor_a_payback():
    worth = flows(benefit(1, 1, 1)).worth(DiscountRates.flat(0.0))
    assert (worth.bcr, worth.payback, worth.npsv) == (None, None, 3)


@pytest.mark.parametrize(
    ("cost", "benefit", "year"),
    [
        ((1, 0, 0), (0, 1, 5), 2013),
        ((2, 0, 0), (0, 1, 0.5), None),
        ((1, 0, 0), (0, 0.5, 0.5), 2014),
        ((1, 1, 1), (1, 1, 1), 2012),
        ((0, 1, 0), (0, 0, 2), 2014),  # a year before the programme begins pays nothing back
        ((0, 1, 1), (0, 0, 0), None),
        ((0, 1, 0), (0, 2, 0), 2013),
        ((1, 0, 5), (2, 0, 1), None),  # ahead for a while, and not in the end
        ((1, 0, 5), (2, 0, 4), 2012),
        ((0, 0, 0), (1, 1, 1), None),
    ],
)
def test_it_is_paid_back_once_the_sum_so_far_is_never_again_below_nothing(
    cost: tuple[float, ...], benefit: tuple[float, ...], year: int | None
):
    assert payback(YEARS, np.array(cost), np.array(benefit)) == (FinancialYear(year) if year else None)


def test_a_programme_that_begins_later_is_not_paid_back_before_it_does(cheaper: Path):
    """Nothing is spent in the first year: the programme is worth less than it costs, and is not paid back."""
    late = ["--set", "interventions.bargain.start=2013-04", "--set", "interventions.bargain.cost_per_year=1e6"]
    found = json.loads(invoke("appraise", str(cheaper), "--json", *late).stdout)
    assert found["years"][0]["cost"] == 0.0
    assert found["worth"]["net_present_social_value"] < 0
    assert (found["worth"]["payback"], found["council_cash_payback"]) == (None, None)


def test_a_price_cut_is_worth_what_it_comes_to_by_hand(cheaper: Path):
    """£192,188 a year saved at prices of 2012-13 for £100,000 of each year, a quarter of it paid by health."""
    found = appraise(resolve(str(cheaper)))
    assert found.worth.cost == pytest.approx(COST, rel=1e-12)
    assert found.worth.benefit == pytest.approx(SAVED * sum(FACTORS), rel=1e-12)
    assert found.worth.payback == FinancialYear(2012)
    rows = {row.agency: row for row in found.agencies}
    assert rows["council"].cost == pytest.approx(0.75 * COST, rel=1e-12)
    assert rows["health"].cost == pytest.approx(0.25 * COST, rel=1e-12)
    assert rows["council"].benefit == pytest.approx(found.worth.benefit, rel=1e-12)
    assert not rows["police"].valued


def test_a_price_cut_is_corrected_for_optimism_by_its_grade(cheaper: Path):
    """Bare numbers are assumptions of low grade: 40% off the effect, and no year is closed, so 40% on the cost."""
    found = appraise(resolve(str(cheaper)))
    assert found.corrected.benefit == pytest.approx(0.6 * found.worth.benefit, rel=1e-9)
    assert found.corrected.cost == pytest.approx(1.4 * found.worth.cost, rel=1e-12)
    low = next(row for row in found.grades if row.grade == "low")
    assert (low.effects, low.cost, low.cost_corrected) == (
        1,
        pytest.approx(found.worth.cost),
        pytest.approx(found.corrected.cost),
    )
    assert all(row.benefit_corrected == row.benefit and not row.cost for row in found.grades if row.grade != "low")


def test_the_switching_values_of_a_price_cut_have_closed_forms(cheaper: Path):
    found = appraise(resolve(str(cheaper)))
    switching = {one.parameter: one.switching for one in found.switching}
    bcr = found.worth.bcr
    assert bcr is not None
    assert switching["programme_cost"] == pytest.approx(bcr, abs=1e-5)
    assert switching["unit_costs_of_demand"] == pytest.approx(1 / bcr, abs=1e-5)
    assert switching["effects"] == pytest.approx(1 / bcr, abs=1e-5)
    assert switching["demand_growth"] is None
    assert switching["discount_rate"] is None


def test_a_do_minimum_of_everything_leaves_the_programme_worth_nothing_more(cheaper: Path):
    found = appraise(resolve(str(cheaper), ["appraisal.do_minimum=[bargain]"]))
    nothing, minimum, programme = found.options
    assert minimum.npsv == pytest.approx(found.worth.npsv, rel=1e-12)
    assert minimum.programme_npsv_against_it == pytest.approx(0, abs=1e-6)
    assert found.against_do_minimum.npsv == pytest.approx(0, abs=1e-6)
    assert nothing.total - programme.total == pytest.approx(found.worth.npsv, rel=1e-9)


def test_prices_of_another_year_rescale_every_amount_and_no_ratio(cheaper: Path):
    now, later = (appraise(resolve(str(cheaper), some)).worth for some in ([], ["appraisal.price_base=2014-15"]))
    assert later.npsv == pytest.approx(now.npsv * DEFLATOR[2], rel=1e-12)
    assert later.bcr == pytest.approx(now.bcr, rel=1e-12)
    assert later.payback == now.payback


# Switching values


def test_the_internal_rate_of_return_is_found():
    of = flows(cost(100, 0, 0), benefit(0, 0, 121))
    one = find("discount_rate", "rate", 0.035, (0.0, 1.0), lambda rate: of.npsv(DiscountRates.flat(rate)))
    assert one.switching == pytest.approx(0.1, abs=1e-6)


def test_where_the_sign_never_turns_none_is_found():
    one = find("discount_rate", "rate", 0.0, (0.0, 1.0), lambda rate: 1.0 + rate)
    assert one == Switching("discount_rate", "rate", 0.0, None, 0.0, 1.0, 1.0, 2.0)


def test_an_effect_is_strengthened_up_to_everybody_and_no_further():
    """Twice the reach of what reaches everybody is the same; of what reaches few, more."""
    case = Case(resolved := resolve("thrive"), read_tables(resolved))
    once, twice = case.flows.npsv(case.terms.rates), case.with_strength(lambda _: 2.0).npsv(case.terms.rates)
    assert twice > once
    effects = next(one for one in shipped().switching if one.parameter == "effects")
    assert once == pytest.approx(case.with_strength(lambda _: 1.0).npsv(case.terms.rates), rel=1e-12)
    assert effects.npsv_at_least == pytest.approx(-shipped().worth.cost, rel=1e-9)


def test_at_each_switching_value_that_needs_a_run_the_programme_is_worth_nothing():
    case = Case(resolved := resolve("thrive"), read_tables(resolved))
    by_name = {one.parameter: one for one in shipped().switching}
    root = by_name["effects"].switching
    assert root is not None
    assert case.with_strength(lambda _: root).npsv(case.terms.rates) == pytest.approx(0, abs=1_000)


# Pound for pound


def case_of(comparison: Comparison) -> tuple[Flows, np.ndarray]:
    terms, _ = terms_of(comparison.scenario)
    return flows_of(comparison.do_nothing, comparison.scenario, terms), terms.to_real[:, None]


@pytest.mark.parametrize("which", ["thrive", "level"])
def test_what_the_view_counts_is_the_ledger_once_reinflated(which: str, request: pytest.FixtureRequest):
    comparison: Comparison = request.getfixturevalue(which)
    found, real = case_of(comparison)
    programme = comparison.scenario.spent(kind="programme")
    np.testing.assert_allclose(found.total("cost") / real, programme, rtol=1e-12)
    book, nothing = comparison.scenario, comparison.do_nothing
    demand = [
        sum(one.spent(kind=kind) for kind in ("occupancy", "event", "stepped", "fixed")) for one in (nothing, book)
    ]
    council = sum(item.pounds for item in found.items if item.side == "benefit" and item.kind != "impact")
    np.testing.assert_allclose(council / real, demand[0] - demand[1], rtol=1e-9)


def test_what_a_closed_year_drew_beyond_its_lines_is_a_cost_of_the_programme():
    """£1.5m went on new activity in 2012-13, whatever the scenario has on its lines."""
    whole = shipped()
    found = shipped("interventions.swift.enabled=false")
    beyond = [row for row in found.items if row.item == NOT_ITEMISED]
    assert [(row.agency, row.side, row.present_value) for row in beyond] == [
        ("council", "cost", pytest.approx(271_000))
    ]
    assert found.years[0].cost == pytest.approx(whole.years[0].cost)


def test_no_pound_stands_under_two_agencies_or_twice(thrive: Comparison):
    found, _ = case_of(thrive)
    keys = [(item.name, item.side) for item in found.items]
    assert len(keys) == len(set(keys))
    for side in ("cost", "benefit"):
        by_agency = sum(found.total(side, agency) for agency in {item.agency for item in found.items})
        np.testing.assert_allclose(by_agency, found.total(side), rtol=1e-12)


def test_the_rows_of_agencies_items_and_years_sum_to_the_whole():
    found = shipped()
    worth = found.worth
    assert sum(row.cost for row in found.agencies) == pytest.approx(worth.cost, rel=1e-12)
    assert sum(row.benefit for row in found.agencies) == pytest.approx(worth.benefit, rel=1e-12)
    assert sum(row.net for row in found.agencies) == pytest.approx(worth.npsv, rel=1e-12)
    for side, total in (("cost", worth.cost), ("benefit", worth.benefit)):
        assert sum(row.present_value for row in found.items if row.side == side) == pytest.approx(total, rel=1e-12)
    assert found.years[-1].cumulative == pytest.approx(worth.npsv, rel=1e-12)


def test_every_option_costs_all_agencies_less_by_what_it_is_worth():
    nothing, *others = shipped().options
    for option in others:
        assert nothing.total - option.total == pytest.approx(option.npsv, rel=1e-9)


def test_fees_that_one_agency_pays_another_cancel(tmp_path: Path):
    """The council's line of care proceedings holds the fee that the courts receive, in the same pounds."""
    copy = Copy(tmp_path)
    fee = 4_825 * 0.5374
    copy.change(
        "cost_lines",
        "care_proceedings,pounds_per_event,care_proceedings,,5801.13,",
        f"care_proceedings,pounds_per_event,care_proceedings,,{5801.13 - fee * 1.0276 * 1.0261 * 1.0229!r},",
    )
    copy.drop("impacts", "court_fees,")
    without = appraise(resolve(str(copy.folder / "scenarios" / "thrive.yaml")))
    assert without.transfers == 0
    assert shipped().transfers > 0
    assert shipped().worth.npsv == pytest.approx(without.worth.npsv, rel=1e-9)


def test_worth_of_a_comparison_is_that_of_the_whole_appraisal(thrive: Comparison):
    assert worth_of(thrive) == shipped().worth


def test_what_each_run_costs_is_its_ledger_in_real_pounds(thrive: Comparison):
    terms, _ = terms_of(thrive.scenario)
    demand, _, programme = spending(thrive.scenario, terms)
    np.testing.assert_allclose((demand + programme) / terms.to_real[:, None], thrive.scenario.spent(), rtol=1e-12)


# Properties


@given(st.lists(GROWTH, min_size=1, max_size=12), POUNDS, st.data())
def test_pounds_taken_to_another_year_and_back_are_the_same(growth: list[float], pounds: float, data: st.DataObject):
    first = FinancialYear(2010)
    index = PriceIndex.from_growth("index", {first.plus(n): figure for n, figure in enumerate(growth)})
    years = years_between(index.first, index.last)
    here, there = data.draw(st.sampled_from(years)), data.draw(st.sampled_from(years))
    assert pounds * index.ratio(here, there) * index.ratio(there, here) == pytest.approx(pounds, rel=1e-12)


def test_the_treasurys_example_of_a_deflator_is_reproduced():
    """£7.4m of 1998-99 is £8.36m at prices of 2003-04 (HM Treasury, How to use the GDP deflator series)."""
    growth = {
        2000: 93.046 / 91.031,
        2001: 94.251 / 93.046,
        2002: 96.721 / 94.251,
        2003: 100 / 96.721,
        2004: 102.789 / 100,
    }
    index = PriceIndex.from_growth("deflator", {FinancialYear(year - 1): ratio - 1 for year, ratio in growth.items()})
    assert 7.4 * index.ratio(FinancialYear(1998), FinancialYear(2003)) == pytest.approx(8.36, abs=0.005)


@given(
    st.lists(POUNDS, min_size=3, max_size=3),
    st.lists(st.floats(1.0, 1e7), min_size=3, max_size=3),
    st.floats(0.0, 0.2),
    st.floats(0.1, 5.0),
)
def test_worth_grows_in_proportion_and_its_ratio_does_not(
    saved: list[float], spent: list[float], rate: float, times: float
):
    rates = DiscountRates.flat(rate)
    of = flows(cost(*spent), benefit(*saved, agency="health"))
    once, more = of.worth(rates), of.changed(lambda _: times).worth(rates)
    assert more.npsv == pytest.approx(times * once.npsv, rel=1e-9, abs=1e-5)
    assert more.bcr == pytest.approx(once.bcr, rel=1e-9, abs=1e-12)
    assert of.less(of).npsv(rates) == pytest.approx(0, abs=1e-6)


@given(st.lists(POUNDS, min_size=3, max_size=3), st.floats(0.0, 0.2))
def test_it_is_paid_back_by_the_end_only_where_it_is_worth_its_cost(saved: list[float], rate: float):
    worth = flows(cost(1e6, 0, 0), benefit(*saved)).worth(DiscountRates.flat(rate))
    assert abs(worth.npsv) < 1e-3 or (worth.npsv > 0) == (worth.payback is not None)


# The shipped programme


def test_a_lower_rate_makes_later_benefits_worth_more():
    found = shipped()
    assert found.sensitivity is not None
    assert found.sensitivity.npsv > found.worth.npsv


def test_correction_makes_costs_higher_and_benefits_lower_in_open_years():
    found = shipped()
    assert found.corrected.benefit < found.worth.benefit
    closed = found.years[0].cost
    low = 1.4
    assert found.corrected.cost == pytest.approx(closed + low * (found.worth.cost - closed), rel=1e-9)


def test_partners_who_are_named_pay_in_their_own_row():
    rows = {row.agency: row for row in shipped().agencies}
    items = {row.item: row for row in shipped().items if row.side == "cost"}
    named = [name for name in items if name.endswith("paid by partners") and items[name].agency == "central_government"]
    assert rows["central_government"].cost == pytest.approx(sum(items[name].present_value for name in named))


def test_nothing_is_appraised_where_no_intervention_is_enabled():
    found = shipped(name="do_nothing")
    assert (found.items, found.switching, found.grades) == ((), (), ())
    assert found.worth.npsv == 0
    assert "there is nothing to appraise" in invoke("appraise", "do_nothing").stdout


def test_a_scenario_without_an_appraisal_is_told_what_to_add(tmp_path: Path):
    copy = Copy(tmp_path)
    file = copy.folder / "scenarios" / "do_nothing.yaml"
    text = file.read_text(encoding="utf-8")
    start, end = text.index("appraisal:\n"), text.index("pressure:\n")
    file.write_text(text[:start] + text[end:], encoding="utf-8")
    assert lines(lambda: appraise(resolve(str(file)))) == [
        "error: do_nothing.yaml:13:1 appraisal: the scenario does not say how it is appraised (add a block with "
        "vintage and deflator)"
    ]


@pytest.mark.parametrize("command", ["check", "run", "appraise"])
def test_rates_that_end_before_the_run_does_are_refused(tmp_path: Path, command: str):
    copy = Copy(tmp_path)
    copy.drop("discount_rates", *(f"green_book_2003,{year}," for year in (31, 76, 126, 201, 301)))
    copy.change("discount_rates", "green_book_2003,0,30,", "green_book_2003,0,4,")
    scenario = copy.folder / "scenarios" / "do_nothing.yaml"
    (told,) = invoke(command, scenario).stderr.splitlines()
    assert re.fullmatch(
        r"error: do_nothing\.yaml:\d+:3 appraisal\.vintage: 'green_book_2003' has rates to year 4, and the run goes to "
        r"year 5 \(extend discount_rates\.csv, choose another vintage, or shorten the run\)",
        told,
    )
    assert invoke(command, scenario, "--set", "last_year=2016-17").exit_code == 0


def test_a_run_of_one_year_is_said_to_be_one():
    shown = invoke("appraise", "do_nothing", "--set", "last_year=2012-13", "--set", "pressure.year=2012-13").stdout
    assert "over the one year of the run" in " ".join(shown.split())


def test_the_council_has_its_own_money_back_in_cash(cheaper: Path):
    """It pays £75,000 of each year and saves more than that from the first on; at £300,000 it never has it back."""
    assert appraise(resolve(str(cheaper))).council_cash_payback == FinancialYear(2012)
    dear = appraise(resolve(str(cheaper), ["interventions.bargain.cost_per_year=300000"]))
    assert (dear.council_cash_payback, dear.worth.payback) == (None, None)


# The command


def test_the_screen_says_what_its_pounds_are_and_what_the_ratio_is_of():
    printed = invoke("appraise", "thrive")
    assert printed.exit_code == 0
    words = " ".join(printed.stdout.split())
    assert "Real pounds at prices of 2012-13, discounted to 2012-13" in words
    assert "The ratio's denominator is the present value of all that the programme costs, whoever pays" in words
    assert "not valued" in words
    assert max(map(len, printed.stdout.splitlines())) <= 100


def test_the_object_is_plain_data_and_every_key_of_it_is_documented():
    printed = json.loads(invoke("appraise", "thrive", "--json").stdout)
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    section = text[text.index("thrive appraise --json") :]
    keys = {*printed, *printed["worth"]}
    for rows in ("optimism_bias", "options", "agencies", "items", "switching_values", "years"):
        keys |= set(printed[rows][0])
    assert sorted(key for key in keys if f"`{key}`" not in section) == []
    assert printed["worth"]["net_present_social_value"] == pytest.approx(shipped().worth.npsv)
    assert all(math.isfinite(row["present_value"]) for row in printed["items"])


def test_the_deflator_covers_the_prices_of_every_impact():
    tables = read_tables(resolve("thrive"))
    index = price_indices(tables)["gdp_deflator"]
    assert all(index.covers(row.price_year) for row in tables.impacts)
