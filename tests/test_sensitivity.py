"""What matters: bars and turning points by hand, screening and shares of functions whose answers are known."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import numpy as np
import pytest
from projects import ROOT, copy_tables, invoke

from thrive_model.appraisal import worth_of
from thrive_model.draws import Uncertain
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.run import run
from thrive_model.scenario import resolve
from thrive_model.sensitivity.factors import Factor, chance_of, chances_at, factors_of
from thrive_model.sensitivity.morris import morris
from thrive_model.sensitivity.sobol import sobol
from thrive_model.sensitivity.tornado import Tornado, one_at_a_time, tornado
from thrive_model.sensitivity.what_matters import ask
from thrive_model.values import Value
from thrive_model.values.distributions import standard_normal

YEAR = FinancialYear(2014)
NORMAL_90 = 1.2813
"""The 90th percentile of a normal cut off at four standard deviations."""


def one(key: str, figure: float, **distribution: object) -> Uncertain:
    value = Value.model_validate({"value": figure, "source": "assumption", "distribution": distribution})
    return Uncertain(key, tuple(key.split(".")), value)


def steps(drift: float, first: int, last: int) -> list[Uncertain]:
    """The steps of a multiplier's drift in some years."""
    years = [FinancialYear(start) for start in range(first, last + 1)]
    path = ("multipliers", "cost", "times")
    return [Uncertain(f"multipliers.cost.drift.{year}", path, Value(value=1.0), drift, year) for year in years]


UNIFORM = one("a", 2.0, kind="uniform", least=0.0, most=10.0)
NORMAL = one("b", 3.0, kind="normal", standard_deviation=1.0)
IDLE = one("c", 1.0, kind="uniform", least=0.0, most=2.0)
FACTORS = factors_of([UNIFORM, NORMAL, IDLE], YEAR)


def by_hand(chances: Floats) -> Floats:
    """Twice a, less the square of b; and a less 7."""
    a, b = UNIFORM.figures(chances[0])[0], NORMAL.figures(chances[1])[0]
    return np.stack([2.0 * a - b**2, a - 7.0])


@pytest.fixture
def hand_worked() -> Tornado:
    return tornado(by_hand, FACTORS, YEAR, 0.0)


# The tornado


def test_bars_are_what_the_figure_is_at_the_tenth_and_ninetieth_percentiles(hand_worked: Tornado):
    """As stated 2 * 2 - 9 = -5. With a at 1 and 9: -7 and 9. With b a normal deviate off 3: 4 less its square."""
    bars = {bar.key: bar for bar in hand_worked.bars}
    assert hand_worked.stated == -5.0
    assert (bars["a"].stated, bars["a"].low, bars["a"].high) == pytest.approx((2.0, 1.0, 9.0))
    assert (bars["a"].figure_at_low, bars["a"].figure_at_high) == pytest.approx((-7.0, 9.0))
    low, high = 3.0 - NORMAL_90, 3.0 + NORMAL_90
    assert (bars["b"].figure_at_low, bars["b"].figure_at_high) == pytest.approx((4 - low**2, 4 - high**2), abs=1e-3)


def test_bars_are_in_order_of_their_swings_which_take_in_the_figure_as_stated(hand_worked: Tornado):
    assert [bar.key for bar in hand_worked.bars] == ["a", "b", "c"]
    assert [bar.swing for bar in hand_worked.bars] == pytest.approx([16.0, 4 * 3 * NORMAL_90, 0.0], abs=5e-3)
    bent = tornado(lambda chances: np.abs(by_hand(chances)[1:] + 2.0), FACTORS, YEAR)
    assert next(bar.swing for bar in bent.bars if bar.key == "a") == pytest.approx(
        1.0
    )  # |a - 5|: 4 at 1 and at 9, 3 at 2


def test_the_switching_value_is_where_the_decision_turns_and_none_where_it_never_does(hand_worked: Tornado):
    assert hand_worked.decided == -5.0
    assert {bar.key: bar.switching for bar in hand_worked.bars} == {"a": pytest.approx(7.0), "b": None, "c": None}


def test_the_switching_value_of_a_curve_is_found_to_four_digits_on_the_side_that_is_nearer():
    """2a - b^2 is nothing at b = 2 (and at -2, which is farther from 3)."""
    found = tornado(lambda chances: by_hand(chances)[:1], FACTORS, YEAR, 0.0)
    turning = {bar.key: bar.switching for bar in found.bars}
    assert turning["b"] == pytest.approx(2.0, rel=1e-4)
    assert turning["a"] == pytest.approx(4.5, rel=1e-4)


