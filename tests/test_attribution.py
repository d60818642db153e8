from __future__ import annotations

import json
import math
import os
import pty
import subprocess
from collections.abc import Callable
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from projects import command, environment, invoke, thrive

from thrive_model import shapley
from thrive_model.assemble import Inputs, assemble
from thrive_model.attribution import MOST_EXACT, Attribution, attribute
from thrive_model.errors import InputError
from thrive_model.outputs import all_outputs
from thrive_model.run import Comparison, run, run_one
from thrive_model.scenario import Resolved, resolve

HEAD = "extends: do_nothing\ntitle: A few things\nasks: What does each of them do?\ninterventions:\n"
LINE = "leaving_care"
"""A cost line of a fixed sum a year, so that what is done to it can be worked out by hand."""
RATIOS = {f"n{n}": 0.55 + 0.04 * n for n in range(11)}
"""One more on that line than every coalition of them is run."""
KEYS = [
    "scenario",
    "status",
    "model_version",
    "run_id",
    "output",
    "unit",
    "price_basis",
    "financial_year",
    "do_nothing",
    "with_programme",
    "total_change",
    "sum_of_alone",
    "interaction",
    "method",
    "players",
    "coalitions_run",
    "permutations",
    "seed",
    "interventions",
]
PART_KEYS = ["intervention", "title", "alone", "last_in", "share", "standard_error", "of_total"]

