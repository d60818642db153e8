"""Commands that set a scenario beside doing nothing, line by line and move by move."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems

if TYPE_CHECKING:
    from thrive_model.periods import FinancialYear
    from thrive_model.run import Comparison
    from thrive_model.scenario import Resolved

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

    comparison, shown = compared(scenario, overrides, year)
    if as_json:
        show_data(saving.as_object(comparison))
    else:
        show(saving.screen(comparison, str(shown)))


@main.command()
@click.argument("scenario")
@in_year
@settings
@as_data
@shows_problems
def displacement(scenario: str, year: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show which work SCENARIO moves elsewhere, which is no longer done, and where the children are instead."""
    from thrive_model.report import displacing

    comparison, shown = compared(scenario, overrides, year)
    if as_json:
        show_data(displacing.as_object(comparison))
    else:
        show(displacing.screen(comparison, str(shown)))


@main.command()
@click.argument("scenario")
@settings
@as_data
@shows_problems
def supplies(scenario: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show the carers, adopters and staff of SCENARIO year by year: who joins, is used and is lost, what is short."""
    from thrive_model.report import supplies as report
    from thrive_model.run import run

    comparison = run(resolve(scenario, overrides))
    if as_json:
        show_data(report.as_object(comparison))
    else:
        show(report.screen(comparison))


def year_shown(resolved: Resolved, year: str | None, option: str = "--year") -> FinancialYear:
    """The year to show: the one named, or that of the pressure; `InputError` for one outside the run."""
    from thrive_model.errors import refuse
    from thrive_model.periods import years_between

    scenario = resolved.scenario
    within = {str(one): one for one in years_between(scenario.first_year, scenario.last_year)}
    shown = year or str(scenario.pressure.year)
    if shown not in within:
        remedy = f"name a year from {scenario.first_year} to {scenario.last_year}"
        where = option if year else resolved.place("pressure", "year")
        raise refuse(where, f"'{shown}' is outside the run", remedy)
    return within[shown]


def compared(scenario: str, overrides: tuple[str, ...], year: str | None) -> tuple[Comparison, FinancialYear]:
    """The comparison, and the year to show of it."""
    from thrive_model.run import run

    resolved = resolve(scenario, overrides)
    shown = year_shown(resolved, year)
    return run(resolved), shown
