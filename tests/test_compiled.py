from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from builders import addition, effect, limited, matches, one_draw, parameters, pathways, places, reach, supply
from hypothesis import given
from hypothesis import strategies as st
from projects import ROOT, copy_project, scenario_names, thrive

from thrive_model import engine
from thrive_model.assemble import Inputs, assemble
from thrive_model.cli.shell import SLOW
from thrive_model.engine import EVERYTHING, SUMS, Recorded, Trajectory, compiled
from thrive_model.parameters import Floats, Parameters
from thrive_model.scenario import resolve

COMPILERS = [name for name in ("cc", "gcc", "clang") if shutil.which(name)]
needs_kernel = pytest.mark.skipif(compiled.library() is None, reason="there is no compiled kernel")
EITHER = st.one_of(pathways(), limited())


@st.composite
def varied(draw: st.DrawFn) -> Parameters:
    """A pathway of any kind with two periods, and effects that overlap, stay the same all months or act on stays."""
    p = draw(EITHER)
    arrows = st.lists(st.integers(0, len(p.source) - 1), unique=True, max_size=3) if len(p.source) else st.just([])
    period = np.array(draw(st.lists(st.integers(0, 1), min_size=p.months, max_size=p.months)), dtype=np.intp)
    effects = [
        effect(draw(arrows), [draw(st.floats(0.1, 3.0)) for _ in range(draws)], months, draw(st.sampled_from(BANDS)))
        for months in (1, p.months)
        for draws in (1, p.draws)
    ]
    carried = reach(range(p.first_stay, p.adult), p.months, per_unit=0.5, served=0.5)
    stays = [replace(one, on_stay=True, reach=carried if p.supplies else None) for one in effects[-1:]]
    fixed = [e for place in p.places for e in place.overflow]
    moved = [replace(one, arrows=np.setdiff1d(one.arrows, fixed)) for one in [*effects[:-1], *stays]]
    hazard = np.concatenate([p.hazard, p.hazard * draw(st.floats(0.1, 10.0))])
    return replace(p, hazard=hazard, period=period, effects=(*p.effects, *moved))


BANDS = [[0], [1], [0, 1]]


def assert_agree(p: Parameters, record: Recorded = EVERYTHING) -> None:
    """Both kernels find the same, to 1e-12 of the largest figure of each array."""
    told = []
    for kernel in ("numpy", "compiled"):
        try:
            told.append(engine.run(p, record, kernel=kernel))  # type: ignore[arg-type]
        except ValueError as fault:
            told.append(str(fault))
    if isinstance(told[0], str) or isinstance(told[1], str):
        assert told[0] == told[1]
        return
    for name, array in vars(told[0]).items():
        found = getattr(told[1], name)
        assert found.shape == array.shape
        np.testing.assert_allclose(found, array, rtol=0, atol=1e-12 * np.abs(array).max(initial=1e-300), err_msg=name)


def assert_same_bits(one: Trajectory, other: Trajectory) -> None:
    for name, array in vars(one).items():
        assert getattr(other, name).tobytes() == array.tobytes(), name


def spread(p: Parameters, draws: int, seed: int = 5) -> Parameters:
    """The same pathway at so many draws of its hazards and factors."""
    random = np.random.default_rng(seed)
    return replace(
        p,
        hazard=p.hazard * np.exp(0.1 * random.standard_normal((1, len(p.source), 1, draws))),
        effects=tuple(
            replace(one, factor=one.factor * np.exp(0.05 * random.standard_normal((1, draws)))) for one in p.effects
        ),
    )


@pytest.fixture(scope="module")
def shipped(inputs: Inputs) -> Parameters:
    return assemble(resolve("thrive"), inputs).parameters


def test_the_kernel_is_compiled_where_there_is_a_compiler():
    if not COMPILERS or sys.platform == "win32":
        pytest.skip("there is no C compiler")
    assert compiled.library() is not None, "install the package again: its kernel is missing or older than kernel.c"


# Agreement


@needs_kernel
@given(EITHER)
def test_both_kernels_agree_on_any_pathway(p: Parameters):
    assert_agree(p)


@needs_kernel
@given(varied())
def test_both_kernels_agree_with_periods_and_overlapping_effects(p: Parameters):
    assert_agree(p)


@needs_kernel
@given(varied())
def test_both_kernels_agree_without_ageing(p: Parameters):
    assert_agree(replace(p, adult=-1))


