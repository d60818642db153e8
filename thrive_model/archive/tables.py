"""Every tidy table of a run: one row an observation, its columns named with their units."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

import thrive_model
from thrive_model import savings
from thrive_model.assumptions import Reliance
from thrive_model.budget import plan
from thrive_model.compare import SideBySide
from thrive_model.differences import SettingDifference, TableDifference
from thrive_model.displacement import Diversion, diversions
from thrive_model.fund import account
from thrive_model.headlines import headlines
from thrive_model.outputs import all_outputs
from thrive_model.parameters import USES
from thrive_model.results import Results
from thrive_model.run import Comparison
from thrive_model.spending import LineChange, changes
from thrive_model.tracker import Tracked, tracked

_RUNS = ("do_nothing", "scenario")
_FUND = ("financial_year", "opening", "planned", "drawdown", *USES, "closing", "unfunded", "actual")


def tables_of(comparison: Comparison, reliance: Reliance) -> dict[str, pd.DataFrame]:
    """Every tidy table of a run, by name."""
    runs = dict(zip(_RUNS, (comparison.do_nothing, comparison.scenario), strict=True))

    def both(table_of: Callable[[Results], pd.DataFrame]) -> pd.DataFrame:
        return pd.concat([table_of(results).assign(run=name) for name, results in runs.items()], ignore_index=True)

    return {
        "headlines": pd.DataFrame([vars(row) for row in headlines(comparison)]),
        "outputs": both(_outputs),
        "fund": pd.DataFrame([_flat(vars(row)) for row in account(comparison.scenario)], columns=list(_FUND)),
        "ledger": both(_ledger),
        "savings": _table_of(savings.by_line(comparison.do_nothing, comparison.scenario), savings.LineSaving, "saving"),
        "budget": _budget(comparison),
        "tracker": pd.DataFrame(
            [vars(row) for year in comparison.scenario.years for row in tracked(comparison, year)],
            columns=[field.name for field in fields(Tracked)],
        ),
        "spending": _spending(comparison.scenario),
        "displacement": _table_of(diversions(comparison.do_nothing, comparison.scenario), Diversion, "change"),
        "supplies": both(_supplies),
        "stock": both(_stock),
        "moves": both(_moves),
        "assumptions": pd.DataFrame([vars(item) for item in reliance.items]),
    }


def tables_of_comparison(side_by_side: SideBySide) -> dict[str, pd.DataFrame]:
    """Every figure of every candidate, and what differs in the inputs of each from the first, a row each."""
    settings = [
        {"candidate": label, "sort": "setting", **_on_one_row(vars(one))}
        for label, found in side_by_side.inputs.items()
        for one in found.settings
    ]
    rows = [
        {"candidate": label, "sort": "table", **_on_one_row(row)}
        for label, found in side_by_side.inputs.items()
        for table in found.tables
        for row in _rows_of(table)
    ]
    columns = ["candidate", "sort", *(field.name for field in fields(SettingDifference))]
    found = {
        "comparison": pd.DataFrame([vars(row) for row in side_by_side.figures]),
        "differences": pd.DataFrame([*settings, *rows], columns=columns),
    }
    return {name: _of_candidates(table, side_by_side) for name, table in found.items()}


def _of_candidates(table: pd.DataFrame, side_by_side: SideBySide) -> pd.DataFrame:
    """The table, each row with the run that its candidate is of."""
    candidates = [side_by_side.candidates[label] for label in table["candidate"]]
    return table.assign(
        scenario_name=[one.name for one in candidates],
        status=[one.status for one in candidates],
        model_version=thrive_model.__version__,
        run_id=[one.run_id for one in candidates],
    )


def _rows_of(table: TableDifference) -> list[dict[str, Any]]:
    """Each row of a table that differs; of one that is the same row by row, or known by its hash alone, the table."""
    rows = [{**vars(row), "key": f"{table.table} {row.key}"} for row in table.rows or ()]
    return rows or [{"key": table.table}]


def _on_one_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is a list or has several cells, as JSON."""
    return {
        key: json.dumps(dict(value) if isinstance(value, Mapping) else value)
        if isinstance(value, (Mapping, list))
        else value
        for key, value in row.items()
    }


def _table_of(rows: Sequence[Any], kind: type[Any], computed: str) -> pd.DataFrame:
    """A row's own figures, then one that it computes; what maps names to figures is written as JSON."""
    columns = [field.name for field in fields(kind)]
    frame = pd.DataFrame(
        [{**vars(row), computed: getattr(row, computed)} for row in rows], columns=[*columns, computed]
    )
    for column in frame.columns:
        if any(isinstance(value, Mapping) for value in frame[column]):
            frame[column] = [json.dumps(dict(value), sort_keys=True) for value in frame[column]]
    return frame


