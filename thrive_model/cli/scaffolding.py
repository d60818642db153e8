"""The command that begins a new authority."""

from __future__ import annotations

import os
from pathlib import Path

import click

from thrive_model.cli.shell import main, progress, shows_problems


@main.command()
@click.argument("name", required=False)
@click.option("--population", type=float, metavar="N", help="Children aged 0 to 17 who live there.")
@click.option("--looked-after", type=float, metavar="N", help="Children looked after at 31 March.")
@click.option(
    "--each",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Begin every authority of a table in place of one: columns name, population, looked_after.",
)
@click.option(
    "--in",
    "parent",
    type=click.Path(path_type=Path),
    default=".",
    metavar="FOLDER",
    help="Where to write its folder; the current one where not given.",
)
@shows_problems
def init(
    name: str | None, *, population: float | None, looked_after: float | None, each: Path | None, parent: Path
) -> None:
    """Begin a new authority called NAME: a folder of tables, scenarios and a README that says what to fill in.

    It runs at once, on England's averages scaled by population.
    """
    from thrive_model.report.scaffold import scaffolded
    from thrive_model.scaffold import Aggregates, write

    if (name is None) == (each is None):
        raise click.UsageError("Give the NAME of an authority, or a table of several with --each.")
    if each is not None:
        if population is not None or looked_after is not None:
            raise click.UsageError(
                "--each has the figures of every authority: leave --population and --looked-after out."
            )
        _init_each(each, parent)
        return
    assert name is not None
    folder, local = write(name, Aggregates(children=population, looked_after=looked_after), parent)
    click.echo(scaffolded(folder, local))


def _init_each(file: Path, parent: Path) -> None:
    from thrive_model.report.scaffold import all_scaffolded
    from thrive_model.scaffold.many import read_authorities, write_many

    rows = read_authorities(file, parent)
    with progress(write_many(rows, parent, os.cpu_count() or 1), "Writing", length=len(rows)) as shown:
        folders = list(shown)
    click.echo(all_scaffolded(folders, parent))