Write = Callable[..., Resolved]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a scenario with some interventions, and reads it."""

    def written(*interventions: str, settings: tuple[str, ...] = ()) -> Resolved:
        return resolve(str(_file(tmp_path, *interventions)), settings)

    return written


def _file(folder: Path, *interventions: str) -> Path:
    file = folder / "few.yaml"
    file.write_text(HEAD + "".join(interventions), encoding="utf-8")
    return file


def _one(name: str, *effects: str, cost: float = 0, start: str = "2012-04", more: str = "", title: str = "") -> str:
    """An intervention that is there in full from its start."""
    listed = "".join(f"\n      - {effect}" for effect in effects)
    lines = [f"title: {title or name.title()}", "use: new_activity", f"start: {start}", f"cost_per_year: {cost}"]
    lines += [more] if more else []
    lines += [f"effects:{listed}"] if effects else []
    return f"  {name}:\n" + "".join(f"    {line}\n" for line in lines)


def _move(move: str, ratio: float) -> str:
    return f"{{kind: multiply_move, move: {move}, relative_hazard: {ratio}}}"


def _volume(ratio: float, line: str = LINE) -> str:
    return f"{{kind: multiply_volume, cost_line: {line}, relative_volume: {ratio}}}"


def _shares(found: Attribution) -> dict[str, float]:
    return {part.intervention: part.share for part in found.parts}


def _alone(found: Attribution) -> dict[str, float]:
    return {part.intervention: part.alone for part in found.parts}


def _few(resolved: Resolved, output: str, year: str = "2012-13", orders: int = 4) -> Attribution:
    return attribute(resolved, output, year, orders=orders)


def _refused(resolved: Resolved, output: str, year: str = "") -> list[str]:
    with pytest.raises(InputError) as caught:
        attribute(resolved, output, year, orders=4)
    return [str(problem) for problem in caught.value.problems]


def _eleven() -> list[str]:
    return [_one(name, _volume(ratio)) for name, ratio in RATIOS.items()]


@pytest.fixture(scope="module")
def looked_after() -> Attribution:
    """The shipped programme in its second year, from a few orders."""
    return attribute(resolve("thrive"), "looked_after_children", "2013-14", orders=6)


@pytest.fixture(scope="module")
def pressed() -> Attribution:
    """The shipped programme in its first year, whose accounts are closed, from a few orders."""
    return attribute(resolve("thrive"), "pressure", "2012-13", orders=4)


# By hand


def test_two_on_one_cost_line_interact_by_the_product_of_their_ratios(write: Write, thrive: Comparison):
    """Of a line of L pounds 0.8 and 0.5 leave 0.4 L: alone -0.2 L and -0.5 L, together -0.6 L, interaction +0.1 L."""
    line = float(thrive.do_nothing.spent(line=LINE)[0, 0])
    found = _few(write(_one("a", _volume(0.8)), _one("b", _volume(0.5))), "spending_on_demand")
    assert _alone(found) == pytest.approx({"a": -0.2 * line, "b": -0.5 * line})
    assert found.total == pytest.approx(-0.6 * line)
    assert found.interaction == pytest.approx(0.1 * line)
    assert {part.intervention: part.last_in for part in found.parts} == pytest.approx(
        {"a": -0.1 * line, "b": -0.4 * line}
    )
    assert _shares(found) == pytest.approx({"a": -0.15 * line, "b": -0.45 * line})
    assert [part.of_total for part in found.parts] == pytest.approx([0.75, 0.25])
    assert [part.standard_error for part in found.parts] == [None, None]


def test_three_on_one_cost_line_share_as_products_do(write: Write, thrive: Comparison):
    """Before a join nobody (1/3), b or c (1/6 each), both (1/3): -0.2 L (1/3 + (0.5 + 0.25)/6 + 0.125/3) for 0.8."""
    line = float(thrive.do_nothing.spent(line=LINE)[0, 0])
    three = write(_one("a", _volume(0.8)), _one("b", _volume(0.5)), _one("c", _volume(0.25)))
    found = _few(three, "pressure")
    assert _shares(found)["a"] == pytest.approx(-0.2 * line * (1 / 3 + 0.75 / 6 + 0.125 / 3))
    assert found.total == pytest.approx(-0.9 * line)
    assert found.interaction == pytest.approx(-0.9 * line + (0.2 + 0.5 + 0.75) * line)


def test_costs_add_up_without_interaction(write: Write):
    both = write(_one("a", cost=120_000), _one("b", cost=60_000, more="paid_by_partners: 0.5"))
    found = _few(both, "programme_cost", "2013-14")
    assert _shares(found) == pytest.approx({"a": 120_000, "b": 30_000})
    assert found.interaction == 0.0
    assert found.do_nothing == 0.0


def test_two_on_one_move_come_to_what_one_with_the_product_of_their_ratios_does(write: Write):
    two = _few(write(_one("a", _move("referral", 0.8)), _one("b", _move("referral", 0.5))), "admissions_to_care")
    one = _few(write(_one("c", _move("referral", 0.4))), "admissions_to_care")
    assert two.total == pytest.approx(one.total, rel=1e-12)
    assert one.parts[0].share == one.parts[0].alone == one.parts[0].last_in == one.total
    assert two.interaction * two.total < 0
    for part in two.parts:
        assert part.share == pytest.approx((part.alone + part.last_in) / 2, rel=1e-12)


def test_interventions_that_are_alike_have_equal_shares(write: Write):
    alike = [_one(name, _move("admitted_from_need", 0.8)) for name in ("a", "b", "c")]
    found = _few(write(*alike), "looked_after_children")
    assert list(_shares(found).values()) == pytest.approx([found.total / 3] * 3, rel=1e-12)


def test_recruits_who_serve_another_show_in_company_alone_and_have_half_of_what_that_adds(write: Write):
    """Of two players the share is the mean of alone and last in, and the interaction what company adds."""
    carried = "carried_by: {supply: non_keywork_practitioners, children_per_unit: 10}"
    recruits = "{kind: multiply_recruitment, supply: non_keywork_practitioners, relative_recruitment: 20}"
    found = _few(
        write(_one("served", _move("admitted_from_need", 0.5), more=carried), _one("recruits", recruits)),
        "looked_after_children",
    )
    recruiting = next(part for part in found.parts if part.intervention == "recruits")
    assert recruiting.alone == 0.0
    assert recruiting.last_in < 0
    assert recruiting.share == pytest.approx(recruiting.last_in / 2)
    assert found.interaction == pytest.approx(recruiting.last_in)
    assert found.players == 2


# Who plays


def test_one_that_only_costs_has_exactly_nothing_of_what_happens_to_children(write: Write):
    found = _few(write(_one("a", _move("referral", 0.8)), _one("b", cost=1e6)), "looked_after_children")
    assert _shares(found)["b"] == _alone(found)["b"] == 0.0
    assert _shares(found)["a"] == found.total
    assert found.players == 1


def test_one_that_acts_on_costs_alone_has_nothing_of_children_and_its_part_of_spending(write: Write):
    both = write(_one("a", _move("admitted_from_need", 0.8)), _one("b", _volume(0.5)))
    assert _shares(_few(both, "looked_after_children"))["b"] == 0.0
    assert _shares(_few(both, "spending_on_demand"))["b"] < 0


def test_one_that_has_not_begun_by_the_year_has_exactly_nothing(write: Write):
    later = write(_one("a", _move("referral", 0.8)), _one("b", _move("referral", 0.8), start="2013-04"))
    found = _few(later, "referrals")
    assert _shares(found)["b"] == 0.0
    assert found.players == 1


def test_staff_are_counted_with_the_interventions_that_they_carry(write: Write):
    """16 specialist carers carry one, 26 practitioners another: doing nothing has none of them, in any coalition."""

    def carried(name: str, by: str) -> str:
        more = f"carried_by: {{supply: {by}, children_per_unit: 10}}"
        return _one(name, _move("admitted_from_need", 0.9), more=more)

    two = carried("first", "specialist_carers"), carried("second", "non_keywork_practitioners")
    resolved = write(*two, _one("third", _move("referral", 0.9)))
    found, beside = _few(resolved, "intervention_staff"), run(resolved)
    staff = {
        "first": float(beside.scenario.units("specialist_carers")[0, 0]),
        "second": float(beside.scenario.units("non_keywork_practitioners")[0, 0]),
        "third": 0.0,
    }
    assert found.do_nothing == 0
    assert _shares(found) == pytest.approx(staff)
    assert found.interaction == 0


def test_what_is_left_out_of_every_coalition_of_a_block_is_not_taken_for_idle(inputs: Inputs):
    """`swift` changes something in the scenario, though in none of these two draws."""
    out_of_it = {"swift": np.zeros(2), "family_keyworkers": np.array([0.0, 1.0])}
    assert assemble(resolve("thrive"), inputs, out_of_it).parameters.draws == 2


def test_one_that_is_switched_off_is_not_told(write: Write):
    both = (_one("a", _move("referral", 0.8)), _one("b", _move("referral", 0.8)))
    found = _few(write(*both, settings=("interventions.b.enabled=false",)), "referrals")
    assert list(_shares(found)) == ["a"]


def test_a_change_of_nothing_is_shared_as_nothing(write: Write):
    found = _few(write(_one("a", cost=1000), _one("b", cost=0)), "referrals")
    assert found.total == found.interaction == 0.0
    assert [(part.share, part.of_total) for part in found.parts] == [(0.0, None)] * 2


def test_up_to_ten_that_matter_every_coalition_is_run_and_beyond_orders_are_drawn(write: Write):
    ten = [_one(f"n{n}", _volume(0.9)) for n in range(MOST_EXACT)]
    exact = _few(write(*ten, _one("idle", cost=5)), "pressure")
    assert (exact.players, exact.orders, exact.seed) == (10, None, None)
    assert exact.coalitions_run >= 2**10
    drawn = _few(write(*ten, _one("eleventh", _volume(0.9))), "pressure")
    assert (drawn.players, drawn.orders, drawn.seed) == (11, 4, 20120401)


# Sums


def test_sampled_shares_are_within_four_standard_errors_of_the_exact_ones(write: Write, thrive: Comparison):
    """Eleven on one line of L pounds: what some come to is L times the product of their ratios."""
    line = float(thrive.do_nothing.spent(line=LINE)[0, 0])
    found = _few(write(*_eleven()), "pressure", orders=32)
    for part in found.parts:
        others = [ratio for name, ratio in RATIOS.items() if name != part.intervention]
        before = [
            math.fsum(math.prod(some) for some in combinations(others, size)) / (11 * math.comb(10, size))
            for size in range(11)
        ]
        exact = line * (RATIOS[part.intervention] - 1.0) * math.fsum(before)
        assert part.standard_error is not None
        assert 0 < part.standard_error < 0.1 * abs(exact)
        assert abs(part.share - exact) < 4 * part.standard_error
    assert math.fsum(_shares(found).values()) == found.total


def test_sampled_shares_of_the_shipped_programme_sum_to_the_total_to_the_last_digit(
    looked_after: Attribution, pressed: Attribution
):
    for found in (looked_after, pressed):
        assert found.orders
        assert math.fsum(_shares(found).values()) == found.total


def test_exact_shares_of_the_engine_sum_to_the_total_to_the_last_digit(write: Write):
    three = write(
        _one("a", _move("referral", 0.9)), _one("b", _move("accepted", 0.8)), _one("c", _move("plan_ends", 1.3))
    )
    for output in ("referrals", "re_referral_percent", "looked_after_children", "spending_on_demand"):
        found = _few(three, output)
        assert math.fsum(_shares(found).values()) == found.total


def test_parts_come_in_order_of_their_size(looked_after: Attribution):
    sizes = [abs(part.share) for part in looked_after.parts]
    assert sizes == sorted(sizes, reverse=True)


def test_the_standard_errors_of_the_shipped_programme_are_small_beside_its_largest_share(looked_after: Attribution):
    errors = [part.standard_error for part in looked_after.parts]
    assert all(error is not None and error < 0.05 * abs(looked_after.parts[0].share) for error in errors)
    assert looked_after.parts[0].standard_error


# Beside the run


def test_nobody_is_doing_nothing_and_everybody_the_scenario(
    looked_after: Attribution, pressed: Attribution, thrive: Comparison
):
    for found, year in ((looked_after, 1), (pressed, 0)):
        measure = found.output.measure
        assert found.do_nothing == pytest.approx(float(measure(thrive.do_nothing)[year, 0]), rel=1e-12)
        assert found.scenario == pytest.approx(float(measure(thrive.scenario)[year, 0]), rel=1e-12)
        assert found.total == found.scenario - found.do_nothing


def test_what_the_accounts_of_a_closed_year_have_drawn_is_drawn_in_every_coalition(
    looked_after: Attribution, pressed: Attribution
):
    assert pressed.closed
    assert not looked_after.closed
    drawn = attribute(resolve("thrive"), "programme_cost", "2012-13", orders=4)
    assert drawn.do_nothing > 0


def test_the_year_is_that_of_the_pressure_where_none_is_given(write: Write):
    assert str(_few(write(_one("a", _volume(0.5))), "pressure", "").year) == "2014-15"


@pytest.mark.parametrize("draws", [1, 3])
def test_a_run_ended_with_a_year_says_of_it_what_the_whole_run_says(draws: int, inputs: Inputs):
    whole = assemble(resolve("thrive"), inputs, {"swift": np.resize([1.0, 0.0], draws)})
    full = run_one(whole)
    for year in (0, 3):
        ended = run_one(whole.until(whole.years[year]))
        assert len(ended.years) == year + 1
        assert len(ended.trajectory.flow) == 12 * (year + 1)
        for output in all_outputs().values():
            np.testing.assert_allclose(output.measure(ended), output.measure(full)[: year + 1], rtol=1e-12)


def test_some_of_the_draws_say_what_they_say_among_all_bit_for_bit(inputs: Inputs):
    included = {"swift": np.array([1.0, 0.0, 1.0, 0.0]), "family_keyworkers": np.array([1.0, 1.0, 0.0, 0.0])}
    year = resolve("thrive").scenario.first_year
    whole = assemble(resolve("thrive"), inputs, included).until(year)
    some, every = run_one(whole.of_draws(slice(1, 3))), run_one(whole)
    assert some.trajectory.flow.shape[-1] == 2
    np.testing.assert_array_equal(some.trajectory.flow, every.trajectory.flow[..., 1:3])
    for output in all_outputs().values():
        np.testing.assert_array_equal(
            np.broadcast_to(output.measure(some), (1, 2)), np.broadcast_to(output.measure(every), (1, 4))[:, 1:3]
        )


# Repeated


def test_the_same_seed_gives_the_same_bytes_whatever_the_hash_seed(tmp_path: Path):
    words = ["attribute", _file(tmp_path, *_eleven()), "--output", "pressure", "--year", "2012-13", "--json"]
    first, second = (thrive(*words, "--permutations", "4", PYTHONHASHSEED=seed) for seed in ("0", "4242"))
    assert first.returncode == second.returncode == 0
    assert first.stderr == ""
    assert first.stdout == second.stdout != ""


def test_another_seed_draws_other_orders(write: Write):
    first, other = (_few(write(*_eleven(), settings=(f"seed={seed}",)), "pressure") for seed in (1, 7))
    assert (first.seed, other.seed) == (1, 7)
    assert first.total == other.total
    assert _alone(first) == _alone(other)
    assert _shares(first) != _shares(other)


def test_no_coalition_is_run_twice(write: Write):
    three = [_one(name, _move("referral", 0.9)) for name in ("a", "b", "c")]
    assert _few(write(*three), "referrals").coalitions_run == 2**3


def test_what_is_run_goes_through_the_hands_of_whoever_watches(write: Write):
    seen: list[int] = []

    class Watch:
        def __init__(self, blocks: Any) -> None:
            self.blocks = blocks

        def __enter__(self) -> Any:
            return (seen.append(len(block)) or block for block in self.blocks)

        def __exit__(self, *told: object) -> None:
            seen.append(0)

    five = write(*(_one(f"n{n}", _volume(0.9)) for n in range(5)))
    found = attribute(five, "pressure", "2012-13", orders=4, watch=Watch)
    assert seen[-1] == 0
    assert sum(seen) == found.coalitions_run - 12


# What is refused


def test_an_unknown_output_a_year_outside_the_run_and_no_interventions_are_told_at_once():
    told = _refused(resolve("do_nothing"), "looked_after_childern", "2018-19")
    assert told[:2] == [
        "error: --output: unknown output 'looked_after_childern' (did you mean 'looked_after_children'?)",
        "error: --year: '2018-19' is outside the run (name a year from 2012-13 to 2017-18)",
    ]
    assert told[2].startswith("error: do_nothing.yaml:")
    assert "interventions: has none that is enabled, so that there is no change to share out" in told[2]
    assert len(told) == 3


@pytest.mark.parametrize("year", ["2014", "2014-16", "soon"])
def test_what_is_no_financial_year_is_refused(year: str):
    told = _refused(resolve("thrive"), "pressure", year)
    assert told == [f"error: --year: must be a financial year such as 2012-13, not '{year}'"]


def test_fewer_permutations_than_have_a_standard_error_are_misuse():
    shown = invoke("attribute", "thrive", "--output", "pressure", "--permutations", "2")
    assert shown.exit_code == 2
    assert "2 is not in the range x>=4" in shown.stderr


# The command


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Two interventions on one move, and one that costs."""
    return _file(tmp_path, _one("a", _move("referral", 0.8)), _one("b", _move("referral", 0.5)), _one("c", cost=1e5))


