"""Commands that show what the programme consists of, and explain how its fund went."""

from __future__ import annotations

import click

from thrive_model.cli.comparing import in_year, year_shown
from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems


@main.command()
@click.argument("scenario")
@settings
@as_data
@shows_problems
def variance(scenario: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Explain why the closed years of SCENARIO drew less of the fund than planned."""
    from thrive_model.assemble import assemble
    from thrive_model.report.variance import as_object, variance_shown
    from thrive_model.run import read_tables, run_one
    from thrive_model.variance import bridges

    resolved = resolve(scenario, overrides)
    found = bridges(run_one(assemble(resolved, read_tables(resolved))))
    if as_json:
        show_data(as_object(resolved, found))
    else:
        show(variance_shown(resolved, found))


@main.command()
@click.argument("scenario")
@in_year
@settings
@as_data
@shows_problems
def interventions(scenario: str, year: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show the interventions of SCENARIO: whom each is for and reaches, how much is owed to it, and what it costs."""
    from thrive_model.assemble import assemble
    from thrive_model.report.chains import as_object, screen
    from thrive_model.run import read_tables

    resolved = resolve(scenario, overrides)
    assembled = assemble(resolved, read_tables(resolved))
    shown = year_shown(resolved, year)
    if as_json:
        show_data(as_object(assembled, shown))
    else:
        show(screen(assembled, shown))
