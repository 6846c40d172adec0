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

    def mentions_version(self, node: ast.AST, depth: int = 0) -> bool:
        """Whether the version of a measured package is read in some code, or in what its names were given."""
        for inner in ast.walk(node):
            asked = self._distribution(inner)
            if asked is not None and (not isinstance(asked, ast.Constant) or self._answers.package_of(asked.value)):
                return True
            if isinstance(inner, (ast.Name, ast.Attribute)):
                names = [target.name for target in self._targets(inner)]
                if any(name.endswith(VERSIONS) and self._answers.is_about_package(name) for name in names):
                    return True
            if isinstance(inner, (ast.Name, ast.Attribute)) and depth < _DEEPEST:
                name = inner.id if isinstance(inner, ast.Name) else inner
                kinds = (ast.expr, ast.FunctionDef) if isinstance(inner, ast.Name) else ast.expr  # classes are long
                given = [value for value in self._given(name) if isinstance(value, kinds)]
                if any(self.mentions_version(value, depth + 1) for value in given):
                    return True
        return False
