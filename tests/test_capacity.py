"""Supplies from the tables and the effects on them: when units are there, whom they limit, and whom they carry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from copies import Copy

from thrive_model import engine
from thrive_model.assemble import Assembled, Inputs, assemble
from thrive_model.engine import Trajectory
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats, Supply
from thrive_model.results import Results
from thrive_model.run import Comparison, run, run_one
from thrive_model.scenario import resolve

MONTHS = 72
KEYWORKERS = "interventions.family_keyworkers"


def shock(*effects: str, start: str = "2012-04", **settings: str) -> str:
    """A setting that lets something befall doing nothing."""
    told = "".join(f", {name}: {value}" for name, value in settings.items())
    return f"shocks={{it: {{title: It, start: {start}{told}, effects: [{', '.join(effects)}]}}}}"


def on(kind: str, supply: str, **size: float) -> str:
    """An effect on a supply."""
    ((name, figure),) = size.items()
    return f"{{kind: {kind}, supply: {supply}, {name}: {figure}}}"


def supplies(assembled: Assembled) -> dict[str, Supply]:
    return {one.name: one for one in assembled.parameters.supplies}


def approved(supply: str, *settings: str) -> Floats:
    """Units of a supply that come to be there in each month, [T]."""
    return supplies(assemble(resolve("do_nothing", settings)))[supply].approved[:, 0]


def units(results: Results, *names: str) -> Floats:
    """Units of some supplies together, at the start and after each month, [T + 1]."""
    known = [one.name for one in results.assembled.parameters.supplies]
    return results.trajectory.supply[:, [known.index(name) for name in names], 0].sum(axis=1)


def moved(results: Results, move: str) -> Floats:
    """Children who made a move in each month, [T]."""
    arrows = results.assembled.pathway.arrows_named(move)
    return results.trajectory.flow[:, arrows].sum(axis=(1, 2, 3))


def in_group(inputs: Inputs, group: str) -> list[str]:
    return [row.supply for row in inputs.capacity if row.group == group]


# As in the tables


def test_a_supply_comes_evenly_from_before_the_run_on(inputs: Inputs):
    """Whoever began approval before the run is approved within it, as many each month as later."""
    for row in inputs.capacity:
        np.testing.assert_allclose(approved(row.supply), row.recruited_per_year / 12, rtol=1e-12)


def test_a_supply_is_lost_at_the_rate_of_its_row(inputs: Inputs):
    built = supplies(assemble(resolve("do_nothing")))
    for row in inputs.capacity:
        assert built[row.supply].opening == row.opening
        np.testing.assert_allclose(built[row.supply].leaving, row.lost_per_year / 12, rtol=1e-12)


def test_of_155_keyworkers_62_are_in_childrens_centres_and_26_practitioners_stand_apart(inputs: Inputs):
    """155 completed core training, of whom 62 work in children's centres: 93 elsewhere; "plus a further 26"."""
    opening = {row.supply: row.opening for row in inputs.capacity}
    keyworkers = in_group(inputs, "family_keyworkers")
    assert sum(opening[name] for name in keyworkers) == 155
    assert opening["keyworkers_in_childrens_centres"] == 62
    assert opening["non_keywork_practitioners"] == 26
    assert in_group(inputs, "non_keywork_practitioners") == ["non_keywork_practitioners"]


def test_keyworkers_stay_within_two_of_155_at_every_year_end(thrive: Comparison, inputs: Inputs):
    """Recruitment of 15 a year nearly makes up for losses of a tenth: 155 settles slowly towards 150."""
    keyworkers = units(thrive.scenario, *in_group(inputs, "family_keyworkers"))[::12]
    assert keyworkers[0] == 155
    assert len(keyworkers) == 7
    assert (np.abs(keyworkers - 155) < 2).all()


def test_the_shipped_places_hold_and_nobody_who_has_one_loses_it(thrive: Comparison):
    for results in (thrive.scenario, thrive.do_nothing):
        cells = results.assembled.pathway.cells_of("in_house_place")
        taken = results.trajectory.stock[:, cells].sum(axis=(1, 2, 3))
        uses = {(row.supply, row.limits): row.per_unit for row in results.assembled.inputs.capacity_uses}
        there = units(results, "in_house_carers") * uses["in_house_carers", "places"]
        assert (taken[1:] <= np.maximum(there[:-1], taken[:-1]) + 1e-6).all()
    assert moved(thrive.do_nothing, "overflow_to_agency").sum() > 100
    assert moved(thrive.scenario, "overflow_to_agency").sum() < 1


