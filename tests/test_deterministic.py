from __future__ import annotations

from pathlib import Path

from projects import thrive

COMMANDS = [
    ["run", "thrive"],
    ["run", "thrive", "--json"],
    ["solve", "thrive"],
    ["explain", "thrive", "interventions"],
    ["watch", "thrive"],
]
EACH = f"""
from thrive_model.cli import main
for words in {COMMANDS}:
    main(words, standalone_mode=False)
"""
FAULTS = ["check", "thrive", "--set", "interventions.swift.x=1", "--set", "seed=a", "--set", "fund.y=2"]


def test_two_processes_write_the_same_bytes_wherever_and_whenever_they_run(tmp_path: Path):
    here, there = tmp_path / "here", tmp_path / "there"
    assert thrive("run", "thrive", "--out", here, PYTHONHASHSEED="0").returncode == 0
    elsewhere = {"PYTHONHASHSEED": "4242", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    assert thrive("run", "thrive", "--out", "there", cwd=tmp_path, **elsewhere).returncode == 0
    first, second = ({path.name: path.read_bytes() for path in folder.iterdir()} for folder in (here, there))
    assert first.keys() == second.keys()
    assert [file for file in first if first[file] != second[file]] == []


def test_two_processes_print_the_same_whatever_their_hash_seed():
    first, second = (thrive(code=EACH, PYTHONHASHSEED=seed) for seed in ("0", "4242"))
    assert first.returncode == second.returncode == 0
    assert first.stdout == second.stdout != ""


def test_two_processes_tell_faults_in_the_same_order_whatever_their_hash_seed():
    first, second = (thrive(*FAULTS, PYTHONHASHSEED=seed) for seed in ("0", "4242"))
    assert first.stderr == second.stderr
    assert len(first.stderr.splitlines()) == 3
