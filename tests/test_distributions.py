from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from copies import refused
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from thrive_model.assemble import assemble, read_all
from thrive_model.assumptions import footings
from thrive_model.periods import FinancialYear
from thrive_model.scenario import resolve, shipped_scenarios
from thrive_model.values import ASSUMPTION, Drawn, Ratio, Share, SurePounds, Value, drawn, stated
from thrive_model.values.distributions import (
    CUT_OFF,
    Beta,
    Distribution,
    Lognormal,
    Normal,
    Pert,
    Triangular,
    Uniform,
    standard_normal,
)  # fmt: skip

CHANCES = np.array([0.0, 1e-4, 0.025, 0.2, 0.5, 0.8, 0.975, 1.0 - 1e-4, 1.0])
EVEN = (np.arange(20_000) + 0.5) / 20_000
CUT = stats.truncnorm(-CUT_OFF, CUT_OFF)
YEARS = [FinancialYear(year) for year in range(2011, 2017)]

UNIFORM = Uniform(kind="uniform", least=0.2, most=0.5)
TRIANGULAR = Triangular(kind="triangular", least=0.5, most=2.0)
PERT = Pert(kind="pert", least=0.5, most=2.0)
NORMAL = Normal(kind="normal", standard_deviation=0.06)
LOGNORMAL = Lognormal(kind="lognormal", spread=0.3)
BETA = Beta(kind="beta", standard_deviation=0.1)

EVERY = [
    (UNIFORM, 0.3, stats.uniform(0.2, 0.3).ppf),
    (TRIANGULAR, 0.9, stats.triang(0.4 / 1.5, 0.5, 1.5).ppf),
    (TRIANGULAR, 0.5, stats.triang(0.0, 0.5, 1.5).ppf),
    (TRIANGULAR, 2.0, stats.triang(1.0, 0.5, 1.5).ppf),
    (PERT, 0.9, stats.beta(1 + 4 * 0.4 / 1.5, 1 + 4 * 1.1 / 1.5, 0.5, 1.5).ppf),
    (PERT, 0.5, stats.beta(1.0, 5.0, 0.5, 1.5).ppf),
    (PERT, 2.0, stats.beta(5.0, 1.0, 0.5, 1.5).ppf),
    (NORMAL, 0.2245, lambda u: 0.2245 + 0.06 * CUT.ppf(u)),
    (NORMAL, 0.0, lambda u: 0.06 * CUT.ppf(u)),
    (LOGNORMAL, 0.6, lambda u: 0.6 * np.exp(0.3 * CUT.ppf(u))),
    (LOGNORMAL, -2.0, lambda u: -2.0 * np.exp(0.3 * CUT.ppf(u))),
    (BETA, 0.3, stats.beta(0.3 * 20.0, 0.7 * 20.0).ppf),
]
"""Each kind about a figure, and scipy's own quantiles of the same distribution; of a beta 0.3 * 0.7 / 0.1 ** 2 - 1."""


def _named(case: Any) -> str:
    """The kind and the figure, in the name of a test."""
    return getattr(case, "kind", f"{case:g}" if isinstance(case, float) else "")


# Each kind


@pytest.mark.parametrize(("distribution", "figure", "ppf"), EVERY, ids=_named)
def test_every_kind_has_the_quantiles_of_scipy(distribution: Distribution, figure: float, ppf: Any):
    np.testing.assert_allclose(distribution.quantiles(CHANCES, figure), ppf(CHANCES), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("distribution", "figure", "ppf"), EVERY, ids=_named)
def test_every_kind_ends_where_its_support_says(distribution: Distribution, figure: float, ppf: Any):
    least, most = distribution.support(figure)
    ends = np.sort(distribution.quantiles(np.array([0.0, 1.0]), figure))
    np.testing.assert_allclose(ends, [least, most], rtol=1e-9, atol=1e-9)
    assert least <= figure <= most
    found = distribution.quantiles(EVEN, figure)
    assert ((found >= least) & (found <= most)).all()
    assert distribution.fault(figure) == ""


