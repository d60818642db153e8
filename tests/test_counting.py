"""What figures count: found by asking each output, held against the figures it gives."""

from __future__ import annotations

import numpy as np
import pytest

from thrive_model.disclosure.counting import Counting
from thrive_model.outputs import Output, all_outputs
from thrive_model.run import Comparison


@pytest.mark.parametrize("run", ["do_nothing", "scenario"])
def test_every_state_ends_a_year_with_what_it_had_and_what_came_less_what_went(run: str, thrive: Comparison):
    counting = Counting(getattr(thrive, run))
    for state, weights in counting.balances():
        held = counting.values.get(("at", state))
        more = 0.0 if held is None else np.diff(held)
        np.testing.assert_allclose(counting.sum_of(weights), more, atol=1e-6)


@pytest.mark.parametrize("run", ["do_nothing", "scenario"])
def test_every_output_is_pounds_or_made_of_counts_in_a_way_that_is_understood(run: str, thrive: Comparison):
    counting = Counting(getattr(thrive, run))
    for name, output in all_outputs().items():
        made = counting.made(output)
        assert made is not None, name
        if made.kind != "pounds":
            np.testing.assert_allclose(counting.value_of(made), output.measure(counting.results)[:, 0], rtol=1e-9)


def test_a_percentage_is_known_by_its_part_and_whole(thrive: Comparison):
    made = Counting(thrive.scenario).made(all_outputs()["in_house_percent"])
    assert made is not None
    assert set(made.part) == {("at", name) for name in ("in_house_fostering", "kinship_care", "long_term_fostering")}
    assert set(made.whole) == {*made.part, ("at", "agency_fostering")}


def test_an_output_made_in_another_way_is_not_understood(thrive: Comparison):
    squared = Output("squared", "Squared", "children squared", True, "", "", lambda r: r.in_year("adoption") ** 2)
    odd = Output("odd", "Odd", "per cent", True, "", "", lambda r: r.left("looked_after") / r.population**2)
    assert Counting(thrive.scenario).made(squared) is None
    assert Counting(thrive.scenario).made(odd) is None


def test_pounds_for_each_child_are_known_by_the_children_they_are_for(thrive: Comparison):
    counting = Counting(thrive.scenario)
    made = counting.made(all_outputs()["cost_per_looked_after_child"])
    assert made is not None
    assert made.part == counting.at("looked_after")
