"""What admissions to expect of a council: the equation by hand, and from councils whose past is known."""

from __future__ import annotations

import numpy as np
import pytest
from panels import HAZARD, SHARE, WITHIN, made_up

from thrive_model.panel.admissions import CareStanding, standings
from thrive_model.panel.ages import AGES, BAND_OF_AGE
from thrive_model.panel.cohort import Cohort
from thrive_model.panel.councils import LookedAfter
from thrive_model.panel.national import history

WEIGHTS = np.array([0.2, 0.1, 0.5])


def test_expected_admissions_are_those_worked_out_by_hand():
    """200 children at 0.4 each: 80 × (1 + 0.2 × 0.5 − 0.1 × 0.3) = 85.6, and 81.6 with half of the first; floor 0.2."""
    cohort = Cohort(np.zeros((2, AGES)), np.tile(SHARE, (2, 1)), HAZARD, WITHIN, BAND_OF_AGE, True)
    standing = CareStanding(
        cohort, np.array([200.0, 100.0]), 0.4, np.array([0.5, 0.0]), np.array([-0.3, -9.0]), least_level=0.2
    )
    np.testing.assert_allclose(standing.admissions(WEIGHTS, 2), [[85.6, 81.6], [8.0, 8.0]])


def test_a_council_that_admits_more_than_the_nation_stands_out_by_as_much():
    panel = made_up(noise=0.0)
    care = LookedAfter.of(panel)
    *_, last = standings(care, history(care))
    np.testing.assert_allclose(last.own, 0.0, atol=0.01)
    np.testing.assert_allclose(last.room, 0.0, atol=1e-12)
    assert last.level == pytest.approx(care.started[:, 1].sum() / care.total[:, 0].sum(), rel=0.01)
    care.residents[2] *= 3
    assert standings(care, history(care))[-1].room.argmax() == 2


def test_ages_at_entry_are_shares_between_the_councils_own_and_the_nations():
    care = LookedAfter.of(made_up())
    care.started[0, :, 0] *= 4
    share = standings(care, history(care))[-1].cohort.share
    own = care.started[0, -1] / care.started[0, -1].sum()
    np.testing.assert_allclose(share.sum(axis=1), 1.0)
    assert share[1, 0] < share[0, 0] < own[0]
