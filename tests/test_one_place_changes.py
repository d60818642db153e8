"""What can be added in one place: each is added so, in a copy, and is then seen everywhere it should be."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from projects import append, copy_project, copy_tables, invoke, thrive

from thrive_model.report.words import millions

LOCAL = Path("data") / "local" / "east_sussex"
INTERVENTION = """\
# Asks: what would more parent support add?
extends: thrive
title: More parent support
asks: What would more parent support add?

interventions:
  parent_support:
    title: Parent support
    use: new_activity
    start: 2013-04
    cost_per_year: {value: 120000, source: assumption, why: Three posts}
    effects:
      - kind: multiply_move
        move: referral
        relative_hazard: {value: 0.9, source: assumption, why: No size is published}
"""
KIND_OF_EFFECT = '''
class PreventShare(Effect):
    """Prevents a share of a move for those reached."""

    kind: Literal["prevent_share"]
    move: str
    share_prevented: Share

    def acts_on(self) -> tuple[Target, str]:
        """A move."""
        return "move", self.move

    def size(self) -> Value:
        """What is left of the move."""
        left = 1.0 - self.share_prevented.figures[0]
        return self.share_prevented.model_copy(update={"value": left})


'''
KINDS_ARE_GATHERED = "if TYPE_CHECKING:\n    AnyEffect = Effect\n"
EFFECT_OF_THAT_KIND = """\
extends: thrive.yaml
interventions:
  swift:
    effects:
      - kind: {kind}
        move: proceedings_from_plan
        {field}: {{value: {figure}, source: ifps_2020, why: As in the shipped scenario}}
"""
OUTPUT = '''

@output("Plans ended", "plans in the year")
def plans_ended(results: Results) -> Floats:
    """Child Protection Plans that ended in the year, other than in care."""
    return results.in_year("plan_end")
'''
STATE = "secure_home,stay,looked_after;open_case;secure,care,0;6;24,,,K1,In a secure home,ssda903_guide_2012\n"
MOVES = """\
to_secure_home,residential,secure_home,placement_change,Moved to a secure home,ssda903_guide_2012
from_secure_home,secure_home,residential,placement_change,Moved back to an open home,ssda903_guide_2012
"""
RATES = """\
to_secure_home,0-17,all,2010-11,0.2,,assumption,assumption,"A made-up rate, for this test alone"
from_secure_home,0-17,all,2010-11,2.0,,assumption,assumption,"A made-up rate, for this test alone"
"""
COST_LINE = """\
family_group_conferences,pounds_per_year,,,100000,2011-12,gdp_deflator,social_work,,0,0,A team does not follow volumes,\
A fixed team,assumption,assumption,\
"A made-up sum, for this test alone"
"""
# Two supplies that no table had: families who foster for good, and places in homes.
SUPPLIES = """\
long_term_families,long_term_families,5,2,0,0,Families who foster for good,assumption,assumption,For this test alone
homes,homes,45,0,0,0.1,Places in homes,assumption,assumption,"Made up, for this test alone"
"""
USES = """\
long_term_families,matches,to_long_term,1,,,assumption,assumption,"One child to a family, for this test alone"
homes,places,residential,1,no_place_in_a_home,to_residential,assumption,assumption,"Made up, for this test alone"
"""
NO_PLACE = "no_place_in_a_home,residential,agency_fostering,placement_change,No home has a place,ssda903_guide_2012\n"
NO_PLACE_RATE = 'no_place_in_a_home,0-17,all,2010-11,0,,assumption,assumption,"Only for want of places"\n'
MORE_FAMILIES = """\
# Asks: what would more families who foster for good change?
extends: do_nothing.yaml
title: More families
asks: What would more families who foster for good change?

interventions:
  more_families:
    title: More families
    use: change
    start: 2012-04
    cost_per_year: 0
    effects:
      - kind: multiply_recruitment
        supply: long_term_families
        relative_recruitment: 3
