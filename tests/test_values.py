from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from thrive_model.periods import FinancialYear
from thrive_model.values import Choice, Pounds, Ratio, Share, Value

POUNDS, RATIO, SHARE = TypeAdapter(Pounds), TypeAdapter(Ratio), TypeAdapter(Share)


@given(st.floats(-1e12, 1e12))
def test_a_bare_number_is_a_value_of_every_year_without_a_source(number: float):
    value = Value.model_validate(number)
    assert value.at(FinancialYear(1999)) == value.at(FinancialYear(2099)) == number
    assert value.figures == (number,)
    assert value.is_assumption


def test_a_whole_number_is_a_number():
    assert Value.model_validate(3).at(FinancialYear(2012)) == 3.0


def test_a_block_says_where_its_figure_comes_from():
    value = Value.model_validate({"value": 0.68, "source": "tfp_2019", "why": "read there", "grade": "medium"})
    assert not value.is_assumption
    assert (value.source, value.grade) == ("tfp_2019", "medium")


def test_each_figure_of_a_series_holds_until_the_next():
    value = Value.model_validate({"by_year": {"2014-15": 3.0, "2012-13": 1.0}})
    assert [value.at(FinancialYear(year)) for year in range(2011, 2017)] == [0, 1, 1, 3, 3, 3]
    assert sorted(value.figures) == [1, 3]


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"value": 1.0, "by_year": {"2012-13": 1.0}},
        {"value": 1.0, "by_year": {}},
        {"by_year": {}},
        {"by_year": {"2012": 1.0}},
        {"by_year": {"2012-14": 1.0}},
        {"by_year": {"2012-13": None}},
        {"value": 1.0, "sauce": "seed"},
        {"value": 1.0, "grade": "excellent"},
        {"value": 1.0, "source": ""},
        {"value": "9.7e6"},
        {"value": True},
        {"value": float("nan")},
        {"value": float("inf")},
        {"by_year": {"2012-13": float("nan")}},
        True,
        None,
        "12:30",
        [1.0],
    ],
)
def test_what_is_not_a_value_is_refused(given: Any):
    with pytest.raises(ValidationError):
        Value.model_validate(given)


@pytest.mark.parametrize(
    ("kind", "inside", "outside"),
    [(POUNDS, [0, 9.7e6], [-0.01]), (RATIO, [0, 1, 7.5], [-1e-9]), (SHARE, [0, 0.5, 1], [-0.1, 1.0001])],
)
def test_bounds_hold_for_every_figure(kind: TypeAdapter[Value], inside: list[float], outside: list[float]):
    for figure in inside:
        assert kind.validate_python(figure).figures == (figure,)
    for figure in outside:
        for given_as in (figure, {"by_year": {"2012-13": 0.5, "2013-14": figure}}):
            with pytest.raises(ValidationError):
                kind.validate_python(given_as)


def test_a_choice_cannot_be_changed_once_made():
    value = Value(value=1.0)
    with pytest.raises(ValidationError):
        value.value = 2.0  # type: ignore[misc]


def test_an_unknown_setting_is_refused():
    class Colour(Choice):
        name: str

    with pytest.raises(ValidationError, match="hue"):
        Colour.model_validate({"name": "red", "hue": 0.1})
