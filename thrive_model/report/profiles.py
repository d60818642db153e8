"""Runs side by side in a terminal: what differs in their inputs first, then the whole run, then year by year."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from rich.console import Group
from rich.table import Table
from rich.text import Text

import thrive_model
from thrive_model.compare import Candidate, Side, SideBySide
from thrive_model.differences import Differences, SettingDifference
from thrive_model.headlines import NOMINAL, WHOLE_RUN
from thrive_model.report.differing import NOT_SET, differences_as_data, nothing_differs, rows_differing, shown, years_of
from thrive_model.report.layout import bare_table
from thrive_model.report.words import ROUNDED, WIDTH, decimals_for, figure, hanging, millions, signed

LABEL = 22
A_POUND = 1.0
LEAVES_SHOWN = 12
FEWEST_LEAVES = 2
NONE = "–"
NOTHING = "spending_in_doing_nothing"
BY_YEAR = (
    "spending",
    "programme_cost",
    "fund_balance",
    "unfunded",
    "pressure",
    "cashable",
    "avoided",
    "looked_after_children",
    "child_protection_plans",
)
WHOLE = {
    "spending": "spending\nin all",
    "programme_cost": "\nprogramme",
    "fund_drawn": "fund\ndrawn",
    "unfunded": "\nunfunded",
    "pressure": "pressure\nleft",
    "cashable": "\ncashable",
    "avoided": "cost\navoided",
}
WORTH = {
    "net_present_social_value": "net present\nsocial value",
    "benefit_cost_ratio": "benefit-\ncost ratio",
    "payback": "payback,\nyears",
}
"""Measures in the tables of the screen; every other one is in those that are written."""

STANDINGS = {
    "draft": "Drafts, which nobody has approved as they are",
    "assured": "Assured, and not approved",
    "approved": "Approved",
}

Cells = Mapping[tuple[str, str, str], Side]


def screen(found: SideBySide, settings: Sequence[str]) -> Group:
    """What is compared, what differs in the inputs, the whole run, and each measure by year."""
    cells = {(one.measure, one.financial_year, one.candidate): one for one in found.figures}
    return Group(
        _heading(found, settings),
        "",
        *(Text(line) for line in _inputs(found, settings)),
        "",
        _whole_run("\nThe whole run, £m", WHOLE, found, cells),
        "",
        *_worth(found, cells),
        *_by_year(found, cells),
        Text(_how_to_read(found, cells), style="dim"),
    )


def as_object(found: SideBySide) -> dict[str, Any]:
    """Candidates, what differs in their inputs from the first, and every figure, unrounded."""
    first = next(iter(found.candidates.values()))
    return {
        "model_version": thrive_model.__version__,
        "first_year": first.first_year,
        "last_year": first.last_year,
        "price_bases": list(first.price_bases),
        "candidates": [
            {
                "candidate": label,
                "scenario": one.name,
                "status": one.status,
                "run_id": one.run_id,
                "run_folder": one.kept,
                "overrides": list(one.overrides),
            }
            for label, one in found.candidates.items()
        ],
        "differences": [{"candidate": label, **differences_as_data(one)} for label, one in found.inputs.items()],
        "comparison": [asdict(side) for side in found.figures],
    }


def _heading(found: SideBySide, settings: Sequence[str]) -> Text:
    first = next(iter(found.candidates.values()))
    text = Text(f"{len(found.candidates)} runs side by side, {first.stated.resolved.scenario.authority}", style="bold")
    told = f"{first.first_year} to {first.last_year}, {NOMINAL} pounds, thrive_model {thrive_model.__version__}"
    text.append(f"   {told}", style="not bold")
    for setting in settings:
        text.append(f"\n--set {setting}", style="not bold")
    standings = {
        status: [label for label, one in found.candidates.items() if one.status == status] for status in STANDINGS
    }
    for status, labels in standings.items():
        if labels:
            told = "all" if len(labels) == len(found.candidates) else ", ".join(labels)
            text.append(f"\n{hanging('', f'{STANDINGS[status]}: {told}.')}", style="not bold")
    for label, one in found.candidates.items():
        if one.kept:
            made = "".join(f" --set {setting}" for setting in one.overrides)
            text.append(f"\n{label} was run before and kept in {one.given}{', with' if made else ''}{made}", "not bold")
    return text


def _inputs(found: SideBySide, settings: Sequence[str]) -> Iterator[str]:
    """The first settings and tables that differ from the first candidate's, and how to see the rest."""
    first, *_ = found.candidates
    most = max(LEAVES_SHOWN // len(found.inputs), FEWEST_LEAVES)
    for label, differences in found.inputs.items():
        if not differences:
            yield nothing_differs(first, label)
            continue
        lines = list(_leaves(differences))
        yield f"What differs in the inputs of {label} from {first}:"
        yield from (_cropped(f"  {line}") for line in lines[:most])
        words = sum(one.words for one in differences.settings)
        more = [f"{len(lines) - most} more" if len(lines) > most else "", f"{words} in words alone" if words else ""]
        ask = _ask(found.candidates[first], found.candidates[label], settings)
        yield hanging("  ", f"{' and '.join(part for part in more if part) or 'where each was set'}: {ask}")


def _leaves(found: Differences) -> Iterator[str]:
    """A line for each setting that changes figures, its years together; for each block one run lacks; each table."""
    blocks: dict[str, list[SettingDifference]] = {}
    for one in found.settings:
        if not one.words:
            blocks.setdefault(_block_of(one.key), []).append(one)
    for block, ones in blocks.items():
        keys = dict.fromkeys(one.key for one in ones)
        lacking = {one.first is None for one in ones} | {one.second is not None for one in ones}
        if len(keys) > 1 and len(lacking) == 1:
            told = f"{len(keys)} settings"
            yield f"{block}: " + (f"{NOT_SET} -> {told}" if ones[0].first is None else f"{told} -> {NOT_SET}")
        else:
            for key in keys:
                yield f"{key}: " + "; ".join(_from_to(one) for one in ones if one.key == key)
    for table in found.tables:
        yield f"{table.table}: {rows_differing(table)}"


def _block_of(key: str) -> str:
    """`fund` of fund.amount; the one intervention of several, and so on."""
    steps = key.split(".")
    return ".".join(steps[:2] if len(steps) > 2 else steps[:1])


def _from_to(one: SettingDifference) -> str:
    return f"{years_of(one)} {shown(one.first)} -> {shown(one.second)}".strip()


def _ask(first: Candidate, other: Candidate, settings: Sequence[str]) -> str:
    words = [first.given, other.given, *(word for setting in settings for word in ("--set", setting))]
    return f"thrive diff {shlex.join(words)}"


def _cropped(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 3]}..."


