"""Commands that guard what was found: a run made again, and outputs beside those that were accepted."""

from __future__ import annotations

import sys

import click

from thrive_model.cli.shell import REFUSED, as_data, main, show_data, shows_problems


@main.command()
@click.argument("run_folder", metavar="RUN")
@click.option("--scenario", metavar="FILE", default="", help="The scenario it was made from, where that is elsewhere.")
@as_data
@shows_problems
def verify(run_folder: str, scenario: str, as_json: bool) -> None:
    """Make the RUN in a folder again from its manifest, compare byte by byte, and show what has changed since."""
    from thrive_model.archive import verify as made_again
    from thrive_model.report.verifying import as_object, screen

    found = made_again(run_folder, scenario)
    if as_json:
        show_data(as_object(found))
    else:
        click.echo(screen(found))
    if not found.holds:
        sys.exit(REFUSED)
