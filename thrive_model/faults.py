"""The sentence that a person reads for each kind of fault: in a file that is opened, in a value that is checked."""

from __future__ import annotations

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from thrive_model.errors import did_you_mean, refuse

_WORDS = {
    "missing": "is missing",
    "extra_forbidden": "is not a setting",
    "finite_number": "must be a finite number",
    "float_parsing": "must be a number{found}",
    "float_type": "must be a number{found}",
    "int_parsing": "must be a whole number{found}",
    "int_parsing_size": "must be a whole number{found}",
    "int_type": "must be a whole number{found}",
    "int_from_float": "must be a whole number{found}",
    "string_type": "must be text{found}",
    "string_too_short": "must not be blank",
    "too_short": "must name at least {min_length}",
    "bool_type": "must be true or false{found}",
    "tuple_type": "must be a list, such as [a, b]{found}",
    "dict_type": "must be a block of settings{found}",
    "model_type": "must be a block of settings{found}",
    "model_attributes_type": "must be a block of settings{found}",
    "greater_than_equal": "must be {ge} or more",
    "greater_than": "must be more than {gt}",
    "less_than_equal": "must be {le} or less",
    "less_than": "must be less than {lt}",
    "literal_error": "must be {expected}{found}",
    "union_tag_not_found": "is missing",
    "union_tag_invalid": "must be one of {expected_tags}{found}",
    "value_error": "{error}",
}


def sentence(fault: Mapping[str, Any]) -> str:
    """What is wrong, in words, for one entry of pydantic's `ValidationError.errors()`."""
    words = _WORDS.get(str(fault["type"]))
    if words is None:
        return str(fault["msg"])
    context = {name: _plain(value) for name, value in fault.get("ctx", {}).items()}
    return words.format(**context, found=but_found(fault.get("input")))


def remedy(fault: Mapping[str, Any]) -> str:
    """What to write instead where one of a few words was wanted; '' for every other fault."""
    context = fault.get("ctx", {})
    known = re.findall(r"'([^']*)'", str(context.get("expected", context.get("expected_tags", ""))))
    suggestion = did_you_mean(str(fault.get("input")), known)
    return suggestion if suggestion.startswith("did you mean") else ""


def but_found(value: object) -> str:
    """`, not 'abc'` for what stands there instead; '' for a block or a list, which would be long, and for nothing."""
    if isinstance(value, bool):
        return f", not {str(value).lower()}"
    if not isinstance(value, (str, int, float)):
        return ""
    text = str(value)
    shown = text if len(text) <= 40 else text[:37] + "..."
    return f", not '{shown}'" if isinstance(value, str) else f", not {shown}"


def text_of(file: Path, most_bytes: int, advice: str) -> str:
    """What a file says, its lines ended by newlines alone; `InputError` where it cannot be read as UTF-8 text."""
    try:
        found = file.stat()
        if stat.S_ISDIR(found.st_mode):
            raise refuse(file.name, "is a folder, not a file")
        if not stat.S_ISREG(found.st_mode):
            raise refuse(file.name, "is not a file")
        if found.st_size > most_bytes:
            raise refuse(file.name, f"is larger than {most_bytes // 1_000_000} MB", advice)
        written = file.read_bytes()
    except FileNotFoundError:
        raise refuse(file.name, "there is no such file", f"it should be in {file.parent.name}/") from None
    except OSError as fault:
        raise refuse(file.name, f"cannot be read: {fault.strerror}") from None
    try:
        text = written.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        line = written.count(b"\n", 0, fault.start) + 1
        raise refuse(f"{file.name}:{line}", "is not UTF-8 text", "save it as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