def test_a_figure_that_never_leaves_its_threshold_turns_nothing():
    found = tornado(lambda chances: np.zeros((1, chances.shape[1])), FACTORS, YEAR, 0.0)
    assert [bar.switching for bar in found.bars] == [None, None, None]
    assert found.runs == 1 + 9 * 3


def test_one_factor_moves_at_a_time():
    points = one_at_a_time(np.array([[1.0, 2.0], [3.0, 4.0]]))
    np.testing.assert_array_equal(points, [[1, 2, np.nan, np.nan], [np.nan, np.nan, 3, 4]])


# What is varied


def test_a_drift_is_one_factor_as_wide_as_its_steps_are_together():
    """Three steps of 0.2 to the year: 0.2 * sqrt(3) a standard deviation; a fourth comes after it."""
    (factor,) = factors_of(steps(0.2, 2012, 2015), YEAR)
    assert (factor.key, factor.steps, len(factor.rows)) == ("multipliers.cost.drift", 3, 4)
    at = factor.figures(np.array([np.nan, 1.0, -2.0]), YEAR)
    assert at == pytest.approx([1.0, math.exp(0.2 * math.sqrt(3)), math.exp(-0.4 * math.sqrt(3))])
    chances = chances_at([factor], np.array([[1.0]]))
    level = np.prod([step.figures(row)[0] for step, row in zip(factor.members[:3], chances, strict=False)])
    assert level == pytest.approx(at[1])


def test_a_series_shows_its_figure_of_the_year():
    series = Value.model_validate(
        {"by_year": {"2011-12": 0.2, "2015-16": 0.1}, "distribution": {"kind": "normal", "standard_deviation": 0.05}}
    )
    (factor,) = factors_of([Uncertain("growth", ("growth",), series)], YEAR)
    assert isinstance(factor, Factor)
    assert factor.figures(np.array([np.nan, 1.0]), YEAR) == pytest.approx([0.2, 0.25])
    assert factor.figures(np.array([np.nan]), FinancialYear(2016)) == pytest.approx([0.1])


def test_standard_deviations_and_chances_are_each_others_inverse():
    chances = np.array([0.0, 0.001, 0.1, 0.5, 0.97, 1.0])
    assert chance_of(standard_normal(chances)) == pytest.approx(chances, abs=1e-12)
    assert np.isnan(chance_of(np.array([np.nan]))).all()


# Morris


def test_the_elementary_effects_of_a_straight_line_are_its_slopes_and_do_not_scatter():
    found = morris(lambda u: 3.0 * u[0] - 2.0 * u[1] + 0.0 * u[2], 3, 5, np.random.default_rng(1))
    assert found.mu_star == pytest.approx([3.0, 2.0, 0.0])
    assert found.mu == pytest.approx([3.0, -2.0, 0.0])
    assert found.sigma == pytest.approx([0.0, 0.0, 0.0], abs=1e-12)
    assert found.runs == 5 * 4


def test_an_effect_that_turns_about_shows_in_its_size_and_scatter_but_not_in_its_mean():
    found = morris(lambda u: (u[0] - 0.5) * (u[1] - 0.5), 2, 400, np.random.default_rng(1))
    assert abs(found.mu[0]) < 3 * found.sigma[0] / math.sqrt(400)
    assert found.mu_star[0] == pytest.approx(0.25, abs=0.03)
    assert found.sigma[0] > found.mu_star[0]


def test_every_level_is_within_its_chances_and_a_trajectory_moves_each_factor_once():
    seen: list[Floats] = []

    def keep(chances: Floats) -> Floats:
        seen.append(chances)
        return chances[0]

    morris(keep, 4, 6, np.random.default_rng(2))
    (chances,) = seen
    assert 0.0 < chances.min() < chances.max() < 1.0
    moves = np.diff(chances.reshape(4, 6, 5), axis=2)
    assert (np.abs(moves).sum(axis=0) == 0.5).all()
    assert (np.abs(moves).sum(axis=2) == 0.5).all()


# Sobol


def ishigami(chances: Floats) -> Floats:
    """Ishigami and Homma (1990): sin x + 7 sin^2 y + 0.1 z^4 sin x on (-pi, pi)."""
    x, y, z = (2.0 * chances[:3] - 1.0) * math.pi
    return np.sin(x) + 7.0 * np.sin(y) ** 2 + 0.1 * z**4 * np.sin(x)


