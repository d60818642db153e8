"""What the source names, item by item: each test shows one of them working, and docs/coverage.md lists them all."""

from __future__ import annotations

import ast
import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from projects import ROOT, invoke
from pytest_regressions.file_regression import FileRegressionFixture

from thrive_model.assemble import Assembled, assemble
from thrive_model.assumptions import explain
from thrive_model.benchmarks import benchmarks
from thrive_model.budget import plan
from thrive_model.cli import main
from thrive_model.comparators import Standing, standings
from thrive_model.displacement import diversions, whereabouts
from thrive_model.fund import FundYear, account, saving, shares
from thrive_model.interventions import Effect, Intervention, MultiplyApprovalDelay, MultiplyUnitCost, MultiplyVolume
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.pathway import Pathway
from thrive_model.periods import FinancialYear, Month, months_between
from thrive_model.results import Results
from thrive_model.run import Comparison, run, run_one
from thrive_model.savings import LineSaving, against_target, by_line, named
from thrive_model.scenario import resolve, shipped_scenarios
from thrive_model.variance import bridges
from thrive_model.watch import indicators

ITEMS = Path(__file__).parent / "source_items.csv"
CHECKLIST = ROOT.parent / "shared" / "seed_checklist.md"
PAGE = ROOT / "docs" / "coverage.md"
RENEWED = "renewed by `pytest tests/test_source_items.py --force-regen`"
YEAR_ONE, TARGET_YEAR = "2012-13", "2014-15"
SHOCKS = (
    "welfare_reform",
    "partner_funding_cuts",
    "safeguarding_surge",
    "carer_shortage",
    "programme_slippage",
)
A_POUND = 1.0


@cache
def _run(name: str, *settings: str) -> Comparison:
    return run(resolve(name, settings))


def at(results: Results, name: str, year: str = YEAR_ONE) -> float:
    """An output in a year."""
    return float(all_outputs()[name].measure(results)[[str(y) for y in results.years].index(year), 0])


def falls(comparison: Comparison, name: str, year: str = YEAR_ONE) -> bool:
    """Whether an output is lower with the programme than in doing nothing."""
    return at(comparison.scenario, name, year) < at(comparison.do_nothing, name, year)


def without(name: str) -> Comparison:
    """The programme with one intervention switched off."""
    return _run("thrive", f"interventions.{name}.enabled=false")


def raises(name: str, output: str, year: str = TARGET_YEAR) -> bool:
    """Whether an output is higher with an intervention than without it."""
    return at(_run("thrive").scenario, output, year) > at(without(name).scenario, output, year)


def lowers(name: str, output: str, year: str = TARGET_YEAR) -> bool:
    """Whether an output is lower with an intervention than without it."""
    return at(_run("thrive").scenario, output, year) < at(without(name).scenario, output, year)


def lever(name: str) -> Intervention:
    """An intervention of the programme."""
    return resolve("thrive").scenario.active[name]


def year_one() -> FundYear:
    """The fund in the year whose accounts are closed."""
    return account(_run("thrive").scenario)[0]


def line(name: str, year: str = TARGET_YEAR, comparison: Comparison | None = None) -> LineSaving:
    """What the programme takes off one cost line."""
    both = comparison or _run("thrive")
    found = by_line(both.do_nothing, both.scenario)
    return next(row for row in found if (row.line, row.financial_year) == (name, year))


def published(item: str) -> float:
    """A published figure of the fund in year one."""
    rows = _run("thrive").scenario.assembled.inputs.fund
    return next(row.value for row in rows if row.item == item)


def supply(results: Results, name: str) -> Floats:
    """Units of a supply at the start and at the end of each month."""
    names = [row.supply for row in results.assembled.inputs.capacity]
    return results.trajectory.supply[:, names.index(name), 0]


# A. Money


def test_a1_doing_nothing_costs_fifteen_million_more_and_keeps_rising(thrive: Comparison):
    pressures = [at(thrive.do_nothing, "pressure", str(year)) for year in thrive.do_nothing.years]
    assert pressures[2] == pytest.approx(15e6, abs=10_000)
    assert (np.diff(pressures) > 0).all()
    cumulative = _run("do_nothing", "pressure.reading=cumulative", "pressure.year=2015-16")
    assert at(cumulative.do_nothing, "pressure", "2015-16") > pressures[3]


def test_a2_no_more_than_the_fund_is_ever_drawn(thrive: Comparison):
    drawn = sum(year.drawdown for year in account(thrive.scenario))
    assert published("amount") == 9.7e6
    assert drawn <= 9.7e6 + A_POUND
    fund = thrive.scenario.assembled.resolved.scenario.fund
    assert fund is not None
    assert "Executive Board" in fund.agreed_by
    assert (str(fund.first_year), str(fund.last_year)) == ("2012-13", "2014-15")


def test_a3_demand_support_is_what_demand_takes_beyond_the_base(thrive: Comparison):
    """What the release leaves after the programme; of the pressure beyond it nothing is lost from sight."""
    projected = account(thrive.scenario)[1]
    beyond, cost = (at(thrive.scenario, name, "2013-14") for name in ("pressure", "programme_cost"))
    assert projected.uses["demand_support"] == pytest.approx(projected.planned - cost)
    assert projected.uses["demand_support"] + projected.unfunded == pytest.approx(beyond)
    for name in ("in_house_fostering", "kinship_care"):
        assert thrive.scenario.spent(line=name, use="demand_support")[1, 0] > 0


