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
    without = ast.parse("")  # the script without what it sets first
    for place, statement in enumerate(tree.body):
        setting = _setting(statement)
        if setting is None and not _imports_others(statement, warm):
            without.body += tree.body[place:]
            break
        if setting is None:
            without.body.append(statement)
        elif setting[1] is None:
            hidden.append(setting[0])
        else:
            variables[setting[0]] = setting[1]
    if not (variables or hidden) or acts_before_imports(without, warm):
        return None
    return Preparation(tuple(variables.items()), tuple(hidden))


def _imports_others(statement: ast.stmt, warm: Collection[str]) -> bool:
    """Whether it imports other packages, under their own names."""
    if not isinstance(statement, ast.Import) or any(alias.asname for alias in statement.names):
        return False
    return not any(name.split(".")[0] in warm for name in names_imported_by(statement))


def _setting(statement: ast.stmt) -> tuple[str, str | None] | None:
    """A variable's name and the value that it is given; or the name of a module that is hidden, and None."""
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
    return (name, value) if is_seen and isinstance(name, str) else None
