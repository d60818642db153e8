"""A new authority's folder runs at once, says what to fill in, and is refused whole where it cannot be written."""

from __future__ import annotations

import csv
import math
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import invoke

from thrive_model import engine
from thrive_model.assemble import assemble
from thrive_model.assemble.inputs import TABLES, Inputs
from thrive_model.errors import InputError
from thrive_model.outputs import all_outputs
from thrive_model.results import Results
from thrive_model.run import read_tables, run_one
from thrive_model.scaffold import MARK, Aggregates, Local, local_tables, present_practice, read_england, slug_of, write
from thrive_model.scaffold.aggregates import England, filled
from thrive_model.scaffold.steady import steady, unlimited
from thrive_model.scenario import resolve
from thrive_model.tables import Fact

SHAPE = present_practice()
CHILDREN, LOOKED_AFTER = "children", "looked_after_children"
KEPT = ("comparators",)
"""Tables whose rows are England's own figures, to be kept."""


@cache
def _england() -> England:
    return England(read_england(), "2011-12")


@cache
def _made(known: Aggregates) -> Local:
    return local_tables(known, SHAPE, read_tables(SHAPE), read_england())


@cache
def _ran(known: Aggregates) -> Results:
    return run_one(assemble(SHAPE, _made(known).inputs))


