from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from projects import ROOT, command, copy_tables, environment, invoke, thrive

from thrive_model.scenario import resolve

SETTING = "demand.growth_per_year=0.05"
COLUMNS = {
    "headlines": ["measure", "title", "unit", "price_basis", "financial_year", "value"],
    "outputs": ["output", "unit", "financial_year", "value", "observed", "run"],
    "fund": [
        "financial_year",
        "opening",
        "planned",
        "drawdown",
        "demand_support",
        "new_activity",
        "change",
        "closing",
        "unfunded",
        "actual",
    ],
    "ledger": ["month", "financial_year", "line", "kind", "use", "funding", "amount_nominal", "run"],
    "savings": [
        "line",
        "title",
        "financial_year",
        "do_nothing",
        "scenario",
        "price",
        "volume",
        "mix",
        "joint",
        "cashable",
        "avoided",
        "claimed_by",
        "saving",
    ],
    "budget": ["section", "row", "financial_year", "total", "increment"],
    "tracker": [
        "key",
        "title",
        "owner",
        "financial_year",
        "part_year",
        "full_year",
        "cashable",
        "planned",
        "on_evidence",
        "rag",
        "reason",
    ],
    "spending": [
        "from_year",
        "to_year",
        "line",
        "was",
        "now",
        "price",
        "volume",
        "mix",
        "joint",
        "fixed",
        "change",
    ],
    "displacement": [
        "move",
        "meaning",
        "from_state",
        "to_state",
        "financial_year",
        "do_nothing",
        "scenario",
        "came",
        "moved",
        "change",
    ],
    "supplies": ["month_end", "supply", "units", "run"],
    "stock": ["month_end", "state", "from_month", "ages", "children", "run"],
    "moves": ["financial_year", "move", "from_state", "to_state", "ages", "children", "run"],
    "assumptions": ["key", "value", "source", "basis", "grade", "why", "where", "description", "who", "when"],
}
OF_THE_RUN = ["scenario_name", "status", "model_version", "run_id"]
"""What every table carries after its own columns."""
FILES = {*(f"{name}.csv" for name in COLUMNS), "run.sqlite", "scenario.yaml", "manifest.json"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the shipped programme."""
    folder = tmp_path_factory.mktemp("kept") / "run"
    assert invoke("run", "thrive", "--out", folder).exit_code == 0
    return folder


@pytest.fixture(scope="module")
def tables(kept: Path) -> dict[str, pd.DataFrame]:
    """Every table of it."""
    return {name: pd.read_csv(kept / f"{name}.csv", keep_default_na=False, na_values=[""]) for name in COLUMNS}


@pytest.fixture(scope="module")
def nothing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of doing nothing."""
    folder = tmp_path_factory.mktemp("nothing") / "run"
    assert invoke("run", "do_nothing", "--out", folder).exit_code == 0
    return folder


@pytest.fixture
def earlier(nothing: Path, tmp_path: Path) -> Path:
    """A run folder that stands already, alone in its parent."""
    return shutil.copytree(nothing, tmp_path / "run")


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _values(table: pd.DataFrame, output: str, run: str) -> pd.Series[float]:
    chosen = table[(table["output"] == output) & (table["run"] == run)]
    return chosen.set_index("financial_year")["value"]


# What the folder holds


def test_the_folder_holds_these_files_and_no_others(kept: Path):
    assert {path.name for path in kept.iterdir()} == FILES
    assert all(path.stat().st_size for path in kept.iterdir())


@pytest.mark.parametrize("name", COLUMNS)
def test_every_table_has_these_columns_and_so_no_row_of_one_child(name: str, tables: dict[str, pd.DataFrame]):
    assert list(tables[name].columns) == [*COLUMNS[name], *OF_THE_RUN]
    assert len(tables[name])


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("headlines", ["measure", "financial_year"]),
        ("outputs", ["output", "financial_year", "run"]),
        ("fund", ["financial_year"]),
        ("ledger", ["month", "line", "use", "funding", "run"]),
        ("savings", ["line", "financial_year"]),
        ("displacement", ["move", "from_state", "to_state", "financial_year"]),
        ("supplies", ["month_end", "supply", "run"]),
        ("stock", ["month_end", "state", "from_month", "ages", "run"]),
        ("moves", ["financial_year", "move", "from_state", "to_state", "ages", "run"]),
        ("assumptions", ["key"]),
    ],
)
def test_every_table_has_one_row_a_group(name: str, key: list[str], tables: dict[str, pd.DataFrame]):
    assert not tables[name].duplicated(key).any()


