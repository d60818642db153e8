"""Commands that guard what was found: a run made again, and outputs beside those that were accepted."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from thrive_model.cli.shell import REFUSED, as_data, failures, main, show, show_data, shows_problems, store


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


@main.command("guard")
@click.argument("guard_file", metavar="[GUARDFILE|FOLDER]", default=".")
@click.option("--accept", is_flag=True, help="Accept what the scenarios come to now: needs --reason and --by.")
@click.option("--reason", metavar="TEXT", default="", help="Why it is accepted, for the log.")
@click.option("--by", metavar="NAME", default="", help="Who accepts it, for the log.")
@click.option("--on", metavar="DAY", default="", help="The day it is accepted, such as 2013-06-10; not given, today.")
@click.option("--junit", metavar="FILE", type=click.Path(path_type=Path), help="Write a JUnit report, too.")
@click.option("--markdown", metavar="FILE", type=click.Path(path_type=Path), help="Write a Markdown summary, too.")
@failures
@as_data
@shows_problems
def guard_outputs(
    guard_file: str,
    *,
    accept: bool,
    reason: str,
    by: str,
    on: str,
    junit: Path | None,
    markdown: Path | None,
    stored: Path | None,
    as_json: bool,
) -> None:
    """Guard the outputs of the scenarios that a GUARDFILE lists: show what moved since they were accepted, and why."""
    if accept:
        if junit or markdown or stored or as_json:
            raise click.UsageError("--accept writes what it accepts, and no report: leave the others out.")
        _accept(guard_file, reason.strip(), by.strip(), on)
        return
    if reason or by or on:
        raise click.UsageError("--reason, --by and --on are for the log: add --accept.")
    from thrive_model.guard import guard, read_guard
    from thrive_model.report import guarding

    found = guard(read_guard(guard_file))
    if junit is not None:
        junit.write_bytes(guarding.junit(found))
    if markdown is not None:
        markdown.write_text(guarding.markdown(found), encoding="utf-8")
    if stored is not None:
        store(stored, guarding.COLUMNS, guarding.failing_rows(found))
    if as_json:
        show_data(guarding.as_object(found))
    else:
        show(guarding.screen(found))
    if not found.holds:
        sys.exit(REFUSED)


def _accept(guard_file: str, reason: str, by: str, on: str) -> None:
    """Accept what the scenarios come to, and show how much that changes."""
    from datetime import date

    from thrive_model.errors import refuse
    from thrive_model.guard import accept, read_guard
    from thrive_model.report.guarding import accepted

    if not reason or not by:
        raise click.UsageError(
            "Add --reason TEXT and --by NAME: what is accepted is accepted by somebody, for a reason."
        )
    try:
        day = date.fromisoformat(on) if on else date.today()
    except ValueError:
        raise refuse("--on", f"'{on}' is not a day", "write it as 2013-06-10") from None
    click.echo(accepted(accept(read_guard(guard_file), by=by, reason=reason, on=str(day))))
