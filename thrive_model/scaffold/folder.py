"""A folder for a new authority: tables, annotated scenarios and a README; all of it or nothing."""

from __future__ import annotations

import csv
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from string import Template

import thrive_model
from thrive_model import tables
from thrive_model.archive import new
from thrive_model.assemble import Inputs, assemble
from thrive_model.assemble.inputs import TABLES
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.run import read_tables, run_one
from thrive_model.scaffold.aggregates import (
    ALL,
    FEWEST_CHILDREN,
    LEAST_RATE,
    MOST_CHILDREN,
    MOST_RATE,
    Aggregates,
    England,
    filled,
)
from thrive_model.scaffold.local import Local, local_tables
from thrive_model.scenario import Resolved, resolve
from thrive_model.scenario.shipped import shipped_root
from thrive_model.solve import pressure_in_target_year
from thrive_model.values import ASSUMPTION

SHAPE = "do_nothing"
WITHOUT_GROWTH = ("demand.growth_per_year=0",)
LONGEST_NAME = 80
SCENARIOS = ("do_nothing.yaml", "programme.yaml")
_TEXTS = {
    **dict(zip(SCENARIOS, SCENARIOS, strict=True)),
    "guard.yaml": "guard.yaml",
    "workflow.yaml": ".github/workflows/guard.yml",
    "README.md": "README.md",
}
"""Templates, and the file that each becomes."""
_ORIGIN = ("source", "basis", "note")
_KEPT = {
    "states.csv": "the states a child can be in, with the SSDA903 codes of placements and of how care ended",
    "moves.csv": "the moves between them",
    "price_indices.csv": "inflation by year: HM Treasury's deflators and local government pay",
    "discount_rates.csv": "discount rates of the Green Book",
    "impacts.csv": "what children cost other agencies",
    "optimism_bias.csv": "how far benefits and costs are taken to be too hopeful",
    "checks.csv": "what any result must satisfy, for `thrive check --results`",
    "section_251_lines.csv": "the lines of the section 251 return, with their numbers",
    "unit_costs.csv": "published national unit costs",
}


def write(name: str, known: Aggregates, parent: Path) -> tuple[Path, Local]:
    """Write the folder of an authority in another, and what it was made from; `InputError` where that cannot be."""
    called = " ".join(name.split())
    slug = slug_of(called)
    shape = present_practice()
    inputs, england = read_tables(shape), read_england()
    problems = _no_authority(known, England(england, str(shape.scenario.pressure.base_year)))
    if problems:
        raise InputError(problems)
    if not parent.is_dir():
        raise refuse(str(parent), "there is no such folder to write in", "make it first")
    folder = parent / slug
    with new(folder, None) as partial:
        local = local_tables(known, shape, inputs, england)
        _write_tables(partial, called, shape, local.inputs)
        _write_texts(partial, _words(called, shape, local, known))
    return folder, local


def present_practice() -> Resolved:
    """Doing nothing as it comes with the product, without growth.

    How sure the figures of another authority's tables are says nothing of this one's.
    """
    shape = resolve(SHAPE, WITHOUT_GROWTH)
    unsaid: dict[str, object] = {"multipliers": {}, "correlations": {}}
    return replace(shape, scenario=shape.scenario.model_copy(update=unsaid))


def read_england() -> list[tables.EnglandRow]:
    """England's figures, as they come with the product."""
    return tables.read(shipped_root() / "data" / "reference" / "england.csv", tables.EnglandRow)


def slug_of(name: str) -> str:
    """The folder's name: letters and digits of the name, as they stand without accents; `InputError` without any."""
    if len(name) > LONGEST_NAME:
        raise refuse("NAME", f"has {len(name)} characters", f"{LONGEST_NAME} at the most")
    if not name.isprintable():
        raise refuse("NAME", "holds a character that cannot be shown", "write it in letters")
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain.replace("'", "")).strip("_")
    if not re.search("[a-z]", slug):
        what = f"'{name}' has no letter from A to Z, of which the folder's name is made"
        raise refuse("NAME", what, 'give the name people use, such as "West Sussex"')
    return slug


def refused(known: Aggregates) -> list[Problem]:
    """What is known of an authority that cannot be one's, by the option that says it."""
    return _no_authority(known, England(read_england(), str(resolve(SHAPE).scenario.pressure.base_year)))


