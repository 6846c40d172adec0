"""Names in strings that code looks up when it runs: a text counts only where it can be told with certainty."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from importlib.util import resolve_name

from harness.controller.scan.reading.syntax import last_name

Assigned = Callable[[str], "ast.AST | None"]  # the one expression that a name was given
_DEEPEST = 20  # names assigned to names
_IMPORTERS = ("import_module", "__import__", "importorskip")
_VERSIONS = ("importlib.metadata.version", "importlib_metadata.version")
_DISTRIBUTIONS = (
    "importlib.metadata.distribution",
    "importlib_metadata.distribution",
    "pkg_resources.get_distribution",
)
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
    elif isinstance(node, (ast.BinOp, ast.Call)):
        return _formatted(node, lambda part: certain_text(part, assigned, depth + 1))
    elif isinstance(node, ast.JoinedStr):
        parts = [_inserted(part) for part in node.values]
    texts = [certain_text(part, assigned, depth + 1) for part in parts]
    return "".join(texts) if all(texts) else ""


def _formatted(node: ast.BinOp | ast.Call, text: Callable[[ast.expr], str]) -> str:
    """What `"a.%s" % b` and `"a.{}".format(b)` make of texts alone."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod):
        pattern, given = node.left, node.right.elts if isinstance(node.right, ast.Tuple) else [node.right]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "format":
        pattern, given = node.func.value, [] if node.keywords else node.args
    else:
        return ""
    mark = "%s" if isinstance(node, ast.BinOp) else "{}"
    parts = text(pattern).split(mark)
    texts = [text(part) for part in given]
    is_plain = len(parts) == len(texts) + 1 and all(texts) and not any(sign in part for part in parts for sign in "%{}")
    return "".join(map("".join, zip(parts, [*texts, ""], strict=True))) if is_plain else ""


def _inserted(part: ast.expr) -> ast.expr:
    """What `{name}` puts into an f-string."""
    is_plain = isinstance(part, ast.FormattedValue) and part.conversion == -1 and part.format_spec is None
    return part.value if isinstance(part, ast.FormattedValue) and is_plain else part


def module_of_call(call: ast.Call, text: Callable[[Sequence[ast.expr]], str]) -> str:
    """The module that `import_module("a.b")`, `import_module(".b", "a")` and `__import__("a.b")` import. Else empty."""
    name = last_name(call.func)
    if name not in _IMPORTERS:
        return ""
    module = text(call.args[:1] or [keyword.value for keyword in call.keywords if keyword.arg == "name"])
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
    return module.partition(".")[0] if last_name(call.func) == "__import__" and not has_names else module


def distribution_asked(node: ast.AST, name: Callable[[ast.expr], str]) -> ast.expr | None:
    """The distribution whose version `metadata.version(a)` or `get_distribution(a).version` gives, as code.

    `name` gives the full name of a function.
    """
    functions: tuple[str, ...] = _VERSIONS
    if isinstance(node, ast.Attribute) and node.attr == "version":
        node, functions = node.value, _DISTRIBUTIONS
    if not isinstance(node, ast.Call) or len(node.args) != 1 or name(node.func) not in functions:
        return None
    return node.args[0]


def name_of_patch(function: str, call: ast.Call, text: Callable[[Sequence[ast.expr]], str]) -> str:
    """The name that `patch("a.b.c")` and `patch.object(a.b, "c")` look up: the second gives `c`. Else empty."""
    if any(keyword.arg == "create" for keyword in call.keywords):
        return ""
    if function in _PATCHES:
        name = text(call.args[:1])
        return name if "." in name else ""
    return text(call.args[1:2]) if function.removesuffix(".object") in _PATCHES else ""
