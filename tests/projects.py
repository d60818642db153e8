"""Copies of the shipped project, and its command: called in this process, or as a process of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from thrive_model.cli import main

ROOT = Path(__file__).resolve().parents[1]
COMMAND = "from thrive_model.cli import main; main(prog_name='thrive')"


def invoke(*args: str | Path) -> Result:
    """The command in this process: its exit code, what it printed on stdout and on stderr, and both as they came."""
    runner = CliRunner(env={"COLUMNS": "80", "FORCE_COLOR": None, "NO_COLOR": None})
    return runner.invoke(main, [str(arg) for arg in args], prog_name="thrive")


def thrive(
    *args: str | Path, code: str = COMMAND, cwd: Path | None = None, package: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own, on the package that stands in a folder."""
    return subprocess.run(
        command(*args, code=code),
        cwd=cwd or package,
        env=environment(package, **variables),
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def command(*args: str | Path, code: str = COMMAND) -> list[str]:
    """The words that start the command as a process."""
    return [sys.executable, "-c", code, *(str(arg) for arg in args)]


def environment(package: Path = ROOT, **variables: str) -> dict[str, str]:
    """This process's environment, with the package of a folder and variables of one's own."""
    plain = {name: value for name, value in os.environ.items() if name not in {"FORCE_COLOR", "NO_COLOR"}}
    return {**plain, "PYTHONPATH": str(package), "COLUMNS": "80", "PYTHONIOENCODING": "utf-8", **variables}


def copy_tables(folder: Path) -> Path:
    """A project of one's own: the shipped scenarios and tables in a folder."""
    for name in ("data", "scenarios"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def copy_project(folder: Path) -> Path:
    """The shipped scenarios, tables and package in a folder."""
    shutil.copytree(ROOT / "thrive_model", folder / "thrive_model", ignore=shutil.ignore_patterns("__pycache__"))
    return copy_tables(folder)


def scenario_names() -> list[str]:
    """The shipped scenarios."""
    return sorted(path.stem for path in (ROOT / "scenarios").glob("*.yaml"))


def append(file: Path, text: str) -> None:
    """Add lines to the end of a file."""
    file.write_text(file.read_text(encoding="utf-8").rstrip("\n") + "\n" + text, encoding="utf-8")