def test_a4_new_activity_is_what_interventions_of_that_use_cost(thrive: Comparison):
    for name in ("family_keyworkers", "adoption_recruitment", "parent_support_advisers"):
        assert lever(name).use == "new_activity"
    months = months_between(Month.parse("2013-04"), Month.parse("2014-03"))
    ones = resolve("thrive").scenario.active.values()
    cost = sum(one.cost(month) for one in ones if one.use == "new_activity" for month in months)
    assert account(thrive.scenario)[1].uses["new_activity"] == pytest.approx(cost)


def test_a5_change_pays_for_what_has_no_effect_of_its_own(thrive: Comparison):
    ones = {key: one for key, one in resolve("thrive").scenario.active.items() if one.use == "change"}
    assert "workforce_development" in ones
    assert all(not one.effects for one in ones.values())
    assert account(thrive.scenario)[1].uses["change"] > 0


def test_a6_savings_come_at_once_in_some_and_later_in_others(thrive: Comparison):
    """In 2013-14 contact saves nearly as large a share of its line as it will; adopters come only after approval."""
    share = {year: line("supervised_contact", year).saving / line("supervised_contact", year).do_nothing
             for year in ("2013-14", "2015-16")}  # fmt: skip
    assert share["2013-14"] > 0.7 * share["2015-16"]
    early, late = (at(thrive.scenario, "adoptions", y) - at(thrive.do_nothing, "adoptions", y) for y in
                   (YEAR_ONE, "2015-16"))  # fmt: skip
    assert early < 0.2 * late


def test_a7_the_fund_pays_for_a_small_part_of_what_is_done(thrive: Comparison):
    paid = shares(thrive.scenario)
    assert paid["fund"] < 0.1
    assert paid["partners"] > 0
    assert "Of all that is spent in these years the fund pays" in invoke("run", "thrive").stdout.replace("\n", " ")


def test_a8_the_plan_of_year_one_is_held_and_its_savings_stand_beside_the_models(thrive: Comparison):
    assert year_one().planned == published("planned") == 7.5e6
    assert published("planned_savings") == 912_000
    assert "£912,000 was expected of it in 2012-13" in invoke("run", "thrive").stdout.replace("\n", " ")


def test_a9_three_quarters_of_the_plan_was_for_demand():
    assert published("planned_demand_support") == published("planned_demand_share") * published("planned") == 5.625e6


def test_a10_about_three_point_nine_million_was_spent_and_five_point_eight_is_left():
    row = year_one()
    assert row.drawdown == pytest.approx(3.9e6)
    assert row.planned - row.drawdown == pytest.approx(3.6e6)
    assert (row.planned - row.drawdown) / row.planned == pytest.approx(0.48)
    assert row.closing == pytest.approx(5.8e6)


def test_a11_nearly_one_and_a_half_million_was_new_activity():
    row = year_one()
    assert row.uses["new_activity"] == published("new_activity") == 1.5e6
    assert row.drawdown - row.uses["new_activity"] == pytest.approx(published("other_drawdown"))


def test_a12_what_is_left_can_be_spread_over_the_next_two_years():
    profiles = {name: [year.planned for year in account(_run(name).scenario)[1:3]]
                for name in ("thrive", "thrive_front_loaded", "thrive_back_loaded")}  # fmt: skip
    for planned in profiles.values():
        assert sum(planned) == pytest.approx(5.8e6)
    for name in profiles:
        assert sum(year.drawdown for year in account(_run(name).scenario)[1:3]) == pytest.approx(5.8e6)
    assert profiles["thrive_front_loaded"][0] > profiles["thrive"][0] > profiles["thrive_back_loaded"][0]


def test_a13_the_underspend_has_three_reasons_that_sum_to_it(thrive: Comparison):
    reasons = bridges(thrive.scenario)[0].reasons
    assert [reason.reason for reason in reasons] == ["lower_demand", "slippage", "self_funded"]
    assert all(reason.amount > 0 for reason in reasons)
    assert sum(reason.amount for reason in reasons) == pytest.approx(7.5e6 - 3.9e6)


def test_a14_what_was_allocated_and_not_needed_changes_things_and_draws_nothing(thrive: Comparison):
    for name in ("contact_services", "parent_and_baby_alternatives"):
        one = lever(name)
        assert one.allocated_not_drawn
        assert one.effects
        assert one.allocations([one.start])[0] > 0
        assert thrive.scenario.spent(line=name).sum() == 0


def test_a15_what_is_saved_and_what_is_avoided_are_two_columns():
    row = line("assessments")
    assert row.cashable + row.avoided == pytest.approx(row.saving)
    assert min(row.cashable, row.avoided) > 0
    shown = invoke("savings", "thrive").stdout
    assert "cashable" in shown
    assert "avoided" in shown


def _named(key: str, comparison: Comparison, year: str = YEAR_ONE) -> float:
    rows = named(comparison.do_nothing, comparison.scenario)
    return next(row.saving for row in rows if (row.key, row.financial_year) == (key, year))


def test_a16_assessments_done_by_swift_save_on_those_bought(thrive: Comparison):
    assert _named("external_assessments", thrive) > 2 * _named("external_assessments", without("swift_assessments")) > 0


def test_a17_contact_costs_significantly_less(thrive: Comparison):
    assert _named("contact_services", thrive) > 5 * max(_named("contact_services", without("contact_services")), 0)


