"""Values of a checked case as Python text, in the form in which people write it."""

from __future__ import annotations

import json
import math
from abc import ABC, abstractmethod
from typing import Any

from harness.cases.codegen.script import Script

WIDTH = 100


class Node(ABC):
    """A value that writes itself; plain Python values are written by `literal`."""

    @abstractmethod
    def write(self, script: Script) -> str:
        """The expression, after the script has the imports and statements that it needs."""


def literal(value: Any, script: Script) -> str:
    """A node writes itself, sizes become tuples, and the rest is what it is in Python."""
    if isinstance(value, Node):
        return value.write(script)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value}")'
    if _is_shape(value):
        return shape(value)
    if isinstance(value, list):
        return "[{}]".format(", ".join(literal(item, script) for item in value))
    if isinstance(value, dict):
        return "{{{}}}".format(", ".join(f"{literal(k, script)}: {literal(v, script)}" for k, v in value.items()))
    return repr(value)


def keywords(arguments: dict[str, Any], script: Script) -> str:
    """`units=10, activation="relu"`."""
    return ", ".join(f"{name}={literal(value, script)}" for name, value in arguments.items())


def further(arguments: dict[str, Any], script: Script) -> str:
    """Keyword arguments behind others: `, units=10`, or nothing."""
    return f", {keywords(arguments, script)}" if arguments else ""


def shape(sizes: list[Any]) -> str:
    """Sizes as a tuple."""
    return tupled([shape(size) if isinstance(size, list) else repr(size) for size in sizes])


def tupled(items: list[str]) -> str:
    """The items as a tuple."""
    return "({})".format(", ".join(items) + ("," if len(items) == 1 else ""))


def shapes(sizes: list[Any]) -> str:
    """Sizes as a tuple, or several of them as a list of tuples."""
    if sizes and all(isinstance(size, list) for size in sizes):
        return "[{}]".format(", ".join(map(shape, sizes)))
    return shape(sizes)


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
