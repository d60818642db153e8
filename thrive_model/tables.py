"""Every CSV's columns, declared once; reading checks each cell and keeps the line it stood on."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from thrive_model.bands import YEARS_OF_CHILDHOOD, AgeBand, DurationBand
from thrive_model.errors import InputError, Problem, did_you_mean, refuse
from thrive_model.faults import sentence
from thrive_model.pathway import Kind, Move, Pathway, State
from thrive_model.periods import FinancialYear

MOST_BYTES = 20_000_000

Basis = Literal["published", "derived", "proxy", "assumption"]


def _year(text: object) -> FinancialYear:
    return text if isinstance(text, FinancialYear) else FinancialYear.parse(str(text))


def _words(text: object) -> frozenset[str]:
    return frozenset(word.strip() for word in str(text).split(";") if word.strip())


def _whole_numbers(text: object) -> tuple[int, ...]:
    return tuple(int(part) for part in str(text).split(";") if part.strip())


def _blank_is_none(text: object) -> object:
    return None if text == "" else text


Year = Annotated[FinancialYear, BeforeValidator(_year)]
Words = Annotated[frozenset[str], BeforeValidator(_words)]
Text = Annotated[str, Field(min_length=1)]
Amount = Annotated[float, Field(ge=0)]
Optional = BeforeValidator(_blank_is_none)


class Row(BaseModel):
    """A row of a table; `where` is `file.csv:line`."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False, arbitrary_types_allowed=True)
    where: str
    key: ClassVar[tuple[str, ...]] = ()

    def place(self, column: str) -> str:
        """Where a cell of this row stands, for an error."""
        return f"{self.where} {column}"


class Fact(Row):
    """A row that states a figure: whence, on what footing, and how it was read."""

    source: Text
    basis: Basis
    note: Text


class StateRow(Row):
    """`pathway/states.csv`."""

    key = ("state",)
    state: Text
    kind: Kind
    counts: Words
    clock: str
    band_starts: Annotated[tuple[int, ...], BeforeValidator(_whole_numbers)]
    stay_months: Annotated[Annotated[int, Field(ge=1)] | None, Optional]
    then: str
    ssda903_codes: str
    meaning: Text
    source: Text

    def as_state(self) -> State:
        """The state this row declares."""
        return State(
            self.state, self.kind, self.counts, self.clock, self.band_starts, self.stay_months, self.then, self.where
        )


class MoveRow(Row):
    """`pathway/moves.csv`."""

    key = ("from_state", "to_state")
    move: Text
    from_state: Text
    to_state: Text
    counts: Words
    meaning: Text
    source: Text

    def as_move(self) -> Move:
        """The move this row declares."""
        return Move(self.move, self.from_state, self.to_state, self.counts, self.where)


class SourceRow(Row):
    """`sources.csv`."""

    key = ("source",)
    source: Text
    title: Text
    publisher: Text
    date: Text
    licence: Text
    read_at: Text


class PriceRow(Fact):
    """`reference/price_indices.csv`: growth into each year, in per cent."""

    key = ("index", "financial_year")
    index: Text
    financial_year: Year
    growth_percent: Annotated[float, Field(gt=-50, lt=100)]


class PopulationRow(Fact):
    """`population.csv`: persons at mid-year by single year of age."""

    key = ("mid_year", "age")
    mid_year: int
    age: Annotated[int, Field(ge=0, lt=YEARS_OF_CHILDHOOD)]
    persons: Amount


class OpeningStockRow(Fact):
    """`opening_stock.csv`: children in each state at the start; `group` names the margins that spread them."""

    key = ("state",)
    state: Text
    group: Text
    ages: AgeBand
    months: DurationBand
    children: Amount


class OpeningAgeRow(Fact):
    """`opening_ages.csv`: how a group of the opening stock is spread over ages (counts or shares alike)."""

    key = ("group", "ages")
    group: Text
    ages: AgeBand
    children: Amount


class OpeningDurationRow(Fact):
    """`opening_durations.csv`: how the opening stock on a clock is spread over its duration bands."""

    key = ("clock", "months")
    clock: Text
    months: DurationBand
    children: Amount