def test_a18_parent_and_baby_placements_cost_a_lot_less(thrive: Comparison):
    row = line("parent_and_baby")
    assert row.scenario < 0.5 * row.do_nothing
    assert _named("parent_and_baby_placements", thrive) > 0


def test_a19_agency_chairs_follow_the_number_of_plans(thrive: Comparison):
    costs = [results.assembled.costs for results in (thrive.do_nothing, thrive.scenario)]
    i = costs[0].names.index("agency_conference_chairs")
    assert (costs[0].volume[i] == costs[1].volume[i]).all()
    weeks = [results.weeks_in("child_protection_plan")[2, 0] for results in (thrive.do_nothing, thrive.scenario)]
    row = line("agency_conference_chairs")
    assert row.scenario / row.do_nothing == pytest.approx(weeks[1] / weeks[0], rel=1e-3)
    assert _named("agency_conference_chairs", thrive) > 0


def test_a20_demand_beyond_the_councils_own_places_goes_to_dearer_agencies(thrive: Comparison):
    assert at(thrive.do_nothing, "in_house_percent", TARGET_YEAR) < at(thrive.do_nothing, "in_house_percent") - 5
    moved = next(row for row in diversions(thrive.do_nothing, thrive.scenario)
                 if (row.move, row.financial_year) == ("overflow_to_agency", TARGET_YEAR))  # fmt: skip
    assert moved.do_nothing > moved.scenario + 10
    costs = {row.line: row.unit_cost for row in thrive.scenario.assembled.inputs.cost_lines}
    assert costs["agency_fostering"] > 1.4 * costs["in_house_fostering"]


def test_a21_the_costs_it_names_are_lines(thrive: Comparison):
    for name in ("external_assessments", "supervised_contact", "in_house_fostering", "agency_fostering"):
        spent = thrive.do_nothing.spent(line=name)[:, 0]
        assert spent[0] > 100_000
        assert spent[2] > spent[0], name


def test_a22_unit_costs_are_competitive_and_demand_is_higher(thrive: Comparison):
    """England, 2011-12: £44,676 a looked after child and year (New Economy's unit costs of 2014, SS1.0)."""
    assert at(thrive.do_nothing, "cost_per_looked_after_child") < 44_676
    for output in ("referrals_per_10000", "child_protection_plans_per_10000"):
        row = _beside_others(output)
        assert row.observed is not None
        assert row.england is not None
        assert row.observed > row.england
    beside = benchmarks(_run("thrive").scenario.assembled.inputs, FinancialYear(2011))
    assert not any(row.look_at for row in beside if row.line == "in_house_fostering")
    assert line("agency_fostering").mix > 0


def _beside_others(output: str) -> Standing:
    """A rate of year one beside England's and the neighbours'."""
    both = _run("thrive").scenario, _run("thrive").do_nothing
    found = {row.output.name: row for row in standings(*both) if str(row.financial_year) == YEAR_ONE}
    return found[output]


def test_a23_levers_on_unit_costs_and_volumes_stand_beside_those_on_demand():
    effects = [effect for one in resolve("thrive").scenario.active.values() for effect in one.effects]
    assert {"move", "supply", "cost line"} <= {effect.acts_on()[0] for effect in effects}
    assert any(isinstance(effect, MultiplyVolume) for effect in effects)
    dearer = [effect for one in resolve("carer_shortage").scenario.shocks.values() for effect in one.effects]
    assert any(isinstance(effect, MultiplyUnitCost) for effect in dearer)
    charged = by_line(_run("thrive").do_nothing, _run("carer_shortage").do_nothing)
    agency = next(row for row in charged if (row.line, row.financial_year) == ("agency_fostering", TARGET_YEAR))
    assert agency.price == pytest.approx(-0.1 * agency.do_nothing, rel=0.01)
    assert agency.mix < 0
    assert min(line(name).volume for name in ("supervised_contact", "assessments")) > 0
    for row in by_line(_run("thrive").do_nothing, _run("thrive").scenario):
        assert row.price + row.volume + row.mix + row.joint == pytest.approx(row.saving, abs=0.01)


def test_a24_the_budget_follows_the_number_of_looked_after_children(thrive: Comparison):
    """Fewer of them, at the cost of each, make most of what is saved, and more so every year."""
    per_child = at(thrive.do_nothing, "cost_per_looked_after_child", TARGET_YEAR)
    fewer = at(thrive.do_nothing, "looked_after_children", TARGET_YEAR) - at(
        thrive.scenario, "looked_after_children", TARGET_YEAR
    )
    saved = saving(thrive.do_nothing, thrive.scenario)[:, 0]
    assert fewer * per_child > 0.5 * float(saved[2])
    assert (np.diff(saved) > 0).all()


def test_a25_the_cheaper_placements_grow(thrive: Comparison):
    assert raises("fostering_recruitment", "in_house_percent")
    assert raises("fostering_recruitment", "in_house_places")
    assert lowers("fostering_recruitment", "spending_on_demand")


def test_a26_a_savings_requirement_leaves_a_gap_and_the_plan_can_be_reprofiled(thrive: Comparison):
    gaps = [row.gap for row in against_target(thrive.do_nothing, thrive.scenario)]
    asked = _run("thrive", "savings_target=5000000")
    more = [row.gap for row in against_target(asked.do_nothing, asked.scenario)]
    np.testing.assert_allclose(np.subtract(more, gaps), 5e6 - 912_000)
    plans = {tuple(year.planned for year in account(_run(name).scenario)) for name in PROFILES}
    assert len(plans) == len(PROFILES)


