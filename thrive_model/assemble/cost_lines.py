"""What things cost, as the ledger's arrays: the lines of the table, then one for each intervention."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from thrive_model.assemble import multipliers
from thrive_model.assemble.effects import Courses
from thrive_model.assemble.inputs import Inputs
from thrive_model.assemble.price_levels import PriceLevels
from thrive_model.errors import Problem, did_you_mean
from thrive_model.interventions import MultiplyUnitCost, MultiplyVolume
from thrive_model.parameters import DEMAND_SUPPORT, PARTNERS, CostLines, Floats
from thrive_model.periods import MONTHS_PER_YEAR
from thrive_model.scenario import Resolved
from thrive_model.tables import CostLineRow, ImpactRow

KINDS = {
    "pounds_per_child_week": "occupancy",
    "pounds_per_event": "event",
    "pounds_per_team_year": "stepped",
    "pounds_per_year": "fixed",
}


def cost_lines(inputs: Inputs, resolved: Resolved, courses: Courses, problems: list[Problem]) -> CostLines:
    """The lines of the table, then one for each intervention (and one for what partners pay of it)."""
    months = courses.months
    levels = PriceLevels(inputs, resolved, months)
    rows = inputs.cost_lines
    names, kinds, uses = [row.line for row in rows], [KINDS[row.unit] for row in rows], [DEMAND_SUPPORT for _ in rows]
    per_week = np.zeros((len(rows), len(inputs.pathway.cells)))
    per_move = np.zeros((len(rows), len(inputs.pathway.arrows)))
    teams_per_child, per_team = np.zeros((len(rows), len(inputs.pathway.cells))), np.zeros(len(rows))
    per_month, price_level = np.zeros(len(rows)), np.ones((len(rows), len(months)))
    for i, row in enumerate(rows):
        problems.extend(driver_faults(inputs, row))
        if row.unit == "pounds_per_child_week":
            per_week[i, inputs.pathway.cells_of(row.driver)] = row.unit_cost
        elif row.unit == "pounds_per_event":
            per_move[i, inputs.pathway.arrows_of(row.driver)] = row.unit_cost
        elif row.children_per_team is not None:
            teams_per_child[i, inputs.pathway.cells_of(row.driver)] = 1.0 / row.children_per_team
            per_team[i] = row.unit_cost / MONTHS_PER_YEAR
        else:
            per_month[i] = row.unit_cost / MONTHS_PER_YEAR
        price_level[i] = levels.since_base(row)
    to_nominal = tuple(_to_nominal(rows, levels, resolved, courses))
    problems.extend(levels.problems)
    problems.extend(_mixed_units(rows))
    programme = list(_programme(resolved, courses))
    extra, as_it_is = len(programme), np.ones((len(months), 1))
    return CostLines(
        names=(*names, *(line for line, _, _ in programme)),
        kinds=(*kinds, *("programme" for _ in programme)),
        uses=(*uses, *(use for _, use, _ in programme)),
        per_child_week=np.pad(per_week, ((0, extra), (0, 0))),
        per_move=np.pad(per_move, ((0, extra), (0, 0))),
        teams_per_child=np.pad(teams_per_child, ((0, extra), (0, 0))),
        per_team=np.pad(per_team, (0, extra)),
        per_month=(*(cost * as_it_is for cost in per_month), *(cost for _, _, cost in programme)),
        volume=(*courses.on_costs(names, MultiplyVolume), *(as_it_is for _ in programme)),
        to_nominal=(*to_nominal, *(as_it_is for _ in programme)),
        price_level=np.pad(price_level, ((0, extra), (0, 0)), constant_values=1.0),
        weeks=np.array([month.weeks for month in months]),
    )


def _to_nominal(
    rows: Sequence[CostLineRow], levels: PriceLevels, resolved: Resolved, courses: Courses
) -> Iterator[Floats]:
    """Pounds of each month for one of the price year, line by line, [T, D]: prices, and what multiplies unit costs."""
    names = [row.line for row in rows]
    changed = courses.on_costs(names, MultiplyUnitCost)
    fitted = multipliers.on_costs(resolved.scenario, names, courses.months)
    for row, change, factor in zip(rows, changed, fitted, strict=True):
        yield levels.to_nominal(row)[:, None] * levels.drawn(row) * (change * factor)


def partners_line(key: str) -> str:
    """The line of what partners pay of an intervention."""
    return f"{key}, paid by partners"


def _programme(resolved: Resolved, courses: Courses) -> Iterator[tuple[str, str, Floats]]:
    """What each intervention costs the council, and its partners, in each month: line, use, pounds [T, D]."""
    for key, one in resolved.scenario.active.items():
        costs = ((key, one.use, one.costs), (partners_line(key), PARTNERS, one.partners_costs))
        for line, use, cost in costs:
            pounds = cost(courses.months) * courses.included(key)
            if use != PARTNERS or pounds.any():
                yield line, use, pounds


def _mixed_units(rows: Sequence[CostLineRow]) -> Iterator[Problem]:
    """Lines of one group whose units cannot be added: the mix of child-weeks and events means nothing."""
    first: dict[str, CostLineRow] = {}
    for row in rows:
        like = first.setdefault(row.mix_group, row)
        if row.mix_group and row.unit != like.unit:
            what = f"'{row.mix_group}' holds '{like.line}' in {like.unit} and '{row.line}' in {row.unit}"
            yield Problem(row.place("mix_group"), what, "put lines of one unit in a group")


def driver_faults(inputs: Inputs, row: CostLineRow | ImpactRow) -> Iterable[Problem]:
    """Whatever is wrong with what a row says drives its cost."""
    drivers = {
        "pounds_per_child_week": inputs.pathway.state_counts,
        "pounds_per_team_year": inputs.pathway.state_counts,
        "pounds_per_event": inputs.pathway.move_counts,
    }.get(row.unit)
    if drivers is None:
        if row.driver:
            yield Problem(
                row.place("driver"),
                f"'{getattr(row, row.key[0])}' is a fixed sum a year and has no driver",
                "leave it empty",
            )
    elif row.driver not in drivers:
        what = "move" if row.unit == "pounds_per_event" else "state"
        yield Problem(row.place("driver"), f"unknown {what} '{row.driver}'", did_you_mean(row.driver, drivers))
    elif row.unit != "pounds_per_event":
        pathway = inputs.pathway
        if not any(pathway.cells[cell].state.kind == "stay" for cell in pathway.cells_of(row.driver)):
            yield Problem(row.place("driver"), f"children do not stay in '{row.driver}'", "name a state of kind stay")
