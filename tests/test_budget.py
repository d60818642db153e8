from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import invoke, scenario_names

from thrive_model.budget import Budget, plan, unfunded
from thrive_model.fund import account, saving
from thrive_model.ledger import UNFUNDED
from thrive_model.outputs import pressure
from thrive_model.report.workbook import IN_MILLIONS
from thrive_model.run import Comparison, run
from thrive_model.savings import by_line
from thrive_model.scenario import resolve

A_PENNY = 0.01
INDICES = ("gdp_deflator", "local_government_pay")


@pytest.fixture(scope="module")
def budget(thrive: Comparison) -> Budget:
    return plan(thrive)


def _row(budget: Budget, key: str) -> np.ndarray:
    return np.array(next(row.totals for row in budget.rows if row.key == key))


def _section(budget: Budget, section: str) -> np.ndarray:
    return np.sum([row.totals for row in budget.rows if row.section == section], axis=0)


@pytest.mark.parametrize("name", scenario_names())
def test_the_rows_sum_to_the_gap_which_is_what_nobody_pays(name: str):
    comparison = run(resolve(name))
    budget = plan(comparison)
    rows = np.sum([row.totals for row in budget.rows], axis=0)
    np.testing.assert_allclose(rows, budget.gap, atol=A_PENNY)
    np.testing.assert_allclose(budget.gap, comparison.scenario.spent(funding=UNFUNDED)[:, 0], atol=A_PENNY)
    np.testing.assert_allclose(np.sum(list(unfunded(comparison.scenario).values()), axis=0), budget.gap, atol=A_PENNY)


@pytest.mark.parametrize("name", scenario_names())
def test_subtotals_are_the_ledgers_of_doing_nothing_and_of_the_scenario(name: str):
    comparison = run(resolve(name))
    budget = plan(comparison)
    np.testing.assert_allclose(budget.do_nothing, comparison.do_nothing.spent()[:, 0], atol=A_PENNY)
    np.testing.assert_allclose(budget.with_programme, comparison.scenario.spent()[:, 0], atol=A_PENNY)


def test_increments_cumulate_to_totals(budget: Budget):
    for row in budget.rows:
        before = row.totals[0] - row.increments[0]
        np.testing.assert_allclose(before + np.cumsum(row.increments), row.totals, atol=A_PENNY)
    assert next(row for row in budget.rows if row.key == "base").increments == (0.0,) * 6


def test_no_pound_is_in_two_rows_of_savings(thrive: Comparison, budget: Budget):
    """Cashable and avoided, new, full-year and one-off, less the extra cost, are what the programme takes off."""
    whole = saving(thrive.do_nothing, thrive.scenario)[:, 0]
    np.testing.assert_allclose(-_section(budget, "savings"), whole, atol=A_PENNY)
    for row in budget.rows:
        if row.key.startswith("saving."):
            assert max(row.totals) <= A_PENNY, row.key
    assert min(_row(budget, "extra_cost")) >= 0


def test_pressures_are_what_doing_nothing_costs_above_the_base(thrive: Comparison, budget: Budget):
    above = _section(budget, "pressures") - _row(budget, "base")
    np.testing.assert_allclose(above, pressure(thrive.do_nothing)[:, 0], atol=A_PENNY)


def test_who_pays_is_the_fund_account(thrive: Comparison, budget: Budget):
    years = account(thrive.scenario)
    for use in ("demand_support", "new_activity", "change"):
        drawn = [year.uses[use] for year in years]
        np.testing.assert_allclose(-_row(budget, f"fund.{use}"), drawn, atol=A_PENNY)


def test_inflation_of_each_series_is_its_lines_at_its_growth(thrive: Comparison, budget: Budget):
    """2013-14 by hand: pay has grown 0% and 1%, prices 1.5% and 2.3% since the base year."""
    lines = thrive.scenario.assembled.inputs.cost_lines
    growth = {"local_government_pay": 1.01, "gdp_deflator": 1.015 * 1.023}
    for series, level in growth.items():
        spent = sum(thrive.do_nothing.spent(line=row.line)[1, 0] for row in lines if row.price_index == series)
        assert _row(budget, f"inflation.{series}")[1] == pytest.approx(spent - spent / level, abs=1.0)