PROFILES = ("thrive_original_plan", "thrive", "thrive_front_loaded", "thrive_back_loaded")


def test_a27_the_reserve_has_a_profile_in_every_scenario():
    """How likely each is comes with simulation; here the shocks span it."""
    closing = {name: [year.closing for year in account(_run(name).scenario)[:3]] for name in ("thrive", *SHOCKS)}
    for reserve in closing.values():
        assert all(left >= 0 for left in reserve)
        assert reserve == sorted(reserve, reverse=True)
    unfunded = [sum(year.unfunded for year in account(_run(name).scenario)[:3]) for name in ("thrive", *SHOCKS)]
    assert max(unfunded) > unfunded[0]


def test_a28_the_price_base_is_that_of_the_plan_of_2011(thrive: Comparison):
    assert str(thrive.scenario.assembled.resolved.scenario.pressure.base_year) == "2011-12"
    lines = thrive.scenario.assembled.inputs.cost_lines
    assert sum(str(row.price_year) == "2011-12" for row in lines) > len(lines) / 2
    assert thrive.scenario.assembled.base_budget == pytest.approx(47.4e6, abs=50_000)
    held = next(row for row in lines if row.line == "leaving_care")
    assert str(held.price_year) == "2011-12"
    assert (thrive.do_nothing.spent(line="leaving_care")[:, 0] > held.unit_cost).all()
    found = plan(thrive)
    assert found.base_year == "2011-12"
    np.testing.assert_allclose(np.sum([row.totals for row in found.rows], axis=0), found.gap, atol=0.01)


def test_a29_the_pressure_is_not_sustainable(thrive: Comparison):
    base = thrive.do_nothing.assembled.base_budget
    assert at(thrive.do_nothing, "pressure", "2017-18") > 0.5 * base
    assert at(thrive.scenario, "pressure", "2017-18") < at(thrive.do_nothing, "pressure", "2017-18")


# B. What is done


@pytest.mark.parametrize(
    "name",
    ["referrals", "assessments", "child_protection_plans", "care_proceedings_started", "admissions_to_care"],
)
def test_b1_every_step_of_the_chain_falls_in_year_one(thrive: Comparison, name: str):
    assert falls(thrive, name)


def test_b2_effects_are_net_of_what_others_do_against_rising_demand(thrive: Comparison):
    referrals = [at(thrive.do_nothing, "referrals", str(year)) for year in thrive.do_nothing.years[:3]]
    assert (np.diff(referrals) > 0).all()
    whole = _run("thrive", "interventions.swift.attribution=1")
    half = _run("thrive", "interventions.swift.attribution=1", "interventions.swift.deadweight=0.5")
    assert at(whole.scenario, "admissions_to_care") < at(half.scenario, "admissions_to_care")
    assert at(whole.scenario, "admissions_to_care") < at(thrive.scenario, "admissions_to_care")


def test_b3_more_children_find_permanence(thrive: Comparison):
    for name in ("adoptions", "residence_orders", "long_term_fostering"):
        assert at(thrive.scenario, name, TARGET_YEAR) > at(thrive.do_nothing, name, TARGET_YEAR), name
    looked_after = [
        at(results, "looked_after_children", TARGET_YEAR) for results in (thrive.scenario, thrive.do_nothing)
    ]
    orders = [
        at(results, "special_guardianship_orders", TARGET_YEAR) for results in (thrive.scenario, thrive.do_nothing)
    ]
    assert orders[0] / looked_after[0] > orders[1] / looked_after[1]


def test_b4_guardianship_orders_bring_allowances_that_go_on(thrive: Comparison):
    assert raises("special_guardianship", "special_guardianship_orders")
    assert raises("special_guardianship", "residence_orders")
    allowances = [
        results.spent(line="guardianship_allowances")[-1, 0]
        for results in (thrive.scenario, without("special_guardianship").scenario)
    ]
    assert allowances[0] > allowances[1]


def test_b5_children_step_up_from_early_help_and_down_to_it(thrive: Comparison):
    names = {row.move: row for row in diversions(thrive.do_nothing, thrive.scenario) if row.from_state == "early_help"}
    assert names["step_up"].do_nothing > 0
    downs = [row for row in diversions(thrive.do_nothing, thrive.scenario) if row.to_state == "early_help"]
    assert {"screened_to_early_help", "assessed_to_early_help", "step_down"} == {row.move for row in downs}
    assert all(row.do_nothing > 0 for row in downs)


def test_b6_the_screening_hub_lets_fewer_referrals_through_to_assessment():
    assert "police" in lever("integrated_screening_hub").what
    assert lowers("integrated_screening_hub", "referral_assessed_percent")


def test_b7_who_is_not_assessed_gets_another_response_and_is_counted_there(thrive: Comparison):
    rows = [row for row in diversions(thrive.do_nothing, thrive.scenario) if row.from_state == "screening"]
    moved = {row.move: row.moved for row in rows if row.financial_year == TARGET_YEAR}
    assert moved["screened_to_early_help"] > 0 > moved["accepted"]
    assert sum(moved.values()) == pytest.approx(0.0, abs=1e-6)


def test_b8_the_continuum_of_need_makes_for_better_referrals():
    assert "Continuum of Need" in lever("integrated_screening_hub").title
    assert lowers("integrated_screening_hub", "referrals")


