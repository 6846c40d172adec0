"""The values of expressions about versions, with those that were measured in an environment."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from packaging.version import Version

from harness.controller.scan.reading.measured import LOOKING_UP, THERE, MeasuredValues, NotKnown
from harness.controller.scan.reading.syntax import last_name, names_of_import

_PARSERS = {"Version", "LooseVersion", "StrictVersion", "parse", "parse_version"}
_TYPES: dict[str, Callable[..., Any]] = {
    "int": int,
    "float": float,
    "str": str,
    "tuple": tuple,
    "list": list,
    "len": len,
    "bool": bool,
    "any": any,
    "all": all,
}
_METHODS = {"split", "startswith", "endswith", "strip", "lstrip", "rstrip", "rsplit", "partition", "rpartition"}
_METHODS |= {"replace", "count", "find", "index", "lower", "removeprefix", "removesuffix", "isdigit"}
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
_NOT_ENDED = object()  # what a block of a function gives that does not return


class Evaluation(MeasuredValues):
    """Evaluates expressions in one environment."""

    def _value(self, node: ast.AST) -> Any:
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
        if node.id in self._local:
            return self._value(self._local[node.id])
        given = self._given_here(node.id)
        if isinstance(given, (ast.List, ast.Dict, ast.Set)):
            raise NotKnown  # it may have been filled since
        return self._version(node) if given is None else self._value(given)

    def _given_here(self, name: str | ast.Attribute) -> ast.AST | None:
        """The one expression that a name was given in this environment."""
        values = self._given(name)
        self._varies |= len(values) > 1 and any(self._reach & ~mask for mask in values.values())
        found = [value for value, mask in values.items() if mask & self._answers.environments.bits[self._environment]]
        return found[0] if len(found) == 1 else None

    def _attribute(self, node: ast.Attribute) -> Any:
        if node.attr == "TYPE_CHECKING":
            return False
        if node.attr == "version" and isinstance(node.value, ast.Call):
            return self._installed_version(node)
        if node.attr in _FIELDS:
            try:
                return getattr(self._value(node.value), node.attr)
            except NotKnown:
                pass
        given = self._given_here(node)
        return self._version(node) if given is None else self._value(given)

    def _subscript(self, node: ast.Subscript) -> Any:
        value = self._value(node.value)
        if isinstance(node.slice, ast.Slice):
            ends = [None if end is None else self._value(end) for end in (node.slice.lower, node.slice.upper)]
            return value[slice(*ends)]
        return value[self._value(node.slice)]

    def _namedexpr(self, node: ast.NamedExpr) -> Any:
        return self._value(node.value)

    def _unaryop(self, node: ast.UnaryOp) -> Any:
        if not isinstance(node.op, ast.Not):
            raise NotKnown
        return not self._value(node.operand)

    def _compare(self, node: ast.Compare) -> Any:
        left = self._value(node.left)
        for operation, other in zip(node.ops, node.comparators, strict=True):
            right = self._value(other)
            compare = _COMPARED.get(type(operation))
            if compare is None or (THERE in (left, right) and not isinstance(operation, (ast.Is, ast.IsNot))):
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
        name = last_name(node.func)
        if name in LOOKING_UP and node.args:
            return self._look_up(name, node.args)
        if self._distribution(node) is not None:
            return self._installed_version(node)
        function = self._given_here(name) if isinstance(node.func, ast.Name) else None
        if isinstance(function, ast.FunctionDef):
            return self._result(function, node)
        if node.keywords:
            raise NotKnown
        if isinstance(node.func, ast.Attribute) and name in _METHODS:
            return getattr(self._value(node.func.value), name)(*map(self._value, node.args))
        if name == "map" and getattr(node.args[0], "id", "") == "int":
            return [int(item) for item in self._value(node.args[1])]
        values = [self._value(argument) for argument in node.args]
        if name in _PARSERS and len(values) == 1:
            return Version(values[0])
        if not values:
            raise NotKnown  # `list()` may have been filled since
        if name in _TYPES and (THERE not in values or name == "bool"):
            return _TYPES[name](*values)
        raise NotKnown

    def _result(self, function: ast.FunctionDef, call: ast.Call) -> Any:
        """What a function of the code returns, if it is about versions alone."""
        given = function.args
        names = [argument.arg for argument in (*given.posonlyargs, *given.args)]
        if given.vararg or given.kwarg or given.kwonlyargs or len(call.args) > len(names):
            raise NotKnown
        defaults = dict(zip(reversed(names), reversed(given.defaults), strict=False))
        passed = {**dict(zip(names, call.args, strict=False)), **{item.arg or "": item.value for item in call.keywords}}
        local = {name: ast.Constant(self._value(value)) for name, value in {**defaults, **passed}.items()}
        outside = self._local, self._imported
        self._local, self._imported = local, {}
        try:
            return self._block(function.body)
        finally:
            self._local, self._imported = outside

    def _block(self, body: Sequence[ast.stmt]) -> Any:
        for statement in body:
            if isinstance(statement, ast.Return):
                return self._value(statement.value or ast.Constant(None))
            if isinstance(statement, ast.If):
                found = self._block(statement.body if self._value(statement.test) else statement.orelse)
                if found is not _NOT_ENDED:
                    return found
            elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
                self._local = {**self._local, statement.targets[0].id: ast.Constant(self._value(statement.value))}
            elif isinstance(statement, (ast.Import, ast.ImportFrom)):
                self._imported = {**self._imported, **dict(names_of_import(statement))}
            elif not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Constant):
                raise NotKnown
        return _NOT_ENDED