def test_indices_of_ishigamis_function_are_the_known_ones_within_their_intervals():
    found = sobol(ishigami, [[0], [1], [2], [3]], 1024, np.random.default_rng(1))
    first, total = [0.3139, 0.4424, 0.0, 0.0], [0.5576, 0.4424, 0.2437, 0.0]
    assert found.first == pytest.approx(first, abs=0.03)
    assert found.total == pytest.approx(total, abs=0.03)
    for known, (low, high) in ((first, found.first_interval), (total, found.total_interval)):
        assert (low <= np.array(known) + 1e-9).all()
        assert (high >= np.array(known) - 1e-9).all()
    assert found.runs == 6 * 1024
    assert found.standard_deviation == pytest.approx(math.sqrt(13.845), rel=0.02)


def test_the_index_of_a_set_is_that_of_its_inputs_together():
    """x and z are all but y: together the rest of the variance, with nothing left in company."""
    found = sobol(ishigami, [[0, 2], [1]], 1024, np.random.default_rng(1))
    assert found.first == pytest.approx([0.5576, 0.4424], abs=0.04)
    assert found.total == pytest.approx([0.5576, 0.4424], abs=0.03)


def test_one_set_of_everything_has_all_of_the_variance_and_a_figure_that_never_moves_has_none():
    assert sobol(ishigami, [[0, 1, 2]], 256, np.random.default_rng(1)).total == pytest.approx([1.0], abs=0.1)
    assert (sobol(lambda u: np.ones(u.shape[1]), [[0], [1]], 64, np.random.default_rng(1)).total == 0.0).all()