def test_b9_a_smaller_share_of_referrals_are_re_referrals(thrive: Comparison):
    assert falls(thrive, "re_referral_percent", TARGET_YEAR)


def test_b10_family_assessment_is_quicker_and_finds_alternatives(thrive: Comparison):
    assert lowers("family_assessment", "plans_started")
    kinds = {effect.acts_on() for effect in lever("family_assessment").effects}
    assert ("state", "assessment") in kinds
    quicker = _run("thrive").scenario.at_year_end("in_assessment")[2, 0]
    slower = without("family_assessment").scenario.at_year_end("in_assessment")[2, 0]
    assert quicker < slower


def test_b11_outcome_focused_plans_end_sooner():
    assert lowers("outcome_focused_plans", "child_protection_plans")


def test_b12_help_is_for_children_of_its_ages_and_rates_follow_those_of_the_returns(thrive: Comparison):
    ages = {name: str(lever(name).ages) for name in ("good_start", "parent_support_advisers", "targeted_youth_support")}
    assert list(ages.values()) == ["0-5", "5-11", "12-17"]
    starts = {band.first for band in thrive.scenario.assembled.bands.bands}
    assert {0, 1 * 12, 5 * 12, 10 * 12, 16 * 12} <= starts


def _referrals_by_age(comparison: Comparison, ages: str, months: slice = slice(0, 36)) -> float:
    results = comparison.scenario
    first, last = (int(part) * 12 for part in ages.split("-"))
    arrows = [e for e, a in enumerate(results.assembled.pathway.arrows) if a.move and a.move.name == "referral"]
    bands = [b for b, band in enumerate(results.assembled.bands.bands) if first <= band.first and band.last < last + 12]
    return float(results.trajectory.flow[months, arrows][:, :, bands].sum())


def test_b13_good_start_reaches_the_youngest_alone(thrive: Comparison):
    bare = without("good_start")
    assert _referrals_by_age(thrive, "0-5") < _referrals_by_age(bare, "0-5")
    assert _referrals_by_age(thrive, "6-17") == pytest.approx(_referrals_by_age(bare, "6-17"), rel=0.01)


def test_b14_nearly_twice_the_adopters_are_recruited_and_more_children_adopted(thrive: Comparison):
    assert raises("adoption_recruitment", "adoptions", "2013-14")
    approved = [
        _approved(results, "approved_adopters", slice(12, 24)) for results in (thrive.scenario, thrive.do_nothing)
    ]
    assert approved[0] / approved[1] == pytest.approx(1.9, abs=0.1)


def test_b15_places_with_own_carers_increase_and_carers_are_approved_sooner(thrive: Comparison):
    now, was = (supply(results, "in_house_carers") for results in (thrive.scenario, thrive.do_nothing))
    assert now[-1] > was[-1]
    slower = _without_kind("fostering_recruitment", MultiplyApprovalDelay)
    assert supply(slower, "in_house_carers")[12] < now[12]


def test_b16_adopters_wait_less_for_approval(thrive: Comparison):
    slower = _without_kind("adoption_recruitment", MultiplyApprovalDelay)
    approved = [_approved(results, "approved_adopters", slice(0, 12)) for results in (thrive.scenario, slower)]
    assert approved[0] > approved[1]


def _approved(results: Results, name: str, months: slice) -> float:
    """Units of a supply that come into use in some months."""
    names = [row.supply for row in results.assembled.inputs.capacity]
    return float(results.assembled.parameters.supplies[names.index(name)].approved[months, 0].sum())


def _without_kind(name: str, kind: type[Effect]) -> Results:
    """The programme, one intervention without its effects of a kind."""
    resolved = resolve("thrive")
    one = lever(name)
    left = one.model_copy(update={"effects": tuple(effect for effect in one.effects if not isinstance(effect, kind))})
    changed = resolved.scenario.model_copy(update={"interventions": {**resolved.scenario.interventions, name: left}})
    return run_one(assemble(replace(resolved, scenario=changed)))


def test_b17_there_are_155_family_keyworkers_62_of_them_in_childrens_centres_and_26_practitioners(thrive: Comparison):
    opening = {row.supply: row.opening for row in thrive.scenario.assembled.inputs.capacity}
    group = [row.opening for row in thrive.scenario.assembled.inputs.capacity if row.group == "family_keyworkers"]
    assert sum(group) == 155
    assert opening["keyworkers_in_childrens_centres"] == 62
    assert opening["non_keywork_practitioners"] == 26
    fewer = _run("thrive", "interventions.family_keyworkers.carried_by.children_per_unit=0.5")
    assert at(fewer.scenario, "admissions_to_care", TARGET_YEAR) > at(
        thrive.scenario, "admissions_to_care", TARGET_YEAR
    )


def test_b18_troubled_families_money_pays_part_of_keyworkers(thrive: Comparison):
    assert lever("family_keyworkers").paid_by_partners.figures == (0.4,)
    paid = thrive.scenario.spent(line="family_keyworkers, paid by partners", funding="partners")[1, 0]
    own = thrive.scenario.spent(line="family_keyworkers")[1, 0]
    assert paid / (paid + own) == pytest.approx(0.4)


def test_b19_parent_support_advisers_reach_5_to_11_year_olds(thrive: Comparison):
    bare = without("parent_support_advisers")
    assert _referrals_by_age(thrive, "5-11") < _referrals_by_age(bare, "5-11")
    assert _referrals_by_age(thrive, "12-17") == pytest.approx(_referrals_by_age(bare, "12-17"), rel=0.001)


