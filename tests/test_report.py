from __future__ import annotations

import csv
from pathlib import Path

import pytest
from projects import copy_tables, invoke
from rich.console import Console

from thrive_model import fund
from thrive_model.assumptions import Footing, reliance
from thrive_model.outputs import all_outputs, pressure, programme_cost
from thrive_model.report.explanation import explanation
from thrive_model.report.growth import growth_found
from thrive_model.report.machine import as_object, fund_rows, output_rows
from thrive_model.report.screen import screen
from thrive_model.report.words import WIDTH, change, decimals_for, figure, hanging, millions, percent, plain, pounds
from thrive_model.run import Comparison
from thrive_model.scenario import resolve
from thrive_model.solve import Growth, Solution, plausibility
from thrive_model.tables import SourceRow


def _shown(comparison: Comparison) -> list[str]:
    return _lines(screen(comparison, reliance(comparison), plausibility(comparison.do_nothing)))


def _lines(what: object) -> list[str]:
    console = Console(width=WIDTH, highlight=False)
    with console.capture() as shown:
        console.print(what)
    return [line.rstrip() for line in shown.get().splitlines()]


def _row(lines: list[str], label: str) -> list[str]:
    (line,) = [line for line in lines if line.startswith(f"{label}  ")]
    return line.removeprefix(label).split()


@pytest.fixture(scope="module")
def lines(thrive: Comparison) -> list[str]:
    """The screen of the shipped programme."""
    return _shown(thrive)


# Figures in words


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (9_700_000, "9.7"),
        (15_049_999, "15.0"),
        (15_050_001, "15.1"),
        (1_234_567_890, "1,234.6"),
        (0, "0.0"),
        (49_999, "0.0"),
        (-49_999, "0.0"),
        (-50_001, "(0.1)"),
        (-2_000_000, "(2.0)"),
    ],
)
def test_millions_have_one_decimal_and_a_negative_stands_in_brackets(amount: float, written: str):
    assert millions(amount) == written


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (9_700_000, "£9.7m"),
        (912_000, "£912,000"),
        (999_999.4, "£999,999"),
        (999_999.6, "£1.0m"),
        (-1_500_000, "-£1.5m"),
        (-250.4, "-£250"),
        (-0.4, "£0"),
        (0, "£0"),
    ],
)
def test_pounds_in_a_sentence_are_as_a_council_writes_them(amount: float, written: str):
    assert pounds(amount) == written


@pytest.mark.parametrize(
    ("value", "unit", "decimals", "written"),
    [
        (-9.06, "children", 1, "-9.1"),
        (9.0, "children", 1, "9.0"),
        (-0.04, "children", 1, "0.0"),
        (12_345.6, "children", 0, "12,346"),
        (-1_234_567, "pounds", 0, "(1,235)"),
        (912_000, "pounds", 1, "912.0"),
        (-499, "pounds", 0, "0"),
        (-500.1, "pounds", 0, "(1)"),
    ],
)
def test_a_change_has_its_sign_and_pounds_are_in_thousands_with_a_fall_in_brackets(
    value: float, unit: str, decimals: int, written: str
):
    assert change(value, unit, decimals) == written


@pytest.mark.parametrize(
    ("most", "decimals"), [(0.0, 0), (0.004, 3), (0.5, 3), (1.0, 2), (9.99, 2), (10.0, 1), (100.0, 0), (5e6, 0)]
)
def test_the_largest_change_is_shown_to_three_digits_where_three_decimals_reach(most: float, decimals: int):
    assert decimals_for(most) == decimals


@pytest.mark.parametrize(
    ("share", "written"),
    [
        (0.2165, "22%"),
        (0.088, "8.8%"),
        (0.0999, "10%"),
        (0.1, "10%"),
        (0.0, "0.0%"),
        (-0.0001, "0.0%"),
        (-0.02, "-2.0%"),
        (1.0, "100%"),
    ],
)
def test_a_percentage_is_whole_or_has_one_decimal_below_ten(share: float, written: str):
    assert percent(share) == written


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        (12_035.4, "referrals in the year", "12,035"),
        (41.66, "per cent", "41.7"),
        (57.14, "per 10,000 children", "57.1"),
        (2_900_000.0, "pounds", "2.9"),
        (41_016.6, "pounds a year", "£41,017"),
        (0.0, "children in the year", "0"),
        (None, "per cent", ""),
    ],
)
def test_a_figure_is_rounded_as_its_unit_asks(value: float | None, unit: str, written: str):
    assert figure(value, unit) == written


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("in_house_fostering", "In-house fostering"),
        ("first_placed_in_house_fostering", "First placed in-house fostering"),
        ("re_referral", "Re-referral"),
        ("long_term_fostering", "Long-term fostering"),
        ("plan_ends", "Plan ends"),
    ],
)
def test_the_name_of_a_row_is_written_in_words(name: str, written: str):
    assert plain(name) == written