def test_the_shipped_adopters_are_used_as_they_come(thrive: Comparison):
    """In doing nothing more children wait than are matched: every adopter is matched within the month."""
    nothing = thrive.do_nothing
    np.testing.assert_allclose(moved(nothing, "matched_for_adoption"), units(nothing, "approved_adopters")[:-1])
    assert (nothing.trajectory.waiting.min(axis=(1, 2)) > 0).all()


# Recruitment


def more_adopters(times: float = 2.0, **settings: str) -> str:
    told = "".join(f", {name}: {value}" for name, value in settings.items())
    effect = on("multiply_recruitment", "approved_adopters", relative_recruitment=times)
    head = "title: More adopters, use: new_activity, start: 2012-04, cost_per_year: 0"
    return f"interventions={{more_adopters: {{{head}{told}, effects: [{effect}]}}}}"


@pytest.fixture(scope="module")
def doubled() -> Comparison:
    """Doing nothing, and doing nothing else than doubling the recruitment of adopters from the first month."""
    return run(resolve("do_nothing", [more_adopters()]))


def test_doubling_recruitment_doubles_what_comes_after_the_delay_and_nothing_before(inputs: Inputs):
    """36 a year are 3 a month; those recruited from April 2012 on are there nine months later, from January 2013."""
    (row,) = [row for row in inputs.capacity if row.supply == "approved_adopters"]
    assert (row.recruited_per_year, row.months_to_use) == (36, 9)
    found = approved("approved_adopters", more_adopters())
    np.testing.assert_allclose(found[:9], 3, rtol=1e-12)
    np.testing.assert_allclose(found[9:], 6, rtol=1e-12)


def test_doubling_the_recruitment_of_adopters_moves_adoptions_only_after_approval_and_matching(
    doubled: Comparison, inputs: Inputs
):
    (delay,) = [row.months_to_use for row in inputs.capacity if row.supply == "approved_adopters"]
    first_extra = {}
    for move in ("matched_for_adoption", "adoption"):
        more, nothing = moved(doubled.scenario, move), moved(doubled.do_nothing, move)
        np.testing.assert_array_equal(more[: delay + 1], nothing[: delay + 1], err_msg=move)
        first_extra[move] = int(np.flatnonzero(more > nothing)[0])
        assert (more[first_extra[move] :] > nothing[first_extra[move] :]).all(), move
    assert first_extra["matched_for_adoption"] == delay + 1  # there at the end of a month, used in the next
    assert first_extra["adoption"] > first_extra["matched_for_adoption"]


def test_twice_the_adopters_halve_nobody_s_chance_and_shorten_the_queue(doubled: Comparison):
    waiting = {name: getattr(doubled, name).trajectory.waiting[:, 0, 0] for name in ("scenario", "do_nothing")}
    np.testing.assert_array_equal(waiting["scenario"][:10], waiting["do_nothing"][:10])
    assert (waiting["scenario"][10:] < waiting["do_nothing"][10:]).all()
    assert units(doubled.scenario, "approved_adopters")[:-1].min() >= 0


def test_a_ramp_of_recruitment_is_a_ramp_of_what_comes_later():
    """Over three months from April 2012: 3 x (1 + 1/3), 3 x (1 + 2/3), 3 x 2, nine months later."""
    found = approved("approved_adopters", more_adopters(ramp_months="3"))
    np.testing.assert_allclose(found[8:13], [3, 4, 5, 6, 6], rtol=1e-12)


def test_two_efforts_of_recruitment_multiply():
    more = on("multiply_recruitment", "approved_adopters", relative_recruitment=1.5)
    found = approved("approved_adopters", more_adopters(), shock(more, start="2012-06"))
    np.testing.assert_allclose(found[8:13], [3, 6, 6, 9, 9], rtol=1e-12)


def test_recruitment_of_one_supply_leaves_the_others_as_they_are():
    np.testing.assert_array_equal(approved("in_house_carers", more_adopters()), approved("in_house_carers"))


# The delay to use


FASTER = on("multiply_approval_delay", "approved_adopters", relative_delay=0.5)


def test_halving_the_delay_for_a_year_brings_units_earlier_and_none_besides():
    """3 begin each month and wait 9 months, or 4.5 in 2013-14 (months 12 to 23), shared between two months. Of those,
    1.5 come in month 16, 3 in each of 17 to 27, 1.5 in month 28; the others until month 20 and from month 33 on.
    Together: 4.5 in month 16, 6 in 17 to 20, 3 in 21 to 27, 1.5 in 28, none in 29 to 32: 72 x 3 = 216 in all.
    """
    found = approved("approved_adopters", shock(FASTER, start="2013-04", end="2014-03"))
    by_hand = [3] * 16 + [4.5] + [6] * 4 + [3] * 7 + [1.5] + [0] * 4 + [3] * 39
    assert len(by_hand) == MONTHS
    np.testing.assert_allclose(found, by_hand, rtol=1e-12)
    assert found.sum() == pytest.approx(216)
    assert (found.cumsum() >= approved("approved_adopters").cumsum() - 1e-9).all()


