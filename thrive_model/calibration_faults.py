"""What cannot be fitted, or fitted to: told with everything else that is wrong with a scenario."""

from __future__ import annotations

from collections.abc import Iterator

from thrive_model.assemble import Inputs
from thrive_model.errors import Problem, did_you_mean
from thrive_model.outputs import all_outputs, unknown_output
from thrive_model.scenario import Resolved
from thrive_model.scenario.calibration import Calibration


def faults(inputs: Inputs, resolved: Resolved) -> Iterator[Problem]:
    """Years outside the run, outputs that are no counts, moves that there are not or whose rate is a share."""
    chosen = resolved.scenario.calibration
    if chosen is not None:
        yield from _of_years(resolved, chosen)
        yield from _of_outputs(inputs, resolved, chosen)
        yield from _of_said(inputs, resolved, chosen)
        yield from _of_moves(inputs, resolved, chosen)


def _of_years(resolved: Resolved, chosen: Calibration) -> Iterator[Problem]:
    first, last = resolved.scenario.first_year, resolved.scenario.last_year
    for key, year in (("from_year", chosen.from_year), ("to_year", chosen.to_year)):
        if not first <= year <= last:
            yield Problem(resolved.place("calibration", key), f"{year} is outside the run", f"{first} to {last}")


def _of_outputs(inputs: Inputs, resolved: Resolved, chosen: Calibration) -> Iterator[Problem]:
    known = all_outputs()
    published = {row.output for row in inputs.observed if chosen.from_year <= row.financial_year <= chosen.to_year}
    for i, name in enumerate(chosen.outputs):
        where = resolved.place("calibration", "outputs", i)
        yield from unknown_output(where, name)
        if name in known and known[name].unit.startswith(("pounds", "per ")) and not known[name].share_of:
            what = f"'{name}' is neither a count nor a percentage of one, and chance about it has no known spread"
            yield Problem(where, what, "name the count that it is made of")
        elif name in known and name not in published:
            what = f"observed.csv has no '{name}' of {chosen.from_year} to {chosen.to_year}"
            yield Problem(where, what, "add a row, or remove it here")


def _of_said(inputs: Inputs, resolved: Resolved, chosen: Calibration) -> Iterator[Problem]:
    first, last = resolved.scenario.first_year, resolved.scenario.last_year
    sources = {row.source for row in inputs.sources}
    for i, one in enumerate(chosen.said):
        yield from unknown_output(resolved.place("calibration", "said", i, "output"), one.output)
        if one.source not in sources:
            where = resolved.place("calibration", "said", i, "source")
            yield Problem(where, f"'{one.source}' is not in sources.csv", did_you_mean(one.source, sources))
        if not first <= one.financial_year <= last:
            where = resolved.place("calibration", "said", i, "financial_year")
            yield Problem(where, f"{one.financial_year} is outside the run", f"{first} to {last}")


def _of_moves(inputs: Inputs, resolved: Resolved, chosen: Calibration) -> Iterator[Problem]:
    pathway = inputs.pathway
    decisions = {state.name for state in pathway.states if state.kind == "decision"}
    for name, block in chosen.free.items():
        for i, move in enumerate(block.moves):
            where = resolved.place("calibration", "free", name, "moves", i)
            if move not in pathway.move_names:
                yield Problem(where, f"unknown move '{move}'", did_you_mean(move, pathway.move_names))
            elif any(one.source in decisions for one in pathway.moves if one.name == move):
                what = f"'{move}' leads out of a decision, whose shares sum to 1 and are not fitted"
                yield Problem(where, what, "name moves out of states where children stay")
        clocks = {cell.from_month for cell in pathway.cells}
        for i, months in enumerate(block.months):
            if months.start not in clocks:
                where = resolved.place("calibration", "free", name, "months", i)
                yield Problem(where, f"no duration band begins at {months.start} months", "use the bands of states.csv")
