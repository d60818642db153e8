"""Commands that set runs side by side: what differs in their inputs, and what they come to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems
from thrive_model.errors import InputError, Problem

if TYPE_CHECKING:
    from thrive_model.compare import Candidate

FEWEST = 2


@main.command()
@click.argument("runs", nargs=-1, required=True, metavar="SCENARIO SCENARIO...")
@settings
@as_data
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Write comparison.csv and differences.csv into a folder.",
)
@click.option("--force", is_flag=True, help="Let --out replace an earlier comparison or run.")
@shows_problems
def compare(runs: tuple[str, ...], *, overrides: tuple[str, ...], as_json: bool, out: Path | None, force: bool) -> None:
    """Compare two or more SCENARIOs, or folders that `run --out` wrote: first their inputs, then what they come to."""
    from thrive_model.compare import compare as side_by_side
    from thrive_model.compare import faults
    from thrive_model.report.profiles import as_object, screen

    if len(runs) < FEWEST:
        raise click.UsageError("Name two or more scenarios or run folders to compare.")
    candidates, problems = _candidates(runs, overrides)
    if problems:
        raise InputError([*problems, *faults(candidates)])
    found = side_by_side(candidates)
    if out is not None:
        from thrive_model import archive

        archive.write_comparison(found, out, force)
    if as_json:
        show_data(as_object(found))
    else:
        show(screen(found, overrides))
    if out is not None:
        click.echo(f"Written to {out}", err=True)


@main.command()
@click.argument("first", metavar="SCENARIO")
@click.argument("second", metavar="SCENARIO")
@settings
@as_data
@shows_problems
def diff(first: str, second: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show what differs in the inputs of two SCENARIOs, or folders that `run --out` wrote, and where each was set."""
    from thrive_model.differences import differences
    from thrive_model.report.differing import as_object, screen

    candidates, problems = _candidates((first, second), overrides)
    if problems:
        raise InputError(problems)
    found = differences(*(one.stated for one in candidates))
    if as_json:
        show_data(as_object(candidates[0], candidates[1], found))
    else:
        show(screen(first, second, found))


def _candidates(runs: Sequence[str], overrides: Sequence[str]) -> tuple[list[Candidate], list[Problem]]:
    """Every run named that can be read, in order, and the faults of those that cannot."""
    found: list[Candidate] = []
    problems: list[Problem] = []
    for given in runs:
        try:
            found.append(_candidate(given, overrides))
        except InputError as refused:
            problems.extend(refused.problems)
    return found, problems


def _candidate(given: str, overrides: Sequence[str]) -> Candidate:
    from thrive_model.compare import candidate_of
    from thrive_model.errors import refuse
    from thrive_model.scenario import shipped_scenarios

    if given in shipped_scenarios() or not Path(given).is_dir():
        return candidate_of(resolve(given, overrides), given)
    if overrides:
        what, remedy = "was run before, and --set cannot change it", "leave --set out, or name the scenario itself"
        raise refuse(given, what, remedy)
    from thrive_model import archive

    return archive.kept_run(given)
