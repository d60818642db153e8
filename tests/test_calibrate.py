from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml
from projects import invoke
from scipy import stats

from thrive_model.assemble import assemble
from thrive_model.calibrate import Fit, Foretold, Target, backcast, calibrate, effective_draws, fit, posterior
from thrive_model.calibrate.free import parameters_of
from thrive_model.calibrate.levels import levels
from thrive_model.calibrate.rates import fitted_rates
from thrive_model.calibrate.targets import expected, targets_of
from thrive_model.errors import InputError
from thrive_model.periods import FinancialYear
from thrive_model.report import backcast_chart
from thrive_model.run import read_tables, run_one
from thrive_model.scenario import Resolved, resolve
from thrive_model.values.distributions import Lognormal

YEAR = FinancialYear(2012)
SAID = "value: 1, spread: 1, source: seed, why: somebody said so"


@pytest.fixture(scope="module")
def history() -> Resolved:
    return resolve("history")


@pytest.fixture(scope="module")
def fitted(history: Resolved) -> Fit:
    return calibrate(history, starts=1)


@pytest.fixture(scope="module")
def problem(history: Resolved) -> fit.Problem:
    """Three multipliers of the shipped past, and every figure it is fitted to."""
    chosen = history.scenario.calibration
    assert chosen is not None
    plain = run_one(assemble(history, read_tables(history)))
    free = {name: chosen.free[name] for name in ("referrals", "plans_end", "guardianship")}
    return fit.Problem(plain, parameters_of(free, plain.assembled), targets_of(plain.assembled.inputs, chosen))


def _target(value: float | None = None, count: float | None = None, least: float = 0.0, most: float = 0.0) -> Target:
    bounds = (least, most) if value is None else (None, None)
    return Target("adoptions", YEAR, None, value, *bounds, count, None, "seed")


# How likely a figure is


@pytest.mark.parametrize("value", [0.0, 1.0, 12.0, 250.0])
def test_a_counts_squared_residual_is_twice_the_log_likelihood_it_lacks(value: float):
    means = np.array([0.5, 10.0, 12.0, 300.0])
    best = stats.poisson.logpmf(value, value) if value else 0.0
    lacking = 2.0 * (best - stats.poisson.logpmf(value, means))
    np.testing.assert_allclose(_target(value).residual(means) ** 2, lacking, rtol=1e-9, atol=1e-9)


def test_a_percentage_is_a_binomial_share_of_its_count():
    """25% of 200 is 50 of them."""
    shares = np.array([20.0, 25.0, 40.0])
    lacking = 2.0 * (stats.binom.logpmf(50, 200, 0.25) - stats.binom.logpmf(50, 200, shares / 100.0))
    np.testing.assert_allclose(_target(25.0, 200.0).residual(shares) ** 2, lacking, rtol=1e-9, atol=1e-9)


def test_a_suppressed_count_is_as_likely_as_all_that_it_can_be():
    means = np.array([0.5, 3.0, 20.0])
    likeliest = 120.0 ** (1 / 5)  # where none is as likely as five: m^5 = 5!

    def inside(mean: np.ndarray) -> np.ndarray:
        return np.sum([stats.poisson.pmf(k, mean) for k in range(1, 6)], axis=0)

    found = _target(least=1.0, most=5.0).residual(np.array([*means, likeliest]))
    lacking = 2.0 * (np.log(inside(np.array(likeliest))) - np.log(inside(means)))
    np.testing.assert_allclose(found[:3] ** 2, lacking, rtol=1e-9)
    assert list(np.sign(found[:3])) == [1.0, -1.0, -1.0]
    assert found[3] == pytest.approx(0.0, abs=1e-6)


def test_a_figure_that_was_said_is_normal_about_itself():
    said = replace(_target(15e6), spread=1e6)
    np.testing.assert_array_equal(said.residual(np.array([14e6, 15e6, 17e6])), [1.0, 0.0, -2.0])


# The fit