@pytest.mark.parametrize("run", ["do_nothing", "scenario"])
def test_the_ledger_sums_to_spending_on_demand_and_to_the_cost_of_the_programme(
    run: str, tables: dict[str, pd.DataFrame]
):
    ledger = tables["ledger"][tables["ledger"]["run"] == run]
    by_use = ledger.pivot_table(index="financial_year", columns="use", values="amount_nominal", aggfunc="sum")
    np.testing.assert_allclose(
        by_use["demand_support"], _values(tables["outputs"], "spending_on_demand", run), rtol=1e-12
    )
    programme = by_use.reindex(columns=["new_activity", "change"]).sum(axis=1)
    np.testing.assert_allclose(programme, _values(tables["outputs"], "programme_cost", run), rtol=1e-9, atol=1e-6)


def test_what_the_fund_paid_in_the_ledger_is_what_was_drawn_from_it(tables: dict[str, pd.DataFrame]):
    ledger = tables["ledger"][tables["ledger"]["run"] == "scenario"]
    fund = tables["fund"].set_index("financial_year")
    for use in ("demand_support", "new_activity", "change"):
        paid = ledger[ledger["funding"] == f"fund_{use}"].groupby("financial_year")["amount_nominal"].sum()
        np.testing.assert_allclose(paid.reindex(fund.index, fill_value=0.0), fund[use], rtol=1e-9, atol=1e-6)


@pytest.mark.parametrize("run", ["do_nothing", "scenario"])
@pytest.mark.parametrize(
    ("word", "output"),
    [
        ("looked_after", "looked_after_children"),
        ("child_protection_plan", "child_protection_plans"),
        ("child_in_need", "children_in_need"),
        ("early_help", "early_help_caseload"),
    ],
)
def test_the_stock_at_31_march_agrees_with_the_outputs(
    word: str, output: str, run: str, tables: dict[str, pd.DataFrame]
):
    states = pd.read_csv(ROOT / "data" / "pathway" / "states.csv", keep_default_na=False)
    counted = set(states[[word in counts.split(";") for counts in states["counts"]]]["state"])
    stock = tables["stock"]
    march = stock[(stock["run"] == run) & stock["state"].isin(counted) & stock["month_end"].str.endswith("-03")]
    by_month = march.groupby("month_end")["children"].sum()
    by_year = by_month[by_month.index > "2012-03"]
    np.testing.assert_allclose(by_year, _values(tables["outputs"], output, run), rtol=1e-12)


def test_the_stock_begins_with_the_opening_stock(tables: dict[str, pd.DataFrame]):
    table = pd.read_csv(ROOT / "data" / "local" / "east_sussex" / "opening_stock.csv")
    opening = table[table["month_end"] == "2012-03"].set_index("state")["children"]
    stock = tables["stock"]
    first = stock[(stock["month_end"] == "2012-03") & (stock["run"] == "scenario")].groupby("state")["children"].sum()
    np.testing.assert_allclose(first[opening.index], opening, rtol=1e-6)


@pytest.mark.parametrize(
    ("word", "output"),
    [("admission", "admissions_to_care"), ("referral", "referrals"), ("plan_start", "plans_started")],
)
def test_the_moves_of_a_year_agree_with_the_outputs(word: str, output: str, tables: dict[str, pd.DataFrame]):
    declared = pd.read_csv(ROOT / "data" / "pathway" / "moves.csv", keep_default_na=False)
    counted = declared[[word in counts.split(";") for counts in declared["counts"]]][["from_state", "to_state"]]
    moves = tables["moves"][tables["moves"]["run"] == "scenario"].merge(counted)
    by_year = moves.groupby("financial_year")["children"].sum()
    np.testing.assert_allclose(by_year, _values(tables["outputs"], output, "scenario"), rtol=1e-12)


def test_the_folder_and_the_json_object_say_the_same(tables: dict[str, pd.DataFrame]):
    printed = json.loads(invoke("run", "thrive", "--json").stdout)
    outputs = tables["outputs"].set_index(["output", "financial_year", "run"])["value"]
    for row in printed["outputs"]:
        for run in ("do_nothing", "scenario"):
            assert outputs[row["output"], row["financial_year"], run] == row[run]
    assert list(tables["fund"]["closing"]) == [row["closing"] for row in printed["fund"]]


