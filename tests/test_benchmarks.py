from __future__ import annotations

import json
from pathlib import Path

import pytest
from copies import Copy
from projects import invoke

from thrive_model.assemble import Inputs
from thrive_model.assumptions import explain, footings
from thrive_model.benchmarks import FAR, Benchmark, benchmarks, published, without_benchmark
from thrive_model.periods import FinancialYear
from thrive_model.run import Comparison, read_tables
from thrive_model.scenario import resolve

BASE = FinancialYear(2011)


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def one(inputs: Inputs, line: str, benchmark: str, price_base: FinancialYear = BASE) -> Benchmark:
    (row,) = [row for row in benchmarks(inputs, price_base) if (row.line, row.benchmark) == (line, benchmark)]
    return row


def told(copy: Copy) -> list[str]:
    return invoke("check", copy.folder / "scenarios" / "do_nothing.yaml").stderr.splitlines()


# Uprating


def test_a_cost_of_2004_05_is_uprated_by_hand(inputs: Inputs):
    """£760 x 1.0183 x 1.0287 x 1.0251 x 1.028 x 1.0276 x 1.0261 x 1.0229 = £904.87."""
    (row,) = [row for row in published(inputs, BASE) if row.unit_cost == "core_assessment_2004"]
    assert (row.value, row.price_year) == (760, "2004-05")
    assert row.uprated == pytest.approx(904.87, abs=0.01)


@pytest.mark.parametrize(
    ("unit_cost", "at_2013_14"),
    [
        ("core_assessment_2004", 940),
        ("care_order_legal_aid", 18_211),
        ("section_47_enquiry", 572),
        ("looked_after_legal", 3_298),
        ("common_assessment_six_months", 1_609),
        ("looked_after_average", 46_389),
        ("childrens_home_own", 3_032),
    ],
)
def test_published_costs_come_to_what_the_database_uprates_them_to(inputs: Inputs, unit_cost: str, at_2013_14: float):
    """Costs of 2004-05, 2005-06 and every year from 2008-09, in the database's own prices of 2013-14."""
    (row,) = [row for row in published(inputs, FinancialYear(2013)) if row.unit_cost == unit_cost]
    assert row.uprated == pytest.approx(at_2013_14, abs=0.51)


def test_a_cost_later_than_the_price_base_is_taken_back(inputs: Inputs):
    """£2,964 of 2012-13 over 1.015."""
    assert one(inputs, "parent_and_baby", "own_homes").published == pytest.approx(2964 / 1.015)


# Ratios


def test_a_ratio_is_worked_by_hand(inputs: Inputs):
    """Referrals: £37 and £117 of 2009-10 x 1.0261 x 1.0229 = £161.64; £86.87 over it is 0.537."""
    row = one(inputs, "referrals", "2011_edition")
    assert row.published == pytest.approx(161.64, abs=0.005)
    assert row.local == pytest.approx(86.87)
    assert row.ratio == pytest.approx(0.5374, abs=0.0001)
    assert row.look_at
    assert row.quantities == {"initial_contact": 1.0, "referral": 1.0}
    assert (row.agencies, row.sources, row.price_years) == (("council",), ("gmca_2014",), ("2009-10",))


def test_a_month_and_a_sixth_of_a_review_make_a_week_by_hand(inputs: Inputs):
    """(£107 + £222 / 6) x 12 / 52.18 = £33.12 a week of 2008-09, x 1.0276 x 1.0261 x 1.0229 = £35.72."""
    assert one(inputs, "children_in_need", "calculator").published == pytest.approx(35.72, abs=0.005)


def test_the_middle_of_two_readings_is_a_benchmark_of_two_rows(inputs: Inputs):
    """(£131,000 + £135,000) / 2 / 52.18 / 1.015."""
    row = one(inputs, "residential", "national_audit")
    assert row.published == pytest.approx(133_000 / 52.18 / 1.015, rel=1e-5)


def test_parts_of_several_years_are_each_uprated_from_their_own(inputs: Inputs):
    """£2,238 and £4,825 of 2008-09, £3,026 of 2009-10."""
    row = one(inputs, "care_proceedings", "calculator_and_fee")
    expected = ((2238 + 4825) * 1.0276 + 3026) * 1.0261 * 1.0229
    assert row.published == pytest.approx(expected)
    assert row.price_years == ("2008-09", "2009-10")


