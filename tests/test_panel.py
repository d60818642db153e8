"""Forecasts of a panel as a whole: nothing looks ahead, intervals behave, published figures fall within them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from panels import blanked_after, made_up
from projects import ROOT, environment

from thrive_model.panel.choices import CARE
from thrive_model.panel.councils import Panel, in_service, read_panel
from thrive_model.panel.forecast import Fitted, drawn, fit_care, fit_plans, quantiles, stepped
from thrive_model.panel.shocks import Shocks, draw, drift_variance

PUBLISHED = ROOT.parent / "shared" / "panel" / "panel.csv.gz"
FITS = pytest.mark.parametrize("fit", [fit_care, fit_plans], ids=["care", "plans"])
DRAWS = 400
MIDDLE = 11


@pytest.fixture(scope="module")
def panel() -> Panel:
    return made_up()


@pytest.fixture(scope="module")
def fitted(panel: Panel) -> Fitted:
    return fit_care(panel.up_to(2015))


@FITS
def test_nothing_published_after_the_origin_changes_a_forecast(panel: Panel, fit):
    blank = blanked_after(panel, 2015)
    assert np.isnan(blank["cla_31march_total"][:, -1]).all()
    whole, cut = (quantiles(fit(one.up_to(2015)), DRAWS) for one in (panel, blank))
    assert whole.tobytes() == cut.tobytes()


@FITS
def test_councils_that_stand_still_are_expected_to_stay(fit):
    still = made_up(noise=0.0)
    name = "cla_31march_total" if fit is fit_care else "cp_31march"
    found = quantiles(fit(still.up_to(2015)), DRAWS)[..., MIDDLE]
    np.testing.assert_allclose(found, np.repeat(still[name][:, [5]], found.shape[1], axis=1), rtol=0.01)


@FITS
def test_quantiles_rise_and_spread_with_the_years(panel: Panel, fit):
    found = quantiles(fit(panel.up_to(2016)), DRAWS)
    assert (np.diff(found, axis=-1) > 0).all()
    width = found[..., -3] - found[..., 2]
    assert (width[:, -1] > width[:, 0]).all()


@pytest.mark.parametrize("spread", ["drift", "passing", "nation", "children"])
def test_more_of_any_shock_makes_wider_intervals(fitted: Fitted, spread: str):
    rougher = replace(fitted.shocks, **{spread: getattr(fitted.shocks, spread) * 6})
    narrow, wide = (quantiles(one, DRAWS) for one in (fitted, replace(fitted, shocks=rougher)))
    assert (wide[..., -2] - wide[..., 1] > narrow[..., -2] - narrow[..., 1]).all()


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(panel: Panel, fitted: Fitted):
    again = fit_care(panel.up_to(2015))
    assert quantiles(fitted, DRAWS, seed=1).tobytes() == quantiles(again, DRAWS, seed=1).tobytes()
    assert quantiles(fitted, DRAWS, seed=1).tobytes() != quantiles(fitted, DRAWS, seed=2).tobytes()


def test_a_councils_draws_are_the_same_whichever_others_are_drawn(fitted: Fitted):
    every = draw(fitted.shocks, fitted.codes, fitted.size, years=3, draws=10, seed=4)
    one = draw(fitted.shocks, fitted.codes[2:3], fitted.size[2:3], years=3, draws=10, seed=4)
    np.testing.assert_array_equal(every[2], one[0])


def test_an_odd_number_of_draws_is_refused(fitted: Fitted):
    with pytest.raises(ValueError, match="even number"):
        quantiles(fitted, 7)


def test_the_nations_shock_is_the_same_for_all_councils_of_a_draw():
    shocks = Shocks(drift=0.0, passing=0.0, children=100.0, damping=0.8, nation=0.1, freedom=8.0)
    found = draw(shocks, ("one", "other"), np.array([50.0, 500.0]), years=3, draws=10, seed=4)
    np.testing.assert_array_equal(found[0], found[1])
    assert np.std(found[0, 0]) > 0


def test_drift_that_is_damped_at_once_varies_as_passing_noise_does():
    reach = np.array([[0.3, 0.0], [0.25, 0.3]])
    np.testing.assert_allclose(drift_variance(reach, 0.0), [0.09, 0.0625 + 0.09])
    np.testing.assert_allclose(drift_variance(reach, 1.0), [0.09, 0.55**2 + 0.09])


@FITS
def test_six_steps_of_the_engine_a_council_answer_for_every_draw(panel: Panel, fit):
    found = fit(panel.up_to(2015))
    factor = draw(found.shocks, found.codes, found.size, years=5, draws=20, seed=9)
    np.testing.assert_allclose(drawn(found, factor), stepped(found.cohort, found.expected, factor), rtol=1e-12)
    np.testing.assert_allclose(quantiles(found, 20), quantiles(found, 20, every_draw=True), rtol=1e-12)


def test_a_council_that_publishes_no_stock_has_no_forecast(panel: Panel):
    values = {name: array.copy() for name, array in panel.values.items()}
    for name, array in values.items():
        if name.startswith("cla_31march"):
            array[3, panel.years == 2015] = np.nan
    found = quantiles(fit_care(replace(panel, values=values).up_to(2015)), DRAWS)
    assert np.isnan(found[3]).all()
    assert np.isfinite(np.delete(found, 3, axis=0)).all()


def test_weights_that_are_held_hard_stay_at_their_priors(panel: Panel):
    held = tuple(replace(prior, sd=1e-6) for prior in CARE.weights.priors)
    found = fit_care(panel.up_to(2015), replace(CARE, weights=replace(CARE.weights, priors=held)))
    np.testing.assert_allclose(found.weights, [prior.mean for prior in held], atol=1e-4)


def test_the_benchmark_says_where_to_get_the_panel_and_ends_with_1_where_there_is_none(tmp_path: Path):
    told = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "forecast_skill.py", tmp_path],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 1
    assert "has no panel.csv.gz" in told.stderr
    assert "docs/validation.md" in told.stderr


@pytest.mark.skipif(not PUBLISHED.is_file(), reason="the national panel is not beside this checkout")
def test_the_published_panel_is_forecast_within_bounds_that_hold_the_next_year():
    """The first origin: hazards of leaving, the pooled weights, and how many actual figures fall within 80%."""
    whole = in_service(read_panel(PUBLISHED))
    found = fit_care(whole.up_to(2013))
    np.testing.assert_allclose(found.cohort.hazard, [0.400, 0.594, 0.318, 0.214, 0.190], atol=0.002)
    np.testing.assert_allclose(found.weights, [0.188, 0.135, 0.478], atol=0.005)
    bounds = quantiles(found, DRAWS)[:, 0, [3, -4]]
    actual = whole["cla_31march_total"][:, whole.years == 2014]
    known = np.isfinite(actual[:, 0])
    within = ((bounds[:, :1] <= actual) & (actual <= bounds[:, 1:]))[known]
    assert known.sum() > 100
    assert 0.7 < within.mean() < 0.9
