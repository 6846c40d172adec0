"""`snippet`: a pasted piece of code in which a placeholder stands for the import path: `KERAS` in the cases of Keras.

`from KERAS.layers import Dense` and `import KERAS.backend as K` are written in the path's form; any other `KERAS`
becomes the path's dotted name. Comment lines such as `# build` open the stages.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from harness.cases.codegen.script import Script
from harness.cases.document.expressions import parse_python
from harness.cases.document.fields import Text
from harness.cases.document.reader import Place
from harness.cases.kinds.base import Kind
from harness.cases.subject import Subject
from harness.contract.plan import PathSpec
from harness.contract.statuses import STAGE_LINE, Stage

_NAME = r"\w+(?: as \w+)?"


@dataclass(frozen=True)
class _Patterns:
    """The plain lines that import a placeholder, and the word itself."""

    word: re.Pattern[str]
    from_line: re.Pattern[str]
    import_line: re.Pattern[str]

    def are_plain(self, line: str) -> bool:
        return bool(self.from_line.fullmatch(line) or self.import_line.fullmatch(line))


@lru_cache(maxsize=8)
def _patterns(placeholder: str) -> _Patterns:
    indent, rest = r"(?P<indent>\s*)", r"(?P<comment>\s*#.*)?\s*"
    module = rf"{placeholder}(?P<module>(?:\.\w+)*)"
    return _Patterns(
        re.compile(rf"\b{placeholder}\b"),
        re.compile(rf"{indent}from {module} import (?P<names>{_NAME}(?:, {_NAME})*){rest}"),
        re.compile(rf"{indent}import {module}(?: as (?P<alias>\w+))?{rest}"),
    )


def check(body: dict[str, Any], place: Place) -> None:
    """The code is Python, imports the path in plain lines, has stages, and checks something."""
    where, before = place.at("code"), len(place.document.faults)
    placeholder = place.subject.placeholder
    patterns = _patterns(placeholder)
    unreadable = _unreadable(body["code"])
    if unreadable:
        where.fault(unreadable)
        return
    tree, lines = parse_python(body["code"], "exec"), body["code"].split("\n")
    imports = _imports(tree, placeholder)
    if not imports:
        where.fault(f"does not import the import path: write it as {placeholder}")
    for number in imports:
        if not patterns.are_plain(lines[number - 1]):
            plain = f"`from {placeholder}.layers import Dense, Flatten as F` or `import {placeholder}.backend as K`"
            where.fault(f"import the path in one plain line such as {plain} (line {number} of the code)")
    later = [number for number, line in enumerate(lines, start=1) if _opens_stage(line)]
    if not later:
        where.fault("no stage after the imports: start one with a comment line such as `# call`")
    elif imports and imports[0] > later[0]:
        where.fault(f"imports the path after the first stage (line {imports[0]} of the code): move the import up")
    if not any(isinstance(node, (ast.Assert, ast.Raise)) or _is_check(node) for node in ast.walk(tree)):
        where.fault("no check: add an assert")
    for form in ("from", "attribute") if len(place.document.faults) == before else ():
        if _unreadable(text(body, place.subject.path("some.path", form), place.subject)):
            where.fault(f"is not Python when {placeholder} becomes a dotted name: do not assign to it")
            return


def _unreadable(code: str) -> str | None:
    if "\r" in code or "\0" in code:
        return "is not Python: it holds a carriage return or a NUL"
    try:
        parse_python(code, "exec")
    except SyntaxError as error:
        return f"is not Python: {error.msg} (line {error.lineno} of the code)"
    except (MemoryError, RecursionError):
        return "is not Python: nested too deeply"
    return None


def _opens_stage(line: str) -> bool:
    match = STAGE_LINE.match(line)
    return match is not None and match.group(1) not in (Stage.PATH.value, Stage.IMPORT.value)


def _imports(tree: ast.AST, placeholder: str) -> list[int]:
    """The numbers of the lines that import the placeholder or something from it."""
    numbers = []
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""]
            if any(module.split(".")[0] == placeholder for module in modules):
                numbers.append(node.lineno)
    return sorted(numbers)


def _is_check(node: ast.AST) -> bool:
    """Whether the node is a call such as np.testing.assert_allclose(...)."""
    if not isinstance(node, ast.Call):
        return False
    called = node.func
    name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
    return str(name).startswith("assert")


def text(body: dict[str, Any], path: PathSpec, subject: Subject) -> str:
    """The code in the path's form."""
    code = body["code"].rstrip()
    lines = code.split("\n")
    patterns = _patterns(subject.placeholder)
    if path.form == "attribute":
        tree = ast.parse(code)
        imports = _imports(tree, subject.placeholder)
        for number in imports:
            lines[number - 1] = _as_attribute(lines[number - 1], path, patterns)
        opening = _needs_package(tree, imports, path)
        if opening is not None:
            lines.insert(opening - 1, subject.import_statement(path.id.split(".")[0]))
    return patterns.word.sub(path.id, "\n".join(lines)) + "\n"


def _as_attribute(line: str, path: PathSpec, patterns: _Patterns) -> str:
    """An import as the assignments that bind the same names."""
    match = patterns.from_line.fullmatch(line)
    if match:
        pairs = [name.partition(" as ") for name in match.group("names").split(", ")]
        module = path.id + match.group("module")
        bound = [f"{match.group('indent')}{alias or name} = {module}.{name}" for name, _, alias in pairs]
        return "\n".join([bound[0] + (match.group("comment") or ""), *bound[1:]])
    match = patterns.import_line.fullmatch(line)
    assert match, "check() lets only these two forms through"
    target = f"{match.group('alias')} = " if match.group("alias") else ""
    return f"{match.group('indent')}{target}{path.id}{match.group('module')}{match.group('comment') or ''}"


def _needs_package(tree: ast.Module, imports: Sequence[int], path: PathSpec) -> int | None:
    """The line above which the path's package must be imported, or None where the code itself does so in time."""
    first = path.id.split(".")[0]
    for statement in tree.body:
        if isinstance(statement, ast.Import) and any(
            (alias.name, alias.asname or alias.name) == (path.package, first) for alias in statement.names
        ):
            return None
        if imports and statement.lineno <= imports[0] <= (statement.end_lineno or statement.lineno):
            starts: list[int] = [decorator.lineno for decorator in getattr(statement, "decorator_list", [])]
            return min([statement.lineno, *starts])
    raise AssertionError("check() lets no code through that does not import the path")


def write(body: dict[str, Any], script: Script) -> None:
    """Never called: `text` gives the whole script."""
    raise AssertionError("a snippet has its text")


_STARTER = """\
code: |
  import PLACEHOLDER as path

  # call
  version = path.__version__

  # check
  assert version.split(".")[0].isdigit(), version
"""

KIND = Kind(
    "snippet",
    {"code": Text()},
    ("code",),
    write,
    _STARTER,
    check,
    text,
    summary="run a piece of code in which a placeholder stands for the import path",
)
"""The kind."""