class RateRow(Fact):
    """`rates.csv`: the yearly hazard of a move, or its share of a decision, by age and duration, from a year on."""

    key = ("move", "ages", "months", "from_year")
    move: Text
    ages: AgeBand
    months: DurationBand
    from_year: Year
    rate_per_year: Annotated[Amount | None, Optional]
    share: Annotated[Annotated[float, Field(ge=0, le=1)] | None, Optional]


class CostLineRow(Fact):
    """`cost_lines.csv`: what drives a line of spend and what one unit of it costs."""

    key = ("line",)
    line: Text
    unit: Literal["pounds_per_child_week", "pounds_per_event", "pounds_per_year"]
    driver: str
    unit_cost: Amount
    price_year: Year
    price_index: Text
    section_251: Text
    cashable_share: Annotated[float, Field(ge=0, le=1)]
    meaning: Text


class Section251Row(Fact):
    """`section_251.csv`: published gross and net outturn, in pounds of the year."""

    key = ("section_251", "financial_year")
    section_251: Text
    financial_year: Year
    gross: float
    net: Annotated[float | None, Optional]


class ObservedRow(Fact):
    """`observed.csv`: published figures beside which an output is shown."""

    key = ("output", "financial_year")
    output: Text
    financial_year: Year
    value: Amount


class FundRow(Fact):
    """`fund.csv`: what is published of the fund, with the tolerance that its own words allow."""

    key = ("item", "financial_year")
    item: Text
    financial_year: Year
    value: float
    tolerance: Amount
    words: Text


def read(path: Path, row: type[Any]) -> list[Any]:
    """Read a table into rows of the declared kind; `InputError` with every fault, each at its line and column."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise refuse(
                path.name, f"is larger than {MOST_BYTES // 1_000_000} MB", "tables are small; is this the right file?"
            )
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise refuse(path.name, "there is no such table", f"it should be in {path.parent.name}/") from None
    except UnicodeDecodeError as fault:
        raise refuse(path.name, f"is not UTF-8 text (byte {fault.start})", "save it as CSV UTF-8") from None
    except OSError as fault:
        raise refuse(path.name, f"cannot be read: {fault.strerror}") from None
    try:
        lines = list(csv.reader(text.splitlines(), strict=True))
    except csv.Error as fault:
        raise refuse(path.name, f"is not a CSV table: {fault}") from None
    columns = [name for name in row.model_fields if name != "where"]
    header = lines[0] if lines else []
    problems = list(_header_faults(path.name, header, columns))
    if problems:
        raise InputError(problems)
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        where = f"{path.name}:{number}"
        if not any(cells):
            continue
        if len(cells) != len(header):
            problems.append(
                Problem(
                    where,
                    f"has {len(cells)} cells where the header has {len(header)}",
                    "quote a cell that holds a comma",
                )
            )
            continue
        try:
            rows.append(row(where=where, **dict(zip(header, cells, strict=True))))
        except ValidationError as faults:
            problems.extend(Problem(f"{where} {fault['loc'][0]}", sentence(fault)) for fault in faults.errors())
    problems.extend(_repeats(rows))
    if not problems and not rows:
        problems.append(Problem(path.name, "has a header and no rows"))
    if problems:
        raise InputError(problems)
    return rows


def pathway_of(states: Sequence[StateRow], moves: Sequence[MoveRow]) -> Pathway:
    """The pathway that two tables declare; `InputError` where they do not fit each other."""
    return Pathway(tuple(row.as_state() for row in states), tuple(row.as_move() for row in moves))


def _header_faults(name: str, header: Sequence[str], columns: Sequence[str]) -> list[Problem]:
    where = f"{name}:1"
    unknown = [column for column in header if column not in columns]
    missing = [column for column in columns if column not in header]
    problems = [
        Problem(where, f"'{column}' is not a column of this table", did_you_mean(column, missing)) for column in unknown
    ]
    problems += [Problem(where, f"column '{column}' is missing") for column in missing]
    problems += [
        Problem(where, f"column '{column}' stands twice") for column in columns if list(header).count(column) > 1
    ]
    return problems


def _repeats(rows: Sequence[Row]) -> list[Problem]:
    first: dict[tuple[str, ...], str] = {}
    problems = []
    for row in rows:
        key = tuple(str(getattr(row, column)) for column in row.key)
        if key in first:
            problems.append(
                Problem(row.where, f"repeats {' '.join(key)} of line {first[key].rpartition(':')[2]}", "keep one")
            )
        first.setdefault(key, row.where)
    return problems
