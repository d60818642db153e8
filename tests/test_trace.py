"""Every output taken apart: the parts of its terms sum to them, and its formula comes to its figure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from projects import ROOT, append, copy_tables, invoke

from thrive_model.archive import made_again
from thrive_model.errors import InputError
from thrive_model.outputs import all_outputs
from thrive_model.parameters import Floats
from thrive_model.periods import FinancialYear
from thrive_model.results import Results
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve
from thrive_model.trace import Part, Trace, trace
from thrive_model.trace.recording import Asked, Made, recorded

CLOSE = 1e-9


def traced(results: Results, name: str, year: str = "2014-15") -> Trace:
    return trace(results, all_outputs()[name], FinancialYear.parse(year))


def first_and_third(years: Sequence[FinancialYear]) -> list[tuple[int, FinancialYear]]:
    """The closed year, which opens with the opening stock, and that of the pressure."""
    return [(0, years[0]), (2, years[2])]


def from_its_parts(found: Trace) -> float:
    """The formula worked out from the sums of the parts alone."""
    sums = {term.symbol: sum(part.amount for part in term.parts) for term in found.terms}
    written = found.formula.translate(str.maketrans({"×": "*", "÷": "/", "−": "-", ",": None}))
    return float(eval(written, {"__builtins__": {}}, sums))


def parts_of(found: Trace) -> dict[str, Part]:
    return {part.part: part for term in found.terms for part in term.parts}


@pytest.mark.parametrize("name", all_outputs())
def test_every_output_is_what_its_formula_makes_of_the_parts(name: str, thrive: Comparison):
    for results in (thrive.scenario, thrive.do_nothing):
        for y, year in first_and_third(results.years):
            found = trace(results, all_outputs()[name], year)
            assert found.value == all_outputs()[name].measure(results)[y, 0]
            assert from_its_parts(found) == pytest.approx(found.value, rel=CLOSE, abs=CLOSE)
            for term in found.terms:
                assert sum(part.amount for part in term.parts) == pytest.approx(term.amount, rel=CLOSE, abs=CLOSE)


@pytest.mark.parametrize("name", all_outputs())
def test_every_stock_is_the_account_of_its_year(name: str, thrive: Comparison):
    for _, year in first_and_third(thrive.scenario.years):
        for term in trace(thrive.scenario, all_outputs()[name], year).terms:
            if term.movement:
                moved = sum(part.amount for part in term.movement)
                assert moved == pytest.approx(term.amount, rel=CLOSE, abs=CLOSE), (year, term.term)


def test_a_cumulative_pressure_is_traced_to_every_year_up_to_it():
    results = run(resolve("thrive", ["pressure.reading=cumulative"])).scenario
    found = traced(results, "pressure")
    assert found.formula == "A − B"
    assert [term.years for term in found.terms] == ["2012-13 to 2014-15"] * 2
    assert from_its_parts(found) == pytest.approx(found.value, rel=CLOSE)


def test_a_figure_remembers_what_was_asked_and_what_was_made_of_it(thrive: Comparison):
    def measure(results: Results) -> Floats:
        return 100.0 * results.in_year("referral") / results.population

    figure, made = recorded(measure, thrive.scenario)
    np.testing.assert_array_equal(figure, measure(thrive.scenario))
    assert isinstance(made, Made)
    assert made.function == "divide"
    assert isinstance(made.of[1], Asked)
    assert made.of[1].question == "population"


def test_a_measure_is_recorded_without_changing_what_it_finds(thrive: Comparison):
    for output in all_outputs().values():
        np.testing.assert_array_equal(recorded(output.measure, thrive.scenario)[0], output.measure(thrive.scenario))


def test_pounds_are_traced_to_the_ledger_and_to_the_row_of_the_unit_cost(thrive: Comparison):
    part = parts_of(traced(thrive.scenario, "spending_on_demand"))["residential"]
    results = thrive.scenario
    assert part.amount == pytest.approx(float(results.spent(line="residential")[2, 0]))
    assert part.units == pytest.approx(float(results.weeks_in("residential")[2, 0]))
    assert sum(part.payers.values()) == pytest.approx(part.amount)
    assert part.rests_on[0].key == "cost_lines.residential"
    assert part.rests_on[0].where == f"cost_lines.csv:{_line('local/east_sussex/cost_lines.csv', 'residential,')}"
    assert {one.key.split(".")[0] for one in part.rests_on[1:]} == {"prices"}


def _line(table: str, beginning: str) -> int:
    rows = (ROOT / "data" / table).read_text(encoding="utf-8").split("\n")
    return next(n for n, row in enumerate(rows, 1) if row.startswith(beginning))


def test_a_unit_cost_and_the_price_level_come_to_what_a_line_costs_each(thrive: Comparison):
    """Agency fostering in 2014-15: pounds are child-weeks times the unit cost at the prices of the year."""
    part = parts_of(traced(thrive.scenario, "spending_on_demand"))["agency_fostering"]
    assert part.units is not None
    growth = np.prod([1 + float(one.value) / 100 for one in part.rests_on[1:]])
    assert part.amount / part.units == pytest.approx(float(part.rests_on[0].value) * growth, rel=1e-6)


def test_the_cost_of_the_programme_is_traced_to_the_settings_of_interventions(thrive: Comparison):
    found = parts_of(traced(thrive.scenario, "programme_cost"))
    (cost,) = found["swift"].rests_on
    assert cost.key == "interventions.swift.cost_per_year"
    assert found["swift"].amount == pytest.approx(float(cost.value))
    assert cost.where.startswith("thrive.yaml:")


def test_a_flow_is_traced_to_its_stock_its_rates_and_the_effects_on_them(thrive: Comparison):
    part = parts_of(traced(thrive.scenario, "special_guardianship_orders"))[
        "special_guardianship_order: in_house_fostering to special_guardianship"
    ]
    assert part.of == "children in in_house_fostering, on average"
    assert all(one.key.startswith("rates.special_guardianship_order.") for one in part.rests_on)
    assert all(re.fullmatch(r"rates\.csv:\d+", one.where) for one in part.rests_on)
    assert [one.setting.key for one in part.changed_by] == [
        "interventions.special_guardianship.effects.0.relative_hazard"
    ]
    assert part.changed_by[0].reaches == pytest.approx(1.0)


def test_in_doing_nothing_no_intervention_changes_a_move(thrive: Comparison):
    for name in ("referrals", "special_guardianship_orders", "admissions_to_care"):
        for term in traced(thrive.do_nothing, name).terms:
            changed = [change.setting.key for part in term.parts for change in part.changed_by]
            assert not [key for key in changed if key.startswith("interventions.")]


def test_a_rate_that_a_later_year_replaces_is_traced_to_the_row_of_its_year(tmp_path: Path):
    project = copy_tables(tmp_path)
    table = project / "data" / "local" / "east_sussex" / "rates.csv"
    later = "adoption,0-17,all,2014-15,2,,assumption,assumption,More adoptions from then on"
    append(table, later + "\n")
    results = run(resolve(str(project / "scenarios" / "thrive.yaml"))).scenario
    last = len(table.read_text(encoding="utf-8").splitlines())
    for year, is_later in {"2013-14": False, "2014-15": True}.items():
        (part,) = parts_of(traced(results, "adoptions", year)).values()
        assert [one.where == f"rates.csv:{last}" for one in part.rests_on] == [is_later]


def test_shocks_multipliers_and_inflation_are_among_what_changes_a_part():
    settings = [
        "multipliers.more={title: More, moves: [referral], times: 1.1}",
        "multipliers.dearer={title: Dearer, cost_lines: [residential], times: 1.2}",
        "inflation.gdp_deflator=0.03",
    ]
    results = run(resolve("safeguarding_surge", settings)).scenario
    first = parts_of(traced(results, "referrals", "2013-14"))["referral: population to screening"]
    changed = {change.setting.key for change in first.changed_by}
    assert {"demand.growth_per_year", "multipliers.more.times"} <= changed
    assert any(key.startswith("shocks.") for key in changed)
    line = parts_of(traced(results, "spending_on_demand"))["residential"]
    changed = {change.setting.key for change in line.changed_by}
    assert {"inflation.gdp_deflator", "multipliers.dearer.times"} <= changed


def test_supplies_are_traced_to_their_rows_and_to_what_recruits_them(thrive: Comparison):
    (part,) = parts_of(traced(thrive.scenario, "in_house_carers")).values()
    assert part.rests_on[0].where.startswith("capacity.csv:")
    assert any("fostering_recruitment" in change.setting.key for change in part.changed_by)


# What the command prints


def footings(node: object) -> Iterator[dict[str, object]]:
    """Every input in the object that `explain --json` prints."""
    if isinstance(node, dict):
        if "where" in node:
            yield node
        for inner in node.values():
            yield from footings(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from footings(inner)


@pytest.mark.parametrize("name", ["spending_on_demand", "looked_after_children", "re_referral_percent"])
def test_the_object_gives_the_place_and_source_of_every_input(name: str):
    printed = json.loads(invoke("explain", "thrive", name, "--year", "2014-15", "--json").stdout)
    found = list(footings(printed))
    assert len(found) > 10
    for one in found:
        assert re.search(r"\.(csv|yaml):\d+", str(one["where"])), one
        assert one["source"] in printed["sources"], one
    assert printed["output"]["financial_year"] == "2014-15"
    assert printed["run_id"]


def test_the_figure_explained_is_the_one_that_a_run_prints():
    shown = json.loads(invoke("run", "thrive", "--json").stdout)["outputs"]
    rows = {(row["output"], row["financial_year"]): row for row in shown}
    for words, run_of in (([], "scenario"), (["--do-nothing"], "do_nothing")):
        printed = json.loads(invoke("explain", "thrive", "adoptions", "--year", "2015-16", "--json", *words).stdout)
        assert printed["output"]["value"] == rows["adoptions", "2015-16"][run_of]
        assert printed["output"]["run"] == run_of


def test_an_output_with_the_name_of_a_block_shows_both():
    shown = invoke("explain", "thrive", "pressure").stdout
    assert "Pressure, 2014-15, in the scenario: £" in shown
    assert "pressure.target = 15000000" in shown


def test_the_parts_on_the_screen_come_largest_first():
    shown = invoke("explain", "thrive", "adoptions").stdout
    assert shown.index("adoption: placed_for_adoption to adopted") < shown.index(
        "rates.adoption.0-17.all.2010-11 = 1.35"
    )
    lines = invoke("explain", "thrive", "spending_on_demand").stdout.splitlines()
    amounts = [float(re.sub("[£,]", "", line.split()[0])) for line in lines if re.match(r" +£[\d,]+ +[\d.]+%", line)]
    assert len(amounts) > 20
    assert amounts == sorted(amounts, reverse=True)


@pytest.mark.parametrize("words", [["--year", "2014-15"], ["--do-nothing"]])
def test_a_setting_has_no_year_and_no_run(words: list[str]):
    shown = invoke("explain", "thrive", "fund.amount", *words)
    assert shown.exit_code == 1
    assert shown.stderr == (
        f"error: {words[0]}: is of an output, and 'fund.amount' is none "
        "(leave it out, or name an output (docs/outputs.md))\n"
    )


def test_a_year_outside_the_run_is_refused():
    shown = invoke("explain", "thrive", "adoptions", "--year", "2030-31")
    assert shown.stderr == "error: --year: '2030-31' is outside the run (name a year from 2012-13 to 2017-18)\n"


# A run that was kept


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a run of its own scenario beside it."""
    folder = copy_tables(tmp_path_factory.mktemp("project"))
    mine = folder / "scenarios" / "mine.yaml"
    mine.write_text("extends: thrive.yaml\nseed: 5\n", encoding="utf-8")
    assert invoke("run", mine, "--set", "demand.growth_per_year=0.05", "--out", folder / "kept").exit_code == 0
    return folder