def test_a_delay_that_stays_shorter_brings_a_part_once():
    """From April 2012 on 4.5 months and not 9: the 4.5 x 3 = 13.5 who would still be waiting come besides, once."""
    assert approved("approved_adopters", shock(FASTER)).sum() == pytest.approx(216 + 13.5)


def test_a_longer_delay_leaves_a_gap():
    """12 months and not 9: nobody in the three months in which the first of them would have come."""
    slower = on("multiply_approval_delay", "approved_adopters", relative_delay=4 / 3)
    found = approved("approved_adopters", shock(slower))
    np.testing.assert_allclose(found, [3] * 9 + [0] * 3 + [3] * 60, atol=1e-9)


def test_without_any_delay_units_are_there_at_the_end_of_the_month_in_which_they_begin():
    """Beside those who began before the run, who still come in its first nine months."""
    at_once = on("multiply_approval_delay", "approved_adopters", relative_delay=0)
    np.testing.assert_allclose(approved("approved_adopters", shock(at_once)), [6] * 9 + [3] * 63, rtol=1e-12)


def test_a_part_of_a_month_is_shared_between_two():
    """9 x 0.75 = 6.75 months: a quarter come after 6 and three quarters after 7."""
    sooner = on("multiply_approval_delay", "approved_adopters", relative_delay=0.75)
    found = approved("approved_adopters", shock(sooner))
    np.testing.assert_allclose(found[:10], [3] * 6 + [3.75, 6, 6, 3], rtol=1e-12)


def test_recruits_who_come_after_the_run_are_not_counted_in_it():
    more = on("multiply_recruitment", "approved_adopters", relative_recruitment=10)
    np.testing.assert_array_equal(
        approved("approved_adopters", shock(more, start="2017-07")), approved("approved_adopters")
    )


# Losses


def test_losing_units_twice_as_fast_settles_at_half_of_them():
    """Specialist places: 16, 2 a year, 12% lost a year. Twice that: u x exp(-0.02) + 1/6 a month."""
    twice = on("multiply_loss", "specialist_carers", relative_loss=2.0)
    found = units(run(resolve("do_nothing", [shock(twice)])).do_nothing, "specialist_carers")
    r, t = np.exp(-0.02), np.arange(MONTHS + 1)
    np.testing.assert_allclose(found, 16 * r**t + (1 - r**t) / (1 - r) / 6, rtol=1e-12)


def test_losing_nobody_lets_a_supply_grow_by_its_recruits():
    none = on("multiply_loss", "specialist_carers", relative_loss=0.0)
    found = units(run(resolve("do_nothing", [shock(none)])).do_nothing, "specialist_carers")
    np.testing.assert_allclose(found, 16 + np.arange(MONTHS + 1) / 6, rtol=1e-12)


def test_fewer_places_send_more_children_to_agencies():
    """Carers who stop three times as often leave fewer places in the months after, and nobody has to move."""
    lost = shock(on("multiply_loss", "in_house_carers", relative_loss=3.0))
    hit, nothing = run(resolve("do_nothing", [lost])).do_nothing, run(resolve("do_nothing")).do_nothing
    assert (units(hit, "in_house_carers")[1:] < units(nothing, "in_house_carers")[1:]).all()
    assert hit.at_year_end("agency_fostering")[0, 0] > nothing.at_year_end("agency_fostering")[0, 0] + 5
    assert moved(hit, "overflow_to_agency").sum() > moved(nothing, "overflow_to_agency").sum()


# What limits nothing


def without_limits(results: Results, *names: str) -> Trajectory:
    p = results.assembled.parameters
    return engine.run(replace(p, **dict.fromkeys(names, ())))


def test_a_supply_that_nothing_is_limited_by_changes_nothing(thrive: Comparison, tmp_path: Path):
    """A row of capacity.csv that no row of capacity_uses.csv names, of however many units."""
    copy = Copy(tmp_path)
    copy.add("capacity", "psychologists,psychologists,3,1,2,0.1,Psychologists,assumption,assumption,Made up for a test")
    with_them = run(resolve(str(copy.folder / "scenarios" / "thrive.yaml"))).scenario
    np.testing.assert_array_equal(with_them.trajectory.stock, thrive.scenario.trajectory.stock)
    np.testing.assert_array_equal(with_them.trajectory.flow, thrive.scenario.trajectory.flow)