def test_b20_parenting_help_keeps_teenagers_out_of_care():
    assert lowers("targeted_youth_support", "admissions_to_care")


def test_b21_social_workers_advise_early_help():
    step_ups = [row for row in diversions(without("social_work_advisers").scenario, _run("thrive").scenario)
                if row.move == "step_up" and row.financial_year == TARGET_YEAR]  # fmt: skip
    assert sum(row.moved for row in step_ups) < 0


def test_b22_the_campaign_costs_at_once_and_brings_carers_after_approval(thrive: Comparison):
    one = lever("fostering_recruitment")
    assert one.cost(one.start) > 0
    now, was = (supply(results, "in_house_carers") for results in (thrive.scenario, thrive.do_nothing))
    delay = next(
        row.months_to_use for row in thrive.scenario.assembled.inputs.capacity if row.supply == "in_house_carers"
    )
    soonest = int(delay * 0.85)
    assert (now[: soonest + 1] == was[: soonest + 1]).all()
    assert (now[delay + 1 :] > was[delay + 1 :]).all()


def test_b23_good_start_is_laid_out_over_nine_areas():
    rollout = lever("good_start").rollout
    assert len(rollout) == 9
    assert sum(area.share for area in rollout) == pytest.approx(1.0)


def test_b24_the_bexhill_pilot_is_rolled_out_across_the_county():
    one = lever("good_start")
    assert one.rollout[0].name == "Bexhill"
    assert one.phase(Month.parse("2013-03")) == pytest.approx(one.rollout[0].share)
    assert one.phase(Month.parse("2014-06")) == pytest.approx(1.0)
    fewer = [_referrals_by_age(without("good_start"), "0-5", year) - _referrals_by_age(_run("thrive"), "0-5", year)
             for year in (slice(0, 12), slice(24, 36))]  # fmt: skip
    assert fewer[1] > 5 * fewer[0] > 0


def test_b25_children_already_in_the_system_open_by_how_long_they_have_been_there(thrive: Comparison):
    pathway, opening = thrive.do_nothing.assembled.pathway, thrive.do_nothing.trajectory.stock[0, ..., 0].sum(axis=1)
    care = [c for c, cell in enumerate(pathway.cells) if "looked_after" in cell.state.counts]
    assert opening[care].sum() == pytest.approx(618)
    long = [c for c in care if pathway.cells[c].from_month == 24]
    assert 0.2 < opening[long].sum() / 618 < 0.8


# C. What is watched


def test_c1_more_families_get_targeted_early_help(thrive: Comparison):
    assert at(thrive.scenario, "early_help_caseload") > 1.1 * at(thrive.do_nothing, "early_help_caseload")


def test_c2_substantially_fewer_assessments(thrive: Comparison):
    assert at(thrive.scenario, "assessments") < 0.95 * at(thrive.do_nothing, "assessments")


def test_c3_fewer_children_need_a_plan(thrive: Comparison):
    assert falls(thrive, "child_protection_plans")
    assert falls(thrive, "plans_started")
    assert at(thrive.scenario, "child_protection_plans", TARGET_YEAR) < 0.85 * at(
        thrive.do_nothing, "child_protection_plans", TARGET_YEAR
    )


def test_c4_fewer_admissions_and_proceedings_and_less_legal_cost(thrive: Comparison):
    assert falls(thrive, "admissions_to_care")
    assert falls(thrive, "care_proceedings_started")
    assert line("care_proceedings", YEAR_ONE).saving > 0


def _watched(*outputs: str) -> None:
    """Each output is on the list, with a target, a status in every year, and a rule in words."""
    found = {one.output.name: one for one in indicators(_run("thrive").scenario, _run("thrive").do_nothing)}
    shown = invoke("watch", "thrive").stdout
    for output in outputs:
        readings = found[output].readings
        assert len(readings) == len(_run("thrive").scenario.years), output
        assert {one.goal.status(one.scenario) for one in readings} <= {"green", "amber", "red"}
        assert found[output].title in shown
    assert shown.count("  green at ") == len(found)


def test_c5_watch_the_quality_of_referrals_and_of_screening():
    _watched("assessed_no_further_action_percent", "re_referral_percent", "referrals_per_10000")
    screened = _beside_others("referral_assessed_percent")
    assert screened.observed == pytest.approx(70.5)
    assert screened.scenario is not None
    assert screened.scenario < screened.observed


def test_c6_watch_foster_carers_and_those_for_disabled_children():
    _watched("in_house_places_per_100_needed", "specialist_carers_per_100_needed")
    for output in ("in_house_places_per_100_needed", "specialist_carers_per_100_needed", "specialist_carers"):
        assert raises("fostering_recruitment", output)


def test_c7_watch_children_with_more_than_one_plan(thrive: Comparison):
    _watched("repeat_plan_percent")
    repeats = [row for row in diversions(thrive.do_nothing, thrive.scenario) if row.move.startswith("repeat_plan")]
    assert {row.from_state for row in repeats} == {"assessment_after_plan", "child_in_need_after_plan"}
    of_year = sum(row.scenario for row in repeats if row.financial_year == YEAR_ONE)
    assert at(thrive.scenario, "repeat_plan_percent") == pytest.approx(
        100 * of_year / at(thrive.scenario, "plans_started")
    )


