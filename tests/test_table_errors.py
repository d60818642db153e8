"""A table that is refused is told why in one line a fault: file, line, column, what is wrong there, what to write."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from copies import Copy, accepted, lines

from thrive_model.run import run
from thrive_model.scenario import Resolved, resolve
from thrive_model.solve import solve

Change = Callable[[Copy], object]

ROW = "give every age and duration a row, 0 where nobody moves"
OPENING_ROW = "give each a row, 0 where there is nobody"
UNIT_COST = "cost_lines.csv:<long_term_fostering,> unit_cost"
LONG_TERM = "long_term_fostering,pounds_per_child_week,long_term_fostering,,"


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(tmp_path)


def changed(name: str, old: str, new: str) -> Change:
    return lambda copy: copy.change(name, old, new)


def added(name: str, row: str) -> Change:
    return lambda copy: copy.add(name, row)


def dropped(name: str, *beginnings: str) -> Change:
    return lambda copy: copy.drop(name, *beginnings)


def cost(figure: str) -> Change:
    return changed("cost_lines", f"{LONG_TERM}483.32", f"{LONG_TERM}{figure}")


def whole(name: str, change: Callable[[bytes], bytes]) -> Change:
    return lambda copy: copy.table(name).write_bytes(change(copy.table(name).read_bytes()))


# Several tables at once


def test_faults_in_three_tables_are_told_together(copy: Copy):
    copy.change("rates", "referral,0m-1m,all,2010-11,0.4348,", "referral,0m-1m,all,2010-11,some,")
    copy.change("moves", "referral,population,screening,", "referral,populaton,screening,")
    copy.change(
        "opening_stock",
        "parent_and_baby,looked_after,0,0-6,2012-03,4,",
        "parent_and_baby,looked_after,0,0-6,2012-03,-4,",
    )
    assert sorted(copy.refused()) == copy.placed(
        "moves.csv:<referral,>: unknown state 'populaton' (did you mean 'population'?)",
        "opening_stock.csv:<parent_and_baby,> children: must be 0 or more",
        "rates.csv:<referral,0m> rate_per_year: must be a number, not 'some'",
    )


def test_every_fault_of_a_table_is_told_in_the_order_of_its_lines(copy: Copy):
    copy.change("fund", "new_activity,2012-13,1500000", "new_activity,2012-14,lots")
    copy.change("fund", "amount,2012-13,9700000", "amount,2012-13,-1")
    copy.add("fund", "drawdown,2013-14")
    assert copy.refused() == copy.placed(
        "fund.csv:<amount,> value: must be 0 or more",
        "fund.csv:<new_activity,> financial_year: must be a financial year such as 2012-13, not '2012-14'",
        "fund.csv:<new_activity,> value: must be a number, not 'lots'",
        "fund.csv:<last>: has 2 cells where the header has 8 (quote a cell that holds a comma)",
    )


def test_an_unknown_source_is_told_beside_the_faults_of_other_rows_and_tables(copy: Copy):
    copy.change(
        "fund",
        "amount,2012-13,9700000,0,a fund of £9.7m ... over the three year period,seed",
        "amount,2012-13,9700000,0,a fund,sed",
    )
    copy.change("population", "2012,3,5814", "2012,3,")
    assert copy.refused() == copy.placed(
        "population.csv:<2012,3> persons: must not be blank",
        "fund.csv:<amount,> source: 'sed' is not in sources.csv (did you mean 'seed'?)",
    )


def test_a_source_that_many_rows_cite_and_nobody_listed_is_told_once_a_table(copy: Copy):
    copy.drop("sources", "population_2012,")
    assert copy.refused() == copy.placed(
        "population.csv:<2012,0> source: 'population_2012' is not in sources.csv, here and in 17 more rows"
    )


def test_faults_between_tables_and_the_scenario_are_told_together(copy: Copy):
    copy.change("opening_stock", "\nresidential,looked_after,", "\nresidental,looked_after,")
    copy.change("cost_lines", "pounds_per_event,referral,", "pounds_per_event,referal,")
    copy.write("extends: thrive.yaml\npressure: {base_year: 2030-31}\n")
    assert sorted(copy.refused("bad.yaml")) == copy.placed(
        "bad.yaml:2:12 pressure.base_year: 2030-31 is outside the section 251 data (2008-09 to 2012-13)",
        "cost_lines.csv:<referrals,> driver: unknown move 'referal' (did you mean 'referral'?)",
        "opening_stock.csv:<resident> state: unknown state 'residental' (did you mean 'residential'?)",
    )


# The file

FILES: dict[str, tuple[Change, str]] = {
    "be missing": (
        lambda copy: copy.table("rates").unlink(),
        "rates.csv: there is no such file (it should be in east_sussex/)",
    ),
    "be a folder": (
        lambda copy: (copy.table("rates").unlink(), (copy.folder / "data/local/east_sussex/rates.csv").mkdir()),
        "rates.csv: is a folder, not a file",
    ),
    "be empty": (
        whole("rates", lambda _: b""),
        "rates.csv: is empty (columns: source, basis, note, move, ages, months, from_year, rate_per_year, share)",
    ),
    "have only a header": (
        whole("rates", lambda table: table.split(b"\n")[0] + b"\n"),
        "rates.csv: has a header and no rows",
    ),
    "be larger than any table": (
        whole("rates", lambda table: table + b"x" * 25_000_000),
        "rates.csv: is larger than 20 MB (tables are small; is this the right file?)",
    ),
    "be other than UTF-8": (
        whole("rates", lambda table: table.replace(b"\nre_referral,0,", b"\nre_r\xe9ferral,0,")),
        "rates.csv:<re_r>: is not UTF-8 text (save it as UTF-8)",
    ),
    "be separated by semicolons": (
        whole("rates", lambda table: table.replace(b",", b";")),
        "rates.csv:1: the columns are not separated by commas (save it as CSV with commas)",
    ),
    "leave a quote open": (
        added("fund", 'drawdown,2013-14,"3,0,x,seed,published,x'),
        "fund.csv:<last>: a quote is opened in this row and not closed (close it)",
    ),
    "go on after a quote": (
        added("fund", 'drawdown,2013-14,"3"0,0,x,seed,published,x'),
        "fund.csv:<last>: text follows a closing quote (double a quote that is part of the text)",
    ),
    "have a cell without end": (
        added("fund", f'drawdown,2013-14,3,0,"{"x" * 200_000}",seed,published,x'),
        "fund.csv:<last>: a cell is longer than 131072 characters (is a quote not closed?)",
    ),
    "lack a column": (
        whole("section_251", lambda table: re.sub(rb"(?m)^([^,]*,[^,]*,[^,]*),[^,]*", rb"\1", table)),
        "section_251.csv:1 net: is missing (every table has all its columns)",
    ),
    "misspell a column": (
        changed("cost_lines", "unit_cost,price_year", "unit_cots,price_year"),
        "cost_lines.csv:1 unit_cots: is not a column of this table (did you mean 'unit_cost'?)",
    ),
    "have a column twice": (
        whole("fund", lambda table: re.sub(rb"(?m)^([^,]*),([^,]*),([^,]*)", rb"\1,\2,\3,\3", table)),
        "fund.csv:1 value: stands twice (keep one column)",
    ),
    "have a column of its own": (
        whole(
            "section_251", lambda table: re.sub(rb"(?m)^([^,\n]+)", rb"\1,spare", table).replace(b"spare", b"colour", 1)
        ),
        "section_251.csv:1 colour: is not a column of this table",
    ),
    "have too few cells": (
        added("fund", "drawdown,2013-14,3"),
        "fund.csv:<last>: has 3 cells where the header has 8 (quote a cell that holds a comma)",
    ),
    "have too many cells": (
        added("fund", "drawdown,2013-14,3,0,about three, or so,seed,published,x"),
        "fund.csv:<last>: has 9 cells where the header has 8 (quote a cell that holds a comma)",
    ),
}


@pytest.mark.parametrize(("change", "line"), FILES.values(), ids=FILES)
def test_a_table_may_not(copy: Copy, change: Change, line: str):
    change(copy)
    assert copy.refused() == copy.placed(line)


def test_a_column_given_for_another_is_told_with_the_one_that_is_missing(copy: Copy):
    copy.change("section_251", "gross,net", "gross,gross")
    assert copy.refused() == [
        "error: section_251.csv:1 gross: stands twice (keep one column)",
        "error: section_251.csv:1 net: is missing (every table has all its columns)",
    ]


@pytest.mark.parametrize("end", [b"\r\n", b"\r"])
def test_line_ends_of_other_systems_keep_the_lines_right(copy: Copy, end: bytes):
    cost("-1")(copy)
    whole("cost_lines", lambda table: table.replace(b"\n", end))(copy)
    assert copy.refused() == copy.placed(f"{UNIT_COST}: must be 0 or more")


def test_a_byte_order_mark_is_no_part_of_the_first_column(copy: Copy):
    cost("-1")(copy)
    whole("cost_lines", lambda table: b"\xef\xbb\xbf" + table)(copy)
    assert copy.refused() == copy.placed(f"{UNIT_COST}: must be 0 or more")


def test_a_line_broken_inside_a_cell_keeps_the_lines_right(copy: Copy):
    cost("-1")(copy)
    copy.change("cost_lines", "Allowances, fees and support", "Allowances,\n\nfees and support")
    copy.add("cost_lines", "care")
    assert copy.refused() == [
        "error: cost_lines.csv:5 unit_cost: must be 0 or more",
        f"error: cost_lines.csv:{copy.line('cost_lines', 'last')}: has 1 cell where the header has 16 "
        "(quote a cell that holds a comma)",
    ]


def test_characters_that_some_take_for_line_ends_do_not_shift_the_lines(copy: Copy):
    cost("-1")(copy)
    copy.change("cost_lines", "Allowances, fees and support", "Allowances,\u2028fees\x85and\x0bsupport")
    assert copy.refused() == copy.placed(f"{UNIT_COST}: must be 0 or more")


def test_blank_lines_and_rows_are_passed_over(copy: Copy):
    cost("-1")(copy)
    copy.change_line("cost_lines", 2, lambda line: f"\n,,,\n{line}\n")
    assert copy.refused() == ["error: cost_lines.csv:6 unit_cost: must be 0 or more"]


# A cell

BAND = "must be an age band within 0-17 such as 5-9 (or 0m-1m, in months)"
CELLS: dict[str, tuple[Change, str]] = {
    "a blank number": (cost(""), f"{UNIT_COST}: must not be blank"),
    "text for a number": (cost("dear"), f"{UNIT_COST}: must be a number, not 'dear'"),
    "a currency sign": (cost("£483.32"), f"{UNIT_COST}: must be a number, not '£483.32'"),
    "a thousands sign": (cost('"1,483.32"'), f"{UNIT_COST}: must be a number, not '1,483.32'"),
    "what is not a number": (cost("nan"), f"{UNIT_COST}: must be a finite number"),
    "an infinity": (cost("-inf"), f"{UNIT_COST}: must be a finite number"),
    "a number too large for a float": (cost("1e999"), f"{UNIT_COST}: must be a finite number"),
    "a number beyond reason": (cost("1e300"), f"{UNIT_COST}: must be 1e+15 or less"),
    "a negative number": (cost("-0.01"), f"{UNIT_COST}: must be 0 or more"),
    "a share above 1": (
        changed(
            "cost_lines",
            "long_term_fostering,,483.32,2011-12,gdp_deflator,fostering_services,placements,0.6",
            "long_term_fostering,,483.32,2011-12,gdp_deflator,fostering_services,placements,60",
        ),
        "cost_lines.csv:<long_term_fostering,> cashable_share: must be 1 or less",
    ),
    "a negative share": (
        changed("rates", "no_further_action,0-17,all,2010-11,,0.195", "no_further_action,0-17,all,2010-11,,-0.195"),
        "rates.csv:<no_further_action,> share: must be 0 or more",
    ),
    "a year that is none": (
        changed("cost_lines", f"{LONG_TERM}483.32,2011-12", f"{LONG_TERM}483.32,2011-13"),
        "cost_lines.csv:<long_term_fostering,> price_year: must be a financial year such as 2012-13, not '2011-13'",
    ),
    "a year beyond reach": (
        changed("cost_lines", f"{LONG_TERM}483.32,2011-12", f"{LONG_TERM}483.32,9999-00"),
        "cost_lines.csv:<long_term_fostering,> price_year: must lie within 1900-01 to 2100-01, not '9999-00'",
    ),
    "a team of no children": (
        changed("cost_lines", "pounds_per_team_year,looked_after,90,", "pounds_per_team_year,looked_after,,"),
        "cost_lines.csv:<looked_after_social_work,>: 'looked_after_social_work' is paid by the team and must say for "
        "how many children_per_team",
    ),
    "children of a team that is none": (
        changed("cost_lines", f"{LONG_TERM}483.32", f"{LONG_TERM[:-1]}90,483.32"),
        "cost_lines.csv:<long_term_fostering,>: 'long_term_fostering' is not paid by the team, and so has no "
        "children_per_team",
    ),
    "a mix of what has no volume": (
        changed("cost_lines", "leaving_care_support_services,,0,0", "leaving_care_support_services,placements,0,0"),
        "cost_lines.csv:<leaving_care,>: 'leaving_care' is a fixed sum a year without a volume, and so is in no "
        "mix_group",
    ),
    "a lag beyond reason": (
        changed("cost_lines", "fostering_services,placements,1,1,", "fostering_services,placements,1,61,"),
        "cost_lines.csv:<agency_fostering,> cashable_lag_months: must be 60 or less",
    ),
    "no line of the return": (
        changed("cost_lines", "gdp_deflator,leaving_care_support_services,", "gdp_deflator,,"),
        "cost_lines.csv:<leaving_care,> section_251: must not be blank",
    ),
    "no price year": (
        changed("cost_lines", f"{LONG_TERM}483.32,2011-12", f"{LONG_TERM}483.32,"),
        "cost_lines.csv:<long_term_fostering,> price_year: must not be blank",
    ),
    "no price index": (
        changed("cost_lines", f"{LONG_TERM}483.32,2011-12,gdp_deflator", f"{LONG_TERM}483.32,2011-12,"),
        "cost_lines.csv:<long_term_fostering,> price_index: must not be blank",
    ),
    "an unknown unit": (
        changed("cost_lines", "long_term_fostering,pounds_per_child_week", "long_term_fostering,pounds_per_child_weak"),
        "cost_lines.csv:<long_term_fostering,> unit: must be 'pounds_per_child_week', 'pounds_per_event', "
        "'pounds_per_team_year' or 'pounds_per_year', "
        "not 'pounds_per_child_weak' (did you mean 'pounds_per_child_week'?)",
    ),
    "an unknown kind": (
        changed("states", "screening,decision,", "screening,decison,"),
        "states.csv:<screening,> kind: must be 'outside', 'stay' or 'decision', not 'decison' "
        "(did you mean 'decision'?)",
    ),
    "an unknown basis": (
        changed("population", "2012,3,5814,population_2012,part_assumed", "2012,3,5814,population_2012,guess"),
        "population.csv:<2012,3> basis: "
        "must be 'published', 'derived', 'proxy', 'part_assumed' or 'assumption', not 'guess'",
    ),
    "a blank source": (
        changed("population", "2012,3,5814,population_2012,", "2012,3,5814, ,"),
        "population.csv:<2012,3> source: must not be blank",
    ),
    "a source that is not listed": (
        changed(
            "moves",
            'or first for over 12 months",working_together_2010',
            'or first for over 12 months",working_together_2012',
        ),
        "moves.csv:<referral,> source: 'working_together_2012' is not in sources.csv "
        "(did you mean 'working_together_2010'?)",
    ),
    "half a year of age": (
        changed("population", "2012,3,5814", "2012,3.5,5680"),
        "population.csv:<2012,3.5> age: must be a whole number, not '3.5'",
    ),
    "an adult": (
        added("population", "2012,18,1,population_2012,part_assumed,x"),
        "population.csv:<last> age: must be less than 18",
    ),
    "a year of 5,000 digits": (
        changed("population", "2012,3,5814", f"{'9' * 5000},3,5680"),
        f"population.csv:<999> mid_year: must be a whole number, not '{'9' * 37}...'",
    ),
    "ages backwards": (
        changed("rates", "step_up,1-4,", "step_up,4-1,"),
        f"rates.csv:<step_up,4-1> ages: {BAND}, not '4-1'",
    ),
    "ages beyond childhood": (
        changed("rates", "step_up,16-17,", "step_up,17-19,"),
        f"rates.csv:<step_up,17> ages: {BAND}, not '17-19'",
    ),
    "months backwards": (
        changed("opening_durations", "care,6-24,", "care,24-6,"),
        "opening_durations.csv:<care,24-6> months: must be months such as 6-24, 24- for 24 and on, or all, not '24-6'",
    ),
    "growth beyond reason": (
        changed("price_indices", "2008-09,2.8,", "2008-09,280,"),
        "price_indices.csv:<gdp_deflator,2008-09> growth_percent: must be less than 100",
    ),
    "growth with its sign": (
        changed("price_indices", "2008-09,2.8,", "2008-09,2.8%,"),
        "price_indices.csv:<gdp_deflator,2008-09> growth_percent: must be a number, not '2.8%'",
    ),
    "bands in words": (
        changed("states", "plan,0;3;6;12;24", "plan,0;three;6;12;24"),
        "states.csv:<child_protection_plan,> band_starts: must be months such as 0;6;24, not '0;three;6;12;24'",
    ),
    "an unknown item of the fund": (
        changed("fund", "\ndrawdown,2012-13", "\ndrawdwn,2012-13"),
        "fund.csv:<drawd> item: must be 'amount', 'planned', 'planned_savings', 'planned_demand_share', "
        "'planned_demand_support', 'drawdown', 'underspend', 'new_activity', 'other_drawdown' or 'carried_forward', "
        "not 'drawdwn' (did you mean 'drawdown'?)",
    ),
    "a share of the fund above 1": (
        changed("fund", "planned_demand_share,2012-13,0.75", "planned_demand_share,2012-13,75"),
        "fund.csv:<planned_demand_share,> value: must be 1 or less",
    ),
    "a negative outturn": (
        changed("section_251", "residential_care,2008-09,5374000", "residential_care,2008-09,-5374000"),
        "section_251.csv:<residential_care,2008> gross: must be 0 or more",
    ),
}


@pytest.mark.parametrize(("change", "line"), CELLS.values(), ids=CELLS)
def test_a_cell_may_not_hold(copy: Copy, change: Change, line: str):
    change(copy)
    assert copy.refused() == copy.placed(line)


# Rows that repeat each other

REPEATS: dict[str, tuple[Change, str]] = {
    "a source": (
        added("sources", "seed,a,b,c,d,e"),
        "sources.csv:<last>: repeats seed of line <seed,> (keep one)",
    ),
    "a state": (
        added("states", "adopted,stay,,,,,,,x,assumption"),
        "states.csv:<last>: repeats adopted of line <adopted,> (keep one)",
    ),
    "a move": (
        added("moves", "referral,population,screening,,x,assumption"),
        "moves.csv:<last>: repeats referral population screening of line <referral,> (keep one)",
    ),
    "a supply": (
        added("capacity", "approved_adopters,adopters,1,1,1,0,x,assumption,assumption,x"),
        "capacity.csv:<last>: repeats approved_adopters of line <approved_adopters,> (keep one)",
    ),
    "a limit": (
        added("capacity_uses", "approved_adopters,matches,matched_for_adoption,2,,,assumption,assumption,x"),
        "capacity_uses.csv:<last>: repeats approved_adopters matches matched_for_adoption of line <approved_adopters,> "
        "(keep one)",
    ),
    "a rate": (
        added("rates", "later_referral,0-17,all,2010-11,1,,assumption,assumption,x"),
        "rates.csv:<last>: repeats later_referral 0-17 all 2010-11 of line <later_refer> (keep one)",
    ),
    "a cost line": (
        added("cost_lines", "residential,pounds_per_year,,,1,2011-12,gdp_deflator,social_work,,0,0,x,x,seed,proxy,x"),
        "cost_lines.csv:<last>: repeats residential of line <residential,> (keep one)",
    ),
    "an age": (
        added("population", "2012,3,1,population_2012,part_assumed,x"),
        "population.csv:<last>: repeats 2012 3 of line <2012,3,> (keep one)",
    ),
    "a year of an index": (
        added("price_indices", "gdp_deflator,2008-09,1,hmt_2013,published,x"),
        "price_indices.csv:<last>: repeats gdp_deflator 2008-09 of line <gdp_deflator,2008-09> (keep one)",
    ),
    "a fact of the fund": (
        added("fund", "amount,2012-13,1,0,x,seed,published,x"),
        "fund.csv:<last>: repeats amount 2012-13 of line <amount,> (keep one)",
    ),
}


@pytest.mark.parametrize(("change", "line"), REPEATS.values(), ids=REPEATS)
def test_no_row_may_repeat(copy: Copy, change: Change, line: str):
    change(copy)
    assert copy.refused() == copy.placed(line)


# The pathway

LEFT = "returned_home,stay,recently_home,,,12,left_services,"
PLAN = "child_protection_plan,stay,child_protection_plan;open_case,"
PATHWAY: dict[str, tuple[Change, list[str]]] = {
    "a move from an unknown state": (
        changed("moves", "adoption,placed_for_adoption,adopted,", "adoption,placed_for_adopton,adopted,"),
        ["moves.csv:<adoption,>: unknown state 'placed_for_adopton' (did you mean 'placed_for_adoption'?)"],
    ),
    "a move to itself": (
        added("moves", "stays,adopted,adopted,,x,assumption"),
        ["moves.csv:<last>: 'adopted' moves to itself (staying needs no row)"],
    ),
    "a move out into the population": (
        added("moves", "leaves,adopted,population,,x,assumption"),
        ["moves.csv:<last>: 'population' is outside the service and cannot be moved to"],
    ),
    "a move on from adulthood": (
        lambda copy: (
            copy.add("moves", "returns,turned_18,early_help,,x,assumption"),
            copy.add("rates", "returns,0-17,all,2010-11,0,,assumption,assumption,x"),
        ),
        ["moves.csv:<last>: nobody moves on from 'turned_18' (remove the move)"],
    ),
    "a decision without a way out": (
        dropped("moves", "proceedings_to_care,", "proceedings_at_home,"),
        ["states.csv:<care_proceedings,>: decision 'care_proceedings' has no way out (add a move from it)"],
    ),
    "decisions out of order": (
        lambda copy: (
            copy.drop("states", "admission_to_care,"),
            copy.change_line(
                "states", 2, lambda line: f"admission_to_care,decision,,,,,,,Admitted,children_act_1989\n{line}"
            ),
        ),
        [
            "moves.csv:<proceedings_to_care,>: decision 'admission_to_care' comes before 'care_proceedings' "
            "(list decisions in the order they are taken)"
        ],
    ),
    "bands that fall": (
        changed("states", "plan,0;3;6;12;24", "plan,0;6;3;12;24"),
        [
            "states.csv:<child_protection_plan,>: duration bands of 'child_protection_plan' must begin at 0 and "
            "rise (such as 0;6;24)"
        ],
    ),
    "bands that do not begin at 0": (
        changed("states", "plan,0;3;6;12;24", "plan,3;6;12;24"),
        [
            "states.csv:<child_protection_plan,>: duration bands of 'child_protection_plan' must begin at 0 and "
            "rise (such as 0;6;24)"
        ],
    ),
    "bands without a clock": (
        changed("states", f"{PLAN}plan,", f"{PLAN},"),
        [
            "states.csv:<child_protection_plan,>: 'child_protection_plan' needs both a clock and its duration "
            "bands, or neither"
        ],
    ),
    "bands and a longest stay": (
        changed("states", f"{PLAN}plan,0;3;6;12;24,,,", f"{PLAN}plan,0;3;6;12;24,36,early_help,"),
        ["states.csv:<child_protection_plan,>: 'child_protection_plan' has duration bands, and so no longest stay"],
    ),
    "a clock on a decision": (
        changed("states", "screening,decision,,,,,", "screening,decision,,plan,0;3;6;12;24,,"),
        ["states.csv:<screening,>: children do not stay in 'screening', so that it has no duration"],
    ),
    "two states of one clock with other bands": (
        changed(
            "states",
            "semi_independent,stay,looked_after;open_case,care,0;6;24",
            "semi_independent,stay,looked_after;open_case,care,0;6;12",
        ),
        [
            "states.csv:<semi_independent,>: 'semi_independent' and 'in_house_fostering' share the clock 'care' "
            "but not its bands"
        ],
    ),
    "a longest stay that leads nowhere": (
        changed("states", LEFT, "returned_home,stay,recently_home,,,12,,"),
        [
            "states.csv:<returned_home,>: 'returned_home' needs both a longest stay and where children then go, or "
            "neither"
        ],
    ),
    "a way on without a longest stay": (
        changed("states", LEFT, "returned_home,stay,recently_home,,,,left_services,"),
        [
            "states.csv:<returned_home,>: 'returned_home' needs both a longest stay and where children then go, or "
            "neither"
        ],
    ),
    "a longest stay that leads to an unknown state": (
        changed("states", LEFT, "returned_home,stay,recently_home,,,12,left_servces,"),
        ["states.csv:<returned_home,>: unknown state 'left_servces' (did you mean 'left_services'?)"],
    ),
    "a longest stay that leads to a decision": (
        changed("states", LEFT, "returned_home,stay,recently_home,,,12,screening,"),
        ["states.csv:<returned_home,> then: children cannot stay in 'screening' (name a state of kind stay)"],
    ),
    "a longest stay that leads to itself": (
        changed("states", LEFT, "returned_home,stay,recently_home,,,12,returned_home,"),
        ["states.csv:<returned_home,> then: 'returned_home' goes on to itself (name another state)"],
    ),
    "no longest stay, but of 0 months": (
        changed("states", LEFT, "returned_home,stay,recently_home,,,0,left_services,"),
        ["states.csv:<returned_home,> stay_months: must be 1 or more"],
    ),
    "no state for those who turn 18": (
        changed("states", "turned_18,stay", "grown_up,stay"),
        ["states.csv: has no state 'turned_18' (children who turn 18 must go somewhere)"],
    ),
    "a second population": (
        added("states", "visitors,outside,,,,,,,x,assumption"),
        ["states.csv:<last>: 'visitors' is a second state of kind outside (the population is one)"],
    ),
}


@pytest.mark.parametrize(("change", "told"), PATHWAY.values(), ids=PATHWAY)
def test_a_pathway_may_not_have(copy: Copy, change: Change, told: list[str]):
    change(copy)
    assert copy.refused() == copy.placed(*told)


def test_a_pathway_without_a_population_is_refused(copy: Copy):
    copy.change("states", "population,outside,", "population,stay,")
    assert "error: states.csv: has no state of kind outside (children must come from somewhere)" in copy.refused()


# Rates

OUT = "the shares out of"
RATES: dict[str, tuple[Change, list[str]]] = {
    "a move that is not there": (
        added("rates", "step_down_more,0-17,all,2010-11,1,,assumption,assumption,x"),
        ["rates.csv:<last> move: unknown move 'step_down_more' (did you mean 'step_down'?)"],
    ),
    "a misspelt move, though its rates are then missing": (
        changed("rates", "later_referral,0-17", "later_referal,0-17"),
        ["rates.csv:<later_refer> move: unknown move 'later_referal' (did you mean 'later_referral'?)"],
    ),
    "a misspelt move in every row": (
        whole("rates", lambda table: table.replace(b"\nmatched_for_adoption,", b"\nmatched_for_adoptoin,")),
        [
            "rates.csv:<matched_for_adoptoin,> move: unknown move 'matched_for_adoptoin', here and in 14 more rows "
            "(did you mean 'matched_for_adoption'?)"
        ],
    ),
    "no rate for a move": (
        dropped("rates", "later_referral,"),
        [f"rates.csv: 'later_referral' has no rates ({ROW})"],
    ),
    "no rate for some ages": (
        dropped("rates", "re_referral,1-4,", "re_referral,10-15,"),
        [
            "rates.csv: 're_referral' has no rate for ages 1-4, 10-15 in closed_within_12_months, "
            f"closed_within_12_months_after_plan ({ROW})"
        ],
    ),
    "no rate for some durations of a stay": (
        dropped("rates", "plan_ends,0-17,3-6,", "plan_ends,0-17,24-,"),
        [f"rates.csv: 'plan_ends' has no rate for ages 0-17 at 3-6, 24- months in child_protection_plan ({ROW})"],
    ),
    "two rates for some durations": (
        changed("rates", "plan_ends,0-17,3-6,", "plan_ends,0-17,0-6,"),
        [
            "rates.csv:<plan_ends,0-17,0-6,>: 'plan_ends' has a second rate for some of the children in line "
            "<plan_ends,0-17,0-3,> (bands of age and duration must not overlap)"
        ],
    ),
    "no rate for the durations there are": (
        changed("rates", "later_referral,0-17,all,", "later_referral,0-17,0-6,"),
        [
            f"rates.csv: 'later_referral' has no rate for ages 0-17 in closed_after_plan ({ROW})",
            "rates.csv:<later_refer> months: no state that 'later_referral' leaves has a duration band within 0-6 "
            "months "
            "(use the bands of states.csv, or all)",
        ],
    ),
    "a rate that no state uses": (
        added("rates", "later_referral,0-17,0-6,2010-11,1,,assumption,assumption,x"),
        [
            "rates.csv:<last> months: no state that 'later_referral' leaves has a duration band within 0-6 months "
            "(use the bands of states.csv, or all)"
        ],
    ),
    "two rates for some children": (
        changed("rates", "step_up,1-4,", "step_up,0-4,"),
        [
            "rates.csv:<step_up,0-4>: 'step_up' has a second rate for some of the children in line <step_up,0,> "
            "(bands of age and duration must not overlap)"
        ],
    ),
    "a rate that begins after the run does": (
        changed("rates", "later_referral,0-17,all,2010-11,", "later_referral,0-17,all,2014-15,"),
        [
            "rates.csv:<later_refer> from_year: 'later_referral' has this rate from 2014-15, and the run needs 2012-13 "
            "(give an earlier rate)"
        ],
    ),
    "both a rate and a share": (
        changed("rates", "later_referral,0-17,all,2010-11,0.12,", "later_referral,0-17,all,2010-11,0.12,0.5"),
        ["rates.csv:<later_refer>: must give either rate_per_year or share, not both"],
    ),
    "neither a rate nor a share": (
        changed("rates", "later_referral,0-17,all,2010-11,0.12,", "later_referral,0-17,all,2010-11,,"),
        ["rates.csv:<later_refer>: must give rate_per_year or share, 0 where nobody moves"],
    ),
    "a rate out of a decision": (
        changed("rates", "no_further_action,0-17,all,2010-11,,0.195", "no_further_action,0-17,all,2010-11,0.195,"),
        [
            "rates.csv:<no_further_action,> share: 'no_further_action' leads out of a decision and needs a share "
            "(leave rate_per_year empty)"
        ],
    ),
    "a share of those who stay": (
        changed("rates", "later_referral,0-17,all,2010-11,0.12,", "later_referral,0-17,all,2010-11,,0.12"),
        [
            "rates.csv:<later_refer> rate_per_year: 'later_referral' leads out of a state where children stay, or "
            "from outside, "
            "and needs a rate_per_year (leave share empty)"
        ],
    ),
    "shares that do not sum to 1": (
        changed("rates", "no_further_action,0-17,all,2010-11,,0.195", "no_further_action,0-17,all,2010-11,,0.185"),
        [
            f"rates.csv: {OUT} '{state}' for ages 0-17 from 2012-13 sum to 0.99 (they must sum to 1)"
            for state in ("screening", "screening_after_plan")
        ],
    ),
    "shares that come to differ from 1": (
        added("rates", "no_further_action,0-4,all,2014-15,,0.295,assumption,assumption,x"),
        [
            f"rates.csv: {OUT} '{state}' for ages 0-4 from 2014-15 sum to 1.1 (they must sum to 1)"
            for state in ("screening", "screening_after_plan")
        ],
    ),
}


@pytest.mark.parametrize(("change", "told"), RATES.values(), ids=RATES)
def test_rates_may_not_have(copy: Copy, change: Change, told: list[str]):
    change(copy)
    assert copy.refused() == copy.placed(*told)


def test_a_run_that_starts_before_its_tables_is_told_so_once_a_table(copy: Copy):
    copy.write("extends: thrive.yaml\nstart: 2009-04\ndemand: {measured_from: 2008-09, growth_per_year: 0}\n")
    assert copy.refused("bad.yaml") == copy.placed(
        "population.csv: begins at mid-2010, and the run needs mid-2009 (give an earlier year, or start the run later)",
        "rates.csv: rates begin in 2010-11, and the run needs 2009-10 (give earlier rates, or start the run later)",
        "opening_stock.csv:2 month_end: is 2010-03 or 2012-03, and a run from 2009-04 needs the stock of 2009-03 "
        "(give that stock, or start the run then)",
    )


def test_a_later_rate_than_the_run_needs_is_no_fault(copy: Copy):
    copy.add("rates", "later_referral,0-17,all,2030-31,1,,assumption,assumption,x")
    accepted(copy.folder / "scenarios" / "thrive.yaml")


# Children at the start

CHILDREN: dict[str, tuple[Change, list[str]]] = {
    "an unknown state": (
        changed("opening_stock", "\nresidential,looked_after,", "\nresidental,looked_after,"),
        ["opening_stock.csv:<resident> state: unknown state 'residental' (did you mean 'residential'?)"],
    ),
    "children in a decision": (
        added("opening_stock", "screening,in_need,0-17,all,2012-03,1,assumption,assumption,x"),
        [
            "opening_stock.csv:<last> state: 'screening' holds nobody "
            "(only states where children stay have an opening stock)"
        ],
    ),
    "a stock of another day": (
        changed("opening_stock", "returned_home,home,0-17,all,2012-03,", "returned_home,home,0-17,all,2012-02,"),
        [
            f"opening_stock.csv:<returned_home,home,0-17,all,{day}> month_end: is {day}, and a run from 2012-04 needs "
            "'returned_home' of 2012-03, too (give every state a row of that month, 0 where there is nobody)"
            for day in ("2012-02", "2010-03")
        ],
    ),
    "ages twice": (
        changed("opening_ages", "looked_after,1-4,", "looked_after,0-4,"),
        [
            "opening_ages.csv:<looked_after,0-4> ages: ages 0-4 overlap 0 in line <looked_after,0,> "
            "(each age of a group stands in one row)"
        ],
    ),
    "ages left out": (
        dropped("opening_ages", "looked_after,5-9,"),
        [
            "opening_ages.csv: the group 'looked_after' has no row for ages 5-9, "
            f"which opening_stock.csv lets its states hold ({OPENING_ROW})"
        ],
    ),
    "ages of nobody's group": (
        added("opening_ages", "plans,0-17,1,assumption,assumption,x"),
        ["opening_ages.csv:<last> group: no row of opening_stock.csv is in the group 'plans' (did you mean 'plan'?)"],
    ),
    "a group without ages": (
        changed("opening_stock", "returned_home,home,0-17,all,2012-03", "returned_home,house,0-17,all,2012-03"),
        [
            "opening_stock.csv:<returned_home,> group: opening_ages.csv has no rows for the group 'house'",
        ],
    ),
    "a duration left out": (
        dropped("opening_durations", "care,6-24,"),
        [f"opening_durations.csv: the clock 'care' has no row for 6-24 months ({OPENING_ROW})"],
    ),
    "a duration of other bands": (
        changed("opening_durations", "care,6-24,", "care,6-23,"),
        [
            f"opening_durations.csv: the clock 'care' has no row for 6-24 months ({OPENING_ROW})",
            "opening_durations.csv:<care,6-23> months: is not a duration band of the clock 'care' "
            "(bands: 0-6, 6-24, 24-)",
        ],
    ),
    "durations on an unknown clock": (
        added("opening_durations", "cares,0-6,1,cin_2013,proxy,x"),
        ["opening_durations.csv:<last> clock: unknown clock 'cares' (did you mean 'care'?)"],
    ),
    "a clock without durations": (
        dropped("opening_durations", "plan,"),
        ["opening_stock.csv:<child_protection_plan,> state: opening_durations.csv has no rows for the clock 'plan'"],
    ),
    "months that no bands make up": (
        changed("opening_stock", "parent_and_baby,looked_after,0,0-6,", "parent_and_baby,looked_after,0,0-9,"),
        [
            "opening_stock.csv:<parent_and_baby,> months: 'parent_and_baby' has no duration bands that make up 0-9 "
            "months "
            "(bands: 0-6, 6-24, 24-)"
        ],
    ),
    "months in a state without bands": (
        changed("opening_stock", "adopted,permanent,1-12,all,2012-03", "adopted,permanent,1-12,0-6,2012-03"),
        ["opening_stock.csv:<adopted,> months: 'adopted' has no duration bands that make up 0-6 months (bands: all)"],
    ),
    "more children than their ages hold": (
        changed(
            "opening_stock",
            "parent_and_baby,looked_after,0,0-6,2012-03,4,",
            "parent_and_baby,looked_after,0,0-6,2012-03,400,",
        ),
        [
            "opening_ages.csv:<looked_after,0,> children: 68.9 children of 'looked_after' are aged 0, and its "
            "states put 400.0 there "
            "(widen the ages or months of its states, or mend the margins)"
        ],
    ),
    "children of an age that has none": (
        changed("opening_ages", "looked_after,0,42,", "looked_after,0,0,"),
        [
            "opening_stock.csv:<parent_and_baby,>: 4 children in 'parent_and_baby' do not fit the ages and "
            "durations of 'looked_after' "
            "(widen its ages or months, or mend the margins)"
        ],
    ),
    "a population that lacks an age": (
        dropped("population", "2012,3,", "2012,17,"),
        ["population.csv: mid-2012 has no row for age 3, 17 (give every age a row)"],
    ),
}


@pytest.mark.parametrize(("change", "told"), CHILDREN.values(), ids=CHILDREN)
def test_the_children_at_the_start_may_not_have(copy: Copy, change: Change, told: list[str]):
    change(copy)
    assert copy.refused() == copy.placed(*told)


# Supplies

USES = "capacity_uses.csv:<in_house_carers,>"
MATCHES = "capacity_uses.csv:<approved_adopters,>"
PLACES_ROW = "in_house_carers,places,in_house_place,1.4,overflow_to_agency,to_in_house,"
MATCHES_ROW = "approved_adopters,matches,matched_for_adoption,1,,,"
MADE_UP = "assumption,assumption,Made up for this test"


def places_with(old: str, new: str) -> Change:
    assert old in PLACES_ROW
    return changed("capacity_uses", PLACES_ROW, PLACES_ROW.replace(old, new))


def matches_with(old: str, new: str) -> Change:
    assert old in MATCHES_ROW
    return changed("capacity_uses", MATCHES_ROW, MATCHES_ROW.replace(old, new))


def limited(row: str) -> Change:
    return added("capacity_uses", f"{row},{MADE_UP}")


def moved(move: str, source: str, target: str, rate: str = "") -> Change:
    """One more row of moves.csv, and of rates.csv for a move of its own."""

    def change(copy: Copy) -> None:
        copy.add("moves", f"{move},{source},{target},,x,assumption")
        if rate:
            copy.add("rates", f"{move},0-17,all,2010-11,{rate},,{MADE_UP}")

    return change


def all_of(*changes: Change) -> Change:
    return lambda copy: [change(copy) for change in changes]


LIMITS: dict[str, tuple[Change, list[str]]] = {
    "an unknown supply": (
        places_with("in_house_carers", "in_hous_carers"),
        [
            "capacity_uses.csv:<in_hous_carers,> supply: unknown supply 'in_hous_carers' "
            "(did you mean 'in_house_carers'?)"
        ],
    ),
    "an unknown sort of limit": (
        places_with(",places,", ",plces,"),
        [f"{USES} limits: must be 'places', 'matches' or 'watched', not 'plces' (did you mean 'places'?)"],
    ),
    "places in an unknown state": (
        places_with("in_house_place,", "in_hose_place,"),
        [f"{USES} name: unknown state 'in_hose_place' (did you mean 'in_house_place'?)"],
    ),
    "places in a decision": (
        places_with("in_house_place,", "screening,"),
        [f"{USES} name: children do not stay in 'screening' (name a state of kind stay)"],
    ),
    "places in a state that has places": (
        limited("specialist_carers,places,long_term_fostering,1,to_residential,to_long_term"),
        [
            "capacity_uses.csv:<last> name: 'long_term_fostering' has its places from line <in_house_carers,> "
            "(let one row limit the places of a state)"
        ],
    ),
    "an unknown way out of places": (
        places_with("overflow_to_agency", "overflow_to_agencies"),
        [f"{USES} overflow_move: unknown move 'overflow_to_agencies' (did you mean 'overflow_to_agency'?)"],
    ),
    "an unknown way back to places": (
        places_with("to_in_house", "too_in_house"),
        [f"{USES} returning_move: unknown move 'too_in_house' (did you mean 'to_in_house'?)"],
    ),
    "no way out of places and none back": (
        places_with("overflow_to_agency,to_in_house", ","),
        [
            f"{USES} overflow_move: must not be blank where places are limited "
            "(name the move by which children go on when there is no place)",
            f"{USES} returning_move: must not be blank where places are limited "
            "(name the move by which children come back when there is one)",
        ],
    ),
    "an overflow that stays within the places": (
        places_with("overflow_to_agency", "to_long_term"),
        [
            f"{USES} overflow_move: 'to_long_term' does not lead out of 'in_house_fostering' "
            "(give it a row in moves.csv)"
        ],
    ),
    "an overflow that does not lead out of each state that can be arrived in": (
        moved("baby_settles", "parent_and_baby", "long_term_fostering", "0.1"),
        [
            f"{USES} overflow_move: 'overflow_to_agency' does not lead out of 'long_term_fostering' "
            "(give it a row in moves.csv)"
        ],
    ),
    "an overflow out of states without these places": (
        places_with("overflow_to_agency", "leaves_to_independence"),
        [
            f"{USES} overflow_move: 'leaves_to_independence' leads out of agency_fostering, residential, "
            "semi_independent too, which 'in_house_place' does not count "
            "(name a move that leads out of the states with places alone)"
        ],
    ),
    "an overflow to two states": (
        moved("overflow_to_agency", "in_house_fostering", "residential"),
        [
            f"{USES} overflow_move: 'overflow_to_agency' leads from 'in_house_fostering' to agency_fostering and "
            "residential (keep one of those rows in moves.csv)"
        ],
    ),
    "an overflow to a decision, where the children would be lost": (
        all_of(
            moved("no_place", "in_house_fostering", "admission_to_care", "0"),
            places_with("overflow_to_agency", "no_place"),
        ),
        [
            f"{USES} overflow_move: 'no_place' leads to 'admission_to_care', where nobody stays "
            "(name a move to a state of kind stay)"
        ],
    ),
    "an overflow to places that are filled by then": (
        all_of(
            moved("no_agency", "agency_fostering", "in_house_fostering", "0"),
            limited("specialist_carers,places,agency_fostering,1,no_agency,from_residential"),
        ),
        [
            "capacity_uses.csv:<last> overflow_move: the places of 'in_house_fostering' are filled before these, by "
            "line <in_house_carers,> (put that row below this one)"
        ],
    ),
    "an overflow that has a rate of its own": (
        changed("rates", "overflow_to_agency,0-17,all,2010-11,0,", "overflow_to_agency,0-17,all,2010-11,0.3,"),
        [
            "rates.csv:<overflow_to_agency,> rate_per_year: 'overflow_to_agency' is made for want of places alone, by "
            "line <uses> of capacity_uses.csv (give it a rate of 0)"
        ],
    ),
    "returns that do not lead into the places": (
        places_with("to_in_house", "to_kinship"),
        [
            f"{USES} returning_move: 'to_kinship' does not lead into 'in_house_place' from in_house_fostering "
            "(name a move that leads into the states with places alone)"
        ],
    ),
    "returns out of a decision, where the children would be lost": (
        places_with("to_in_house", "first_placed_in_house_fostering"),
        [
            f"{USES} returning_move: 'first_placed_in_house_fostering' leads out of 'admission_to_care', where nobody "
            "can wait for a place (name a move out of a state of kind stay)"
        ],
    ),
    "matches by an unknown move": (
        matches_with("matched_for_adoption", "match_for_adoption"),
        [f"{MATCHES} name: unknown move 'match_for_adoption' (did you mean 'matched_for_adoption'?)"],
    ),
    "matches out of a decision": (
        matches_with("matched_for_adoption", "proceedings_to_care"),
        [
            f"{MATCHES} name: 'proceedings_to_care' leads out of 'care_proceedings', where nobody can wait for a match "
            "(name a move out of a state of kind stay)"
        ],
    ),
    "matches from outside": (
        matches_with("matched_for_adoption", "referral"),
        [
            f"{MATCHES} name: 'referral' leads out of 'population', where nobody can wait for a match "
            "(name a move out of a state of kind stay)"
        ],
    ),
    "a move that takes units of two supplies": (
        limited("specialist_carers,matches,matched_for_adoption,1,,"),
        [
            "capacity_uses.csv:<last> name: 'matched_for_adoption' takes units of 'approved_adopters' by line "
            "<approved_adopters,> (let one supply limit a move)"
        ],
    ),
    "a move that takes units and fills places": (
        limited("specialist_carers,matches,to_in_house,1,,"),
        [
            "capacity_uses.csv:<last> name: 'to_in_house' is limited by the places of line <in_house_carers,> "
            "(let one supply limit a move)"
        ],
    ),
    "a way out or back where no places are limited": (
        matches_with("1,,", "1,overflow_to_agency,to_in_house"),
        [
            f"{MATCHES} overflow_move: is for places, and this row limits matches (leave it empty)",
            f"{MATCHES} returning_move: is for places, and this row limits matches (leave it empty)",
        ],
    ),
    "a way out of what is only watched": (
        limited("specialist_carers,watched,in_house_place,1,overflow_to_agency,"),
        ["capacity_uses.csv:<last> overflow_move: is for places, and this row limits nothing (leave it empty)"],
    ),
    "an unknown state that is watched": (
        limited("specialist_carers,watched,in_hose_place,1,,"),
        ["capacity_uses.csv:<last> name: unknown state 'in_hose_place' (did you mean 'in_house_place'?)"],
    ),
    "units that carry nobody": (
        matches_with(",1,", ",0,"),
        [f"{MATCHES} per_unit: must be more than 0"],
    ),
    "fewer units than none": (
        changed("capacity", ",3,36,9,0.05,", ",-3,-36,9,-0.05,"),
        [
            "capacity.csv:<approved_adopters,> opening: must be 0 or more",
            "capacity.csv:<approved_adopters,> recruited_per_year: must be 0 or more",
            "capacity.csv:<approved_adopters,> lost_per_year: must be 0 or more",
        ],
    ),
    "half a month to use": (
        changed("capacity", ",3,36,9,0.05,", ",3,36,8.5,0.05,"),
        ["capacity.csv:<approved_adopters,> months_to_use: must be a whole number, not '8.5'"],
    ),
    "more than five years to use": (
        changed("capacity", ",3,36,9,0.05,", ",3,36,61,0.05,"),
        ["capacity.csv:<approved_adopters,> months_to_use: must be 60 or less"],
    ),
    "a group with the name of a supply outside it": (
        changed("capacity", "specialist_carers,specialist_carers,", "specialist_carers,keyworkers_elsewhere,"),
        [
            "capacity.csv:<specialist_carers,> group: 'keyworkers_elsewhere' is also a supply of the group "
            "'family_keyworkers' (rename one of them)"
        ],
    ),
}


@pytest.mark.parametrize(("change", "told"), LIMITS.values(), ids=LIMITS)
def test_supplies_may_not_have(copy: Copy, change: Change, told: list[str]):
    change(copy)
    uses = str(copy.line("capacity_uses", "in_hous"))
    found = copy.refused("do_nothing.yaml")
    assert found == copy.placed(*(line.replace("<uses>", uses) for line in told))


def test_faults_of_several_limits_are_told_together(copy: Copy):
    places_with("overflow_to_agency", "overflow_to_agencies")(copy)
    matches_with("matched_for_adoption", "match_for_adoption")(copy)
    assert len(copy.refused("do_nothing.yaml")) == 2


# Money

MONEY: dict[str, tuple[Change, str]] = {
    "an unknown state that drives a cost": (
        changed(
            "cost_lines",
            "residential,pounds_per_child_week,residential,",
            "residential,pounds_per_child_week,residental,",
        ),
        "cost_lines.csv:<residential,> driver: unknown state 'residental' (did you mean 'residential'?)",
    ),
    "an unknown move that drives a cost": (
        changed("cost_lines", "pounds_per_event,referral,", "pounds_per_event,referal,"),
        "cost_lines.csv:<referrals,> driver: unknown move 'referal' (did you mean 'referral'?)",
    ),
    "a cost of a week in a decision": (
        changed(
            "cost_lines",
            "residential,pounds_per_child_week,residential,",
            "residential,pounds_per_child_week,screening,",
        ),
        "cost_lines.csv:<residential,> driver: children do not stay in 'screening' (name a state of kind stay)",
    ),
    "a fixed sum with a driver": (
        changed("cost_lines", "adoption_service,pounds_per_year,,", "adoption_service,pounds_per_year,adopted,"),
        "cost_lines.csv:<adoption_service,> driver: 'adoption_service' is a fixed sum a year and has no driver "
        "(leave it empty)",
    ),
    "an unknown price index": (
        changed("cost_lines", f"{LONG_TERM}483.32,2011-12,gdp_deflator", f"{LONG_TERM}483.32,2011-12,gdp_deflater"),
        "cost_lines.csv:<long_term_fostering,> price_index: unknown price index 'gdp_deflater' "
        "(did you mean 'gdp_deflator'?)",
    ),
    "a group of lines in two units": (
        changed("cost_lines", "social_work,,0.3,12", "social_work,placements,0.3,12"),
        "cost_lines.csv:<referrals,> mix_group: 'placements' holds 'in_house_fostering' in pounds_per_child_week and "
        "'referrals' in pounds_per_event (put lines of one unit in a group)",
    ),
    "a price year outside its index": (
        changed("cost_lines", f"{LONG_TERM}483.32,2011-12", f"{LONG_TERM}483.32,1999-00"),
        "cost_lines.csv:<long_term_fostering,> price_year: gdp_deflator runs from 2004-05 to 2041-42; it has no "
        "level for 1999-00 "
        "(extend price_indices.csv)",
    ),
    "an index with a gap": (
        dropped("price_indices", "gdp_deflator,2010-11,", "gdp_deflator,2013-14,"),
        "price_indices.csv: gdp_deflator has no figure for 2010-11, 2013-14 (give every year a row)",
    ),
    "an index that ends before the run": (
        dropped("price_indices", *(f"gdp_deflator,{year}-" for year in range(2017, 2042))),
        "price_indices.csv: gdp_deflator runs from 2004-05 to 2016-17, and the run needs it from 2011-12 to 2017-18 "
        "(extend the index, or shorten the run)",
    ),
    "an index that begins after the run": (
        dropped("price_indices", *(f"gdp_deflator,{year}-" for year in range(2005, 2014))),
        "price_indices.csv: gdp_deflator runs from 2013-14 to 2041-42, and the run needs it from 2011-12 to 2017-18 "
        "(extend the index, or shorten the run)",
    ),
    "a cost outside the outturn": (
        changed(
            "cost_lines",
            f"{LONG_TERM}483.32,2011-12,gdp_deflator,fostering_services",
            f"{LONG_TERM}483.32,2011-12,gdp_deflator,fostring_services",
        ),
        "cost_lines.csv:<long_term_fostering,> section_251: 'fostring_services' is not a line of section_251.csv "
        "(did you mean 'fostering_services'?)",
    ),
    "more new activity than was drawn": (
        changed("fund", "new_activity,2012-13,1500000", "new_activity,2012-13,4500000"),
        "fund.csv:<new_activity,> value: new_activity of 2012-13 is more than the £3,900,000 drawn",
    ),
    "new activity without what was drawn": (
        dropped("fund", "drawdown,"),
        "fund.csv:<new_activity,>: new_activity of 2012-13 stands without drawdown (give both, or neither)",
    ),
}


@pytest.mark.parametrize(("change", "line"), MONEY.values(), ids=MONEY)
def test_the_money_may_not_have(copy: Copy, change: Change, line: str):
    change(copy)
    assert copy.refused() == copy.placed(line)


@pytest.mark.parametrize("act", [run, solve])
def test_an_observed_figure_of_an_unknown_output_is_refused(copy: Copy, act: Callable[[Resolved], object]):
    copy.change("observed", "\nreferrals,2012-13,", "\nreferals,2012-13,")
    told = lines(lambda: act(resolve(str(copy.folder / "scenarios" / "thrive.yaml"))))
    assert told == copy.placed(
        "observed.csv:<referals,2012-13> output: unknown output 'referals' (did you mean 'referrals'?)"
    )


RATES = "give every year from 0 on one rate"

APPRAISAL: dict[str, tuple[Change, str]] = {
    "years without a discount rate": (
        dropped("discount_rates", "green_book_2003,31,"),
        f"discount_rates.csv: green_book_2003 has no rate for year 31 to 75 ({RATES})",
    ),
    "two discount rates for a year": (
        changed("discount_rates", "green_book_2003,31,75,", "green_book_2003,30,75,"),
        f"discount_rates.csv: green_book_2003 has two rates for year 30 ({RATES})",
    ),
    "a schedule that begins after year 0": (
        changed("discount_rates", "green_book_2026,0,30,", "green_book_2026,1,30,"),
        f"discount_rates.csv: green_book_2026 has no rate for year 0 ({RATES})",
    ),
    "a span backwards": (
        changed("discount_rates", "green_book_2003,31,75,", "green_book_2003,31,7,"),
        f"discount_rates.csv: green_book_2003 has a span that ends in year 7, before it begins in 31 ({RATES})",
    ),
    "a discount rate in words": (
        changed("discount_rates", "green_book_2026,0,30,3.5,", "green_book_2026,0,30,3.5%,"),
        "discount_rates.csv:<green_book_2026,0> rate_percent: must be a number, not '3.5%'",
    ),
    "a grade without a correction": (
        dropped("optimism_bias", "medium,"),
        "optimism_bias.csv: has no row for evidence of grade medium (give every grade a row)",
    ),
    "an impact that nothing drives": (
        changed(
            "impacts",
            "court_time,courts,pounds_per_event,care_proceedings,",
            "court_time,courts,pounds_per_event,care_procedings,",
        ),
        "impacts.csv:<court_time,> driver: unknown move 'care_procedings' (did you mean 'care_proceedings'?)",
    ),
    "an impact on nobody": (
        changed("impacts", "court_time,courts,", "court_time,court,"),
        "impacts.csv:<court_time,> agency: must be 'council', 'health', 'police', 'courts', 'schools', "
        "'central_government' or 'partners', not 'court' (did you mean 'courts'?)",
    ),
    "an impact at prices of a year that no index knows": (
        changed("impacts", "0.6,1250,2005-06,", "0.6,1250,1995-96,"),
        "impacts.csv:<court_time,> price_year: gdp_deflator runs from 2004-05 to 2041-42; it has no level for 1995-96 "
        "(extend price_indices.csv)",
    ),
}


@pytest.mark.parametrize(("change", "line"), APPRAISAL.values(), ids=APPRAISAL)
def test_an_appraisal_may_not_rest_on(copy: Copy, change: Change, line: str):
    change(copy)
    assert copy.refused() == copy.placed(line)
