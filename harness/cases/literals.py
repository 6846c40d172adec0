"""Values of a document as the Python text that a person would write for them."""

from __future__ import annotations

import json
import math
from typing import Any, Callable

from harness.cases.fields import is_call

WIDTH = 100

Use = Callable[[str], str]  # a reference to the expression that stands for it


def literal(value: Any, use: Use) -> str:
    """Sizes become tuples; `{optimizers.Adam: {...}}` becomes a call; the rest is what it is in Python."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if _is_shape(value):
        return shape(value)
    if isinstance(value, list):
        return "[{}]".format(", ".join(literal(item, use) for item in value))
    if is_call(value):
        return call(value, use)
    if isinstance(value, dict):
        return "{{{}}}".format(", ".join(f"{literal(k, use)}: {literal(v, use)}" for k, v in value.items()))
    return repr(value)


def call(value: Any, use: Use) -> str:
    """`{layers.Dense: {units: 10}}` as `Dense(units=10)`, and `layers.Flatten` as `Flatten()`."""
    name, arguments = (value, None) if isinstance(value, str) else next(iter(value.items()))
    return f"{use(name)}({keywords(arguments or {}, use)})"


def keywords(arguments: dict[str, Any], use: Use) -> str:
    """`units=10, activation="relu"`."""
    return ", ".join(f"{name}={literal(value, use)}" for name, value in arguments.items())


def shape(sizes: list[Any]) -> str:
    """Sizes as a tuple."""
    inner = ", ".join(shape(size) if isinstance(size, list) else repr(size) for size in sizes)
    return f"({inner},)" if len(sizes) == 1 else f"({inner})"


def bracketed(before: str, items: list[str], after: str) -> list[str]:
    """`before` + the items + `after` on one line, or one item a line where that would be too long."""
    line = before + ", ".join(items) + after
    if len(line) <= WIDTH:
        return [line]
    return [before] + [f"    {item}," for item in items] + [after]


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_size(item) or _is_shape(item) for item in value)


def _is_size(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))