@pytest.mark.parametrize(
    ("distribution", "figure", "mean"),
    [
        (UNIFORM, 0.3, 0.35),
        (TRIANGULAR, 0.9, (0.5 + 0.9 + 2.0) / 3.0),
        (PERT, 0.9, (0.5 + 4 * 0.9 + 2.0) / 6.0),
        (NORMAL, 0.2245, 0.2245),
        (LOGNORMAL, 0.6, 0.6 * math.exp(0.3**2 / 2.0)),
        (BETA, 0.3, 0.3),
    ],
    ids=_named,
)
def test_every_kind_has_its_mean(distribution: Distribution, figure: float, mean: float):
    assert distribution.quantiles(EVEN, figure).mean() == pytest.approx(mean, rel=1e-3)


@pytest.mark.parametrize(("distribution", "figure"), [(NORMAL, 0.2245), (LOGNORMAL, 0.6)], ids=_named)
def test_the_median_of_a_normal_and_of_a_lognormal_is_the_figure(distribution: Distribution, figure: float):
    assert distribution.quantiles(np.array([0.5]), figure)[0] == pytest.approx(figure, rel=1e-12)


@pytest.mark.parametrize(("distribution", "spread"), [(NORMAL, 0.06), (BETA, 0.1)], ids=_named)
def test_a_standard_deviation_is_one(distribution: Distribution, spread: float):
    assert distribution.quantiles(EVEN, 0.3).std() == pytest.approx(spread, rel=2e-3)


def test_a_lognormal_of_a_published_interval_has_that_interval():
    """0.60 (0.48 to 0.76): the ends are 2.5% and 97.5% to the rounding of what was published."""
    published = Lognormal(kind="lognormal", spread=math.log(0.76 / 0.48) / 3.92)
    assert published.quantiles(np.array([0.025, 0.975]), 0.6) == pytest.approx([0.48, 0.76], rel=0.01)


def test_a_normal_is_cut_off_at_four_standard_deviations_and_is_otherwise_one():
    assert standard_normal(np.array([0.0, 1.0])) == pytest.approx([-4.0, 4.0], rel=1e-9)
    inner = np.linspace(0.01, 0.99, 99)
    np.testing.assert_allclose(standard_normal(inner), stats.norm.ppf(inner), atol=2e-3)
    assert stats.norm.sf(CUT_OFF) * 2 == pytest.approx(6.3e-5, rel=0.01)


@pytest.mark.parametrize("distribution", [NORMAL, LOGNORMAL, UNIFORM, TRIANGULAR, PERT, BETA], ids=_named)
def test_a_higher_chance_is_a_higher_figure(distribution: Distribution):
    figure = 0.9 if distribution.kind in {"triangular", "pert"} else 0.3
    assert (np.diff(distribution.quantiles(EVEN, figure)) > 0).all()


# What is refused

VALUE, RATIO, SHARE = TypeAdapter(Value), TypeAdapter(Ratio), TypeAdapter(Share)


