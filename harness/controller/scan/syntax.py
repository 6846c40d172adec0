"""Questions to pieces of code that need nothing but the code."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

_LEAVES: tuple[type[ast.AST], ...] = (ast.Constant, ast.expr_context, ast.operator, ast.cmpop)
_EXITS = ("exit", "_exit", "abort", "skipTest")
_ENDS_OF_TESTS = ("skip", "fail", "xfail")  # of pytest
_BLOCKS = ("body", "orelse", "finalbody")


class CodeVisitor(ast.NodeVisitor):
    """A NodeVisitor that is faster: it looks the method of a type up once, and leaves out what has no parts."""

    def __init__(self) -> None:
        self._methods: dict[type[ast.AST], Callable[[Any], None]] = {}

    def visit(self, node: ast.AST) -> None:
        kind = type(node)
        if kind not in self._methods:
            is_leaf = issubclass(kind, _LEAVES)
            method = _do_nothing if is_leaf else getattr(self, f"visit_{kind.__name__}", self.generic_visit)
            self._methods[kind] = method
        self._methods[kind](node)

    def generic_visit(self, node: ast.AST) -> None:
        for name in node._fields:
            value = getattr(node, name, None)
            if isinstance(value, list):
                for item in value:
                    if isinstance(item, ast.AST):
                        self.visit(item)
            elif isinstance(value, ast.AST):
                self.visit(value)


def _do_nothing(node: ast.AST) -> None:
    """A node without parts."""


def all_statements(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements of some code, and those inside them."""
    for statement in body:
        yield statement
        for name in _BLOCKS:
            yield from all_statements(getattr(statement, name, ()))
        for part in (*getattr(statement, "handlers", ()), *getattr(statement, "cases", ())):
            yield from all_statements(part.body)


def imported_modules(statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The full names of all modules that are imported anywhere in some code."""
    for node in statements:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def changed_elsewhere(statements: Iterable[ast.stmt]) -> Iterator[str]:
    """The names that functions change outside of themselves."""
    for node in statements:
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            yield from node.names


def replaced_modules(statements: Iterable[ast.stmt]) -> frozenset[str]:
    """The packages that the code puts something else in the place of: `sys.modules["a"] = b`."""
    targets = (target for node in statements if isinstance(node, ast.Assign) for target in node.targets)
    items = (target for target in targets if isinstance(target, ast.Subscript))
    names = (literal_text([item.slice]) for item in items if last_name(item.value) == "modules")
    return frozenset(name.partition(".")[0] for name in names)


def has_lazy_annotations(tree: ast.Module) -> bool:
    """Whether annotations are not evaluated."""
    names = [alias.name for node in tree.body if isinstance(node, ast.ImportFrom) for alias in node.names]
    return "annotations" in names


def caught_types(node: ast.expr | None) -> list[str]:
    """The names of the types that a handler catches; a bare one catches all."""
    if node is None:
        return ["BaseException"]
    return [last_name(item) for item in (node.elts if isinstance(node, ast.Tuple) else [node])]


def is_exit(function: ast.expr) -> bool:
    """Whether nothing follows a call of the function."""
    name, owner = last_name(function), last_name(getattr(function, "value", ast.Constant(0)))
    return name in _EXITS or (owner == "pytest" and name in _ENDS_OF_TESTS)


def last_name(node: ast.expr) -> str:
    """`c` of `a.b.c` and of `c`; empty for anything else."""
    return str(getattr(node, "attr", getattr(node, "id", "")))


def first_of_chain(node: ast.expr) -> ast.expr:
    """`a()` of `a().b.c`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node


def literal_text(nodes: Sequence[ast.expr]) -> str:
    """The text that one literal is; empty for anything else."""
    value = nodes[0].value if len(nodes) == 1 and isinstance(nodes[0], ast.Constant) else None
    return value if isinstance(value, str) else ""


def names_of(arguments: ast.arguments | None) -> list[str]:
    """The names of all parameters."""
    if arguments is None:
        return []
    given = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg)
    return [argument.arg for argument in given if argument is not None]
