"""Names in strings that code looks up when it runs: a text counts only where it can be told with certainty."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from importlib.util import resolve_name

from harness.controller.scan.reading.syntax import last_name

Assigned = Callable[[str], "ast.AST | None"]  # the one expression that a name was given
_DEEPEST = 20  # names assigned to names
_IMPORTERS = ("import_module", "__import__")
_PATCHES = ("unittest.mock.patch", "mock.patch", "mock.mock.patch")


def certain_text(node: ast.AST, assigned: Assigned, depth: int = 0) -> str:
    """The text that an expression is: a literal, a name that is one, and what joins them. Else empty."""
    if depth > _DEEPEST:
        return ""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.Name):
        value = assigned(node.id)
        return certain_text(value, assigned, depth + 1) if value is not None else ""
    parts: list[ast.expr] = []
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        parts = [node.left, node.right]
    elif isinstance(node, ast.JoinedStr):
        parts = [_inserted(part) for part in node.values]
    texts = [certain_text(part, assigned, depth + 1) for part in parts]
    return "".join(texts) if all(texts) else ""


def _inserted(part: ast.expr) -> ast.expr:
    """What `{name}` puts into an f-string."""
    is_plain = isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None
    return part.value if isinstance(part, ast.FormattedValue) and is_plain else part


def module_of_call(call: ast.Call, text: Callable[[Sequence[ast.expr]], str]) -> str:
    """The module that `import_module("a.b")`, `import_module(".b", "a")` and `__import__("a.b")` import. Else empty."""
    name = last_name(call.func)
    module = text(call.args[:1]) if name in _IMPORTERS else ""
    if not module.startswith("."):
        return module
    given = [keyword.value for keyword in call.keywords if keyword.arg == "package"]
    package = text(given or call.args[1:2])
    try:
        return resolve_name(module, package) if package and name == "import_module" else ""
    except ImportError:  # more dots than the package has parts
        return ""


def module_of_result(call: ast.Call, module: str) -> str:
    """The module that the call which imports `module` gives: `__import__` without names to import gives the first."""
    has_names = len(call.args) > 3 or any(keyword.arg == "fromlist" for keyword in call.keywords)
    return module if has_names or last_name(call.func) == "import_module" else module.partition(".")[0]


def name_of_patch(function: str, call: ast.Call, text: Callable[[Sequence[ast.expr]], str]) -> str:
    """The name that `patch("a.b.c")` and `patch.object(a.b, "c")` look up: the second gives `c`. Else empty."""
    if any(keyword.arg == "create" for keyword in call.keywords):
        return ""
    if function in _PATCHES:
        name = text(call.args[:1])
        return name if "." in name else ""
    return text(call.args[1:2]) if function.removesuffix(".object") in _PATCHES else ""
