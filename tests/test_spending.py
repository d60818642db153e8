from __future__ import annotations

import json
from itertools import pairwise

import pytest
from projects import invoke

from thrive_model.run import Comparison
from thrive_model.spending import PROGRAMME, changes

A_PENNY = 0.01


def test_the_parts_are_all_of_every_change_and_the_lines_all_of_the_spending(thrive: Comparison):
    for results in (thrive.do_nothing, thrive.scenario):
        spent = results.spent()[:, 0]
        for y, (first, second) in enumerate(pairwise(results.years)):
            rows = changes(results, first, second)
            for row in rows:
                parts = row.price + row.volume + row.mix + row.joint + row.fixed
                assert parts == pytest.approx(row.change, abs=A_PENNY)
            assert sum(row.was for row in rows) == pytest.approx(spent[y], abs=A_PENNY)
            assert sum(row.now for row in rows) == pytest.approx(spent[y + 1], abs=A_PENNY)


def test_a_fixed_line_changes_by_its_inflation_alone(thrive: Comparison):
    """Leaving care, 2012-13 to 2014-15: 2.3% and 1.9%."""
    rows = {row.line: row for row in changes(thrive.scenario, thrive.scenario.years[0], thrive.scenario.years[2])}
    care = rows["leaving_care"]
    assert care.price == pytest.approx(care.was * (1.023 * 1.019 - 1.0))
    assert (care.volume, care.mix) == (0.0, 0.0)
    assert rows[PROGRAMME].change == rows[PROGRAMME].fixed


def test_the_command_tells_the_years_it_compares():
    shown = invoke("spending", "thrive", "--from", "2013-14", "--to", "2015-16")
    assert shown.exit_code == 0
    assert "From 2013-14 to 2015-16 spending changes by" in shown.stdout
    told = json.loads(invoke("spending", "thrive", "--json").stdout)
    assert (told["from"], told["to"]) == ("2012-13", "2014-15")
    assert all(len(line) <= 100 for line in shown.stdout.splitlines())


@pytest.mark.parametrize("option", ["--from", "--to"])
def test_a_year_outside_the_run_is_refused(option: str):
    refused = invoke("spending", "thrive", option, "2030-31")
    assert refused.exit_code == 1
    assert refused.stderr == f"error: {option}: '2030-31' is outside the run (name a year from 2012-13 to 2017-18)\n"


@pytest.mark.parametrize(("first", "second"), [("2014-15", "2012-13"), ("2014-15", "2014-15")])
def test_a_year_that_is_not_the_later_one_is_refused(first: str, second: str):
    refused = invoke("spending", "thrive", "--from", first, "--to", second)
    assert (refused.exit_code, refused.stderr) == (
        1,
        f"error: --to: {second} is not later than {first} (name two years, the earlier first; a run of one year has "
        "none to compare)\n",
    )
