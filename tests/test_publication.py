"""What `--publish` writes: small counts are hidden, and an attacker by linear programming cannot work them out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from attacker import HIDDEN, OF_COUNTS, Attacker, rows
from projects import ROOT, copy_tables, invoke

from thrive_model import disclosure
from thrive_model.disclosure import publication
from thrive_model.outputs import all_outputs
from thrive_model.results import Results
from thrive_model.run import Comparison, run
from thrive_model.scenario import resolve

NEARLY = 1e-6
SHIPPED = ("thrive", "do_nothing")
SHORT = ("--set", "last_year=2014-15")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The published folders of some shipped scenarios."""
    folders = {name: tmp_path_factory.mktemp(name) / "run" for name in SHIPPED}
    for name, folder in folders.items():
        assert invoke("run", name, "--publish", "--out", folder).exit_code == 0
    return folders


@pytest.fixture(scope="module")
def compared(thrive: Comparison) -> dict[str, Comparison]:
    """The same runs, as they were before."""
    return {name: thrive if name == "thrive" else run(resolve(name)) for name in SHIPPED}


def attacker(folder: Path, comparison: Comparison, which: str, pathway: Path = ROOT / "data" / "pathway") -> Attacker:
    results = comparison.scenario
    population = {str(year): float(n) for year, n in zip(results.years, results.population[:, 0], strict=True)}
    return Attacker(folder, pathway, which, population)


def both(comparison: Comparison) -> dict[str, Results]:
    return {"do_nothing": comparison.do_nothing, "scenario": comparison.scenario}


def small(value: float) -> bool:
    return 0.5 <= value < 5.5


def counts(results: Results, kind: str, word: str) -> Iterator[float]:
    if kind == "state":
        cells = [c for c, cell in enumerate(results.assembled.pathway.cells) if cell.state.name == word]
        found = results.in_cells_at_year_end(cells)
    else:
        found = {"at": results.at_year_end, "moved": results.in_year, "left": results.left}[kind](word)
    yield from map(float, found[:, 0])


def not_worked_out(attack: Attacker, results: Results, kind: str, word: str) -> int:
    """Fails where the attacker narrows a small count to less than 1 to 5; how many there are."""
    years = [y for y, value in enumerate(counts(results, kind, word)) if small(value)]
    for y in years:
        least, most = attack.reach(kind, word, y)
        assert least <= 1.0 + NEARLY and most >= 5.0 - NEARLY, (kind, word, y, least, most)
    return len(years)


# An attack


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("which", ["do_nothing", "scenario"])
def test_of_every_small_count_that_is_hidden_all_from_1_to_5_remains_possible(
    name: str, which: str, published: dict[str, Path], compared: dict[str, Comparison]
):
    results, attack = both(compared[name])[which], attacker(published[name], compared[name], which)
    targets = [("state", state.name) for state in results.assembled.pathway.states if state.kind == "stay"]
    tried = 0
    for kind, word in {*targets, *OF_COUNTS.values()}:
        tried += not_worked_out(attack, results, kind, word)
    assert tried > 10


def test_of_moves_that_are_in_no_table_too_all_from_1_to_5_remains_possible(
    published: dict[str, Path], thrive: Comparison
):
    attack = attacker(published["thrive"], thrive, "scenario")
    pathway = thrive.scenario.assembled.pathway
    tried = 0
    for word in sorted(pathway.move_counts)[::4]:
        tried += not_worked_out(attack, thrive.scenario, "moved", word)
    assert tried > 5


