from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from thrive_model.assemble.hazards import RateBands
from thrive_model.bands import MONTHS_OF_CHILDHOOD, Ages, Months

AGES = st.lists(st.integers(0, MONTHS_OF_CHILDHOOD - 1), min_size=2, max_size=2).map(lambda ends: Ages(*sorted(ends)))
DURATIONS = st.builds(
    lambda start, length: Months(start, None if length is None else start + length),
    st.integers(0, 400),
    st.none() | st.integers(1, 400),
)


@given(AGES)
def test_an_age_band_reads_back_as_it_is_written(ages: Ages):
    assert Ages.parse(str(ages)) == ages


@given(DURATIONS)
def test_a_duration_band_reads_back_as_it_is_written(months: Months):
    assert Months.parse(str(months)) == months


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("0", 0, 11), ("5-9", 60, 119), ("16-17", 192, 215), ("0m-1m", 0, 1), ("7m", 7, 7), (" 0-17 ", 0, 215)],
)
def test_ages_are_months_with_both_ends_included(text: str, first: int, last: int):
    assert Ages.parse(text) == Ages(first, last)


@pytest.mark.parametrize("text", ["", "18", "9-5", "0-18", "-1", "5 to 9", "216m", "3m-1m", "5-9m", "0.5"])
def test_what_is_not_an_age_band_is_refused(text: str):
    with pytest.raises(ValueError, match="must be an age band within 0-17"):
        Ages.parse(text)


@pytest.mark.parametrize("text", ["", "6", "24-6", "6-6", "-24", "six", "6 - 24"])
def test_what_is_not_a_duration_band_is_refused(text: str):
    with pytest.raises(ValueError, match="must be months such as 6-24"):
        Months.parse(text)


def test_a_band_without_end_is_not_within_one_that_ends():
    assert Months.parse("all").covers(24, None)
    assert Months.parse("6-").covers(24, None)
    assert not Months.parse("6-24").covers(6, None)
    assert not Months.parse("6-").covers(0, 6)
    assert Months.parse("6-24").covers(6, 24)


@given(AGES, AGES)
def test_a_band_lies_within_another_when_all_its_months_do(one: Ages, other: Ages):
    months = set(range(other.first, other.last + 1))
    assert one.within(other) == set(range(one.first, one.last + 1)).issubset(months)


@given(st.lists(AGES, max_size=6))
def test_rate_bands_cover_childhood_and_cut_no_band_given(given_bands: list[Ages]):
    bands = RateBands.around(given_bands)
    assert [age for band in bands.bands for age in range(band.first, band.last + 1)] == list(range(MONTHS_OF_CHILDHOOD))
    assert len(bands.of_month) == MONTHS_OF_CHILDHOOD
    for ages in given_bands:
        inside = {age for age in range(MONTHS_OF_CHILDHOOD) if bands.of_month[age] in bands.within(ages)}
        assert inside == set(range(ages.first, ages.last + 1))
