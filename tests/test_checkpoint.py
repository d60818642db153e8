"""Draws under way are kept, and go on to the very bytes they would have come to at once; or it is said what changed."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from copies import Copy
from projects import ROOT, command, environment, invoke

from thrive_model import archive
from thrive_model.draws import BLOCK
from thrive_model.errors import InputError
from thrive_model.report.uncertainty import rows_of
from thrive_model.scenario import resolve
from thrive_model.uncertainty.checkpoint import Checkpoint, resumed
from thrive_model.uncertainty.kept_draws import IN_A_FILE
from thrive_model.uncertainty.local import Threads
from thrive_model.uncertainty.simulate import Enough, Plan, Simulated, simulate
from thrive_model.uncertainty.study import AT_ONCE, Study
from thrive_model.uncertainty.summary import HELD

SHORT = ("--set", "last_year=2014-15")
BLOCKS = 2 * AT_ONCE
DRAWS = BLOCKS * BLOCK + 70
WAIT = 60.0
OFTEN = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell has what it puts in the background ignore them
from thrive_model.uncertainty import checkpoint
checkpoint.EVERY_SECONDS = 0.0
from thrive_model.cli import main
main()
"""
"""The command, which keeps what there is after every block."""


@pytest.fixture(scope="module")
def study() -> Study:
    return Study.of(resolve("thrive", SHORT[1::2]))


