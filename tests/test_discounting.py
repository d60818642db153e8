"""Discount factors, present values and annuities against closed forms and published examples."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from thrive_model.assemble import Inputs
from thrive_model.assemble.appraising import vintages
from thrive_model.discounting import DiscountRates, Span, equivalent_annual, present_value

RATES = st.floats(0.0, 0.2)
POUNDS = st.floats(-1e8, 1e8, allow_subnormal=False)


@pytest.fixture
def green_book(inputs: Inputs) -> DiscountRates:
    return vintages(inputs)["green_book_2003"]


# Closed forms


def test_the_factors_of_years_1_to_30_sum_to_the_annuity(green_book: DiscountRates):
    assert green_book.factors(31)[1:].sum() == pytest.approx((1 - 1.035**-30) / 0.035, abs=1e-9)


def test_year_0_is_not_discounted(green_book: DiscountRates):
    assert green_book.factors(1).tolist() == [1.0]


def test_rates_that_decline_compound_from_year_to_year(green_book: DiscountRates):
    factors = green_book.factors(302)
    assert factors[30] == pytest.approx(1.035**-30, rel=1e-12)
    assert factors[31] == pytest.approx(1.035**-30 / 1.03, rel=1e-12)
    assert factors[76] == pytest.approx(1.035**-30 * 1.03**-45 / 1.025, rel=1e-12)
    assert factors[301] == pytest.approx(factors[300] / 1.01, rel=1e-12)


@given(RATES, st.integers(2, 60))
def test_a_flat_rate_has_the_closed_form_of_an_annuity(rate: float, years: int):
    expected = years - 1 if rate < 1e-9 else -np.expm1(-(years - 1) * np.log1p(rate)) / rate
    assert DiscountRates.flat(rate).factors(years)[1:].sum() == pytest.approx(expected, rel=1e-6)


@given(st.lists(POUNDS, min_size=1, max_size=30), RATES)
def test_an_equivalent_annual_sum_has_the_present_value_it_was_made_of(pounds: list[float], rate: float):
    factors = DiscountRates.flat(rate).factors(len(pounds))
    value = float(present_value(np.array(pounds), factors))
    every_year = np.full(len(pounds), equivalent_annual(value, factors))
    assert float(present_value(every_year, factors)) == pytest.approx(value, rel=1e-9, abs=1e-6)


def test_present_values_keep_the_axes_after_the_years():
    pounds = np.array([[1.0, 2.0], [1.035, 0.0]])
    np.testing.assert_allclose(present_value(pounds, DiscountRates.flat(0.035).factors(2)), [2.0, 2.0])


# Published examples


def test_the_discount_factors_are_those_that_are_published(green_book: DiscountRates):
    """The first factors at 3.5%, as Treasury tables print them: 1, 0.9662, 0.9335, 0.9019, 0.8714."""
    assert green_book.factors(5).round(4).tolist() == [1.0, 0.9662, 0.9335, 0.9019, 0.8714]


def test_the_boilers_of_the_northern_ireland_guide_come_to_what_it_says(green_book: DiscountRates):
    """Guide to Expenditure Appraisal, A4.9 and A4.10: two boilers at 3.5%, bought in year 0 and paid for from year 1.

    £2,000 over 7 years is £327 a year and £2,500 over 10 years is £301.
    """
    factors = green_book.factors(11)
    assert equivalent_annual(2_000, factors[1:8]) == pytest.approx(327, abs=0.5)
    assert equivalent_annual(2_500, factors[1:11]) == pytest.approx(301, abs=0.5)


def test_the_annuity_factors_of_the_northern_ireland_guide_are_reproduced(green_book: DiscountRates):
    """Its table 3, equivalent annual cost of £1 at 3.5%; 10 years are printed as 0.1203 and are 0.12024."""
    published = {1: 1.0350, 2: 0.5264, 5: 0.2215, 7: 0.1635, 10: 0.1203, 15: 0.0869, 20: 0.0704, 30: 0.0544}
    factors = green_book.factors(31)
    for years, factor in published.items():
        assert equivalent_annual(1.0, factors[1 : years + 1]) == pytest.approx(factor, abs=0.00011), years


def test_the_example_of_mishan_and_quah_comes_to_what_they_say():
    """Cost-Benefit Analysis: benefits of 50 and 150 after an outlay of 100 are worth 169.4 at 10%."""
    assert float(present_value(np.array([0.0, 50.0, 150.0]), DiscountRates.flat(0.1).factors(3))) == pytest.approx(
        169.4, abs=0.05
    )


# Schedules with faults


@pytest.mark.parametrize(
    ("spans", "told"),
    [
        ([Span(1, None, 0.035)], "no rate for year 0"),
        ([], "no rate for year 0"),
        ([Span(0, 30, 0.035), Span(41, None, 0.03)], "no rate for year 31 to 40"),
        ([Span(0, 30, 0.035), Span(32, None, 0.03)], "no rate for year 31"),
        ([Span(0, 30, 0.035), Span(30, None, 0.03)], "two rates for year 30"),
        ([Span(0, None, 0.035), Span(31, None, 0.03)], "two rates for year 31"),
        ([Span(0, 30, 0.035), Span(31, 20, 0.03)], "a span that ends in year 20, before it begins in 31"),
    ],
)
def test_a_schedule_without_exactly_one_rate_for_a_year_is_refused(spans: list[Span], told: str):
    with pytest.raises(ValueError, match=f"^vintage has {told}"):
        DiscountRates.of("vintage", spans)


def test_a_year_after_the_last_span_has_no_rate():
    with pytest.raises(ValueError, match="vintage has no rate for year 2"):
        DiscountRates.of("vintage", [Span(0, 1, 0.035)]).factors(3)


def test_spans_may_stand_in_any_order(green_book: DiscountRates):
    assert DiscountRates.of(green_book.name, green_book.spans[::-1]) == green_book


def test_the_sensitivity_is_lower_in_every_year(inputs: Inputs):
    rates = vintages(inputs)
    lower, standard = (rates[name].factors(400) for name in ("green_book_2026_sensitivity", "green_book_2026"))
    assert (lower[1:] > standard[1:]).all()
    assert rates["green_book_2026"].spans == rates["green_book_2003"].spans
