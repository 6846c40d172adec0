"""One-line Python expressions in a document, in which some names stand for attributes of `self`."""

from __future__ import annotations

import ast
from typing import Collection

_BINDING = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Store)


def fault(text: str) -> str | None:
    """Why `text` is not an expression of one line, or None."""
    if not all(" " <= character <= "~" for character in text):
        return "must be one line of ASCII"
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError as error:
        return f"is not a Python expression: {error.msg}"
    except (MemoryError, RecursionError):
        return "is not a Python expression: nested too deeply"
    if any(isinstance(node, _BINDING) for node in ast.walk(tree)):
        return "must not bind names of its own: no lambda, no comprehension"
    return None


def names(text: str) -> list[str]:
    """The names that an expression reads, in order."""
    found = [node for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)]
    return [node.id for node in sorted(found, key=lambda node: node.col_offset)]


def of_self(text: str, attributes: Collection[str]) -> str:
    """The expression with each of `attributes` taken from `self`: `tf.matmul(inputs, w)` with `self.w`."""
    tree = ast.parse(text, mode="eval")
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id in attributes]
    for node in sorted(found, key=lambda node: -node.col_offset):
        text = text[: node.col_offset] + "self." + text[node.col_offset :]
    return text
