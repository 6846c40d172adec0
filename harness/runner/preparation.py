"""What a script sets before its imports, where that is all that it does before them.

Cells that set the same can be forked from a process that has set it and then imported the subject. Each script sets it
once more, which changes nothing.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Collection

from harness.runner.import_order import acts_before_imports, names_imported_by


@dataclass(frozen=True)
class Preparation:
    """Environment variables with their values, and modules that cannot be imported from then on."""

    variables: tuple[tuple[str, str], ...] = ()
    hidden: tuple[str, ...] = ()


def preparation_of(tree: ast.Module, warm: Collection[str]) -> Preparation | None:
    """What the script sets before it first imports something of the top-level packages `warm`.

    None if it sets nothing, or does more. Seen are `os.environ["NAME"] = "value"` and `sys.modules["name"] = None`.
    """
    variables: dict[str, str] = {}
    hidden: list[str] = []
    others: list[ast.stmt] = []
    rest = list(tree.body)
    while rest and _comes_before(rest[0], warm):
        statement = rest.pop(0)
        if isinstance(statement, ast.Import):
            others.append(statement)
            continue
        setting = _setting(statement)
        assert setting is not None
        _, name, value = setting
        if value is None:
            hidden.append(name)
        else:
            variables[name] = value
    without = ast.parse("")
    without.body = others + rest
    if not (variables or hidden) or acts_before_imports(without, warm):
        return None
    return Preparation(tuple(variables.items()), tuple(hidden))


def _comes_before(statement: ast.stmt, warm: Collection[str]) -> bool:
    """Whether it sets something that is seen, or imports another package under its own name."""
    if isinstance(statement, ast.Import):
        own = not any(alias.asname for alias in statement.names)
        return own and not any(name.split(".")[0] in warm for name in names_imported_by(statement))
    return _setting(statement) is not None


def _setting(statement: ast.stmt) -> tuple[str, str, str | None] | None:
    """`os.environ`, the variable's name and value; or `sys.modules`, the module's name and None."""
    if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
        return None
    target = statement.targets[0]
    if not isinstance(target, ast.Subscript) or not isinstance(target.value, ast.Attribute):
        return None
    key = vars(target.slice)["value"] if type(target.slice).__name__ == "Index" else target.slice  # until Python 3.8
    try:
        name, value = ast.literal_eval(key), ast.literal_eval(statement.value)
    except ValueError:  # worked out when it runs
        return None
    owner = "{}.{}".format(getattr(target.value.value, "id", None), target.value.attr)
    is_seen = (owner == "os.environ" and isinstance(value, str)) or (owner == "sys.modules" and value is None)
    return (owner, name, value) if is_seen and isinstance(name, str) else None
