from __future__ import annotations

import numpy as np
import pytest

from thrive_model.errors import InputError
from thrive_model.outputs import pressure, referrals
from thrive_model.run import Comparison
from thrive_model.scenario import resolve
from thrive_model.solve import Solution, plausibility, solve

FIFTEEN_MILLION = 15e6


@pytest.fixture(scope="module")
def solution() -> Solution:
    return solve(resolve("do_nothing"))


def test_the_growth_found_gives_fifteen_million_within_a_pound(solution: Solution):
    assert solution.pressure == pytest.approx(FIFTEEN_MILLION, abs=1.0)
    assert solution.target == FIFTEEN_MILLION
    assert (solution.year, solution.reading) == ("2014-15", "annual")
    assert pressure(solution.do_nothing)[2, 0] == solution.pressure


def test_the_shipped_growth_is_the_one_found(solution: Solution):
    shipped = resolve("do_nothing").scenario.demand.growth_per_year.by_year
    assert shipped is not None
    first = min(shipped)
    assert shipped[first] == pytest.approx(solution.growth, abs=0.5e-4)


def test_doing_nothing_as_shipped_comes_to_fifteen_million(thrive: Comparison):
    """Growth is shipped to four decimals, which leaves a few thousand pounds."""
    assert pressure(thrive.do_nothing)[2, 0] == pytest.approx(FIFTEEN_MILLION, abs=10_000)


def test_the_pressure_keeps_rising_after_the_target_year(solution: Solution, thrive: Comparison):
    """ "An extra £15m ... by 2015, and that this cost would keep rising"."""
    for results in (solution.do_nothing, thrive.do_nothing):
        assert (np.diff(pressure(results)[:, 0]) > 0).all()


def test_what_the_series_says_of_later_years_stays(solution: Solution):
    """Demand from outside is level from April 2015 on: the shipped series says 0."""
    factor = solution.do_nothing.assembled.parameters.effects[0].factor[:, 0]
    np.testing.assert_allclose(factor[36:], factor[36])


def test_the_cumulative_reading_needs_less_growth(solution: Solution):
    summed = solve(resolve("do_nothing", ["pressure.reading=cumulative"]))
    assert summed.pressure == pytest.approx(FIFTEEN_MILLION, abs=1.0)
    assert summed.growth < solution.growth


def test_the_programme_plays_no_part_in_the_growth_found(solution: Solution):
    """To nine digits: the interventions' ages divide the bands, and so the sums, otherwise."""
    assert solve(resolve("thrive")).growth == pytest.approx(solution.growth, rel=1e-9)


def test_a_higher_target_needs_more_growth(solution: Solution):
    more = solve(resolve("do_nothing", ["pressure.target=16000000"]))
    assert more.growth > solution.growth
    assert (referrals(more.do_nothing) > referrals(solution.do_nothing)).all()


def test_a_target_no_growth_can_reach_is_refused():
    with pytest.raises(InputError, match="no growth between -20% and 60% a year gives £900,000,000 in 2014-15"):
        solve(resolve("do_nothing", ["pressure.target=900000000"]))


def test_history_stands_beside_the_growth_of_doing_nothing(solution: Solution):
    """Looked after: (618 / 522)^(1/2) - 1 = 8.8% a year observed from 2009-10 to 2011-12."""
    looked_after, admissions, ceased, spending = plausibility(solution.do_nothing)
    assert looked_after.observed == pytest.approx((618 / 522) ** 0.5 - 1)
    assert admissions.observed == pytest.approx((212 / 180) ** 0.5 - 1)
    assert ceased.observed == pytest.approx((191 / 141) ** 0.5 - 1)
    assert {(g.observed_from, g.observed_to) for g in (looked_after, admissions, ceased)} == {("2009-10", "2011-12")}
    assert (spending.observed_from, spending.observed_to) == ("2008-09", "2011-12")


def test_the_growth_of_spending_is_that_of_the_lines_with_a_history(solution: Solution):
    """The lines published and comparable from 2008-09 to 2011-12, and the same lines in doing nothing in 2014-15."""
    inputs = solution.do_nothing.assembled.inputs
    published = [row for row in inputs.section_251 if row.basis == "published"]
    same = set.intersection(
        *({row.section_251 for row in published if str(row.financial_year) == year} for year in ("2008-09", "2011-12"))
    )
    was = sum(row.gross for row in published if row.section_251 in same and str(row.financial_year) == "2011-12")
    lines = [row.line for row in inputs.cost_lines if row.section_251 in same]
    end = sum(float(solution.do_nothing.spent(line=line)[2, 0]) for line in lines)
    spending = plausibility(solution.do_nothing)[-1]
    assert spending.do_nothing == pytest.approx((end / was) ** (1 / 3) - 1, abs=1e-12)


def test_the_growth_of_children_runs_from_the_published_base_year(solution: Solution):
    looked_after = plausibility(solution.do_nothing)[0]
    in_2015 = solution.do_nothing.at_year_end("looked_after")[2, 0]
    assert looked_after.do_nothing == pytest.approx((in_2015 / 618) ** (1 / 3) - 1)


def test_a_change_of_pace_before_the_target_year_gives_way_to_the_one_growth_found(solution: Solution):
    series = "{by_year: {2011-12: 0.1, 2013-14: 0.9, 2015-16: 0.0}}"
    assert solve(resolve("do_nothing", [f"demand.growth_per_year={series}"])).growth == solution.growth