def test_a_watched_supply_changes_nothing(thrive: Comparison, tmp_path: Path):
    copy = Copy(tmp_path)
    copy.add("capacity_uses", "specialist_carers,watched,in_house_place,1,,,assumption,assumption,Made up for a test")
    watched = run(resolve(str(copy.folder / "scenarios" / "thrive.yaml"))).scenario
    np.testing.assert_array_equal(watched.trajectory.stock, thrive.scenario.trajectory.stock)


def test_places_and_adopters_are_what_limits_the_shipped_run(thrive: Comparison):
    nothing = thrive.do_nothing
    free = without_limits(nothing, "places", "matches")
    arrows = nothing.assembled.pathway.arrows_named("matched_for_adoption")
    assert (free.flow[:, arrows].sum(axis=(1, 2)) > nothing.trajectory.flow[:, arrows].sum(axis=(1, 2))).all()


# Who carries an intervention


def reached_children(settings: Sequence[str], month: int) -> tuple[float, float, float]:
    """Children on plans and in need in a month, those of them whose outcome is changed, and keyworkers.

    Read off the chances: hazards are -log(1 - chance of leaving), shared as the moves are, and what keyworkers
    take off one of them, over the 0.32 that they take off for each child reached, is the share they reach.
    """
    results = run(resolve("thrive", settings)).scenario
    p, t = results.assembled.parameters, results.trajectory
    bare = replace(p, effects=tuple(one for one in p.effects if one.reach is None))
    arrow = results.assembled.pathway.arrows_named("admitted_from_need")[0]
    hazards = []
    for one in (p, bare):
        chance = engine.probabilities(one, month, t.stock[month], t.supply[month])
        out = chance[p.source == p.source[arrow]].sum(axis=0)
        hazards.append((chance[arrow] / out * -np.log1p(-out))[-1, 0])
    pathway = results.assembled.pathway
    cells = pathway.cells_of("child_in_need") + pathway.cells_of("child_protection_plan")
    eligible = float(t.stock[month][cells].sum())
    group = in_group(results.assembled.inputs, "family_keyworkers")
    return eligible, float(eligible * (1 - hazards[0] / hazards[1]) / 0.32), float(units(results, *group)[month])


def test_an_intervention_reaches_no_more_children_than_its_deliverers_carry():
    """155 keyworkers carry 3 each, 465 of some 4,000 children. If all were to be reached, each with its whole effect:
    the 465 (in the first month, and as many as three for each keyworker there is later).
    """
    everybody = [f"{KEYWORKERS}.reached=1", f"{KEYWORKERS}.attribution=1", f"{KEYWORKERS}.ramp_months=0"]
    for month in (0, 12, 60):
        eligible, reached, keyworkers = reached_children(everybody, month)
        assert eligible > 3000
        assert reached == pytest.approx(3 * keyworkers, rel=1e-6)
        assert keyworkers == pytest.approx(155, abs=2)


def test_an_intervention_reaches_as_many_as_it_says_where_they_can_be_carried():
    few = [f"{KEYWORKERS}.reached=0.05", f"{KEYWORKERS}.attribution=1", f"{KEYWORKERS}.ramp_months=0"]
    for month in (0, 12):
        eligible, reached, keyworkers = reached_children(few, month)
        assert reached == pytest.approx(0.05 * eligible, rel=1e-6)
        assert reached < 3 * keyworkers


def test_those_who_take_part_are_carried_whatever_becomes_of_them():
    """Half of the effect is owed to others: still 465 take part, and the outcome of 232.5 of them is changed."""
    half = [f"{KEYWORKERS}.reached=1", f"{KEYWORKERS}.attribution=0.5", f"{KEYWORKERS}.ramp_months=0"]
    _, changed, keyworkers = reached_children(half, 0)
    assert changed == pytest.approx(1.5 * keyworkers, rel=1e-6)


def test_only_the_group_that_is_named_carries_it():
    """The 62 in children's centres alone carry 186."""
    alone = "keyworkers_in_childrens_centres"
    settings = [f"{KEYWORKERS}.{what}" for what in ("reached=1", "attribution=1", "ramp_months=0")]
    _, reached, _ = reached_children([*settings, f"{KEYWORKERS}.carried_by.supply={alone}"], 0)
    assert reached == pytest.approx(186, rel=1e-6)


