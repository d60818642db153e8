"""Commands that set what things cost beside what is published: unit costs, and the lines of the return."""

from __future__ import annotations

import click

from thrive_model.cli.comparing import year_shown
from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems


@main.command("unit-costs")
@click.argument("scenario")
@settings
@as_data
@shows_problems
def unit_costs(scenario: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show the unit costs of SCENARIO beside published ones at the prices of its base year, with the ratio."""
    from thrive_model.assemble import assemble
    from thrive_model.report.unit_costs import as_object, screen
    from thrive_model.run import read_tables

    resolved = resolve(scenario, overrides)
    assembled = assemble(resolved, read_tables(resolved))
    price_base = resolved.scenario.pressure.base_year
    if as_json:
        show_data(as_object(assembled, price_base))
    else:
        show(screen(assembled, price_base))


@main.command("section-251")
@click.argument("scenario")
@click.option("--year", metavar="YEAR", help="The financial year to show; not given, the last with an outturn.")
@settings
@as_data
@shows_problems
def section_251(scenario: str, year: str | None, overrides: tuple[str, ...], as_json: bool) -> None:
    """Show what SCENARIO spends by line of the section 251 return, beside the published outturn."""
    from thrive_model.report.section_251 import as_object, screen
    from thrive_model.run import run
    from thrive_model.section_251 import latest_with_both

    resolved = resolve(scenario, overrides)
    named = year_shown(resolved, year) if year else None
    comparison = run(resolved)
    if as_json:
        show_data(as_object(comparison))
    else:
        show(screen(comparison, named or latest_with_both(comparison.scenario)))
