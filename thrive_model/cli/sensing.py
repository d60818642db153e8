"""Commands that show what matters of all that is not sure, and what it would be worth to know more."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

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

if TYPE_CHECKING:
    from thrive_model.sensitivity.what_matters import Asked

METHODS = ("tornado", "morris", "sobol")


@main.command()
@click.argument("scenario")
@click.option("--output", default="pressure", show_default=True, metavar="NAME", help="The figure that is asked about.")
@click.option("--year", default="", metavar="YEAR", help="Its financial year [the scenario's pressure year].")
@click.option(
    "--run",
    type=click.Choice(["scenario", "do_nothing", "difference"]),
    help="Of which run it is; not given, the scenario's.",
)
@click.option("--method", type=click.Choice(METHODS), default=METHODS[0], show_default=True, help="How to look.")
@click.option(
    "--samples",
    type=click.IntRange(min=2),
    metavar="N",
    help="Trajectories of morris [20], points of sobol, a power of two [512].",
)
@click.option(
    "--top", type=click.IntRange(min=1), default=10, show_default=True, help="Inputs to which sobol gives a share."
)
@click.option(
    "--threshold", type=float, metavar="X", help="Where a decision turns: at X of the figure, not at a worth of 0."
)
@click.option(
    "--chart", metavar="FILE", type=click.Path(path_type=Path), help="Draw the tornado as well (SVG; needs an extra)."
)
@click.option("--out", type=click.Path(path_type=Path), metavar="DIR", help="Write the tables there, with a manifest.")
@click.option("--force", is_flag=True, help="Let --out replace what an earlier one wrote.")
@settings
@as_data
@shows_problems
def sensitivity(scenario: str, *, method: str, as_json: bool, out: Path | None, force: bool, **chosen: Any) -> None:
    """Show what matters most for one figure of SCENARIO, of all that is not sure about it."""
    from thrive_model.report import picture
    from thrive_model.report import sensitivity as report
    from thrive_model.sensitivity.what_matters import ask

    chart: Path | None = chosen.pop("chart")
    if chart is not None:
        _only_for_tornado(method, "--chart")
        picture.may_write(chart)
    if chosen["threshold"] is not None:
        _only_for_tornado(method, "--threshold")
    resolved = resolve(scenario, chosen.pop("overrides"))
    say_if_slow()
    asked = ask(
        resolved,
        chosen["output"],
        year=chosen["year"],
        run=chosen["run"] or "",
        threshold=chosen["threshold"],
        watch=partial(progress, label="Running"),
    )
    found = _BY_METHOD[method](asked, chosen["samples"], chosen["top"])
    if chart is not None:
        picture.draw(chart, report.specification(resolved, asked.figure, asked.swings))
        click.echo(f"Written to {chart}", err=True)
    if out is not None:
        from thrive_model.archive import write_tables

        write_tables(found.tables, resolved, out, force)
        click.echo(f"Written to {out}", err=True)
    if as_json:
        show_data(found.data)
    else:
        show(found.screen)


@main.command()
@click.argument("scenarios", nargs=-1, required=True, metavar="SCENARIO...")
@click.option(
    "--draws", type=click.IntRange(min=1024), default=2048, show_default=True, help="How many draws of each to make."
)
@click.option(
    "--payoff",
    type=click.Choice(["net_present_social_value", "spending"]),
    default="net_present_social_value",
    show_default=True,
    help="What an option is worth: its net present social value, or the spending it spares.",
)
@settings
@as_data
@shows_problems
def voi(scenarios: tuple[str, ...], *, draws: int, payoff: str, overrides: tuple[str, ...], as_json: bool) -> None:
    """Say what knowing more would be worth before choosing between each SCENARIO and doing nothing."""
    from thrive_model.compare import candidate_of, faults
    from thrive_model.errors import InputError
    from thrive_model.report import information as report
    from thrive_model.sensitivity.options import decision

    some = [resolve(name, overrides) for name in scenarios]
    problems = list(faults([candidate_of(one, name) for one, name in zip(some, scenarios, strict=True)]))
    if problems:
        raise InputError(problems)
    say_if_slow()
    found = decision(some, payoff, draws, partial(progress, label="Running"))
    if as_json:
        show_data(report.as_object(some, payoff, found))
    else:
        show(report.screen(some, payoff, found))


class Answer(NamedTuple):
    """What was found: for a screen, as one object, and as tables."""

    screen: Any
    data: dict[str, Any]
    tables: dict[str, list[dict[str, Any]]]


def _tornado(asked: Asked, samples: int | None, top: int) -> Answer:  # noqa: ARG001 - one signature for all
    from thrive_model.errors import refuse
    from thrive_model.report import sensitivity as report

    if samples is not None:
        raise refuse("--samples", "a tornado takes none", "leave it out, or name --method morris or sobol")
    found = asked.swings
    data = report.tornado_object(asked.study.resolved, asked.figure, found)
    tables = {"tornado": data["bars"], **_log(asked)}
    screen = report.tornado_screen(asked.study.resolved, asked.figure, found, asked.decided or asked.figure)
    return Answer(screen, data, tables)


def _morris(asked: Asked, samples: int | None, top: int) -> Answer:  # noqa: ARG001 - one signature for all
    from thrive_model.report import sensitivity as report

    found, keys, resolved = asked.screened(samples or 20), [one.key for one in asked.factors], asked.study.resolved
    data = report.morris_object(resolved, asked.figure, keys, found)
    return Answer(report.morris_screen(resolved, asked.figure, keys, found), data, {"morris": data["factors"]})


def _sobol(asked: Asked, samples: int | None, top: int) -> Answer:
    from thrive_model.errors import refuse
    from thrive_model.report import sensitivity as report

    points = samples or 512
    if points & (points - 1):
        nearest = 1 << points.bit_length()
        raise refuse("--samples", f"{points} is no power of two", f"take {nearest // 2} or {nearest}")
    keys, found = asked.shared_out(points, top)
    resolved = asked.study.resolved
    data = report.sobol_object(resolved, asked.figure, keys, found)
    screen = report.sobol_screen(resolved, asked.figure, keys, found)
    return Answer(screen, data, {"sobol": data["factors"], **_log(asked)})


def _log(asked: Asked) -> dict[str, list[dict[str, Any]]]:
    from thrive_model.sensitivity.log import logged

    return {"assumptions": logged(asked.study, asked.factors, asked.swings)}


_BY_METHOD = MappingProxyType(dict(zip(METHODS, (_tornado, _morris, _sobol), strict=True)))


def _only_for_tornado(method: str, option: str) -> None:
    from thrive_model.errors import refuse

    if method != METHODS[0]:
        raise refuse(option, f"is of a tornado, and not of {method}", "leave it out, or leave out --method")
