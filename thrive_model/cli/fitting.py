"""Commands that fit a scenario's rates to what was published, and foretell the past by them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems

CHECKED_BY = 200


@main.command()
@click.argument("scenario")
@click.option("--starts", type=click.IntRange(min=1), default=3, show_default=True, help="How many starts to fit from.")
@click.option(
    "--out", metavar="DIR", type=click.Path(path_type=Path), help="Write the fitted tables there, for review."
)
@click.option("--force", is_flag=True, help="Replace what an earlier fit wrote there.")
@settings
@as_data
@shows_problems
def calibrate(
    scenario: str, *, starts: int, out: Path | None, force: bool, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Fit what SCENARIO leaves free to the figures published of its years. Ctrl-C ends it with the best so far."""
    from thrive_model.calibrate import calibrate as fitted
    from thrive_model.calibrate import effective_draws
    from thrive_model.report import fitted as report

    resolved = resolve(scenario, overrides)
    fit = fitted(resolved, starts, _progress(starts))
    effective = effective_draws(fit, CHECKED_BY), CHECKED_BY
    if out is not None:
        from thrive_model.archive import write_tables
        from thrive_model.calibrate.posterior import as_scenario

        tables = {
            "rates": report.rate_rows(fit),
            "parameters": report.parameter_rows(fit),
            "targets": report.target_rows(fit),
            "unit_costs": report.level_rows(fit),
        }
        write_tables(tables, resolved, out, force, {"posterior": as_scenario(fit)})
        click.echo(f"Written to {out}", err=True)
    if as_json:
        show_data(report.as_object(resolved, fit, effective))
    else:
        show(report.screen(resolved, fit, effective))


@main.command()
@click.argument("scenario")
@click.option("--chart", metavar="FILE", type=click.Path(path_type=Path), help="Draw it as well (SVG; needs an extra).")
@settings
@as_data
@shows_problems
def validate(scenario: str, chart: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Foretell each past year of SCENARIO from a fit that saw none of it, beside what was then published."""
    from thrive_model.calibrate import backcast
    from thrive_model.report import backcast_chart, picture
    from thrive_model.report import fitted as report

    resolved = resolve(scenario, overrides)
    if chart is not None:
        picture.may_write(chart)
    rows = backcast(resolved, _progress(1))
    if chart is not None:
        heading = f"{resolved.scenario.authority}: foretold from the years before (blue: 80%, 95%) and published (red)"
        backcast_chart.write(chart, rows, heading, picture.of_run(resolved))
        click.echo(f"Written to {chart}", err=True)
    if as_json:
        show_data(report.backcast_object(resolved, rows))
    else:
        show(report.backcast_screen(resolved, rows))


def _progress(starts: int) -> Callable[[int, int, float], None]:
    """How far the fit has come, on a terminal's stderr; nothing where that is not a terminal."""

    def told(start: int, runs: int, misfit: float) -> None:
        if sys.stderr.isatty():
            click.echo(f"\rStart {start + 1} of {starts}, run {runs}, misfit {misfit:.3f}   ", nl=False, err=True)

    return told
