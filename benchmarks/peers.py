"""Workload W, or the part of it they can do, in other packages; run by engine_speed.py in an environment of theirs.

python peers.py PACKAGE W.NPZ
"""

from __future__ import annotations

import importlib.metadata
import json
import sys
import time
from datetime import date

import numpy as np

MONTHS = 60


def in_modelx(w):
    """As its actuarial libraries do: a formula for each quantity by time, an array over model points as its value."""
    import modelx

    space = modelx.new_model().new_space()
    states, moves = w["n0"].shape[1], len(w["src"])
    space.opening = [np.repeat(w["n0"][:, s : s + 1], len(w["m"]), axis=1) for s in range(states)]
    space.base = [row[:, None] for row in w["b"]]
    space.by_draw, space.by_month = np.ascontiguousarray(w["m"].T), np.ascontiguousarray(w["f"].transpose(1, 2, 0))
    space.source, space.group = w["src"].tolist(), w["grp"].tolist()
    space.out_of = [[e for e in range(moves) if w["src"][e] == s] for s in range(states)]
    space.into = [[e for e in range(moves) if w["dst"][e] == s] for s in range(states)]

    def moved(t, e):
        return base[e] * (by_draw[e] * by_month[t - 1, group[e]]) * stock(t - 1, source[e])

    def stock(t, s):
        if t == 0:
            return opening[s]
        found = stock(t - 1, s)
        for e in out_of[s]:
            found = found - moved(t, e)
        for e in into[s]:
            found = found + moved(t, e)
        return found

    for formula in (moved, stock):
        space.new_cells(formula=formula)
    began = time.perf_counter()
    found = np.stack([[space.stock(t, s).sum(axis=0) for s in range(states)] for t in range(1, MONTHS + 1)])
    taken = time.perf_counter() - began
    check(found, w["f"], w)
    return taken, "stock of W"


def in_cs_demand_model(w):
    """One draw after another, and rates that stay as they are in the first month: it has no others."""
    import pandas as pd
    from cs_demand_model.prediction import ModelPredictor

    ages, states = w["n0"].shape
    draws = []
    taken = 0.0
    population = pd.Series({(f"a{a}", f"s{s}"): w["n0"][a, s] for a in range(ages) for s in range(states)})
    population.index = population.index.to_flat_index()
    for d in range(len(w["m"])):
        rate = w["b"] * (w["m"][d] * w["f"][d, 0, w["grp"]])[:, None]
        pairs = [
            ((f"a{a}", f"s{s}"), (f"a{a}", f"s{t}"))
            for s, t in zip(w["src"].tolist(), w["dst"].tolist(), strict=True)
            for a in range(ages)
        ]
        index = pd.MultiIndex.from_arrays(
            [
                pd.Index([one for one, _ in pairs], tupleize_cols=False),
                pd.Index([to for _, to in pairs], tupleize_cols=False),
            ],
            names=["from", "to"],
        )
        rates = pd.Series(rate.ravel(), index=index)
        began = time.perf_counter()
        found = ModelPredictor(population, rates, None, date(2012, 4, 1)).predict(MONTHS)
        taken += time.perf_counter() - began
        draws.append(
            [[sum(found[f"a{a}", f"s{s}"].iloc[t] for a in range(ages)) for s in range(states)] for t in range(MONTHS)]
        )
    check(np.moveaxis(np.array(draws), 0, -1), np.repeat(w["f"][:, :1], MONTHS, axis=1), w)
    return taken, "constant rates, a draw at a time"


def check(found, factor, w):
    """Against a plain loop."""
    for d in range(min(2, len(w["m"]))):
        now = w["n0"].copy()
        for t in range(MONTHS):
            moved = w["b"].T * (w["m"][d] * factor[d, t, w["grp"]]) * now[:, w["src"]]
            for e in range(moved.shape[1]):
                now[:, w["src"][e]] -= moved[:, e]
                now[:, w["dst"][e]] += moved[:, e]
            np.testing.assert_allclose(found[t, :, d], now.sum(axis=0), rtol=1e-9)


if __name__ == "__main__":
    name, path = sys.argv[1:]
    run = {"modelx": in_modelx, "cs-demand-model": in_cs_demand_model}[name]
    seconds, part = run(dict(np.load(path)))
    print(json.dumps({"seconds": seconds, "part": part, "version": importlib.metadata.version(name)}))
