"""How long draws take, as ratios to one run and to a hundredth of the draws, and whether memory grows with them.

    python benchmarks/draws.py [--most N]

A million draws take half an hour, and are to take at most 1.3 times a hundred times as long as 10,000.
"""

from __future__ import annotations

import argparse
import statistics

from startup import COMMAND, RUN, measure

ROUNDS = 7
FEW, FEWER = 1_000, 100
ON_A_RUN, ON_LINEAR, MOST_MEGABYTES = 3.0, 1.3, 400


def main() -> None:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("--most", type=int, default=1_000_000, help="draws that are held against a hundredth of them")
    most = reader.parse_args().most
    runs, draws = [], []
    for _ in range(ROUNDS):
        runs.append(measure(*RUN)[0])
        draws.append(_draws(FEW)[0])
    ratio = statistics.median(draws) / statistics.median(runs)
    print(f"{statistics.median(runs):9.2f} s   thrive run")
    print(f"{statistics.median(draws):9.2f} s   thrive simulate --draws {FEW}, medians of {ROUNDS} that take turns")
    print(f"{ratio:9.2f}     of a run, target at most {ON_A_RUN}: {_told(ratio <= ON_A_RUN)}\n")
    (part, less), (whole, more) = _draws(most // FEWER), _draws(most)
    of_linear = whole / part / FEWER
    print(f"{part:9.2f} s   {less:4.0f} MB   thrive simulate --draws {most // FEWER}")
    print(f"{whole:9.2f} s   {more:4.0f} MB   thrive simulate --draws {most}")
    print(f"{of_linear:9.2f}     of {FEWER} times as long, target at most {ON_LINEAR}: {_told(of_linear <= ON_LINEAR)}")
    print(f"{more:9.0f} MB  peak memory, target below {MOST_MEGABYTES}: {_told(more < MOST_MEGABYTES)}")


def _draws(count: int) -> tuple[float, float]:
    return measure(COMMAND, "simulate", "scenarios/thrive.yaml", "--draws", str(count))


def _told(met: bool) -> str:
    return "met" if met else "MISSED"


if __name__ == "__main__":
    main()
