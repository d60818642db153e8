"""Panels of made-up councils: simulated with known hazards, so that what is fitted to them can be checked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from thrive_model.panel.ages import AGES, by_group, within_group, year_on
from thrive_model.panel.councils import AGE_GROUPS, Panel
from thrive_model.panel.plans import lasting_a_year
from thrive_model.parameters import Floats

HAZARD = np.array([0.5, 0.6, 0.35, 0.22, 0.2])
SHARE = np.array([0.18, 0.2, 0.17, 0.3, 0.15])
SLOPES = np.array([-2.0, 0.0, 0.1, 0.2, 0.0])
WITHIN = within_group(SLOPES)
PLAN_HAZARD = 1.3
YEARS = range(2010, 2018)


def steady(admissions: Floats) -> Floats:
    """Children by age [..., A] whom a year of `admissions[..., B]` leaves as they are."""
    children = np.zeros((*admissions.shape[:-1], AGES))
    for _ in range(19):
        children, _, _ = year_on(children, admissions, HAZARD, WITHIN)
    return children


def made_up(councils: int = 14, noise: float = 0.15, seed: int = 3) -> Panel:
    """Councils whose admissions and plans stray by `noise` (0: each stands still); no ages in the first year."""
    source = np.random.default_rng(seed)
    usual = source.uniform(40, 300, councils)
    children = steady(usual[:, None] * SHARE)
    plans = usual * lasting_a_year(PLAN_HAZARD) / -np.expm1(-PLAN_HAZARD)
    stocks, starts, ends = [by_group(children)], [np.full((councils, 5), np.nan)], [np.full((councils, 5), np.nan)]
    on_plan, ended = [plans], [np.full(councils, np.nan)]
    level = np.zeros(councils)
    for _ in YEARS[1:]:
        level += noise * source.standard_normal(councils) / 2
        admissions = (usual * np.exp(level + noise * source.standard_normal(councils)))[:, None] * SHARE
        children, exits, turned_18 = year_on(children, admissions, HAZARD, WITHIN)
        exits[:, -1] += turned_18
        begun = usual * np.exp(noise * source.standard_normal(councils))
        after = on_plan[-1] * np.exp(-PLAN_HAZARD) + begun * lasting_a_year(PLAN_HAZARD)
        for kept, one in zip((stocks, starts, ends), (by_group(children), admissions, exits), strict=True):
            kept.append(one)
        ended.append(on_plan[-1] + begun - after)
        on_plan.append(after)
    values = {"pop_0_17": np.repeat(usual[:, None] * 300, len(YEARS), axis=1)}
    for stem, arrays in (("31march", stocks), ("started", starts), ("ceased", ends)):
        whole = np.stack(arrays, axis=1)
        values[f"cla_{stem}_total"] = whole.sum(axis=-1)
        whole[:, 0] = np.nan
        values |= {f"cla_{stem}_age_{group}": whole[..., place] for place, group in enumerate(AGE_GROUPS)}
    values |= {"cp_31march": np.stack(on_plan, axis=1), "cp_ended": np.stack(ended, axis=1)}
    return Panel(tuple(f"M{place:02}" for place in range(councils)), np.array(YEARS), values)


def blanked_after(panel: Panel, year: int) -> Panel:
    """The same years, with nothing published after one of them."""
    later = panel.years > year
    return replace(panel, values={name: np.where(later, np.nan, array) for name, array in panel.values.items()})
