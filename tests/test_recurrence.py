from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from thrive_model.recurrence import recurrent, steps

YEARLY = arrays(float, (3, 6), elements=st.floats(0.0, 1e8))


def test_what_is_there_in_every_later_year_is_recurrent():
    """5, 9, 4, 7: never less than 4 from the first year on, so that 1 and 5 of the first two do not last."""
    np.testing.assert_array_equal(recurrent(np.array([5.0, 9.0, 4.0, 7.0])), [4.0, 4.0, 4.0, 7.0])


def test_the_last_month_kept_up_is_the_full_year_effect_of_the_next():
    """10 in the first year and 30 in the second, the first year's March at a rate of 24: 14 full-year, 6 new."""
    found = steps(np.array([10.0, 30.0]), np.array([24.0, 30.0]))
    np.testing.assert_array_equal(found.new, [10.0, 6.0])
    np.testing.assert_array_equal(found.full_year, [0.0, 14.0])
    np.testing.assert_array_equal(found.one_off, [0.0, 0.0])


@given(YEARLY, YEARLY)
def test_the_steps_cumulate_to_the_amount_and_none_is_below_nothing(amounts: np.ndarray, at_full_rate: np.ndarray):
    found = steps(amounts, at_full_rate)
    np.testing.assert_allclose(
        np.cumsum(found.new + found.full_year, axis=-1) + found.one_off, amounts, rtol=1e-12, atol=1e-6
    )
    for part in (found.new, found.full_year, found.one_off):
        assert (part >= -1e-6).all()
