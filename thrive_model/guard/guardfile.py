"""The file that says what is guarded: scenarios, where what was accepted is kept, and how far each output may move."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, model_validator

from thrive_model.errors import InputError, Problem, did_you_mean, refuse
from thrive_model.faults import remedy, sentence, text_of
from thrive_model.guard.figures import measures
from thrive_model.scenario import shipped_scenarios, strict_yaml
from thrive_model.values import MOST, Choice, Words

GUARD = "guard.yaml"
Severity = Literal["fail", "warn"]


class Tolerance(Choice):
    """How far a figure may move: by an amount or by a share of what was accepted, whichever is more.

    `exact` is not at all, to the digits that are kept. Where neither is given, as far as the default says.
    """

    absolute: Annotated[float, Field(ge=0, le=MOST)] | None = None
    """In the unit of the output."""
    relative: Annotated[float, Field(ge=0, le=1)] | None = None
    """As a share of the accepted figure: 0.01 is one per cent."""
    severity: Severity = "fail"
    """`fail`: a figure that moves further ends the command with an error; `warn`: it is told and no more."""

    @model_validator(mode="before")
    @classmethod
    def _exact(cls, given: Any) -> Any:
        return {"absolute": 0.0} if given == "exact" else given

    @property
    def is_exact(self) -> bool:
        """Whether nothing may move at all."""
        return not self.absolute and not self.relative

    def allows(self, accepted: float) -> float:
        """By how much a figure may differ from the accepted one."""
        return max(self.absolute or 0.0, (self.relative or 0.0) * abs(accepted))


class Tolerances(Choice):
    """Tolerances by output, and that of all others."""

    default: Tolerance = Tolerance(absolute=1e-6, relative=1e-9)
    """Of every output that has none of its own; not given: what another computer may make of the same sums."""
    outputs: Annotated[dict[str, Tolerance], Field(default_factory=dict)]
    """By the name of the output, the headline or the column of the fund."""


class GuardFile(Choice):
    """What a guard file may say."""

    scenarios: Annotated[tuple[Words, ...], Field(min_length=1)]
    """Scenarios to run: names of shipped ones, or paths relative to this file."""
    accepted: Words = "accepted"
    """The folder of what was accepted, relative to this file and below it."""
    tolerances: Tolerances = Tolerances(outputs={})


@dataclass(frozen=True)
class Guard:
    """A guard file read: the scenario to run by each name, the folder of what was accepted, and the tolerances."""

    file: Path
    scenarios: Mapping[str, str]
    folder: Path
    tolerances: Tolerances

    def tolerance(self, measure: str) -> Tolerance:
        """That of a measure; what it leaves open is as the default has it."""
        own = self.tolerances.outputs.get(measure)
        if own is None:
            return self.tolerances.default
        if own.absolute is None and own.relative is None:
            return self.tolerances.default.model_copy(update={"severity": own.severity})
        return own


def read_guard(given: str) -> Guard:
    """The guard in a file, or in the file of that name in a folder; `InputError` with every fault in it."""
    file = Path(given) / GUARD if Path(given).is_dir() else Path(given)
    if not file.is_file():
        what = f"there is no {GUARD} in it" if Path(given).is_dir() else "there is no such file"
        raise refuse(given, what, f"write a {GUARD} that lists the scenarios to guard")
    document = strict_yaml.read(text_of(file, strict_yaml.MOST_BYTES, "a guard file lists scenarios"), file.name)
    try:
        said = GuardFile.model_validate(document.content)
    except ValidationError as faults:
        raise InputError(_problem(fault, document) for fault in faults.errors()) from None
    problems = list(_faults(said, file, document))
    if problems:
        raise InputError(problems)
    scenarios = {Path(given).stem: _scenario(given, file) for given in said.scenarios}
    return Guard(file, scenarios, file.parent / said.accepted, said.tolerances)


def _scenario(given: str, file: Path) -> str:
    return given if given in shipped_scenarios() else str(file.parent / given)


def _faults(said: GuardFile, file: Path, document: strict_yaml.Document) -> Iterator[Problem]:
    """Scenarios that there are not, or of one name; a folder elsewhere; outputs that there are not."""
    first: dict[str, str] = {}
    for i, given in enumerate(said.scenarios):
        where, name = f"{document.places['scenarios', i]} scenarios.{i}", Path(given).stem
        if given not in shipped_scenarios() and not (file.parent / given).is_file():
            beside = [path.relative_to(file.parent).as_posix() for path in file.parent.glob("**/*.yaml")]
            yield Problem(
                where, f"there is no scenario '{given}'", did_you_mean(given, [*shipped_scenarios(), *beside])
            )
        elif name in first:
            yield Problem(where, f"'{given}' has the name of '{first[name]}'", "name each scenario once, each its own")
        first.setdefault(name, given)
    folder, root = (file.parent / said.accepted).resolve(), file.parent.resolve()
    if folder == root or not folder.is_relative_to(root):
        where = f"{document.places['accepted',]} accepted"
        yield Problem(where, f"'{said.accepted}' is not a folder below that of {file.name}", "keep it beside the file")
    for name in said.tolerances.outputs:
        if name not in measures():
            where = f"{document.places['tolerances', 'outputs', name]} tolerances.outputs.{name}"
            yield Problem(where, f"unknown output '{name}'", did_you_mean(name, measures()))


def _problem(fault: Any, document: strict_yaml.Document) -> Problem:
    """A fault of the schema, at the nearest place that was written."""
    loc = fault["loc"]
    here = next(loc[:n] for n in range(len(loc), -1, -1) if loc[:n] in document.places)
    advice = remedy(fault)
    if fault["type"] == "extra_forbidden":
        blocks: dict[int, type[Choice]] = {1: GuardFile, 2: Tolerances}
        block = blocks.get(len(loc), Tolerance)
        advice = did_you_mean(str(loc[-1]), block.model_fields)
    what = sentence(fault)
    if fault["type"].startswith("model") and loc[:1] == ("tolerances",) and len(loc) > 1:
        what = what.replace("a block of settings", "exact, or a block with absolute or relative")
    return Problem(f"{document.places[here]} {'.'.join(map(str, loc))}".rstrip(), what, advice)
