"""The command that draws what is not sure, many times, and shows how sure the figures are."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from thrive_model.cli.comparing import year_shown
from thrive_model.cli.shell import as_data, main, resolve, say_if_slow, settings, show, show_data, shows_problems

if TYPE_CHECKING:
    from thrive_model.uncertainty.checkpoint import Checkpoint
    from thrive_model.uncertainty.simulate import Enough, Simulated, Workers
    from thrive_model.uncertainty.study import Study

INTERRUPTED = 130

on_cluster = click.option(
    "--cluster", metavar="ADDRESS", help="Run on the workers of a dask scheduler, such as tcp://10.0.0.5:8786."
)

_ways = (
    click.option(
        "--method",
        type=click.Choice(["latin_hypercube", "sobol"]),
        default="latin_hypercube",
        show_default=True,
        help="How draws are spread over what is not sure.",
    ),
    click.option("--whole-children", is_flag=True, help="Move whole children by chance, not expected values."),
)


def how_drawn(command: Callable[..., None]) -> Callable[..., None]:
    """Gives a command the options of how draws are made."""
    return functools.reduce(lambda given, option: option(given), reversed(_ways), command)


def workers_on(cluster: str | None, threads: int | None) -> Workers:
    """Who makes the draws: a cluster's workers, or threads of this machine."""
    if cluster is not None:
        if threads is not None:
            raise click.UsageError("--threads are of this machine, and --cluster runs elsewhere: name one of them.")
        from thrive_model.uncertainty.cluster import Cluster

        return Cluster(cluster)
    from thrive_model.uncertainty.local import Threads

    return Threads(threads) if threads else Threads()


@main.command()
@click.argument("scenario")
@click.option("--draws", type=click.IntRange(min=2), default=1000, show_default=True, help="How many draws to make.")
@how_drawn
@click.option(
    "--stop-when",
    metavar="OUTPUT<SIZE",
    help="Stop once the standard error of OUTPUT's mean, in the year shown, is below SIZE: looked_after_children<0.5.",
)
@click.option("--year", metavar="YEAR", help="The financial year to show; not given, that of the pressure.")
@click.option(
    "--threads", type=click.IntRange(min=1), metavar="N", help="Threads to run on; not given, every processor."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Write the tables there, with a manifest.")
@click.option("--force", is_flag=True, help="Let --out replace what an earlier simulation wrote.")
@click.option("--resume", is_flag=True, help="Go on with the draws that --out keeps.")
@click.option("--keep-draws", is_flag=True, help="Also keep every draw's figures in --out, as Parquet.")
@on_cluster
@settings
@as_data
@shows_problems
def simulate(
    scenario: str,
    *,
    draws: int,
    method: str,
    whole_children: bool,
    stop_when: str | None,
    year: str | None,
    threads: int | None,
    out: Path | None,
    force: bool,
    resume: bool,
    keep_draws: bool,
    cluster: str | None,
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Draw what is not sure of SCENARIO many times, and show how sure its figures are. Ctrl-C keeps what is done."""
    from thrive_model.errors import refuse
    from thrive_model.report import uncertainty as report
    from thrive_model.uncertainty.simulate import Plan, Simulated
    from thrive_model.uncertainty.study import Study

    resolved = resolve(scenario, overrides)
    shown = str(year_shown(resolved, year))
    study = Study.of(resolved)
    say_if_slow()
    if not (study.parameters or whole_children):
        what = "has nothing that is drawn: no value of it has a distribution"
        raise refuse(scenario, what, "give what is not sure one (docs/uncertainty.md), or take --whole-children")
    enough = _enough(stop_when, study, shown) if stop_when else None
    none_yet = Simulated.none_yet(study, Plan(draws, method, whole_children), enough)
    kept, found = _opened(none_yet, out, keep_draws, resume=resume, force=force)
    whole = _drawn(found, workers_on(cluster, threads), kept)
    if not found.summary.draws:
        sys.exit(INTERRUPTED)
    if kept is not None and whole:
        from thrive_model.archive import write_simulation

        write_simulation(report.rows_of(found), resolved, kept)
        click.echo(f"Written to {out}", err=True)
    if as_json:
        show_data(report.as_object(found))
    else:
        show(report.screen(found, shown))
    if not whole:
        sys.exit(INTERRUPTED)


def _opened(
    none_yet: Simulated, out: Path | None, keep_draws: bool, *, resume: bool, force: bool
) -> tuple[Checkpoint | None, Simulated]:
    """Where the draws are kept, and those that are there already; None where they are not kept."""
    for option, given in (("--resume", resume), ("--keep-draws", keep_draws)):
        if given and out is None:
            raise click.UsageError(f"{option} needs --out, the folder that keeps the draws.")
    if resume and force:
        raise click.UsageError("--resume goes on with what --force would replace: name one of them.")
    if out is None:
        return None, none_yet
    from thrive_model.archive import begin_simulation
    from thrive_model.uncertainty.checkpoint import resumed
    from thrive_model.uncertainty.kept_draws import refuse_more_than_fits

    if keep_draws:
        refuse_more_than_fits(out, none_yet)
    if resume:
        return resumed(out, none_yet, keep_draws)
    return begin_simulation(none_yet, out, keep_draws, force), none_yet


def _drawn(found: Simulated, workers: Workers, kept: Checkpoint | None) -> bool:
    """Make the draws; False where an interrupt came first, of which it says how to go on."""
    from thrive_model.uncertainty.interrupts import ending_is_an_interrupt
    from thrive_model.uncertainty.simulate import simulate as make_draws

    made = found.summary.draws  # before this command, so that the time left is that of the rest
    with ending_is_an_interrupt():
        try:
            with click.progressbar(
                length=found.plan.draws - made,
                label="Drawing",
                file=sys.stderr,
                hidden=not sys.stderr.isatty(),
                show_eta=True,
            ) as bar:

                def told(so_far: Simulated) -> None:
                    bar.update(so_far.summary.draws - made - bar.pos)
                    if kept is not None:
                        kept.told(so_far)

                whole = make_draws(found, workers, told)
        finally:
            if kept is not None:
                kept.keep(found)
    if not whole:
        click.echo(f"Interrupted after {found.summary.draws:,} of {found.plan.draws:,} draws.", err=True)
        if kept is not None:
            click.echo(f"They are kept in {kept.folder}: the same command with --resume goes on from them.", err=True)
    return whole


def _enough(said: str, study: Study, year: str) -> Enough:
    """The figure whose standard error ends it, and at what size; `InputError` where it names none, or no size."""
    from thrive_model.errors import did_you_mean, refuse
    from thrive_model.uncertainty.simulate import Enough

    name, _, size = said.partition("<")
    known = {
        figure.measure: i
        for i, figure in enumerate(study.figures)
        if figure.run == "scenario" and figure.when in {year, ""}
    }
    if name not in known:
        raise refuse("--stop-when", f"unknown figure '{name}'", did_you_mean(name, known))
    try:
        least = float(size)
    except ValueError:
        least = 0.0
    if not least > 0:
        raise refuse("--stop-when", f"has no size above 0 in '{said}'", "write it as looked_after_children<0.5")
    return Enough(known[name], least)