def test_where_a_local_cost_was_taken_from_a_benchmark_the_ratio_says_so(inputs: Inputs):
    """Times 0.54 for social work, the figure itself for early help, parent and baby, and fees."""
    work = {
        "referrals": "2011_edition",
        "assessments": "2011_edition",
        "conferences": "enquiry",
        "children_in_need": "calculator",
        "care_proceedings": "calculator_and_fee",
    }
    for line, name in work.items():
        assert one(inputs, line, name).ratio == pytest.approx(0.5375, abs=0.0005), line
    for line, name in {
        "early_help": "support",
        "parent_and_baby": "own_homes",
        "adoption_placements": "voluntary",
    }.items():
        assert one(inputs, line, name).ratio == pytest.approx(1.0, abs=0.001), line


def test_one_is_told_to_look_beyond_half_as_much_again_or_below_two_thirds(inputs: Inputs):
    row = one(inputs, "referrals", "2011_edition")
    for ratio, look in ((FAR * 1.001, True), (FAR * 0.999, False), (0.667, False), (0.666, True), (1.0, False)):
        found = Benchmark(**{**vars(row), "local": ratio * 100.0, "published": 100.0})
        assert found.look_at is look, ratio


def test_every_line_with_a_unit_has_a_benchmark_or_is_named_without_one(inputs: Inputs):
    held, bare = {row.line for row in benchmarks(inputs, BASE)}, set(without_benchmark(inputs))
    assert held | bare == {row.line for row in inputs.cost_lines if row.unit != "pounds_per_year"}
    assert not held & bare
    assert "supervised_contact" in bare


def test_who_bears_a_cost_and_whether_it_is_cashable_is_said_of_every_one(inputs: Inputs):
    found = {row.unit_cost: row for row in published(inputs, BASE)}
    assert found["care_order_legal_aid"].agency == "legal_aid"
    assert {row.agency for row in found.values()} >= {"council", "courts", "cafcass", "health", "schools", "several"}
    for row in inputs.unit_costs:
        assert "cashable" in row.note, row.where


# Footing


def test_published_costs_drive_nothing_and_are_not_counted_but_can_be_explained(thrive: Comparison):
    assembled = thrive.scenario.assembled
    assert not [item.key for item in footings(assembled) if item.key.startswith(("unit_costs.", "benchmarks."))]
    (item,) = explain(assembled, "unit_costs.section_47_enquiry")
    assert (item.value, item.source) == ("511", "gmca_2014")
    assert [item.value for item in explain(assembled, "benchmarks.assessments.2011_edition")] == ["1", "0.5"]


# The command


def test_the_screen_shows_what_the_json_object_holds(inputs: Inputs):
    shown, printed = invoke("unit-costs", "thrive"), json.loads(invoke("unit-costs", "thrive", "--json").stdout)
    assert shown.exit_code == 0
    assert max(len(line) for line in shown.stdout.splitlines()) <= 100
    assert printed["price_base"] == "2011-12"
    assert len(printed["benchmarks"]) == len(benchmarks(inputs, BASE))
    assert len(printed["unit_costs"]) == len(inputs.unit_costs)
    for row in printed["benchmarks"]:
        assert row["ratio"] == pytest.approx(row["local"] / row["published"])
        assert f"{row['ratio']:.2f}" in shown.stdout
    assert shown.stdout.count(" look at ") == sum(row["look_at"] for row in printed["benchmarks"])
    assert "Nothing published beside: guardianship allowances, external assessments" in shown.stdout


def test_every_key_of_the_json_object_is_documented():
    text = (Path(__file__).parents[1] / "docs" / "json.md").read_text(encoding="utf-8")
    printed = json.loads(invoke("unit-costs", "thrive", "--json").stdout)
    keys = {*printed, *printed["benchmarks"][0], *printed["unit_costs"][0]}
    assert sorted(key for key in keys if f"`{key}`" not in text) == []


def test_another_price_base_moves_both_sides(inputs: Inputs):
    """With one index for all, the ratio is the same at any prices."""
    before, after = (one(inputs, "residential", "england", FinancialYear(year)) for year in (2011, 2014))
    assert after.local > before.local
    assert after.ratio == pytest.approx(before.ratio)


