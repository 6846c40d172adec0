"""What was measured in one environment, as values that code may ask for: versions, and whether a name is there."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from packaging.version import InvalidVersion

from harness.controller.api.environments import Mask
from harness.controller.scan.answers import ApiAnswers
from harness.controller.scan.reading.python_versions import fact_of_python
from harness.controller.scan.reading.scopes import Values
from harness.controller.scan.reading.strings import distribution_asked
from harness.controller.scan.reading.syntax import first_of_chain
from harness.controller.scan.reading.uses import Form, Target

VERSIONS = ("__version__", "version.VERSION", "version.__version__")
LOOKING_UP = ("hasattr", "getattr", "find_spec", "dir", "vars")
THERE = object()  # a module, a class or a function, or what `find_spec` gives: something that is true

# What an expression stands for, and in which environments; what a name may have been given.
Meaning = Callable[[ast.expr], Mapping[Target, Mask]]
Given = Callable[["str | ast.Attribute"], Values]


class NotKnown(Exception):
    """The value of an expression cannot be read from the code."""


FAULTS = (NotKnown, ValueError, TypeError, IndexError, KeyError, AttributeError, InvalidVersion)


class NamesOfModule:
    """What `dir(a)` gives: names that are asked for one by one."""

    def __init__(self, has: Callable[[str], bool]) -> None:
        self._has = has

    def __contains__(self, name: str) -> bool:
        return self._has(name)


class MeasuredValues:
    """The values of one environment. `meaning` and `given` resolve names where the expression stands."""

    def __init__(self, answers: ApiAnswers, meaning: Meaning, given: Given) -> None:
        self._answers = answers
        self._meaning = meaning
        self._given = given
        self._environment = ""
        self._reach: Mask = 0
        self._varies = False  # whether the value depended on the environment
        self._local: Mapping[str, ast.expr] = {}  # the names of the function that is evaluated, and what it imports
        self._imported: Mapping[str, str] = {}

    def _value(self, node: ast.AST) -> Any:
        """The value of an expression. Raises one of FAULTS."""
        raise NotImplementedError

    def _version(self, node: ast.expr) -> Any:
        """`tf.__version__` in this environment; of a module, a class or a function that it is there."""
        bit = self._answers.environments.bits[self._environment]
        targets = self._targets(node)
        known = fact_of_python(target.name for target in targets)
        if known is not None:
            return known
        for target, mask in targets.items():
            self._varies = True
            package, _, rest = target.name.partition(".")
            version = self._answers.version(package, self._environment) if rest in VERSIONS else ""
            if mask & bit and version:
                return version
            if mask & bit and self._answers.is_true(target) and self._known(target, Form.ATTRIBUTE, bit):
                return THERE
        raise NotKnown

    def _installed_version(self, node: ast.expr) -> str:
        """What `importlib.metadata.version("tensorflow")` gives in this environment."""
        asked = self._distribution(node)
        package = self._answers.package_of(self._value(asked)) if asked is not None else ""
        version = self._answers.version(package, self._environment) if package else ""
        self._varies = True
        if not version:
            raise NotKnown
        return version

    def _distribution(self, node: ast.AST) -> ast.expr | None:
        return distribution_asked(node, lambda function: next((item.name for item in self._targets(function)), ""))

    def _targets(self, node: ast.expr) -> Mapping[Target, Mask]:
        """What an expression stands for; in a function that is evaluated, by what that imports."""
        first = first_of_chain(node)
        if not isinstance(first, ast.Name) or first.id not in self._imported:
            return self._meaning(node)
        name = self._imported[first.id] + ast.unparse(node).removeprefix(first.id)
        return {Target(name, name.count(".") + 1): -1}

    def _look_up(self, function: str, given: Sequence[ast.expr]) -> Any:
        """What `hasattr(a, "b")`, `getattr(a, "b", c)`, `dir(a)` and `find_spec("a.b")` give."""
        if function == "find_spec":
            return THERE if self._can_import(self._value(given[0])) else None
        if function in ("dir", "vars"):
            return NamesOfModule(lambda name: self._has(given[0], name))
        is_there = self._has(given[0], self._value(given[1]))
        if function == "hasattr":
            return is_there
        return THERE if is_there else self._value(given[2])

    def _has(self, owner: ast.expr, name: str) -> bool:
        bit = self._answers.environments.bits[self._environment]
        for target, mask in self._targets(owner).items():
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
