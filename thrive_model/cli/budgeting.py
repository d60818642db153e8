"""Commands for those who plan the budget: the plan itself, the tracker of savings, and why spending moves."""

from __future__ import annotations

from pathlib import Path

import click

from thrive_model.cli.comparing import compared, in_year, year_shown
from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems


@main.command()
@click.argument("scenario")
@click.option("--xlsx", metavar="FILE", type=click.Path(path_type=Path), help="Write the plan as a workbook, too.")
@settings
@as_data
@shows_problems
def budget(scenario: str, xlsx: Path | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show SCENARIO as a medium-term financial plan: pressures, investment, savings, who pays, and the gap."""
    from thrive_model.budget import plan, unfunded
    from thrive_model.report import budgeting
    from thrive_model.run import run

    comparison = run(resolve(scenario, overrides))
    found, missing = plan(comparison), unfunded(comparison.scenario)
    if xlsx is not None:
        from thrive_model.report import workbook

        workbook.write(xlsx, comparison, found, missing)
    if as_json:
        show_data(budgeting.as_object(comparison, found, missing))
    else:
        show(budgeting.screen(comparison, found, missing))
    if xlsx is not None:
        click.echo(f"Written to {xlsx}", err=True)


@main.command()
@click.argument("scenario")
@in_year
@settings
@as_data
@shows_problems
def tracker(scenario: str, year: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Track each saving of SCENARIO: what it brings in the year and in full, who answers for it, and how sure it is."""
    from thrive_model.report import budgeting
    from thrive_model.tracker import tracked

    comparison, shown = compared(scenario, overrides, year)
    rows = tracked(comparison, shown)
    if as_json:
        show_data(budgeting.tracker_object(comparison, rows))
    else:
        show(budgeting.tracker_screen(comparison, rows, str(shown)))


@main.command()
@click.argument("scenario")
@click.option("--from", "first", metavar="YEAR", help="The earlier financial year; not given, the first of the run.")
@click.option("--to", "second", metavar="YEAR", help="The later financial year; not given, that of the pressure.")
@settings
@as_data
@shows_problems
def spending(scenario: str, first: str | None, second: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show why spending in SCENARIO moves from one year to another: price, volume, mix."""
    from thrive_model.errors import refuse
    from thrive_model.report import budgeting
    from thrive_model.run import run
    from thrive_model.spending import changes

    resolved = resolve(scenario, overrides)
    earlier = year_shown(resolved, first or str(resolved.scenario.first_year), "--from")
    later = year_shown(resolved, second, "--to")
    if later <= earlier:
        remedy = "name two years, the earlier first; a run of one year has none to compare"
        raise refuse("--to", f"{later} is not later than {earlier}", remedy)
    comparison = run(resolved)
    rows = changes(comparison.scenario, earlier, later)
    if as_json:
        show_data(budgeting.changes_object(comparison, rows, str(earlier), str(later)))
    else:
        show(budgeting.changes_screen(comparison, rows, str(earlier), str(later)))
