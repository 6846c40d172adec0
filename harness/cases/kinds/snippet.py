"""`snippet`: a pasted piece of code in which the name KERAS stands for the import path.

`from KERAS.layers import Dense` and `import KERAS.backend as K` are written in the path's form; any other `KERAS`
becomes the path's dotted name. Comment lines such as `# build` open the stages.
"""

from __future__ import annotations

import ast
import re
from typing import Any

from harness.cases.documents import Place
from harness.cases.fields import Text
from harness.cases.kinds.base import Kind
from harness.cases.script import STAGE_LINE, Script
from harness.contract.plan import PathSpec

PLACEHOLDER = "KERAS"

_WORD = re.compile(rf"\b{PLACEHOLDER}\b")
_FROM = re.compile(rf"(?P<indent>\s*)from {PLACEHOLDER}(?P<module>(?:\.\w+)*) import (?P<names>[^#(]+)")
_IMPORT = re.compile(rf"(?P<indent>\s*)import {PLACEHOLDER}(?P<module>(?:\.\w+)*)(?: as (?P<alias>\w+))?\s*")


def check(body: dict[str, Any], place: Place) -> None:
    """The code is Python, uses the import path, and checks something."""
    code = body["code"]
    where = place.at("code")
    try:
        tree = ast.parse(code)
    except SyntaxError as error:
        where.fault(f"is not Python: {error.msg} (line {error.lineno} of the code)")
        return
    if not _WORD.search(code):
        where.fault(f"never uses the import path: write {PLACEHOLDER} where it stands")
    if not any(isinstance(node, (ast.Assert, ast.Raise)) or _is_check(node) for node in ast.walk(tree)):
        where.fault("checks nothing: assert what must hold")


def _is_check(node: ast.AST) -> bool:
    """Whether the node is a call such as np.testing.assert_allclose(...)."""
    return isinstance(node, ast.Attribute) and node.attr.startswith("assert")


def text(body: dict[str, Any], path: PathSpec) -> str:
    """The code in the path's form, with a stage after the imports if it has none of its own."""
    lines = body["code"].rstrip().split("\n")
    if path.form == "attribute":
        lines = [new for line in lines for new in _as_attribute(line, path)]
        if not any(line.startswith("import tensorflow as tf") for line in lines):
            lines.insert(0, "import tensorflow as tf")
    else:
        lines = [_WORD.sub(path.id, line) for line in lines]
    if not any(STAGE_LINE.match(line) for line in lines):
        lines.insert(_end_of_imports(lines), "# call")
    return "\n".join(lines) + "\n"


def _as_attribute(line: str, path: PathSpec) -> list[str]:
    match = _FROM.fullmatch(line)
    if match:
        module = path.id + match.group("module")
        pairs = [name.strip().partition(" as ") for name in match.group("names").split(",")]
        return ["{}{} = {}.{}".format(match.group("indent"), alias or name, module, name) for name, _, alias in pairs]
    match = _IMPORT.fullmatch(line)
    if match:
        target = path.id + match.group("module")
        return [
            "{}{}{}".format(
                match.group("indent"), (match.group("alias") and match.group("alias") + " = ") or "", target
            )
        ]
    return [_WORD.sub(path.id, line)]


def _end_of_imports(lines: list[str]) -> int:
    for node in ast.parse("\n".join(lines)).body:
        if not isinstance(node, (ast.Import, ast.ImportFrom)):
            return node.lineno - 1
    return len(lines)


def write(body: dict[str, Any], script: Script) -> None:
    """Never called: see `text`."""
    raise AssertionError("the text of a snippet is given whole")


KIND = Kind("snippet", {"code": Text()}, ("code",), write, check, text)
