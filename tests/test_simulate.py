"""Many draws: the same to the last bit however they are made, and intervals that mean what they say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from projects import invoke

from thrive_model import fund
from thrive_model.draws import BLOCK
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.run import run
from thrive_model.scenario import resolve
from thrive_model.uncertainty.figures import FUND_EMPTY, PAID_BACK
from thrive_model.uncertainty.local import Threads
from thrive_model.uncertainty.simulate import QUANTILES, Enough, Plan, Simulated, Span, simulate
from thrive_model.uncertainty.study import Study

SHORT = ["last_year=2014-15"]
DRAWS = 3 * BLOCK - 20


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.of(resolve("thrive", SHORT))


@pytest.fixture(scope="module")
def simulated(study: Study) -> Simulated:
    return made(study, DRAWS)


def made(study: Study, draws: int, threads: int = 2, method: str = "latin_hypercube") -> Simulated:
    found = Simulated.none_yet(study, Plan(draws, method))
    assert simulate(found, Threads(threads))
    return found


def row(found: Simulated, of: str, measure: str, when: str) -> int:
    """The index of a figure."""
    return next(
        i for i, one in enumerate(found.study.figures) if (one.run, one.measure, one.when) == (of, measure, when)
    )


def same(one: Simulated, other: Simulated) -> None:
    """Equal to the last bit."""
    for name, array in one.summary.state().items():
        np.testing.assert_array_equal(other.summary.state()[name], array, err_msg=name)


def test_as_many_draws_are_made_as_are_asked_for(simulated: Simulated):
    assert simulated.summary.draws == DRAWS
    assert simulated.is_finished


def test_any_number_of_threads_gives_the_same(simulated: Simulated, study: Study):
    same(simulated, made(study, DRAWS, threads=1))


def test_blocks_made_one_by_one_are_those_made_together(study: Study):
    together = study.blocks(0, 3)
    apart = np.concatenate([study.blocks(n, 1) for n in range(3)], axis=1)
    np.testing.assert_array_equal(together, apart)


def test_fewer_draws_are_the_first_of_more(simulated: Simulated, study: Study):
    fewer = made(study, 200)
    np.testing.assert_array_equal(
        np.concatenate(fewer.summary.held, axis=1), np.concatenate(simulated.summary.held, axis=1)[:, :200]
    )


def test_doing_nothing_is_the_same_beside_every_programme(simulated: Simulated):
    others = made(Study.of(resolve("do_nothing", SHORT)), DRAWS)
    for measure in ("pressure", "looked_after_children"):
        mine, theirs = row(simulated, "do_nothing", measure, "2014-15"), row(others, "scenario", measure, "2014-15")
        held = [np.concatenate(one.summary.held, axis=1) for one in (simulated, others)]
        np.testing.assert_allclose(held[0][mine], held[1][theirs], rtol=1e-12)


def test_the_stated_figures_are_those_of_a_run(simulated: Simulated):
    comparison = run(simulated.study.resolved)
    for name, output in all_outputs().items():
        for run_name, results in (("scenario", comparison.scenario), ("do_nothing", comparison.do_nothing)):
            at = row(simulated, run_name, name, "2012-13")
            assert simulated.study.stated[at] == output.measure(results)[0, 0]


def test_a_difference_is_the_scenario_less_doing_nothing_in_every_draw(simulated: Simulated):
    held = np.concatenate(simulated.summary.held, axis=1)
    scenario, nothing, between = (
        held[row(simulated, of, "looked_after_children", "2014-15")] for of in ("scenario", "do_nothing", "difference")
    )
    np.testing.assert_array_equal(between, scenario - nothing)
    assert between.std() < nothing.std() / 2  # the same luck in both


def test_quantiles_rise_and_events_are_shares(simulated: Simulated):
    quantiles = simulated.summary.quantiles(QUANTILES)
    assert (np.diff(quantiles, axis=1) >= 0).all()
    events = [i for i, figure in enumerate(simulated.study.figures) if figure.is_event]
    assert events
    assert ((simulated.summary.mean[events] >= 0) & (simulated.summary.mean[events] <= 1)).all()


@pytest.mark.parametrize("measure", [FUND_EMPTY, PAID_BACK])
def test_what_came_about_stays_so(simulated: Simulated, measure: str):
    shares = [simulated.summary.mean[i] for i, one in enumerate(simulated.study.figures) if one.measure == measure]
    assert len(shares) > 2
    assert (np.diff(shares) >= 0).all()


def test_the_fund_is_empty_in_the_month_by_which_what_was_needed_is_what_it_held(study: Study):
    """As stated, £2.9m is left in April 2014; need of 2014-15 is demand above the base and the programme's cost."""
    results = run(study.resolved).scenario
    book, months = results.ledger, results.assembled.months
    month = int(fund.month_empty(results)[0])
    april = next(i for i, one in enumerate(months) if str(one) == "2014-04")
    needed = 0.0
    for at in range(april, month + 1):
        demand = book.sum(use="demand_support")[april : at + 1, 0].sum()
        twelfths = results.assembled.base_budget * (at + 1 - april) / 12
        others = (book.sum(use="new_activity") + book.sum(use="change"))[april : at + 1, 0].sum()
        before, needed = needed, max(demand - twelfths, 0.0) + others
    held = float(fund.account_of(results).opening[2, 0])
    assert before < held <= needed