def test_multipliers_that_made_the_figures_are_found_again(problem: fit.Problem):
    """What the model has at known multipliers, taken for what was published of ten thousand times as many."""
    truth = np.array([0.25, -0.3, 0.4])
    made = problem.expected(truth[:, None])[:, 0]
    targets = tuple(
        replace(one, value=float(mean), least=None, most=None, count=1e6 if one.count else None)
        for one, mean in zip(problem.targets, made, strict=True)
    )
    known = fit.Problem(problem.plain, problem.parameters, targets)
    known.spreads = known.spreads * 1e4
    found = fit.fitted(known, starts=1)
    np.testing.assert_allclose(found.values, truth, atol=1e-4)


def test_the_gradient_is_that_of_smaller_steps(problem: fit.Problem):
    here, step = np.array([0.1, -0.1, 0.2]), 1e-5
    _, gradient = problem.with_gradient(here)
    for k in range(3):
        aside = np.zeros(3)
        aside[k] = step
        both = problem.residuals(np.column_stack([here + aside, here - aside]))
        np.testing.assert_allclose(gradient[:, k], (both[:, 0] - both[:, 1]) / (2 * step), rtol=1e-3, atol=1e-4)


def test_every_candidate_of_a_batch_is_what_it_is_alone(problem: fit.Problem):
    many = np.array([[0.0, 0.3], [0.1, -0.2], [0.0, 0.5]])
    together = problem.expected(many)
    for d in range(2):
        np.testing.assert_allclose(together[:, d], problem.expected(many[:, [d]])[:, 0], rtol=1e-12)


def test_the_fit_is_nearer_to_the_figures_than_the_tables_rates(fitted: Fit):
    before = fit.residuals(fitted.targets, fitted.before[:, None])[:, 0]
    assert (fitted.residuals**2).sum() < 0.5 * (before**2).sum()
    assert fitted.dispersion > 1.0
    assert fitted.finished


def test_what_no_figure_speaks_of_keeps_its_prior(fitted: Fit):
    known = dict(zip((one.key for one in fitted.parameters), fitted.identified, strict=True))
    assert known["referrals"] > 0.9
    assert known["independence.0-15"] < 0.25
    assert ((fitted.identified >= 0) & (fitted.identified <= 1)).all()


def test_the_normal_posterior_is_worth_a_good_part_of_its_draws(fitted: Fit):
    assert effective_draws(fitted, 100) > 20


def test_an_interrupt_keeps_the_best_found_so_far(problem: fit.Problem):
    def interrupt(_start: int, runs: int, _misfit: float) -> None:
        if runs > 2:
            raise KeyboardInterrupt

    mine = fit.Problem(problem.plain, problem.parameters, problem.targets)
    found = fit.fitted(mine, starts=3, told=interrupt)
    assert not found.finished
    assert (found.residuals**2).sum() < (fit.residuals(found.targets, found.before[:, None]) ** 2).sum()


def test_fitted_rates_are_the_tables_times_their_multipliers(fitted: Fit):
    by_key = dict(zip((one.key for one in fitted.parameters), fitted.values, strict=True))
    rows = {(one.row.move, str(one.row.ages)): one for one in fitted_rates(fitted)}
    assert rows["re_referral", "1-4"].multiplier == pytest.approx(np.exp(by_key["referrals"] + by_key["re_referrals"]))
    young = rows["admitted_from_plan", "1-4"]
    assert young.parameters == ("admissions.1-4",)
    assert young.rate_per_year == pytest.approx((young.row.rate_per_year or 0) * young.multiplier)


def test_the_rates_put_in_the_table_come_to_what_was_fitted(fitted: Fit, history: Resolved):
    """But for the multipliers of single years, which no table takes."""
    years = [k for k, one in enumerate(fitted.parameters) if one.over_time.min() != one.over_time.max()]
    levels = fitted.values.copy()
    levels[years] = 0.0
    problem = fit.Problem(fitted.plain, fitted.parameters, fitted.targets)
    new = {one.row.where: one.rate_per_year for one in fitted_rates(fitted)}
    inputs = read_tables(history)
    rates = [
        row.model_copy(update={"rate_per_year": new[row.where]}) if row.where in new else row for row in inputs.rates
    ]
    results = run_one(assemble(history, replace(inputs, rates=rates)))
    np.testing.assert_allclose(
        expected(results, fitted.targets)[:, 0], problem.expected(levels[:, None])[:, 0], rtol=1e-9
    )


