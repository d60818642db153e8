"""Errors of past forecasts, and the weights that make them least."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from thrive_model.panel.choices import PLANS, Prior
from thrive_model.panel.cohort import Cohort, response
from thrive_model.panel.pooled import Past, fit_weights
from thrive_model.parameters import Floats

COUNCILS, YEARS, TRUE = 30, 7, 0.4
CHOICES = replace(PLANS.weights, priors=(Prior(0.0, 5.0),), least=(-5.0,), most=(5.0,))


@dataclass(frozen=True)
class Pulled:
    """Admissions of a council are exp(weight × pull) times what would keep its stock."""

    cohort: Cohort
    size: Floats
    pull: Floats

    def admissions(self, weights: Floats, years: int) -> Floats:
        keeping = self.size * -np.expm1(-1.0) / response(self.cohort, 1).lasting[:, 0]
        return np.repeat((keeping * np.exp(weights[0] * self.pull))[:, None], years, axis=1)


@pytest.fixture
def stood() -> tuple[list[Pulled], Floats]:
    """Councils whose stock of each year came about with the true weight and pulls of that year."""
    source = np.random.default_rng(8)
    actual, standings = np.empty((COUNCILS, YEARS)), []
    actual[:, 0] = source.uniform(60, 300, COUNCILS)
    band = np.zeros(1, dtype=np.intp)
    for year in range(YEARS):
        one = np.ones((COUNCILS, 1))
        cohort = Cohort(actual[:, [year]], one, np.array([1.0]), np.ones(1), band, False)
        standings.append(Pulled(cohort, actual[:, year], source.standard_normal(COUNCILS) / 3))
        if year + 1 < YEARS:
            admitted = standings[-1].admissions(np.array([TRUE]), 1)[..., None]
            actual[:, year + 1] = response(cohort, 1).stock(admitted)[:, 0, 0]
    return standings, actual


def test_forecasts_with_the_true_weight_have_no_error_in_the_next_year(stood):
    past = Past(*stood, horizon=1, smallest=0.0)
    errors = past.errors(np.array([TRUE]))
    assert len(errors) == YEARS - 1
    assert max(np.abs(one.log).max() for one in errors) < 1e-12


def test_the_weight_that_made_the_past_is_found_again(stood):
    assert fit_weights(Past(*stood, horizon=1, smallest=0.0), CHOICES)[0] == pytest.approx(TRUE, abs=1e-3)


def test_one_wild_council_hardly_moves_the_weight(stood):
    standings, actual = stood
    actual[0, -1] *= 8
    assert fit_weights(Past(standings, actual, horizon=1, smallest=0.0), CHOICES)[0] == pytest.approx(TRUE, abs=0.05)


def test_errors_reach_no_further_than_the_horizon_or_the_last_year(stood):
    found = [one.ahead for one in Past(*stood, horizon=3, smallest=0.0).errors(np.array([TRUE]))]
    assert found == [1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1, 2, 1]


def test_small_and_unpublished_councils_do_not_count(stood):
    standings, actual = stood
    actual[1, 1] = np.nan
    first, *_ = Past(standings, actual, horizon=1, smallest=100.0).errors(np.array([TRUE]))
    expected = (actual[:, 0] > 100) & (actual[:, 1] > 100)
    assert not expected[1]
    np.testing.assert_array_equal(first.size, actual[expected, 0])


def test_errors_apart_are_beyond_what_all_were_out_by(stood):
    for one in Past(*stood, horizon=2, smallest=0.0).errors(np.array([0.0])):
        assert one.apart.mean() == pytest.approx(0.0, abs=1e-12)
        np.testing.assert_allclose(one.apart + one.mean, one.log)