def _figures(results: Results, output: str) -> Sequence[float]:
    return [float(figure) for figure in all_outputs()[output].measure(results)[:, 0]]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh folder of a town of 40,000 children."""
    parent = tmp_path_factory.mktemp("parent")
    made = invoke("init", "Middling-on-Sea", "--population", "40000", "--in", parent)
    assert made.exit_code == 0, made.output
    return parent / "middling_on_sea"


def _rows(file: Path) -> list[dict[str, str]]:
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def _refused(*words: str | Path) -> str:
    done = invoke("init", *words)
    assert done.exit_code == 1
    assert done.stdout == ""
    return done.stderr.rstrip("\n")


# It runs at once


def test_a_fresh_folder_is_checked_run_and_solved_at_once(folder: Path):
    for scenario in (folder / "do_nothing.yaml", folder / "programme.yaml"):
        assert invoke("check", scenario).output == f"{scenario}: nothing to refuse\n"
        assert invoke("run", scenario).exit_code == 0
    solved = invoke("solve", folder / "do_nothing.yaml")
    assert solved.stdout.startswith("Demand growth of 0.00% a year")


def test_a_fresh_folder_runs_from_another_place_when_it_is_moved(folder: Path, tmp_path: Path):
    before = invoke("run", folder / "do_nothing.yaml").stdout
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    for file in folder.rglob("*"):
        if file.is_file():
            (moved / file.relative_to(folder)).parent.mkdir(parents=True, exist_ok=True)
            (moved / file.relative_to(folder)).write_bytes(file.read_bytes())
    assert invoke("run", moved / "do_nothing.yaml").stdout == before


def test_a_generated_scenario_can_be_changed_like_any_other(folder: Path):
    plain = invoke("run", folder / "do_nothing.yaml").stdout
    grown = invoke("run", folder / "do_nothing.yaml", "--set", "demand.growth_per_year=0.1").stdout
    helped = invoke("run", folder / "programme.yaml", "--set", "interventions.family_support.enabled=true")
    assert grown != plain
    assert "Referrals of children not known\nbefore grow 10% a year" in grown
    assert "What the programme leaves" in helped.stdout


def test_the_example_of_a_programme_changes_nothing_until_it_is_switched_on(folder: Path):
    alone, example = (run_one(assemble(resolve(str(folder / f"{name}.yaml")))) for name in ("do_nothing", "programme"))
    for output in all_outputs().values():
        np.testing.assert_array_equal(output.measure(alone), output.measure(example))


def test_the_same_words_give_the_same_bytes(folder: Path, tmp_path: Path):
    assert invoke("init", "Middling-on-Sea", "--population", "40000", "--in", tmp_path).exit_code == 0
    for file in folder.rglob("*"):
        if file.is_file():
            assert (tmp_path / folder.name / file.relative_to(folder)).read_bytes() == file.read_bytes(), file.name


# What it is made of


def test_totals_are_englands_rate_times_the_children():
    england, children = _england(), 40_000.0
    results = _ran(Aggregates(children=children))
    settled = {
        "referrals": england.value("referrals"),
        "plans_started": england.value("plans_started"),
        "child_protection_plans": england.value("child_protection_plans"),
        "admissions_to_care": england.value("admissions_to_care"),
        LOOKED_AFTER: england.value(LOOKED_AFTER),
        "returns_home": england.value("returns_home"),
        "special_guardianship_orders": england.value("special_guardianship_orders"),
        "adoptions": england.value("adoptions"),
    }
    for output, total in settled.items():
        wanted = total * children / england.children
        assert _figures(results, output)[0] == pytest.approx(wanted, rel=0.07), output


def test_where_the_rates_settle_totals_are_englands_to_half_a_hundredth():
    england, children = _england(), 40_000.0
    made = _made(Aggregates(children=children))
    pathway, share = made.inputs.pathway, children / england.children
    held = {"looked_after": LOOKED_AFTER, "child_protection_plan": "child_protection_plans"}
    moved = {"referral": "referrals", "admission": "admissions_to_care", "adoption": "adoptions"}
    for word, measure in held.items():
        assert made.settled.held(pathway.cells_of(word)) == pytest.approx(england.value(measure) * share, rel=5e-3)
    for word, measure in moved.items():
        assert made.settled.moved(pathway.arrows_of(word)) == pytest.approx(england.value(measure) * share, rel=5e-3)


def test_the_first_run_hardly_moves_without_growth():
    results = _ran(Aggregates())
    rates = _figures(results, "looked_after_rate_per_10000")
    assert all(58.0 < rate < 62.0 for rate in rates)
    for output in (LOOKED_AFTER, "child_protection_plans", "referrals", "admissions_to_care", "children_in_need"):
        figures = _figures(results, output)
        assert all(abs(after / before - 1.0) < 0.025 for before, after in pairwise(figures)), output


def test_nobody_waits_for_carers_or_adopters_present_practice():
    results = _ran(Aggregates())
    assert not results.trajectory.waiting.any()
    assert not results.trajectory.flow[:, results.assembled.pathway.arrows_of("overflow")].any()


def test_spending_of_the_base_year_is_englands_outturn_for_the_children():
    england, made = _england(), _made(Aggregates(children=40_000.0))
    outturn = {row.section_251: row.gross for row in made.inputs.section_251}
    for codes, pounds in england.band("gross_outturn").items():
        found = sum(outturn[code] for code in codes.split(";"))
        assert found == pytest.approx(pounds * 40_000 / england.children, rel=2e-3), codes


def test_the_first_year_costs_little_more_than_the_base_year():
    results = _ran(Aggregates())
    spent, pressure = _figures(results, "spending_on_demand")[0], _figures(results, "pressure")[0]
    assert 0 < pressure < 0.05 * spent


def test_five_hundred_thousand_children_have_five_times_the_figures_of_a_hundred_thousand():
    small, large = (_ran(Aggregates(children=float(children))) for children in (100_000, 500_000))
    for output in (LOOKED_AFTER, "referrals", "plans_started", "adoptions", "in_house_carers", "children_in_need"):
        for one, five in zip(_figures(small, output), _figures(large, output), strict=True):
            assert five == pytest.approx(5 * one, rel=2e-3), output
    spent = [_figures(results, "spending_on_demand")[0] for results in (small, large)]
    assert spent[1] == pytest.approx(5 * spent[0], rel=0.01)


@settings(max_examples=4, deadline=None)
@given(st.floats(1_000, 2_000_000), st.floats(15.5, 199.5))
def test_any_authority_of_a_size_that_is_taken_can_be_made(children: float, rate: float):
    wanted = children * rate / 10_000
    made = local_tables(Aggregates(children=children, looked_after=wanted), SHAPE, read_tables(SHAPE), read_england())
    found = made.settled.held(made.inputs.pathway.cells_of("looked_after"))
    assert found == pytest.approx(wanted, rel=0.02)


def test_what_is_known_of_an_authority_takes_the_place_of_englands_rate():
    known = Aggregates(
        children=100_000.0, looked_after=800.0, started=300.0, ceased=280.0, plans=500.0, referrals=6_000.0
    )
    figures = filled(known, _england())
    assert figures["admissions_to_care", "all"] == 290.0
    settled = _made(known).settled
    cells, arrows = _made(known).inputs.pathway.cells_of, _made(known).inputs.pathway.arrows_of
    assert settled.held(cells("looked_after")) == pytest.approx(800, rel=0.01)
    assert settled.moved(arrows("admission")) == pytest.approx(290, rel=2e-3)
    assert settled.held(cells("child_protection_plan")) == pytest.approx(500, rel=2e-3)
    assert settled.moved(arrows("referral")) == pytest.approx(6_000, rel=2e-3)
    england = _england()
    no_further_action = figures["referrals_no_further_action", "all"] / 6_000
    assert no_further_action == pytest.approx(england.value("referrals_no_further_action") / england.value("referrals"))


def test_what_is_known_by_age_is_brought_about_as_far_as_it_can_be():
    bands = ("0", "1-4", "5-9", "10-15", "16-17")
    known = Aggregates(
        children_by_age={age: 5_000.0 + 50 * age for age in range(18)},
        looked_after_by_age=dict(zip(bands, (30.0, 130.0, 140.0, 240.0, 110.0), strict=True)),
        started_by_age=dict(zip(bands, (50.0, 60.0, 50.0, 80.0, 30.0), strict=True)),
    )
    made = local_tables(known, SHAPE, read_tables(SHAPE), read_england())
    assert [row.persons for row in made.inputs.population] == [5_000.0 + 50 * age for age in range(18)]
    cells, arrows = made.inputs.pathway.cells_of("looked_after"), made.inputs.pathway.arrows_of("admission")
    assert made.settled.held(cells) == pytest.approx(650, rel=2e-3)
    assert made.settled.moved(arrows) == pytest.approx(270, rel=2e-3)
    assert made.settled.moved(arrows, 10 * 12, 16 * 12 - 1) == pytest.approx(80, rel=2e-3)
    assert made.settled.held(cells, 12, 5 * 12 - 1) == pytest.approx(130, rel=0.02)


def test_figures_that_cannot_be_of_one_authority_are_refused():
    with pytest.raises(InputError, match=r"no rates give .* together with the other figures"):
        local_tables(Aggregates(referrals=100.0, plans_started=900.0), SHAPE, read_tables(SHAPE), read_england())


def test_the_stock_at_which_rates_settle_is_where_the_engine_leaves_it():
    assembled = assemble(SHAPE, _made(Aggregates()).inputs)
    settled = steady(assembled.parameters)
    p = replace(unlimited(assembled.parameters), opening=settled.stock[:, :, None])
    after = engine.run(replace(p, period=np.zeros(12, np.intp), exposure=np.repeat(p.exposure[:1], 12, axis=0)))
    stays = slice(p.first_stay, p.first_decision)
    still = np.array([cell for cell in range(p.first_stay, p.first_decision) if cell != p.adult])
    np.testing.assert_allclose(after.stock[-1, still], after.stock[0, still], rtol=1e-9, atol=1e-9)
    assert after.stock[0, stays].sum() > 0


# What the folder holds


def test_every_table_has_exactly_the_columns_that_are_declared(folder: Path):
    for where, file, kind in TABLES.values():
        path = folder / "data" / where / file if file else folder / "data" / f"{where}.csv"
        with path.open(encoding="utf-8", newline="") as text:
            header = next(csv.reader(text))
        assert sorted(header) == sorted(set(kind.model_fields) - {"where"}), path.name


def test_every_local_row_says_that_it_is_englands_average_and_to_be_replaced(folder: Path):
    files = sorted((folder / "data" / "local").glob("*.csv"))
    assert {file.stem for file in files} == {name for name, (where, _, _) in TABLES.items() if where == "local"}
    for file in files:
        for row in _rows(file):
            if file.stem not in KEPT:
                assert row["note"].startswith(MARK), f"{file.name}: {row}"
                assert (row["source"], row["basis"]) == ("assumption", "assumption")
            else:
                assert row["authority"] == "England"


def test_nothing_in_the_folder_is_another_authoritys(folder: Path):
    for file in folder.rglob("*"):
        if file.is_file():
            text = file.read_text(encoding="utf-8").casefold()
            assert SHAPE.scenario.authority.casefold() not in text, file.name
            assert SHAPE.folders["local"].name not in text, file.name


def test_no_local_row_repeats_a_figure_of_the_authority_whose_shape_it_has(folder: Path):
    theirs: Inputs = read_tables(SHAPE)
    figures = {
        "population": "persons",
        "opening_stock": "children",
        "section_251": "gross",
        "observed": "value",
        "capacity": "opening",
        "cost_lines": "unit_cost",
    }
    for table, column in figures.items():
        known = {getattr(row, column) for row in getattr(theirs, table)} - {0.0}
        assert not known & {float(row[column]) for row in _rows(folder / "data" / "local" / f"{table}.csv")}, table


def test_only_sources_that_are_cited_are_listed(folder: Path):
    inputs = read_tables(resolve(str(folder / "programme.yaml")))
    cited = {row.source for name in TABLES if name != "sources" for row in getattr(inputs, name)}
    assert {row.source for row in inputs.sources} == cited | {"assumption"}
    assert any(isinstance(row, Fact) for _, row in inputs.facts())


def test_the_readme_names_every_file(folder: Path):
    readme = (folder / "README.md").read_text(encoding="utf-8")
    files = [file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()]
    assert [file for file in files if file != "README.md" and f"`{file}`" not in readme] == []


def test_the_readme_names_the_returns_and_the_commands_that_check(folder: Path):
    readme = (folder / "README.md").read_text(encoding="utf-8")
    for word in ("SSDA903", "CIN census", "section 251", "ONS mid-year", "thrive check", "thrive run", "thrive solve"):
        assert word in readme


def test_every_setting_of_the_scenario_is_explained(folder: Path):
    text = (folder / "do_nothing.yaml").read_text(encoding="utf-8")
    blocks = text.split("\n\n")[1:]
    assert all(block.lstrip().startswith("#") for block in blocks)


# Names


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("West Sussex", "west_sussex"),
        ("St. Helens", "st_helens"),
        ('King\'s Lynn & "West": Norfolk = 1', "kings_lynn_west_norfolk_1"),
        ("Ynys Môn", "ynys_mon"),
        ("  Two\nlines ", "two_lines"),
        ("../../Up", "up"),
    ],
)
def test_a_folder_is_named_in_letters_and_digits(name: str, slug: str):
    assert slug_of(" ".join(name.split())) == slug


HOSTILE = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=30)


@settings(max_examples=5, deadline=None)
@given(HOSTILE, st.sampled_from(["=1+1", "'", '"', "a: b", "# c", "\n- x", "{}", "$authority", "`|<b>", "[red]"]))
def test_no_name_breaks_a_scenario_or_a_table(before: str, within: str):
    name = f"{before}{within} A"
    with tempfile.TemporaryDirectory() as there:
        folder, _ = write(name, Aggregates(children=20_000.0), Path(there))
        called = " ".join(name.split())
        assert folder.parent == Path(there)
        assert yaml.safe_load((folder / "do_nothing.yaml").read_text(encoding="utf-8"))["authority"] == called
        assert resolve(str(folder / "do_nothing.yaml")).scenario.authority == called
        assert invoke("check", folder / "programme.yaml").exit_code == 0
        assert invoke("run", folder / "do_nothing.yaml").exit_code == 0
        for file in folder.rglob("*.csv"):
            with file.open(encoding="utf-8", newline="") as text:
                cells = [cell for row in csv.reader(text) for cell in row]
            assert not [cell for cell in cells if cell[:1] in {"=", "+", "-", "@"} and not _is_number(cell)], file.name


def _is_number(cell: str) -> bool:
    try:
        return math.isfinite(float(cell))
    except ValueError:
        return False


# Refusals


def test_an_existing_folder_is_left_as_it_is(tmp_path: Path):
    (tmp_path / "west_sussex").mkdir()
    (tmp_path / "west_sussex" / "mine.txt").write_text("mine", encoding="utf-8")
    said = _refused("West Sussex", "--in", tmp_path)
    assert said == f"error: {tmp_path / 'west_sussex'}: exists already (name another folder)"
    assert [path.name for path in tmp_path.rglob("*")] == ["west_sussex", "mine.txt"]


def test_a_parent_folder_that_is_not_there_is_refused(tmp_path: Path):
    said = _refused("West Sussex", "--in", tmp_path / "nowhere")
    assert said == f"error: {tmp_path / 'nowhere'}: there is no such folder to write in (make it first)"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["12"], "NAME: '12' has no letter from A to Z, of which the folder's name is made"),
        ([""], "NAME: '' has no letter from A to Z, of which the folder's name is made"),
        (["A\x1b"], "NAME: holds a character that cannot be shown (write it in letters)"),
        (["A" * 81], "NAME: has 81 characters (80 at the most)"),
        (["A", "--population", "999"], "--population: 999 is not between 1,000 and 2,000,000"),
        (["A", "--population", "2000001"], "--population: 2,000,001 is not between 1,000 and 2,000,000"),
        (["A", "--population", "nan"], "--population: nan is not between 1,000 and 2,000,000"),
        (["A", "--looked-after", "0"], "--looked-after: 0 is not between 113 and 1,501, for 75,027 children"),
        (
            ["A", "--population", "20000", "--looked-after", "401"],
            "--looked-after: 401 is not between 30 and 400, for 20,000 children",
        ),
    ],
)
def test_what_is_no_authority_is_refused_in_one_sentence(words: Sequence[str], said: str, tmp_path: Path):
    shown = _refused(*words, "--in", tmp_path)
    assert shown.startswith(f"error: {said}")
    assert "\n" not in shown
    assert list(tmp_path.iterdir()) == []


# Many at once


def listed(folder: Path, *rows: str) -> Path:
    """A table of authorities."""
    file = folder / "councils.csv"
    file.write_text("\n".join(["name,population,looked_after", *rows, ""]), encoding="utf-8")
    return file


def test_every_authority_of_a_table_is_begun_as_it_would_be_alone(tmp_path: Path):
    (tmp_path / "all").mkdir()
    file = listed(tmp_path, "Middling-on-Sea,80000,470", "Northshire,150000,700")
    found = invoke("init", "--each", file, "--in", tmp_path / "all")
    assert found.exit_code == 0, found.stderr
    assert (tmp_path / "all" / "scenarios.txt").read_text(encoding="utf-8").splitlines() == [
        f"{name}/{scenario}.yaml"
        for name in ("middling_on_sea", "northshire")
        for scenario in ("do_nothing", "programme")
    ]
    alone = invoke("init", "Northshire", "--population", "150000", "--looked-after", "700", "--in", tmp_path)
    assert alone.exit_code == 0
    for path in (path for path in (tmp_path / "northshire").rglob("*") if path.is_file()):
        assert path.read_bytes() == (tmp_path / "all" / path.relative_to(tmp_path)).read_bytes()


def test_the_faults_of_every_authority_of_a_table_are_told_and_nothing_is_written(tmp_path: Path):
    (tmp_path / "northshire").mkdir()
    file = listed(tmp_path, "Northshire,150000,700", "Kent!,300,1", "Kent,300000,9", "1,50000,x")
    found = invoke("init", "--each", file, "--in", tmp_path)
    assert found.exit_code == 1
    assert found.stderr.splitlines() == ["error: councils.csv:5 looked_after: must be a number, not 'x'"]
    file = listed(tmp_path, "Northshire,150000,700", "Kent!,300000,2000", "Kent,300000,9", "1,50000,300")
    told = invoke("init", "--each", file, "--in", tmp_path).stderr
    assert f"councils.csv:2 name: '{tmp_path / 'northshire'}' exists already" in told
    assert "councils.csv:4 name: is written in the folder of Kent!, too" in told
    assert "councils.csv:4 looked_after: 9 is not between" in told
    assert "councils.csv:5 name: '1' has no letter from A to Z" in told
    assert sorted(path.name for path in tmp_path.iterdir()) == ["councils.csv", "northshire"]


def test_a_name_and_a_table_are_not_given_together(tmp_path: Path):
    file = listed(tmp_path, "Kent,300000,2000")
    for words in (["Kent", "--each", file], ["--each", file, "--population", "1"], []):
        assert invoke("init", *words).exit_code == 2
