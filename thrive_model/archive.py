"""The run folder: tables, a database, the resolved scenario and a manifest; all of it or nothing.

The same inputs give the same bytes: nothing in the folder depends on when or where it was written.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

import thrive_model
from thrive_model.assemble.inputs import TABLES, table_file
from thrive_model.assumptions import Reliance
from thrive_model.errors import refuse
from thrive_model.fund import account
from thrive_model.outputs import all_outputs
from thrive_model.parameters import USES
from thrive_model.results import Results
from thrive_model.run import Comparison

MANIFEST = "manifest.json"
DATABASE = "run.sqlite"
LIBRARIES = ("numpy", "pandas", "pydantic", "pyyaml", "scipy")
_RUNS = ("do_nothing", "scenario")
_FUND = ("financial_year", "opening", "planned", "drawdown", *USES, "closing", "unfunded", "actual")


def write(comparison: Comparison, reliance: Reliance, folder: Path, force: bool = False) -> None:
    """Write the run folder; `InputError` where it may not or cannot be written, with nothing left behind."""
    try:
        _may_write(folder, force)
        with _all_or_nothing(folder) as partial:
            tables = tables_of(comparison, reliance)
            for name, table in tables.items():
                table.to_csv(partial / f"{name}.csv", index=False, lineterminator="\n")
            _write_database(partial / DATABASE, tables)
            (partial / "scenario.yaml").write_text(_resolved_yaml(comparison), encoding="utf-8")
            manifest = _manifest(comparison, partial)
            (partial / MANIFEST).write_text(json.dumps(manifest, indent=2, sort_keys=True) + "\n", encoding="utf-8")
            _may_write(folder, force)  # again: somebody may have put something there meanwhile
    except (OSError, sqlite3.Error) as fault:
        what = getattr(fault, "strerror", None) or str(fault)
        raise refuse(str(folder), f"cannot be written: {what}", "nothing was written there") from None


def tables_of(comparison: Comparison, reliance: Reliance) -> dict[str, pd.DataFrame]:
    """Every tidy table of a run, by name."""
    runs = dict(zip(_RUNS, (comparison.do_nothing, comparison.scenario), strict=True))

    def both(table_of: Callable[[Results], pd.DataFrame]) -> pd.DataFrame:
        return pd.concat([table_of(results).assign(run=name) for name, results in runs.items()], ignore_index=True)

    return {
        "outputs": both(_outputs),
        "fund": pd.DataFrame([_flat(vars(row)) for row in account(comparison.scenario)], columns=list(_FUND)),
        "ledger": both(_ledger),
        "stock": both(_stock),
        "moves": both(_moves),
        "assumptions": pd.DataFrame([vars(item) for item in reliance.items]),
    }


def _may_write(folder: Path, force: bool) -> None:
    if folder.is_symlink():
        raise refuse(str(folder), "is a link", "name a folder")
    if not folder.exists():
        if not folder.parent.is_dir():
            raise refuse(str(folder), f"there is no folder '{folder.parent}' to write it in", "make it first")
        return
    if not folder.is_dir():
        raise refuse(str(folder), "is a file", "name a folder")
    if not force:
        raise refuse(str(folder), "exists already", "name another folder, or add --force to replace it")
    if _besides_a_run(folder):
        raise refuse(str(folder), "holds something other than a run", "name another folder: --force replaces runs only")


def _besides_a_run(folder: Path) -> set[str]:
    """What a folder holds that its manifest does not list; everything where there is no manifest of a run."""
    held = {path.name for path in folder.iterdir()}
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return held - {MANIFEST} - set(manifest["outputs_sha256"])
    except (OSError, KeyError, TypeError, ValueError):
        return held


@contextmanager
def _all_or_nothing(folder: Path) -> Iterator[Path]:
    """A folder beside the wanted one that takes its place only when everything in it was written."""
    partial = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".partial", dir=folder.parent))
    replaced = partial.with_suffix(".replaced")
    try:
        partial.chmod(0o777 & ~_umask())
        yield partial
        if folder.exists():
            folder.rename(replaced)
        partial.rename(folder)
    finally:  # an interrupt, too, leaves the old run or the new one, whole and alone
        if replaced.exists() and not folder.exists():
            with suppress(OSError):
                replaced.rename(folder)
        if folder.exists():
            shutil.rmtree(replaced, ignore_errors=True)
        shutil.rmtree(partial, ignore_errors=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


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


def _write_database(path: Path, tables: Mapping[str, pd.DataFrame]) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for name, table in tables.items():
            if len(table.columns):
                table.to_sql(name, connection, index=False)


class _Dumper(yaml.SafeDumper):
    """Quotes text that YAML 1.2, by which scenarios are read, would take for a number where YAML 1.1 would not."""


_Dumper.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$"), list("+-.0123456789")
)


def _resolved_yaml(comparison: Comparison) -> str:
    resolved = comparison.scenario.assembled.resolved
    text = yaml.dump(_plain(resolved.content), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return f"# Table folders are relative to the scenario that names them: run this from its scenarios folder.\n{text}"


def _plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _plain(value) for key, value in node.items()}
    return [_plain(item) for item in node] if isinstance(node, tuple) else node


def _manifest(comparison: Comparison, folder: Path) -> dict[str, Any]:
    resolved = comparison.scenario.assembled.resolved
    tables = {
        f"{TABLES[name][0]}/{table_file(name, resolved.folders).name}": table_file(name, resolved.folders)
        for name in TABLES
    }
    inputs = {**_scenario_files(resolved.files), **tables}
    return {
        "scenario": resolved.name,
        "model_version": thrive_model.__version__,
        "seed": resolved.scenario.seed,
        "overrides": list(resolved.overrides),
        "python": ".".join(map(str, sys.version_info[:3])),
        "libraries": {library: version(library) for library in LIBRARIES},
        "inputs_sha256": {name: _hash(path) for name, path in sorted(inputs.items())},
        "outputs_sha256": {path.name: _hash(path) for path in sorted(folder.iterdir())},
    }


def _scenario_files(files: Iterable[Path]) -> dict[str, Path]:
    """Each by its name; one that is extended by another of the same name is told apart."""
    named: dict[str, Path] = {}
    for file in files:
        name = f"scenarios/{file.name}"
        while name in named:
            name += " (extended)"
        named[name] = file
    return named


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
