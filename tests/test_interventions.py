from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from thrive_model.assemble import assemble
from thrive_model.errors import InputError
from thrive_model.interventions import Effect, Intervention, MultiplyMove, MultiplyUnitCost
from thrive_model.outputs import referrals
from thrive_model.periods import Month, months_between
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve
from thrive_model.values import Value

SIX_YEARS = months_between(Month(2012, 4), Month(2018, 3))
SHARES = st.floats(0.0, 1.0)


def service(**settings: Any) -> Intervention:
    given = {"title": "A service", "use": "new_activity", "cost_per_year": 120_000, "start": "2012-04", **settings}
    return Intervention.model_validate(given)


def changes_referrals(**settings: Any) -> dict[str, Any]:
    return {"kind": "multiply_move", "move": "referral", "relative_hazard": settings or 0.5}


def phases(months: int = 24, **settings: Any) -> list[float]:
    one = service(**settings)
    return [one.phase(Month(2012, 4).plus(n)) for n in range(months)]


# Timing


def test_without_lag_or_ramp_the_whole_effect_is_there_from_the_first_month():
    assert phases(3) == [1, 1, 1]


def test_nothing_happens_before_the_start():
    assert phases(4, start="2012-06") == [0, 0, 1, 1]


def test_the_end_is_the_last_month_of_the_effect():
    assert phases(4, end="2012-05") == [1, 1, 0, 0]


def test_a_lag_holds_the_effect_back_and_a_ramp_raises_it_evenly():
    assert phases(7, lag_months=2, ramp_months=4) == pytest.approx([0, 0, 0.25, 0.5, 0.75, 1, 1])


def test_a_drop_off_wears_a_share_of_the_effect_off_each_year_at_full():
    worn = phases(26, ramp_months=1, drop_off_per_year=0.2)
    assert worn[0] == 1
    assert [worn[12], worn[24]] == pytest.approx([0.8, 0.64])


def test_a_ramp_of_one_month_is_no_ramp():
    """Either way the effect is whole in its first month, so that it must wear off alike from there."""
    assert phases(14, ramp_months=1, drop_off_per_year=0.2) == pytest.approx(phases(14, drop_off_per_year=0.2))


def test_a_drop_off_given_from_a_later_year_does_not_reach_back():
    """Half a year wears off from April 2014: one month later (1 - 0.5)^(1/12) is left, not a quarter."""
    worn = phases(26, ramp_months=1, drop_off_per_year={"by_year": {"2012-13": 0.0, "2014-15": 0.5}})
    assert worn[23] == 1
    assert worn[24] == pytest.approx(0.5 ** (1 / 12))


# Coverage


def test_each_factor_of_the_chain_multiplies():
    one = service(reached=0.5, engaged=0.8, deadweight=0.25, attribution=0.6)
    np.testing.assert_allclose(one.coverage(SIX_YEARS[:2]), 0.5 * 0.8 * 0.75 * 0.6)


def test_a_factor_may_change_by_year():
    one = service(reached={"by_year": {"2012-13": 0.2, "2013-14": 0.4}})
    np.testing.assert_allclose(one.coverage(SIX_YEARS)[[0, 11, 12, 71], 0], [0.2, 0.2, 0.4, 0.4])


CHAINS = st.fixed_dictionaries(
    dict.fromkeys(("reached", "engaged", "deadweight", "attribution", "drop_off_per_year"), SHARES)
    | {name: st.integers(0, 24) for name in ("lag_months", "ramp_months")}
)


@given(CHAINS, st.floats(0.0, 4.0))
def test_coverage_is_a_share_and_the_factor_lies_between_none_and_all(chain: dict[str, Any], ratio: float):
    one = service(**chain, effects=(changes_referrals(value=ratio),))
    coverage = one.coverage(SIX_YEARS)
    assert ((coverage >= 0) & (coverage <= 1)).all()
    factor = one.effects[0].factor(coverage, SIX_YEARS)
    assert (factor >= min(1.0, ratio) - 1e-12).all()
    assert (factor <= max(1.0, ratio) + 1e-12).all()


def test_reaching_nobody_changes_nothing():
    one = service(reached=0, effects=(changes_referrals(),))
    np.testing.assert_array_equal(one.effects[0].factor(one.coverage(SIX_YEARS), SIX_YEARS), 1.0)


def test_reaching_everyone_gives_the_whole_ratio():
    one = service(effects=(changes_referrals(),))
    np.testing.assert_array_equal(one.effects[0].factor(one.coverage(SIX_YEARS), SIX_YEARS), 0.5)


def test_all_of_it_deadweight_changes_nothing():
    assert not service(deadweight=1).coverage(SIX_YEARS).any()


# Cost


def test_the_cost_is_spread_over_the_months_it_runs():
    one = service(start="2012-07", end="2012-08")
    assert [one.cost(month) for month in SIX_YEARS[:6]] == [0, 0, 0, 10_000, 10_000, 0]


@given(SHARES, st.floats(0.0, 1e7))
def test_what_partners_pay_and_what_the_programme_pays_make_up_the_cost(share: float, cost: float):
    one = service(cost_per_year=cost, paid_by_partners=share)
    month = SIX_YEARS[0]
    assert one.cost(month) + one.partners_cost(month) == pytest.approx(cost / 12)
    assert min(one.cost(month), one.partners_cost(month)) >= 0


def test_the_cost_begins_with_the_service_and_not_with_its_effect():
    one = service(lag_months=6)
    assert one.cost(SIX_YEARS[0]) == 10_000
    assert one.phase(SIX_YEARS[0]) == 0


# Kinds of effect


