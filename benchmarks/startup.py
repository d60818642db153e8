"""How long the command takes to start and to run, as ratios to importing libraries, and how much memory it takes."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROUNDS = 9
MEGABYTE = 1e6 if sys.platform == "darwin" else 1e3  # what the system counts a process's peak memory in

COMMAND = "from thrive_model.cli import main; main()"
SCIENCE = "import numpy, pandas, scipy.optimize"
DEPENDENCIES = "import numpy, pandas, scipy, click, rich, yaml, pydantic"
RUN = (COMMAND, "run", "scenarios/thrive.yaml")
HELP = (COMMAND, "--help")

COMPARED = (
    ("thrive --help", HELP, SCIENCE, (SCIENCE,), 1 / 3),
    ("thrive run scenarios/thrive.yaml", RUN, DEPENDENCIES, (DEPENDENCIES,), 2.0),
)
MOST_MEGABYTES = 400


def measure(code: str, *words: str) -> tuple[float, float]:
    """Seconds and megabytes that one process takes."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", code, *words], cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    taken = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(words) or code} ended with {process.returncode}")
    return taken, used.ru_maxrss / MEGABYTE


def main() -> None:
    print(f"Medians of {ROUNDS} runs that take turns, Python {sys.version.split()[0]}, {os.cpu_count()} processors\n")
    memory: list[float] = []
    for title, product, against_title, against, target in COMPARED:
        measure(*product), measure(*against)  # once to warm the caches
        ours, theirs = [], []
        for _ in range(ROUNDS):
            seconds, megabytes = measure(*product)
            ours.append(seconds)
            theirs.append(measure(*against)[0])
            if product is RUN:
                memory.append(megabytes)
        ratio = statistics.median(ours) / statistics.median(theirs)
        print(f"{statistics.median(ours):8.3f} s   {title}")
        print(f"{statistics.median(theirs):8.3f} s   python -c '{against_title}'")
        print(f"{ratio:8.2f}     of it, target at most {target:.2f}: {'met' if ratio <= target else 'MISSED'}\n")
    most = max(memory)
    print(f"{most:8.0f} MB  peak memory of the run, target below {MOST_MEGABYTES}: ", end="")
    print("met" if most < MOST_MEGABYTES else "MISSED")


if __name__ == "__main__":
    main()
