"""The command that says where a value or a figure comes from, down to the file, line and source."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from thrive_model.cli.comparing import year_shown
from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems
from thrive_model.errors import InputError

if TYPE_CHECKING:
    from thrive_model.archive import Kept
    from thrive_model.assemble import Assembled
    from thrive_model.assumptions import Footing
    from thrive_model.trace import Trace


@main.command()
@click.argument("run", metavar="SCENARIO")
@click.argument("key")
@click.option("--year", metavar="YEAR", help="The financial year of an output; not given, that of the pressure.")
@click.option("--do-nothing", "nothing", is_flag=True, help="The output's figure in doing nothing.")
@settings
@as_data
@shows_problems
def explain(run: str, key: str, *, year: str | None, nothing: bool, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show where KEY in SCENARIO, or in a folder that `run --out` wrote, comes from: file, line and source.

    KEY is a setting (demand.growth_per_year), rows of a table (rates.return_home, cost_lines.residential), or an output
    (looked_after_children): what it is the sum of, and what that rests on.
    """
    from thrive_model.assemble import assemble, without_programme
    from thrive_model.errors import refuse
    from thrive_model.outputs import all_outputs
    from thrive_model.report import tracing
    from thrive_model.report.explanation import explanation

    kept = _kept(run, overrides)
    resolved = kept.resolved if kept else resolve(run, overrides)
    is_output = key in all_outputs()
    if not is_output and (year or nothing):
        option = "--year" if year else "--do-nothing"
        raise refuse(
            option, f"is of an output, and '{key}' is none", "leave it out, or name an output (docs/outputs.md)"
        )
    assembled = assemble(resolved)
    traced = None
    if is_output:
        of_run = assemble(without_programme(resolved), assembled.inputs) if nothing else assembled
        traced = _traced(of_run, key, year)
        if kept:
            kept.agrees(traced.output.name, traced.financial_year, traced.value, nothing=nothing)
    values = _values(assembled, key, is_output=is_output)
    if as_json:
        show_data(tracing.as_object(assembled, key, traced, values, nothing=nothing))
    elif traced:
        show(tracing.screen(assembled, traced, values, nothing=nothing))
    else:
        for line in explanation(values, assembled.inputs.sources):
            click.echo(line)


def _kept(run: str, overrides: tuple[str, ...]) -> Kept | None:
    """The run in a folder, made again from the same inputs; None where a scenario is named."""
    from thrive_model.errors import refuse
    from thrive_model.scenario import shipped_scenarios

    if run in shipped_scenarios() or not Path(run).is_dir():
        return None
    if overrides:
        what, remedy = "was run before, and --set cannot change it", "leave --set out, or name the scenario itself"
        raise refuse(run, what, remedy)
    from thrive_model import archive

    return archive.made_again(run)


def _traced(assembled: Assembled, name: str, year: str | None) -> Trace:
    from thrive_model.outputs import all_outputs
    from thrive_model.run import run_one
    from thrive_model.trace import trace

    shown = year_shown(assembled.resolved, year)
    return trace(run_one(assembled), all_outputs()[name], shown)


def _values(assembled: Assembled, key: str, *, is_output: bool) -> list[Footing]:
    """The settings and rows under a key; an output may have the name of a block, and need not."""
    from thrive_model.assumptions import explain as find

    try:
        return find(assembled, key)
    except InputError:
        if is_output:
            return []
        raise
