from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from copies import Copy
from projects import invoke

from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve
from thrive_model.supply_account import SupplyYear, accounts


@pytest.fixture(scope="module")
def rows(thrive: Comparison) -> list[SupplyYear]:
    return accounts(thrive.scenario)


def of(rows: list[SupplyYear], supply: str) -> list[SupplyYear]:
    return [row for row in rows if row.supply == supply]


def test_every_year_opens_where_the_last_closed_and_the_account_adds_up(rows: list[SupplyYear]):
    for supply in {row.supply for row in rows}:
        years = of(rows, supply)
        assert len(years) == 6
        for row in years:
            assert row.closing == pytest.approx(row.opening + row.joined - row.used - row.lost)
            assert min(row.opening, row.joined, row.used, row.closing) >= 0
            assert row.lost >= -1e-9
        for earlier, later in pairwise(years):
            assert later.opening == earlier.closing


def test_a_supply_that_nobody_uses_is_worked_by_hand(thrive: Comparison):
    """16 specialist carers in doing nothing: each month 1% are lost, exp(-0.12 / 12), and 2 / 12 join."""
    units = 16.0
    for _ in range(12):
        units = units * np.exp(-0.12 / 12) + 2 / 12
    (first, *_) = of(accounts(thrive.do_nothing), "specialist_carers")
    assert first.closing == pytest.approx(units)
    assert first.joined == pytest.approx(2.0)
    assert (first.places, first.taken, first.waiting) == (None, None, None)


def test_adopters_are_used_by_matches_and_children_wait_in_doing_nothing(thrive: Comparison, rows: list[SupplyYear]):
    matched = [results.in_year("matched_for_adoption")[:, 0] for results in (thrive.scenario, thrive.do_nothing)]
    for found, children in zip((rows, accounts(thrive.do_nothing)), matched, strict=True):
        np.testing.assert_allclose([row.used for row in of(found, "approved_adopters")], children)
    assert all((row.waiting or 0) > 0 for row in of(accounts(thrive.do_nothing), "approved_adopters"))
    assert of(rows, "approved_adopters")[-1].waiting == 0


def test_carers_make_places_that_children_take_or_overflow(thrive: Comparison):
    for row in of(accounts(thrive.do_nothing), "in_house_carers")[1:]:
        assert row.places == pytest.approx(1.4 * row.closing)
        assert row.taken is not None
        assert row.overflowed is not None
        assert row.places is not None
        assert row.taken <= row.places + 1e-6
        assert row.overflowed > 1


def test_the_screen_shows_what_the_json_object_holds(rows: list[SupplyYear]):
    shown, told = invoke("supplies", "thrive"), json.loads(invoke("supplies", "thrive", "--json").stdout)
    assert shown.exit_code == 0
    assert max(len(line) for line in shown.stdout.splitlines()) <= 100
    assert told["supplies"] == [vars(row) for row in rows]
    assert {row["supply"] for row in told["do_nothing"]} == {row.supply for row in rows}
    assert f"{of(rows, 'approved_adopters')[2].used:,.1f}" in shown.stdout
    assert "In doing nothing, overflowed" in shown.stdout


def test_doing_nothing_is_shown_once(thrive: Comparison):
    shown = invoke("supplies", "do_nothing").stdout
    assert "In doing nothing" not in shown
    assert "Approved adopters" in shown


def test_tables_without_supplies_limit_nothing_and_say_so(tmp_path: Path):
    copy = Copy(tmp_path)
    for table in ("capacity", "capacity_uses"):
        head = copy.table(table).read_text(encoding="utf-8").splitlines()[0]
        copy.table(table).write_text(head + "\n", encoding="utf-8")
    scenario = copy.folder / "scenarios" / "do_nothing.yaml"
    results = run(resolve(str(scenario))).do_nothing
    assert accounts(results) == []
    assert results.in_year("overflow").sum() == 0
    assert "nothing limits placements" in invoke("supplies", scenario).stdout
