"""How good forecasts of looked after children and CP plans are, on a national panel, beside simple methods.

    python benchmarks/forecast_skill.py [PANEL] [--out FILE] [--draws N] [--seed N] [--every-draw] [--only cla|cp]

PANEL is a folder with `panel.csv.gz`: one row per council, year ending 31 March and indicator. Every origin's forecast
is made from the years up to it alone. Where the folder has `score.py` and its baselines, they are scored beside those.
"""

from __future__ import annotations

import argparse
import csv
import runpy
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd

from thrive_model.panel.councils import Panel, read_panel
from thrive_model.panel.forecast import DRAWS, LEVELS, SEED, Fitted, fit_care, fit_plans, quantiles

ROOT = Path(__file__).resolve().parents[1]
BESIDE = ROOT.parent / "shared" / "panel"
FILE, BASELINES = "panel.csv.gz", "baseline_forecasts.csv.gz"
SCORED_AHEAD = (1, 2, 3, 5)
KINDS: dict[str, tuple[str, Callable[[Panel], Fitted], range]] = {
    "cla": ("cla_31march_total", fit_care, range(2013, 2019)),
    "cp": ("cp_31march", fit_plans, range(2016, 2019)),
}


def main() -> None:
    asked = arguments()
    if not (asked.panel / FILE).is_file():
        sys.exit(
            f"{asked.panel} has no {FILE}. The panel of councils is not part of this repository: give the folder that "
            "holds it, with its score.py and baselines, as the first argument (docs/validation.md says what is in it)."
        )
    began = time.perf_counter()
    panel = read_panel(asked.panel / FILE)
    with asked.out.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(["la_code", "origin", "horizon", "indicator", "quantile", "value", "model"])
        for kind in asked.only or KINDS:
            forecast_all(panel, kind, asked, table)
    print(f"{time.perf_counter() - began:.0f} s in all; forecasts in {asked.out}")
    score(asked.panel, asked.out)


def arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    reader.add_argument("panel", nargs="?", type=Path, default=BESIDE)
    reader.add_argument("--out", type=Path, default=Path("forecasts.csv"))
    reader.add_argument("--draws", type=int, default=DRAWS)
    reader.add_argument("--seed", type=int, default=SEED)
    reader.add_argument("--only", choices=sorted(KINDS), action="append")
    reader.add_argument("--every-draw", action="store_true", help="step each draw through the engine (half an hour)")
    asked = reader.parse_args()
    if asked.draws < 2 or asked.draws % 2:
        reader.error("--draws is to be even: every shock comes with its opposite")
    return asked


def forecast_all(panel: Panel, kind: str, asked: argparse.Namespace, table: Any) -> None:
    """Every origin's forecasts of one kind, written row by row."""
    indicator, fit, origins = KINDS[kind]
    for origin in origins:
        began = time.perf_counter()
        fitted = fit(panel.up_to(origin))
        found = quantiles(fitted, asked.draws, asked.seed, every_draw=asked.every_draw)
        for council in np.flatnonzero(np.isfinite(found).all(axis=(1, 2))):
            for ahead in SCORED_AHEAD:
                cell = [fitted.codes[council], origin, ahead, indicator]
                for level, value in zip(LEVELS, found[council, ahead - 1].tolist(), strict=True):
                    table.writerow([*cell, level, value, "thrive_model"])
        print(f"{indicator} {origin}: {told(fitted)}; {time.perf_counter() - began:.1f} s", flush=True)


def told(fitted: Fitted) -> str:
    """The pooled figures of one origin."""
    shocks = fitted.shocks
    weights = " ".join(f"{weight:.3f}" for weight in fitted.weights)
    return (
        f"weights {weights}; drift {shocks.drift:.3f} damped {shocks.damping:.2f}, passing {shocks.passing:.3f}, "
        f"children {shocks.children:.0f}, nation {shocks.nation:.3f}; hazards "
        + " ".join(f"{hazard:.3f}" for hazard in fitted.cohort.hazard)
    )


def score(folder: Path, forecasts: Path) -> None:
    """By the panel's own script, where it is there; then each baseline's cells beside ours, one by one."""
    script = folder / "score.py"
    if not script.is_file():
        print(f"{folder} has no score.py, so nothing is scored")
        return
    subprocess.run([sys.executable, str(script), str(forecasts)], check=True)
    read = {"la_code": str, "quantile": str}
    ours, theirs = pd.read_csv(forecasts, dtype=read), pd.read_csv(folder / BASELINES, dtype=read)
    scorer: Any = SimpleNamespace(**runpy.run_path(str(script)))
    print("\nOurs less each baseline's, the same cells; 95% intervals from resampling councils")
    for indicator, _, origins in KINDS.values():
        truth, _ = scorer.truth(indicator, "first")
        cells = [table[(table.indicator == indicator) & table.origin.isin(origins)] for table in (ours, theirs)]
        for model, baseline in cells[1].groupby("model"):
            if len(cells[0]) and "PI]" not in str(model):
                print(f"{indicator:18} {model:24}", *differences(scorer, truth, cells[0], baseline))


def differences(scorer: Any, truth: pd.DataFrame, ours: pd.DataFrame, theirs: pd.DataFrame) -> Iterator[str]:
    """For each horizon, the mean differences in percentage error and CRPS, with their intervals."""
    grids = [scorer.to_grid(table, "forecasts") for table in (ours, theirs)]
    common = grids[0][0].intersection(grids[1][0])
    actual = np.array([_at(truth, code, origin + ahead) for code, origin, ahead in common], dtype=float)
    common, actual = common[actual > 0], actual[actual > 0]
    places = [index.get_indexer(common) for index, _, _ in grids]
    scores = [
        scorer.score_block(actual, point[place], grid[place], 1.0)
        for place, (_, point, grid) in zip(places, grids, strict=True)
    ]
    councils, council = np.unique(common.get_level_values(0), return_inverse=True)
    resampled = np.random.default_rng(SEED).multinomial(
        len(councils), np.full(len(councils), 1 / len(councils)), size=2000
    )
    for ahead in SCORED_AHEAD:
        rows = np.asarray(common.get_level_values(2) == ahead)
        if not rows.any():
            continue
        found = [f"| {ahead}y"]
        cells = resampled @ np.bincount(council[rows], minlength=len(councils))
        for title, key, scale in (("MAPE", "ape", 100), ("CRPS", "wis", 1)):
            each = (scores[0][key] - scores[1][key])[rows] * scale
            totals = resampled @ np.bincount(council[rows], each, len(councils))
            low, high = np.quantile(totals / cells, [0.025, 0.975])
            found.append(f"{title} {each.mean():+.2f} [{low:+.2f}, {high:+.2f}]")
        yield " ".join(found)


def _at(truth: pd.DataFrame, code: str, year: int) -> Any:
    return truth.at[code, year] if code in truth.index and year in truth.columns else float("nan")


if __name__ == "__main__":
    main()