def test_unit_cost_levels_are_published_over_modelled_spending(fitted: Fit):
    """Leaving care is a fixed sum: outturns of three years over £1,609,661 at the prices of each."""
    level = next(one for one in levels(fitted) if one.section_251 == "leaving_care_support_services")
    prices = np.array([1 / 1.0229, 1.0, 1.015])
    logs = np.log(np.array([1_317_306, 1_609_661, 1_718_674.41]) / (1_609_661 * prices))
    assert level.multiplier == pytest.approx(np.exp(logs.mean()))
    assert level.standard_error == pytest.approx(logs.std(ddof=1) / np.sqrt(3))
    assert level.years == 3


# The back-cast


def test_no_later_figure_is_seen(history: Resolved):
    found = calibrate(history, starts=1, until=FinancialYear(2010))
    assert {str(one.financial_year) for one in found.targets} == {"2010-11"}


@pytest.fixture(scope="module")
def foretold(history: Resolved) -> list[Foretold]:
    return backcast(history)


def test_most_of_the_past_lies_in_its_intervals(foretold: list[Foretold]):
    rows = foretold
    seen = {(str(row.origin), str(row.target.financial_year)) for row in rows}
    assert seen == {("2010-11", "2011-12"), ("2010-11", "2012-13"), ("2011-12", "2012-13")}
    for row in rows:
        assert list(row.quantiles) == sorted(row.quantiles)
    inside = [row.within(0.95) for row in rows if row.target.value is not None]
    assert sum(map(bool, inside)) > 0.85 * len(inside)


def test_the_fifteen_million_pulls_against_what_was_published():
    """With it the growth in referrals is of the size that `solve` finds, and admissions of 2012-13 are held down."""
    found = calibrate(resolve("history_and_target"), starts=1)
    values = dict(zip((one.key for one in found.parameters), np.exp(found.values), strict=True))
    assert 1.1 < values["growth"] < 1.5
    assert values["admissions_by_year.2012-13"] < 0.9
    assert values["admissions_by_year.2014-15"] > 1.1
    said = found.targets[-1]
    assert (said.output, said.value) == ("pressure", 15e6)
    assert found.before[-1] < 8e6
    assert 13e6 < found.after[-1] < 15e6


# The fit as a scenario


def _only(fitted: Fit, *names: str) -> Fit:
    """The same fit with the parameters of some blocks alone."""
    kept = [k for k, one in enumerate(fitted.parameters) if one.name in names]
    return replace(
        fitted,
        parameters=tuple(fitted.parameters[k] for k in kept),
        values=fitted.values[kept],
        covariance=fitted.covariance[np.ix_(kept, kept)],
    )