"""


def _json(*words: str | Path) -> dict[str, Any]:
    shown = invoke("run", *words, "--json")
    assert shown.exit_code == 0, shown.stderr
    found = json.loads(shown.stdout)
    assert isinstance(found, dict)
    return found


def _by_year(found: dict[str, Any], output: str, run: str = "scenario") -> dict[str, float]:
    return {row["financial_year"]: row[run] for row in found["outputs"] if row["output"] == output}


def _written(scenario: Path, folder: Path) -> Path:
    shown = invoke("run", scenario, "--out", folder)
    assert shown.exit_code == 0, shown.stderr
    return folder


def test_a_pathway_state_is_rows_in_tables(tmp_path: Path):
    project = copy_tables(tmp_path / "project")
    scenario = project / "scenarios" / "do_nothing.yaml"
    before = pd.read_csv(_written(scenario, tmp_path / "before") / "stock.csv")
    append(project / "data" / "pathway" / "states.csv", STATE)
    append(project / "data" / "pathway" / "moves.csv", MOVES)
    append(project / LOCAL / "rates.csv", RATES)
    after = pd.read_csv(_written(scenario, tmp_path / "after") / "stock.csv")
    secure = after[after["state"] == "secure_home"]
    assert "secure_home" not in set(before["state"])
    assert secure[secure["month_end"] == "2012-03"]["children"].sum() == 0
    assert secure[secure["month_end"] == "2018-03"]["children"].sum() > 1
    assert set(secure["from_month"]) == {0, 6, 24}
    moves = pd.read_csv(tmp_path / "after" / "moves.csv")
    assert moves[moves["move"] == "to_secure_home"]["children"].sum() > 1
    assert len(set(after["state"])) == len(set(before["state"])) + 1


def test_a_supply_is_rows_in_two_tables(tmp_path: Path):
    """What limits moves and places that had no limit, and what an intervention may then add to, without any code."""
    project = copy_tables(tmp_path / "project")
    scenario = project / "scenarios" / "do_nothing.yaml"
    before = _written(scenario, tmp_path / "before")
    append(project / LOCAL / "capacity.csv", SUPPLIES)
    uses = project / LOCAL / "capacity_uses.csv"
    header, *rows = uses.read_text(encoding="utf-8").splitlines(keepends=True)
    uses.write_text("".join([header, USES, *rows]), encoding="utf-8")  # first, as homes draw on foster homes
    append(project / "data" / "pathway" / "moves.csv", NO_PLACE)
    append(project / LOCAL / "rates.csv", NO_PLACE_RATE)
    after = _written(scenario, tmp_path / "after")
    (project / "scenarios" / "more_families.yaml").write_text(MORE_FAMILIES, encoding="utf-8")
    more = _written(project / "scenarios" / "more_families.yaml", tmp_path / "more")

    def made(folder: Path, move: str) -> float:
        moves = pd.read_csv(folder / "moves.csv")
        return float(moves[(moves["run"] == "scenario") & (moves["move"] == move)]["children"].sum())

    assert made(before, "to_long_term") > 60
    assert made(after, "to_long_term") == pytest.approx(5 + 2 * 71 / 12)  # those of the last month come too late
    assert made(more, "to_long_term") == pytest.approx(5 + 6 * 71 / 12)
    stock = pd.read_csv(after / "stock.csv")
    homes = stock[(stock["run"] == "scenario") & (stock["state"] == "residential")]
    by_month = homes.groupby("month_end")["children"].sum()
    assert by_month["2018-03"] <= 45 * math.exp(-0.1 * 71 / 12) + 1e-6
    assert made(after, "no_place_in_a_home") > 1
    keys = {item["key"] for item in _json(scenario)["assumptions"]["items"]}
    assert {"capacity.long_term_families", "capacity_uses.homes.places.residential"} <= keys


def test_an_intervention_is_one_block_of_yaml(tmp_path: Path):
    mine = tmp_path / "mine.yaml"
    mine.write_text(INTERVENTION, encoding="utf-8")
    without, with_it = _json("thrive"), _json(mine)
    first, second = _by_year(without, "referrals"), _by_year(with_it, "referrals")
    assert second["2012-13"] == pytest.approx(first["2012-13"], rel=1e-12)
    assert all(second[year] < 0.96 * first[year] for year in list(first)[1:])
    cost, more = _by_year(without, "programme_cost"), _by_year(with_it, "programme_cost")
    assert {year: round(more[year] - cost[year]) for year in cost} == {
        year: 0 if year == "2012-13" else 120_000 for year in cost
    }
    keys = {item["key"] for item in with_it["assumptions"]["items"]}
    assert "interventions.parent_support.effects.0.relative_hazard" in keys
    ledger = pd.read_csv(_written(mine, tmp_path / "run") / "ledger.csv")
    assert set(ledger[ledger["line"] == "parent_support"]["use"]) == {"new_activity"}


def test_a_kind_of_effect_is_one_class(tmp_path: Path):
    project = copy_project(tmp_path)
    module = project / "thrive_model" / "interventions" / "effects.py"
    text = module.read_text(encoding="utf-8")
    assert text.count(KINDS_ARE_GATHERED) == 1
    module.write_text(text.replace(KINDS_ARE_GATHERED, KIND_OF_EFFECT.lstrip() + KINDS_ARE_GATHERED), encoding="utf-8")
    found = []
    for name, kind, field, figure in (
        ("multiplied", "multiply_move", "relative_hazard", 0.6),
        ("prevented", "prevent_share", "share_prevented", 0.4),
    ):
        scenario = project / "scenarios" / f"{name}.yaml"
        scenario.write_text(EFFECT_OF_THAT_KIND.format(kind=kind, field=field, figure=figure), encoding="utf-8")
        shown = thrive("run", name, "--json", package=project, cwd=tmp_path)
        assert shown.returncode == 0, shown.stderr
        found.append(json.loads(shown.stdout))
    multiplied, prevented = found
    shipped = _by_year(_json("thrive"), "care_proceedings_started")
    for year, children in _by_year(prevented, "care_proceedings_started").items():
        assert children == pytest.approx(_by_year(multiplied, "care_proceedings_started")[year], rel=1e-12)
        assert children == pytest.approx(shipped[year], rel=0.05)
    keys = {item["key"] for item in prevented["assumptions"]["items"]}
    assert "interventions.swift.effects.0.share_prevented" in keys


def test_an_output_is_one_function(tmp_path: Path):
    project = copy_project(tmp_path / "project")
    append(project / "thrive_model" / "outputs.py", OUTPUT)
    shown = thrive("run", "thrive", "--json", "--out", tmp_path / "run", package=project, cwd=tmp_path)
    assert shown.returncode == 0, shown.stderr
    ended = _by_year(json.loads(shown.stdout), "plans_ended")
    assert len(ended) == 6
    assert all(plans > 0 for plans in ended.values())
    table = pd.read_csv(tmp_path / "run" / "outputs.csv")
    kept = table[(table["output"] == "plans_ended") & (table["run"] == "scenario")]
    assert list(kept["value"]) == list(ended.values())
    assert set(kept["unit"]) == {"plans in the year"}
    (line,) = [
        line for line in thrive("run", "thrive", package=project).stdout.splitlines() if line.startswith("Plans ended ")
    ]
    assert line.split()[-1] == f"{ended['2017-18']:,.0f}"


def test_a_cost_line_is_one_row(tmp_path: Path):
    project = copy_tables(tmp_path / "project")
    scenario = project / "scenarios" / "thrive.yaml"
    before = _json(scenario)
    append(project / LOCAL / "cost_lines.csv", COST_LINE)
    after = _json(scenario)
    prices = pd.read_csv(project / "data" / "reference" / "price_indices.csv")
    growth = prices[prices["index"] == "gdp_deflator"].set_index("financial_year")["growth_percent"]
    level, expected = 1.0, {}
    for year in _by_year(before, "spending_on_demand"):
        level *= 1.0 + growth[year] / 100.0
        expected[year] = 100_000 * level
    ledger = pd.read_csv(_written(scenario, tmp_path / "run") / "ledger.csv")
    line = ledger[ledger["line"] == "family_group_conferences"]
    for run in ("scenario", "do_nothing"):
        charged = line[line["run"] == run].groupby("financial_year")["amount_nominal"].sum()
        for year, amount in expected.items():
            assert charged[year] == pytest.approx(amount, rel=1e-9)
            for output in ("spending_on_demand", "pressure"):
                moved = _by_year(after, output, run)[year] - _by_year(before, output, run)[year]
                assert moved == pytest.approx(amount, abs=1e-3)
    assert "cost_lines.family_group_conferences" in {item["key"] for item in after["assumptions"]["items"]}
    assert millions(_by_year(after, "pressure")["2014-15"]) in invoke("run", scenario).stdout