def test_the_same_seed_gives_the_same_intervals():
    one, other = (sobol(ishigami, [[0], [1, 2]], 64, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one.total_interval, other.total_interval)


# The command, on a project in which little is uncertain

UNSURE = """
demand:
  measured_from: 2011-12
  growth_per_year:
    {value: 0.1, source: assumption, why: a figure of this test, distribution: {kind: uniform, least: 0.0, most: 0.3}}
multipliers:
  costs:
    title: Costs of agencies
    cost_lines: [agency_fostering]
    times:
      {value: 1.0, source: assumption, why: a figure of this test, distribution: {kind: lognormal, spread: 0.1}}
    drift_per_year: 0.05
interventions:
  parent_support:
    title: Parent support
    use: new_activity
    start: 2012-04
    cost_per_year:
      value: 300000
      source: assumption
      why: a figure of this test
      distribution: {kind: uniform, least: 0, most: 60000000}
    effects:
      - kind: multiply_move
        move: referral
        relative_hazard: {value: 0.8, source: assumption, why: a figure of this test}
"""


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A scenario of three years in which four things are uncertain, and no others."""
    project = copy_tables(tmp_path_factory.mktemp("small"))
    base = project / "scenarios" / "do_nothing.yaml"
    base.write_text(base.read_text(encoding="utf-8").partition("\nmultipliers:")[0] + "\n", encoding="utf-8")
    plain = base.read_text(encoding="utf-8").replace("    distribution: {kind: normal, standard_deviation: 0.06}\n", "")
    base.write_text(plain, encoding="utf-8")
    file = project / "scenarios" / "small.yaml"
    file.write_text(
        f"extends: do_nothing.yaml\ntitle: Small\nasks: What matters?\nlast_year: 2014-15\n{UNSURE}", encoding="utf-8"
    )
    return file


def found_of(small: Path, *words: str) -> dict[str, object]:
    found = invoke("sensitivity", small, "--json", *words)
    assert found.exit_code == 0, found.output
    printed: dict[str, object] = json.loads(found.stdout)
    return printed


def test_a_bar_is_what_the_scenario_gives_with_that_figure_set(small: Path):
    """Growth at its 10th percentile is 3% a year: the run with that growth has the figure of the bar."""
    found = found_of(small)
    bar = next(bar for bar in found["bars"] if bar["key"] == "demand.growth_per_year")  # type: ignore[attr-defined]
    assert bar["low"] == pytest.approx(0.03)
    comparison = run(resolve(str(small), ["demand.growth_per_year=0.03"]))
    pressure = all_outputs()["pressure"].measure(comparison.scenario)[2, 0]
    assert bar["figure_at_low"] == pytest.approx(pressure, rel=1e-9)


def test_the_cost_at_which_the_programme_is_worth_nothing_is_found(small: Path):
    """Set to it, the scenario has a net present social value of next to nothing."""
    found = found_of(small, "--output", "net_present_social_value")
    bars = {bar["key"]: bar for bar in found["bars"]}  # type: ignore[attr-defined]
    cost = bars["interventions.parent_support.cost_per_year"]["switching"]
    at_cost = worth_of(run(resolve(str(small), [f"interventions.parent_support.cost_per_year={cost}"])))
    assert abs(at_cost.npsv) < 100.0


def test_without_a_decision_turned_the_screen_says_so_and_with_one_shows_where(small: Path):
    screen = invoke("sensitivity", small).stdout
    assert "turns at" in screen
    assert "A decision turns where the net present social value is £0" in screen
    never = invoke("sensitivity", small, "--threshold", "1e12").stdout
    assert "No input turns it by itself" in never
    assert max(map(len, screen.splitlines())) <= 100


def test_screening_and_shares_agree_on_what_matters_most(small: Path):
    screened = found_of(small, "--method", "morris", "--samples", "4")
    shared = found_of(small, "--method", "sobol", "--samples", "16", "--top", "2")
    assert screened["factors"][0]["key"] == shared["factors"][0]["key"] == "demand.growth_per_year"  # type: ignore[index]
    assert shared["factors"][-1]["key"] == "all_others"  # type: ignore[index]
    assert screened["runs"] == 4 * 5
    assert shared["runs"] == (3 + 2) * 16
    for method in ("morris", "sobol"):
        screen = invoke("sensitivity", small, "--method", method, "--samples", "4").stdout
        assert max(map(len, screen.splitlines())) <= 100


def test_the_log_of_assumptions_has_an_effect_for_each_uncertain_input_and_says_where_there_is_none(
    small: Path, tmp_path: Path
):
    found = found_of(small, "--out", str(tmp_path / "out"))
    with (tmp_path / "out" / "assumptions.csv").open(encoding="utf-8") as file:
        log = {row["key"]: row for row in csv.DictReader(file)}
    swings = {bar["key"]: bar["swing"] for bar in found["bars"]}  # type: ignore[attr-defined]
    assert {key: float(row["effect"]) for key, row in log.items() if row["effect"]} == pytest.approx(swings)
    assert log["cost_lines.agency_fostering"]["effect_by"] == "multipliers.costs"
    assert log["pressure.target"]["effect_by"] == "no distribution"
    assert log["multipliers.costs.drift"]["value"] == "0.05"


def test_a_tornado_is_drawn(small: Path, tmp_path: Path):
    pytest.importorskip("vl_convert")
    found = invoke("sensitivity", small, "--chart", tmp_path / "t.svg")
    assert found.exit_code == 0, found.output
    assert "Costs of agencies: drift" in (tmp_path / "t.svg").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--output", "presure"], "error: --output: unknown figure 'presure' (did you mean 'pressure'?)"),
        (["--year", "2030-31"], "error: --year: '2030-31' is no year of 'pressure' (name one from 2012-13 to 2014-15)"),
        (
            ["--output", "net_present_social_value", "--year", "2012-13"],
            "error: --year: 'net_present_social_value' is of the whole run, and has no years (leave it out)",
        ),
        (
            ["--output", "saving", "--run", "do_nothing"],
            "error: --run: 'saving' is not kept of 'do_nothing' (known: scenario)",
        ),
        (
            ["--samples", "8"],
            "error: --samples: a tornado takes none (leave it out, or name --method morris or sobol)",
        ),
        (["--method", "sobol", "--samples", "100"], "error: --samples: 100 is no power of two (take 64 or 128)"),
        (
            ["--method", "sobol", "--threshold", "1"],
            "error: --threshold: is of a tornado, and not of sobol (leave it out, or leave out --method)",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_remedy(small: Path, words: list[str], said: str):
    found = invoke("sensitivity", small, *words)
    assert found.exit_code == 1
    assert found.stderr.splitlines() == [said]


def test_a_scenario_in_which_all_is_sure_is_refused(small: Path):
    found = invoke("sensitivity", small.parent / "do_nothing.yaml")
    assert found.exit_code == 1
    assert found.stderr.startswith("error: do_nothing: has no figure with a distribution")


def test_all_that_can_be_asked_is_known_by_the_shipped_programme():
    asked = ask(resolve("thrive", ["last_year=2014-15"]), "looked_after_children", run="difference")
    assert (asked.figure.run, asked.figure.when) == ("difference", "2014-15")
    assert len({factor.key for factor in asked.factors}) == len(asked.factors) > 100
    assert sum(len(factor.rows) for factor in asked.factors) == len(asked.study.parameters)
    assert (ROOT / "scenarios" / "thrive.yaml").exists()