def test_a_long_text_hangs_below_where_it_began():
    told = hanging("why  ", "word " * 60).splitlines()
    assert len(told) > 1
    assert all(len(line) <= WIDTH for line in told)
    assert [line[:5] for line in told] == ["why  ", *["     "] * (len(told) - 1)]
    assert " ".join(" ".join(told).split()) == "why " + " ".join(["word"] * 60)


def test_a_text_of_nothing_leaves_its_lead():
    assert hanging("what = ", "") == "what ="


# The screen


def test_the_screen_opens_with_what_was_run_and_what_it_asks(lines: list[str]):
    assert lines[0].startswith("THRIVE, East Sussex   thrive: 2012-04 to 2018-03, nominal pounds, thrive_model ")
    assert lines[1] == "What does THRIVE change, what does it cost, and how far does the fund of £9.7m reach?"


def test_the_screen_shows_the_fund_in_the_years_it_is_open(lines: list[str], thrive: Comparison):
    account = fund.account(thrive.scenario)
    for year, label in zip(account[:3], ("accounts", "projected", "projected"), strict=True):
        amounts = [year.opening, year.planned, year.drawdown, *year.uses.values(), year.closing, year.unfunded]
        assert _row(lines, f"{year.financial_year} ({label})") == [millions(amount) for amount in amounts]
    assert not any(line.startswith("2015-16 (") for line in lines)


def test_the_screen_shows_the_pressure_and_what_the_programme_costs(lines: list[str], thrive: Comparison):
    for label, yearly in (
        ("Do nothing", pressure(thrive.do_nothing)),
        ("What the programme leaves", pressure(thrive.scenario)),
        ("What it costs in the year", programme_cost(thrive.scenario)),
    ):
        assert _row(lines, label) == [millions(float(amount)) for amount in yearly[:, 0]]


def test_the_screen_shows_every_indicator_beside_what_was_observed(lines: list[str], thrive: Comparison):
    found = {(row["output"], row["financial_year"]): row for row in output_rows(thrive)}
    for name, output in all_outputs().items():
        if output.unit != "pounds" and not output.detail:
            first, middle, last = (found[name, year] for year in ("2012-13", "2014-15", "2017-18"))
            cells = [
                first["observed"],
                *(one[run] for one in (first, middle, last) for run in ("do_nothing", "scenario")),
            ]
            assert _row(lines, output.title) == [figure(cell, output.unit) for cell in cells if cell is not None]


def test_details_are_left_to_the_tables_and_not_shown(lines: list[str]):
    details = [output.title for output in all_outputs().values() if output.detail]
    assert "Referrals per 10,000" in details
    assert not [line for line in lines for title in details if line.startswith(title)]


def test_the_screen_says_how_far_it_rests_on_assumptions(lines: list[str], thrive: Comparison):
    leaning = reliance(thrive)
    told = " ".join(lines)
    counted = f"of the {leaning.inputs} figures behind this {leaning.assumed} are assumptions"
    assert f"{counted} and {leaning.part_assumed} rest on one in part" in told
    assert leaning.saving_on_assumed_effects is not None
    assert f"{percent(leaning.saving_on_assumed_effects)} of what the programme saves rests on assumed effects" in told


def test_the_screen_names_the_reading_of_the_pressure_and_its_base(lines: list[str]):
    told = " ".join(lines)
    assert "Pressure (annual), £m" in told
    assert "Pressure is spending on demand above the 2011-12 outturn of £47.4m." in told
    cumulative = invoke("run", "thrive", "--set", "pressure.reading=cumulative").stdout
    assert "Pressure (cumulative), £m" in cumulative


def test_the_screen_sets_growth_in_doing_nothing_beside_what_was_observed(lines: list[str], thrive: Comparison):
    for one in plausibility(thrive.do_nothing):
        assert f"{one.title.lower()} {percent(one.do_nothing)} ({percent(one.observed)})" in " ".join(lines)


def test_the_screen_of_doing_nothing_shows_no_fund_and_no_programme():
    told = invoke("run", "do_nothing").stdout
    assert "Do nothing" in told
    assert "Fund, £m" not in told
    assert "programme" not in told