def test_without_inflation_nominal_is_real():
    budget = plan(run(resolve("thrive", [f"inflation.{name}=0" for name in INDICES])))
    for name in INDICES:
        np.testing.assert_allclose(_row(budget, f"inflation.{name}"), 0.0, atol=A_PENNY)


@pytest.mark.parametrize("name", INDICES)
def test_a_series_set_to_nothing_leaves_the_other_and_the_real_rows_alone(budget: Budget, name: str):
    """All but one line, priced in 2012-13, which without the growth into that year costs as much in the base year."""
    changed = plan(run(resolve("thrive", [f"inflation.{name}=0"])))
    np.testing.assert_allclose(_row(changed, f"inflation.{name}"), 0.0, atol=A_PENNY)
    for key in ("caseload", "demand", "demography"):
        np.testing.assert_allclose(_row(changed, key), _row(budget, key), atol=20_000)
    (other,) = set(INDICES) - {name}
    np.testing.assert_allclose(_row(changed, f"inflation.{other}"), _row(budget, f"inflation.{other}"), atol=A_PENNY)


@settings(max_examples=8, deadline=None)
@given(st.integers(1, 5), st.floats(-0.05, 0.15))
def test_inflation_that_is_set_from_a_year_on_moves_no_earlier_figure(thrive: Comparison, after: int, growth: float):
    year = thrive.scenario.years[after]
    later = run(resolve("thrive", [f"inflation.gdp_deflator={{by_year: {{{year}: {growth}}}}}"]))
    for was, now in zip((thrive.do_nothing, thrive.scenario), (later.do_nothing, later.scenario), strict=True):
        np.testing.assert_array_equal(was.spent()[:after], now.spent()[:after])
    lines = [row.price_index for row in thrive.scenario.assembled.inputs.cost_lines]
    level = later.scenario.assembled.costs.price_level[lines.index("gdp_deflator")]
    months = later.scenario.marches
    assert level[months[after]] / level[months[after - 1]] == pytest.approx(1.0 + growth)


def test_demography_is_the_population_and_nothing_else(thrive: Comparison):
    """A fifth more children of every age from the second year on: more spending, in that row alone."""
    assembled = thrive.do_nothing.assembled
    rows = [
        *assembled.inputs.population,
        *(
            row.model_copy(update={"mid_year": 2013, "persons": row.persons * 1.2})
            for row in assembled.inputs.population
            if row.mid_year == 2012
        ),
    ]
    inputs = replace(assembled.inputs, population=rows)
    nothing = replace(thrive.do_nothing, assembled=replace(assembled, inputs=inputs))
    before, after = plan(thrive), plan(replace(thrive, do_nothing=nothing))
    np.testing.assert_allclose(_row(after, "caseload"), _row(before, "caseload"), atol=A_PENNY)
    assert _row(after, "demography")[0] == pytest.approx(0.0, abs=A_PENNY)
    assert (_row(after, "demography")[1:] > 0).all()


def test_the_command_prints_the_plan_and_its_sign_convention(budget: Budget):
    shown = invoke("budget", "thrive")
    told = json.loads(invoke("budget", "thrive", "--json").stdout)
    assert shown.exit_code == 0
    assert "savings and what is paid, by whomever, are in brackets" in shown.stdout
    assert [row["key"] for row in told["rows"]] == [row.key for row in budget.rows]
    assert told["gap"] == pytest.approx(budget.gap)
    assert all(len(line) <= 100 for line in shown.stdout.splitlines())


def test_a_part_of_the_council_that_pays_is_told_from_the_other_funders():
    shown = invoke("budget", "thrive").stdout
    assert "Other funders: council elsewhere" in shown
    assert "Other funders: Council" not in shown


def test_rows_that_round_to_nothing_throughout_are_left_out():
    """With a fund and no programme, sums differ from those of doing nothing in the last bits."""
    off = [f"interventions.{name}.enabled=false" for name in resolve("thrive").scenario.interventions]
    shown = invoke("budget", "thrive", *(word for setting in off for word in ("--set", setting))).stdout
    assert "Cost avoided, " not in shown
    assert "\n  Extra cost of work moved " not in shown