def test_c8_rates_stand_beside_england_and_neighbours():
    for output in ("referrals_per_10000", "child_protection_plans_per_10000", "looked_after_rate_per_10000"):
        row = _beside_others(output)
        assert row.england is not None
        assert row.neighbours is not None
        assert row.neighbours.lowest < row.neighbours.median < row.neighbours.highest
    flags = {str(row.financial_year): row.neighbours.flag(row.observed)
             for row in standings(_run("thrive").scenario, _run("thrive").do_nothing)
             if row.output.name == "looked_after_rate_per_10000" and row.neighbours}  # fmt: skip
    assert flags == {"2010-11": "high", "2011-12": "high", "2012-13": "in line"}


def test_c9_plans_and_referrals_still_stand_out():
    """ "We still stand out ... our number of Child Protection Plans and referrals": as published for 2012-13."""
    for output in ("referrals_per_10000", "child_protection_plans_per_10000"):
        row = _beside_others(output)
        assert row.neighbours is not None
        assert row.observed is not None
        assert row.neighbours.flag(row.observed) == "outlier, high"


def test_c10_the_councils_that_were_visited_stand_beside_it(thrive: Comparison):
    names = {row.authority for row in thrive.scenario.assembled.inputs.comparators if row.group == "visited"}
    assert names == {"Hackney", "Lincolnshire", "Wigan"}
    for output in ("referrals_per_10000", "child_protection_plans_per_10000", "looked_after_rate_per_10000"):
        assert set(_beside_others(output).visited) == names
    assert "Authorities visited, 2012-13  Hackney  Lincolnshire  Wigan" in invoke("watch", "thrive").stdout


def test_c11_the_key_target_is_to_have_fewer_looked_after_children(thrive: Comparison):
    _watched("looked_after_children")
    target = resolve("thrive").scenario.watch["looked_after_children"]
    assert target.better == "lower"
    assert min(target.target.figures) <= 618


def test_c12_outcomes_stand_beside_the_money():
    shown = invoke("run", "thrive").stdout
    assert "Pressure (annual), £m" in shown
    for title in ("Adoptions", "Returned home", "Early help caseload"):
        (row,) = (one for one in shown.splitlines() if one.startswith(title))
        assert len(re.findall(r"[\d,]+", row)) >= 6, title


def test_c13_what_people_said_stands_beside_the_figures():
    assert "Over 250 young people and parents" in invoke("run", "thrive").stdout.replace("\n", " ")


# D. How it is run


def test_d1_a_scenario_says_whether_it_is_approved_and_by_whom():
    assert "Draft: nobody has approved this scenario." in invoke("run", "thrive").stdout
    approved = ("approval.status=approved", "approval.by=the Executive Board", "approval.on=2013-06-10")
    shown = invoke("run", "thrive", *(word for setting in approved for word in ("--set", setting))).stdout
    assert "Approved by the Executive Board on 2013-06-10." in shown
    refused = invoke("check", "thrive", "--set", "approval.status=approved", "--set", "approval.on=2013-06-10")
    assert refused.exit_code == 1
    assert "by whom" in refused.stderr


def test_d2_a_committee_reads_it_on_one_page():
    shown = invoke("run", "thrive").stdout.splitlines()
    assert shown[0].startswith("THRIVE, East Sussex")
    assert shown[1].endswith("?")
    assert len(shown) < 75


def test_d3_every_effect_has_an_evidence_grade_and_figures_stand_beside_what_was_observed(thrive: Comparison):
    sizes = [effect.size() for one in resolve("thrive").scenario.active.values() for effect in one.effects]
    assert {size.grade for size in sizes} >= {"low", "medium"}
    assert all(size.grade == "low" for size in sizes if size.is_assumption)
    assert len(thrive.scenario.observed) > 20
    (row,) = (one for one in invoke("run", "thrive").stdout.splitlines() if one.startswith("Referrals "))
    assert row.split()[1] == "9,681"


@pytest.mark.parametrize("name", SHOCKS)
def test_d4_every_risk_is_a_scenario_that_says_what_it_asks(name: str):
    scenario = resolve(name).scenario
    assert scenario.asks.endswith("?")
    assert [file.stem for file in resolve(name).files] == [name, "thrive", "do_nothing"]
    left, was = (sum(year.unfunded for year in account(_run(one).scenario)) for one in (name, "thrive"))
    assert abs(left - was) > 10_000


def test_d5_funding_policy_and_welfare_can_each_be_shocked(thrive: Comparison):
    for name, output in (
        ("partner_funding_cuts", "programme_cost"),
        ("safeguarding_surge", "referrals"),
        ("welfare_reform", "referrals"),
    ):
        shocked = max(at(_run(name).scenario, output, str(year)) for year in thrive.scenario.years[1:4])
        assert shocked > max(at(thrive.scenario, output, str(year)) for year in thrive.scenario.years[1:4]), name


def test_d6_local_needs_are_settings_and_tables(thrive: Comparison):
    """Any rate and any unit cost can be changed without code."""
    key, dearer = "interventions.swift.reached", _run("thrive", "interventions.swift.reached=0.5")
    assert [row.key for row in explain(thrive.scenario.assembled, key)] == [key]
    assert falls(replace(dearer, do_nothing=thrive.scenario), "admissions_to_care")
    (cost,) = explain(thrive.scenario.assembled, "cost_lines.residential")
    assert "cost_lines.csv" in cost.where