@pytest.fixture(scope="module")
def at_once(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of draws that nobody interrupted."""
    pytest.importorskip("pyarrow")
    return finished(study, tmp_path_factory.mktemp("at_once") / "simulated")


def begin(study: Study, folder: Path, draws: int = DRAWS, keeps_draws: bool = True) -> tuple[Checkpoint, Simulated]:
    none_yet = Simulated.none_yet(study, Plan(draws))
    return archive.begin_simulation(none_yet, folder, keeps_draws), none_yet


def go_on(study: Study, folder: Path, draws: int = DRAWS, keeps_draws: bool = True) -> tuple[Checkpoint, Simulated]:
    return resumed(folder, Simulated.none_yet(study, Plan(draws)), keeps_draws)


def finish(checkpoint: Checkpoint, found: Simulated) -> Path:
    assert simulate(found, Threads(2), checkpoint.told)
    checkpoint.keep(found)
    archive.write_simulation(rows_of(found), found.study.resolved, checkpoint)
    return checkpoint.folder


def finished(study: Study, folder: Path, draws: int = DRAWS) -> Path:
    return finish(*begin(study, folder, draws))


def interrupt_after(blocks: int, checkpoint: Checkpoint, found: Simulated) -> None:
    """Ctrl-C while a block is added."""

    def told(so_far: Simulated) -> None:
        checkpoint.told(so_far)
        if so_far.summary.blocks == blocks:
            raise KeyboardInterrupt

    assert not simulate(found, Threads(2), told)
    checkpoint.keep(found)


def held_in(folder: Path) -> dict[str, bytes]:
    """Every file of a folder, byte for byte."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("blocks", [1, AT_ONCE + 1, BLOCKS])
def test_what_goes_on_after_an_interrupt_comes_to_the_same_bytes(
    blocks: int, study: Study, at_once: Path, tmp_path: Path
):
    folder = tmp_path / "simulated"
    interrupt_after(blocks, *begin(study, folder))
    checkpoint, found = go_on(study, folder)
    assert found.summary.draws == blocks * BLOCK
    finish(checkpoint, found)
    assert held_in(folder) == held_in(at_once)


def test_an_interrupt_before_the_first_draw_and_a_second_one_lose_nothing(study: Study, at_once: Path, tmp_path: Path):
    folder = tmp_path / "simulated"
    begin(study, folder)
    interrupt_after(2, *go_on(study, folder))
    interrupt_after(3, *go_on(study, folder))
    finish(*go_on(study, folder))
    assert held_in(folder) == held_in(at_once)


def test_more_draws_are_added_to_those_that_were_made(study: Study, at_once: Path, tmp_path: Path):
    folder = finished(study, tmp_path / "simulated", 3 * BLOCK - 40)
    checkpoint, found = go_on(study, folder)
    assert found.summary.draws == 2 * BLOCK
    finish(checkpoint, found)
    assert held_in(folder) == held_in(at_once)


def test_beyond_what_is_held_draws_go_on_to_the_same_bytes(study: Study, tmp_path: Path):
    """Counted in bins, and spread over several files of draws."""
    pytest.importorskip("pyarrow")

    def made(name: str, stops: int | None) -> Path:
        checkpoint, found = begin(study, tmp_path / name, HELD + 2 * BLOCK)
        sample = study.blocks(0, 1)
        for n in range(found.plan.blocks):
            if n == stops:
                checkpoint.keep(found)
                checkpoint, found = go_on(study, tmp_path / name, HELD + 2 * BLOCK)
            found.add(sample + n)
            checkpoint.told(found)
        checkpoint.keep(found)
        return tmp_path / name

    whole = held_in(made("at_once", None))
    assert len([name for name in whole if name.startswith("draws")]) == HELD // IN_A_FILE + 1
    assert held_in(made("before", HELD // BLOCK - 3)) == whole
    assert held_in(made("after", HELD // BLOCK + 1)) == whole


def test_what_was_added_is_kept_by_itself_after_a_while(study: Study, tmp_path: Path):
    checkpoint, found = begin(study, tmp_path / "simulated", keeps_draws=False)
    checkpoint.every_seconds = 0.0
    found.add(study.blocks(0, 1))
    checkpoint.told(found)
    assert go_on(study, tmp_path / "simulated", keeps_draws=False)[1].summary.draws == BLOCK


def test_stopping_once_known_well_enough_is_the_same_after_an_interrupt(study: Study, tmp_path: Path):
    stated = next(i for i, one in enumerate(study.figures) if one.name == "scenario.spending_on_demand.2012-13")
    blocks = study.blocks(0, AT_ONCE)

    def made(folder: Path, stops: int | None) -> Path:
        enough = Enough(stated, blocks[stated].std() / np.sqrt(15 * BLOCK))
        none_yet = Simulated.none_yet(study, Plan(100 * BLOCK), enough)
        checkpoint, found = archive.begin_simulation(none_yet, folder, False), none_yet
        while not found.is_finished:
            if found.summary.blocks == stops:
                checkpoint.keep(found)
                checkpoint, found = resumed(folder, none_yet_again(enough), False)
                stops = None
            n = found.summary.blocks
            found.add(blocks[:, n % AT_ONCE * BLOCK :][:, :BLOCK] * (1 + n / 1e4))
            checkpoint.told(found)
        checkpoint.keep(found)
        return folder

    def none_yet_again(enough: Enough) -> Simulated:
        return Simulated.none_yet(study, Plan(100 * BLOCK), enough)

    whole = held_in(made(tmp_path / "at_once", None))
    assert held_in(made(tmp_path / "again", 7)) == whole


# The command


def test_the_command_goes_on_after_it_was_interrupted_or_told_to_end(tmp_path: Path):
    """A real process, a real signal: SIGINT, and then SIGTERM on the way."""
    pytest.importorskip("pyarrow")
    folder = tmp_path / "simulated"
    words = ["simulate", "thrive", *SHORT, "--keep-draws", "--out", folder]
    told = _signalled([*words, "--draws", 10**6], folder, signal.SIGINT)
    made = int(re.search(r"Interrupted after ([\d,]+) of 1,000,000 draws", told)[1].replace(",", ""))  # type: ignore[index]
    assert made == int(np.load(folder / "state.npz")["draws"]) >= BLOCK
    assert f"They are kept in {folder}: the same command with --resume goes on from them." in told
    _signalled([*words, "--draws", 10**6, "--resume"], folder, signal.SIGTERM)
    made = int(np.load(folder / "state.npz")["draws"])
    assert invoke(*words, "--draws", made + 10, "--resume").exit_code == 0
    words[-1] = tmp_path / "at_once"
    assert invoke(*words, "--draws", made + 10).exit_code == 0
    assert held_in(folder) == held_in(tmp_path / "at_once")


def _signalled(words: list[object], folder: Path, number: signal.Signals) -> str:
    """What a command said when it was ended after it had made some draws."""

    def kept() -> int:
        return int(np.load(folder / "state.npz")["draws"]) if folder.exists() else 0

    before = kept()
    process = subprocess.Popen(
        command(*words, code=OFTEN),  # type: ignore[arg-type]
        cwd=ROOT,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        until = time.monotonic() + WAIT
        while kept() == before:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        process.send_signal(number)
        _, told = process.communicate(timeout=WAIT)
    finally:
        process.kill()
    assert process.returncode == 130, told
    return told


def test_going_on_needs_a_folder():
    for option in ("--resume", "--keep-draws"):
        found = invoke("simulate", "thrive", option)
        assert found.exit_code == 2
        assert f"{option} needs --out" in found.stderr


def test_going_on_and_replacing_are_not_asked_for_together(tmp_path: Path):
    assert invoke("simulate", "thrive", "--out", tmp_path / "x", "--resume", "--force").exit_code == 2


def test_what_was_interrupted_may_be_replaced_when_asked_for(study: Study, tmp_path: Path):
    folder = tmp_path / "simulated"
    interrupt_after(1, *begin(study, folder))
    with pytest.raises(InputError, match="exists already"):
        begin(study, folder)
    none_yet = Simulated.none_yet(study, Plan(BLOCK))
    archive.begin_simulation(none_yet, folder, False, force=True)
    assert sorted(held_in(folder)) == ["scenario.yaml", "simulation.json", "state.npz"]


def test_a_folder_of_draws_that_holds_something_else_is_not_replaced(study: Study, tmp_path: Path):
    folder = tmp_path / "simulated"
    begin(study, folder)
    (folder / "letter.txt").write_text("Dear chair", encoding="utf-8")
    with pytest.raises(InputError, match="something other than a run"):
        archive.begin_simulation(Simulated.none_yet(study, Plan(BLOCK)), folder, False, force=True)


# What has changed


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> tuple[Copy, Path]:
    """A project of one's own, and a folder of draws of it."""
    folder = tmp_path_factory.mktemp("copied")
    project = Copy(folder)
    study = Study.of(resolve(str(folder / "scenarios/thrive.yaml"), SHORT[1::2]))
    finish(*begin(study, folder / "simulated", BLOCK, keeps_draws=False))
    return project, folder / "simulated"


def refused(project: Copy, folder: Path, *words: str) -> list[str]:
    """The lines with which going on is refused, which changes nothing."""
    before = held_in(folder)
    scenario = project.folder / "scenarios" / "thrive.yaml"
    found = invoke("simulate", scenario, *SHORT, "--draws", str(BLOCK), "--out", folder, "--resume", *words)
    assert found.exit_code == 1, found.output
    assert held_in(folder) == before
    assert not list(folder.parent.glob(".simulated*"))
    return found.stderr.splitlines()


def test_a_changed_setting_is_named_with_both_figures_and_its_place(copied: tuple[Copy, Path]):
    figure, distribution = refused(*copied, "--set", "interventions.family_keyworkers.paid_by_partners=0.3")
    key = "interventions.family_keyworkers.paid_by_partners"
    again = "(name another folder, or put it back as it was)"
    assert figure == f"error: --set {key}: was 0.4 when its draws were made, and is 0.3 {again}"
    was = "was pert, least 0.2, most 0.6 when its draws were made, and is not set"
    assert distribution.endswith(f"{key}.distribution: {was} {again}")


def test_a_changed_seed_and_a_changed_method_are_told_at_once(copied: tuple[Copy, Path]):
    lines = refused(*copied, "--set", "seed=7", "--method", "sobol", "--whole-children")
    assert [line.partition(" (")[0] for line in lines] == [
        "error: --set seed: was 20120401 when its draws were made, and is 7",
        "error: --method: was latin_hypercube, and is sobol",
        "error: --whole-children: was not set, and is set",
    ]


def test_a_changed_table_is_named(copied: tuple[Copy, Path], tmp_path: Path):
    project = Copy(tmp_path)
    shutil.copytree(copied[1], tmp_path / "simulated")
    project.change_line("cost_lines", 3, lambda row: f"{row} again")
    (line,) = refused(project, tmp_path / "simulated")
    assert line.startswith("error: local/cost_lines.csv: has changed since the draws in ")


def test_words_that_change_no_figure_may_change(copied: tuple[Copy, Path], tmp_path: Path):
    shutil.copytree(copied[1], tmp_path / "simulated")
    words = ["--set", "title=Another name for the same", "--draws", str(BLOCK), "--out", tmp_path / "simulated"]
    scenario = copied[0].folder / "scenarios" / "thrive.yaml"
    found = invoke("simulate", scenario, *SHORT, *words, "--resume")
    assert found.exit_code == 0, found.stderr
    assert "Another name for the same" in (tmp_path / "simulated" / "scenario.yaml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("model_version", "0.0.9", "its draws were made by thrive_model 0.0.9, and this is"),
        ("libraries", {"numpy": "1.0", "scipy": "1.17.1"}, "its draws were made with numpy 1.0, and here is"),
        ("fingerprint", "0" * 16, "comes to other last digits than its draws were made with"),
        ("colour", "red", "simulation.json: is not as thrive_model"),
        ("stops_below", 2.0, ""),
    ],
)
def test_what_the_draws_were_made_with_must_be_what_is_here(
    key: str, value: object, told: str, copied: tuple[Copy, Path], tmp_path: Path
):
    shutil.copytree(copied[1], tmp_path / "simulated")
    file = tmp_path / "simulated" / "simulation.json"
    about = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**about, key: value}), encoding="utf-8")
    scenario = copied[0].folder / "scenarios" / "thrive.yaml"
    words = ["simulate", scenario, *SHORT, "--draws", str(BLOCK), "--out", tmp_path / "simulated", "--resume"]
    if not told:  # stopping nowhere after stopping somewhere goes on
        assert invoke(*words).exit_code == 0
        return
    (line,) = refused(copied[0], tmp_path / "simulated")
    assert told in line


def test_stopping_sooner_than_before_is_refused(copied: tuple[Copy, Path]):
    (line,) = refused(*copied, "--stop-when", "looked_after_children<0.5")
    assert "was not set, and is scenario.looked_after_children.2014-15<0.5" in line


def test_fewer_draws_than_are_made_are_refused(copied: tuple[Copy, Path]):
    (line,) = refused(*copied, "--draws", "100")
    assert "128 draws are made, and 100 are asked for (ask for 128 or more, or name another folder)" in line


@pytest.mark.parametrize(
    ("break_it", "told"),
    [
        (lambda folder: (folder / "simulation.json").unlink(), "holds no draws to go on with"),
        (lambda folder: (folder / "state.npz").unlink(), "state.npz: is not there"),
        (lambda folder: (folder / "state.npz").write_bytes(b"PK"), "state.npz: cannot be read"),
        (lambda folder: (folder / "scenario.yaml").unlink(), "scenario.yaml"),
    ],
)
def test_a_folder_that_lacks_something_is_refused(
    break_it: Callable[[Path], object], told: str, copied: tuple[Copy, Path], tmp_path: Path
):
    folder = tmp_path / "simulated"
    shutil.copytree(copied[1], folder)
    break_it(folder)
    (line,) = refused(copied[0], folder)
    assert told in line


# Every draw on disk


def test_every_draw_is_kept_with_a_column_a_figure(at_once: Path, study: Study):
    parquet = pytest.importorskip("pyarrow.parquet")
    table = parquet.read_table(at_once / "draws")
    assert table.column_names == ["draw", *(figure.name for figure in study.figures)]
    assert table["draw"].to_pylist() == list(range(DRAWS))
    kept = np.stack([table[figure.name].to_numpy() for figure in study.figures])
    np.testing.assert_array_equal(kept, study.blocks(0, BLOCKS + 1)[:, :DRAWS])


def test_more_draws_than_the_disk_holds_are_refused_with_both_sizes(tmp_path: Path):
    pytest.importorskip("pyarrow")
    words = ["--draws", str(10**13), "--out", tmp_path / "simulated", "--keep-draws"]
    found = invoke("simulate", "thrive", *SHORT, *words)
    assert found.exit_code == 1
    assert re.search(r"--keep-draws: 10,000,000,000,000 draws of \d+ figures take about [\d.,]+ PB, and", found.stderr)
    assert not (tmp_path / "simulated").exists()


def test_the_manifest_lists_every_file(at_once: Path):
    manifest = json.loads((at_once / "manifest.json").read_text(encoding="utf-8"))
    assert sorted(manifest["outputs_sha256"]) == sorted(set(held_in(at_once)) - {"manifest.json"})
