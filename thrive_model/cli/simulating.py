"""The command that draws what is not sure, many times, and shows how sure the figures are."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from thrive_model.cli.comparing import year_shown
from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems

if TYPE_CHECKING:
    from thrive_model.uncertainty.simulate import Enough, Simulated
    from thrive_model.uncertainty.study import Study

INTERRUPTED = 130


@main.command()
@click.argument("scenario")
@click.option("--draws", type=click.IntRange(min=2), default=1000, show_default=True, help="How many draws to make.")
@click.option(
    "--method",
    type=click.Choice(["latin_hypercube", "sobol"]),
    default="latin_hypercube",
    show_default=True,
    help="How draws are spread over what is not sure.",
)
@click.option("--whole-children", is_flag=True, help="Move whole children by chance, not expected values.")
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
    overrides: tuple[str, ...],
    as_json: bool,
) -> None:
    """Draw what is not sure of SCENARIO many times, and show how sure its figures are. Ctrl-C keeps what is done."""
    from thrive_model.errors import refuse
    from thrive_model.report import uncertainty as report
    from thrive_model.uncertainty.local import Threads
    from thrive_model.uncertainty.simulate import Plan, Simulated
    from thrive_model.uncertainty.simulate import simulate as make_draws
    from thrive_model.uncertainty.study import Study

    resolved = resolve(scenario, overrides)
    shown = str(year_shown(resolved, year))
    study = Study.of(resolved)
    if not (study.parameters or whole_children):
        what = "has nothing that is drawn: no value of it has a distribution"
        raise refuse(scenario, what, "give what is not sure one (docs/uncertainty.md), or take --whole-children")
    enough = _enough(stop_when, study, shown) if stop_when else None
    found = Simulated.none_yet(study, Plan(draws, method, whole_children), enough)
    workers = Threads(threads) if threads else Threads()
    with _bar(found) as told:
        whole = make_draws(found, workers, told)
    if not found.summary.draws:
        sys.exit(INTERRUPTED)
    if out is not None:
        from thrive_model.archive import write_tables

        write_tables(report.rows_of(found), resolved, out, force)
        click.echo(f"Written to {out}", err=True)
    if as_json:
        show_data(report.as_object(found))
    else:
        show(report.screen(found, shown))
    if not whole:
        sys.exit(INTERRUPTED)


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


def _bar(found: Simulated) -> AbstractContextManager[Callable[[Simulated], None]]:
    """How far the draws have come and how long the rest takes, on a terminal's stderr; nothing elsewhere."""
    if not sys.stderr.isatty():
        return nullcontext(lambda _: None)
    return _Bar(found.plan.draws)


class _Bar:
    """A progress bar that is told of draws."""

    def __init__(self, draws: int) -> None:
        self._bar: Any = click.progressbar(length=draws, label="Drawing", file=sys.stderr, show_eta=True)

    def __enter__(self) -> Callable[[Simulated], None]:
        self._bar.__enter__()
        return self._told

    def __exit__(self, *fault: object) -> None:
        self._bar.__exit__(*fault)

    def _told(self, so_far: Simulated) -> None:
        self._bar.update(so_far.summary.draws - self._bar.pos)