def test_what_the_savings_screen_cashes_is_the_plans_less_the_extra_cost(thrive: Comparison, budget: Budget):
    """`thrive savings` takes an extra cost off at once; the plan shows it in a row by itself."""
    lines = by_line(thrive.do_nothing, thrive.scenario)
    for y, year in enumerate(budget.years):
        ones = [row for row in lines if row.financial_year == year]
        cashed = -sum(row.totals[y] for row in budget.rows if row.key.startswith("saving.cashable"))
        dearer = sum(row.cashable for row in ones if row.saving < 0)
        assert cashed + dearer == pytest.approx(sum(row.cashable for row in ones), abs=1e4)


def test_a_scenario_without_a_programme_has_a_plan_too():
    assert invoke("budget", "do_nothing").exit_code == 0


def test_a_run_folder_holds_the_plan(tmp_path: Path, budget: Budget):
    invoke("run", "thrive", "--out", str(tmp_path / "run"))
    table = pd.read_csv(tmp_path / "run" / "budget.csv")
    np.testing.assert_allclose(table.groupby("financial_year")["total"].sum(), budget.gap, atol=A_PENNY)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (
            "inflation.gdp_deflater=0",
            "error: --set inflation.gdp_deflater: unknown price index 'gdp_deflater' (did you mean 'gdp_deflator'?)\n",
        ),
        ("inflation.gdp_deflator=2", "error: --set inflation.gdp_deflator: must be between -0.5 and 1\n"),
    ],
)
def test_inflation_that_cannot_be_is_refused(words: str, error: str):
    refused = invoke("budget", "thrive", "--set", words)
    assert refused.exit_code == 1
    assert refused.stderr == error


def test_the_workbook_holds_every_row_and_sums_to_the_same_gap(tmp_path: Path, budget: Budget):
    file = tmp_path / "plan.xlsx"
    told = invoke("budget", "thrive", "--json", "--xlsx", str(file))
    assert (told.exit_code, told.stderr) == (0, f"Written to {file}\n")
    shown, summed = (openpyxl.load_workbook(file, data_only=values)["Totals"] for values in (True, False))
    by_title = {row[0].strip(): row[1:] for row in shown.iter_rows(values_only=True) if row[0]}
    assert by_title["Gap"] == pytest.approx(budget.gap, abs=A_PENNY)
    assert by_title["Fund: new activity"] == pytest.approx(tuple(_row(budget, "fund.new_activity")), abs=A_PENNY)
    formulas = [cell for row in summed.iter_rows() for cell in row if str(cell.value).startswith("=SUM(")]
    assert len(formulas) == 3 * len(budget.years)
    for cell in formulas:
        ranges = cell.value.removeprefix("=SUM(").removesuffix(")").split(",")
        whole = sum(float(part.value or 0) for one in ranges for (part,) in summed[one])
        assert shown[cell.coordinate].value == pytest.approx(whole, abs=A_PENNY)


def test_a_few_pounds_are_no_millions_in_the_workbook():
    """A section without its two commas would show £321 as 321.000 among millions."""
    large, below, nothing = IN_MILLIONS.split(";")
    assert large.removeprefix("[>=500]") == "#,##0.000,,"
    assert below.removeprefix("[<=-500]") == "(#,##0.000,,)"
    assert nothing == '"0.000"'


def test_text_that_looks_like_a_formula_stays_text(tmp_path: Path):
    file = tmp_path / "plan.xlsx"
    invoke("budget", "thrive", "--set", "title='=1+1'", "--xlsx", str(file))
    notes = openpyxl.load_workbook(file)["Notes"]
    assert notes["A1"].data_type == "s"
    assert notes["A1"].value.startswith("=1+1")


def test_a_workbook_that_cannot_be_written_is_refused_and_leaves_nothing(tmp_path: Path):
    taken = tmp_path / "taken.xlsx"
    taken.write_text("kept", encoding="utf-8")
    nowhere = tmp_path / "nowhere" / "plan.xlsx"
    refusals = {
        taken: "exists already (name another file, or remove it first)",
        tmp_path / "plan.ods": "is not the name of a workbook (end it in .xlsx)",
        nowhere: "cannot be written: No such file or directory (nothing was written there)",
    }
    for file, error in refusals.items():
        refused = invoke("budget", "thrive", "--xlsx", str(file))
        assert refused.exit_code == 1
        assert refused.stderr == f"error: {file}: {error}\n"
    assert [file.name for file in tmp_path.iterdir()] == ["taken.xlsx"]
    assert taken.read_text(encoding="utf-8") == "kept"
