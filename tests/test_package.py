"""The wheel, installed into an empty environment away from the checkout, runs on the tables that it carries."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from projects import ROOT, invoke, scenario_names

BIN = "Scripts" if os.name == "nt" else "bin"


def _run(*words: str | Path, cwd: Path) -> str:
    """What a process prints that knows nothing of the checkout."""
    plain = {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(word) for word in words],
        cwd=cwd,
        env={**plain, "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    _run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder, cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of programs of an environment that holds the wheel and the locked versions of what it needs."""
    folder = tmp_path_factory.mktemp("installed")
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(re.findall(r"^[\w.-]+==[\w.]+", lock, re.MULTILINE)) + "\n", encoding="utf-8")
    _run(sys.executable, "-m", "venv", "--without-pip", folder / "venv", cwd=folder)
    python = folder / "venv" / BIN / "python"
    pip = (sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python)
    _run(*pip, "install", "-q", "--no-compile", "-c", constraints, wheel, cwd=folder)
    return python.parent


def test_the_wheel_carries_the_package_its_tables_and_scenarios_and_nothing_else(wheel: Path):
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}
        licences = [name for name in archive.namelist() if name.endswith("LICENSE")]
    package = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "thrive_model").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    shipped = [
        *(ROOT / "data").rglob("*.csv"),
        *(ROOT / "data" / "template").iterdir(),
        *(ROOT / "scenarios").glob("*.yaml"),
    ]
    assert held == package | {f"thrive_model/shipped/{path.relative_to(ROOT)}" for path in shipped}
    assert licences


def test_the_installed_command_runs_the_shipped_scenario_from_anywhere(installed: Path, tmp_path: Path):
    assert _run(installed / "thrive", "run", "thrive", cwd=tmp_path) == invoke("run", "thrive").stdout
    assert (
        _run(installed / "thrive", "run", "thrive", "--json", cwd=tmp_path) == invoke("run", "thrive", "--json").stdout
    )


def test_the_installed_command_lists_the_shipped_scenarios(installed: Path, tmp_path: Path):
    shown = _run(installed / "thrive", "list", cwd=tmp_path)
    assert [line.split()[0] for line in shown.splitlines() if not line.startswith(" ")] == scenario_names()


def test_the_installed_command_reads_the_tables_inside_the_wheel(installed: Path, tmp_path: Path):
    code = "import thrive_model.scenario as s; print(s.shipped_root()); print(*s.resolve('thrive').folders.values())"
    root, folders = _run(installed / "python", "-c", code, cwd=tmp_path).splitlines()
    assert Path(root).is_relative_to(installed.parent.resolve())
    assert Path(root).parts[-2:] == ("thrive_model", "shipped")
    assert all(Path(folder).resolve().is_relative_to(Path(root).resolve()) for folder in folders.split())


def test_the_installed_command_keeps_a_run_and_reads_a_scenario_of_ones_own(installed: Path, tmp_path: Path):
    (tmp_path / "mine.yaml").write_text("extends: thrive\nseed: 3\n", encoding="utf-8")
    _run(installed / "thrive", "run", "mine.yaml", "--out", "kept", cwd=tmp_path)
    assert (tmp_path / "kept" / "manifest.json").is_file()


def test_the_installed_package_needs_only_what_it_declares(installed: Path, tmp_path: Path):
    names = _run(
        installed / "python",
        "-c",
        "import importlib.metadata as m; print(*sorted(d.name.lower() for d in m.distributions()))",
        cwd=tmp_path,
    ).split()
    assert {"thrive-model", "click", "numpy", "pandas", "pydantic", "pyyaml", "rich", "scipy"} <= set(names)
    assert not {"pytest", "hypothesis", "ruff", "mypy", "import-linter"} & set(names)