@pytest.mark.parametrize(
    ("kind", "given", "told"),
    [
        (VALUE, {"value": 3, "distribution": {"kind": "uniform", "least": 1, "most": 2}},
         "has a distribution that leaves out the figure itself, 3"),
        (VALUE, {"value": 0, "distribution": {"kind": "pert", "least": 1, "most": 2}},
         "has a distribution that leaves out the figure itself, 0"),
        (VALUE, {"value": 1, "distribution": {"kind": "triangular", "least": 1, "most": 1}},
         "has a distribution that has no width: its least must be below its most"),
        (VALUE, {"value": 1, "distribution": {"kind": "uniform", "least": 2, "most": 0}},
         "has a distribution that has no width: its least must be below its most"),
        (VALUE, {"value": 0, "distribution": {"kind": "lognormal", "spread": 0.1}},
         "has a distribution that multiplies 0, which stays 0"),
        (VALUE, {"value": 1, "distribution": {"kind": "beta", "standard_deviation": 0.1}},
         "has a distribution that needs a figure above 0 and below 1, not 1"),
        (VALUE, {"value": 0.1, "distribution": {"kind": "beta", "standard_deviation": 0.4}},
         "has a distribution that is too wide: a share of 0.1 varies by less than 0.3"),
        *((VALUE, {"by_year": {"2012-13": 0.5}, "distribution": given},
           "is a series, which is drawn from a normal (moved) or a lognormal (multiplied)")
          for given in ({"kind": "pert", "least": 0, "most": 1}, {"kind": "triangular", "least": 0, "most": 1},
                        {"kind": "uniform", "least": 0, "most": 1}, {"kind": "beta", "standard_deviation": 0.1})),
        (VALUE, {"by_year": {"2012-13": 0, "2013-14": 0}, "distribution": {"kind": "lognormal", "spread": 0.1}},
         "has a distribution that multiplies 0, which stays 0"),
        (SHARE, {"value": 0.5, "distribution": {"kind": "lognormal", "spread": 0.3}},
         "has a distribution that reaches 1.66, and it must be between 0 and 1"),
        (SHARE, {"by_year": {"2012-13": 0.1, "2013-14": 0.5}, "distribution": {"kind": "lognormal", "spread": 0.3}},
         "has a distribution that reaches 1.66, and it must be between 0 and 1"),
        (RATIO, {"value": 0.2, "distribution": {"kind": "normal", "standard_deviation": 0.1}},
         "has a distribution that reaches -0.2, and it must be 0 or more"),
        (RATIO, {"value": 0.2, "distribution": {"kind": "uniform", "least": -1, "most": 1}},
         "has a distribution that reaches -1, and it must be 0 or more"),
    ],
)  # fmt: skip
def test_a_distribution_that_cannot_be_is_refused(kind: TypeAdapter[Value], given: Any, told: str):
    with pytest.raises(ValidationError) as caught:
        kind.validate_python(given)
    assert caught.value.errors()[0]["msg"] == f"Value error, {told}"


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "normal", "standard_deviation": 0},
        {"kind": "lognormal", "spread": -0.1},
        {"kind": "lognormal", "spread": 3.1},
        {"kind": "lognormal", "standard_deviation": 0.1},
        {"kind": "beta", "standard_deviation": 0.5},
        {"kind": "uniform", "least": 0},
        {"kind": "gamma", "shape": 1},
        {"spread": 0.1},
        0.1,
    ],
)
def test_a_distribution_that_is_not_one_is_refused(given: Any):
    with pytest.raises(ValidationError):
        VALUE.validate_python({"value": 0.5, "distribution": given})


def test_a_share_may_have_any_distribution_that_stays_a_share():
    for given in (
        {"kind": "pert", "least": 0, "most": 1},
        {"kind": "beta", "standard_deviation": 0.2},
        {"kind": "lognormal", "spread": 0.17},
        {"kind": "normal", "standard_deviation": 0.12},
    ):
        least, *_, most = sorted(SHARE.validate_python({"value": 0.5, "distribution": given}).reach)
        assert 0.0 <= least < 0.5 < most <= 1.0


def test_a_series_that_ends_in_nothing_may_be_multiplied():
    value = VALUE.validate_python({"by_year": {"2012-13": 5, "2013-14": 0}, "distribution": LOGNORMAL.model_dump()})
    assert value.distribution == LOGNORMAL


def test_what_is_held_to_has_no_distribution():
    given = {"value": 1, "distribution": {"kind": "lognormal", "spread": 0.1}}
    with pytest.raises(ValidationError, match="held against, or agreed as it is: it has no distribution"):
        TypeAdapter(SurePounds).validate_python(given)


def test_a_setting_with_an_impossible_distribution_is_told_with_its_place():
    share = "interventions.family_keyworkers.paid_by_partners"
    (told,) = refused("thrive", f"{share}={{value: 0.4, distribution: {{kind: pert, least: 0, most: 1.5}}}}")
    assert told == f"error: --set {share}: has a distribution that reaches 1.5, and it must be between 0 and 1"


# In many draws


