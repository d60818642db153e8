"""Compiles the engine's kernel where there is a C compiler; without one the package runs on numpy alone."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

KERNEL = Path("thrive_model", "engine", "kernel.c")
FLAGS = (
    *("-std=c11", "-O3", "-fPIC", "-shared", "-fopenmp-simd"),
    # The same bits on every instruction set: no product is fused with a sum. The other two change no figure; they let
    # comparisons be vectorised.
    *("-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math"),
)
PLAIN = "-DPLAIN"  # for one instruction set alone, where the compiler or the system's library can have no more


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
        made = Path(folder) / library.name
        if any(compiled_to(made, source, more) for more in ([], [PLAIN])):
            beside = library.with_name(f".{library.name}.{os.getpid()}")
            shutil.copy(made, beside)
            beside.replace(library)
            return library
    library.unlink(missing_ok=True)
    return None


def compiled_to(library: Path, source: Path, more: Sequence[str] = ()) -> bool:
    """Whether one of the compilers there are makes the library; it carries the mark of its source."""
    stamp = hashlib.sha256(source.read_bytes()).hexdigest()
    words = [*FLAGS, *more, f'-DSTAMP="{stamp}"', str(source), "-o", str(library), "-lm"]
    return any(_succeeds([*compiler, *words]) for compiler in _compilers())


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
