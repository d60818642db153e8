"""What councils publish year by year, and the age groups that are suppressed shared out from the totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from thrive_model.errors import refuse
from thrive_model.parameters import Bools, Floats, Ints

AGE_GROUPS = ("u1", "1_4", "5_9", "10_15", "16plus")
FIRST_YEAR_OF_AGE = (0, 1, 5, 10, 16)
COLUMNS = ("la_code", "unit", "year_ending_31_march", "indicator", "value")
BEFORE_A_MERGER = "as_published_only"
"""The mark of councils that a boundary change touched; the panel has a unit of constant boundary instead."""


@dataclass(frozen=True)
class Panel:
    """`codes[C]`, `years[T]` ending 31 March, and each indicator's `values[C, T]`, NaN where nothing is published."""

    codes: tuple[str, ...]
    years: Ints
    values: Mapping[str, Floats]

    def up_to(self, year: int) -> Panel:
        """All that was known by 31 March of a year."""
        kept = self.years <= year
        return Panel(self.codes, self.years[kept], {name: array[:, kept] for name, array in self.values.items()})

    def of(self, chosen: Bools) -> Panel:
        """Some of the councils, `chosen[C]`."""
        codes = tuple(code for code, one in zip(self.codes, chosen, strict=True) if one)
        return Panel(codes, self.years, {name: array[chosen] for name, array in self.values.items()})

    def __getitem__(self, indicator: str) -> Floats:
        """[C, T]; NaN throughout for an indicator that the panel does not have."""
        blank = np.full((len(self.codes), len(self.years)), np.nan)
        return self.values.get(indicator, blank)


def read_panel(file: Path) -> Panel:
    """First published values in a CSV of one row per council, year and indicator. `InputError` without its columns."""
    import pandas as pd  # noqa: PLC0415 - slow to import, and only reading needs it

    table = pd.read_csv(file, dtype={"la_code": str}, low_memory=False)
    if missing := [column for column in COLUMNS if column not in table]:
        raise refuse(str(file), f"has no column {', '.join(missing)}", "it is to be a panel of councils")
    table = table[table["unit"] != BEFORE_A_MERGER]
    codes = tuple(sorted(table["la_code"].unique()))
    years = np.sort(table["year_ending_31_march"].unique()).astype(np.intp)
    place = (
        np.searchsorted(np.array(codes), table["la_code"].to_numpy(dtype=str)),
        np.searchsorted(years, table["year_ending_31_march"].to_numpy()),
    )
    indicator, value = table["indicator"].to_numpy(dtype=str), table["value"].to_numpy(dtype=float)
    values = {}
    for name in np.unique(indicator):
        rows = indicator == name
        values[str(name)] = np.full((len(codes), len(years)), np.nan)
        values[str(name)][place[0][rows], place[1][rows]] = value[rows]
    return Panel(codes, years, values)


@dataclass(frozen=True)
class LookedAfter:
    """Children looked after at 31 March, started and ceased in the year, by age group [C, T, B]; the total [C, T].

    `residents[C, T]`: everybody under 18 who lives there. NaN where the total is not published.
    """

    stock: Floats
    started: Floats
    ceased: Floats
    total: Floats
    residents: Floats

    @classmethod
    def of(cls, panel: Panel) -> LookedAfter:
        """With the suppressed age groups filled."""
        stock, started, ceased = (
            filled(
                np.stack([panel[f"cla_{stem}_age_{group}"] for group in AGE_GROUPS], axis=-1),
                panel[f"cla_{stem}_total"],
            )
            for stem in ("31march", "started", "ceased")
        )
        return cls(stock, started, ceased, panel["cla_31march_total"], panel["pop_0_17"])


def in_service(panel: Panel, least: float = 25.0, first_years: int = 4) -> Panel:
    """The councils whose stock is published in each of the first years, and was of some size in the first of them."""
    total = panel["cla_31march_total"]
    return panel.of(np.isfinite(total[:, :first_years]).all(axis=1) & (total[:, 0] > least))


def filled(groups: Floats, total: Floats) -> Floats:
    """`groups[C, T, B]` with what is missing shared out, in the proportions of the nation in that year.

    What the council's `total[C, T]` leaves beyond the published groups goes to the missing ones (at least one child
    each), and all are scaled to the total. Where nothing was published by age in the first year, each council has its
    own proportions of the second.
    """
    known = np.isfinite(groups)
    nation = np.where(known.all(axis=-1, keepdims=True), groups, 0.0).sum(axis=0)
    if len(nation) > 1 and not nation[0].any():
        nation[0] = nation[1]
    with np.errstate(invalid="ignore", divide="ignore"):
        share = np.broadcast_to(nation / nation.sum(axis=-1, keepdims=True), groups.shape)
        published = np.where(known, groups, 0.0).sum(axis=-1)
        whole = np.where(np.isfinite(total), total, published / np.where(known, share, 0.0).sum(axis=-1))
        left = np.maximum(whole - published, (~known).sum(axis=-1))
        missing = np.where(known, 0.0, share)
        found = np.where(known, groups, left[..., None] * missing / missing.sum(axis=-1, keepdims=True))
        found *= (whole / found.sum(axis=-1))[..., None]
        if groups.shape[1] > 1:
            own = found[:, 1] * (whole[:, 0] / found[:, 1].sum(axis=-1))[:, None]
            none = ~known[:, 0].any(axis=-1, keepdims=True) & np.isfinite(own)
            found[:, 0] = np.where(none, own, found[:, 0])
    return found
