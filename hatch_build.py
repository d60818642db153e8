"""Compiles the engine's kernel where there is a C compiler; without one the package runs on numpy alone."""

from __future__ import annotations

import hashlib
import os
import platform
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KERNEL = Path("thrive_model", "engine", "kernel.c")
FLAGS = (
    *("-std=c11", "-O3", "-fPIC", "-fopenmp-simd"),
    # The same bits on every instruction set: no product is fused with a sum. The other two change no figure; they let
    # comparisons be vectorised.
    *("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
)
PLAIN = ("-DPLAIN",)
WIDER = (
    ("-mavx2", "-DINSTRUCTIONS=avx2", "-DWIDTH=32"),
    ("-mavx512f", "-DINSTRUCTIONS=avx512f", "-DWIDTH=64"),
)
"""The kernel is compiled for any processor and for those with wider vectors, and chooses as it runs."""


class CustomBuildHook(BuildHookInterface[Any]):
    """Puts the shared library beside its source, and into the wheel, which is then for this platform alone."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Compile before the files of a wheel, or of an editable install, are gathered."""
        if self.target_name != "wheel":
            return
        library = compile_kernel(Path(self.root))
        if library is None:
            self.app.display_warning(
                f"{KERNEL.name} was not compiled (no C compiler, or it failed): runs of many draws will be slower"
            )
            return
        build_data["artifacts"].append(f"/{library.relative_to(self.root).as_posix()}")
        build_data["pure_python"] = False
        build_data["tag"] = f"py3-none-{_platform()}"


def compile_kernel(root: Path) -> Path | None:
    """The shared library beside its source, or None where it cannot be compiled; one in use is replaced whole."""
    source = root / KERNEL
    suffix = {"darwin": ".dylib", "win32": ".dll"}.get(sys.platform, ".so")
    library = source.with_suffix(suffix)
    with tempfile.TemporaryDirectory() as folder:
        for compiler in _compilers():
            made = _compiled(compiler, source, Path(folder), library.name)
            if made:
                beside = library.with_name(f".{library.name}.{os.getpid()}")
                shutil.copy(made, beside)
                beside.replace(library)
                return library
    library.unlink(missing_ok=True)
    return None


def _compiled(compiler: list[str], source: Path, folder: Path, name: str) -> Path | None:
    """The library as one compiler makes it: for several instruction sets, or else for one."""
    stamp = f'-DSTAMP="{hashlib.sha256(source.read_bytes()).hexdigest()}"'
    plain, every = [(*PLAIN, stamp)], [(stamp,), *WIDER]
    for variants in [every, plain] if _has_wider_vectors() else [plain]:
        objects = [str(folder / f"{n}.o") for n in range(len(variants))]
        made = folder / name
        commands = [
            [*compiler, *FLAGS, *words, "-c", str(source), "-o", one]
            for words, one in zip(variants, objects, strict=True)
        ]
        with ThreadPoolExecutor() as pool:
            done = all(pool.map(_succeeds, commands))
        if done and _succeeds([*compiler, "-shared", *objects, "-o", str(made), "-lm"]):
            return made
    return None


def _has_wider_vectors() -> bool:
    return platform.machine().lower() in {"x86_64", "amd64"} and sys.platform == "linux"


def _compilers() -> list[list[str]]:
    """The C compilers there are, the user's choice alone where one is made."""
    if os.environ.get("CC"):
        return [shlex.split(os.environ["CC"])]
    return [[name] for name in ("cc", "gcc", "clang") if shutil.which(name)]


def _succeeds(words: list[str]) -> bool:
    try:
        return subprocess.run(words, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


def _platform() -> str:
    return sysconfig.get_platform().replace("-", "_").replace(".", "_")
