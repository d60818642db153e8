"""What a cohort comes to in later years: closed form, steps of a year, and the engine are one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from panels import HAZARD, SHARE, WITHIN, steady

from thrive_model.panel.ages import BAND_OF_AGE, year_on
from thrive_model.panel.cohort import Cohort, response
from thrive_model.panel.forecast import stepped

YEARS = 4


@pytest.fixture
def care() -> Cohort:
    source = np.random.default_rng(5)
    share = source.dirichlet(SHARE * 20, size=3)
    return Cohort(steady(np.array([[50.0], [200.0], [90.0]]) * share), share, HAZARD, WITHIN, BAND_OF_AGE, True)


@pytest.fixture
def plans() -> Cohort:
    one = np.zeros(1, dtype=np.intp)
    return Cohort(np.array([[80.0], [200.0], [30.0]]), np.ones((3, 1)), np.array([1.3]), np.ones(1), one, False)


def test_a_council_in_equilibrium_stays_where_it_is(care: Cohort):
    expected = np.repeat([[50.0], [200.0], [90.0]], YEARS, axis=1)
    found = response(care, YEARS).stock(expected[..., None])[..., 0]
    np.testing.assert_allclose(found, np.repeat(care.opening.sum(-1)[:, None], YEARS, axis=1), rtol=1e-12)


def test_plans_in_equilibrium_stay_where_they_are(plans: Cohort):
    one = response(plans, YEARS)
    level = plans.opening[:, 0] * -np.expm1(-1.3) / one.lasting[:, 0]
    found = one.stock(np.repeat(level[:, None, None], YEARS, axis=1))[..., 0]
    np.testing.assert_allclose(found, np.repeat(plans.opening, YEARS, axis=1), rtol=1e-12)


def test_the_closed_form_is_what_steps_of_a_year_come_to(care: Cohort):
    admissions = np.random.default_rng(2).uniform(20, 300, (3, YEARS))
    children = care.opening
    found = response(care, YEARS).stock(admissions[..., None])[..., 0]
    for year in range(YEARS):
        children, _, _ = year_on(children, admissions[:, [year]] * care.share, care.hazard, care.within)
        np.testing.assert_allclose(found[:, year], children.sum(axis=-1), rtol=1e-12)


@pytest.mark.parametrize("kind", ["care", "plans"])
def test_the_engine_and_the_closed_form_agree_for_every_draw(kind: str, request: pytest.FixtureRequest):
    cohort: Cohort = request.getfixturevalue(kind)
    source = np.random.default_rng(4)
    expected, factor = source.uniform(20, 300, (3, YEARS)), source.lognormal(0, 0.3, (3, YEARS, 7))
    np.testing.assert_allclose(
        stepped(cohort, expected, factor), response(cohort, YEARS).stock(expected[..., None] * factor), rtol=1e-12
    )


def test_a_higher_hazard_leaves_fewer(care: Cohort):
    slower, faster = response(care, YEARS), response(replace(care, hazard=care.hazard * 1.1), YEARS)
    assert (faster.staying < slower.staying).all()
    assert (faster.lasting < slower.lasting).all()