def _worth(found: SideBySide, cells: Cells) -> Iterator[Table | Text]:
    """What each is worth to society, on its own price basis; nothing where none of them is appraised."""
    bases = {side.price_basis for (name, _, _), side in cells.items() if name in WORTH}
    if bases:
        yield _whole_run("\nWorth to society, £m", WORTH, found, cells)
        yield Text(f"{', '.join(sorted(bases))}: beside doing nothing, over the years of the run.\n", style="dim")


def _whole_run(head: str, shown: Mapping[str, str], found: SideBySide, cells: Cells) -> Table:
    """A row a candidate, with its differences from the first below."""
    first = next(iter(found.candidates))
    measures = [name for name in shown if any((name, WHOLE_RUN, label) in cells for label in found.candidates)]
    table = _table(head, [Text(shown[name], justify="right") for name in measures], justify="right")
    for label in found.candidates:
        sides = [cells[name, WHOLE_RUN, label] for name in measures]
        table.add_row(Text(label), *(_figure(side) for side in sides))
        if label != first:
            changes = (_change(side, _decimals([side])) for side in sides)
            table.add_row(Text("  from the first", style="dim"), *changes, style="dim")
    return table


def _by_year(found: SideBySide, cells: Cells) -> Iterator[Table]:
    """Each measure with a row a candidate: its figure and, beside it, the difference from the first."""
    years = sorted({year for _, year, _ in cells} - {WHOLE_RUN})
    rows = {
        measure: [[cells[measure, year, label] for year in years] for label in found.candidates]
        for measure in BY_YEAR
        if any(key[0] == measure for key in cells)
    }
    every = [side for of_measure in rows.values() for row in of_measure for side in row]
    widths = max(len(_figure(side)) for side in every), max(len(_change(side, _of(rows, side))) for side in every)
    abreast = max((WIDTH - LABEL - 1) // (sum(widths) + 2), 1)
    for start in range(0, len(years), abreast):
        some = slice(start, start + abreast)
        for of_measure in rows.values():
            yield _block([row[some] for row in of_measure], years[some], widths)


def _of(rows: Mapping[str, Sequence[Sequence[Side]]], side: Side) -> int:
    return _decimals([one for row in rows[side.measure] for one in row])


def _block(rows: Sequence[Sequence[Side]], years: Sequence[str], widths: tuple[int, int]) -> Table:
    """One measure; where no candidate differs from the first, one row for all."""
    one = rows[0][0]
    decimals = _decimals([side for row in rows for side in row])
    table = _table(f"{one.title}, £m" if one.unit == "pounds" else one.title, [Text(year) for year in years])
    alike = all(side.value == first.value for row in rows for side, first in zip(row, rows[0], strict=True))
    for row in rows[:1] if alike else rows:
        pairs = (f"{_figure(side):>{widths[0]}} {_beside(side, row is rows[0], decimals):>{widths[1]}}" for side in row)
        table.add_row(Text("The same in all" if alike else row[0].candidate), *pairs)
    return table


def _beside(side: Side, is_first: bool, decimals: int) -> str:
    return "" if is_first else _change(side, decimals)


def _table(title: str, heads: Sequence[Text], justify: Any = "left") -> Table:
    table = bare_table(1)
    table.add_column(title, width=LABEL, overflow="fold")
    for head in heads:
        table.add_column(head, justify=justify, no_wrap=True)
    return table


def _figure(side: Side) -> str:
    if side.value is None:
        return NONE
    if side.unit == "pounds":
        return millions(side.value)
    return {"ratio": f"{side.value:,.2f}", "years": f"{side.value:,.1f}"}.get(side.unit) or figure(
        side.value, side.unit
    )


def _change(side: Side, decimals: int) -> str:
    return signed(side.difference_from_first, side.unit, decimals)


def _decimals(sides: Sequence[Side]) -> int:
    """As many as show a difference to three digits, and no more than two; whole children."""
    if sides[0].unit.startswith("children"):
        return 0
    most = max(abs(side.difference_from_first or 0.0) for side in sides)
    return min(decimals_for(most / 1e6 if sides[0].unit == "pounds" else most), 2)


def _how_to_read(found: SideBySide, cells: Cells) -> str:
    first, *others = found.candidates
    text = f"Beside or below a figure with a sign: its difference from {first}. Pressure left is spending on demand "
    text += "above the base budget; unfunded is what it and the programme need beyond the fund. Savings are against "
    differing = [label for label in others if any(_moves(one) for one in cells.values() if _is_nothing(one, label))]
    if differing:
        text += f"each one's own doing nothing, which costs another sum in {', '.join(differing)}. "
    else:
        text += "doing nothing, which costs the same in all. "
    text += "What other funders pay of the programme is in no figure but those of the worth to society. "
    return text + ROUNDED


def _moves(side: Side) -> bool:
    """Whether it differs from the first's by more than the rounding of sums."""
    return abs(side.difference_from_first or 0.0) >= A_POUND


def _is_nothing(side: Side, label: str) -> bool:
    return side.measure == NOTHING and side.candidate == label
