"""What CP plans to expect: the nation's hazard, the level at which it stands still, and the pulls on a council."""

from __future__ import annotations

import numpy as np
import pytest
from panels import PLAN_HAZARD, made_up

from thrive_model.panel.plans import first_year, lasting_a_year, standings, with_plans


def test_the_hazard_that_made_the_plans_is_found_again_every_year():
    for standing in standings(made_up()):
        assert standing.cohort.hazard[0] == pytest.approx(PLAN_HAZARD, abs=1e-9)


def test_at_its_level_the_nations_number_stands_still():
    (*_, standing) = standings(made_up())
    starts = standing.level * lasting_a_year(PLAN_HAZARD)
    assert np.exp(-PLAN_HAZARD) + starts == pytest.approx(1.0)
    assert standing.admissions(np.zeros(3), 2) == pytest.approx(np.outer(standing.size, [1, 1]) * standing.level)


def test_a_council_above_its_usual_number_is_drawn_down():
    panel = made_up(noise=0.0)
    panel["cp_31march"][4, -1] *= 2
    *_, standing = standings(panel)
    assert standing.pulls[0].argmin() == 4
    drawn = standing.admissions(np.array([0.5, 0.0, 0.0]), 1)[:, 0] / standing.size
    assert drawn.argmin() == 4


def test_pulls_are_apart_from_the_mean_of_councils():
    for standing in standings(made_up()):
        np.testing.assert_allclose(standing.pulls.mean(axis=1), 0.0, atol=1e-12)


def test_plans_begin_in_the_year_after_the_first_that_is_published():
    panel = made_up()
    panel["cp_31march"][:, :3] = np.nan
    assert first_year(panel) == 4
    assert len(standings(panel)) == len(panel.years) - 4


def test_councils_whose_plans_are_not_published_are_left_out():
    panel = made_up(councils=3)
    panel["cp_31march"][1, -1] = np.nan
    assert with_plans(panel).codes == ("M00", "M02")
