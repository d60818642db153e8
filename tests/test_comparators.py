"""Rates beside others': quartiles and flags worked by hand, the shipped figures, and refusals in full."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from copies import Copy, lines
from projects import invoke

from thrive_model.assemble import Inputs
from thrive_model.assumptions import explain, footings
from thrive_model.comparators import Flag, Spread, Standing, standings
from thrive_model.report.comparators import NO_FLAG
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

KENT = "Kent,neighbour,repeat_plan_percent,2012-13,19.7"
LATER = "12.5,cin_2013,published,Made up for this test"


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


@pytest.fixture(scope="module")
def shipped(thrive: Comparison) -> dict[tuple[str, str], Standing]:
    return by_key(thrive)


def by_key(comparison: Comparison) -> dict[tuple[str, str], Standing]:
    found = standings(comparison.scenario, comparison.do_nothing)
    return {(one.output.name, str(one.financial_year)): one for one in found}


def rerun(copy: Copy) -> dict[tuple[str, str], Standing]:
    return by_key(run(resolve(str(copy.folder / "scenarios" / "thrive.yaml"))))


def refusals(copy: Copy) -> list[str]:
    return lines(lambda: run(resolve(str(copy.folder / "scenarios" / "thrive.yaml"))))


# Quartiles, flags and ranks by hand


def test_quartiles_are_read_off_a_straight_line_between_the_ranked_figures():
    """Of 10, 20, 30, 40 the lower quartile lies three quarters of the way from 10 to 20, at 17.5."""
    spread = Spread.of([40.0, 10.0, 30.0, 20.0])
    found = (spread.lowest, spread.lower_quartile, spread.median, spread.upper_quartile, spread.highest)
    assert found == (10.0, 17.5, 25.0, 32.5, 40.0)


@pytest.mark.parametrize(
    ("figure", "flag"),
    [
        (7.01, "outlier, high"),
        (7.0, "high"),
        (4.01, "high"),
        (4.0, "in line"),
        (3.0, "in line"),
        (2.0, "in line"),
        (1.99, "low"),
        (-1.0, "low"),
        (-1.01, "outlier, low"),
    ],
)
def test_a_figure_beyond_a_quartile_is_high_or_low_and_one_and_a_half_ranges_beyond_it_an_outlier(
    figure: float, flag: Flag
):
    """Of 1 to 5 the quartiles are 2 and 4: outliers lie above 4 + 1.5 x 2 = 7 and below 2 - 3 = -1."""
    assert Spread.of([5.0, 1.0, 4.0, 2.0, 3.0]).flag(figure) == flag


def test_with_fewer_than_four_neighbours_nothing_is_flagged():
    assert Spread.of([1.0, 2.0, 3.0]).flag(100.0) is None
    assert Spread.of([1.0, 2.0, 3.0, 4.0]).flag(100.0) == "outlier, high"


def test_a_figure_that_is_missing_has_no_flag_and_no_rank():
    spread = Spread.of([1.0, 2.0, 3.0, 4.0])
    assert spread.flag(None) is None
    assert spread.rank(None) is None


@pytest.mark.parametrize(("figure", "rank"), [(9.0, 1), (8.0, 1), (7.9, 2), (5.0, 2), (4.9, 4), (0.0, 5)])
def test_the_highest_ranks_first_and_those_that_are_equal_share_a_rank(figure: float, rank: int):
    assert Spread.of([8.0, 5.0, 5.0, 3.0]).rank(figure) == rank


# The shipped figures


@pytest.mark.parametrize(
    ("output", "rank", "of", "flag"),
    [
        ("referrals_per_10000", 1, 8, "outlier, high"),
        ("child_protection_plans_per_10000", 1, 8, "outlier, high"),
        ("re_referral_percent", 1, 9, "outlier, high"),
        ("repeat_plan_percent", 3, 9, "high"),
        ("looked_after_rate_per_10000", 3, 9, "in line"),
        ("referral_assessed_percent", 8, 8, "outlier, low"),
        ("assessed_no_further_action_percent", 8, 8, "low"),
    ],
)
def test_the_county_stands_out_in_plans_and_referrals_as_it_says_itself(
    shipped: dict[tuple[str, str], Standing], output: str, rank: int, of: int, flag: Flag
):
    """Referrals: quartiles 375.95 and 532.85, an outlier above 768.2, here 928.7; plans: above 43.5, here 52.2."""
    one = shipped[output, "2012-13"]
    assert one.neighbours is not None
    assert (one.neighbours.rank(one.observed), len(one.neighbours.figures) + 1) == (rank, of)
    assert one.neighbours.flag(one.observed) == flag


def test_the_quartiles_behind_the_two_outliers_are_those_worked_by_hand(shipped: dict[tuple[str, str], Standing]):
    """Seven neighbours, so that the quartiles lie half way between the second and third from either end."""
    referrals, plans = (
        shipped[name, "2012-13"].neighbours for name in ("referrals_per_10000", "child_protection_plans_per_10000")
    )
    assert referrals is not None
    assert plans is not None
    assert referrals.lower_quartile == pytest.approx((350.3 + 401.6) / 2)
    assert referrals.upper_quartile == pytest.approx((504.8 + 560.9) / 2)
    assert plans.lower_quartile == pytest.approx((23.2 + 28.5) / 2)
    assert plans.upper_quartile == pytest.approx((31.7 + 34.1) / 2)


def test_the_figures_of_the_run_are_those_of_the_same_year(
    thrive: Comparison, shipped: dict[tuple[str, str], Standing]
):
    for (_, year), one in shipped.items():
        if year == "2012-13":
            assert one.scenario == one.output.measure(thrive.scenario)[0, 0]
            assert one.do_nothing == one.output.measure(thrive.do_nothing)[0, 0]
        else:
            assert one.scenario is None
            assert one.do_nothing is None


def test_the_councils_visited_are_named_with_what_they_published(shipped: dict[tuple[str, str], Standing]):
    assert list(shipped["looked_after_rate_per_10000", "2010-11"].visited) == ["Hackney", "Lincolnshire", "Wigan"]
    assert shipped["referral_assessed_percent", "2012-13"].visited == {}


def test_what_is_not_published_is_missing_and_not_nought(shipped: dict[tuple[str, str], Standing]):
    """Nothing of Norfolk for 2012-13 but care, no rate of Dorset; no figure for England is at hand for 2011-12."""
    assert shipped["looked_after_rate_per_10000", "2011-12"].england is None
    assert shipped["looked_after_rate_per_10000", "2010-11"].england == 59.0
    for one in shipped.values():
        assert one.neighbours is not None
        assert all(figure > 0 for figure in one.neighbours.figures)


def test_a_rate_that_was_derived_is_the_quotient_its_note_gives(inputs: Inputs):
    checked = 0
    for row in inputs.comparators:
        found = re.match(r"([\d,]+) (?:children |plans )?over (?:the )?([\d,]+)", row.note)
        if found:
            children, population = (float(part.replace(",", "")) for part in found.groups())
            assert row.value == pytest.approx(children / population * 10_000, abs=0.051), row.where
            checked += 1
    assert checked > 40


def test_a_percentage_that_was_derived_is_the_quotient_its_note_gives(inputs: Inputs):
    checked = 0
    for row in inputs.comparators:
        found = re.match(r"([\d,]+) (?:found not to be in need, )?of ([\d,]+)", row.note)
        if found:
            part, whole = (float(part.replace(",", "")) for part in found.groups())
            assert row.value == pytest.approx(part / whole * 100, abs=0.051), row.where
            checked += 1
    assert checked == 14


def test_no_figure_of_others_counts_among_those_that_drive_the_run(thrive: Comparison):
    assembled = thrive.scenario.assembled
    assert not [item.key for item in footings(assembled) if item.key.startswith("comparators.")]
    (item,) = explain(assembled, "comparators.Kent.repeat_plan_percent")
    assert (item.value, item.source) == ("19.7", "cin_2013")


# Tables of one's own


def test_a_later_year_stands_beside_the_year_of_the_run_that_it_is_for(copy: Copy):
    copy.add("comparators", f"Kent,neighbour,repeat_plan_percent,2014-15,{LATER}")
    found = rerun(copy)["repeat_plan_percent", "2014-15"]
    assert found.observed is None
    assert found.scenario is not None
    assert found.neighbours == Spread.of([12.5])
    assert found.neighbours.flag(found.scenario) is None


def test_without_neighbours_there_are_the_figures_and_no_flags(copy: Copy):
    table = copy.table("comparators")
    kept = [line for line in table.read_text(encoding="utf-8").splitlines() if ",neighbour," not in line]
    table.write_text("\n".join(kept) + "\n", encoding="utf-8")
    found = rerun(copy)
    assert {one.neighbours for one in found.values()} == {None}
    assert found["repeat_plan_percent", "2012-13"].england == 14.9
    shown = invoke("watch", copy.folder / "scenarios" / "thrive.yaml").stdout
    flags = next(line for line in shown.split("Among the neighbours")[1].splitlines() if line.startswith("Repeat"))
    assert flags.split()[-4:] == [NO_FLAG] * 4


def test_latest_years_that_differ_are_shown_year_by_year(copy: Copy):
    copy.add("comparators", f"Kent,neighbour,repeat_plan_percent,2014-15,{LATER}")
    shown = invoke("watch", copy.folder / "scenarios" / "thrive.yaml").stdout
    assert shown.index("Beside others, 2012-13") < shown.index("Beside others, 2014-15")
    assert "Repeat plans, % of plans over time" in shown


# Refusals


def test_a_figure_of_an_unknown_output_is_refused(copy: Copy):
    copy.change("comparators", KENT, KENT.replace("repeat_plan_percent", "repeat_plans_percent"))
    assert refusals(copy) == copy.placed(
        "comparators.csv:<Kent,neighbour,repeat_plans> output: unknown output 'repeat_plans_percent' "
        "(did you mean 'repeat_plan_percent'?)"
    )


def test_the_authority_itself_is_not_one_of_the_others(copy: Copy):
    copy.change("comparators", KENT, KENT.replace("Kent", "East Sussex"))
    assert refusals(copy) == copy.placed(
        "comparators.csv:<East Sussex> authority: 'East Sussex' is the authority that the scenario is about "
        "(its figures belong in observed.csv)"
    )


def test_the_country_has_one_figure(copy: Copy):
    copy.change("comparators", KENT, KENT.replace("neighbour", "england"))
    assert refusals(copy) == copy.placed(
        "comparators.csv:<Kent,england> group: is england for repeat_plan_percent in 2012-13, and so is that of "
        "'England' (keep the one figure for the whole country)"
    )


@pytest.mark.parametrize(
    ("row", "told"),
    [
        (
            KENT.replace("neighbour", "neighbor"),
            "group: must be 'england', 'neighbour' or 'visited', not 'neighbor' (did you mean 'neighbour'?)",
        ),
        (KENT.replace("19.7", "-1"), "value: must be 0 or more"),
        (KENT.replace("19.7", "x"), "value: must be a number, not 'x'"),
        (KENT.replace("19.7", ""), "value: must not be blank"),
        (KENT.replace("2012-13", "2012"), "financial_year: must be a financial year such as 2012-13, not '2012'"),
    ],
)
def test_a_row_of_others_may_not_have(copy: Copy, row: str, told: str):
    line = copy.line("comparators", KENT)
    copy.change("comparators", KENT, row)
    assert refusals(copy) == [f"error: comparators.csv:{line} {told}"]


def test_an_authority_has_one_figure_a_year(copy: Copy):
    line = copy.line("comparators", KENT)
    copy.add("comparators", f"Kent,visited,repeat_plan_percent,2012-13,{LATER}")
    assert refusals(copy) == copy.placed(
        f"comparators.csv:<last>: repeats Kent repeat_plan_percent 2012-13 of line {line} (keep one)"
    )


def test_a_source_that_nobody_listed_is_refused(copy: Copy):
    copy.change("comparators", f"{KENT},cin_2013,", f"{KENT},cin_2031,")
    assert refusals(copy) == copy.placed(
        "comparators.csv:<Kent,neighbour,repeat> source: 'cin_2031' is not in sources.csv (did you mean 'cin_2013'?)"
    )