def test_the_screen_has_a_row_an_intervention_the_sum_and_the_interaction(file: Path):
    shown = invoke("attribute", file, "--output", "referrals", "--year", "2012-13")
    assert shown.exit_code == 0
    assert shown.stderr == ""
    lines = shown.stdout.splitlines()
    assert lines[0] == "A few things, East Sussex   few: Referrals, 2012-13"
    assert lines[4].split("  ")[0] == "Referrals in the year"
    assert [line.split()[0] for line in lines[5:10]] == ["B", "A", "C", "Sum", "Interaction"]
    assert lines[7].split() == ["C", "0", "0", "0", "0.0%"]
    assert lines[8].split()[-1] == "100%"
    text = " ".join(lines[11:])
    assert "less than the sum of each alone, as several on one move multiply" in text
    assert "The shares are exact: every combination of the 2 that matter was run." in text


def test_the_screen_of_a_sampled_attribution_states_its_standard_errors_and_fits():
    words = ("--output", "pressure", "--year", "2012-13", "--permutations", "4")
    shown = invoke("attribute", "thrive", *words).stdout
    lines = shown.splitlines()
    assert lines[4].split() == ["£000,", "nominal", "alone", "last", "in", "share", "s.e.", "%", "of", "total"]
    told = "Estimated from 4 orders, an order and its reverse in turn (seed 20120401); s.e. is the standard error."
    assert told in " ".join(lines)
    assert "The accounts of 2012-13 are closed" in " ".join(lines)
    assert max(map(len, lines)) <= 100
    assert "\x1b" not in shown


