"""The command that begins a new authority."""

from __future__ import annotations

from pathlib import Path

import click

from thrive_model.cli.shell import main, shows_problems


@main.command()
@click.argument("name")
@click.option("--population", type=float, metavar="N", help="Children aged 0 to 17 who live there.")
@click.option("--looked-after", type=float, metavar="N", help="Children looked after at 31 March.")
@click.option(
    "--in",
    "parent",
    type=click.Path(path_type=Path),
    default=".",
    metavar="FOLDER",
    help="Where to write its folder; the current one where not given.",
)
@shows_problems
def init(name: str, population: float | None, looked_after: float | None, parent: Path) -> None:
    """Begin a new authority called NAME: a folder of tables, scenarios and a README that says what to fill in.

    It runs at once, on England's averages scaled by population.
    """
    from thrive_model.report.scaffold import scaffolded
    from thrive_model.scaffold import Aggregates, write

    folder, local = write(name, Aggregates(children=population, looked_after=looked_after), parent)
    click.echo(scaffolded(folder, local))
