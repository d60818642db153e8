"""What each part of the forecasts of looked after children is worth, and whether other councils could teach them.

    python benchmarks/forecast_parts.py [PANEL]

PANEL is the folder that `forecast_skill.py` takes, with its `score.py`. Each row changes one part and fits the rest
again, origin by origin. The last but one learns weights and shocks from one half of the councils and forecasts the
other; the last is a yardstick of one line, every council growing as all have since the first year.
"""

from __future__ import annotations

import runpy
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from forecast_skill import BESIDE, DRAWS, FILE, KINDS, SCORED_AHEAD

from thrive_model.panel.choices import CARE, CareChoices, Prior
from thrive_model.panel.councils import Panel, in_service, read_panel
from thrive_model.panel.forecast import Fitted, fit_care, quantiles

OWN, ROOM, FADE = range(3)
HELD = 1e-6
MIDDLE = 11
INDICATOR, _, ORIGINS = KINDS["cla"]


def held(**weights: float) -> CareChoices:
    """The choices with some weights held at a value."""
    places = {"own": OWN, "room": ROOM, "fade": FADE}
    priors = list(CARE.weights.priors)
    for name, value in weights.items():
        priors[places[name]] = Prior(value, HELD)
    return replace(CARE, weights=replace(CARE.weights, priors=tuple(priors)))


def shocked(**choices: Any) -> CareChoices:
    """The choices with others of the shocks."""
    return replace(CARE, shocks=replace(CARE.shocks, **choices))


def fitted_with(choices: CareChoices) -> Callable[[Panel], Iterator[Fitted]]:
    """A fit of every origin."""
    return lambda panel: (fit_care(panel.up_to(origin), choices) for origin in ORIGINS)


def by_halves(panel: Panel) -> Iterator[Fitted]:
    """Of every origin two: weights and shocks of one half of the councils, forecasts of the other."""
    half = np.random.default_rng(5).random(len(panel.codes)) < 0.5
    for origin in ORIGINS:
        for learnt, other in ((half, ~half), (~half, half)):
            teacher = fit_care(panel.of(learnt).up_to(origin))
            own, room, fade = teacher.weights.tolist()
            found = fit_care(panel.of(other).up_to(origin), held(own=own, room=room, fade=fade))
            yield replace(found, shocks=teacher.shocks)


ROWS: dict[str, Callable[[Panel], Iterator[Fitted]]] = {
    "as it is": fitted_with(CARE),
    "without own admissions": fitted_with(held(own=0.0)),
    "without room (residents)": fitted_with(held(room=0.0)),
    "without either": fitted_with(held(own=0.0, room=0.0)),
    "own never fades": fitted_with(held(fade=1.0)),
    "drift never damped": fitted_with(shocked(damping=Prior(1.0, HELD))),
    "normal tails": fitted_with(shocked(freedom=1e6)),
    "nation's shock x 0.5": fitted_with(shocked(nation=0.015)),
    "nation's shock x 1.67": fitted_with(shocked(nation=0.05)),
    "learnt from other half": by_halves,
}


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else BESIDE
    if not ((folder / FILE).is_file() and (folder / "score.py").is_file()):
        sys.exit(f"{folder} has no {FILE} or no score.py: give the folder that holds both (docs/validation.md)")
    panel = in_service(read_panel(folder / FILE))
    score = runpy.run_path(str(folder / "score.py"))["score_block"]
    actual = panel[INDICATOR]
    print(f"{INDICATOR}, {DRAWS} draws; MAPE / CRPS / within 80% / within 95%")
    for title, fit in ROWS.items():
        found = [(fitted, quantiles(fitted)) for fitted in fit(panel)]
        print(f"{title:26}", *(f"| {ahead}y {told(score, panel, found, ahead)}" for ahead in SCORED_AHEAD), flush=True)
    print(f"{'national growth alone':26}", *(f"| {ahead}y {grown(panel, actual, ahead):.2f}" for ahead in SCORED_AHEAD))


def told(score: Callable[..., Any], panel: Panel, found: list[tuple[Fitted, Any]], ahead: int) -> str:
    """One horizon's scores over all origins whose year ahead is published."""
    actual, grid = [], []
    for fitted, levels in found:
        place = np.flatnonzero(panel.years == fitted.year + ahead)
        if len(place):
            rows = [panel.codes.index(code) for code in fitted.codes]
            actual.append(panel[INDICATOR][rows, place[0]])
            grid.append(levels[:, ahead - 1])
    truth, given = np.concatenate(actual), np.concatenate(grid)
    known = np.isfinite(truth) & np.isfinite(given).all(axis=1)
    scores = score(truth[known], given[known, MIDDLE], given[known], 1.0)
    mean = {key: float(np.mean(scores[key])) for key in ("ape", "wis", "c80", "c95")}
    return f"{mean['ape']:.2%} {mean['wis']:.2f} {mean['c80']:.1%} {mean['c95']:.1%}"


def grown(panel: Panel, actual: Any, ahead: int) -> float:
    """MAPE of no change but the mean growth of all councils since the first year: a yardstick of one line."""
    errors = []
    for origin in ORIGINS:
        now, later = origin - int(panel.years[0]), origin + ahead - int(panel.years[0])
        if later < actual.shape[1] and np.isfinite(actual[:, later]).any():
            known = np.isfinite(actual[:, later])
            growth = np.nanmean(np.log(actual[known, now] / actual[known, 0])) / now
            errors.append(np.abs(actual[known, now] * np.exp(growth * ahead) / actual[known, later] - 1) * 100)
    return float(np.concatenate(errors).mean())


if __name__ == "__main__":
    main()
