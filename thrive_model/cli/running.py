"""Commands that run, check, list and solve scenarios."""

from __future__ import annotations

from pathlib import Path

import click

from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems
from thrive_model.errors import InputError, Problem


@main.command()
@click.argument("scenario")
@settings
@as_data
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="DIR", help="Write a run folder: tables, SQLite, manifest."
)
@click.option("--force", is_flag=True, help="Let --out replace an earlier run.")
@shows_problems
def run(scenario: str, overrides: tuple[str, ...], as_json: bool, out: Path | None, force: bool) -> None:
    """Run SCENARIO beside doing nothing, and show the fund, the pressure and the indicators."""
    from thrive_model.assumptions import reliance
    from thrive_model.run import run as run_model

    comparison = run_model(resolve(scenario, overrides))
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


@main.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@settings
@shows_problems
def check(scenarios: tuple[str, ...], overrides: tuple[str, ...]) -> None:
    """Check every SCENARIO and its tables: all that `run` would refuse, without running."""
    from thrive_model.assemble import assemble, without_programme
    from thrive_model.run import read_tables

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
    from thrive_model.scenario import shipped_scenarios

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
@settings
@shows_problems
def solve(scenario: str, overrides: tuple[str, ...]) -> None:
    """Find the demand growth at which doing nothing comes to the scenario's pressure target, and judge it."""
    from thrive_model.report.growth import growth_found
    from thrive_model.solve import plausibility
    from thrive_model.solve import solve as solve_growth

    solution = solve_growth(resolve(scenario, overrides))
    show(growth_found(solution, plausibility(solution.do_nothing)))
