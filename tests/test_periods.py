from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thrive_model.periods import FinancialYear, Month, months_between, years_between

MONTHS = st.builds(Month, st.integers(1900, 2100), st.integers(1, 12))
YEARS = st.builds(FinancialYear, st.integers(1900, 2100))


@given(MONTHS)
def test_a_month_reads_back_as_it_is_written(month: Month):
    assert Month.parse(str(month)) == month


@given(YEARS)
def test_a_financial_year_reads_back_as_it_is_written(year: FinancialYear):
    assert FinancialYear.parse(str(year)) == year


@given(MONTHS, st.integers(-600, 600))
def test_adding_months_and_taking_them_off_again_comes_back(month: Month, n: int):
    assert month.plus(n).plus(-n) == month
    assert month.plus(n).minus(month) == n
    assert (month.plus(n) > month) == (n > 0)


@given(MONTHS)
def test_a_month_lies_in_the_financial_year_that_spans_it(month: Month):
    year = month.financial_year
    assert year.first_month <= month <= year.last_month
    assert year.last_month.minus(year.first_month) == 11


def test_april_begins_a_financial_year_and_march_ends_it():
    assert str(Month(2013, 3).financial_year) == "2012-13"
    assert str(Month(2013, 4).financial_year) == "2013-14"
    assert (str(FinancialYear(2012).first_month), str(FinancialYear(2012).last_month)) == ("2012-04", "2013-03")


def test_the_turn_of_the_century_is_written_in_two_digits():
    assert str(FinancialYear(1999)) == "1999-00"
    assert FinancialYear.parse("1999-00").start == 1999


@given(MONTHS)
def test_weeks_are_days_over_seven(month: Month):
    assert round(month.weeks * 7, 9) in {28, 29, 30, 31}


def test_a_financial_year_has_52_weeks_and_a_day_or_two():
    def days(year: FinancialYear) -> float:
        return 7 * sum(month.weeks for month in months_between(year.first_month, year.last_month))

    assert days(FinancialYear(2011)) == pytest.approx(366)  # February 2012 had 29
    assert days(FinancialYear(2012)) == pytest.approx(365)


@pytest.mark.parametrize("text", ["", "2012", "2012-4", "2012-13", "2012-00", "12-04", "2012-04-01", "April 2012"])
def test_what_is_not_a_month_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a month such as 2012-04"):
        Month.parse(text)


@pytest.mark.parametrize("text", ["", "2012", "2012-12", "2012-14", "2012/13", "2012-2013", "12-13"])
def test_what_is_not_a_financial_year_is_refused(text: str):
    with pytest.raises(ValueError, match="is not a financial year such as 2012-13"):
        FinancialYear.parse(text)


def test_years_and_months_between_include_both_ends():
    years = years_between(FinancialYear(2012), FinancialYear(2014))
    assert [str(year) for year in years] == ["2012-13", "2013-14", "2014-15"]
    assert months_between(Month(2012, 12), Month(2013, 1)) == (Month(2012, 12), Month(2013, 1))
    assert months_between(Month(2013, 1), Month(2012, 12)) == ()


@given(YEARS, st.integers(-50, 50))
def test_years_step_by_whole_years(year: FinancialYear, n: int):
    assert year.plus(n).first_month == year.first_month.plus(12 * n)
