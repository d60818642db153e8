"""The command that shares a figure's change out among the interventions."""

from __future__ import annotations

from functools import partial

import click

from thrive_model.cli.shell import (
    as_data,
    main,
    progress,
    resolve,
    say_if_slow,
    settings,
    show,
    show_data,
    shows_problems,
)


@main.command()
@click.argument("scenario")
@click.option(
    "--output", required=True, metavar="NAME", help="The output whose change is shared out (docs/outputs.md)."
)
@click.option(
    "--year", default="", metavar="YEAR", help="Financial year, such as 2014-15 [the scenario's pressure year]."
)
@click.option(
    "--permutations",
    type=click.IntRange(min=4),  # two pairs: one has no standard error
    default=64,
    show_default=True,
    help="Orders of joining to draw, each with its reverse, where more than ten interventions matter.",
)
@settings
@as_data
@shows_problems
def attribute(
    scenario: str, *, output: str, year: str, permutations: int, overrides: tuple[str, ...], as_json: bool
) -> None:
    """Share what SCENARIO changes in one output among its interventions, and show how they interact."""
    from thrive_model.attribution import attribute as attribute_change
    from thrive_model.report.attribution import as_object, shared_out

    resolved = resolve(scenario, overrides)
    say_if_slow()
    found = attribute_change(
        resolved, output, year, orders=permutations, watch=partial(progress, label="Running combinations")
    )
    if as_json:
        show_data(as_object(resolved, found))
    else:
        show(shared_out(resolved, found))
