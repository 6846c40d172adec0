"""Values of a document as the Python text that a person would write for them."""

from __future__ import annotations

import json
from typing import Any, Callable, Dict, List

from harness.cases.fields import REFERENCE

WIDTH = 100

Use = Callable[[str], str]  # a reference to the expression that stands for it


def literal(value: Any, use: Use) -> str:
    """Sizes become tuples; `{optimizers.Adam: {...}}` becomes a call; the rest is what it is in Python."""
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return 'float("{}")'.format(value)
    if _is_shape(value):
        return shape(value)
    if isinstance(value, list):
        return "[{}]".format(", ".join(literal(item, use) for item in value))
    if _is_call(value):
        return call(value, use)
    if isinstance(value, dict):
        return "{{{}}}".format(", ".join("{}: {}".format(literal(k, use), literal(v, use)) for k, v in value.items()))
    return repr(value)


def call(value: Any, use: Use) -> str:
    """`{layers.Dense: {units: 10}}` as `Dense(units=10)`, and `layers.Flatten` as `Flatten()`."""
    name, arguments = (value, None) if isinstance(value, str) else next(iter(value.items()))
    return "{}({})".format(use(name), keywords(arguments or {}, use))


def keywords(arguments: Dict[str, Any], use: Use) -> str:
    return ", ".join("{}={}".format(name, literal(value, use)) for name, value in arguments.items())


def shape(sizes: List[Any]) -> str:
    inner = ", ".join(shape(size) if isinstance(size, list) else repr(size) for size in sizes)
    return "({},)".format(inner) if len(sizes) == 1 else "({})".format(inner)


def bracketed(before: str, items: List[str], after: str) -> List[str]:
    """`before` + the items + `after` on one line, or one item a line where that would be too long."""
    line = before + ", ".join(items) + after
    if len(line) <= WIDTH:
        return [line]
    return [before] + ["    {},".format(item) for item in items] + [after]


def _is_shape(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(_is_size(item) or _is_shape(item) for item in value)


def _is_size(value: Any) -> bool:
    return value is None or (isinstance(value, int) and not isinstance(value, bool))


def _is_call(value: Any) -> bool:
    if not isinstance(value, dict) or len(value) != 1:
        return False
    (name,) = value
    return isinstance(name, str) and ("." in name or "::" in name) and REFERENCE.fullmatch(name) is not None
