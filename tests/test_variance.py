"""Planned spending to drawn, reason by reason."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from copies import Copy, lines
from projects import ROOT, invoke, scenario_names

from thrive_model.assemble import assemble
from thrive_model.fund import account
from thrive_model.results import Results
from thrive_model.run import read_tables, run_one
from thrive_model.scenario import resolve
from thrive_model.variance import LOWER_DEMAND, REASONS, SELF_FUNDED, SLIPPAGE, Bridge, bridges

SET_ASIDE = ("contact_services", "parent_and_baby_alternatives")


@cache
def results_of(name: str, *settings: str) -> Results:
    resolved = resolve(name, settings)
    return run_one(assemble(resolved, read_tables(resolved)))


def first(*settings: str, name: str = "thrive") -> Bridge:
    return bridges(results_of(name, *settings))[0]


def amounts(bridge: Bridge) -> dict[str, float]:
    return {reason.reason: reason.amount for reason in bridge.reasons}


def closed_scenarios() -> list[str]:
    scenarios = {name: resolve(name).scenario for name in scenario_names()}
    return [name for name, one in scenarios.items() if one.fund and one.fund.closed_by_accounts]


# What the bridge says


def test_year_one_goes_from_what_was_planned_to_what_was_drawn():
    """£7.5m planned, three quarters of it for demand; £3.9m drawn, £1.5m for new activity and £0.2m for change."""
    bridge = first()
    assert (bridge.financial_year, bridge.planned, bridge.drawn) == ("2012-13", 7_500_000, 3_900_000)
    assert amounts(bridge) == pytest.approx(
        {
            LOWER_DEMAND: 0.75 * 7_500_000 - (3_900_000 - 1_500_000 - 200_000),
            SLIPPAGE: 0.25 * 7_500_000 - 1_700_000 - 85_000,
            SELF_FUNDED: 45_000 + 40_000,
        }
    )
    assert (bridge.carried_forward, bridge.carried_into) == (9_700_000 - 3_900_000, "2013-14")


@pytest.mark.parametrize("name", closed_scenarios())
def test_the_reasons_of_every_closed_year_sum_to_what_was_not_drawn(name: str):
    results = results_of(name)
    closed = {row.financial_year: row for row in account(results) if row.actual}
    found = bridges(results)
    assert [bridge.financial_year for bridge in found] == list(closed)
    for bridge in found:
        assert [reason.reason for reason in bridge.reasons] == list(REASONS)
        assert sum(amounts(bridge).values()) == pytest.approx(bridge.planned - bridge.drawn, abs=1e-6)
        row = closed[bridge.financial_year]
        assert (bridge.planned, bridge.drawn, bridge.carried_forward) == (row.planned, row.drawdown, row.closing)


def test_slippage_is_what_the_late_starts_save_against_the_original_plan():
    late, planned = results_of("thrive"), results_of("thrive_original_plan")
    started = {name: one.start for name, one in late.assembled.resolved.scenario.active.items()}
    slipped = [
        name
        for name, one in planned.assembled.resolved.scenario.active.items()
        if one.start < started[name] and one.start.financial_year == planned.years[0]
    ]
    saved = sum(planned.spent(line=name)[0, 0] - late.spent(line=name)[0, 0] for name in slipped)
    assert len(slipped) == 2
    assert amounts(first())[SLIPPAGE] == pytest.approx(saved) == pytest.approx(90_000)


def test_what_was_set_aside_and_not_needed_is_what_the_original_plan_draws_for_it():
    planned = results_of("thrive_original_plan")
    drawn = sum(planned.spent(line=name)[0, 0] for name in SET_ASIDE)
    assert amounts(first())[SELF_FUNDED] == pytest.approx(drawn) == pytest.approx(85_000)


def test_what_needed_no_money_moves_from_slippage_to_self_funded():
    settings = [f"interventions.{name}.enabled=false" for name in SET_ASIDE]
    without = amounts(first(*settings))
    assert without[SELF_FUNDED] == 0
    assert without[SLIPPAGE] == pytest.approx(175_000)
    assert without[LOWER_DEMAND] == amounts(first())[LOWER_DEMAND]


def test_what_partners_would_have_paid_is_no_money_of_the_fund():
    half = first(f"interventions.{SET_ASIDE[0]}.paid_by_partners=0.5")
    assert amounts(half)[SELF_FUNDED] == pytest.approx(22_500 + 40_000)


def test_more_for_change_is_less_for_demand_and_less_slippage():
    """What was drawn beyond new activity is one sum in the accounts; the scenario divides it."""
    more = amounts(first("interventions.workforce_development.cost_per_year=185000"))
    assert more[LOWER_DEMAND] == pytest.approx(amounts(first())[LOWER_DEMAND] + 10_000)
    assert more[SLIPPAGE] == pytest.approx(amounts(first())[SLIPPAGE] - 10_000)


def test_every_closed_year_has_a_bridge(tmp_path: Path):
    project = Copy(tmp_path)
    for row in ("drawdown,2013-14,2500000", "new_activity,2013-14,2000000", "planned_demand_support,2013-14,500000"):
        project.add("fund", f"{row},0,as given in a made up report,seed,published,Made up for a test")
    found = bridges(results_of(str(tmp_path / "scenarios" / "thrive.yaml")))
    assert [bridge.financial_year for bridge in found] == ["2012-13", "2013-14"]
    second = found[1]
    assert (second.planned, second.drawn, second.carried_into) == (2_900_000, 2_500_000, "2014-15")
    assert sum(amounts(second).values()) == pytest.approx(400_000)
    assert [reason.said for reason in second.reasons] == ["", "", ""]


# What is said of it


def test_the_words_are_those_of_the_scenario():
    said = {reason.reason: reason.said for reason in first().reasons}
    assert said[SLIPPAGE] == '"because we needed more time to agree where to invest"'
    other = first("fund.underspend_reasons.2012-13.slippage=It rained")
    assert [reason.said for reason in other.reasons][1] == "It rained"


# The command


def test_the_command_shows_planned_the_reasons_and_drawn():
    shown = invoke("variance", "thrive")
    assert shown.exit_code == 0
    rows = [line.split("  ")[0] for line in shown.stdout.splitlines() if line[:1].isalpha()]
    assert rows[2:9] == [
        "Fund, £, 2012-13",
        "Planned",
        "Lower demand than planned",
        "Started later than planned (slippage)",
        "Needed no money after all (self-funded)",
        "Drawn",
        "Carried forward into 2013-14",
    ]
    for figure in ("7,500,000", "(3,425,000)", "(90,000)", "(85,000)", "3,900,000", "5,800,000"):
        assert f" {figure}" in shown.stdout


def test_the_rows_on_the_screen_add_up_to_the_pound():
    figures = [row.split("  ") for row in invoke("variance", "thrive").stdout.splitlines()]
    column = [cell.strip() for row in figures for cell in row if cell.strip().strip("(),").replace(",", "").isdigit()]
    planned, *reasons, drawn, _ = [int(cell.strip("()").replace(",", "")) for cell in column]
    assert planned - sum(reasons) == drawn


def test_the_screen_fits_its_width_and_names_what_was_set():
    setting = "interventions.swift.cost_per_year=280000"
    shown = invoke("variance", "thrive", "--set", setting).stdout
    assert f"\n--set {setting}\n" in shown
    assert max(len(line) for line in shown.splitlines()) <= 100
    assert not any(line.endswith(" ") for line in shown.splitlines())


def test_more_than_planned_is_told_as_more(tmp_path: Path):
    project = Copy(tmp_path)
    project.change("fund", "planned_demand_support,2012-13,5625000", "planned_demand_support,2012-13,1000000")
    shown = invoke("variance", tmp_path / "scenarios" / "thrive.yaml").stdout
    assert "Higher demand than planned                 1,200,000" in shown
    project.change("fund", "planned_demand_support,2012-13,1000000", "planned_demand_support,2012-13,7000000")
    shown = invoke("variance", tmp_path / "scenarios" / "thrive.yaml").stdout
    assert "More new activity and change than planned    1,285,000" in shown


def test_a_fund_that_closes_with_its_closed_year_carries_nothing_on():
    shown = invoke("variance", "thrive", "--set", "fund.last_year=2012-13").stdout
    assert "Left as the fund closes" in shown
    assert "Carried forward" not in shown


def test_the_json_object_holds_the_same_unrounded():
    printed: dict[str, Any] = json.loads(invoke("variance", "thrive", "--json").stdout)
    assert list(printed) == ["scenario", "status", "model_version", "run_id", "price_basis", "years"]
    (year,) = printed["years"]
    found = first()
    assert list(year) == [
        "financial_year",
        "planned",
        "reasons",
        "drawn",
        "carried_forward",
        "carried_into",
    ]
    assert {reason["reason"]: reason["amount"] for reason in year["reasons"]} == amounts(found)
    assert (year["planned"], year["drawn"]) == (found.planned, found.drawn)


def test_every_key_of_the_json_object_is_documented():
    text = (ROOT / "docs" / "json.md").read_text(encoding="utf-8")
    printed = json.loads(invoke("variance", "thrive", "--json").stdout)
    keys = {*printed, *printed["years"][0], *printed["years"][0]["reasons"][0]}
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


# What has no bridge


def told(name: str | Path, *settings: str) -> list[str]:
    return lines(lambda: bridges(results_of(str(name), *settings)))


def test_a_scenario_without_a_fund_is_told_that_it_has_none():
    (line,) = told("do_nothing")
    assert line.startswith("error: do_nothing.yaml:")
    assert line.endswith(
        ": has no fund, and so no year that drew less than planned "
        "(name a scenario with a fund whose accounts are published)"
    )


def test_a_scenario_whose_years_are_all_projected_is_told_where_it_says_so():
    (line,) = told("thrive_original_plan")
    assert line.startswith("error: thrive_original_plan.yaml:")
    assert line.endswith(
        " fund.closed_by_accounts: every year of the fund is projected, and so none drew less than planned "
        "(set it to true)"
    )


def test_tables_without_accounts_are_told_what_to_add(tmp_path: Path):
    Copy(tmp_path).drop("fund", "drawdown,", "new_activity,")
    assert told(tmp_path / "scenarios" / "thrive.yaml") == [
        "error: fund.csv: gives no accounts of 2012-13 to 2014-15, and so no year that drew less than planned "
        "(add drawdown and new_activity of a year)"
    ]


def test_tables_that_do_not_say_what_was_planned_for_demand_are_told_so(tmp_path: Path):
    Copy(tmp_path).drop("fund", "planned_demand_support,")
    assert told(tmp_path / "scenarios" / "thrive.yaml") == [
        "error: fund.csv: gives no planned_demand_support of 2012-13, so that lower demand cannot be told from "
        "slippage (add the row, with its source)"
    ]


def test_the_command_refuses_what_has_no_bridge_on_stderr_alone():
    shown = invoke("variance", "do_nothing")
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert len(shown.stderr.splitlines()) == 1
