"""Tests that marks skip: the conditions of `pytest.mark.skipif`, `unittest.skipIf` and `unittest.skipUnless`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from harness.controller.scan.reading.strings import Assigned
from harness.controller.scan.reading.syntax import last_name

_IF, _UNLESS, _ALWAYS = ("skipif", "skipIf"), ("skipUnless",), ("skip",)
MODULE_MARKS = "pytestmark"


def run_conditions(marks: Iterable[ast.AST], assigned: Assigned) -> Iterator[ast.expr]:
    """The conditions under which something with these decorators or marks runs, which may have a name in the code."""
    for mark in marks:
        value = assigned(mark.id) if isinstance(mark, ast.Name) else mark
        if isinstance(value, (ast.List, ast.Tuple)):
            yield from run_conditions(value.elts, assigned)
            continue
        function = value.func if isinstance(value, ast.Call) else value
        if not isinstance(function, (ast.Attribute, ast.Name)):
            continue
        name = last_name(function)
        given = [*value.args, *_named(value)] if isinstance(value, ast.Call) else []
        if name in _ALWAYS and last_name(getattr(function, "value", function)) in ("mark", "unittest"):
            yield ast.Constant(False)
        elif name in _UNLESS and given:
            yield given[0]
        elif name in _IF and given:
            yield ast.UnaryOp(ast.Not(), _condition(given[0]))


def _named(call: ast.Call) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords if keyword.arg == "condition"]


def _condition(node: ast.expr) -> ast.expr:
    """A condition of pytest may be a text."""
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return node
    try:
        return ast.parse(node.value, mode="eval").body
    except SyntaxError:
        return node