@needs_kernel
@given(pathways())
def test_both_kernels_agree_where_rates_are_monthly_probabilities(p: Parameters):
    total = np.zeros((len(p.opening), *p.hazard.shape[2:]))
    np.add.at(total, p.source, p.hazard[0])
    assert_agree(replace(p, hazard=p.hazard / (1.0 + total[p.source]), competing=False))


@needs_kernel
@given(varied(), st.randoms(use_true_random=False))
def test_both_kernels_agree_whatever_order_the_bands_of_age_are_in(p: Parameters, random):
    bands = p.band_of_age.tolist()
    random.shuffle(bands)
    assert_agree(replace(p, band_of_age=np.array(bands)))


@needs_kernel
@pytest.mark.parametrize("scenario", scenario_names())
def test_both_kernels_agree_on_the_shipped_scenarios(scenario: str, inputs: Inputs):
    resolved = resolve(scenario)
    assert_agree(assemble(resolved, inputs).parameters.until(40))


@needs_kernel
def test_both_kernels_agree_on_many_draws_of_the_shipped_pathway(shipped: Parameters):
    assert_agree(spread(shipped.until(14), 11))


@needs_kernel
def test_places_that_overflow_into_other_places_agree():
    months = 8
    arrows = [(0, 1, [[[0.5, 0.7]]]), (0, 2, 0.2), (1, 2, 0.0), (2, 3, 0.0), (3, 1, 0.1), (1, 3, 0.2), (2, 0, 0.3)]
    p = parameters(
        arrows,
        [100.0, 5.0, 2.0, 0.0],
        months,
        supplies=[supply(12.0, months, leaving=0.02), supply(6.0, months, approved=0.5)],
        places=[places([1], [2], [6]), places([2], [5], supply=1)],
    )
    assert p.source[[2, 5, 6]].tolist() == [1, 2, 3]
    assert engine.run(p, kernel="numpy").flow[:, [2, 5]].min() > 0
    assert_agree(p)


@needs_kernel
def test_an_addition_from_outside_and_one_that_takes_what_another_left_agree():
    months = 5
    p = parameters(
        [(0, 1, 0.1), (1, 2, 0.3), (1, 3, 0.1), (2, 1, 0.2)],
        [[0.0] * 3, [50.0, 20.0, 3.0], [0.0, 9.0, 1.0], [0.0] * 3],
        months,
        outside=1,
        exposure=[30.0, 10.0, 5.0],
        bands=[0, 1, 1],
        adult=3,
        supplies=[supply(3.0, months)],
        additions=[
            addition([0, 1], [4.0, 90.0], months, [0, 1]),
            addition([1, 2, 3], [7.0, 1.0], months, [1]),
            replace(addition([1], 2.0, months), reach=reach([1], months, per_unit=2.0, served=0.9)),
        ],
    )
    assert_agree(p)


@needs_kernel
def test_a_match_that_has_to_wait_agrees():
    p = parameters([(0, 1, [[[0.5, 0.1]]])], [100.0, 0.0], 4, supplies=[supply(9.0, 4)], matches=[matches([0], 0.5)])
    assert engine.run(p, kernel="numpy").waiting.any()
    assert_agree(p)


@needs_kernel
@pytest.mark.parametrize(("each", "threads"), [(1, 1), (150, 2)])
@pytest.mark.parametrize("kernel", ["numpy", "compiled"])
def test_a_decision_that_nothing_leads_out_of_is_refused(kernel: engine.Kernel, each: int, threads: int):
    arrive, go_on = np.repeat([[[0.0, 0.1]]], each, axis=2), np.repeat([[[1.0, 0.0]]], each, axis=2)
    p = parameters([(0, 2, arrive), (2, 1, go_on)], [100.0, 0.0, 0.0], 3, decisions=1)
    with pytest.raises(ValueError, match="a decision that no move with a weight above 0 leads out of"):
        engine.run(p, kernel=kernel, threads=threads)
    assert engine.run(one_draw(p, 0), kernel=kernel).stock[-1, 0, 0, 0] == 100.0


