"""What is kept of draws under way, so that they go on later and come to the bytes they would have come to at once.

Kept are only whole blocks: a last one that was cut to the draws asked for is made again where more are asked for. Each
file takes the place of the one before only when it is written.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from zipfile import BadZipFile

import numpy as np
from pydantic import BaseModel, ConfigDict, ValidationError

import thrive_model
from thrive_model.differences import Stated, differences, stated
from thrive_model.draws import BLOCK
from thrive_model.errors import InputError, Problem, refuse
from thrive_model.parameters import Floats
from thrive_model.scenario import Resolved, as_yaml, read_resolved
from thrive_model.uncertainty.files import replaced
from thrive_model.uncertainty.interrupts import held_back
from thrive_model.uncertainty.kept_draws import FOLDER as DRAWS
from thrive_model.uncertainty.kept_draws import KeptDraws
from thrive_model.uncertainty.simulate import Plan, Simulated, Snapshot
from thrive_model.uncertainty.study import Study
from thrive_model.uncertainty.summary import Summary

STATE, ABOUT, SCENARIO = "state.npz", "simulation.json", "scenario.yaml"
IN_PROGRESS = (SCENARIO, ABOUT, STATE, DRAWS)
"""Everything that stands in the folder of draws under way."""
EVERY_SECONDS = 15.0
LIBRARIES = ("numpy", "scipy")
SOMEWHERE = 0.3
"""A chance at which figures are worked out, to see whether two machines agree to the last bit."""
_OTHER = "name another folder, or put it back as it was"
_NONE = "leave --resume out to begin a simulation there"


class About(BaseModel):
    """What a folder says of the draws in it: how many were asked for, of what, and what they were made with."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")
    scenario: str
    seed: int
    draws: int
    draws_in_a_block: int
    method: str
    whole_children: bool
    keeps_draws: bool
    stops_at: str
    stops_below: float | None
    tables_sha256: dict[str, str]
    model_version: str
    libraries: dict[str, str]
    fingerprint: str

    @classmethod
    def of(cls, so_far: Simulated, keeps_draws: bool) -> About:
        """Of draws that are to be made, or go on."""
        study, enough = so_far.study, so_far.enough
        more = {
            "keeps_draws": keeps_draws,
            "stops_at": study.figures[enough.figure].name if enough else "",
            "stops_below": enough.standard_error if enough else None,
            "fingerprint": fingerprint(study),
        }
        return cls.of_whole(study.resolved, so_far.plan).model_copy(update=more)

    @classmethod
    def of_whole(cls, resolved: Resolved, plan: Plan) -> About:
        """Of draws that are made in one go, and never go on."""
        return cls(
            scenario=resolved.name,
            seed=resolved.scenario.seed,
            draws=plan.draws,
            draws_in_a_block=BLOCK,
            method=plan.method,
            whole_children=plan.whole_children,
            keeps_draws=False,
            stops_at="",
            stops_below=None,
            tables_sha256=dict(stated(resolved).hashes),
            model_version=thrive_model.__version__,
            libraries=libraries(),
            fingerprint="",
        )


def libraries() -> dict[str, str]:
    """The versions of what draws and their sums are computed with."""
    return {name: version(name) for name in LIBRARIES}


def fingerprint(study: Study) -> str:
    """Of its figures at one set of chances: the same only where all that computes them agrees to the last bit."""
    figures = study.at(np.full((len(study.parameters), 1), SOMEWHERE))
    return sha256(np.ascontiguousarray(figures).tobytes()).hexdigest()[:16]


