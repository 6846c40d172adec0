"""Code that was tried, as a case: a snippet in which a placeholder stands for its import path, or a symbol."""

from __future__ import annotations

import ast
from typing import Any

import yaml

from harness.cases.document.suggestions import suggest
from harness.contract.statuses import STAGE_LINE, Stage
from harness.controller.api.document import root_of
from harness.controller.api.lookup import Api
from harness.controller.audit.placeholders import begin_of, imported_names, path_names, with_placeholder
from harness.controller.errors import UsageError
from harness.controller.project.matrix import Matrix

_SNIPPET, _SYMBOL = "snippet", "symbol"
_KINDS = ("class", "function", "module")  # of those in the inventory, what a case can expect
_NO_SYMBOL = (
    "a case of kind symbol imports one name, and calls it at most once, with keyword arguments that are plain values: "
    "save this as a snippet"
)


def case_body(code: str, kind: str, matrix: Matrix, api: Api, path: str | None) -> str:
    """The keys of a case of this kind that asks what the code asks of an import path, by default the one that it uses.

    The API knows what a symbol is. Raises UsageError where the kind cannot ask it.
    """
    if kind not in (_SNIPPET, _SYMBOL):
        raise UsageError(f"code becomes a case of kind {_SNIPPET} or {_SYMBOL}, not {kind!r}")
    try:
        tree = ast.parse(code)
    except (SyntaxError, ValueError) as error:
        raise UsageError(f"not Python: {error}") from None
    root = _root(tree, matrix, path)
    return _symbol(tree, root, api) if kind == _SYMBOL else _snippet(code, root, matrix.subject.placeholder)


def _root(tree: ast.Module, matrix: Matrix, path: str | None) -> str:
    """The full name of the import path that the code is about."""
    roots = dict.fromkeys(matrix.full_name(name) for name in matrix.paths)
    used = list(dict.fromkeys(filter(None, (root_of(roots, name) for name in path_names(tree)))))
    if path is not None:
        if path not in matrix.paths:
            raise UsageError(f"unknown import path {path!r}{suggest(path, matrix.paths)}")
        if matrix.full_name(path) not in used:
            raise UsageError(f"the code uses no name of {path}")
        return matrix.full_name(path)
    if not used:
        raise UsageError("the code uses no import path of matrix.yaml")
    if len(used) > 1:
        raise UsageError(f"the code uses {' and '.join(used)}: say with -p which of them the case asks about")
    return used[0]


def _snippet(code: str, root: str, placeholder: str) -> str:
    lines = with_placeholder(code, root, placeholder).split("\n")
    if not any(map(STAGE_LINE.match, lines)):
        _open_stages(lines, placeholder)
    return "code: |\n" + "".join(f"  {line}".rstrip() + "\n" for line in lines)


def _open_stages(lines: list[str], placeholder: str) -> None:
    """Add the comments that open stages: below the imports of the path, and above the assertions at the end."""
    body = ast.parse("\n".join(lines)).body
    names = [[name for inner in ast.walk(node) for name in imported_names(inner)] for node in body]
    about = [index for index, found in enumerate(names) if root_of([placeholder], found[0] if found else "")]
    after, checks = (about[-1] + 1 if about else 0), len(body)
    while after < checks and isinstance(body[after], (ast.Import, ast.ImportFrom)):
        after += 1
    while checks > after and isinstance(body[checks - 1], ast.Assert):
        checks -= 1
    for index, end, stage in ((checks, len(body), Stage.CHECK), (after, checks, Stage.CALL)):
        if index < end:
            above = begin_of(body[index])[0] - 1
            lines[above:above] = ["", f"# {stage.value}"]


def _symbol(tree: ast.Module, root: str, api: Api) -> str:
    names = [name for name in path_names(tree) if name.startswith(f"{root}.")]
    longest = max(names, key=len, default="")
    rest = [node for node in tree.body if not isinstance(node, (ast.Import, ast.ImportFrom))]
    is_one = bool(names) and all(longest.startswith(name) for name in names)
    if not is_one or len(rest) > 1 or not all(isinstance(node, ast.Expr) for node in rest):
        raise UsageError(_NO_SYMBOL)
    body: dict[str, Any] = {"symbol": longest[len(root) + 1 :]}
    value = rest[0].value if rest and isinstance(rest[0], ast.Expr) else None
    if isinstance(value, ast.Call):
        body["call"] = _plain_arguments(value)
    body["expect"] = {"is": _kind_of(longest, api)}
    return yaml.safe_dump(body, sort_keys=False, default_flow_style=None)


def _kind_of(name: str, api: Api) -> str:
    """What a name was measured to be, wherever it is: a case expects something."""
    found = api.exact(name)
    kinds = sorted(found.row.values("kind")) if found and not found.method else []
    if len(kinds) != 1 or kinds[0] not in _KINDS:
        known = f"is measured as {' and '.join(kinds)}" if kinds else "was not measured"
        raise UsageError(f"what to expect of {name} is not known, as it {known}: save this as a snippet with an assert")
    return kinds[0]


def _plain_arguments(call: ast.Call) -> dict[str, Any]:
    if call.args or any(keyword.arg is None for keyword in call.keywords):
        raise UsageError(_NO_SYMBOL)
    try:
        return {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in call.keywords}
    except ValueError:
        raise UsageError(_NO_SYMBOL) from None
