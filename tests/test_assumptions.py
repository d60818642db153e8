from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from thrive_model.assemble import assemble
from thrive_model.assemble.effects import evidenced
from thrive_model.assumptions import footings, reliance
from thrive_model.outputs import spending_on_demand
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve


def carried_by_nobody() -> Iterator[str]:
    """An intervention with effects that nobody named carries, so that they can be taken out."""
    for name, one in resolve("thrive").scenario.interventions.items():
        if one.carried_by:
            yield f"interventions.{name}.carried_by=null"


def without_effects() -> Comparison:
    names = resolve("thrive").scenario.interventions
    settings = [f"interventions.{name}.effects=[]" for name in names]
    return run(resolve("thrive", [*settings, *carried_by_nobody()]))


def test_every_figure_that_drives_the_run_says_where_it_stands_and_comes_from(thrive: Comparison):
    for item in footings(thrive.scenario.assembled):
        assert item.key
        assert item.value, item.key
        assert item.source, item.key
        assert item.basis in {"published", "derived", "proxy", "part_assumed", "assumption"}, item.key
        assert ".csv:" in item.where or ".yaml:" in item.where, item.key


def test_every_key_is_met_once(thrive: Comparison):
    keys = [item.key for item in footings(thrive.scenario.assembled)]
    assert len(keys) == len(set(keys))


def test_the_tables_that_drive_the_run_are_counted_row_by_row(thrive: Comparison):
    inputs = thrive.scenario.assembled.inputs
    prices = [row for row in inputs.prices if row.financial_year <= thrive.scenario.years[-1]]
    stock = [row for row in inputs.opening_stock if str(row.month_end) == "2012-03"]
    ages = [row for row in inputs.opening_ages if row.group in {one.group for one in stock}]
    people = [row for row in inputs.population if row.mid_year == 2012]
    driving = (prices, people, stock, ages, inputs.opening_durations)
    limiting = (inputs.capacity, inputs.capacity_uses)
    rows = sum(len(table) for table in (*driving, *limiting, inputs.rates, inputs.cost_lines, inputs.fund))
    rows += sum(str(row.financial_year) == "2011-12" for row in inputs.section_251)
    found = [item for item in footings(thrive.scenario.assembled) if ".csv:" in item.where]
    assert len(found) == rows


def test_the_shares_lie_between_nought_and_one(thrive: Comparison, level: Comparison):
    for comparison in (thrive, level):
        found = reliance(comparison)
        assert 0 < found.assumed < found.inputs == len(found.items)
        assert 0 < found.part_assumed < found.inputs - found.assumed
        assert 0.0 <= found.spending_on_assumed_unit_costs <= 1.0 - found.spending_on_part_assumed_unit_costs
        assert found.saving_on_assumed_effects is not None
        assert 0.0 <= found.saving_on_assumed_effects <= 1.0


def test_the_share_on_assumed_unit_costs_is_what_their_lines_cost(thrive: Comparison):
    """The lines whose basis is assumption, over all spending on demand, in 2014-15."""
    inputs, nothing = thrive.do_nothing.assembled.inputs, thrive.do_nothing
    lines = [row.line for row in inputs.cost_lines if row.basis == "assumption"]
    spent = sum(nothing.spent(line=line)[2, 0] for line in lines)
    found = reliance(thrive).spending_on_assumed_unit_costs
    assert found == pytest.approx(spent / spending_on_demand(nothing)[2, 0])


def test_the_share_of_the_saving_is_what_goes_with_assumed_effects(thrive: Comparison):
    nothing, scenario, evidenced = (
        spending_on_demand(results)[2, 0] for results in (thrive.do_nothing, thrive.scenario, thrive.evidenced)
    )
    assert scenario < evidenced < nothing
    assert reliance(thrive).saving_on_assumed_effects == pytest.approx((evidenced - scenario) / (nothing - scenario))


def test_without_effects_there_is_no_saving_to_share_out():
    """What is left is the rounding of pounds divided among payers, some hundred-millionths, and not a saving."""
    assert reliance(without_effects()).saving_on_assumed_effects is None


def test_evidence_for_every_effect_leaves_nothing_on_assumptions():
    names = resolve("thrive").scenario.interventions
    effects = "[{kind: multiply_move, move: referral, relative_hazard: {value: 0.9, source: tfp_2019}}]"
    settings = [f"interventions.{name}.effects=[]" for name in names if name != "swift"]
    settings += [*carried_by_nobody(), f"interventions.swift.effects={effects}"]
    found = reliance(run(resolve("thrive", settings)))
    assert found.saving_on_assumed_effects == pytest.approx(0.0, abs=1e-9)


def test_only_effects_with_a_source_are_left_in_the_evidenced_run():
    kept = evidenced(resolve("thrive").scenario.courses)
    assert {name for name, one in kept.items() if one.effects} == {
        "family_keyworkers",
        "swift",
        "adoption_recruitment",
    }
    assert all(not effect.size().is_assumption for one in kept.values() for effect in one.effects)
    assert len(kept) == len(resolve("thrive").scenario.interventions)


def test_without_its_assumed_effects_an_intervention_reaches_no_more_than_with_them():
    """Keyworkers carry children in need and on plans; the effect on the first is assumed, that on the second published.
    Whom they carry is what the whole intervention is for, so that what is left of it grows no stronger.
    """
    assumed = "{kind: multiply_move, move: step_down, relative_hazard: 1.1}"
    published = "{kind: multiply_move, move: admitted_from_plan, relative_hazard: {value: 0.5, source: tfp_2019}}"
    settings = [f"interventions.family_keyworkers.effects=[{assumed}, {published}]"]
    settings += ["interventions.family_keyworkers.reached=1"]
    found = run(resolve("thrive", settings))
    whole, left = (
        [effect.reach for effect in results.assembled.parameters.effects if effect.reach]
        for results in (found.scenario, found.evidenced)
    )
    assert (len(whole), len(left)) == (2, 1)
    np.testing.assert_array_equal(left[0].cells, whole[0].cells)


def test_the_evidenced_run_still_costs_what_the_programme_costs(thrive: Comparison):
    for use in ("new_activity", "change"):
        assert thrive.evidenced.spent(use=use)[:, 0] == pytest.approx(thrive.scenario.spent(use=use)[:, 0])


def test_a_bare_number_counts_as_an_assumption():
    items = {item.key: item for item in footings(assemble(resolve("thrive", ["interventions.swift.reached=0.2"])))}
    assert items["interventions.swift.reached"].value == "0.2"
    assert items["interventions.swift.reached"].basis == "assumption"