def test_a_drawn_value_has_its_figures_in_every_year():
    value = Value.model_validate({"value": 0.5, "source": "seed", "why": "as read", "distribution": BETA.model_dump()})
    in_draws = drawn(value, [FinancialYear(1900)], np.array([[0.4, 0.5, 0.6]]))
    assert isinstance(in_draws, Drawn)
    np.testing.assert_array_equal(in_draws.over(YEARS), np.tile([0.4, 0.5, 0.6], (len(YEARS), 1)))
    assert in_draws.figures == (0.5,)
    assert (in_draws.source, in_draws.why) == ("seed", "as read")


def test_a_drawn_series_is_nothing_before_its_first_year_and_holds_until_the_next():
    value = Value.model_validate({"by_year": {"2012-13": 1.0, "2014-15": 2.0}})
    starts = [FinancialYear(2012), FinancialYear(2014)]
    in_draws = drawn(value, starts, np.array([[1.1, 0.9], [2.2, 1.8]]))
    found = in_draws.over(YEARS)
    np.testing.assert_array_equal(found[:, 0], [0.0, 1.1, 1.1, 2.2, 2.2, 2.2])
    np.testing.assert_array_equal(found[:, 1], [0.0, 0.9, 0.9, 1.8, 1.8, 1.8])


def test_years_may_be_repeated_as_months_repeat_them():
    in_draws = drawn(Value(value=1.0), [FinancialYear(2012)], np.array([[3.0, 4.0]]))
    years = [FinancialYear(2012)] * 12 + [FinancialYear(2013)] * 12
    assert in_draws.over(years).shape == (24, 2)
    assert in_draws.over([]).shape == (0, 2)
    assert Value(value=1.0).over([]).shape == (0, 1)


def test_a_value_that_is_not_drawn_is_one_for_all_draws():
    value = Value.model_validate({"by_year": {"2012-13": 1.0, "2014-15": 2.0}})
    np.testing.assert_array_equal(value.over(YEARS)[:, 0], [value.at(year) for year in YEARS])


def test_a_drawn_value_becomes_what_was_stated_again():
    value = Value.model_validate({"value": 0.5, "distribution": BETA.model_dump()})
    again = stated(drawn(value, [FinancialYear(1900)], np.array([[0.1, 0.9]])))
    assert type(again) is Value
    assert again == value


# What the shipped scenarios say

NOT_DRAWN = {
    r"fund\..*": "agreed, published, or a plan that is agreed to: what the rest is held against",
    r"pressure\.target": "what was said; growth is solved for it",
    r"savings_target": "what was asked for",
    r"watch\..*": "targets, which nothing follows from",
    r"named_savings\..*": "what was planned, which nothing follows from",
    r"interventions\.family_keyworkers\.carried_by\.children_per_unit": "a cap that is agreed, of which reach is drawn",
    r"interventions\.swift_assessments\.cost_per_year": "nothing, since its cost is in that of the service",
    r"interventions\.(contact_services|parent_and_baby_alternatives)\.cost_per_year": "set aside and never drawn",
}
"""Settings of the shipped scenarios that have no distribution, and why."""
FITTED = frozenset({"history", "history_and_target"})
"""Scenarios in which growth is 0 and what history says of it is fitted."""


def _excused(key: str, name: str) -> bool:
    of_growth = name in FITTED and key == "demand.growth_per_year"
    return of_growth or any(re.fullmatch(pattern, key) for pattern in NOT_DRAWN)


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_every_choice_that_is_not_sure_has_a_distribution(name: str):
    values = {".".join(map(str, path)): value for path, value in resolve(name).values()}
    unsaid = {key for key, value in values.items() if value.distribution is None}
    assert {key for key in unsaid if not _excused(key, name)} == set()
    drawn_all_the_same = {key for key in set(values) - unsaid if _excused(key, name)}
    assert drawn_all_the_same == set()


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_every_width_is_said_in_words(name: str):
    for path, value in resolve(name).values():
        if value.distribution is not None and path[0] in {"interventions", "shocks"}:
            assert "Width: " in value.why, path


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_every_effect_may_turn_out_to_be_none(name: str):
    """Where an effect is a ratio, or a share of a mix, no effect lies within what is drawn, or at its end."""
    scenario = resolve(name).scenario
    for key, one in scenario.courses.items():
        for effect in one.effects:
            size = effect.size()
            least, most = min(size.reach), max(size.reach)
            if effect.kind == "change_mix":
                assert most >= 2 * max(size.figures), key
            elif (key, effect.kind) != ("adoption_recruitment", "multiply_recruitment"):
                assert least <= 1.0 <= most, (key, effect.kind)


