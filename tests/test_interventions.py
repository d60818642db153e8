from __future__ import annotations

from typing import Any, Literal, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from thrive_model import engine
from thrive_model.assemble import assemble
from thrive_model.bands import Ages
from thrive_model.errors import InputError
from thrive_model.interventions import Effect, Intervention, MultiplyMove, MultiplyUnitCost
from thrive_model.outputs import referrals
from thrive_model.periods import Month, months_between
from thrive_model.results import Results
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
    one = service(eligible=0.9, reached=0.5, engaged=0.8, deadweight=0.25, attribution=0.6)
    np.testing.assert_allclose(one.coverage(SIX_YEARS[:2]), 0.9 * 0.5 * 0.8 * 0.75 * 0.6)
    np.testing.assert_allclose(one.served(SIX_YEARS[:2]), 0.9 * 0.5 * 0.8)


def test_a_factor_may_change_by_year():
    one = service(reached={"by_year": {"2012-13": 0.2, "2013-14": 0.4}})
    np.testing.assert_allclose(one.coverage(SIX_YEARS)[[0, 11, 12, 71], 0], [0.2, 0.2, 0.4, 0.4])


CHAINS = st.fixed_dictionaries(
    dict.fromkeys(("eligible", "reached", "engaged", "deadweight", "attribution", "drop_off_per_year"), SHARES)
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


@pytest.mark.parametrize(
    ("field", "figure", "left"),
    [
        ("eligible", 0.7, 0.7),
        ("reached", 0.3, 0.3),
        ("engaged", 0.6, 0.6),
        ("deadweight", 0.25, 0.75),
        ("attribution", 0.4, 0.4),
    ],
)
def test_each_factor_of_the_chain_leaves_its_share_of_the_effect(field: str, figure: float, left: float):
    np.testing.assert_allclose(service(**{field: figure}).coverage(SIX_YEARS), left, rtol=1e-12)


def test_where_nothing_is_said_everybody_is_reached_and_the_whole_effect_is_its_own():
    np.testing.assert_array_equal(service().coverage(SIX_YEARS), np.ones((72, 1)))


def test_coverage_follows_start_lag_ramp_drop_off_and_end_month_by_month():
    """From June 2012, two months of lag, 1/3, 2/3 and 1 from August, 0.5^(1/12) of it kept each month after, the end
    in December 2012; of all this 0.8 x 0.5 is its own.
    """
    timing = {"start": "2012-06", "lag_months": 2, "ramp_months": 3, "drop_off_per_year": 0.5, "end": "2012-12"}
    one = service(**timing, reached=0.8, attribution=0.5)
    kept = 0.5 ** (1 / 12)
    by_hand = [0, 0, 0, 0, 1 / 3, 2 / 3, 1, kept, kept**2, 0, 0, 0]
    np.testing.assert_allclose(one.coverage(SIX_YEARS[:12])[:, 0], 0.4 * np.array(by_hand), rtol=1e-12)


def test_those_who_take_part_are_the_reached_who_engage():
    """Whether the effect on them is owed to it or not, they take up the time of those who deliver it."""
    one = service(reached=0.5, engaged=0.8, deadweight=0.9, attribution=0.1, ramp_months=2)
    np.testing.assert_allclose(one.served(SIX_YEARS[:3])[:, 0], [0.2, 0.4, 0.4], rtol=1e-12)


def test_nobody_takes_part_before_it_begins_or_after_it_ends():
    one = service(start="2012-05", end="2012-06")
    np.testing.assert_array_equal(one.served(SIX_YEARS[:4])[:, 0], [0, 1, 1, 0])


# Areas

THREE_AREAS = (
    {"name": "East", "share": 0.5, "start": "2012-04"},
    {"name": "North", "share": 0.3, "start": "2012-06"},
    {"name": "West", "share": 0.2, "start": "2012-07"},
)


def test_an_intervention_starts_in_one_area_after_another():
    assert phases(5, rollout=THREE_AREAS) == pytest.approx([0.5, 0.5, 0.8, 1, 1])


def test_lag_and_ramp_count_from_the_start_in_each_area():
    """A month of lag and a ramp of two: East 1/2 in May, North 1/2 in July, West 1/2 in August."""
    found = phases(7, rollout=THREE_AREAS, lag_months=1, ramp_months=2)
    assert found == pytest.approx([0, 0.25, 0.5, 0.5 + 0.15, 0.5 + 0.3 + 0.1, 1, 1])


def test_an_end_ends_it_in_every_area():
    assert phases(5, rollout=THREE_AREAS, end="2012-06") == pytest.approx([0.5, 0.5, 0.8, 0, 0])


def test_what_wears_off_wears_off_in_each_area_from_when_it_was_full():
    kept = 0.5 ** (1 / 12)
    found = phases(4, rollout=THREE_AREAS, drop_off_per_year=0.5)
    by_hand = [0.5, 0.5 * kept, 0.5 * kept**2 + 0.3, 0.5 * kept**3 + 0.3 * kept + 0.2]
    assert found == pytest.approx(by_hand)


def test_one_area_of_everybody_is_no_roll_out():
    everywhere = ({"name": "All", "share": 1.0, "start": "2012-04"},)
    assert phases(24, rollout=everywhere, ramp_months=6) == pytest.approx(phases(24, ramp_months=6))


def test_an_intervention_that_starts_in_areas_costs_from_its_own_start():
    one = service(rollout=(*THREE_AREAS[1:2], {"name": "Rest", "share": 0.7, "start": "2012-08"}))
    assert [one.cost(month) for month in SIX_YEARS[:3]] == [10_000] * 3
    assert one.phase(SIX_YEARS[0]) == 0


@given(CHAINS, st.integers(1, 9), st.integers(0, 12))
def test_in_areas_no_more_are_covered_than_at_once(chain: dict[str, Any], areas: int, apart: int):
    starts = [Month(2012, 4).plus(apart * n) for n in range(areas)]
    rollout = tuple({"name": f"area {n}", "share": 1 / areas, "start": str(start)} for n, start in enumerate(starts))
    chain = {**chain, "drop_off_per_year": 0.0}  # what starts later wears off later
    spread, at_once = (service(**chain, rollout=some).coverage(SIX_YEARS) for some in (rollout, ()))
    assert (spread <= at_once + 1e-12).all()
    assert (np.diff(spread[:, 0]) >= -1e-12).all()


# Cost


def test_the_cost_is_spread_over_the_months_it_runs():
    one = service(start="2012-07", end="2012-08")
    assert [one.cost(month) for month in SIX_YEARS[:6]] == [0, 0, 0, 10_000, 10_000, 0]


@given(SHARES, st.floats(0.0, 1e7))
def test_what_partners_pay_and_what_the_programme_pays_make_up_the_cost(share: float, cost: float):
    one = service(cost_per_year=cost, paid_by_partners=share)
    month = SIX_YEARS[0]
    assert one.cost(month) + one.partners_costs([month])[0] == pytest.approx(cost / 12)
    assert min(one.cost(month), one.partners_costs([month])[0]) >= 0


def test_the_cost_begins_with_the_service_and_not_with_its_effect():
    one = service(lag_months=6)
    assert one.cost(SIX_YEARS[0]) == 10_000
    assert one.phase(SIX_YEARS[0]) == 0


def test_what_is_allocated_and_not_drawn_costs_nobody_anything_and_changes_the_same():
    drawn, kept = (service(paid_by_partners=0.4, ramp_months=3, allocated_not_drawn=which) for which in (False, True))
    assert [kept.cost(month) + kept.partners_costs([month])[0] for month in SIX_YEARS] == [0.0] * 72
    assert (
        kept.allocations([SIX_YEARS[0]])[0] == drawn.allocations([SIX_YEARS[0]])[0] == drawn.cost(SIX_YEARS[0]) == 6_000
    )
    np.testing.assert_array_equal(kept.coverage(SIX_YEARS), drawn.coverage(SIX_YEARS))


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
        kind: Literal["add_nothing"] = "add_nothing"

        def size(self) -> Value:
            return Value(value=1.0)

    np.testing.assert_array_equal(AddNothing().factor(np.ones((3, 1)), SIX_YEARS[:3]), np.ones((3, 1)))


ACTS_ON = {
    "multiply_move": ("move", "relative_hazard"),
    "add_to_move": ("move", "children_per_year"),
    "change_mix": ("move", "share"),
    "multiply_delay": ("state", "relative_delay"),
    "multiply_recruitment": ("supply", "relative_recruitment"),
    "multiply_approval_delay": ("supply", "relative_delay"),
    "multiply_loss": ("supply", "relative_loss"),
    "multiply_unit_cost": ("cost_line", "relative_cost"),
    "multiply_volume": ("cost_line", "relative_volume"),
}


def test_every_kind_of_effect_is_tested_here():
    kinds = {get_args(kind.model_fields["kind"].annotation)[0] for kind in Effect.__subclasses__()}
    assert kinds - {"add_nothing"} == set(ACTS_ON)


@pytest.mark.parametrize("kind", ACTS_ON)
def test_each_kind_of_effect_names_what_it_acts_on_and_its_size(kind: str):
    target, size = ACTS_ON[kind]
    (one,) = service(effects=({"kind": kind, target: "a_name", size: {"value": 0.5, "source": "seed"}},)).effects
    assert one.acts_on() == (target.replace("_", " "), "a_name")
    assert (one.size().value, one.size().source) == (0.5, "seed")
    np.testing.assert_array_equal(one.sizes(SIX_YEARS), np.full((72, 1), 0.5))
    assert one.changes_nothing(np.zeros((72, 1)), SIX_YEARS)
    assert not one.changes_nothing(np.ones((72, 1)), SIX_YEARS)


@pytest.mark.parametrize("kind", [kind for kind in ACTS_ON if kind.startswith("multiply_")])
def test_an_effect_that_multiplies_by_one_changes_nothing(kind: str):
    target, size = ACTS_ON[kind]
    (one,) = service(effects=({"kind": kind, target: "a_name", size: 1},)).effects
    assert one.changes_nothing(np.ones((72, 1)), SIX_YEARS)


def test_a_longer_stay_is_a_lower_hazard():
    """Half of them stay four times as long: 1 + 0.5 x 3 = 2.5 times on the mean, and 1 / 2.5 of the hazard."""
    (one,) = service(effects=({"kind": "multiply_delay", "state": "s", "relative_delay": 4},)).effects
    np.testing.assert_allclose(one.factor(np.full((2, 1), 0.5), SIX_YEARS[:2]), 0.4, rtol=1e-12)


def test_a_size_may_change_by_year():
    relative = {"by_year": {"2012-13": 0.5, "2014-15": 0.8}}
    (one,) = service(effects=(changes_referrals(**relative),)).effects
    np.testing.assert_array_equal(one.sizes(SIX_YEARS)[[0, 23, 24, 71], 0], [0.5, 0.5, 0.8, 0.8])


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
        {"effects": ({"kind": "multiply_delay", "state": "assessment", "relative_delay": 0},)},
        {"effects": ({"kind": "change_mix", "move": "accepted", "share": 1.1},)},
        {"effects": ({"kind": "add_to_move", "move": "referral", "children_per_year": -1},)},
        {"rollout": ({"name": "East", "share": 0.5, "start": "2012-04"},)},
        {"rollout": ({"name": "East", "share": 1.0, "start": "2012-03"},)},
        {"rollout": ({"name": "", "share": 1.0, "start": "2012-04"},)},
        {"carried_by": {"supply": "staff", "children_per_unit": 0}},
        {"carried_by": {"supply": "staff"}},
        {"claims": ({"cost_line": "residential", "share": 0},)},
        {"claims": ({"cost_line": "residential", "share": 1.1},)},
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


def alone(*effects: str, **settings: Any) -> Comparison:
    """Doing nothing, and doing nothing else than this from the first month on."""
    head = {"title": "It", "use": "change", "start": "2012-04", "cost_per_year": 0, **settings}
    told = ", ".join(f"{name}: {value}" for name, value in head.items())
    return run(resolve("do_nothing", [f"interventions={{it: {{{told}, effects: [{', '.join(effects)}]}}}}"]))


def moved(results: Results, move: str, ages: str = "") -> np.ndarray:
    """Children who made a move in each month, [T]; those of one band of age where one is named."""
    flow = results.trajectory.flow[..., 0][:, results.assembled.pathway.arrows_named(move)].sum(axis=1)
    bands = results.assembled.bands.within(Ages.parse(ages) if ages else None)
    return np.asarray(flow[:, bands].sum(axis=1))


ADMITTED = ("proceedings_to_care", "admitted_from_assessment", "admitted_from_need", "admitted_from_plan", "re_entry")
PLACED = tuple(
    f"first_placed_{where}"
    for where in (
        "in_house_fostering",
        "agency_fostering",
        "kinship_care",
        "residential",
        "parent_and_baby",
        "placed_with_parents",
        "semi_independent",
    )
)


def test_a_change_of_mix_sets_the_share_of_those_it_reaches():
    """All babies: 8% of them with a parent, and not 16%; the others in the proportions of before."""
    both = alone("{kind: change_mix, move: first_placed_parent_and_baby, share: 0.08}", ages="0")
    found, before = (np.array([moved(r, move, "0") for move in PLACED]).T for r in (both.scenario, both.do_nothing))
    shares, were = (some / some.sum(axis=1, keepdims=True) for some in (found, before))
    np.testing.assert_allclose(were[:, 4], 0.16, rtol=1e-9)
    np.testing.assert_allclose(shares[:, 4], 0.08, rtol=1e-9)
    others = [n for n in range(len(PLACED)) if n != 4]
    np.testing.assert_allclose(shares[:, others], were[:, others] * 0.92 / 0.84, rtol=1e-9)


def test_a_change_of_mix_moves_the_share_as_far_as_it_reaches():
    """A quarter of them: 0.16 + 0.25 x (0.08 - 0.16) = 0.14, as with those reached and the others added up."""
    both = alone("{kind: change_mix, move: first_placed_parent_and_baby, share: 0.08}", ages="0", reached=0.25)
    found = np.array([moved(both.scenario, move, "0") for move in PLACED])
    np.testing.assert_allclose(found[4] / found.sum(axis=0), 0.14, rtol=1e-9)


def test_a_change_of_mix_acts_in_every_decision_that_the_move_leads_out_of():
    both = alone("{kind: change_mix, move: accepted, share: 0.5}")
    pathway, flow = both.scenario.assembled.pathway, both.scenario.trajectory.flow.sum(axis=(2, 3))
    for decision in ("screening", "screening_after_plan"):
        (cell,) = pathway.cells_of(decision)
        out = [e for e, arrow in enumerate(pathway.arrows) if arrow.source == cell]
        accepted = [e for e in out if pathway.arrows[e].name == "accepted"]
        np.testing.assert_allclose(flow[:, accepted].sum(axis=1) / flow[:, out].sum(axis=1), 0.5, rtol=1e-9)


def test_a_change_of_mix_keeps_everybody_who_comes():
    both = alone("{kind: change_mix, move: proceedings_to_care, share: 0.5}")
    for results in (both.scenario, both.do_nothing):
        pathway, flow = results.assembled.pathway, results.trajectory.flow
        (cell,) = pathway.cells_of("care_proceedings")
        into = [e for e, arrow in enumerate(pathway.arrows) if arrow.target == cell]
        np.testing.assert_allclose(
            moved(results, "proceedings_to_care") + moved(results, "proceedings_at_home"),
            flow[:, into].sum(axis=(1, 2, 3)),
            rtol=1e-9,
        )


def leaving(results: Results, state: str, month: int) -> np.ndarray:
    """The hazard per month of leaving each cell of a state by any move, in each band, [cell, band]."""
    p, t = results.assembled.parameters, results.trajectory
    chance = engine.probabilities(p, month, t.stock[month], t.supply[month])[..., 0]
    cells = [n for n, cell in enumerate(results.assembled.pathway.cells) if cell.state.name == state]
    moves = [e for e in range(len(p.source)) if e not in p.timed]
    return np.array([-np.log1p(-chance[[e for e in moves if p.source[e] == cell]].sum(axis=0)) for cell in cells])


@pytest.mark.parametrize("state", ["early_help", "child_protection_plan", "agency_fostering"])
def test_a_delay_doubles_the_mean_stay(state: str):
    """The mean stay is one over the hazard of leaving, which halves in every duration band and age."""
    both = alone(f"{{kind: multiply_delay, state: {state}, relative_delay: 2}}")
    longer, before = (1.0 / leaving(results, state, 30) for results in (both.scenario, both.do_nothing))
    np.testing.assert_allclose(longer, 2.0 * before, rtol=1e-9)
    assert both.scenario.at_year_end(state)[-1, 0] > both.do_nothing.at_year_end(state)[-1, 0]


def test_a_delay_in_one_state_leaves_the_stay_in_another_alone():
    both = alone("{kind: multiply_delay, state: agency_fostering, relative_delay: 2}")
    for state in ("in_house_fostering", "residential"):
        np.testing.assert_allclose(leaving(both.scenario, state, 30), leaving(both.do_nothing, state, 30), rtol=1e-12)


def test_a_delay_shifts_nobody_from_one_way_out_to_another():
    both = alone("{kind: multiply_delay, state: early_help, relative_delay: 0.5}")
    for results in (both.scenario, both.do_nothing):
        ended, stepped_up = (
            results.trajectory.flow[-1, results.assembled.pathway.arrows_named(move), 0, 0][0]
            for move in ("early_help_ends", "step_up")
        )
        assert stepped_up / ended == pytest.approx(0.25 / 2.091, rel=1e-9)


def test_children_added_to_a_move_are_so_many_a_year():
    """From outside 120 a year are ten a month, whatever else goes on."""
    both = alone("{kind: add_to_move, move: referral, children_per_year: 120}")
    np.testing.assert_allclose(moved(both.scenario, "referral") - moved(both.do_nothing, "referral"), 10, rtol=1e-9)


def test_children_are_added_as_far_as_the_effect_is_phased_in():
    both = alone("{kind: add_to_move, move: referral, children_per_year: 120}", ramp_months=5, reached=0.5)
    added = moved(both.scenario, "referral") - moved(both.do_nothing, "referral")
    np.testing.assert_allclose(added[:6], [1, 2, 3, 4, 5, 5], rtol=1e-9)


def test_children_are_added_to_a_move_only_while_there_are_any():
    """A thousand a month to live independently: whoever of 16 and 17 can, and none besides."""
    move = "leaves_to_independence"
    both = alone(f"{{kind: add_to_move, move: {move}, children_per_year: 12000}}", ages="16-17")
    pathway = both.scenario.assembled.pathway
    sources = sorted({pathway.arrows[e].source for e in pathway.arrows_named(move)})
    old = both.scenario.assembled.bands.within(Ages.parse("16-17"))
    trajectory = both.scenario.trajectory
    there = trajectory.stock[0][np.ix_(sources, old)].sum()
    assert 50 < there < 1000
    assert 0.9 * there < moved(both.scenario, move)[0] <= there
    assert trajectory.stock.min() > -1e-9
    np.testing.assert_allclose(moved(both.scenario, move, "0-15"), moved(both.do_nothing, move, "0-15"))


def test_a_volume_and_a_unit_cost_of_one_line_multiply():
    both = alone(
        "{kind: multiply_volume, cost_line: external_assessments, relative_volume: 0.5}",
        "{kind: multiply_unit_cost, cost_line: external_assessments, relative_cost: 1.2}",
    )
    line = "external_assessments"
    np.testing.assert_allclose(both.scenario.spent(line=line), 0.6 * both.do_nothing.spent(line=line), rtol=1e-9)


def test_what_is_allocated_and_not_drawn_changes_the_run_and_draws_nothing():
    effect = "{kind: multiply_move, move: referral, relative_hazard: 0.9}"
    drawn, kept = (
        alone(effect, cost_per_year=120_000, paid_by_partners=0.25, allocated_not_drawn=which).scenario
        for which in ("false", "true")
    )
    np.testing.assert_array_equal(kept.trajectory.stock, drawn.trajectory.stock)
    np.testing.assert_allclose(drawn.spent(line="it")[:, 0], 90_000, rtol=1e-12)
    assert kept.spent(line="it").sum() == kept.spent(use="partners").sum() == 0


def test_only_those_of_its_ages_are_eligible():
    both = alone("{kind: multiply_move, move: referral, relative_hazard: 0.5}", ages="5-11")
    for ages, ratio in (("0-4", 1.0), ("5-11", 0.5), ("12-17", 1.0)):
        found = moved(both.scenario, "referral", ages) / moved(both.do_nothing, "referral", ages)
        np.testing.assert_allclose(found, ratio, rtol=1e-9, err_msg=ages)


def test_a_roll_out_reaches_the_run_area_by_area():
    """Half of the children from April 2012, the other half from October: referrals at 0.75 and then at 0.5."""
    areas = "[{name: East, share: 0.5, start: 2012-04}, {name: West, share: 0.5, start: 2012-10}]"
    both = alone("{kind: multiply_move, move: referral, relative_hazard: 0.5}", rollout=areas)
    ratio = moved(both.scenario, "referral") / moved(both.do_nothing, "referral")
    np.testing.assert_allclose(ratio, [0.75] * 6 + [0.5] * 66, rtol=1e-9)


@pytest.mark.parametrize(("kind", "size"), [("unit_cost", "relative_cost"), ("volume", "relative_volume")])
def test_an_effect_on_a_cost_line_lowers_that_line_alone_and_moves_nobody(kind: str, size: str):
    both = alone(f"{{kind: multiply_{kind}, cost_line: external_assessments, {size}: 0.6}}")
    np.testing.assert_array_equal(both.scenario.trajectory.stock, both.do_nothing.trajectory.stock)
    for row in both.scenario.assembled.inputs.cost_lines:
        ratio = both.scenario.spent(line=row.line)[:, 0] / both.do_nothing.spent(line=row.line)[:, 0]
        expected = 0.6 if row.line == "external_assessments" else 1.0
        np.testing.assert_allclose(ratio, expected, rtol=1e-9, err_msg=row.line)


def test_assessments_done_instead_of_bought_lower_what_is_bought_to_six_tenths():
    names = [name for name in resolve("thrive").scenario.interventions if name != "swift_assessments"]
    alone = run(resolve("thrive", [f"interventions.{name}.enabled=false" for name in names]))
    for line in ("external_assessments", "care_proceedings"):
        ratio = alone.scenario.spent(line=line)[-1, 0] / alone.do_nothing.spent(line=line)[-1, 0]
        assert ratio == pytest.approx(0.6 if line == "external_assessments" else 1.0, rel=1e-9)


@pytest.mark.parametrize(("kind", "size"), [("unit_cost", "relative_cost"), ("volume", "relative_volume")])
def test_a_cost_cannot_change_for_some_ages_alone(kind: str, size: str):
    """The ages would be ignored in silence: what one unit costs is not known by age."""
    with pytest.raises(InputError):
        alone(f"{{kind: multiply_{kind}, cost_line: external_assessments, {size}: 0.6}}", ages="0-4")


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