@needs_kernel
def test_the_exponential_is_within_two_units_in_the_last_place():
    random = np.random.default_rng(1)
    given_x = np.concatenate(
        [
            random.uniform(-45.0, 45.0, 40_000),
            random.uniform(-1.0, 1.0, 40_000),
            -np.logspace(-320, 2, 20_000),
            [0.0] * 16,  # whole rows of lanes
        ]
    )
    found = np.empty_like(given_x)
    library = compiled.library()
    assert library is not None
    places = (ctypes.c_void_p(array.ctypes.data) for array in (given_x, found))
    library.exponentials_less_1_any(*places, ctypes.c_int64(len(given_x)))
    right = np.expm1(given_x.astype(np.longdouble))
    assert (np.abs(found - right) <= 2 * np.spacing(np.abs(right).astype(float))).all()


# The same bits


@pytest.mark.parametrize("kernel", ["numpy", pytest.param("compiled", marks=needs_kernel)])
def test_neither_threads_nor_the_other_draws_change_a_bit(shipped: Parameters, kernel: engine.Kernel):
    p = spread(shipped.until(12), 150)
    alone = engine.run(p, kernel=kernel)
    assert_same_bits(alone, engine.run(p, threads=3, kernel=kernel))
    some = engine.run(p.of_draws(slice(13, 90)), kernel=kernel)
    for name, array in vars(some).items():
        np.testing.assert_array_equal(getattr(alone, name)[..., 13:90], array, err_msg=name)


@needs_kernel
@pytest.mark.parametrize("width", [16, 32])
def test_no_instruction_set_changes_a_bit(shipped: Parameters, width: int):
    p = spread(shipped.until(12), 9)
    best = engine.run(p, kernel="compiled")
    library = compiled.library()
    assert library is not None
    library.use_vectors_of(ctypes.c_int64(width))
    try:
        assert_same_bits(best, engine.run(p, kernel="compiled"))
    finally:
        library.use_vectors_of(ctypes.c_int64(64))


# What is recorded


@pytest.mark.parametrize("kernel", ["numpy", pytest.param("compiled", marks=needs_kernel)])
def test_sums_over_bands_are_those_of_the_bands(shipped: Parameters, kernel: engine.Kernel):
    p = spread(shipped.until(7), 3)
    everything, sums = engine.run(p, kernel=kernel), engine.run(p, SUMS, kernel=kernel)
    for name in ("stock", "flow"):
        summed = getattr(everything, name).sum(axis=2, keepdims=True)
        np.testing.assert_allclose(getattr(sums, name), summed, rtol=1e-12, atol=1e-9)
    for name in ("turned_18", "supply", "waiting"):
        np.testing.assert_array_equal(getattr(sums, name), getattr(everything, name))


@pytest.mark.parametrize("kernel", ["numpy", pytest.param("compiled", marks=needs_kernel)])
def test_what_is_not_recorded_changes_nothing_else(shipped: Parameters, kernel: engine.Kernel):
    p = spread(shipped.until(7), 3)
    record = Recorded(flow=False, turned_18=False, waiting=False)
    everything, some = engine.run(p, kernel=kernel), engine.run(p, record, kernel=kernel)
    for name in ("stock", "supply"):
        np.testing.assert_array_equal(getattr(some, name), getattr(everything, name))
    assert [len(array) for array in (some.flow, some.turned_18, some.waiting)] == [0, 0, 0]


@needs_kernel
@given(EITHER)
def test_both_kernels_agree_on_sums(p: Parameters):
    assert_agree(p, SUMS)
    assert_agree(p, Recorded(flow=False, turned_18=False, waiting=False))


# Arrays that serve many draws


@needs_kernel
@pytest.mark.parametrize("layout", ["C", "F"])
def test_draws_may_lie_in_memory_in_any_order(shipped: Parameters, layout: str):
    p = spread(shipped.until(5), 10)

    def laid(array: Floats) -> Floats:
        return np.asarray(array, order=layout)  # type: ignore[call-overload, no-any-return]

    other = replace(
        p,
        hazard=laid(p.hazard),
        opening=laid(np.repeat(p.opening, 10, axis=-1)),
        effects=tuple(replace(one, factor=laid(one.factor)) for one in p.effects),
    )
    assert_same_bits(engine.run(p, kernel="compiled"), engine.run(other, kernel="compiled"))


# Which kernel


@needs_kernel
def test_one_draw_is_numpys_and_more_are_the_compiled_kernels(shipped: Parameters):
    one = shipped.until(3)
    assert_same_bits(engine.run(one), engine.run(one, kernel="numpy"))
    more = spread(one, engine.FEWEST_DRAWS)
    assert_same_bits(engine.run(more), engine.run(more, kernel="compiled"))


