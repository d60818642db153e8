from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields

import numpy as np
import pytest
from projects import ROOT
from pytest_regressions.file_regression import FileRegressionFixture

from thrive_model.assemble import assemble
from thrive_model.assemble.effects import evidenced
from thrive_model.assumptions import Footing, footings, reliance
from thrive_model.outputs import spending_on_demand
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve
from thrive_model.sensitivity.log import logged
from thrive_model.sensitivity.what_matters import ask

RENEWED = "renewed by `pytest tests/test_assumptions.py --force-regen`"
BASES = {
    "assumption": "Assumptions",
    "part_assumed": "From published figures and an assumption",
    "proxy": "Published of something alike",
    "derived": "Derived from published figures",
    "published": "Published",
}
"""What a figure can rest on, the weakest first."""
HEADS = ("what", "value", "source", "grade", "effect, £m", "who", "when", "where", "why")


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


# The log


def test_every_assumption_says_what_it_is_whose_and_since_when(thrive: Comparison):
    for item in footings(thrive.scenario.assembled):
        assert item.description, item.key
        assert item.who, item.key
        assert item.when, item.key


def test_an_assumption_of_the_scenario_is_its_owners_since_the_day_it_was_approved():
    approval = "approval={status: approved, owner: The owner, by: The Board, on: 2013-03-10}"
    items = {item.key: item for item in footings(assemble(resolve("thrive", [approval])))}
    assumed, published = items["interventions.swift.reached"], items["fund.amount"]
    assert (assumed.who, assumed.when) == ("The owner", "2013-03-10")
    assert (published.who, published.when) == ("East Sussex County Council", "2013-06-10")


def test_a_setting_and_a_row_are_described_in_words(thrive: Comparison):
    items = {item.key: item.description for item in footings(thrive.scenario.assembled)}
    assert items["interventions.swift.reached"] == "SWIFT Specialist Services: reached"
    assert items["demand.growth_per_year"] == "Demand: growth per year"
    assert items["rates.adoption.0-17.all.2010-11"] == "Rates, adoption, 0-17, all, 2010-11"


def _log(comparison: Comparison) -> str:
    """The page: a row for the figures of one table or block that have one source, footing and reason."""
    lines = [
        "# Assumptions log",
        "",
        f"Every figure behind `thrive run thrive`, by what it rests on; {RENEWED}.",
        "*Who* published the figure or, of an assumption, answers for it; *when* they did. `assumptions.csv` in a run",
        "folder has a row for each figure of any scenario; [trace](trace.md) shows which of them a result comes from.",
        "*Effect* is how far the pressure that the programme leaves in its year swings between the 10th and the 90th",
        "percentile of the figure, all else as stated ([sensitivity](sensitivity.md)); of rows of tables multipliers",
        "at the end of each list have it, and what has no distribution has none.",
    ]
    asked = ask(comparison.scenario.assembled.resolved, "pressure")
    rows = logged(asked.study, asked.factors, asked.swings)
    effects = {row["key"]: row["effect"] for row in rows}
    items = [Footing(**{field.name: row[field.name] for field in fields(Footing)}) for row in rows]
    for basis, title in BASES.items():
        groups: dict[tuple[str, ...], list[Footing]] = {}
        for item in items:
            if item.basis == basis:
                head = ".".join(item.key.split(".")[:2]) if ".csv:" in item.where else item.key
                groups.setdefault((head, item.source, item.grade, item.why), []).append(item)
        if groups:
            count = sum(len(ones) for ones in groups.values())
            lines += ["", f"## {title} ({count} figures)", ""]
            lines += [f"| {' | '.join(HEADS)} |", f"|{'---|' * len(HEADS)}"]
        lines += [_row(head, ones, effects) for (head, *_), ones in groups.items()]
    return "\n".join(lines) + "\n"


def _row(head: str, ones: list[Footing], effects: Mapping[str, float | None]) -> str:
    first = ones[0]
    what = first.description if len(ones) == 1 else f"`{head}`, {len(ones)} rows"
    values = first.value if len(ones) == 1 else _span([one.value for one in ones])
    where = first.where if len(ones) == 1 else f"{first.where} to {ones[-1].where.split(':')[1]}"
    swings = [effect for one in ones if (effect := effects[one.key]) is not None]
    effect = f"{max(swings) / 1e6:.2f}" if swings else ""
    cells = (what, values, f"`{first.source}`", first.grade, effect, first.who, first.when, where, first.why)
    return f"| {' | '.join(' '.join(cell.split()).replace('|', '/') for cell in cells)} |"


def _span(values: list[str]) -> str:
    ordered = sorted(values, key=float)
    return ordered[0] if ordered[0] == ordered[-1] else f"{ordered[0]} to {ordered[-1]}"


def test_the_page_of_assumptions_is_what_the_scenario_says(thrive: Comparison, file_regression: FileRegressionFixture):
    page = ROOT / "docs" / "assumptions.md"
    file_regression.check(_log(thrive), encoding="utf-8", newline="", extension=".md", fullpath=page)