def _written(fitted: Fit, folder: Path) -> Resolved:
    """What a fit says as a scenario, read again from a file."""
    comment, content = posterior.as_scenario(fitted)
    file = folder / "posterior.yaml"
    file.write_text(comment + yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return resolve(str(file))


def test_a_fit_as_a_scenario_runs_as_it_was_fitted(fitted: Fit, tmp_path: Path):
    of_levels = _only(fitted, "referrals", "plans_end", "admissions", "returns_home")
    results = run_one(assemble(_written(of_levels, tmp_path)))
    problem = fit.Problem(fitted.plain, of_levels.parameters, fitted.targets)
    wanted = problem.expected(of_levels.values[:, None])
    np.testing.assert_allclose(expected(results, fitted.targets), wanted, rtol=1e-3)
    assert not np.allclose(wanted[:, 0], fitted.before, rtol=1e-2)


def test_years_become_one_multiplier_that_drifts(fitted: Fit):
    found = {one.name: one for one in posterior.known(fitted)}
    for name in ("adoptions", "admissions_by_year"):
        members = [k for k, one in enumerate(fitted.parameters) if one.name == name]
        years, allowed = fitted.values[members], fitted.parameters[members[0]].spread
        assert found[name].value == pytest.approx(np.exp(years.mean()))
        assert found[name].spread == pytest.approx(np.sqrt(fitted.covariance[np.ix_(members, members)].mean()))
        assert found[name].drift == pytest.approx(max(np.std(years, ddof=1), allowed))
        assert f"the mean of {len(years)} years" in found[name].why
    assert found["adoptions"].drift > 0.4
    assert found["admissions_by_year"].drift == 0.15
    assert all(one.drift == 0.0 for name, one in found.items() if name not in {"adoptions", "admissions_by_year"})


def test_growth_is_told_and_is_no_multiplier(fitted: Fit, tmp_path: Path):
    grown = replace(
        fitted,
        parameters=tuple(replace(one, kind="growth") if one.name == "plans_end" else one for one in fitted.parameters),
    )
    comment, content = posterior.as_scenario(grown)
    assert "plans_end" not in content["multipliers"]
    assert "# Plans ended: 0.962 times as many each year, with a standard error of 0.106" in comment
    assert posterior.ranks(_only(replace(grown), "plans_end")) == []
    assert _written(grown, tmp_path).scenario.multipliers["plans_end"].times.figures == (1.0,)


def test_a_stopped_fit_and_its_overrides_are_told(fitted: Fit):
    resolved = replace(fitted.assembled.resolved, overrides=("last_year=2012-13",), files=(Path("mine.yaml"),))
    plain = replace(fitted.plain, assembled=replace(fitted.assembled, resolved=resolved))
    comment, content = posterior.as_scenario(replace(fitted, plain=plain, finished=False))
    assert content["extends"] == "mine.yaml"
    assert "# It stands beside mine.yaml when it is run." in comment
    assert "# Fitted with --set last_year=2012-13" in comment
    assert "# The fit was stopped before it was done" in comment


def test_a_multiplier_at_work_goes_on_multiplying(tmp_path: Path):
    """A fit with one of 1.1 in force, of the same name as a block, finds what multiplies it further."""
    at_work = calibrate(resolve("history", ("multipliers.referrals.times=1.1",)), starts=1)
    names = [one.name for one in posterior.known(at_work)]
    assert "referrals_fitted" in names
    assert "referrals" not in names
    resolved = _written(at_work, tmp_path)
    assert resolved.scenario.multipliers["referrals_fitted"].moves == resolved.scenario.multipliers["referrals"].moves


def test_correlations_are_left_out_only_where_the_rest_is_possible(fitted: Fit):
    """Of three settings, where leaving out a small correlation makes the others impossible, it is kept."""
    together = np.array([[1.0, 0.8, 0.19], [0.8, 1.0, 0.73], [0.19, 0.73, 1.0]])
    of_three = _only(fitted, "referrals", "plans", "plans_end")
    found = {(a, b): r for a, b, r in posterior.ranks(replace(of_three, covariance=together * 0.01))}
    assert found["referrals", "plans_end"] == pytest.approx(6 / np.pi * np.arcsin(0.19 / 2))
    apart = np.array([[1.0, 0.5, 0.1], [0.5, 1.0, 0.3], [0.1, 0.3, 1.0]])
    found = {(a, b): r for a, b, r in posterior.ranks(replace(of_three, covariance=apart * 0.01))}
    assert set(found) == {("referrals", "plans"), ("plans", "plans_end")}


def test_doing_nothing_is_as_wide_as_the_fit_to_history(fitted: Fit):
    """What stands in do_nothing.yaml is what the fit writes, to the decimals that it is given in."""
    scenario = resolve("do_nothing").scenario
    found = posterior.known(fitted)
    assert [name for name in scenario.multipliers if name in {one.name for one in found}] == [one.name for one in found]
    for one in found:
        shipped = scenario.multipliers[one.name]
        assert isinstance(shipped.times.distribution, Lognormal)
        assert shipped.times.distribution.spread == pytest.approx(one.spread, abs=1e-3), one.name
        assert shipped.drift_per_year == pytest.approx(one.drift, abs=1e-3), one.name
        assert (shipped.moves, shipped.ages, shipped.months) == (
            one.parameter.moves,
            one.parameter.ages,
            one.parameter.months,
        )


def test_doing_nothing_has_the_correlations_of_the_fit_to_history(fitted: Fit):
    wanted = {(f"multipliers.{a}.times", f"multipliers.{b}.times"): rank for a, b, rank in posterior.ranks(fitted)}
    names = {f"multipliers.{one.name}.times" for one in posterior.known(fitted)}
    stated = {
        one.between: one.rank
        for one in resolve("do_nothing").scenario.correlations.values()
        if names & set(one.between)
    }
    assert stated == pytest.approx(wanted, abs=0.01)


def test_doing_nothing_says_where_the_fit_is_far_from_present_practice(fitted: Fit):
    """Two standard errors or more, and no other: each is named in the file with what the fit has."""
    multipliers = resolve("do_nothing").scenario.multipliers
    for one in posterior.known(fitted):
        far = abs(np.log(one.value)) > 2.0 * one.spread
        assert (f"best guess is {one.value:.2f}" in multipliers[one.name].times.why) == far, one.name


# The commands


def test_the_command_writes_tables_for_review(tmp_path: Path):
    out = tmp_path / "fit"
    shown = invoke("calibrate", "history", "--starts", "1", "--out", str(out))
    assert shown.exit_code == 0
    assert max(map(len, shown.stdout.splitlines())) <= 100
    rates = pd.read_csv(out / "rates.csv")
    assert {"move", "ages", "months", "from_year", "rate_per_year", "source", "basis", "note"} <= set(rates.columns)
    assert set(rates["basis"]) == {"part_assumed"}
    assert json.loads((out / "manifest.json").read_text(encoding="utf-8"))["scenario"] == "history"
    assert "posterior.yaml" in json.loads((out / "manifest.json").read_text(encoding="utf-8"))["outputs_sha256"]
    assert invoke("check", out / "posterior.yaml").exit_code == 0
    kept = resolve(str(out / "posterior.yaml")).scenario
    assert len(kept.correlations) == len(resolve("do_nothing").scenario.correlations)
    assert (out / "posterior.yaml").read_text(encoding="utf-8").startswith("# Asks: what do the rates that were fitted")
    again = invoke("calibrate", "history", "--starts", "1", "--out", str(out))
    assert again.exit_code == 1
    assert "exists already" in again.stderr


def test_the_back_cast_is_drawn(tmp_path: Path, foretold: list[Foretold]):
    picture = tmp_path / "past.svg"
    backcast_chart.write(picture, foretold, "The past")
    assert picture.read_text(encoding="utf-8").startswith("<svg")
    again = invoke("validate", "history", "--chart", str(picture))
    assert again.stderr == f"error: {picture}: exists already (name another file, or remove it first)\n"


def test_a_scenario_that_says_nothing_of_a_fit_is_refused():
    for command in ("calibrate", "validate"):
        refused = invoke(command, "do_nothing")
        assert refused.exit_code == 1
        assert "the scenario does not say what is free, nor what it is fitted to" in refused.stderr


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("calibration.to_year=2020-21", "2020-21 is outside the run (2010-11 to 2012-13)"),
        ("calibration.outputs=[adoption]", "unknown output 'adoption' (did you mean 'adoptions'?)"),
        ("calibration.outputs=[pressure]", "'pressure' is neither a count nor a percentage of one"),
        (
            "calibration.outputs=[early_help_caseload]",
            "observed.csv has no 'early_help_caseload' of 2010-11",
        ),
        ("calibration.free.plans.moves=[plan_end]", "unknown move 'plan_end' (did you mean 'plan_ends'?)"),
        ("calibration.free.plans.moves=[accepted]", "'accepted' leads out of a decision, whose shares sum to 1"),
        (
            f"calibration.said=[{{output: presure, financial_year: 2012-13, {SAID}}}]",
            "unknown output 'presure' (did you mean 'pressure'?)",
        ),
        (
            f"calibration.said=[{{output: pressure, financial_year: 2014-15, {SAID}}}]",
            "2014-15 is outside the run (2010-11 to 2012-13)",
        ),
        (
            f"calibration.said=[{{output: pressure, financial_year: 2012-13, {SAID.replace('seed', 'sead')}}}]",
            "'sead' is not in sources.csv (did you mean 'seed'?)",
        ),
        ("calibration.free.plans.spread=0", "calibration.free.plans.spread: must be more than 0"),
        ("calibration.free.plans.months=[5-9]", "no duration band begins at 5 months"),
    ],
)
def test_what_cannot_be_fitted_is_refused(setting: str, told: str):
    with pytest.raises(InputError, match="calibration") as refused:
        read_tables(resolve("history", [setting]))
    assert told in str(refused.value)