def test_interactions_of_either_sign_and_none_are_put_in_words(tmp_path: Path):
    def told(*interventions: str, output: str = "looked_after_children") -> str:
        file = _file(tmp_path, *interventions)
        return " ".join(invoke("attribute", file, "--output", output, "--year", "2012-13").stdout.split())

    carried = "carried_by: {supply: non_keywork_practitioners, children_per_unit: 10}"
    recruits = "{kind: multiply_recruitment, supply: non_keywork_practitioners, relative_recruitment: 20}"
    served = _one("a", _move("admitted_from_need", 0.5), more=carried)
    assert "more than the sum of each alone" in told(served, _one("b", recruits))
    assert "Interaction: none." in told(_one("a", cost=1000), _one("b", cost=500), output="programme_cost")


def test_how_far_the_runs_have_come_is_shown_on_a_terminal_alone(file: Path):
    terminal, end = pty.openpty()
    words = ("attribute", file, "--output", "referrals", "--year", "2012-13", "--json")
    shown = subprocess.run(command(*words), env=environment(), stdout=subprocess.PIPE, stderr=end, check=True)
    os.close(end)
    assert b"Running combinations" in os.read(terminal, 10_000)
    os.close(terminal)
    assert json.loads(shown.stdout)["method"] == "exact"


