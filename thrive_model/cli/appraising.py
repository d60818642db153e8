"""The command that appraises a programme for society."""

from __future__ import annotations

import click

from thrive_model.cli.shell import as_data, main, resolve, settings, show, show_data, shows_problems


@main.command()
@click.argument("scenario")
@settings
@as_data
@shows_problems
def appraise(scenario: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Appraise SCENARIO for society: net present social value, benefit-cost ratio, payback, and what would turn it."""
    from thrive_model.appraisal import appraise as appraise_programme
    from thrive_model.report.appraisal import as_object, screen

    resolved = resolve(scenario, overrides)
    found = appraise_programme(resolved)
    if as_json:
        show_data(as_object(resolved, found))
    else:
        show(screen(resolved, found))
