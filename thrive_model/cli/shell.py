"""What every command shares: the group they belong to, `--set`, how problems are told and results are shown."""

from __future__ import annotations

import errno
import functools
import io
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

import thrive_model
from thrive_model.errors import InputError

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import RenderableType

    from thrive_model.scenario import Resolved

Item = TypeVar("Item")

REFUSED = 1
SLOW = "Nothing was compiled when thrive-model was installed: draws take some twenty times as long (docs/method.md)."
TOLD = f"{__name__}.told"
"""Where a command keeps the warnings it has given."""


def shows_problems(command: Callable[..., None]) -> Callable[..., None]:
    """Print every problem of a refused input, or of an output that takes no more, on stderr, and exit with 1."""

    @functools.wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except InputError as refused:
            for problem in refused.problems:
                click.echo(str(problem), err=True)
            sys.exit(REFUSED)
        except OSError as fault:
            if fault.errno == errno.EPIPE:  # whoever reads has heard enough: click ends without a word
                raise
            click.echo(f"error: {fault.filename or 'output'}: {fault.strerror}", err=True)
            sys.exit(REFUSED)

    return wrapped


settings = click.option(
    "--set",
    "overrides",
    metavar="KEY=VALUE",
    multiple=True,
    help="Set one value of the scenario, such as demand.growth_per_year=0.05. May be repeated.",
)


def resolve(scenario: str, overrides: Sequence[str] = ()) -> Resolved:
    """The scenario as the command was given it; sources past their day are told on stderr, each once."""
    import datetime

    from thrive_model.scenario import resolve as read
    from thrive_model.sunset import stale

    resolved = read(scenario, overrides)
    told: set[tuple[Path, str]] = click.get_current_context().meta.setdefault(TOLD, set())
    for one in stale(resolved, datetime.date.today()):
        known = resolved.folders["sources"].resolve(), one.source.source
        if known not in told:
            click.echo(str(one), err=True)
        told.add(known)
    return resolved


as_data = click.option("--json", "as_json", is_flag=True, help="Print one JSON object (its keys: docs/json.md).")


failures = click.option(
    "--failures",
    "stored",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Store the figures that fail or warn as a table (CSV).",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(thrive_model.__version__, prog_name="thrive")
def main() -> None:
    """Project children's services demand and cost, and how far an invest-to-save fund reaches.

    SCENARIO is a YAML file, or the name of a scenario that comes with the product (see `thrive list`).
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that has no £ shows an escape in its place
            stream.reconfigure(errors="backslashreplace")


def show(what: RenderableType) -> None:
    """Print tables and text without the spaces that fill up their lines."""
    from rich.console import Console

    from thrive_model.report.words import WIDTH

    console = Console(width=WIDTH, highlight=False, markup=False, emoji=False)  # texts are a scenario's own
    with console.capture() as shown:
        console.print(what)
    click.echo("\n".join(line.rstrip() for line in shown.get().splitlines()))


def progress(
    items: Iterable[Item], label: str, *, length: int | None = None, told: Callable[[Item | None], str] | None = None
) -> AbstractContextManager[Iterable[Item]]:
    """How far it has come, how long the rest takes and what is done, on a terminal's stderr; nothing elsewhere."""
    hidden = not sys.stderr.isatty()
    return click.progressbar(items, length, label, hidden=hidden, show_eta=True, item_show_func=told, file=sys.stderr)


def say_if_slow() -> None:
    """Say on a terminal that draws take long, where what makes them fast was not built."""
    from thrive_model.engine import kernel_of_many

    if sys.stderr.isatty() and kernel_of_many() == "numpy":
        click.echo(SLOW, err=True)


def show_data(what: dict[str, Any]) -> None:
    """Print plain data as one JSON object."""
    import json

    click.echo(json.dumps(what, indent=2, allow_nan=False))


def store(file: Path, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write a table as CSV, its header alone where there are no rows."""
    from thrive_model.cells import write_csv

    with file.open("w", encoding="utf-8", newline="") as text:
        write_csv(text, columns, ([row[column] for column in columns] for row in rows))