class Interrupting:
    """Workers whose second span is never made, for somebody pressed Ctrl-C."""

    def make(self, study: Study, plan: Plan, spans: Iterator[Span]) -> Iterator[Floats]:
        """The first block, and then an interrupt."""
        first, _ = next(iter(spans))
        yield study.blocks(first, 1, plan.method)
        raise KeyboardInterrupt


def test_an_interrupt_keeps_what_is_done_and_going_on_gives_the_same(simulated: Simulated, study: Study):
    found = Simulated.none_yet(study, Plan(DRAWS))
    assert not simulate(found, Interrupting())
    assert found.summary.draws == BLOCK
    assert simulate(found, Threads(2))
    same(simulated, found)
    assert [one.draws for one in found.snapshots] == [one.draws for one in simulated.snapshots]


def test_it_stops_once_the_standard_error_is_small_enough(study: Study):
    at = next(i for i, one in enumerate(study.figures) if one.measure == "looked_after_children")
    found = Simulated.none_yet(study, Plan(100 * BLOCK), Enough(at, 1e6))
    assert simulate(found, Threads(2))
    assert found.summary.draws == 10 * BLOCK
    assert found.is_finished


def test_a_sobol_sequence_comes_to_the_same_means(simulated: Simulated, study: Study):
    sobol = made(study, DRAWS, method="sobol")
    moving = simulated.summary.standard_deviation > 1e-6 * np.abs(simulated.summary.mean) + 1e-9
    away = np.abs(sobol.summary.mean - simulated.summary.mean)[moving]
    assert (away <= 4.0 * simulated.summary.standard_error[moving]).mean() > 0.99


def test_eighty_per_cent_intervals_hold_four_truths_in_five(study: Study):
    """Truths that are each drawn on its own, and not stratified: as many lie within P10 to P90 as should."""
    simulated = made(study, 8 * BLOCK)
    apart = np.random.default_rng(5).random((len(study.parameters), 8 * BLOCK))
    truths = study.at(study.correlations.join(study.keys, apart))
    low, high = simulated.summary.quantiles((0.1, 0.9)).T
    for measure in ("looked_after_children", "pressure", "spending_on_demand", "admissions_to_care"):
        at = row(simulated, "do_nothing", measure, "2014-15")
        within = ((truths[at] >= low[at]) & (truths[at] <= high[at])).mean()
        assert 0.77 <= within <= 0.83, measure


def test_whole_children_scatter_about_the_same_means(simulated: Simulated, study: Study):
    whole, again = (study.blocks(0, 1, whole_children=True) for _ in range(2))
    np.testing.assert_array_equal(whole, again)
    expected = study.blocks(0, 1)
    at = [row(simulated, "do_nothing", name, "2014-15") for name in ("looked_after_children", "adoptions", "referrals")]
    by_chance = whole[at] - expected[at]
    np.testing.assert_array_equal(whole[at], np.round(whole[at]))
    assert (
        np.abs(by_chance.mean(axis=1))
        <= 4.0 * by_chance.std(axis=1) / np.sqrt(BLOCK) + 0.01 * expected[at].mean(axis=1)
    ).all()
    assert (by_chance.std(axis=1) > 0.3 * np.sqrt(expected[at].mean(axis=1))).all()


def test_what_is_not_sure_is_told_with_its_place(tmp_path: Path):
    done = invoke("simulate", "thrive", "--draws", 2, "--out", tmp_path / "out", "--set", SHORT[0])
    assert done.exit_code == 0
    rows = (tmp_path / "out" / "drawn.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) - 1 == len(Study.of(resolve("thrive", SHORT)).parameters)
    assert all("yaml:" in line for line in rows[1:] if '"' not in line)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("looked_after_childre<1", "did you mean 'looked_after_children'?"),
        ("looked_after_children<0", "has no size above 0"),
        ("looked_after_children", "has no size above 0"),
        ("looked_after_children<nan", "has no size above 0"),
    ],
)
def test_a_rule_for_stopping_that_says_nothing_is_refused(said: str, found: str):
    done = invoke("simulate", "thrive", "--draws", 2, "--set", SHORT[0], "--stop-when", said)
    assert done.exit_code == 1
    assert found in done.stderr
    assert not done.stdout