@dataclass
class Checkpoint:
    """The folder in which draws under way are kept: at once when told to, and by itself every so many seconds."""

    folder: Path
    draws: KeptDraws | None = None
    every_seconds: float = field(default_factory=lambda: EVERY_SECONDS)
    _written: float = field(default_factory=time.monotonic)

    def told(self, so_far: Simulated) -> None:
        """Hear of a block; keep what there is where it is time to, or where the next one will be cut."""
        if self.draws is not None:
            self.draws.told(so_far)
        last = so_far.plan.draws - so_far.summary.draws < BLOCK
        if last or time.monotonic() - self._written >= self.every_seconds:
            self.keep(so_far)

    def keep(self, so_far: Simulated) -> None:
        """Keep what there is; of the sums nothing where the last block is cut, since all before it is kept already."""
        with held_back():
            if self.draws is not None:
                self.draws.flush()  # before the sums: what they count must be there
            if so_far.summary.draws % BLOCK == 0:
                replaced(self.folder / STATE, partial(_write_state, so_far))
        self._written = time.monotonic()


def begun(folder: Path, none_yet: Simulated, keeps_draws: bool = False) -> None:
    """Write into a folder what is to be drawn, and that nothing of it is yet."""
    write_about(folder, none_yet.study.resolved, About.of(none_yet, keeps_draws))
    Checkpoint(folder).keep(none_yet)


def checkpoint_in(folder: Path, so_far: Simulated, keeps_draws: bool) -> Checkpoint:
    """The folder in which draws are kept that go on from those so far."""
    return Checkpoint(folder, KeptDraws.in_folder(folder, so_far) if keeps_draws else None)


def resumed(folder: Path, none_yet: Simulated, keeps_draws: bool = False) -> tuple[Checkpoint, Simulated]:
    """The draws that a folder keeps, to go on with; `InputError` that says what has changed where they cannot.

    Nothing in the folder changes where they cannot.
    """
    kept, now = about_in(folder, str(folder)), About.of(none_yet, keeps_draws)
    problems = list(changes(folder, kept, now, none_yet.study.resolved))
    if problems:
        raise InputError(problems)
    found = _read_state(folder / STATE, none_yet)
    if found.summary.draws > none_yet.plan.draws:
        what = f"{found.summary.draws:,} draws are made, and {none_yet.plan.draws:,} are asked for"
        raise refuse(str(folder), what, f"ask for {found.summary.draws:,} or more, or name another folder")
    write_about(folder, none_yet.study.resolved, now)
    return checkpoint_in(folder, found, keeps_draws), found


def write_about(folder: Path, resolved: Resolved, about: About) -> None:
    """Write what draws are of, for `changes` to be held against."""
    replaced(folder / SCENARIO, lambda file: file.write(as_yaml(resolved).encode()))
    text = json.dumps(about.model_dump(), indent=2, sort_keys=True) + "\n"
    replaced(folder / ABOUT, lambda file: file.write(text.encode()))


