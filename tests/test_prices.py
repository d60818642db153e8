from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thrive_model.periods import FinancialYear
from thrive_model.prices import PriceIndex

GROWTHS = st.lists(st.floats(-0.4, 0.9), min_size=1, max_size=15)


def index(growths: list[float], first: int = 2000) -> PriceIndex:
    return PriceIndex.from_growth("made_up", {FinancialYear(first + n): growth for n, growth in enumerate(growths)})


def every_year(prices: PriceIndex) -> list[FinancialYear]:
    return [prices.first.plus(n) for n in range(len(prices.levels))]


@given(GROWTHS, st.floats(-0.4, 0.9))
def test_a_figure_for_a_later_year_changes_no_ratio_between_earlier_ones(growths: list[float], later: float):
    """A tax-benefit model's override dated in the future froze the uprating before it."""
    before, after = index(growths), index([*growths, later])
    for a in every_year(before):
        for b in every_year(before):
            assert before.ratio(a, b) == after.ratio(a, b)


@given(GROWTHS, st.data())
def test_a_revised_figure_changes_no_ratio_on_one_side_of_it(growths: list[float], data: st.DataObject):
    n = data.draw(st.integers(0, len(growths) - 1))
    before, after = index(growths), index([*growths[:n], growths[n] + 0.05, *growths[n + 1 :]])
    years = every_year(before)
    for side in (years[: n + 1], years[n + 1 :]):
        for a in side:
            assert before.ratio(side[0], a) == pytest.approx(after.ratio(side[0], a), rel=1e-12)


@given(GROWTHS, st.data())
def test_prices_there_and_back_are_the_same_pound(growths: list[float], data: st.DataObject):
    prices = index(growths)
    a, b, c = (data.draw(st.sampled_from(every_year(prices))) for _ in range(3))
    assert prices.ratio(a, a) == 1.0
    assert prices.ratio(a, b) * prices.ratio(b, a) == pytest.approx(1.0, rel=1e-12)
    assert prices.ratio(a, b) * prices.ratio(b, c) == pytest.approx(prices.ratio(a, c), rel=1e-12)


@given(GROWTHS)
def test_the_ratio_between_neighbours_is_one_plus_the_growth_into_the_later(growths: list[float]):
    prices = index(growths)
    for n, growth in enumerate(growths):
        assert prices.ratio(prices.first.plus(n), prices.first.plus(n + 1)) == pytest.approx(1.0 + growth, rel=1e-12)


def test_the_order_in_which_figures_stand_does_not_matter():
    growth = {FinancialYear(2002): 0.02, FinancialYear(2001): 0.01}
    assert PriceIndex.from_growth("made_up", growth) == index([0.01, 0.02], 2001)


def test_a_gap_is_refused_by_name():
    with pytest.raises(ValueError, match="made_up has no figure for 2002-03"):
        PriceIndex.from_growth("made_up", {FinancialYear(2001): 0.01, FinancialYear(2003): 0.01})


def test_a_year_without_a_level_is_refused():
    prices = index([0.01, 0.02], 2001)
    assert (str(prices.first), str(prices.last)) == ("2000-01", "2002-03")
    for year in (FinancialYear(1999), FinancialYear(2003)):
        with pytest.raises(ValueError, match="runs from 2000-01 to 2002-03"):
            prices.ratio(FinancialYear(2001), year)
