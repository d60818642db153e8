"""What befalls the service whatever is done about it, and what befalls the programme alone."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from projects import ROOT, invoke

from thrive_model.interventions import Intervention
from thrive_model.outputs import all_outputs, programme_cost
from thrive_model.parameters import Floats
from thrive_model.periods import Month
from thrive_model.results import Results
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

BASE = "thrive"
SHOCKS_ALONE = ("welfare_reform", "safeguarding_surge", "carer_shortage")
WITH_SHOCKS = (*SHOCKS_ALONE, "partner_funding_cuts")
PROGRAMME_ALONE = ("programme_slippage",)
RISKS = (*WITH_SHOCKS, *PROGRAMME_ALONE)
PARTNERS_WITHOUT_SHOCK = ("partner_funding_cuts", "shocks.partners_early_help.enabled=false")


@cache
def compared(name: str, *settings: str) -> Comparison:
    return run(resolve(name, settings))


def both(name: str) -> tuple[Results, Results]:
    return compared(name).scenario, compared(name).do_nothing


def measured(output: str, results: Results) -> Floats:
    return all_outputs()[output].measure(results)[:, 0]


def changes(output: str, name: str) -> list[Floats]:
    """By how much a scenario differs from the plain programme, and its doing nothing from the plain one, by year."""
    return [
        measured(output, mine) - measured(output, plain) for mine, plain in zip(both(name), both(BASE), strict=True)
    ]


@pytest.mark.parametrize("name", RISKS)
def test_every_risk_is_accepted(name: str):
    assert invoke("check", name).stdout == f"{name}: nothing to refuse\n"


@pytest.mark.parametrize("name", RISKS)
def test_no_risk_begins_before_april_2013(name: str):
    for shock in resolve(name).scenario.shocks.values():
        assert shock.start > Month(2013, 3)
    for output in all_outputs():
        for change in changes(output, name):
            assert change[0] == 0, output


@pytest.mark.parametrize("name", WITH_SHOCKS)
def test_every_shock_quotes_the_risk_it_comes_from(name: str):
    """In the words of the report: external changes of financing, policy and welfare, and the ones to watch."""
    risks = (
        "to the financing of local government and our partner organisations",
        "in the strategic landscape such as Government policy in relation to safeguarding",
        "for those we work with such as the possible impact of welfare reform",
        "momentum up on recruiting foster carers - including specialist carers [for] disabled children",
    )
    for shock in resolve(name).scenario.shocks.values():
        assert any(risk in shock.what for risk in risks)
        assert "paragraph 1.3" in shock.what


@pytest.mark.parametrize("name", SHOCKS_ALONE)
def test_a_shock_costs_the_programme_nothing(name: str):
    mine, plain = compared(name).scenario, compared(BASE).scenario
    np.testing.assert_array_equal(programme_cost(mine), programme_cost(plain))
    for results in both(name):
        assert not set(resolve(name).scenario.shocks) & set(results.ledger.lines)


@pytest.mark.parametrize("name", WITH_SHOCKS)
def test_a_shock_raises_pressure_with_and_without_the_programme(name: str):
    for change in changes("pressure", name):
        assert (change[1:] > 0).all()


@pytest.mark.parametrize("name", WITH_SHOCKS)
def test_a_shock_that_is_switched_off_leaves_doing_nothing_as_it_was(name: str):
    off = [f"shocks.{shock}.enabled=false" for shock in resolve(name).scenario.shocks]
    assert_nothing_differs(compared(name, *off).do_nothing, compared(BASE).do_nothing)


@pytest.mark.parametrize("name", SHOCKS_ALONE)
def test_a_shock_that_is_switched_off_leaves_the_programme_as_it_was(name: str):
    off = [f"shocks.{shock}.enabled=false" for shock in resolve(name).scenario.shocks]
    assert_nothing_differs(compared(name, *off).scenario, compared(BASE).scenario)


@pytest.mark.parametrize("words", [(*PROGRAMME_ALONE,), PARTNERS_WITHOUT_SHOCK], ids=lambda words: words[0])
def test_what_befalls_the_programme_alone_leaves_doing_nothing_as_it_was(words: tuple[str, ...]):
    name, *settings = words
    mine = compared(name, *settings)
    assert_nothing_differs(mine.do_nothing, compared(BASE).do_nothing)
    assert not np.array_equal(mine.scenario.trajectory.stock, compared(BASE).scenario.trajectory.stock)


def assert_nothing_differs(mine: Results, plain: Results) -> None:
    """To the last bit: children, moves and pounds."""
    np.testing.assert_array_equal(mine.trajectory.stock, plain.trajectory.stock)
    np.testing.assert_array_equal(mine.trajectory.flow, plain.trajectory.flow)
    assert mine.ledger.lines == plain.ledger.lines
    np.testing.assert_array_equal(mine.ledger.amount, plain.ledger.amount)


# Each in its own direction


def test_welfare_reform_brings_more_children_in_and_lets_fewer_go():
    for output in ("referrals", "children_in_need", "looked_after_children"):
        for change in changes(output, "welfare_reform"):
            assert (change[1:] > 0).all(), output


def test_a_surge_raises_referrals_at_once_and_fades():
    for mine, plain in zip(both("safeguarding_surge"), both(BASE), strict=True):
        share = entries(mine) / entries(plain)
        begins = mine.assembled.months.index(Month(2013, 10))
        np.testing.assert_allclose(share[:begins], 1.0)
        assert share[begins + 2] == pytest.approx(1.11) == pytest.approx(share.max())
        assert (np.diff(share[begins + 2 :]) < 0).all()
        assert share[begins + 2 + 12] == pytest.approx(1 + 0.11 * 0.75)


def entries(results: Results) -> Floats:
    """Children not known before who are referred, by month."""
    (arrow,) = results.assembled.pathway.arrows_named("referral")
    return np.asarray(results.trajectory.flow[:, arrow].sum(axis=1)[:, 0])


def test_a_surge_is_followed_by_admissions():
    for change in changes("admissions_to_care", "safeguarding_surge"):
        assert (change[1:] > 0).all()


def test_a_shortage_of_carers_sends_more_children_to_agencies_and_admits_no_more():
    """The programme's carers are not all needed until 2015-16, so that fewer of them are not missed before."""
    with_programme, without = changes("in_house_percent", "carer_shortage")
    assert (without[1:] < 0).all()
    assert (with_programme[1:] <= 0).all()
    assert (with_programme[3:] < 0).all()
    for change in changes("admissions_to_care", "carer_shortage"):
        assert np.abs(change).max() < 1.0