def _no_authority(known: Aggregates, england: England) -> list[Problem]:
    problems = []
    children = known.children
    if children is not None and not FEWEST_CHILDREN <= children <= MOST_CHILDREN:
        what = f"{children:,.0f} is not between {FEWEST_CHILDREN:,} and {MOST_CHILDREN:,}"
        problems.append(Problem("--population", what, "give the children aged 0 to 17"))
    elif known.looked_after is not None:
        children = filled(known, england)["children", ALL]
        low, high = (children * rate / 10_000 for rate in (LEAST_RATE, MOST_RATE))
        if not low <= known.looked_after <= high:
            what = f"{known.looked_after:,.0f} is not between {low:,.0f} and {high:,.0f}, for {children:,.0f} children"
            problems.append(Problem("--looked-after", what, "give those looked after at 31 March"))
    return problems


def _write_tables(folder: Path, called: str, shape: Resolved, inputs: Inputs) -> None:
    """Every table that a run reads: national ones without the rows that are another authority's."""
    held = {name: list(getattr(inputs, name)) for name in TABLES}
    held["comparators"] = [row for row in held["comparators"] if row.authority.casefold() != called.casefold()]
    other = shape.scenario.authority.casefold()
    for name, (where, _, _) in TABLES.items():
        if where == "reference":
            held[name] = [row for row in held[name] if other not in str(row).casefold()]
    cited = {row.source for name, rows in held.items() if name != "sources" for row in rows} | {ASSUMPTION}
    held["sources"] = [row for row in inputs.sources if row.source in cited]
    for name, (where, file, kind) in TABLES.items():
        path = folder / "data" / where / file if file else folder / "data" / f"{where}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_table(path, kind, held[name])


def _write_table(path: Path, kind: type[tables.Row], rows: Iterable[tables.Row]) -> None:
    """The declared columns, where a figure is from last."""
    last = list(_ORIGIN) if issubclass(kind, tables.Fact) else []
    columns = [*(column for column in kind.model_fields if column not in {"where", *last}), *last]
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows([_cell(getattr(row, column)) for column in columns] for row in rows)


def _cell(value: object) -> str:
    """A cell as a table is read: several words are parted by `;`, and what is not given is blank."""
    if value is None:
        return ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    if isinstance(value, (frozenset, tuple)):
        return ";".join(sorted(map(str, value)) if isinstance(value, frozenset) else map(str, value))
    return str(value)


def _write_texts(folder: Path, words: Mapping[str, str]) -> None:
    """The scenarios, what guards them, and the README."""
    for name, file in _TEXTS.items():
        template = (shipped_root() / "data" / "template" / name).read_text(encoding="utf-8")
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(Template(template).substitute(words), encoding="utf-8")


def _words(called: str, shape: Resolved, local: Local, known: Aggregates) -> dict[str, str]:
    """What stands in the templates in place of their words."""
    scenario, children = shape.scenario, local.figures["children", ALL]
    present_practice = run_one(assemble(shape, local.inputs))
    appraisal = scenario.appraisal
    return {
        "version": thrive_model.__version__,
        "authority": _quoted(called),
        "heading": _plain_markdown(called),
        "place": _plain_markdown(called),
        "start": str(scenario.start),
        "last_year": str(scenario.last_year),
        "seed": str(scenario.seed),
        "base_year": str(scenario.pressure.base_year),
        "pressure_year": str(scenario.pressure.year),
        "target": str(max(math.ceil(pressure_in_target_year(present_practice)), 1)),
        "vintage": appraisal.vintage if appraisal else "",
        "sensitivity_vintage": appraisal.sensitivity_vintage if appraisal else "",
        "deflator": appraisal.deflator if appraisal else "",
        "cost": str(round(children)),
        "origin": _origin(children, known),
        "alone": "".join(f"| `data/{_folder_of(file)}/{file}` | {what} |\n" for file, what in _KEPT.items()),
    }


def _folder_of(file: str) -> str:
    return next(where for where, name, _ in TABLES.values() if name == file)


def _origin(children: float, known: Aggregates) -> str:
    """A sentence on what was given and what was not."""
    size = "" if known.children else ", as many as an authority of average size has"
    cared = "" if known.looked_after is None else f", {known.looked_after:,.0f} of them looked after"
    return f"everything is England's average for {children:,.0f} children{size}{cared}."


def _quoted(text: str) -> str:
    """A string of YAML that means the text, whatever is in it."""
    return json.dumps(text, ensure_ascii=False)


def _plain_markdown(text: str) -> str:
    """Text as Markdown shows it letter by letter."""
    return re.sub(r"([\\`*_{}\[\]<>#|~&])", r"\\\1", text)
