"""The command that sets a scenario's indicators beside their targets, and its rates beside other authorities'."""

from __future__ import annotations

import click

from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems


@main.command()
@click.argument("scenario")
@settings
@as_data
@shows_problems
def watch(scenario: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show which indicators of SCENARIO are green, amber or red by year, and how its rates compare with others'."""
    from thrive_model.report.watch import as_object, screen
    from thrive_model.run import run

    comparison = run(resolve(scenario, overrides))
    if as_json:
        show_data(as_object(comparison))
    else:
        show(screen(comparison))