def test_a_kept_run_is_explained_with_its_settings_and_places(project: Path):
    printed = json.loads(invoke("explain", project / "kept", "referrals", "--json").stdout)
    again = json.loads(
        invoke(
            "explain",
            project / "scenarios" / "mine.yaml",
            "referrals",
            "--json",
            "--set",
            "demand.growth_per_year=0.05",
        ).stdout
    )
    assert printed == again
    growth = next(one for one in footings(printed) if one["key"] == "demand.growth_per_year")
    assert (growth["value"], growth["where"]) == ("0.05", "--set")


def test_a_kept_run_of_a_shipped_scenario_is_explained_wherever_it_stands(tmp_path: Path):
    assert invoke("run", "do_nothing", "--out", tmp_path / "kept").exit_code == 0
    shown = invoke("explain", tmp_path / "kept", "seed")
    assert shown.stdout.startswith("seed = 20120401\n")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("data/local/east_sussex/rates.csv", "was made of other inputs than are there now: local/rates.csv differs"),
        ("scenarios/mine.yaml", "was made of other inputs than are there now: scenarios/mine.yaml differs"),
    ],
)
def test_a_kept_run_whose_inputs_have_changed_is_refused(change: str, told: str, project: Path):
    file = project / change
    before = file.read_bytes()
    file.write_bytes(before.replace(b"0.4348", b"0.4349").replace(b"seed: 5", b"seed: 6"))
    shown = invoke("explain", project / "kept", "referrals")
    file.write_bytes(before)
    assert shown.exit_code == 1
    assert shown.stderr == (
        f"error: {project / 'kept'}: {told} (put back what was there, or run it again with --out)\n"
    )