def _budget(comparison: Comparison) -> pd.DataFrame:
    """A row a row of the plan and year, signed nominal pounds; all rows of a year sum to its gap."""
    found = plan(comparison)
    rows = [
        (row.section, row.key, year, total, increment)
        for row in found.rows
        for year, total, increment in zip(found.years, row.totals, row.increments, strict=True)
    ]
    return pd.DataFrame(rows, columns=["section", "row", "financial_year", "total", "increment"])


def _spending(results: Results) -> pd.DataFrame:
    """Why each line's spending moves from each year to the next."""
    rows = [
        {"from_year": str(first), "to_year": str(second), **vars(row), "change": row.change}
        for first, second in pairwise(results.years)
        for row in changes(results, first, second)
    ]
    columns = ["from_year", "to_year", *(field.name for field in fields(LineChange)), "change"]
    return pd.DataFrame(rows, columns=columns)


def _outputs(results: Results) -> pd.DataFrame:
    rows = [
        (name, output.unit, str(year), float(value), results.observed.get((name, year)))
        for name, output in all_outputs().items()
        for year, value in zip(results.years, output.measure(results)[:, 0], strict=True)
    ]
    return pd.DataFrame(rows, columns=["output", "unit", "financial_year", "value", "observed"])


def _ledger(results: Results) -> pd.DataFrame:
    book, months = results.ledger, [str(month) for month in results.assembled.months]
    years = [str(month.financial_year) for month in results.assembled.months]
    rows, count = len(book.lines), len(months)
    table = pd.DataFrame(
        {
            "month": months * rows,
            "financial_year": years * rows,
            "line": np.repeat(book.lines, count),
            "kind": np.repeat(book.kinds, count),
            "use": np.repeat(book.uses, count),
            "funding": np.repeat(book.funding, count),
            "amount_nominal": book.amount[..., 0].ravel(),
        }
    )
    return table[table["amount_nominal"] != 0.0]


def _stock(results: Results) -> pd.DataFrame:
    """Children at the end of each month by state, duration band and age band; opening stock under the month before."""
    assembled = results.assembled
    ends = [str(assembled.months[0].plus(-1)), *(str(month) for month in assembled.months)]
    held = [s for s, cell in enumerate(assembled.pathway.cells) if cell.state.kind == "stay"]
    cells, bands = [assembled.pathway.cells[s] for s in held], [str(band) for band in assembled.bands.bands]
    per_month = len(cells) * len(bands)
    return pd.DataFrame(
        {
            "month_end": np.repeat(ends, per_month),
            "state": np.tile(np.repeat([cell.state.name for cell in cells], len(bands)), len(ends)),
            "from_month": np.tile(np.repeat([cell.from_month for cell in cells], len(bands)), len(ends)),
            "ages": np.tile(bands, len(cells) * len(ends)),
            "children": results.trajectory.stock[..., 0][:, held].ravel(),
        }
    )


def _supplies(results: Results) -> pd.DataFrame:
    """Units of each supply at the end of each month; those at the start under the month before."""
    assembled = results.assembled
    ends = [str(assembled.months[0].plus(-1)), *(str(month) for month in assembled.months)]
    names = [supply.name for supply in assembled.parameters.supplies]
    return pd.DataFrame(
        {
            "month_end": np.repeat(ends, len(names)),
            "supply": names * len(ends),
            "units": results.trajectory.supply[..., 0].ravel(),
        }
    )


def _moves(results: Results) -> pd.DataFrame:
    """Children moved in each financial year by move, states and age band; time passing in a state is no move."""
    assembled = results.assembled
    bands = [str(band) for band in assembled.bands.bands]
    frames = []
    for move in assembled.pathway.moves:
        arrows = [e for e, arrow in enumerate(assembled.pathway.arrows) if arrow.move == move]
        flow = results.trajectory.flow[..., 0][:, arrows].sum(axis=1)
        children = results.by_year(flow)
        frame = {
            "financial_year": np.repeat([str(year) for year in results.years], len(bands)),
            "move": move.name,
            "from_state": move.source,
            "to_state": move.target,
            "ages": bands * len(results.years),
            "children": children.ravel(),
        }
        frames.append(pd.DataFrame(frame))
    return pd.concat(frames, ignore_index=True)


def _flat(row: Mapping[str, Any]) -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        flat.update(value if isinstance(value, Mapping) else {key: value})
    return flat