def test_the_attacker_works_out_what_is_hidden_alone(published: dict[str, Path], thrive: Comparison, tmp_path: Path):
    """Which shows that it can: with every second count of a table shown again, it narrows those that are left."""
    for file in published["thrive"].iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    held = thrive.scenario.at_year_end("residence_order")[:, 0]
    shown = iter(held)
    lines = [
        f"{line.rsplit(',', 1)[0]},{next(shown):.0f}" if line.startswith("residence_order,") else line
        for line in (tmp_path / "children.csv").read_text(encoding="utf-8").splitlines()
    ]
    (tmp_path / "children.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    orders = thrive.scenario.in_year("residence_order_made")[:, 0]
    small_years = [int(y) for y in np.flatnonzero([small(value) for value in orders])]
    with_all = attacker(tmp_path, thrive, "scenario")
    narrowed = [with_all.reach("moved", "residence_order_made", y) for y in small_years]
    assert any(least > 1.0 or most < 5.0 for least, most in narrowed)


def test_in_an_authority_of_a_twentieth_the_size_no_small_count_can_be_worked_out(tmp_path: Path):
    project = copy_tables(tmp_path / "project")
    for file, column in (("opening_stock", "children"), ("population", "persons")):
        _divide(project / "data" / "local" / "east_sussex" / f"{file}.csv", column, 20.0)
    scenario, folder = project / "scenarios" / "thrive.yaml", tmp_path / "run"
    few_years = SHORT[1]
    shown = invoke("run", scenario, "--set", few_years, "--publish", "--out", folder)
    assert shown.exit_code == 0, shown.stderr
    comparison = run(resolve(str(scenario), [few_years]))
    for which, results in both(comparison).items():
        attack = attacker(folder, comparison, which)
        for kind, word in OF_COUNTS.values():
            not_worked_out(attack, results, kind, word)
    published = rows(folder / "outputs.csv")
    assert {row["do_nothing"] for row in published if row["output"] == "adoptions"} == {HIDDEN}
    assert any(row["scenario"] not in {HIDDEN, "0"} for row in published if row["output"] == "referrals")


def _divide(file: Path, column: str, by: float) -> None:
    head, *lines = file.read_text(encoding="utf-8").splitlines()
    at = head.split(",").index(column)
    found = [head]
    for line in lines:
        cells = line.split(",")
        found.append(",".join([*cells[:at], repr(float(cells[at]) / by), *cells[at + 1 :]]))
    file.write_text("\n".join(found) + "\n", encoding="utf-8")


# What is in the folder


def test_only_tables_by_year_are_published(published: dict[str, Path]):
    names = {file.name for file in published["thrive"].iterdir()}
    assert names == {"outputs.csv", "children.csv", "fund.csv", "budget.csv", "manifest.json"}


def test_no_count_from_1_to_5_stands_in_a_published_table(published: dict[str, Path]):
    of_counts = {name for name, output in all_outputs().items() if not output.unit.startswith(("per ", "pounds"))}
    for folder in published.values():
        told = [row for row in rows(folder / "outputs.csv") if row["output"] in of_counts] + rows(
            folder / "children.csv"
        )
        shown = {row[which] for row in told for which in ("do_nothing", "scenario")}
        assert not shown & {"1", "2", "3", "4", "5"}
        assert HIDDEN in shown
        assert all(one == HIDDEN or one.isdecimal() for one in shown)


def test_what_is_hidden_in_one_run_is_hidden_in_the_other(published: dict[str, Path]):
    for folder in published.values():
        for row in [*rows(folder / "outputs.csv"), *rows(folder / "children.csv")]:
            assert (row["do_nothing"] == HIDDEN) == (row["scenario"] == HIDDEN)


def test_figures_that_are_not_hidden_are_those_of_the_run_rounded(published: dict[str, Path], thrive: Comparison):
    for row in rows(published["thrive"] / "outputs.csv"):
        output = all_outputs()[row["output"]]
        y = [str(year) for year in thrive.scenario.years].index(row["financial_year"])
        half = {"pounds": 500.0, "pounds a year": 50.0}.get(output.unit, 0.05 if "per" in output.unit else 0.5)
        for which, results in both(thrive).items():
            if row[which] != HIDDEN:
                value = float(output.measure(results)[y, 0])
                assert abs(float(row[which]) - value) <= half + 1e-6


def test_every_output_is_understood_and_so_published(published: dict[str, Path]):
    assert {row["output"] for row in rows(published["thrive"] / "outputs.csv")} == set(all_outputs())
    manifest = json.loads((published["thrive"] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["outputs_left_out"] == []


def test_the_manifest_says_that_it_is_published_by_which_rule_and_what_is_hidden(published: dict[str, Path]):
    manifest = json.loads((published["thrive"] / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["published"] is True
    assert manifest["sign"] == HIDDEN
    assert manifest["rule"] == disclosure.RULE
    told = [*rows(published["thrive"] / "outputs.csv"), *rows(published["thrive"] / "children.csv")]
    hidden = sum(row["scenario"] == HIDDEN for row in told if not row.get("unit", "").startswith("pounds"))
    counts = ("small", "for_the_sake_of_others", "percentages_and_rates")
    assert hidden == sum(manifest["hidden"][name] for name in counts)


def test_the_manifest_has_no_hash_by_which_a_guess_at_a_table_could_be_confirmed(published: dict[str, Path]):
    manifest = json.loads((published["thrive"] / "manifest.json").read_text(encoding="utf-8"))
    assert "inputs_sha256" not in manifest


def test_pounds_are_rounded_and_the_fund_still_adds_up_to_the_thousand(published: dict[str, Path]):
    for row in rows(published["thrive"] / "fund.csv"):
        amounts = {name: int(amount) for name, amount in row.items() if name not in {"financial_year", "actual"}}
        assert all(amount % 1000 == 0 for amount in amounts.values())
        assert abs(amounts["opening"] - amounts["drawdown"] - amounts["closing"]) <= 2000


# What would tell too much


def test_pounds_are_hidden_where_most_of_them_are_charged_for_1_to_5_children():
    dear = run(resolve("thrive", [SHORT[1]]))
    results = dear.scenario
    costs = results.assembled.costs
    line = costs.names.index("parent_and_baby")
    amount = results.ledger.amount.copy()
    amount[[i for i, name in enumerate(results.ledger.lines) if name == costs.names[line]]] *= 1000.0
    rich = replace(results, ledger=replace(results.ledger, amount=amount))
    tables = publication(replace(dear, scenario=rich)).tables
    pounds = [row for row in tables["outputs"] if row["unit"] == "pounds"]
    assert {row["scenario"] for row in [*pounds]} == {HIDDEN}
    assert {row["opening"] for row in tables["fund"]} == {HIDDEN}
    assert {row["total"] for row in tables["budget"]} == {HIDDEN}


# The command


def test_publishing_shows_what_is_hidden_and_not_the_run(tmp_path: Path):
    shown = invoke("run", "thrive", *SHORT, "--publish", "--out", tmp_path / "run")
    assert shown.exit_code == 0
    assert shown.stdout.startswith("Tables that may be published: outputs.csv, children.csv, fund.csv, budget.csv.\n")
    assert "are [c] because they are 1 to 5" in shown.stdout
    assert "Residence orders" not in shown.stdout
    assert shown.stderr == f"Written to {tmp_path / 'run'}\n"


def test_publishing_as_json_tells_what_is_hidden_and_no_figure_of_the_run(tmp_path: Path):
    shown = invoke("run", "thrive", *SHORT, "--publish", "--json", "--out", tmp_path / "run")
    assert json.loads(shown.stdout).keys() == {"sign", "rule", "hidden", "outputs_left_out"}


def test_publishing_without_a_folder_is_refused():
    shown = invoke("run", "thrive", "--publish")
    assert shown.exit_code == 1
    assert shown.stderr == "error: --publish: has no folder to write to (add --out DIR)\n"


def test_a_published_folder_is_not_compared_as_a_run(published: dict[str, Path]):
    shown = invoke("compare", "thrive", published["thrive"])
    assert shown.exit_code == 1
    assert "was written to be published: its figures are rounded, and some are hidden" in shown.stderr


def test_force_replaces_a_run_by_what_of_it_may_be_published(published: dict[str, Path], tmp_path: Path):
    assert invoke("run", "do_nothing", "--out", tmp_path / "run").exit_code == 0
    assert invoke("run", "do_nothing", "--publish", "--out", tmp_path / "run", "--force").exit_code == 0
    assert {file.name: file.read_bytes() for file in (tmp_path / "run").iterdir()} == {
        file.name: file.read_bytes() for file in published["do_nothing"].iterdir()
    }
