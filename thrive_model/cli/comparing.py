"""Commands that set a scenario beside doing nothing, line by line and move by move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from thrive_model.cli.shell import as_data, main, settings, show, show_data, shows_problems

if TYPE_CHECKING:
    from thrive_model.run import Comparison

in_year = click.option("--year", metavar="YEAR", help="The financial year to show; not given, that of the pressure.")


@main.command()
@click.argument("scenario")
@in_year
@settings
@as_data
@shows_problems
def savings(scenario: str, year: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show what SCENARIO takes off each cost line, by price and volume, beside what was announced and asked for."""
    from thrive_model.report import saving

    comparison, shown = _compared(scenario, overrides, year)
    if as_json:
        show_data(saving.as_object(comparison))
    else:
        show(saving.screen(comparison, shown))


@main.command()
@click.argument("scenario")
@in_year
@settings
@as_data
@shows_problems
def displacement(scenario: str, year: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show which work SCENARIO moves elsewhere, which is no longer done, and where the children are instead."""
    from thrive_model.report import displacing

    comparison, shown = _compared(scenario, overrides, year)
    if as_json:
        show_data(displacing.as_object(comparison))
    else:
        show(displacing.screen(comparison, shown))


def _compared(scenario: str, overrides: tuple[str, ...], year: str | None) -> tuple[Comparison, str]:
    """The comparison, and the year to show of it."""
    from thrive_model.errors import refuse
    from thrive_model.run import run
    from thrive_model.scenario import resolve

    resolved = resolve(scenario, overrides)
    chosen = resolved.scenario
    shown = year or str(chosen.pressure.year)
    if shown not in {
        str(chosen.first_year.plus(n)) for n in range(chosen.last_year.start - chosen.first_year.start + 1)
    }:
        raise refuse(
            "--year", f"'{shown}' is outside the run", f"name a year from {chosen.first_year} to {chosen.last_year}"
        )
    return run(resolved), shown