def test_units_may_differ_between_draws_where_no_effect_on_a_move_does(inputs: Inputs):
    """Another service brings twenty times the recruits of those who carry one, in the first draw alone."""
    more = on("multiply_recruitment", "specialist_carers", relative_recruitment=20)
    carried = "carried_by: {supply: specialist_carers, children_per_unit: 3}"
    head, step_down = "use: change, start: 2012-04, cost_per_year: 0", "{kind: multiply_move, move: step_down, "
    one = f"one: {{title: One, {head}, {carried}, effects: [{step_down} relative_hazard: 2}}]}}"
    resolved = resolve("do_nothing", [f"interventions={{{one}, more: {{title: More, {head}, effects: [{more}]}}}}"])
    both = run_one(assemble(resolved, inputs, {"more": np.array([1.0, 0.0])})).trajectory
    for draw, there in enumerate((1.0, 0.0)):
        alone = run_one(assemble(resolved, inputs, {"more": np.array([there])})).trajectory
        np.testing.assert_allclose(both.stock[..., draw], alone.stock[..., 0], rtol=0, atol=1e-12 * alone.stock.max())
    assert np.abs(both.stock[-1, ..., 0] - both.stock[-1, ..., 1]).max() > 1


def test_children_added_to_a_move_are_no_more_than_can_be_carried():
    """60 a year are 5 a month for all of those in need; two practitioners with 3 each carry 6 of them."""
    added = "{kind: add_to_move, move: step_down, children_per_year: 60}"
    head = "title: A, use: change, start: 2012-04, cost_per_year: 0"
    carried = "carried_by: {supply: specialist_carers, children_per_unit: 3}"

    def extra(*parts: str) -> float:
        both = run(resolve("do_nothing", [f"interventions={{a: {{{', '.join(parts)}, effects: [{added}]}}}}"]))
        return float(moved(both.scenario, "step_down")[0] - moved(both.do_nothing, "step_down")[0])

    in_need = run(resolve("do_nothing")).do_nothing
    cells = in_need.assembled.pathway.cells_of("child_in_need")
    eligible = float(in_need.trajectory.stock[0][cells].sum())
    assert extra(head) == pytest.approx(5)
    assert extra(head, carried) == pytest.approx(5 * 16 * 3 / eligible)


def test_children_placed_elsewhere_come_back_only_if_the_scenario_says_so(thrive: Comparison):
    """The programme frees places: with returns some are filled by children from agencies, without them by none."""
    stay = run(resolve("thrive", ["returns_from_overflow=false"])).scenario
    assert moved(thrive.scenario, "to_in_house").sum() > 10
    assert moved(stay, "to_in_house").sum() == 0
    share = all_outputs()["in_house_percent"].measure
    assert (share(stay)[1:] < share(thrive.scenario)[1:]).all()


def test_doing_nothing_has_no_place_to_come_back_to(thrive: Comparison):
    stay = run(resolve("do_nothing", ["returns_from_overflow=false"])).do_nothing
    assert moved(thrive.do_nothing, "to_in_house")[12:].sum() < 1
    np.testing.assert_allclose(stay.trajectory.stock[-1].sum(), thrive.do_nothing.trajectory.stock[-1].sum())


@pytest.mark.parametrize(
    "effect",
    [
        "{kind: multiply_move, move: step_down, relative_hazard: 0.2}",
        "{kind: multiply_move, move: accepted, relative_hazard: 0.5}",
        "{kind: change_mix, move: accepted, share: 0.2}",
        "{kind: multiply_delay, state: child_in_need, relative_delay: 0.1}",
    ],
)
def test_to_be_carried_for_some_is_to_reach_only_them(effect: str):
    """16 who carry 20 each carry 320 of some 3,000 in need: every effect is as if only that share were reached."""
    in_need = "{kind: multiply_move, move: need_met, relative_hazard: 1.5}"

    def flow(who: str) -> Floats:
        head = f"title: A, use: change, start: 2012-04, cost_per_year: 0, {who}"
        one = f"interventions={{a: {{{head}, effects: [{in_need}, {effect}]}}}}"
        return run_one(assemble(resolve("do_nothing", [one]))).trajectory.flow[0]

    opening = assemble(resolve("do_nothing"))
    eligible = opening.parameters.opening[opening.pathway.cells_of("child_in_need")].sum()
    share = 16 * 20 / float(eligible)
    carried = flow("carried_by: {supply: specialist_carers, children_per_unit: 20}")
    np.testing.assert_allclose(carried, flow(f"reached: {share!r}"), rtol=1e-12)
