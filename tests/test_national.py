"""The nation's hazards of leaving, and the ages of each council under them."""

from __future__ import annotations

import numpy as np
from panels import HAZARD, SHARE, SLOPES, WITHIN, made_up, steady

from thrive_model.panel.ages import by_group, within_group, year_on
from thrive_model.panel.councils import LookedAfter
from thrive_model.panel.national import entry_slopes, history, leaving, usual


def test_the_hazards_that_made_the_exits_are_found_again():
    children, admissions = steady(900 * SHARE), 1000 * SHARE
    _, exits, turned_18 = year_on(children, admissions, HAZARD, WITHIN)
    exits[-1] += turned_18
    np.testing.assert_allclose(leaving(children, admissions, exits, WITHIN), HAZARD, rtol=1e-9)


def test_modelled_exits_of_every_year_are_the_nations_published_by_age():
    care = LookedAfter.of(made_up())
    past = history(care)
    for year in range(2, care.stock.shape[1]):
        closed = care.stock[:, year].sum(-1) - care.stock[:, year - 1].sum(-1) + care.ceased[:, year].sum(-1)
        entering = (closed / care.started[:, year].sum(-1))[:, None] * care.started[:, year]
        _, exits, turned_18 = year_on(
            past.children[:, year - 1].sum(0), entering.sum(0), past.hazard[year], past.within
        )
        exits[-1] += turned_18
        np.testing.assert_allclose(exits, care.ceased[:, year].sum(axis=0), rtol=1e-9)


def test_single_ages_come_to_exactly_the_published_groups():
    care = LookedAfter.of(made_up())
    np.testing.assert_allclose(by_group(history(care).children), care.stock, rtol=1e-12)


def test_admissions_close_the_change_in_stock_under_the_nations_hazards():
    care = LookedAfter.of(made_up(noise=0.0))
    past = history(care)
    np.testing.assert_allclose(past.admitted[:, 3:], care.started[:, 3:].sum(axis=-1), rtol=2e-3)
    np.testing.assert_allclose(past.hazard[3:], np.broadcast_to(HAZARD, past.hazard[3:].shape), rtol=0.05)


def test_the_slopes_of_entry_that_made_the_stocks_by_age_are_found_again():
    found = entry_slopes(LookedAfter.of(made_up()))
    np.testing.assert_allclose(found, SLOPES, atol=0.02)


def test_slopes_of_entry_are_flat_where_there_are_too_few_years():
    assert (entry_slopes(LookedAfter.of(made_up().up_to(2012))) == 0).all()


def test_admissions_of_an_age_group_add_up_whatever_their_slope():
    np.testing.assert_allclose(by_group(within_group(np.array([-6.0, 0, 1, 2, 3]))), 1.0)


def test_usual_is_a_geometric_mean_in_which_each_year_before_counts_less():
    assert usual(np.array([8.0, 1.0]), 0.5) == np.exp(np.log(8) / 3)
    assert usual(np.array([np.nan, 4.0]), 0.5) == np.exp(np.log(4))
