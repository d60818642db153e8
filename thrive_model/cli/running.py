"""Commands that run, check, list and solve scenarios."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from thrive_model.cli.shell import (
    REFUSED,
    as_data,
    failures,
    main,
    resolve,
    settings,
    show,
    show_data,
    shows_problems,
    store,
)
from thrive_model.errors import InputError, Problem

if TYPE_CHECKING:
    from thrive_model.checks import Finding
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
@click.option("--results", is_flag=True, help="Run them, too, and hold the results against checks.csv and `checks:`.")
@failures
@settings
@as_data
@shows_problems
def check(
    scenarios: tuple[str, ...], *, results: bool, stored: Path | None, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Check every SCENARIO and its tables: all that `run` would refuse, and with --results what it comes to."""
    if results:
        _check_results(scenarios, overrides, stored, as_json)
        return
    if stored is not None or as_json:
        raise click.UsageError("--failures and --json tell of results: add --results.")
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


def _check_results(scenarios: Sequence[str], overrides: Sequence[str], stored: Path | None, as_json: bool) -> None:
    """Run every scenario that can be, show how its results stand to the checks, and fail where one does not hold."""
    from thrive_model.checks import findings
    from thrive_model.report import checking
    from thrive_model.run import run as run_model
    from thrive_model.scenario import resolve

    found: dict[str, list[Finding]] = {}
    problems: list[Problem] = []
    for name in scenarios:
        try:
            comparison = run_model(resolve(name, overrides))
        except InputError as refused:
            problems.extend(refused.problems)
        else:
            found[name] = findings(comparison.scenario, comparison.do_nothing)
    if stored is not None:
        store(stored, checking.COLUMNS, checking.failing_rows(found))
    if as_json:
        show_data(checking.as_object(found))
    elif found:
        click.echo(checking.screen(found))
    if problems:
        raise InputError(problems)
    if any(not one.holds and one.severity == "fail" for every in found.values() for one in every):
        sys.exit(REFUSED)


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