def test_an_authority_without_benchmarks_is_told_so(copy: Copy):
    head = copy.table("benchmarks").read_text(encoding="utf-8").splitlines()[0]
    copy.table("benchmarks").write_text(head + "\n", encoding="utf-8")
    shown = invoke("unit-costs", copy.folder / "scenarios" / "do_nothing.yaml")
    assert shown.exit_code == 0
    assert "The tables hold no benchmarks (benchmarks.csv)." in shown.stdout
    assert "Nothing published beside: in-house fostering, long-term fostering" in shown.stdout


# Refusals


@pytest.mark.parametrize(
    ("table", "old", "new", "line"),
    [
        (
            "benchmarks",
            "conferences,enquiry,",
            "conferrences,enquiry,",
            "benchmarks.csv:<conferrences,> line: unknown cost line 'conferrences' (did you mean 'conferences'?)",
        ),
        (
            "benchmarks",
            "conferences,enquiry,section_47_enquiry,",
            "conferences,enquiry,section_47_inquiry,",
            "benchmarks.csv:<conferences,enquiry> unit_cost: 'section_47_inquiry' is not in unit_costs.csv "
            "(did you mean 'section_47_enquiry'?)",
        ),
        (
            "benchmarks",
            "conferences,enquiry,",
            "leaving_care,enquiry,",
            "benchmarks.csv:<leaving_care,> line: 'leaving_care' is a fixed sum a year, which no unit cost can be held "
            "against (remove the row)",
        ),
        (
            "benchmarks",
            "conferences,enquiry,section_47_enquiry,1,",
            "conferences,enquiry,section_47_enquiry,0,",
            "benchmarks.csv:<conferences,enquiry> quantity: must be more than 0",
        ),
        (
            "unit_costs",
            'with social work",council,636,pounds_per_week,2012-13,gdp_deflator',
            'with social work",council,636,pounds_per_week,1999-00,gdp_deflator',
            "unit_costs.csv:<foster_home,> price_year: gdp_deflator runs from 2004-05 to 2041-42; it has no level for "
            "1999-00 (extend price_indices.csv)",
        ),
        (
            "unit_costs",
            'with social work",council,636,pounds_per_week,2012-13,gdp_deflator',
            'with social work",council,636,pounds_per_week,2012-13,gdp_deflatr',
            "unit_costs.csv:<foster_home,> price_index: unknown price index 'gdp_deflatr' "
            "(did you mean 'gdp_deflator'?)",
        ),
        (
            "unit_costs",
            'with social work",council,636,',
            'with social work",counsel,636,',
            "unit_costs.csv:<foster_home,> agency: must be 'council', 'courts', 'legal_aid', 'cafcass', "
            "'criminal_justice', 'health', 'schools' or 'several', not 'counsel' (did you mean 'council'?)",
        ),
        (
            "unit_costs",
            'with social work",council,636,',
            'with social work",council,0,',
            "benchmarks.csv:<semi_independent,> unit_cost: 'foster_home' costs nothing, and nothing can be held "
            "against it",
        ),
    ],
)
def test_a_benchmark_that_cannot_be_is_refused(copy: Copy, table: str, old: str, new: str, line: str):
    copy.change(table, old, new)
    assert told(copy) == copy.placed(line)


def test_a_gap_in_an_index_is_told_once(copy: Copy):
    copy.drop("price_indices", "gdp_deflator,2010-11,")
    assert told(copy) == ["error: price_indices.csv: gdp_deflator has no figure for 2010-11 (give every year a row)"]


def test_a_benchmark_stands_once(copy: Copy):
    line = copy.line("benchmarks", "conferences,enquiry,")
    copy.add("benchmarks", "conferences,enquiry,section_47_enquiry,1,gmca_2014,proxy,the same once more")
    assert told(copy) == copy.placed(
        f"benchmarks.csv:<last>: repeats conferences enquiry section_47_enquiry of line {line} (keep one)"
    )


def test_the_shipped_benchmarks_are_refused_nothing():
    assert read_tables(resolve("thrive")).benchmarks
