"""A run folder made again: the same byte for byte, or what was edited, what comes out otherwise, and why."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from projects import copy_project, copy_tables, invoke, thrive

from thrive_model.fingerprints import SEAL, code_behind, is_sealed, sealed

GROWTH = "demand.growth_per_year=0.05"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the shipped programme, with a setting of its own."""
    folder = tmp_path_factory.mktemp("made") / "run"
    assert invoke("run", "thrive", "--set", GROWTH, "--out", folder).exit_code == 0
    return folder


@pytest.fixture
def kept(made: Path, tmp_path: Path) -> Path:
    return shutil.copytree(made, tmp_path / "run")


def _manifest(folder: Path) -> dict[str, Any]:
    return json.loads((folder / "manifest.json").read_text(encoding="utf-8"))


def _say(folder: Path, change: Callable[[dict[str, Any]], None], *, seal: bool) -> None:
    """Change what the manifest says."""
    manifest = _manifest(folder)
    change(manifest)
    if seal:
        del manifest[SEAL]
        manifest = sealed(manifest)
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")


# It comes out the same


def test_a_run_comes_out_the_same_again_with_its_settings(made: Path):
    told = invoke("verify", made)
    assert told.exit_code == 0, told.output
    assert " ".join(told.stdout.split()).endswith("thrive comes out the same again, 15 files byte for byte.")


def test_the_manifest_names_seed_versions_and_each_file_of_code(made: Path):
    manifest = _manifest(made)
    assert manifest["libraries"].keys() == {"numpy", "pandas", "pydantic", "pyyaml", "scipy", "sqlite"}
    assert {"thrive_model/engine/specification.py", "thrive_model/ledger.py"} <= manifest["code_sha256"].keys()
    assert not [
        name for name in manifest["code_sha256"] if name.startswith(("thrive_model/cli", "thrive_model/report"))
    ]
    assert is_sealed(manifest)


def test_code_is_what_a_module_imports_and_what_those_import():
    behind = code_behind("thrive_model.prices")
    assert "thrive_model/prices.py" in behind
    assert "thrive_model/periods.py" in behind
    assert "thrive_model/engine/specification.py" not in behind


# It was edited


@pytest.mark.parametrize("name", ["scenario.yaml", "run.sqlite"])
def test_a_file_that_was_edited_is_detected(name: str, kept: Path):
    content = (kept / name).read_bytes()
    (kept / name).write_bytes(content.replace(b"thrive", b"Thrive", 1).replace(b"2012-13", b"2012-31", 1))
    told = invoke("verify", kept)
    assert told.exit_code == 1
    assert f"{name} is not as the run wrote it" in " ".join(told.stdout.split())
    assert f"  {name}" in told.stdout


def test_a_file_that_is_gone_or_was_added_is_detected(kept: Path):
    (kept / "moves.csv").unlink()
    (kept / "notes.txt").write_text("mine", encoding="utf-8")
    printed = json.loads(invoke("verify", kept, "--json").stdout)
    assert printed["edited"] == [
        {"file": "moves.csv", "what": "is gone"},
        {"file": "notes.txt", "what": "was added"},
    ]
    assert printed["different"] == []
    assert not printed["holds"]


def test_a_manifest_that_was_edited_is_detected(kept: Path):
    _say(kept, lambda manifest: manifest.update(seed=7), seal=False)
    told = invoke("verify", kept)
    assert told.exit_code == 1
    assert "manifest.json is not as the run wrote it" in " ".join(told.stdout.split())
    assert "  seed: 7 then, 20120401 now" in told.stdout


def test_a_file_and_its_hash_and_the_seal_changed_together_are_still_detected(kept: Path):
    forged = (kept / "fund.csv").read_bytes().replace(b"9700000.0", b"9800000.0", 1)
    (kept / "fund.csv").write_bytes(forged)
    sha = hashlib.sha256(forged).hexdigest()
    _say(kept, lambda manifest: manifest["outputs_sha256"].update({"fund.csv": sha}), seal=True)
    told = invoke("verify", kept)
    assert told.exit_code == 1
    assert "fund.csv, from line 2 on" in told.stdout
    assert "no version, no code, no seed and no input" in " ".join(told.stdout.split())


# What changed since


