"""Conditions of `if`, evaluated for each release with the versions that were measured in it."""

from __future__ import annotations

import ast
from typing import Any

from harness.controller.api.environments import Mask
from harness.controller.scan.reading.evaluation import Evaluation
from harness.controller.scan.reading.measured import FAULTS, VERSIONS, NotKnown

_DEEPEST = 5  # names given to names


class Conditions(Evaluation):
    """The conditions of a module: the environments in which each may hold."""

    is_opaque = False  # whether the last one has a version in it, and cannot be read

    def split(self, test: ast.expr, reach: Mask) -> tuple[Mask, Mask]:
        """The environments of a set in which a condition may be true, and those in which it may be false."""
        true = false = 0
        self._reach, self._varies, self.is_opaque = reach, False, False
        for item in self._answers.environments.chosen(reach):
            bit = self._answers.environments.bits[item.id]
            self._environment = item.id
            try:
                held = bool(self._value(test))
            except (RecursionError, *FAULTS):
                self._note_unread(test)
                true, false = true | bit, false | bit
            else:
                true, false = (true | bit, false) if held else (true, false | bit)
            if not self._varies:  # as most conditions: nothing that was asked depends on the environment
                return reach if true else 0, reach if false else 0
        return true, false

    def _boolop(self, node: ast.BoolOp) -> Any:
        """One side that is known may decide."""
        decides = isinstance(node.op, ast.Or)
        unread = []
        for side in node.values:
            try:
                if bool(self._value(side)) is decides:
                    return decides
            except FAULTS:
                unread.append(side)
        if not unread:
            return not decides
        for side in unread:
            self._note_unread(side)
        raise NotKnown

    def _note_unread(self, node: ast.expr) -> None:
        """Whether a version is in an expression that cannot be read: of `and`, `or` and `not` the sides are asked."""
        if not isinstance(node, ast.BoolOp) and not (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            self.is_opaque |= self.mentions_version(node)

    def mentions_version(self, node: ast.AST) -> bool:
        """Whether the version of a measured package is read in some code, or in what its names were given."""
        level, seen = [node], {node}
        for _ in range(_DEEPEST + 1):
            parts = [inner for code in level for inner in ast.walk(code)]
            if any(map(self._is_version, parts)):
                return True
            found = dict.fromkeys(given for inner in parts for given in self._code_given(inner))
            level = [given for given in found if given not in seen]
            seen.update(level)
        return False

    def _is_version(self, node: ast.AST) -> bool:
        asked = self._distribution(node)
        if asked is not None and (not isinstance(asked, ast.Constant) or self._answers.package_of(asked.value)):
            return True
        if not isinstance(node, (ast.Name, ast.Attribute)):
            return False
        names = [target.name for target in self._targets(node)]
        return any(name.endswith(VERSIONS) and self._answers.is_about_package(name) for name in names)

    def _code_given(self, node: ast.AST) -> list[ast.AST]:
        """The expressions and functions that a name stands for, and the expressions that an attribute does."""
        if isinstance(node, ast.Name):
            return [value for value in self._given(node.id) if isinstance(value, (ast.expr, ast.FunctionDef))]
        if isinstance(node, ast.Attribute):
            return [value for value in self._given(node) if isinstance(value, ast.expr)]
        return []
