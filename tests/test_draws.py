"""Draws: spread as stated, correlated as stated, and the same whatever else is drawn and however many there are."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from projects import ROOT
from scipy import stats

from thrive_model import draws
from thrive_model.draws import BLOCK, METHODS, Correlated, chances, correlated, uncertain, with_draws
from thrive_model.draws.correlation import faults
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.scenario import Resolved, resolve

NOTHING_CORRELATED = Correlated((), np.eye(0))
KEYS = ("demand.growth_per_year", "multipliers.cost.times", "multipliers.cost.drift.2012-13")

TIMES = "times: {{value: {value}, source: assumption, why: a figure of this test, distribution: {distribution}}}"


def written(folder: Path, *blocks: str, extends: str = "do_nothing") -> Resolved:
    """A scenario with these blocks on top of a shipped one."""
    file = folder / "uncertain.yaml"
    head = f"extends: {ROOT / 'scenarios' / extends}.yaml\ntitle: Test\nasks: What is sure?\n"
    file.write_text(head + "\n".join(blocks), encoding="utf-8")
    return resolve(str(file))


def growth(distribution: str, figures: str = "value: 0.03") -> str:
    """A block of demand with a distribution."""
    return (
        "demand:\n  measured_from: 2011-12\n  growth_per_year:\n"
        f"    {figures}\n    source: assumption\n    why: a figure of this test\n    distribution: {distribution}\n"
    )


def multiplier(
    distribution: str, *, name: str = "cost", of: str = "cost_lines: [residential]", drift: float = 0.0
) -> str:
    """One multiplier; several are joined under one `multipliers:`."""
    times = TIMES.format(value=1.0, distribution=distribution)
    return f"  {name}:\n    title: Test\n    {of}\n    {times}\n    drift_per_year: {drift}\n"


def only(resolved: Resolved, keys: Sequence[str]) -> list[draws.Uncertain]:
    """What is drawn under these keys."""
    return [one for one in uncertain(resolved) if one.key in keys]


@pytest.mark.parametrize("method", METHODS)
def test_every_stratum_of_a_block_is_met_once(method: str):
    found = chances(KEYS, NOTHING_CORRELATED, seed=1, block=3, method=method)
    assert found.shape == (len(KEYS), BLOCK)
    strata = np.sort(np.floor(found * BLOCK), axis=1)
    np.testing.assert_array_equal(strata, np.tile(np.arange(BLOCK), (len(KEYS), 1)))


def test_a_latin_hypercube_is_the_one_that_scipy_makes():
    found = chances(KEYS, NOTHING_CORRELATED, seed=1, block=3)
    for key, row in zip(KEYS, found, strict=True):
        of_key = np.random.default_rng([1, 3, zlib.crc32(key.encode())])
        np.testing.assert_array_equal(row, stats.qmc.LatinHypercube(1, rng=of_key).random(BLOCK)[:, 0])


@pytest.mark.parametrize("method", METHODS)
def test_a_block_depends_on_the_seed_and_its_number_alone(method: str):
    first = chances(KEYS, NOTHING_CORRELATED, 1, 0, method)
    np.testing.assert_array_equal(first, chances(KEYS, NOTHING_CORRELATED, 1, 0, method))
    for other in (chances(KEYS, NOTHING_CORRELATED, 1, 1, method), chances(KEYS, NOTHING_CORRELATED, 2, 0, method)):
        assert not (first == other).any()


def test_what_a_setting_is_drawn_as_does_not_depend_on_what_else_is_drawn():
    together = chances(KEYS, NOTHING_CORRELATED, 1, 0)
    for n, key in enumerate(KEYS):
        np.testing.assert_array_equal(chances([key], NOTHING_CORRELATED, 1, 0)[0], together[n])


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("distribution", "truth"),
    [
        ("{kind: normal, standard_deviation: 0.02}", stats.truncnorm(-4, 4, loc=0.03, scale=0.02)),
        ("{kind: uniform, least: -0.02, most: 0.1}", stats.uniform(-0.02, 0.12)),
        ("{kind: triangular, least: 0.0, most: 0.12}", stats.triang(0.25, 0.0, 0.12)),
        ("{kind: pert, least: 0.0, most: 0.12}", stats.beta(2.0, 4.0, 0.0, 0.12)),
    ],
)
def test_draws_follow_their_distribution(
    tmp_path: Path, method: str, distribution: str, truth: stats.distributions.rv_frozen
):
    resolved = written(tmp_path, growth(distribution))
    one = only(resolved, ["demand.growth_per_year"])
    every = [chances([one[0].key], NOTHING_CORRELATED, 1, block, method) for block in range(16)]
    figures = one[0].figures(np.concatenate(every, axis=1)[0])[0]
    assert stats.kstest(figures, truth.cdf).pvalue > 0.2  # far closer than independent draws would be
    assert figures.mean() == pytest.approx(truth.mean(), abs=truth.std() / 200)
    assert figures.std() == pytest.approx(truth.std(), rel=0.01)


def test_a_series_is_moved_or_multiplied_as_one(tmp_path: Path):
    series = "by_year: {2011-12: 0.10, 2013-14: 0.02}"
    years = [FinancialYear(2012), FinancialYear(2014)]
    for distribution, each in (
        ("{kind: normal, standard_deviation: 0.01}", lambda drawn: drawn - np.array([[0.10], [0.02]])),
        ("{kind: lognormal, spread: 0.2}", lambda drawn: drawn / np.array([[0.10], [0.02]])),
    ):
        resolved = written(tmp_path, growth(distribution, series))
        some = only(resolved, ["demand.growth_per_year"])
        drawn = with_draws(resolved, some, chances([some[0].key], NOTHING_CORRELATED, 1, 0))
        change = each(drawn.scenario.demand.growth_per_year.over(years))
        np.testing.assert_allclose(change[0], change[1], rtol=1e-9)
        assert change[0].std() > 0


def test_a_chance_that_is_no_number_leaves_the_setting_as_it_is_stated(tmp_path: Path):
    resolved = written(tmp_path, "multipliers:\n" + multiplier("{kind: lognormal, spread: 0.1}", drift=0.1))
    some = only(resolved, [key for key in (one.key for one in uncertain(resolved)) if "multipliers.cost" in key])
    assert len(some) == 7
    drawn = with_draws(resolved, some, np.full((len(some), 2), np.nan))
    times = drawn.scenario.multipliers["cost"].times
    np.testing.assert_array_equal(times.over([FinancialYear(2012), FinancialYear(2017)]), 1.0)


def test_a_drift_adds_up_from_year_to_year(tmp_path: Path):
    resolved = written(tmp_path, "multipliers:\n" + multiplier("{kind: lognormal, spread: 0.1}", drift=0.1))
    some = [one for one in uncertain(resolved) if one.key.startswith("multipliers.cost.drift.")]
    every = np.concatenate(
        [chances([one.key for one in some], NOTHING_CORRELATED, 1, block) for block in range(20)], axis=1
    )
    drawn = with_draws(resolved, some, every).scenario.multipliers["cost"].times
    logs = np.log(drawn.over([one.year for one in some if one.year]))
    np.testing.assert_allclose(logs.std(axis=1), 0.1 * np.sqrt(np.arange(1, 7)), rtol=0.03)


def test_nothing_of_what_is_switched_off_is_drawn():
    on, off = (
        {one.key for one in uncertain(resolve("thrive", [f"interventions.swift.enabled={word}"]))}
        for word in ("true", "false")
    )
    assert off == {key for key in on if not key.startswith("interventions.swift.")}


PAIR = ("multipliers.cost.times", "multipliers.more.times")
TWO = "multipliers:\n" + "".join(
    multiplier("{kind: lognormal, spread: 0.1}", name=name) for name in ("cost", "more", "most")
)


def pairs(*stated: tuple[str, str, float]) -> str:
    """A block of correlations."""
    rows = [
        f"  of_{n}: {{between: [multipliers.{a}.times, multipliers.{b}.times], rank: {r}, why: of this test}}"
        for n, (a, b, r) in enumerate(stated)
    ]
    return "correlations:\n" + "\n".join(rows)


@pytest.mark.parametrize("rank", [-0.9, -0.3, 0.5, 0.95])
def test_two_settings_have_the_rank_correlation_that_is_stated(tmp_path: Path, rank: float):
    resolved = written(tmp_path, TWO, pairs(("cost", "more", rank)))
    keys = [one.key for one in uncertain(resolved)]
    every = np.concatenate([chances(keys, correlated(resolved), 1, block) for block in range(40)], axis=1)
    first, second, third = (every[keys.index(f"multipliers.{name}.times")] for name in ("cost", "more", "most"))
    assert stats.spearmanr(first, second).statistic == pytest.approx(rank, abs=0.02)
    assert stats.spearmanr(first, third).statistic == pytest.approx(0.0, abs=0.03)
    for one in (first, second, third):
        assert stats.kstest(one, "uniform").pvalue > 0.01


def test_a_correlation_that_is_not_stated_changes_no_draw(tmp_path: Path):
    apart, joined = (written(tmp_path, TWO, some) for some in ("correlations: {}", pairs(("cost", "more", 0.5))))
    keys = [one.key for one in uncertain(joined)]
    found = [chances(keys, correlated(one), 1, 0) for one in (apart, joined)]
    changed = {key for key, was, now in zip(keys, *found, strict=True) if not (was == now).all()}
    assert changed <= set(PAIR)
    assert "multipliers.more.times" in changed


def told(resolved: Resolved) -> list[str]:
    """The faults of its correlations, without the place."""
    return [str(problem).partition("error: ")[2].partition(" ")[2] for problem in faults(resolved)]


def test_correlations_that_cannot_all_hold_are_refused_by_the_pair(tmp_path: Path):
    found = told(written(tmp_path, TWO, pairs(("cost", "more", 0.9), ("more", "most", 0.9), ("cost", "most", -0.9))))
    assert len(found) == 1
    assert "cannot be so correlated beside the other pairs" in found[0]
    named = [part.split(".")[1] for part in found[0].split(" cannot")[0].split() if part.startswith("multipliers.")]
    low, high = (float(word) for word in found[0].split("between ")[1].split(" they")[0].split(" and "))
    for rank, possible in ((low, True), (high, True), (low - 0.02, False), (high + 0.02, False)):
        ranks = {("cost", "more"): 0.9, ("more", "most"): 0.9, ("cost", "most"): -0.9, (named[0], named[1]): rank}
        if abs(rank) < 1.0:
            problems = told(written(tmp_path, TWO, pairs(*((a, b, r) for (a, b), r in ranks.items()))))
            assert (not problems) is possible


def test_a_correlation_with_nothing_that_is_drawn_is_refused(tmp_path: Path):
    found = told(written(tmp_path, TWO, pairs(("cost", "mor", 0.5), ("most", "most", 0.1))))
    assert any(
        "'multipliers.mor.times' is not drawn" in line and "did you mean 'multipliers.more.times'?" in line
        for line in found
    )
    assert any("names one setting twice" in line for line in found)


def test_a_pair_named_twice_is_refused(tmp_path: Path):
    found = told(written(tmp_path, TWO, pairs(("cost", "more", 0.5), ("more", "cost", 0.1))))
    assert len(found) == 1
    assert "a pair that is named before" in found[0]


def test_a_correlation_with_what_is_switched_off_is_left_out(tmp_path: Path):
    """The scenario that it extends correlates effects of a service that this one switches off."""
    off = "interventions:\n  swift: {enabled: false}\n"
    resolved = written(tmp_path, TWO, pairs(("cost", "more", 0.5)), off, extends="thrive")
    keys = correlated(resolved).keys
    assert set(PAIR) <= set(keys)
    assert not any(key.startswith("interventions.swift.") for key in keys)
    assert told(resolved) == []


def test_a_matrix_joins_normals_as_its_factor_says():
    factor = np.linalg.cholesky(np.array([[1.0, 0.6], [0.6, 1.0]]))
    uniform: Floats = np.array([[0.1, 0.7], [0.4, 0.9]])
    joined = Correlated(("a", "b"), factor).join(["a", "b"], uniform)
    normals = stats.norm.ppf(uniform)
    np.testing.assert_allclose(stats.norm.ppf(joined), [normals[0], 0.6 * normals[0] + 0.8 * normals[1]], rtol=1e-12)
