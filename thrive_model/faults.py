"""The sentence that a person reads for each kind of fault a schema finds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def sentence(fault: Mapping[str, Any]) -> str:
    """What is wrong, in words, for one entry of pydantic's `ValidationError.errors()`."""
    kind, context = str(fault["type"]), fault.get("ctx", {})
    words = {
        "missing": "is missing",
        "extra_forbidden": "is not a setting",
        "finite_number": "must be a finite number",
        "float_parsing": "must be a number",
        "float_type": "must be a number",
        "int_parsing": "must be a whole number",
        "int_type": "must be a whole number",
        "int_from_float": "must be a whole number",
        "string_type": "must be text",
        "string_too_short": "must not be blank",
        "bool_type": "must be true or false",
        "list_type": "must be a list",
        "tuple_type": "must be a list",
        "dict_type": "must be a block of settings",
        "model_type": "must be a block of settings",
        "model_attributes_type": "must be a block of settings",
        "greater_than_equal": "must be {ge} or more",
        "greater_than": "must be more than {gt}",
        "less_than_equal": "must be {le} or less",
        "less_than": "must be less than {lt}",
        "literal_error": "must be {expected}",
        "too_short": "must have at least {min_length}",
        "union_tag_not_found": "must say which kind it is (kind: ...)",
        "union_tag_invalid": "is of kind '{tag}', which is not one of {expected_tags}",
        "value_error": "{error}",
    }.get(kind)
    if words is None:
        return str(fault["msg"])
    found = fault.get("input")
    told = words.format(**{name: _plain(value) for name, value in context.items()})
    return (
        told
        if not isinstance(found, (str, int, float)) or kind in {"extra_forbidden", "value_error"}
        else f"{told}, not {_quoted(found)}"
    )


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _quoted(value: object) -> str:
    text = str(value)
    shown = text if len(text) <= 40 else text[:37] + "..."
    return f"'{shown}'" if isinstance(value, str) else shown
