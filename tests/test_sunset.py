"""Sources past their day: told on stderr with what cites them, and in nothing that is written."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from copies import Copy
from projects import invoke

from thrive_model.scenario import resolve
from thrive_model.sunset import stale

A_DAY = datetime.date(2013, 3, 31)


def with_sunset(tmp_path: Path, **days: str) -> Copy:
    """The shipped project, its sources with a column of days."""
    copy = Copy(tmp_path)
    head, *rows = copy.table("sources").read_text(encoding="utf-8").splitlines()
    dated = [f"{row},{days.get(row.partition(',')[0], '')}" for row in rows]
    copy.table("sources").write_text("\n".join([f"{head},sunset", *dated]) + "\n", encoding="utf-8")
    return copy


def test_nothing_shipped_has_a_day_and_so_nothing_is_told():
    assert list(stale(resolve("thrive"), datetime.date(2999, 1, 1))) == []


def test_a_source_may_be_relied_on_until_its_day_and_on_it(tmp_path: Path):
    copy = with_sunset(tmp_path, hmt_2013="2013-03-31")
    resolved = resolve(str(copy.folder / "scenarios" / "thrive.yaml"))
    assert list(stale(resolved, A_DAY)) == []
    (found,) = stale(resolved, A_DAY + datetime.timedelta(days=1))
    assert found.source.source == "hmt_2013"
    assert found.rows == {"price_indices.csv": 12}
    assert found.settings == ()


def test_a_source_past_its_day_is_told_with_the_rows_and_settings_that_cite_it(tmp_path: Path):
    copy = with_sunset(tmp_path, seed="2000-01-01")
    name = copy.folder / "scenarios" / "thrive.yaml"
    (found,) = stale(resolve(str(name)), A_DAY)
    shown = invoke("check", name)
    assert shown.exit_code == 0
    assert shown.stdout == f"{name}: nothing to refuse\n"
    assert shown.stderr == f"{found}\n"
    line = copy.line("sources", "seed,")
    assert shown.stderr.startswith(
        f"warning: sources.csv:{line} sunset: 'seed' should not be relied on after 2000-01-01, and is cited by "
    )
    assert "rows of fund.csv" in shown.stderr
    assert "fund.amount" in shown.stderr


def test_a_source_that_nothing_cites_is_not_told(tmp_path: Path):
    copy = with_sunset(tmp_path, ons_mid_2012="2000-01-01")
    assert list(stale(resolve(str(copy.folder / "scenarios" / "thrive.yaml")), A_DAY)) == []


def test_several_scenarios_tell_of_a_source_once(tmp_path: Path):
    copy = with_sunset(tmp_path, sfr20_2012="2000-01-01")
    names = [copy.folder / "scenarios" / f"{name}.yaml" for name in ("do_nothing", "carer_shortage")]
    shown = invoke("check", *names)
    assert shown.stderr.count("warning: ") == 1


def test_what_is_written_is_the_same_before_and_after_the_day(tmp_path: Path):
    """The day itself is an input like any other; whether it has passed is not."""
    printed = []
    for folder, day in (("late", "2000-01-01"), ("early", "2999-01-01")):
        copy = with_sunset(tmp_path / folder, seed=day)
        shown = invoke("explain", copy.folder / "scenarios" / "thrive.yaml", "fund.amount")
        assert bool(shown.stderr) == (folder == "late")
        printed.append(shown.stdout)
    assert printed[0] == printed[1]


@pytest.mark.parametrize("day", ["tomorrow", "2013-02-30", "31/03/2013", "2013"])
def test_a_day_that_is_in_no_calendar_is_refused(day: str, tmp_path: Path):
    copy = with_sunset(tmp_path, seed=day)
    assert copy.refused() == copy.placed(f"sources.csv:<seed,> sunset: must be a day such as 2013-06-10, not '{day}'")
