"""What knowing more is worth: against closed forms of normal payoffs, and of a decision between real scenarios."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from projects import invoke
from scipy.stats import norm

from thrive_model.draws import BLOCK, chances, correlated, uncertain
from thrive_model.parameters import Floats
from thrive_model.scenario import resolve
from thrive_model.sensitivity.value_of_information import decide, partial_information, perfect_information

BLOCKS = 64
DRAWS = BLOCKS * BLOCK


def unit_normal_loss(mean: float, deviation: float) -> float:
    """What choosing between a normal payoff and none gains by knowing it: s * phi(m / s) - |m| * Phi(-|m| / s)."""
    return float(deviation * norm.pdf(mean / deviation) - abs(mean) * norm.cdf(-abs(mean) / deviation))


@pytest.fixture(scope="module")
def apart() -> Floats:
    """Chances of four inputs as the model draws them."""
    resolved = resolve("do_nothing")
    keys = [one.key for one in uncertain(resolved)][:4]
    nothing = type(correlated(resolved))((), np.eye(0))
    return np.concatenate([chances(keys, nothing, 1, block) for block in range(BLOCKS)], axis=1)


def scores(some: Floats) -> Floats:
    return np.asarray(norm.ppf(some))


def test_perfect_information_on_a_normal_payoff_is_the_unit_normal_loss(apart: Floats):
    a, b, *_ = scores(apart)
    found = perfect_information(np.stack([np.zeros(DRAWS), 1.0 + 2.0 * a + 3.0 * b]))
    assert found.value == pytest.approx(unit_normal_loss(1.0, math.sqrt(13.0)), abs=3 * found.standard_error)
    assert 0.0 < found.standard_error < 0.05


def test_partial_information_on_a_sum_of_normals_is_the_loss_of_each_part(apart: Floats):
    """Knowing 2a alone leaves the mean 1 with a standard deviation of 2."""
    a, b, c, _ = scores(apart)
    payoffs = np.stack([np.zeros(DRAWS), 1.0 + 2.0 * a + 3.0 * b])
    for known, deviation in ((a, 2.0), (b, 3.0)):
        found = partial_information(payoffs, known[None])
        assert found.value == pytest.approx(unit_normal_loss(1.0, deviation), abs=3 * found.standard_error)
    both, everything = partial_information(payoffs, np.stack([a, b])), perfect_information(payoffs)
    assert both.value == pytest.approx(everything.value, rel=1e-6)
    assert partial_information(payoffs, c[None]).value == 0.0


def test_a_curve_and_a_product_of_two_are_followed(apart: Floats):
    """Knowing a is worth E max(a^2 - 1, 0) = 2 phi(1) of a^2 - 1; of a * b nothing without b, and E|ab| / 2 with it."""
    a, b, _, noise = scores(apart)
    nothing = np.zeros(DRAWS)
    bent = partial_information(np.stack([nothing, a**2 - 1.0 + noise]), a[None])
    assert bent.value == pytest.approx(2.0 * norm.pdf(1.0), abs=4 * bent.standard_error)
    product = np.stack([nothing, a * b])
    assert partial_information(product, a[None]).value < 0.02
    together = partial_information(product, np.stack([a, b]))
    assert together.value == pytest.approx(1.0 / math.pi, abs=4 * together.standard_error)


def test_standard_errors_are_as_wide_as_estimates_scatter():
    """Of 40 sets of draws the estimates scatter by about what each says of itself."""
    found = []
    for seed in range(40):
        a, b = np.random.default_rng(seed).standard_normal((2, 16 * BLOCK))
        found.append(partial_information(np.stack([np.zeros(16 * BLOCK), 1.0 + 2.0 * a + 3.0 * b]), a[None]))
    scatter = np.std([one.value for one in found], ddof=1)
    assert np.mean([one.standard_error for one in found]) == pytest.approx(scatter, rel=0.35)


def test_a_decision_ranks_options_groups_and_inputs(apart: Floats):
    a, b, *_ = scores(apart)
    keys = dict(zip("abcd", apart, strict=True))
    payoffs = {"nothing": np.zeros(DRAWS), "this": 1.0 + a, "that": 0.5 + b}
    found = decide(payoffs, keys, {"both": ["a", "b"], "idle": ["c", "d"]})
    assert found.best.name == "this"
    assert sum(option.best for option in found.options) == pytest.approx(1.0)
    assert [one.name for one in found.groups] == ["both", "idle"]
    assert {one.name for one in found.parameters[:2]} == {"a", "b"}
    assert found.groups[0].estimate.value == pytest.approx(found.everything.value, rel=1e-6)


def test_what_all_options_have_in_common_is_worth_nothing_to_know(apart: Floats):
    a, b, *_ = scores(apart)
    payoffs = np.stack([100.0 * a**3, 100.0 * a**3 + 0.1 + b])
    assert partial_information(payoffs, a[None]).value == 0.0
    known = partial_information(payoffs, b[None])
    assert known.value == pytest.approx(unit_normal_loss(0.1, 1.0), abs=3 * known.standard_error)


# The command

SHORT = ("--set", "last_year=2014-15", "--draws", "1024")


def test_options_are_worth_what_simulate_says_they_are(apart: Floats):
    found = invoke("voi", "thrive", "thrive_back_loaded", *SHORT, "--json")
    assert found.exit_code == 0, found.output
    printed = json.loads(found.stdout)
    nothing, first, second = printed["options"]
    assert (nothing["name"], nothing["mean"]) == ("do_nothing", 0.0)
    drawn = json.loads(invoke("simulate", "thrive", "--set", "last_year=2014-15", "--draws", "1024", "--json").stdout)
    worth = next(row for row in drawn["quantiles"] if row["measure"] == "net_present_social_value")
    assert first["mean"] == pytest.approx(worth["mean"])
    assert second["name"] == "thrive_back_loaded"
    assert printed["perfect_information"]["value"] >= 0.0
    assert all(row["value"] >= 0.0 for row in (*printed["groups"], *printed["parameters"]))


def test_spending_spared_may_be_the_payoff():
    found = invoke("voi", "thrive", *SHORT, "--payoff", "spending")
    assert found.exit_code == 0, found.output
    assert "what is spared of spending" in found.stdout
    assert max(map(len, found.stdout.splitlines())) <= 100


def test_a_shock_is_no_choice():
    found = invoke("voi", "thrive", "welfare_reform", *SHORT)
    assert found.exit_code == 1
    assert found.stderr.startswith("error: welfare_reform: spends something else in doing nothing")


def test_scenarios_of_other_years_are_refused():
    found = invoke("voi", "thrive", "history", "--draws", "1024")
    assert found.exit_code == 1
    assert "begins in" in found.stderr
