"""The classes of the code: what their attributes stand for, and what they inherit."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.controller.api.environments import Mask
from harness.controller.scan.reading.scopes import Binding
from harness.controller.scan.reading.syntax import last_name
from harness.controller.scan.reading.uses import Target

FunctionCode = ast.FunctionDef | ast.AsyncFunctionDef
_PROPERTIES = ("property", "cached_property")
_CACHES = ("cache", "lru_cache")
_WATCHING = ("__getattr__", "__getattribute__")


@dataclass
class OwnClass:
    """A class of the code: its attributes, also those that its methods make, and the one class that it is based on.

    `base` is what that stands for if it is a measured name, `around` if it is another class of the code.
    """

    names: dict[str, Binding]
    base: Mapping[Target, Mask] = field(default_factory=dict)
    around: OwnClass | None = None

    def __post_init__(self) -> None:
        self._of_body = frozenset(self.names)

    def find(self, name: str) -> Binding | None:
        """An attribute that the code makes."""
        found = self.names.get(name)
        return found if found or self.around is None else self.around.find(name)

    def is_certain(self, name: str, stores: int) -> bool:
        """Whether an attribute is given one value, where `stores` places of the file give some object such a one."""
        return stores + (name in self._of_body) <= 1

    def inherited(self) -> Mapping[Target, Mask]:
        """The measured class that it is based on, if all that is not its own comes from there."""
        if any(name in self.names for name in _WATCHING):
            return {}
        return self.around.inherited() if self.around else self.base

    def above_initialization(self) -> Mapping[Target, Mask]:
        """The measured class whose `__init__` is the next one, from the methods of this class."""
        if self.around is None:
            return self.base
        return {} if "__init__" in self.around.names else self.around.above_initialization()

    def make(self, name: str, found: Binding) -> None:
        """A method gives the objects an attribute."""
        before = self.names.get(name)
        self.names[name] = Binding.merged([(before, -1), (found, -1)]) if before else found


def first_argument(function: FunctionCode) -> str:
    """The name of what a method is called on; empty for a static one."""
    given = [*function.args.posonlyargs, *function.args.args]
    is_static = any(last_name(decorator) == "staticmethod" for decorator in function.decorator_list)
    return given[0].arg if given and not is_static else ""


def is_property(function: ast.AST | None) -> bool:
    """Whether a function is called where its name is read."""
    decorators = function.decorator_list if isinstance(function, ast.FunctionDef) else []
    return any(last_name(decorator) in _PROPERTIES for decorator in decorators)


def gives_what_it_returns(function: ast.FunctionDef) -> bool:
    """Whether a call gives what the body returns: it is no generator, and nothing else is put around it."""
    names = [last_name(item.func if isinstance(item, ast.Call) else item) for item in function.decorator_list]
    is_plain = all(name in (*_PROPERTIES, *_CACHES, "staticmethod", "classmethod") for name in names)
    return is_plain and not any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(function))
