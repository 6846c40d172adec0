"""The import path of a piece of code, and the same code with a word in its place."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from harness.controller.api.document import root_of


@dataclass(frozen=True)
class _Change:
    """New text for a part of some code, from (line, column) to another; columns count bytes."""

    first: tuple[int, int]
    last: tuple[int, int]
    text: str


def imported_names(node: ast.AST) -> list[str]:
    """The full names that an import statement imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def path_names(tree: ast.AST) -> list[str]:
    """The full names of what some code imports, and of its chains of attributes."""
    bound = _bound(tree)
    chains = (_full_name(node, bound) for node in ast.walk(tree) if isinstance(node, ast.Attribute))
    imports = (name for node in ast.walk(tree) for name in imported_names(node))
    return list(dict.fromkeys(filter(None, (*imports, *chains))))


def with_placeholder(code: str, root: str, placeholder: str) -> str:
    """The code with a word for an import path, its statements each on a line of its own."""
    tree = ast.parse(code)
    names = {alias: name for alias, name in _bound(tree).items() if root_of([root], name) is None or alias == name}
    reached = [node for node in ast.walk(tree) if isinstance(node, ast.expr) and _full_name(node, names) == root]
    changes = [*_one_a_line(tree), *(_Change(*_ends(node), placeholder) for node in reached)]
    imports = {node: _rewritten(node, root, placeholder) for node in ast.walk(tree) if isinstance(node, ast.stmt)}
    changes += [
        _Change(*_ends(node), ("\n" + " " * node.col_offset).join(lines)) for node, lines in imports.items() if lines
    ]
    plain = re.compile(rf"import {placeholder}(\.\w+)*")
    if reached and not any(plain.fullmatch(line) for lines in imports.values() for line in lines):
        place = begin_of(next(node for node in tree.body if set(reached) & set(ast.walk(node))))
        changes.append(_Change(place, place, f"import {placeholder}\n"))
    return _changed(code, changes).strip("\n")


def _rewritten(node: ast.AST, root: str, placeholder: str) -> list[str]:
    """The lines that import the same names; none for what imports nothing of the path."""
    if not any(root_of([root], name) for name in imported_names(node)):
        return []
    lines = []
    if isinstance(node, ast.Import):
        for alias in node.names:
            lines.append("import " + _written(alias, _replaced(alias.name, root, placeholder)))
    elif isinstance(node, ast.ImportFrom):
        module = str(node.module)
        itself = [alias for alias in node.names if f"{module}.{alias.name}" == root]
        others = [alias for alias in node.names if alias not in itself]
        lines = [f"import {placeholder} as {alias.asname or alias.name}" for alias in itself]
        if others:
            names = ", ".join(_written(alias, alias.name) for alias in others)
            lines.append(f"from {_replaced(module, root, placeholder)} import {names}")
    return lines


def _replaced(name: str, root: str, placeholder: str) -> str:
    return placeholder + name[len(root) :] if root_of([root], name) else name


def _written(alias: ast.alias, name: str) -> str:
    return f"{name} as {alias.asname}" if alias.asname else name


def _bound(tree: ast.AST) -> dict[str, str]:
    """What the names that are bound by imports stand for."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                found[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            found |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _full_name(node: ast.AST, bound: Mapping[str, str]) -> str:
    """`tensorflow.keras` for `tf.keras`; empty for what is no chain of an imported name."""
    if isinstance(node, ast.Name):
        return bound.get(node.id, "")
    if isinstance(node, ast.Attribute):
        base = _full_name(node.value, bound)
        return f"{base}.{node.attr}" if base else ""
    return ""


def _one_a_line(tree: ast.Module) -> Iterator[_Change]:
    """Line ends in place of the semicolons between statements."""
    for one, other in zip(tree.body, tree.body[1:], strict=False):
        if one.end_lineno == other.lineno:
            yield _Change(_ends(one)[1], _ends(other)[0], "\n")


def begin_of(node: ast.stmt) -> tuple[int, int]:
    """Where a statement begins, with its decorators and the sign before them."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    return (decorators[0].lineno, decorators[0].col_offset - 1) if decorators else (node.lineno, node.col_offset)


def _ends(node: ast.stmt | ast.expr) -> tuple[tuple[int, int], tuple[int, int]]:
    end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    return (node.lineno, node.col_offset), (end_line, end_column)


def _changed(code: str, changes: list[_Change]) -> str:
    lines = [line.encode() for line in code.split("\n")]
    for change in sorted(changes, key=lambda change: change.first, reverse=True):
        (line, column), (end_line, end_column) = change.first, change.last
        around = lines[line - 1][:column], lines[end_line - 1][end_column:]
        lines[line - 1 : end_line] = [around[0] + change.text.encode() + around[1]]
    return b"\n".join(lines).decode()