def test_the_screen_tells_a_figure_of_the_fund_that_is_not_as_published():
    assert "The closed year agrees with 4 published figures and 4 derived from them" in " ".join(
        invoke("run", "thrive").stdout.split()
    )
    told = " ".join(invoke("run", "thrive", "--set", "fund.amount=9000000").stdout.split())
    assert "amount is £9.0m, published £9.7m." in told
    assert "agrees with" not in told


def test_a_run_of_many_years_is_shown_in_tables_that_fit_the_width(tmp_path: Path):
    project = copy_tables(tmp_path)
    prices = project / "data" / "reference" / "price_indices.csv"
    rows = prices.read_text(encoding="utf-8").splitlines()
    last = next(csv.reader([rows[-1]]))
    for start in range(int(last[1][:4]) + 1, 2042):
        rows.append(
            f"{last[0]},{start}-{(start + 1) % 100:02},1.7,assumption,assumption,Held for the sake of this test"
        )
    prices.write_text("\n".join(rows) + "\n", encoding="utf-8")
    shown = invoke("run", project / "scenarios" / "thrive.yaml", "--set", "last_year=2041-42")
    assert shown.exit_code == 0, shown.stderr
    lines = shown.stdout.splitlines()
    years = " ".join(line for line in lines if line.startswith("Pressure (annual), £m"))
    assert [f"{year}-{(year + 1) % 100:02}" in years for year in range(2012, 2042)] == [True] * 30
    assert "…" not in shown.stdout
    assert max(len(line) for line in lines) <= WIDTH


def test_a_run_of_one_year_is_shown(tmp_path: Path):
    shown = invoke("run", "do_nothing", "--set", "last_year=2012-13", "--set", "pressure.year=2012-13")
    assert shown.exit_code == 0, shown.stderr
    assert "2013-14" not in shown.stdout


# For machines


def test_the_object_for_machines_holds_the_rows_of_the_fund_and_of_the_outputs(thrive: Comparison):
    found = as_object(thrive, reliance(thrive))
    assert found["fund"] == fund_rows(thrive)
    assert found["outputs"] == output_rows(thrive)


def test_the_rows_of_the_fund_are_those_of_its_account(thrive: Comparison):
    for row, year in zip(fund_rows(thrive), fund.account(thrive.scenario), strict=True):
        assert {use: row[use] for use in year.uses} == year.uses
        assert (row["opening"], row["closing"], row["actual"]) == (year.opening, year.closing, year.actual)


# Explanations


def test_an_explanation_tells_place_source_footing_grade_and_reason():
    source = SourceRow(
        where="sources.csv:2",
        source="paper",
        title="A paper",
        publisher="A press",
        date="2012",
        licence="none",
        read_at="-",
    )
    items = [
        Footing("a.b", "0.5", "paper", "published", "high", "It says so", "x.yaml:3:5"),
        Footing("a.c", "none", "", "", "", "", "x.yaml:4:5"),
        Footing("a.d", "2", "lost", "derived", "", "", "t.csv:9"),
    ]
    assert list(explanation(items, [source])) == [
        "a.b = 0.5",
        "  set in   x.yaml:3:5",
        "  source   paper: A paper (A press, 2012)",
        "  footing  published, evidence high",
        "  why      It says so",
        "a.c = none",
        "  set in   x.yaml:4:5",
        "a.d = 2",
        "  set in   t.csv:9",
        "  source   lost: not listed",
        "  footing  derived",
    ]


# Growth


def test_growth_that_was_found_is_shown_with_what_it_gives_and_history(thrive: Comparison):
    solution = Solution(0.2165, 15_000_000.0, 15_000_000.0, "2014-15", "annual", thrive.do_nothing)
    growth = [
        Growth("Looked after children", "2009-10", "2011-12", 0.088, 0.081),
        Growth("Spending", "2008-09", "2011-12", 0.09, 0.2),
    ]
    told = _lines(growth_found(solution, growth))
    assert " ".join(told[:2]) == (
        "Demand growth of 21.65% a year gives a do-nothing pressure of £15.0m in 2014-15 "
        "(annual reading, target £15.0m)."
    )
    assert told[4].split("  ")[0] == "Looked after children"
    assert told[4].endswith("8.8%  2009-10 to 2011-12        8.1%  no faster")
    assert told[5].endswith("9.0%  2008-09 to 2011-12         20%  faster")


def test_a_scenario_is_shown_under_its_own_name(tmp_path: Path):
    mine = tmp_path / "mine.yaml"
    mine.write_text("extends: thrive\ntitle: '[bold]Mine[/bold] :smile:'\n", encoding="utf-8")
    assert resolve(str(mine)).name == "mine"
    assert invoke("run", mine).stdout.startswith("[bold]Mine[/bold] :smile:, East Sussex   mine: ")
