"""Commands that run, check and look into one scenario."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from thrive_model.cli.shell import as_data, main, settings, show, show_data, shows_problems
from thrive_model.errors import InputError, Problem

if TYPE_CHECKING:
    from thrive_model.run import Comparison


@main.command()
@click.argument("scenario")
@settings
@as_data
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write a run folder: tables, SQLite, manifest."
)
@click.option("--force", is_flag=True, help="Let --out replace an earlier run.")
@click.option("--publish", is_flag=True, help="Write to --out only what may be published: no count of 1 to 5 children.")
@shows_problems
def run(
    scenario: str, *, overrides: tuple[str, ...], as_json: bool, out: Path | None, force: bool, publish: bool
) -> None:
    """Run SCENARIO beside doing nothing, and show the fund, the pressure and the indicators."""
    from thrive_model.assumptions import reliance
    from thrive_model.errors import refuse
    from thrive_model.run import run as run_model
    from thrive_model.scenario import resolve

    if publish and out is None:
        raise refuse("--publish", "has no folder to write to", "add --out DIR")
    comparison = run_model(resolve(scenario, overrides))
    if publish and out is not None:
        _publish(comparison, out, as_json=as_json, force=force)
        return
    leaning = reliance(comparison)
    if out is not None:
        from thrive_model import archive

        archive.write(comparison, leaning, out, force)
    if as_json:
        from thrive_model.report.machine import as_object

        show_data(as_object(comparison, leaning))
    else:
        from thrive_model.report.screen import screen
        from thrive_model.solve import plausibility

        show(screen(comparison, leaning, plausibility(comparison.do_nothing)))
    if out is not None:
        click.echo(f"Written to {out}", err=True)


def _publish(comparison: Comparison, out: Path, *, as_json: bool, force: bool) -> None:
    """Write what may be published, and show what was hidden: not the run, of which most may not be."""
    from thrive_model import archive
    from thrive_model.disclosure import publication
    from thrive_model.report.publishing import publishing

    found = publication(comparison)
    archive.write_publication(found, comparison.scenario.assembled.resolved, out, force)
    if as_json:
        show_data(archive.disclosure_of(found))
    else:
        show(publishing(found))
    click.echo(f"Written to {out}", err=True)


@main.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@settings
@shows_problems
def check(scenarios: tuple[str, ...], overrides: tuple[str, ...]) -> None:
    """Check every SCENARIO and its tables: all that `run` would refuse, without running."""
    from thrive_model.assemble import assemble, without_programme
    from thrive_model.run import read_tables
    from thrive_model.scenario import resolve

    problems: list[Problem] = []
    for name in scenarios:
        try:
            resolved = resolve(name, overrides)
            inputs = read_tables(resolved)
            assemble(resolved, inputs)
            assemble(without_programme(resolved), inputs)
        except InputError as refused:
            problems.extend(refused.problems)
        else:
            click.echo(f"{name}: nothing to refuse")
    if problems:
        raise InputError(problems)


@main.command("list")
@shows_problems
def list_scenarios() -> None:
    """List the scenarios that come with the product, and what each asks."""
    from thrive_model.report.words import hanging
    from thrive_model.scenario import resolve, shipped_scenarios

    problems: list[Problem] = []
    for name in shipped_scenarios():
        try:
            asks = resolve(name).scenario.asks
        except InputError as refused:
            problems.extend(refused.problems)
        else:
            click.echo(hanging(f"{name:20} ", asks))
    if problems:
        raise InputError(problems)


@main.command()
@click.argument("scenario")
@click.argument("key")
@settings
@shows_problems
def explain(scenario: str, key: str, overrides: tuple[str, ...]) -> None:
    """Show what KEY is in SCENARIO, and the file, line and source that set it.

    KEY is a setting (demand.growth_per_year) or rows of a table (rates.return_home, cost_lines.residential).
    """
    from thrive_model.assemble import assemble
    from thrive_model.assumptions import explain as find
    from thrive_model.report.explanation import explanation
    from thrive_model.scenario import resolve

    assembled = assemble(resolve(scenario, overrides))
    for line in explanation(find(assembled, key), assembled.inputs.sources):
        click.echo(line)


@main.command()
@click.argument("scenario")
@settings
@shows_problems
def solve(scenario: str, overrides: tuple[str, ...]) -> None:
    """Find the demand growth at which doing nothing comes to the scenario's pressure target, and judge it."""
    from thrive_model.report.growth import growth_found
    from thrive_model.scenario import resolve
    from thrive_model.solve import plausibility
    from thrive_model.solve import solve as solve_growth

    solution = solve_growth(resolve(scenario, overrides))
    show(growth_found(solution, plausibility(solution.do_nothing)))