def test_a_kept_run_whose_scenario_is_gone_is_refused(project: Path):
    mine = project / "scenarios" / "mine.yaml"
    mine.rename(project / "away.yaml")
    shown = invoke("explain", project / "kept", "referrals")
    (project / "away.yaml").rename(mine)
    assert shown.stderr == (
        f"error: {project / 'kept'}: was made of mine.yaml, which is not here "
        "(give the command in the folder where that is, or run it again with --out)\n"
    )


def test_a_kept_run_cannot_be_set_otherwise_and_must_be_as_it_was_left(project: Path):
    shown = invoke("explain", project / "kept", "referrals", "--set", "seed=6")
    assert shown.stderr.endswith("--set cannot change it (leave --set out, or name the scenario itself)\n")
    file = project / "kept" / "outputs.csv"
    before = file.read_bytes()
    file.write_bytes(before.replace(b"scenario", b"scenarios", 1))
    shown = invoke("explain", project / "kept", "referrals")
    file.write_bytes(before)
    assert "outputs.csv is not as the run wrote it" in shown.stderr


def test_figures_that_were_kept_and_are_no_longer_come_to_are_refused(project: Path):
    """As a run of another computer might be: its outputs are as its manifest says, and not what is found here."""
    kept = made_again(str(project / "kept"))
    with pytest.raises(InputError, match=r"made again from the same inputs it is 1\.0"):
        kept.agrees("referrals", "2014-15", 1.0, nothing=False)