def test_without_a_library_many_draws_are_numpys(tmp_path: Path):
    copy_project(tmp_path)
    (tmp_path / compiled.LIBRARY.relative_to(ROOT)).unlink(missing_ok=True)
    code = """
import dataclasses, numpy
from thrive_model import engine
from thrive_model.assemble import assemble
from thrive_model.run import read_tables
from thrive_model.scenario import resolve
resolved = resolve("thrive")
p = assemble(resolved, read_tables(resolved)).parameters.until(2)
print(engine.chosen(dataclasses.replace(p, opening=numpy.repeat(p.opening, 9, axis=-1))))
engine.run(p, kernel="compiled")
"""
    done = thrive(code=code, package=tmp_path)
    assert done.stdout == "numpy\n"
    assert done.stderr.endswith("install the package where a C compiler is\n")


ON_A_TERMINAL = """
import io, sys
from contextlib import redirect_stderr
from thrive_model.cli.shell import say_if_slow

class Terminal(io.StringIO):
    def isatty(self):
        return True

for stderr in (Terminal(), io.StringIO()):
    with redirect_stderr(stderr):
        say_if_slow()
    print(stderr.getvalue(), end=";")
"""


def test_a_terminal_is_told_where_draws_are_slow_because_nothing_was_compiled(tmp_path: Path):
    copy_project(tmp_path)
    (tmp_path / compiled.LIBRARY.relative_to(ROOT)).unlink(missing_ok=True)
    assert thrive(code=ON_A_TERMINAL, package=tmp_path).stdout == f"{SLOW}\n;;"


@needs_kernel
def test_nothing_is_said_of_the_kernel_where_there_is_one():
    assert thrive(code=ON_A_TERMINAL).stdout == ";;"


@needs_kernel
def test_a_library_built_from_another_source_is_not_used(tmp_path: Path):
    same, changed = tmp_path / "same.c", tmp_path / "changed.c"
    same.write_bytes(compiled.SOURCE.read_bytes())
    changed.write_bytes(compiled.SOURCE.read_bytes() + b"\n")
    assert compiled.library(compiled.LIBRARY, same) is not None
    assert compiled.library(compiled.LIBRARY, changed) is None
    assert compiled.library(tmp_path / "none.so") is None


def test_overlapping_places_are_left_to_numpy():
    p = parameters(
        [(0, 1, 0.5), (1, 2, 0.0), (1, 2, 0.0)],
        [9.0, 1.0, 0.0],
        3,
        supplies=[supply(2.0, 3)],
        places=[places([1], [1]), places([1], [2])],
    )
    assert not compiled.serves(p)
    assert_same_bits(engine.run(p), engine.run(p, kernel="numpy"))


# Installing


def _built(kind: str, folder: Path, **environment: str) -> tuple[Path, str]:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", str(folder / "built")],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = (folder / "built").iterdir()
    return made, done.stdout + done.stderr


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the package is built from."""
    folder = tmp_path / "checkout"
    folder.mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(ROOT / name, folder / name)
    for name in ("thrive_model", "data", "scenarios"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def test_without_a_compiler_the_package_builds_with_one_clear_line_and_for_any_platform(checkout: Path):
    made, told = _built("wheel", checkout, CC="no-such-compiler")
    assert made.name.endswith("-py3-none-any.whl")
    (line,) = [line for line in told.splitlines() if "kernel.c" in line]
    assert "was not compiled" in line
    assert not (checkout / compiled.LIBRARY.relative_to(ROOT)).exists()


@needs_kernel
@pytest.mark.skipif(not COMPILERS, reason="there is no C compiler")
def test_a_wheel_with_the_compiled_kernel_is_for_its_platform(checkout: Path):
    made, _ = _built("wheel", checkout)
    assert "-py3-none-" in made.name
    assert not made.name.endswith("-any.whl")


def test_the_source_distribution_carries_the_kernels_source_and_how_it_is_built(checkout: Path):
    made, _ = _built("sdist", checkout)
    with tarfile.open(made) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"thrive_model/engine/kernel.c", "hatch_build.py"} <= names
    assert not any(name.endswith((".so", ".dylib", ".dll")) for name in names)
