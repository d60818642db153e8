"""Reading a panel, and sharing out the age groups that are suppressed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from panels import made_up

from thrive_model.errors import InputError
from thrive_model.panel.councils import LookedAfter, filled, in_service, read_panel

NAN = float("nan")


def test_a_panel_is_read_into_councils_by_years_with_gaps_left_open(tmp_path: Path):
    file = tmp_path / "panel.csv"
    file.write_text(
        "la_code,unit,year_ending_31_march,indicator,value\n"
        "002,both,2011,pop_0_17,900\n001,both,2010,pop_0_17,500\n003,as_published_only,2010,pop_0_17,1\n",
        encoding="utf-8",
    )
    panel = read_panel(file)
    assert (panel.codes, panel.years.tolist()) == (("001", "002"), [2010, 2011])
    np.testing.assert_array_equal(panel["pop_0_17"], [[500, NAN], [NAN, 900]])
    assert np.isnan(panel["cp_31march"]).all()


def test_a_file_that_is_no_panel_is_refused_in_a_sentence(tmp_path: Path):
    file = tmp_path / "panel.csv"
    file.write_text("la_code,value\n001,3\n", encoding="utf-8")
    with pytest.raises(InputError, match="has no column unit, year_ending_31_march, indicator"):
        read_panel(file)


def test_what_is_suppressed_shares_what_the_total_leaves_as_the_nation_does():
    """Nation of the complete council: 10, 30, 60. Of 50, 20 are left for the first and second: 5 and 15."""
    groups = np.array([[[10.0, 30.0, 60.0]], [[NAN, NAN, 30.0]]])
    found = filled(groups, np.array([[100.0], [50.0]]))
    np.testing.assert_allclose(found[1, 0], [5, 15, 30])
    np.testing.assert_array_equal(found[0, 0], groups[0, 0])


def test_filled_groups_always_come_to_the_total():
    panel = made_up()
    source = np.random.default_rng(1)
    for name, array in panel.values.items():
        if "_age_" in name:
            array[source.random(array.shape) < 0.2] = np.nan
    care = LookedAfter.of(panel)
    np.testing.assert_allclose(care.stock.sum(axis=-1), care.total)
    assert (care.stock > 0).all()


def test_a_first_year_without_ages_has_each_council_its_own_of_the_second():
    care = LookedAfter.of(made_up())
    np.testing.assert_allclose(care.stock[:, 0] / care.total[:, [0]], care.stock[:, 1] / care.total[:, [1]])


def test_small_councils_and_those_with_gaps_in_the_first_years_are_left_out():
    panel = made_up(councils=4)
    panel["cla_31march_total"][0, 2] = np.nan
    panel["cla_31march_total"][1, 0] = 8
    assert in_service(panel).codes == ("M02", "M03")
