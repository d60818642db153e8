"""The command that draws many scenarios of many authorities in one go."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from thrive_model.cli.shell import as_data, main, progress, say_if_slow, settings, show, show_data, shows_problems
from thrive_model.cli.simulating import INTERRUPTED, how_drawn, on_cluster
from thrive_model.errors import InputError, Problem

if TYPE_CHECKING:
    from thrive_model.archive import Sweep
    from thrive_model.uncertainty.sweep import Asked, Checked, Outcome, Team

Item = TypeVar("Item")


@main.command()
@click.argument("scenarios", nargs=-1, metavar="SCENARIO...")
@click.option(
    "--each",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    metavar="FILE",
    help="Also take the scenarios that FILE lists, one a line; a path is from where FILE is.",
)
@click.option("--draws", type=click.IntRange(min=2), default=1000, show_default=True, help="Draws of each scenario.")
@how_drawn
@click.option(
    "--figures", multiple=True, metavar="MEASURE", help="Write this measure alone, such as pressure. May be repeated."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", required=True, help="Write the tables there.")
@click.option("--force", is_flag=True, help="Let --out replace what an earlier sweep wrote.")
@click.option("--resume", is_flag=True, help="Go on with a sweep: scenarios that --out has are not run again.")
@click.option(
    "--processes", type=click.IntRange(min=1), metavar="N", help="Processes to run on; not given, one a processor."
)
@on_cluster
@settings
@as_data
@shows_problems
def sweep(
    scenarios: tuple[str, ...],
    *,
    each: Path | None,
    draws: int,
    method: str,
    whole_children: bool,
    figures: tuple[str, ...],
    out: Path,
    force: bool,
    resume: bool,
    processes: int | None,
    cluster: str | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Draw every SCENARIO many times, and write what all of them come to as one table. Ctrl-C keeps what is done."""
    from thrive_model.archive import begin_sweep, resumed_sweep
    from thrive_model.report import sweep as report
    from thrive_model.uncertainty.simulate import Plan
    from thrive_model.uncertainty.sweep import Asked, Here, There

    named = list(dict.fromkeys([*scenarios, *(_listed(each) if each else ())]))
    if not named:
        raise click.UsageError("Name a scenario, or a file that lists some with --each.")
    if resume and force:
        raise click.UsageError("--resume goes on with what --force would replace: name one of them.")
    say_if_slow()
    plan, many = Plan(draws, method, whole_children), processes or os.cpu_count() or 1
    kept = resumed_sweep(out, plan) if resume else None
    checked = _checked([Asked(given, overrides, plan) for given in named], many, figures, kept)
    kept = kept or begin_sweep(out, plan, force)
    failed = make(kept, checked, There(cluster) if cluster else Here(many))
    kept.write(checked, failed, figures)
    click.echo(f"Written to {out}", err=True)
    if as_json:
        show_data(report.as_object(kept, checked, failed, figures))
    else:
        show(report.screen(kept, checked, failed))
    if failed:
        raise InputError(problem for problems in failed.values() for problem in problems)


def _listed(file: Path) -> list[str]:
    """The scenarios a file lists: a path is from its folder, and a line that begins with # is for people."""
    lines = (line.strip() for line in file.read_text(encoding="utf-8").splitlines())
    named = [line for line in lines if line and not line.startswith("#")]
    return [str(file.parent / line) if line.endswith((".yaml", ".yml")) else line for line in named]


def _checked(asked: Sequence[Asked], processes: int, figures: Sequence[str], kept: Sweep | None) -> list[Checked]:
    """Every scenario, read and checked; `InputError` with the faults of all of them and what changed since."""
    from thrive_model.errors import did_you_mean
    from thrive_model.uncertainty.sweep import check

    found: list[Checked] = []
    problems: list[Problem] = []
    met: dict[tuple[str, str], str] = {}
    with progress(check(asked, processes), "Checking", length=len(asked)) as shown:
        for one in shown:
            found.append(one)
            problems.extend(one.problems)
            first = met.setdefault((one.authority, one.name), one.asked.given)
            if one.resolved and first != one.asked.given:
                what = f"is called {one.name} and is of {one.authority}, as {first} is"
                problems.append(Problem(one.asked.given, what, "give its file another name"))
    known = {measure for one in found for measure in one.measures}
    for figure in figures if known else ():
        if figure not in known:
            problems.append(Problem("--figures", f"unknown measure '{figure}'", did_you_mean(figure, known)))
    if kept is not None:
        problems.extend(problem for one in found if kept.is_done(one) for problem in kept.changed(one))
    if problems:
        raise InputError(problems)
    return found


def make(kept: Sweep, checked: Sequence[Checked], team: Team) -> dict[str, tuple[Problem, ...]]:
    """Make what is not made yet, and keep it; the faults of those that failed. An interrupt ends the command."""
    from thrive_model.uncertainty.interrupts import ending_is_an_interrupt, held_back

    waiting = [one for one in checked if not kept.is_done(one)]
    failed: dict[str, tuple[Problem, ...]] = {}
    try:
        with ending_is_an_interrupt(), ExitStack() as stack:
            outcomes = stack.enter_context(closing(team.make([one.asked for one in waiting])))
            with progress(zip(waiting, outcomes, strict=True), "Drawing", length=len(waiting), told=_told) as shown:
                for one, outcome in shown:
                    with held_back():
                        if outcome.problems:
                            failed[one.asked.given] = outcome.problems
                        else:
                            kept.keep(one, outcome)
    except KeyboardInterrupt:
        done = sum(kept.is_done(one) for one in checked)
        click.echo(f"Interrupted after {done:,} of {len(checked):,} scenarios.", err=True)
        click.echo(f"They are kept in {kept.folder}: the same command with --resume goes on from them.", err=True)
        sys.exit(INTERRUPTED)
    return failed


def _told(item: tuple[Checked, Outcome] | None) -> str:
    return f"{item[0].authority}, {item[0].name}" if item else ""