def test_d7_a_childs_journey_is_one_pathway_and_placements_carry_the_codes_of_the_return(thrive: Comparison):
    states = {row.state: row.ssda903_codes for row in thrive.scenario.assembled.inputs.states}
    coded = {state for state, codes in states.items() if codes}
    pathway = thrive.scenario.assembled.pathway
    assert {cell.state.name for cell in pathway.cells if "looked_after" in cell.state.counts} <= coded
    assert _leads_on(pathway, "population") >= {"early_help", "child_protection_plan", "adopted", "turned_18"}


def _leads_on(pathway: Pathway, start: str) -> set[str]:
    """States that can be reached, turning 18 included."""
    reached = {start, "turned_18"}
    while True:
        names = {pathway.cells[arrow.target].state.name for arrow in pathway.arrows
                 if pathway.cells[arrow.source].state.name in reached}  # fmt: skip
        if names <= reached:
            return reached
        reached |= names


def test_d8_only_groups_of_children_are_ever_told(thrive: Comparison, tmp_path: Path):
    rows = whereabouts(thrive.do_nothing, thrive.scenario)
    assert sum(row.scenario for row in rows if row.financial_year == YEAR_ONE and row.state) > 1000
    assert invoke("run", "thrive", "--out", tmp_path / "kept").exit_code == 0
    for name in ("stock", "moves"):
        with (tmp_path / "kept" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
        assert "children" in columns
        assert not {"child", "child_id", "name", "date_of_birth", "upn"} & set(columns)


def test_d9_the_new_information_system_is_shared_with_adult_social_care(thrive: Comparison):
    one = lever("information_system")
    assert one.use == "change"
    assert one.end is not None
    own = thrive.scenario.spent(line="information_system").sum()
    shared = thrive.scenario.spent(line="information_system, paid by partners").sum()
    assert own == pytest.approx(shared)
    assert own > 0


# The list


@cache
def _items() -> list[dict[str, str]]:
    with ITEMS.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@cache
def _tests() -> dict[str, str]:
    """Each item's test, by the item its name begins with."""
    functions = [node for node in ast.parse(Path(__file__).read_text(encoding="utf-8")).body
                 if isinstance(node, ast.FunctionDef)]  # fmt: skip
    found = ((re.match(r"test_([a-d]\d+)_", node.name), node.name) for node in functions)
    return {match[1].upper(): name for match, name in found if match}


def test_the_source_names_76_items_and_each_has_its_test():
    names = [item["item"] for item in _items()]
    assert len(names) == len(set(names)) == 76
    assert set(_tests()) == set(names)


def test_no_test_of_an_item_is_skipped_or_expected_to_fail():
    text = Path(__file__).read_text(encoding="utf-8")
    assert not re.search(r"^@pytest\.mark\.(skip|xfail)", text, re.MULTILINE)


def test_the_items_are_those_of_the_checklist_word_for_word():
    if not CHECKLIST.is_file():
        pytest.skip("the checklist is not at hand")
    listed = [
        [cell.strip() for cell in row.strip().strip("|").split("|")]
        for row in CHECKLIST.read_text(encoding="utf-8").splitlines()
        if re.match(r"\| [A-D]\d+ ", row)
    ]
    assert [(i["item"], i["element"], i["quotation"]) for i in _items()] == [
        (cells[0], cells[1], cells[2].strip('"')) for cells in listed
    ]


@cache
def _assembled() -> Assembled:
    return assemble(resolve("thrive"))


def _lives(where: str) -> bool:
    """Whether the place that the list names is there."""
    sort, _, name = where.partition(" ")
    known: dict[str, Sequence[Any]] = {
        "output": list(all_outputs()),
        "command": list(main.commands),
        "scenario": list(shipped_scenarios()),
    }
    if sort in known:
        return name in known[sort]
    if sort == "document":
        return (ROOT / name).is_file()
    return sort in {"setting", "row"} and bool(explain(_assembled(), name))


@pytest.mark.parametrize("item", _items(), ids=lambda item: item["item"])
def test_every_item_lives_where_the_list_says(item: dict[str, str]):
    places = [place.strip() for place in item["where"].split(";")]
    assert places
    assert [place for place in places if not _lives(place)] == []


def test_the_page_of_coverage_is_made_from_the_list(file_regression: FileRegressionFixture):
    lines = ["# What the source names, and where it is", "", f"Made from `tests/source_items.csv`; {RENEWED}.", ""]
    lines += [
        f"{len(_tests())} of {len(_items())} items have a test that shows them working. A place is a *setting* of"
    ]
    lines += [
        "`scenarios/thrive.yaml`, a *row* of a table (both as `thrive explain thrive KEY` shows them), an *output*, a"
    ]
    lines += ["*command*, a *scenario* or a *document*; tests are those of `tests/test_source_items.py`.", ""]
    lines += ["| item | what | in the source's words | where | test | not shown |", "|---|---|---|---|---|---|"]
    for item in _items():
        places = "; ".join(f"{sort} `{name}`" for sort, _, name in
                           (place.strip().partition(" ") for place in item["where"].split(";")))  # fmt: skip
        cells = [item["item"], item["element"], f"“{item['quotation']}”", places, f"`{_tests()[item['item']]}`"]
        lines += [f"| {' | '.join([*cells, item['not_shown']]).rstrip()} |"]
    file_regression.check("\n".join(lines) + "\n", encoding="utf-8", newline="", extension=".md", fullpath=PAGE)
