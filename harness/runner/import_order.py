"""Whether a script acts before its imports, judged by its text: in doubt it does."""

from __future__ import annotations

import ast
from typing import Collection, Iterator

_HOLDS = (ast.If, ast.Try, ast.ExceptHandler, ast.With, ast.For, ast.While)
_LATE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)  # what these hold runs when they are called, if ever
_IMPORTS = ("import_module", "__import__")

Names = Collection[str]  # what is imported at once, dotted: `keras.layers.Dense` for `from keras.layers import Dense`


def read_script(file: str) -> ast.Module | None:
    """The parsed script; None if it is not Python to this interpreter: the cell reports that itself."""
    with open(file, encoding="utf-8") as handle:
        try:
            return ast.parse(handle.read())
        except SyntaxError:
            return None


def acts_before_imports(tree: ast.Module, warm: Names) -> bool:
    """Whether the script does anything but import before it first imports something of the top-level packages `warm`.

    What it has imported by then is loaded in full only where it was named: TensorFlow loads its Keras when it is asked.
    """
    acted = False
    imported: set[str] = set()
    for step in _steps(tree, warm):
        if step is None:
            acted = True
            continue
        names = {name for name in step if name.split(".")[0] in warm}
        if acted and not names <= imported:
            return True
        for name in names:
            parts = name.split(".")
            imported.update(".".join(parts[:end]) for end in range(1, len(parts) + 1))
    return False


def imports_first(tree: ast.Module, path: str, there: Names) -> bool:
    """Whether nothing can come before the script's import of the module `path`, or of what is in it: no other lines but
    imports of the packages `there`, which have been imported already."""
    for statement in tree.body:
        if not isinstance(statement, (ast.Import, ast.ImportFrom)):
            return False
        for name in names_imported_by(statement):
            if (name + ".").startswith(path + "."):
                return True
            if name.split(".")[0] not in there:
                return False
    return False


def _steps(node: ast.AST, warm: Names) -> Iterator[Names | None]:
    """In the order of the lines what is imported at once, and None where anything else is done."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield names_imported_by(node)
    elif isinstance(node, (ast.Module, *_HOLDS)):
        for child in ast.iter_child_nodes(node):
            yield from _steps(child, warm)
    elif isinstance(node, _LATE):
        yield None
        for inner in ast.walk(node):
            yield from _imports_of(inner, warm)
    elif not _only_looks(node):
        for inner in ast.walk(node):
            yield from _imports_of(inner, warm)
        yield None


def _imports_of(node: ast.AST, warm: Names) -> Iterator[Names]:
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield names_imported_by(node)
    elif isinstance(node, ast.Call):
        called = getattr(node.func, "attr", getattr(node.func, "id", None))
        if called in _IMPORTS:
            named = [argument for argument in map(_text, node.args[:1]) if argument]
            yield named or warm


def _text(node: ast.AST) -> str | None:
    """The text that is written there; None for anything else."""
    if type(node).__name__ not in ("Constant", "Str"):  # the second up to Python 3.7, and gone from 3.14 on
        return None
    value = ast.literal_eval(node)
    return value if isinstance(value, str) else None


def names_imported_by(statement: ast.Import | ast.ImportFrom) -> list[str]:
    """What the statement imports, dotted; nothing for what is relative to a package."""
    if isinstance(statement, ast.Import):
        return [alias.name for alias in statement.names]
    return [f"{statement.module}.{alias.name}" for alias in statement.names if statement.module and not statement.level]


def _only_looks(node: ast.AST) -> bool:
    """A condition or a docstring, and what it is made of; or a name given to an attribute or to a constant."""
    if isinstance(node, ast.Expr):
        return _text(node.value) is not None
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Name) for target in node.targets) and _is_named(node.value)
    return not isinstance(node, ast.stmt) and not any(isinstance(inner, ast.Call) for inner in ast.walk(node))


def _is_named(value: ast.AST) -> bool:
    """Whether it is `tf.keras.layers.Dense`, `Dense` or a constant: no more than an import does."""
    while isinstance(value, ast.Attribute):
        value = value.value
    return isinstance(value, ast.Name) or type(value).__name__ in ("Constant", "NameConstant", "Num", "Str")