def test_inputs_that_changed_are_named_with_the_settings_that_differ(tmp_path: Path):
    project = copy_tables(tmp_path / "project")
    mine = project / "scenarios" / "mine.yaml"
    mine.write_text("extends: thrive.yaml\nseed: 5\n", encoding="utf-8")
    assert invoke("run", mine, "--out", tmp_path / "run").exit_code == 0
    assert invoke("verify", tmp_path / "run", "--scenario", mine).exit_code == 0
    mine.write_text("extends: thrive.yaml\nseed: 6\ndemand: {growth_per_year: 0.1}\n", encoding="utf-8")
    rates = next(project.glob("data/local/*/rates.csv"))
    rates.write_text(rates.read_text(encoding="utf-8").replace(",1.0,", ",1.00,", 1), encoding="utf-8")
    told = invoke("verify", tmp_path / "run", "--scenario", mine)
    assert told.exit_code == 1
    for line in (
        "  seed: 5 then, 6 now",
        "  input scenarios/mine.yaml: is another than then",
        "demand.growth_per_year",
    ):
        assert line in told.stdout
    assert ("local/rates.csv" in told.stdout) == (",1.00," in rates.read_text(encoding="utf-8"))


def test_a_comment_in_a_scenario_is_told_and_is_no_difference(tmp_path: Path):
    project = copy_tables(tmp_path / "project")
    mine = project / "scenarios" / "mine.yaml"
    mine.write_text("extends: thrive.yaml\n", encoding="utf-8")
    assert invoke("run", mine, "--out", tmp_path / "run").exit_code == 0
    mine.write_text("# a comment\nextends: thrive.yaml\n", encoding="utf-8")
    told = invoke("verify", tmp_path / "run", "--scenario", mine)
    assert told.exit_code == 0
    assert "  input scenarios/mine.yaml: is another than then" in told.stdout


def test_versions_of_libraries_and_of_the_model_that_changed_are_named(kept: Path):
    def older(manifest: dict[str, Any]) -> None:
        manifest["model_version"] = "0.0.9"
        manifest["libraries"]["numpy"] = "1.0"

    _say(kept, older, seal=True)
    told = invoke("verify", kept)
    assert told.exit_code == 0
    assert "  model version: 0.0.9 then, " in told.stdout
    assert "  library numpy: 1.0 then, " in told.stdout


def test_code_that_changed_is_named(tmp_path: Path):
    project = copy_project(tmp_path / "project")
    assert thrive("run", "thrive", "--out", tmp_path / "run", package=project).returncode == 0
    formula = project / "thrive_model" / "engine" / "specification.py"
    text = formula.read_text(encoding="utf-8")
    changed = text.replace("np.expm1(-", "np.expm1(-1.001 * ", 1)
    assert changed != text
    formula.write_text(changed, encoding="utf-8")
    told = thrive("verify", tmp_path / "run", package=project)
    assert told.returncode == 1
    assert "  code thrive_model/engine/specification.py: is another than then" in told.stdout
    assert "outputs.csv, from line " in told.stdout


# What is no run


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (shutil.rmtree, "there is no such folder"),
        (lambda folder: (folder / "manifest.json").unlink(), "is a folder without a manifest.json"),
        (
            lambda folder: (folder / "manifest.json").write_text("[1", encoding="utf-8"),
            "has a manifest.json that cannot be read",
        ),
        (
            lambda folder: (folder / "manifest.json").write_text('{"scenario": "x"}', encoding="utf-8"),
            "has a manifest.json that does not say status, model_version",
        ),
    ],
)
def test_what_is_no_run_is_refused(spoil: Callable[[Path], object], told: str, kept: Path):
    spoil(kept)
    shown = invoke("verify", kept)
    assert shown.exit_code == 1
    assert shown.stderr.startswith(f"error: {kept}: {told}")
    assert len(shown.stderr.splitlines()) == 1


def test_a_scenario_that_is_not_found_or_another_is_refused(kept: Path, tmp_path: Path):
    _say(kept, lambda manifest: manifest.update(scenario="nowhere"), seal=True)
    shown = invoke("verify", kept)
    assert shown.stderr == (
        f"error: {kept}: was made from the scenario 'nowhere', which is neither shipped nor here "
        "(name its file with --scenario FILE)\n"
    )
    shown = invoke("verify", kept, "--scenario", "do_nothing")
    assert shown.stderr == (
        "error: do_nothing: is scenario 'do_nothing', and the folder is a run of 'nowhere' "
        "(name the file that was run)\n"
    )
