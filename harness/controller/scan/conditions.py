"""Conditions of `if`, evaluated for each release with the versions that were measured in it."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from packaging.version import InvalidVersion, Version

from harness.controller.api.environments import Mask
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.uses import Form, Target

_VERSIONS = ("__version__", "version.VERSION", "version.__version__")
_PARSERS = {"Version", "LooseVersion", "StrictVersion", "parse", "parse_version"}
_TYPES: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "tuple": tuple,
    "list": list,
    "len": len,
}
_METHODS = {"split", "startswith", "endswith", "strip", "rsplit", "partition"}
_FIELDS = {"major", "minor", "micro", "release", "public", "base_version"}
_COMPARED: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.In: lambda one, other: one in other,
    ast.NotIn: lambda one, other: one not in other,
    ast.Is: operator.is_,
    ast.IsNot: operator.is_not,
}
_THERE = object()  # what `find_spec` and `getattr` give where there is something
_FAULTS = (ValueError, TypeError, IndexError, KeyError, AttributeError, InvalidVersion)

# What an expression stands for, and in which environments; the assigned expression of a name.
Meaning = Callable[[ast.expr], Mapping[Target, Mask]]
Assigned = Callable[[str], "ast.expr | None"]


class NotKnown(Exception):
    """The value of an expression cannot be read from the code."""


class Conditions:
    """Evaluates conditions in a module. `meaning` and `assigned` resolve its names at the point that is reached."""

    def __init__(self, answers: ApiAnswers, meaning: Meaning, assigned: Assigned) -> None:
        self._answers = answers
        self._meaning = meaning
        self._assigned = assigned
        self._environment = ""
        self._varies = False  # whether the value depended on the environment
        self._reads_version = False
        self.is_opaque = False  # whether a function that is not read decided by a version

    def split(self, test: ast.expr, reach: Mask) -> tuple[Mask, Mask]:
        """The environments of a set in which a condition may be true, and those in which it may be false."""
        true = false = 0
        self._varies = self.is_opaque = False
        for item in self._answers.environments.chosen(reach):
            bit = self._answers.environments.bits[item.id]
            self._environment = item.id
            try:
                held = bool(self._value(test))
            except (NotKnown, RecursionError, *_FAULTS):
                true, false = true | bit, false | bit
            else:
                true, false = (true | bit, false) if held else (true, false | bit)
            if not self._varies:  # as most conditions: nothing that was asked depends on the environment
                return reach if true else 0, reach if false else 0
        return true, false

    def _value(self, node: ast.expr) -> Any:
        evaluate = getattr(self, f"_{type(node).__name__.lower()}", None)
        if evaluate is None:
            raise NotKnown
        return evaluate(node)

    def _constant(self, node: ast.Constant) -> Any:
        return node.value

    def _tuple(self, node: ast.Tuple | ast.List) -> Any:
        values = [self._value(item) for item in node.elts]
        return values if isinstance(node, ast.List) else tuple(values)

    _list = _tuple

    def _name(self, node: ast.Name) -> Any:
        if node.id == "TYPE_CHECKING":
            return False
        assigned = self._assigned(node.id)
        if assigned is None:
            return self._version(node)
        return self._value(assigned)

    def _attribute(self, node: ast.Attribute) -> Any:
        if node.attr == "TYPE_CHECKING":
            return False
        if node.attr in _FIELDS:
            try:
                return getattr(self._value(node.value), node.attr)
            except NotKnown:
                pass
        return self._version(node)

    def _version(self, node: ast.expr) -> str:
        """`tf.__version__` in this environment."""
        bit = self._answers.environments.bits[self._environment]
        for target, mask in self._meaning(node).items():
            self._varies = True
            package, _, rest = target.name.partition(".")
            self._reads_version |= rest in _VERSIONS
            if mask & bit and rest in _VERSIONS:
                version = self._answers.version(package, self._environment)
                if version:
                    return version
        raise NotKnown

    def _subscript(self, node: ast.Subscript) -> Any:
        value = self._value(node.value)
        if isinstance(node.slice, ast.Slice):
            ends = [None if end is None else self._value(end) for end in (node.slice.lower, node.slice.upper)]
            return value[slice(*ends)]
        return value[self._value(node.slice)]

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        if not isinstance(node.op, ast.Not):
            raise NotKnown
        return not self._value(node.operand)

    def _boolop(self, node: ast.BoolOp) -> Any:
        """One side that is known may decide."""
        decides = isinstance(node.op, ast.Or)
        unknown = False
        for side in node.values:
            try:
                if bool(self._value(side)) is decides:
                    return decides
            except NotKnown:
                unknown = True
        if unknown:
            raise NotKnown
        return not decides

    def _compare(self, node: ast.Compare) -> Any:
        left = self._value(node.left)
        for operation, other in zip(node.ops, node.comparators, strict=True):
            right = self._value(other)
            compare = _COMPARED.get(type(operation))
            if compare is None:
                raise NotKnown
            if isinstance(left, Version) != isinstance(right, Version):  # LooseVersion takes text
                left, right = (item if isinstance(item, Version) else Version(item) for item in (left, right))
            if not compare(left, right):
                return False
            left = right
        return True

    def _listcomp(self, node: ast.ListComp | ast.GeneratorExp) -> Any:
        """`[int(part) for part in tf.__version__.split(".")]`."""
        loop = node.generators[0]
        is_int = isinstance(node.elt, ast.Call) and getattr(node.elt.func, "id", "") == "int"
        if len(node.generators) != 1 or loop.ifs or not is_int:
            raise NotKnown
        return [int(item) for item in self._value(loop.iter)]

    _generatorexp = _listcomp

    def _call(self, node: ast.Call) -> Any:
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        if name == "hasattr" and len(node.args) == 2:
            return self._has(node.args[0], self._value(node.args[1]))
        if name == "getattr" and len(node.args) == 3:
            return _THERE if self._has(node.args[0], self._value(node.args[1])) else self._value(node.args[2])
        if name == "find_spec" and node.args:
            return _THERE if self._can_import(self._value(node.args[0])) else None
        if node.keywords:
            raise NotKnown
        if isinstance(node.func, ast.Attribute) and name in _METHODS:
            return getattr(self._value(node.func.value), name)(*map(self._value, node.args))
        if name in _PARSERS and len(node.args) == 1:
            return Version(self._value(node.args[0]))
        if name == "map" and getattr(node.args[0], "id", "") == "int":
            return [int(item) for item in self._value(node.args[1])]
        if name in _TYPES:
            return _TYPES[name](*map(self._value, node.args))
        self.is_opaque |= any(map(self._is_version, node.args))
        raise NotKnown

    def _is_version(self, node: ast.expr) -> bool:
        """Whether a value was made of the version of a package."""
        self._reads_version = False
        with suppress(NotKnown, RecursionError, *_FAULTS):
            self._value(node)
        return self._reads_version

    def _has(self, owner: ast.expr, name: str) -> bool:
        bit = self._answers.environments.bits[self._environment]
        for target, mask in self._meaning(owner).items():
            self._varies = True
            if mask & bit:
                return self._known(target.attribute(name), Form.ATTRIBUTE, bit)
        raise NotKnown

    def _can_import(self, module: str) -> bool:
        self._varies = True
        bit = self._answers.environments.bits[self._environment]
        return self._known(Target(module, 1), Form.IMPORT, bit)

    def _known(self, target: Target, form: Form, bit: Mask) -> bool:
        answer = self._answers.ask(target, form)
        if answer is None or not (answer.works | answer.fails) & bit:
            raise NotKnown
        return bool(answer.works & bit)
