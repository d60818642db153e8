"""Many scenarios in one go: checked before anything is run, as each would be alone, and none lost to another."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
from collections.abc import Generator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from projects import copy_tables, invoke
from test_checkpoint import held_in
from test_cluster import Processes as Cluster

from thrive_model.archive import begin_sweep, resumed_sweep
from thrive_model.cli.sweeping import make
from thrive_model.draws import BLOCK
from thrive_model.errors import InputError
from thrive_model.scenario import resolve
from thrive_model.uncertainty import sweep
from thrive_model.uncertainty.figures import known_measures
from thrive_model.uncertainty.local import Threads
from thrive_model.uncertainty.processes import Processes
from thrive_model.uncertainty.simulate import QUANTILES, Plan, Simulated, simulate
from thrive_model.uncertainty.study import Study

SHORT = ("--set", "last_year=2014-15")
NAMES = ("thrive", "thrive_front_loaded", "do_nothing")
DRAWS = ("--draws", "40")


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a sweep on one process."""
    folder = tmp_path_factory.mktemp("swept") / "sweep"
    found = invoke("sweep", *NAMES, *SHORT, *DRAWS, "--processes", "1", "--out", folder)
    assert found.exit_code == 0, found.stderr
    return folder


def rows(folder: Path) -> list[dict[str, str]]:
    with (folder / "figures.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_scenario_comes_to_what_it_comes_to_alone(swept: Path):
    study = Study.of(resolve("thrive_front_loaded", SHORT[1::2]))
    alone = Simulated.none_yet(study, Plan(int(DRAWS[1])))
    assert simulate(alone, Threads(1))
    mine = [row for row in rows(swept) if row["scenario"] == "thrive_front_loaded"]
    assert [(row["run"], row["measure"], row["unit"], row["when"]) for row in mine] == [
        (one.run, one.measure, one.unit, one.when) for one in study.figures
    ]
    assert [float(row["mean"]) for row in mine] == alone.summary.mean.tolist()
    assert [float(row["standard_error"]) for row in mine] == alone.summary.standard_error.tolist()
    assert [float(row["p95"]) for row in mine] == alone.summary.quantiles(QUANTILES)[:, -1].tolist()
    assert {row["authority"] for row in mine} == {"East Sussex"}


def test_every_scenario_is_in_the_table_in_the_order_given(swept: Path):
    assert list(dict.fromkeys(row["scenario"] for row in rows(swept))) == list(NAMES)
    with (swept / "scenarios.csv").open(encoding="utf-8", newline="") as file:
        assert [(row["scenario"], row["draws"], row["failed"]) for row in csv.DictReader(file)] == [
            (name, DRAWS[1], "") for name in NAMES
        ]


def test_several_processes_give_the_same_bytes(swept: Path, tmp_path: Path):
    found = invoke("sweep", *NAMES, *SHORT, *DRAWS, "--processes", "2", "--out", tmp_path / "sweep")
    assert found.exit_code == 0, found.stderr
    assert held_in(tmp_path / "sweep") == held_in(swept)


def test_a_cluster_gives_the_same_bytes(swept: Path, tmp_path: Path):
    pytest.importorskip("distributed")
    cluster = Cluster(tmp_path)
    try:
        cluster.start("dask_scheduler", "--port", "0")
        cluster.worker()
        words = ["sweep", *NAMES, *SHORT, *DRAWS, "--cluster", cluster.address, "--out", tmp_path / "sweep"]
        found = invoke(*words)
    finally:
        cluster.end()
    assert found.exit_code == 0, found.stderr
    assert held_in(tmp_path / "sweep") == held_in(swept)


def test_the_manifest_lists_every_file_and_the_screen_a_line_a_scenario(swept: Path, tmp_path: Path):
    manifest = json.loads((swept / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["outputs_sha256"]) == sorted(set(held_in(swept)) - {"manifest.json"})
    shutil.copytree(swept, tmp_path / "sweep")
    shown = invoke("sweep", *NAMES, *SHORT, *DRAWS, "--out", tmp_path / "sweep", "--resume").stdout
    assert [line.split("  ")[0] for line in shown.splitlines()[1:4]] == [f"East Sussex, {name}" for name in NAMES]
    assert "3 of 3 scenarios of 1 authority, 40 draws each." in shown


def test_faults_of_all_scenarios_are_told_before_anything_is_run(tmp_path: Path):
    project = copy_tables(tmp_path)
    bad = project / "scenarios" / "bad.yaml"
    bad.write_text("extends: thrive.yaml\nfund: {total: -1}\n", encoding="utf-8")
    words = ["sweep", "nope", bad, "thrive", *DRAWS, "--figures", "pressures", "--out", tmp_path / "sweep"]
    found = invoke(*words)
    assert found.exit_code == 1
    assert not (tmp_path / "sweep").exists()
    told = found.stderr
    assert "error: nope: there is no such scenario" in told
    assert "bad.yaml:2" in told
    assert "error: --figures: unknown measure 'pressures' (did you mean 'pressure'?)" in told


def test_two_scenarios_that_cannot_be_told_apart_are_refused(tmp_path: Path):
    project = copy_tables(tmp_path)
    found = invoke("sweep", "thrive", project / "scenarios" / "thrive.yaml", *DRAWS, "--out", tmp_path / "sweep")
    assert found.exit_code == 1
    assert "is called thrive and is of East Sussex, as thrive is (give its file another name)" in found.stderr


def test_a_list_of_scenarios_is_read_from_where_it_is(tmp_path: Path):
    project = copy_tables(tmp_path)
    (project / "list.txt").write_text("# ours\nscenarios/thrive.yaml\n\nnope\nscenarios/none.yaml\n", encoding="utf-8")
    found = invoke("sweep", "--each", project / "list.txt", *DRAWS, "--out", tmp_path / "sweep")
    assert "thrive.yaml" not in found.stderr
    assert "error: nope:" in found.stderr
    assert f"error: {project / 'scenarios' / 'none.yaml'}" in found.stderr


def test_no_scenario_at_all_is_misuse(tmp_path: Path):
    assert invoke("sweep", "--out", tmp_path / "sweep").exit_code == 2
    assert invoke("sweep", "thrive", "--out", tmp_path / "sweep", "--resume", "--force").exit_code == 2


def test_only_the_figures_asked_for_are_written(swept: Path, tmp_path: Path):
    shutil.copytree(swept, tmp_path / "sweep")
    words = [*NAMES, *SHORT, *DRAWS, "--out", tmp_path / "sweep", "--resume", "--figures", "pressure", "--json"]
    found = invoke("sweep", *words)
    assert {row["measure"] for row in rows(tmp_path / "sweep")} == {"pressure"}
    printed = json.loads(found.stdout)
    assert {row["measure"] for row in printed["figures"]} == {"pressure"}
    assert [one["scenario"] for one in printed["scenarios"]] == list(NAMES)


def test_every_measure_of_a_scenario_is_known_beforehand():
    study = Study.of(resolve("thrive", SHORT[1::2]))
    assert {one.measure for one in study.figures} <= known_measures(study.resolved)


# Going on


def test_a_sweep_that_stopped_goes_on_to_the_same_bytes(swept: Path, tmp_path: Path):
    """Of three scenarios one is done: it is not run again."""
    folder = tmp_path / "sweep"
    shutil.copytree(swept, folder)
    for name in ("figures.csv", "scenarios.csv", "manifest.json"):
        (folder / name).unlink()
    first, *others = sorted((folder / "parts").iterdir())
    for part in others:
        shutil.rmtree(part)
    (folder / "parts" / ".half-done.partial").mkdir()
    before = (first / "figures.csv").stat().st_mtime_ns
    found = invoke("sweep", *NAMES, *SHORT, *DRAWS, "--out", folder, "--resume", "--processes", "1")
    assert found.exit_code == 0, found.stderr
    assert held_in(folder) == held_in(swept)
    assert (first.parent / first.name / "figures.csv").stat().st_mtime_ns == before


def test_what_has_changed_since_is_told_and_nothing_is_written(swept: Path):
    before = held_in(swept)
    words = [*NAMES, *SHORT, "--draws", "50", "--set", "seed=7", "--out", swept, "--resume"]
    found = invoke("sweep", *words)
    assert found.exit_code == 1
    assert "error: --set seed: was 20120401 when its draws were made, and is 7" in found.stderr
    assert "thrive was made of 40 draws, and 50 are asked for" in found.stderr
    assert held_in(swept) == before


def test_a_folder_without_a_sweep_cannot_be_gone_on_with(tmp_path: Path):
    found = invoke("sweep", "thrive", *DRAWS, "--out", tmp_path, "--resume")
    assert f"{tmp_path}: holds no sweep to go on with: it has no sweep.json (leave --resume out" in found.stderr


def test_an_earlier_sweep_is_replaced_only_when_asked_for(swept: Path, tmp_path: Path):
    shutil.copytree(swept, tmp_path / "sweep")
    found = invoke("sweep", "do_nothing", *SHORT, *DRAWS, "--out", tmp_path / "sweep")
    assert "exists already" in found.stderr
    begin_sweep(tmp_path / "sweep", Plan(10), force=True)
    assert sorted(held_in(tmp_path / "sweep")) == ["sweep.json"]


class Interrupted:
    """Whoever makes scenarios, until somebody presses Ctrl-C after the first."""

    def make(self, scenarios: Sequence[sweep.Asked]) -> Generator[sweep.Outcome]:
        yield from sweep.Here(1).make(scenarios[:1])
        raise KeyboardInterrupt


def test_an_interrupt_keeps_the_scenarios_that_are_done(swept: Path, tmp_path: Path):
    plan = Plan(int(DRAWS[1]))
    checked = [sweep.checked(sweep.Asked(name, SHORT[1::2], plan)) for name in NAMES]
    kept = begin_sweep(tmp_path / "sweep", plan, force=False)
    with pytest.raises(SystemExit) as ended:
        make(kept, checked, Interrupted())
    assert ended.value.code == 130
    again = resumed_sweep(tmp_path / "sweep", plan)
    assert [again.is_done(one) for one in checked] == [True, False, False]
    assert make(again, checked, sweep.Here(1)) == {}
    again.write(checked, {}, ())
    assert held_in(tmp_path / "sweep") == held_in(swept)


# What fails


def test_a_scenario_that_fails_while_it_runs_does_not_lose_the_others(swept: Path, tmp_path: Path):
    class OneFails:
        def make(self, scenarios: Sequence[sweep.Asked]) -> Generator[sweep.Outcome]:
            for asked in scenarios:
                wrong = replace(asked, given="gone") if asked.given == "thrive_front_loaded" else asked
                yield from sweep.Here(1).make([wrong])

    plan = Plan(int(DRAWS[1]))
    checked = [sweep.checked(sweep.Asked(name, SHORT[1::2], plan)) for name in NAMES]
    kept = begin_sweep(tmp_path / "sweep", plan, force=False)
    failed = make(kept, checked, OneFails())
    assert list(failed) == ["thrive_front_loaded"]
    kept.write(checked, failed, ())
    assert [row for row in rows(swept) if row["scenario"] != "thrive_front_loaded"] == rows(tmp_path / "sweep")
    with (tmp_path / "sweep" / "scenarios.csv").open(encoding="utf-8", newline="") as file:
        told = {row["scenario"]: (row["draws"], row["failed"]) for row in csv.DictReader(file)}
    assert told["thrive_front_loaded"] == ("0", "gone: there is no such scenario")
    make(kept, checked, sweep.Here(1))
    kept.write(checked, {}, ())
    assert held_in(tmp_path / "sweep") == held_in(swept)


def test_a_fault_that_nobody_foresaw_is_told_as_one_of_its_scenario():
    resolved = resolve("thrive", SHORT[1::2])
    (problem,) = sweep.drawn(resolved, object(), Plan(BLOCK)).problems  # type: ignore[arg-type]
    assert str(problem).startswith("error: thrive: failed: AttributeError: 'object' object has no attribute")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_process_that_is_killed_is_told():
    with pytest.raises(InputError, match="one of its processes was killed"):
        list(Processes(2).in_order(iter([(_die, ())])))


def test_two_machines_that_agree_are_computed_with_the_same():
    assert sweep.computed_with() == sweep.computed_with()
