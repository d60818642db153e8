"""What every shipped scenario comes to, beside the figures that were accepted; `--force-regen` renews those."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from difflib import unified_diff
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from projects import ROOT, scenario_names
from pytest_regressions.file_regression import FileRegressionFixture

from thrive_model import fund
from thrive_model.outputs import Output, all_outputs
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

GOLDENS = Path(__file__).parent / "goldens"
FUND_COLUMNS = ("opening", "planned", "drawdown", "demand_support", "new_activity", "change", "closing", "unfunded")
FALLS = ("referrals", "assessments", "child_protection_plans", "plans_started", "care_proceedings_started")
FALLS += ("admissions_to_care",)
OTHER_COMPUTERS = 1e-9
"""Beyond rounding, a figure may differ from its golden by this part of itself: sums in another order."""

Row = tuple[str, int, list[float]]


@cache
def _run(name: str) -> Comparison:
    return run(resolve(name))


def _programmes() -> list[str]:
    return [name for name in scenario_names() if resolve(name).scenario.active]


def _rows(comparison: Comparison) -> Iterator[Row]:
    """Each measure's name, the decimals it is kept to, and its figures by financial year."""
    for name, output in all_outputs().items():
        yield name, _decimals(output), [float(value) for value in output.measure(comparison.scenario)[:, 0]]
    account = fund.account(comparison.scenario)
    for column in FUND_COLUMNS if account else ():
        yield f"fund {column}", 0, [float({**vars(year), **year.uses}[column]) for year in account]


def _decimals(output: Output) -> int:
    return 0 if output.unit == "pounds" else 1


def _table(years: list[str], rows: list[Row]) -> str:
    lines = [["measure", *years]]
    lines += [
        [name, *(f"{round(figure, decimals) + 0.0:.{decimals}f}" for figure in figures)]
        for name, decimals, figures in rows
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def _same(golden: str, years: list[str], rows: list[Row]) -> bool:
    """Whether the unrounded figures are within half of the golden's last digit."""
    head, *lines = csv.reader(golden.splitlines())
    if head != ["measure", *years] or [line[0] for line in lines] != [name for name, _, _ in rows]:
        return False
    return all(
        np.allclose(figures, np.array(accepted, float), rtol=OTHER_COMPUTERS, atol=0.5 * 10.0**-decimals)
        for (_, decimals, figures), (_, *accepted) in zip(rows, lines, strict=True)
    )


@pytest.mark.parametrize("name", scenario_names())
def test_every_scenario_comes_to_what_was_accepted(name: str, file_regression: FileRegressionFixture):
    comparison = _run(name)
    years, rows = [str(year) for year in comparison.scenario.years], list(_rows(comparison))

    def agree(obtained: Path, expected: Path) -> None:
        found, golden = (path.read_text(encoding="utf-8") for path in (obtained, expected))
        difference = unified_diff(golden.splitlines(), found.splitlines(), "accepted", "found", lineterm="")
        assert _same(golden, years, rows), f"{name} comes to other figures:\n" + "\n".join(difference)

    file_regression.check(
        _table(years, rows),
        encoding="utf-8",
        newline="",
        extension=".csv",
        fullpath=GOLDENS / f"{name}.csv",
        check_fn=agree,
    )


def test_every_scenario_has_a_golden_and_no_golden_is_left_over():
    assert sorted(path.name for path in GOLDENS.iterdir()) == [f"{name}.csv" for name in scenario_names()]


def test_every_scenario_opens_with_what_it_asks():
    for name in scenario_names():
        first, *_ = (ROOT / "scenarios" / f"{name}.yaml").read_text(encoding="utf-8").splitlines()
        assert first.startswith("# Asks: ")
        assert first.endswith("?")


def test_every_scenario_but_doing_nothing_extends_another():
    for name in scenario_names():
        files = resolve(name).files
        assert files[-1].stem == "do_nothing"
        assert len(files) > 1 or name == "do_nothing"


def test_there_is_a_programme_to_compare_with_doing_nothing():
    assert "thrive" in _programmes()


@pytest.mark.parametrize("output", FALLS)
@pytest.mark.parametrize("name", _programmes())
def test_in_year_one_a_programme_has_fewer_than_doing_nothing(name: str, output: str):
    """Referrals, assessments, plans, proceedings and admissions "are all substantially reduced" (the year 1 report)."""
    measure = all_outputs()[output].measure
    assert measure(_run(name).scenario)[0, 0] < measure(_run(name).do_nothing)[0, 0]


@pytest.mark.parametrize("name", _programmes())
def test_in_every_later_year_a_programme_has_fewer_looked_after_than_doing_nothing(name: str):
    measure = all_outputs()["looked_after_children"].measure
    assert (measure(_run(name).scenario)[1:] < measure(_run(name).do_nothing)[1:]).all()


@pytest.mark.parametrize("name", _programmes())
def test_the_fund_is_never_below_zero_nor_drawn_beyond_what_it_holds(name: str):
    account = fund.account(_run(name).scenario)
    assert account
    assert all(year.closing >= -1e-6 and year.unfunded >= 0 for year in account)
    assert all(use >= 0 for year in account for use in year.uses.values())
    assert sum(year.drawdown for year in account) <= account[0].opening + 1e-6
    for year in account:
        assert year.drawdown == pytest.approx(sum(year.uses.values()))
        assert year.closing == pytest.approx(year.opening - year.drawdown)
    for year, following in pairwise(account):
        assert following.opening == year.closing


@pytest.mark.parametrize("name", _programmes())
def test_year_one_of_the_fund_agrees_with_the_published_account(name: str):
    comparison = _run(name).scenario
    checks = fund.reconcile(comparison, comparison.assembled.inputs.fund)
    assert checks
    assert [check.item for check in checks if not check.holds] == []


@pytest.mark.parametrize("name", _programmes())
def test_every_pound_of_demand_above_the_base_is_drawn_or_unfunded(name: str):
    """Year by year, once the accounts are no longer given: pressure and programme = drawn + unfunded."""
    results = _run(name).scenario
    outputs = all_outputs()
    for y, year in enumerate(fund.account(results)):
        if not year.actual:
            need = (
                max(outputs["pressure"].measure(results)[y, 0], 0.0) + outputs["programme_cost"].measure(results)[y, 0]
            )
            assert year.drawdown + year.unfunded == pytest.approx(need)


def test_doing_nothing_costs_fifteen_million_more_by_2015_and_keeps_rising():
    """ "an extra £15m just to keep up with demand by 2015, and that this cost would keep rising" """
    results = _run("do_nothing").scenario
    pressure = all_outputs()["pressure"].measure(results)[:, 0]
    at = [str(year) for year in results.years].index("2014-15")
    assert pressure[at] == pytest.approx(15e6, rel=0.01)
    assert (np.diff(pressure) > 0).all()