def test_an_effect_says_what_it_acts_on_and_by_how_much():
    move, cost = service(
        effects=(
            changes_referrals(),
            {"kind": "multiply_unit_cost", "cost_line": "external_assessments", "relative_cost": 0.6},
        )
    ).effects
    assert isinstance(move, MultiplyMove)
    assert isinstance(cost, MultiplyUnitCost)
    assert move.acts_on() == ("move", "referral")
    assert cost.acts_on() == ("cost line", "external_assessments")
    assert (move.size().value, cost.size().value) == (0.5, 0.6)


def test_a_kind_of_effect_must_say_what_it_does():
    with pytest.raises(TypeError, match="Effect must say how much it changes"):
        Effect().size()
    with pytest.raises(TypeError, match="Effect must say what it acts on"):
        Effect().acts_on()


def test_a_new_kind_of_effect_takes_one_class():
    class AddNothing(Effect):
        def size(self) -> Value:
            return Value(value=1.0)

    np.testing.assert_array_equal(AddNothing().factor(np.ones((3, 1)), SIX_YEARS[:3]), np.ones((3, 1)))


@pytest.mark.parametrize(
    "settings",
    [
        {"reached": 1.5},
        {"reached": -0.1},
        {"deadweight": 2},
        {"cost_per_year": -1},
        {"lag_months": -1},
        {"ramp_months": 0.5},
        {"use": "demand_support"},
        {"start": "2012-13"},
        {"end": "2012-03"},
        {"reach": 0.5},
        {"title": ""},
        {"ages": "0-18"},
        {"effects": (changes_referrals(value=-0.5),)},
        {"effects": ({"kind": "multiply", "move": "referral", "relative_hazard": 0.5},)},
    ],
)
def test_what_is_not_an_intervention_is_refused(settings: dict[str, Any]):
    with pytest.raises(ValidationError):
        service(**settings)


# In a run


HUB = "interventions.integrated_screening_hub"


def test_a_disabled_intervention_is_one_that_is_not_there():
    names = resolve("thrive").scenario.interventions
    off = run(resolve("thrive", [f"interventions.{name}.enabled=false" for name in names]))
    np.testing.assert_array_equal(off.scenario.trajectory.stock, off.do_nothing.trajectory.stock)
    assert all(off.scenario.spent(line=name).sum() == 0 for name in names)


def test_an_effect_for_some_ages_leaves_the_referrals_of_others_alone(thrive: Comparison):
    settings = [f"{HUB}.ages=16-17", f"{HUB}.effects=[{{kind: multiply_move, move: referral, relative_hazard: 0.5}}]"]
    names = [name for name in resolve("thrive").scenario.interventions if name != "integrated_screening_hub"]
    alone = run(resolve("thrive", [*settings, *(f"interventions.{name}.enabled=false" for name in names)]))
    (arrow,) = alone.scenario.assembled.pathway.arrows_named("referral")
    with_it, without = (r.trajectory.flow[-1, arrow, :, 0] for r in (alone.scenario, alone.do_nothing))
    bands = [str(band) for band in alone.scenario.assembled.bands.bands]
    np.testing.assert_allclose(with_it[:-1], without[:-1])
    assert bands[-1] == "16-17"
    assert with_it[-1] == pytest.approx(without[-1] / 2)


def test_an_effect_on_a_unit_cost_lowers_that_line_alone():
    names = [name for name in resolve("thrive").scenario.interventions if name != "swift_assessments"]
    alone = run(resolve("thrive", [f"interventions.{name}.enabled=false" for name in names]))
    for line in ("external_assessments", "care_proceedings"):
        ratio = alone.scenario.spent(line=line)[-1, 0] / alone.do_nothing.spent(line=line)[-1, 0]
        assert ratio == pytest.approx(0.6 if line == "external_assessments" else 1.0, rel=1e-9)


def test_a_unit_cost_cannot_change_for_some_ages_alone():
    """The ages would be ignored in silence: what one unit costs is not known by age."""
    with pytest.raises(InputError):
        assemble(resolve("thrive", ["interventions.swift_assessments.ages=0-4"]))


@pytest.mark.parametrize(
    "settings",
    [
        [f"{HUB}.reached=0"],
        [f"{HUB}.start=2018-04"],
        [f"{HUB}.effects=[{{kind: multiply_move, move: referral, relative_hazard: 1}}]"],
        [f"{HUB}.effects=[{{kind: multiply_move, move: refferal, relative_hazard: 0.5}}]"],
        [f"{HUB}.effects=[{{kind: multiply_unit_cost, cost_line: foster, relative_cost: 0.5}}]"],
        [f"{HUB}.reached={{value: 0.5, source: hearsay}}"],
        # 0, the figure of a series before its first year, would stop the move dead until then
        [f"{HUB}.effects=[{{kind: multiply_move, move: referral, relative_hazard: {{by_year: {{2014-15: 0.9}}}}}}]"],
    ],
)
def test_an_effect_that_changes_nothing_or_refers_to_nothing_is_refused(settings: list[str]):
    with pytest.raises(InputError):
        assemble(resolve("thrive", settings))


def test_closing_every_way_out_of_a_decision_is_refused():
    ways = ("accepted", "no_further_action", "screened_to_early_help")
    effects = ", ".join(f"{{kind: multiply_move, move: {way}, relative_hazard: 0}}" for way in ways)
    with pytest.raises(InputError):
        run(resolve("thrive", [f"{HUB}.ramp_months=0", f"{HUB}.effects=[{effects}]"]))


def test_the_programme_lowers_referrals(thrive: Comparison):
    assert (referrals(thrive.scenario) < referrals(thrive.do_nothing)).all()