def test_a_title_is_shown_as_it_was_written(tmp_path: Path):
    file = _file(tmp_path, _one("a", _volume(0.5), title='"Help [bold]at home[/] and \\"away\\""'))
    shown = invoke("attribute", file, "--output", "pressure", "--year", "2012-13").stdout
    assert '\nHelp [bold]at home[/] and "away"  ' in shown


def test_a_set_value_is_named_on_the_screen(file: Path):
    shown = invoke("attribute", file, "--output", "referrals", "--year", "2012-13", "--set", "seed=3").stdout
    assert "\n--set seed=3\n" in shown


def test_the_json_object_has_exactly_these_keys_unrounded(file: Path):
    printed = json.loads(invoke("attribute", file, "--output", "referrals", "--year", "2012-13", "--json").stdout)
    found = attribute(resolve(str(file)), "referrals", "2012-13", orders=4)
    assert list(printed) == KEYS
    assert all(list(part) == PART_KEYS for part in printed["interventions"])
    assert (printed["method"], printed["permutations"], printed["seed"]) == ("exact", None, None)
    assert (printed["unit"], printed["price_basis"]) == ("referrals in the year", None)
    assert printed["total_change"] == found.total == math.fsum(part["share"] for part in printed["interventions"])
    assert [part["share"] for part in printed["interventions"]] == [part.share for part in found.parts]
    assert printed["interaction"] == printed["total_change"] - printed["sum_of_alone"]


def test_the_json_object_of_a_sampled_attribution_says_how_it_was_come_by(tmp_path: Path):
    words = (_file(tmp_path, *_eleven()), "--output", "pressure", "--year", "2012-13", "--permutations", "5")
    printed = json.loads(invoke("attribute", *words, "--json").stdout)
    assert (printed["method"], printed["permutations"], printed["seed"]) == ("sampled", 6, 20120401)
    assert printed["price_basis"] == "nominal"
    assert all(isinstance(part["standard_error"], float) for part in printed["interventions"])


def test_a_mistake_in_the_scenario_is_refused_on_stderr_alone(tmp_path: Path):
    shown = invoke("attribute", _file(tmp_path, _one("a", _move("referal", 0.5))), "--output", "referrals")
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert "unknown move 'referal' (did you mean 'referral'?)" in shown.stderr


def test_the_fewest_permutations_asked_for_are_the_fewest_that_are_drawn():
    assert len(shapley.orders_and_reverses("ab", 4, seed=0)) == shapley.FEWEST_ORDERS == 4