def test_the_database_holds_the_same_tables_with_as_many_rows(kept: Path, tables: dict[str, pd.DataFrame]):
    with closing(sqlite3.connect(kept / "run.sqlite")) as database:
        names = {name for (name,) in database.execute("select name from sqlite_master where type = 'table'")}
        assert names == set(COLUMNS)
        for name, table in tables.items():
            assert database.execute(f"select count(*) from {name}").fetchone() == (len(table),)
        (total,) = database.execute("select sum(amount_nominal) from ledger").fetchone()
    assert total == pytest.approx(tables["ledger"]["amount_nominal"].sum(), rel=1e-12)


def test_a_run_without_a_fund_has_an_empty_fund_table(nothing: Path):
    assert (nothing / "fund.csv").read_text(encoding="utf-8") == ",".join([*COLUMNS["fund"], *OF_THE_RUN]) + "\n"
    with closing(sqlite3.connect(nothing / "run.sqlite")) as database:
        assert database.execute("select count(*) from fund").fetchone() == (0,)


def test_the_manifest_hashes_every_file_it_read_and_wrote(kept: Path):
    manifest = json.loads((kept / "manifest.json").read_text(encoding="utf-8"))
    written = {name: hashlib.sha256(found).hexdigest() for name, found in _contents(kept).items()}
    del written["manifest.json"]
    assert manifest["outputs_sha256"] == written
    read = [path for path in (ROOT / "data").rglob("*.csv") if path.name != "england.csv"]  # which only `init` reads
    shipped = [*read, *(ROOT / "scenarios" / f"{name}.yaml" for name in ("thrive", "do_nothing"))]
    assert sorted(manifest["inputs_sha256"].values()) == sorted(
        hashlib.sha256(path.read_bytes()).hexdigest() for path in shipped
    )


def test_the_manifest_names_the_scenario_versions_seed_and_overrides(tmp_path: Path):
    assert invoke("run", "thrive", "--set", SETTING, "--out", tmp_path / "run").exit_code == 0
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["scenario"] == "thrive"
    assert manifest["seed"] == 20120401
    assert manifest["overrides"] == [SETTING]
    assert (manifest["first_year"], manifest["last_year"]) == ("2012-13", "2017-18")
    assert manifest["price_bases"] == [
        "nominal",
        "real, 2012-13 prices by gdp_deflator, discounted by green_book_2003",
    ]
    assert manifest["libraries"].keys() >= {"numpy", "pandas", "scipy"}
    assert str(tmp_path) not in (tmp_path / "run" / "manifest.json").read_text(encoding="utf-8")


def test_the_manifest_tells_a_scenario_from_one_of_the_same_name_that_it_extends(tmp_path: Path):
    mine = tmp_path / "thrive.yaml"
    mine.write_text("extends: thrive\nseed: 5\n", encoding="utf-8")
    assert invoke("run", mine, "--out", tmp_path / "run").exit_code == 0
    inputs = json.loads((tmp_path / "run" / "manifest.json").read_text(encoding="utf-8"))["inputs_sha256"]
    hashes = {hashlib.sha256(path.read_bytes()).hexdigest() for path in (mine, ROOT / "scenarios" / "thrive.yaml")}
    assert hashes <= set(inputs.values())


def test_the_resolved_scenario_runs_to_the_same_outputs(tmp_path: Path):
    overrides = ("--set", SETTING, "--set", "interventions.swift.enabled=false")
    project, first, second = copy_tables(tmp_path / "project"), tmp_path / "first", tmp_path / "second"
    assert invoke("run", "thrive", *overrides, "--out", first).exit_code == 0
    resolved = project / "scenarios" / "thrive.yaml"  # whose name is in every table
    resolved.write_bytes((first / "scenario.yaml").read_bytes())
    assert invoke("run", resolved, "--out", second).exit_code == 0
    for name in ("outputs.csv", "fund.csv", "ledger.csv", "stock.csv", "moves.csv", "scenario.yaml"):
        assert (first / name).read_bytes() == (second / name).read_bytes()


def test_the_resolved_scenario_reads_back_as_it_was_written(tmp_path: Path):
    texts = ["1e5", "1.5e3", "no", "12:30", "~", "2012", "0x1F", "'quoted'", "a: b # c", "£1.2m – x", ".5", "null", "-"]
    services = {
        f"service_{i}": {"title": text, "use": "change", "start": "2012-04", "cost_per_year": 1e-7}
        for i, text in enumerate(texts)
    }
    project = copy_tables(tmp_path)
    mine, resolved = project / "scenarios" / "mine.yaml", project / "scenarios" / "resolved.yaml"
    mine.write_text(json.dumps({"extends": "do_nothing.yaml", "interventions": services}), encoding="utf-8")
    shown = invoke("run", mine, "--out", tmp_path / "run")
    assert shown.exit_code == 0, shown.stderr
    resolved.write_bytes((tmp_path / "run" / "scenario.yaml").read_bytes())
    assert resolve(str(resolved)).content == resolve(str(mine)).content
    assert [one.title for one in resolve(str(resolved)).scenario.interventions.values()] == texts