def test_recruitment_that_was_published_is_the_one_effect_that_is_never_none():
    """ "Almost double" adopters were recruited: how many stay is not sure, that there were more is published."""
    effect = resolve("thrive").scenario.interventions["adoption_recruitment"].effects[0]
    assert effect.size().source == "seed"
    assert min(effect.size().reach) == 1.2


def test_a_published_interval_is_the_width():
    """Out-of-home placement at 24 months, 0.30 to 0.87 (the meta-analysis of 2020)."""
    for effect in resolve("thrive").scenario.interventions["swift"].effects:
        assert isinstance(effect.size().distribution, Lognormal)
        assert effect.size().distribution.spread == pytest.approx(math.log(0.87 / 0.30) / 3.92, abs=5e-3)


def test_multipliers_stand_at_present_practice_and_say_how_sure_it_is():
    multipliers = resolve("do_nothing").scenario.multipliers
    for name, one in multipliers.items():
        assert one.times.figures == (1.0,), name
        assert one.times.source == ASSUMPTION
        assert one.times.distribution is not None, name


def _ways_in_and_out() -> Iterator[str]:
    """Moves by which children come into care or leave it, 18th birthdays apart."""
    inputs = read_all(resolve("do_nothing").folders)
    looked_after = {row.state for row in inputs.states if "looked_after" in row.counts}
    for row in inputs.moves:
        counted = {"admission", "adoption", "special_guardianship_order", "residence_order_made", "return_home"}
        leaves = row.from_state in looked_after and row.to_state not in looked_after
        if leaves or counted & set(row.counts):
            yield row.move


def test_the_multipliers_name_every_way_into_care_and_out_of_it():
    named = {move for one in resolve("do_nothing").scenario.multipliers.values() for move in one.moves}
    ways = set(_ways_in_and_out())
    assert {"admitted_from_plan", "proceedings_to_care", "re_entry", "adoption", "leaves_otherwise"} <= ways
    assert ways - named == set()


def test_the_multipliers_name_every_cost_line():
    resolved = resolve("do_nothing")
    named = {line for one in resolved.scenario.multipliers.values() for line in one.cost_lines}
    assert {row.line for row in read_all(resolved.folders).cost_lines} - named == set()


@pytest.mark.parametrize("name", sorted(shipped_scenarios()))
def test_correlations_can_all_hold(name: str):
    """The matrix of the normals behind the ranks is positive definite, and each key has a distribution."""
    resolved = resolve(name)
    known = {".".join(map(str, path)) for path, value in resolved.values() if value.distribution is not None}
    stated = resolved.scenario.correlations.values()
    pairs = [(pair, one.rank) for one in stated for pair in itertools.combinations(one.between, 2)]
    keys = sorted({key for pair, _ in pairs for key in pair})
    assert set(keys) <= known
    assert len({frozenset(pair) for pair, _ in pairs}) == len(pairs)
    matrix = np.eye(len(keys))
    for pair, rank in pairs:
        i, j = (keys.index(key) for key in pair)
        matrix[i, j] = matrix[j, i] = 2.0 * math.sin(math.pi * rank / 6.0)
    assert np.linalg.eigvalsh(matrix)[0] > 1e-3


def test_a_programme_keeps_the_correlations_of_doing_nothing():
    kept, before = (resolve(name).scenario.correlations for name in ("thrive", "do_nothing"))
    assert before.items() <= kept.items()
    assert len(kept) > len(before)


def test_a_multiplier_of_one_is_no_figure_that_drives_a_run():
    plain = {item.key for item in footings(assemble(resolve("do_nothing")))}
    changed = {item.key for item in footings(assemble(resolve("do_nothing", ("multipliers.plans_end.times=1.1",))))}
    assert changed - plain == {"multipliers.plans_end.times"}
    assert not any(key.startswith("multipliers.") for key in plain)
