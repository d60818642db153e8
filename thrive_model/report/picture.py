"""Pictures that stand in a file of their own: whether one may be written, and writing it."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import Any

from thrive_model.archive import file
from thrive_model.errors import refuse
from thrive_model.provenance import identity
from thrive_model.scenario import Resolved


def may_write(path: Path) -> None:
    """`InputError` where the picture exists, is not SVG, or nothing here can draw it: told before the work."""
    if importlib.util.find_spec("vl_convert") is None:
        raise refuse("--chart", "nothing is installed that draws", "pip install 'thrive-model[charts]'")
    if path.suffix != ".svg":
        raise refuse(str(path), "is not the name of a picture", "end it in .svg")
    file.may_write(path)


def of_run(resolved: Resolved) -> str:
    """Which run the picture is of, and whether anybody stands behind it."""
    made_of = identity(resolved)
    told = f"{made_of['status'].capitalize()}: scenario {made_of['scenario']}, thrive_model {made_of['model_version']}"
    return f"{told}, run {made_of['run_id']}"


def draw(path: Path, specification: dict[str, Any]) -> None:
    """Draw a Vega-Lite specification as SVG; `InputError` where that cannot be."""
    may_write(path)
    import vl_convert  # noqa: PLC0415 - an extra: only this draws

    picture = vl_convert.vegalite_to_svg(json.dumps(specification))
    plain = re.sub(r"[ \t]+$", "", picture, flags=re.MULTILINE).rstrip("\n") + "\n"
    with file.new_file(path) as partial:
        partial.write_text(plain, encoding="utf-8")