# Where it may be written


def test_writing_is_told_on_stderr_and_leaves_the_json_alone(tmp_path: Path):
    shown = invoke("run", "thrive", "--json", "--out", tmp_path / "run")
    assert json.loads(shown.stdout)["scenario"] == "thrive"
    assert shown.stderr == f"Written to {tmp_path / 'run'}\n"


def test_an_existing_folder_is_refused_without_force(earlier: Path):
    before = _contents(earlier)
    shown = invoke("run", "thrive", "--out", earlier)
    assert shown.exit_code == 1
    assert shown.stdout == ""
    assert shown.stderr == (f"error: {earlier}: exists already (name another folder, or add --force to replace it)\n")
    assert _contents(earlier) == before


def test_force_replaces_a_run_with_a_whole_new_one(earlier: Path, kept: Path):
    assert invoke("run", "thrive", "--out", earlier, "--force").exit_code == 0
    assert _contents(earlier) == _contents(kept)
    assert [path.name for path in earlier.parent.iterdir()] == ["run"]


def test_force_fills_an_empty_folder(tmp_path: Path, kept: Path):
    (tmp_path / "run").mkdir()
    assert invoke("run", "thrive", "--out", tmp_path / "run", "--force").exit_code == 0
    assert _contents(tmp_path / "run") == _contents(kept)


@pytest.mark.parametrize("name", ["notes.txt", ".hidden", "outputs.xlsx"])
def test_force_refuses_a_run_to_which_something_was_added(name: str, earlier: Path):
    (earlier / name).write_text("mine", encoding="utf-8")
    shown = invoke("run", "thrive", "--out", earlier, "--force")
    assert shown.exit_code == 1
    assert "holds something other than a run" in shown.stderr
    assert (earlier / name).read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("manifest", [None, "{}", "[]", "not json", '{"name": "an app", "outputs_sha256": null}'])
def test_force_refuses_a_folder_that_is_no_run(manifest: str | None, tmp_path: Path):
    folder = tmp_path / "precious"
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine", encoding="utf-8")
    if manifest is not None:
        (folder / "manifest.json").write_text(manifest, encoding="utf-8")
    before = _contents(folder)
    shown = invoke("run", "thrive", "--out", folder, "--force")
    assert shown.exit_code == 1
    assert "holds something other than a run" in shown.stderr
    assert _contents(folder) == before


def test_a_file_in_the_way_is_refused_even_with_force(tmp_path: Path):
    (tmp_path / "run").write_text("mine", encoding="utf-8")
    shown = invoke("run", "thrive", "--out", tmp_path / "run", "--force")
    assert shown.exit_code == 1
    assert shown.stderr == f"error: {tmp_path / 'run'}: is a file (name a folder)\n"
    assert (tmp_path / "run").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("there", [True, False])
def test_a_link_in_the_way_is_refused_even_with_force(there: bool, tmp_path: Path):
    target = tmp_path / "target"
    if there:
        target.mkdir()
    (tmp_path / "run").symlink_to(target)
    shown = invoke("run", "thrive", "--out", tmp_path / "run", "--force")
    assert shown.exit_code == 1
    assert shown.stderr == f"error: {tmp_path / 'run'}: is a link (name a folder)\n"
    assert (tmp_path / "run").is_symlink()


def test_a_missing_parent_is_refused(tmp_path: Path):
    shown = invoke("run", "thrive", "--out", tmp_path / "nowhere" / "run")
    assert shown.exit_code == 1
    assert f"there is no folder '{tmp_path / 'nowhere'}' to write it in" in shown.stderr
    assert not list(tmp_path.iterdir())


def test_a_parent_that_may_not_be_written_is_refused(tmp_path: Path):
    tmp_path.chmod(0o500)
    try:
        if os.access(tmp_path, os.W_OK):
            pytest.skip("whoever runs this may write everywhere")
        shown = invoke("run", "thrive", "--out", tmp_path / "run")
    finally:
        tmp_path.chmod(0o700)
    assert shown.exit_code == 1
    assert (
        shown.stderr == f"error: {tmp_path / 'run'}: cannot be written: Permission denied (nothing was written there)\n"
    )


