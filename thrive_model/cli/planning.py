"""Commands that plan the fund and explain how it went."""

from __future__ import annotations

import click

from thrive_model.cli.shell import main, settings, show, shows_problems


@main.command()
@click.argument("scenario")
@settings
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object (its keys: docs/json.md).")
@shows_problems
def variance(scenario: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Explain why the closed years of SCENARIO drew less of the fund than planned."""
    from thrive_model.assemble import assemble
    from thrive_model.report.variance import as_object, variance_shown
    from thrive_model.run import read_tables, run_one
    from thrive_model.scenario import resolve
    from thrive_model.variance import bridges

    resolved = resolve(scenario, overrides)
    found = bridges(run_one(assemble(resolved, read_tables(resolved))))
    if as_json:
        import json

        click.echo(json.dumps(as_object(resolved, found), indent=2, allow_nan=False))
    else:
        show(variance_shown(resolved, found))