def about_in(folder: Path, called: str) -> About:
    """What a folder says of the draws in it; `InputError` where it holds none."""
    try:
        return About.model_validate_json((folder / ABOUT).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise refuse(called, f"holds no draws to go on with: it has no {ABOUT}", _NONE) from None
    except OSError as fault:
        raise refuse(f"{called}/{ABOUT}", f"cannot be read: {fault.strerror}", _NONE) from None
    except (ValidationError, UnicodeDecodeError):
        what = f"is not as thrive_model {thrive_model.__version__} writes it"
        raise refuse(f"{called}/{ABOUT}", what, "name another folder") from None


def changes(folder: Path, kept: About, new: About, resolved: Resolved) -> Iterator[Problem]:
    """What has changed since the draws in a folder were made, of all that their figures depend on."""
    called = str(folder)
    if kept.model_version != thrive_model.__version__:
        what = f"its draws were made by thrive_model {kept.model_version}, and this is {thrive_model.__version__}"
        yield Problem(called, what, "go on with that version, or name another folder")
        return
    found = [*_of_inputs(folder, kept, resolved), *_of_options(kept, new)]
    for library, was in kept.libraries.items():
        if was != new.libraries.get(library):
            what = f"its draws were made with {library} {was}, and here is {new.libraries.get(library)}"
            found.append(Problem(called, what, "go on with that version, or name another folder"))
    yield from found
    if not found and kept.fingerprint != new.fingerprint:
        what = "this machine, or the kernel in use on it, comes to other last digits than its draws were made with"
        yield Problem(called, what, "go on where they were begun, or name another folder")


def _of_inputs(folder: Path, kept: About, resolved: Resolved) -> Iterator[Problem]:
    """Settings and tables that have changed; words that change no figure may."""
    was = Stated(read_resolved(folder / SCENARIO, f"{folder.name}/{SCENARIO}", kept.scenario), kept.tables_sha256)
    found = differences(was, stated(resolved))
    for one in found.settings:
        if not one.words:
            since = f" from {one.from_year}" if one.from_year else ""
            where = one.second_set_in or resolved.name
            what = f"was {_said(one.first)}{since} when its draws were made, and is {_said(one.second)}"
            yield Problem(f"{where} {one.key}", what, _OTHER)
    for table in found.tables:
        yield Problem(table.table, f"has changed since the draws in {folder} were made", _OTHER)


def _of_options(kept: About, new: About) -> Iterator[Problem]:
    """How draws are made and kept; stopping later than before goes on, stopping elsewhere or sooner does not."""
    for option, was, asked in (
        ("--method", kept.method, new.method),
        ("--whole-children", kept.whole_children, new.whole_children),
        ("--keep-draws", kept.keeps_draws, new.keeps_draws),
    ):
        if was != asked:
            yield Problem(option, f"was {_said(was)}, and is {_said(asked)}", _OTHER)
    below, before = new.stops_below, kept.stops_below or 0.0
    if below is not None and (kept.stops_at != new.stops_at or below > before):
        was = f"was {kept.stops_at}<{before:g}" if before else "was not set"
        what = f"{was}, and is {new.stops_at}<{below:g}, at which it might have stopped before"
        yield Problem("--stop-when", what, "stop at the same figure and no sooner, or name another folder")


def _said(value: object) -> str:
    """A value as it is told: what is not set says so."""
    if isinstance(value, bool):
        return "set" if value else "not set"
    return "not set" if value is None else str(value)


def _write_state(so_far: Simulated, file: IO[bytes]) -> None:
    """Everything as arrays, laid out alike however they came about: the same draws give the same bytes."""
    arrays = {
        **so_far.summary.state(),
        **{
            f"snapshot_{name}": np.array([getattr(one, name) for one in so_far.snapshots])
            for name in ("draws", "mean", "standard_error", "quantiles")
        },
    }
    np.savez(file, allow_pickle=False, **{name: np.asarray(array, order="C") for name, array in arrays.items()})


def _read_state(path: Path, none_yet: Simulated) -> Simulated:
    called = f"{path.parent}/{path.name}"
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {name: file[name] for name in file.files}
        summary = Summary.of_state({name: a for name, a in arrays.items() if not name.startswith("snapshot_")})
        snapshots = [Snapshot(int(draws), *rest) for draws, *rest in _snapshots(arrays)]
    except FileNotFoundError:
        raise refuse(called, "is not there", "leave --resume out to begin again") from None
    except (OSError, BadZipFile, KeyError, ValueError, TypeError):
        raise refuse(called, "cannot be read", "begin again in another folder") from None
    if summary.figures != len(none_yet.study.figures):
        what = f"holds {summary.figures} figures a draw, and the scenario has {len(none_yet.study.figures)}"
        raise refuse(called, what, "name another folder")
    return Simulated(none_yet.study, none_yet.plan, summary, snapshots, none_yet.enough)


def _snapshots(arrays: Mapping[str, Floats]) -> Iterator[tuple[Any, ...]]:
    names = ("draws", "mean", "standard_error", "quantiles")
    return zip(*(arrays[f"snapshot_{name}"] for name in names), strict=True)