def test_a_name_too_long_for_a_folder_is_refused(tmp_path: Path):
    shown = invoke("run", "thrive", "--out", tmp_path / ("a" * 300))
    assert shown.exit_code == 1
    assert shown.stderr.startswith("error: ")
    assert "cannot be written" in shown.stderr
    assert not list(tmp_path.iterdir())


# All or nothing


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals to hold a process up")
def test_a_folder_made_while_a_run_is_written_is_left_alone(tmp_path: Path):
    folder = tmp_path / "run"
    process = _ended_while_writing(folder, signal.SIGSTOP)
    folder.mkdir()
    (folder / "thesis.txt").write_text("mine", encoding="utf-8")
    process.send_signal(signal.SIGCONT)
    told = process.communicate()[1]
    assert process.returncode == 1
    assert told == f"error: {folder}: exists already (name another folder, or add --force to replace it)\n"
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


A_FULL_DISK = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv.pop(1)),) * 2)
"""


@pytest.mark.skipif(os.name != "posix", reason="needs the limits of a POSIX process")
@pytest.mark.parametrize(("most_bytes", "force"), [(5_000, False), (700_000, True), (3_000_000, True)])
def test_a_full_disk_leaves_no_folder_and_the_earlier_run_whole(
    most_bytes: int, force: bool, nothing: Path, tmp_path: Path
):
    folder = tmp_path / "run"
    if force:
        shutil.copytree(nothing, folder)
    before = _contents(folder) if force else {}
    code = A_FULL_DISK + "from thrive_model.cli import main; main()"
    shown = thrive(str(most_bytes), "run", "thrive", "--out", folder, *["--force"] * force, code=code)
    assert shown.returncode == 1
    assert shown.stdout == ""
    assert shown.stderr.startswith(f"error: {folder}: cannot be written: ")
    assert shown.stderr.endswith("(nothing was written there)\n")
    assert len(shown.stderr.splitlines()) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["run"] * force
    assert (_contents(folder) if force else {}) == before


HEEDING_INTERRUPTS = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it puts in the background ignore them
from thrive_model.cli import main; main()
"""


def _ended_while_writing(folder: Path, how: signal.Signals, *words: str) -> subprocess.Popen[str]:
    """Start a run into a folder and send it a signal once it has begun to write."""
    process = subprocess.Popen(
        command("run", "thrive", "--out", folder, *words, code=HEEDING_INTERRUPTS),
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while process.poll() is None and not list(folder.parent.glob(".run.*.partial/ledger.csv")):
        time.sleep(0.002)
    process.send_signal(how)
    return process


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize("force", [False, True])
def test_an_interrupt_while_writing_leaves_nothing_behind(force: bool, nothing: Path, tmp_path: Path):
    folder = tmp_path / "run"
    if force:
        shutil.copytree(nothing, folder)
    before = _contents(folder) if force else {}
    process = _ended_while_writing(folder, signal.SIGINT, *["--force"] * force)
    told = process.communicate()[1]
    assert process.returncode == 1
    assert "Traceback" not in told
    assert [path.name for path in tmp_path.iterdir()] == ["run"] * force
    assert (_contents(folder) if force else {}) == before


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_run_killed_while_writing_leaves_the_earlier_one_whole(how: signal.Signals, earlier: Path):
    before = _contents(earlier)
    process = _ended_while_writing(earlier, how, "--force")
    process.communicate()
    assert process.returncode == -how
    assert _contents(earlier) == before


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
def test_a_run_killed_while_writing_leaves_no_folder_of_that_name_and_the_next_is_whole(tmp_path: Path, kept: Path):
    process = _ended_while_writing(tmp_path / "run", signal.SIGKILL)
    process.communicate()
    assert not (tmp_path / "run").exists()
    assert invoke("run", "thrive", "--out", tmp_path / "run").exit_code == 0
    assert _contents(tmp_path / "run") == _contents(kept)


def test_an_intervention_for_some_ages_leaves_both_runs_in_the_same_age_bands(tmp_path: Path):
    written = tmp_path / "run"
    ages = "interventions.integrated_screening_hub.ages=5-11"
    assert invoke("run", "thrive", "--set", ages, "--out", str(written)).exit_code == 0
    stock = pd.read_csv(written / "stock.csv", dtype=str)
    bands = stock.groupby("run")["ages"].unique()
    assert bands["do_nothing"].tolist() == bands["scenario"].tolist()
    assert "10-11" in bands["scenario"].tolist()