def test_a_shortage_of_carers_costs_more_for_each_child_with_an_agency():
    """From October 2013, when the ramp is over, a tenth more."""
    for mine, plain in zip(both("carer_shortage"), both(BASE), strict=True):
        a_child = [results.spent(line="agency_fostering")[-1, 0] / in_agencies(results) for results in (mine, plain)]
        assert a_child[0] / a_child[1] == pytest.approx(1.1, rel=1e-9)


def in_agencies(results: Results) -> float:
    """Child-weeks with agencies in the last year."""
    cells = results.assembled.pathway.cells_of("agency_fostering")
    stock = results.trajectory.stock[-13:][:, cells].sum(axis=(1, 2))[:, 0]
    weeks = np.array([month.weeks for month in results.assembled.months[-12:]])
    return float(((stock[:-1] + stock[1:]) / 2 * weeks).sum())


def test_partner_cuts_move_what_partners_paid_to_the_council():
    mine, plain = compared("partner_funding_cuts").scenario, compared(BASE).scenario
    assert (programme_cost(mine)[1:] > programme_cost(plain)[1:]).all()
    paid = [results.spent(use="partners")[:, 0] for results in (mine, plain)]
    assert (paid[0][1:3] < paid[1][1:3]).all()
    np.testing.assert_allclose(
        programme_cost(mine)[:, 0] + paid[0], programme_cost(plain)[:, 0] + paid[1], err_msg="nobody is paid more"
    )


def test_partner_cuts_leave_fewer_in_early_help():
    for change in changes("early_help_caseload", "partner_funding_cuts"):
        assert (change[1:] < 0).all()


def test_slippage_never_makes_the_pressure_lower():
    mine, plain = (measured("pressure", compared(name).scenario) for name in ("programme_slippage", BASE))
    assert (mine[1:] > plain[1:]).all()


def test_what_slips_starts_six_months_later_and_costs_nothing_until_then():
    mine, plain = (resolve(name).scenario.active for name in ("programme_slippage", BASE))
    slipped = {name for name, one in mine.items() if one != plain[name]}
    assert slipped == {name for name, one in plain.items() if starts(one)[-1] > Month(2013, 3)}
    for name in slipped:
        later = [month.plus(6) if month > Month(2013, 3) else month for month in starts(plain[name])]
        assert starts(mine[name]) == later
    programme = compared("programme_slippage").scenario
    until = slice(0, programme.assembled.months.index(Month(2013, 10)))
    assert programme.ledger.sum(line="social_work_advisers")[until].sum() == 0


def starts(one: Intervention) -> list[Month]:
    return [area.start for area in one.rollout] or [one.start]


# Sizes


def test_the_size_of_the_surge_is_the_published_one():
    """547,000 referrals in England in 2008-09 and 607,500 in 2009-10."""
    shock = resolve("safeguarding_surge").scenario.shocks["safeguarding_surge"]
    for effect in shock.effects:
        assert effect.size().source == "referrals_2010"
        assert effect.size().value == pytest.approx(607_500 / 547_000, abs=0.005)


@pytest.mark.parametrize("name", RISKS)
def test_a_size_nobody_published_is_an_assumption_of_low_grade(name: str):
    file = ROOT / "scenarios" / f"{name}.yaml"
    resolved = resolve(name)
    own = [value for path, value in resolved.values() if resolved.place(*path).startswith(file.name)]
    assert own
    assert {value.grade for value in own} == {"low"}
    assert all(value.is_assumption or value.source == "referrals_2010" for value in own)
