"""The names to ask a module for."""

from __future__ import annotations

import contextlib
import pkgutil
import sys
from collections import defaultdict
from types import ModuleType
from typing import Any, Iterable, Iterator

# What Python itself gives every module. Others with two underscores, such as `__version__`, are names like any.
_OF_PYTHON = {
    *("__name__", "__doc__", "__package__", "__loader__", "__spec__", "__path__", "__file__", "__cached__"),
    *(
        "__builtins__",
        "__annotations__",
        "__all__",
        "__dict__",
        "__getattr__",
        "__dir__",
        "__class__",
        "__warningregistry__",
    ),
    *("__annotate__", "__conditional_annotations__"),
}
_NOT_IMPORTED = {"__main__"}  # a program, and not a module to import


def is_plain(node: Any) -> bool:
    """Whether reading the node's dictionary is all that looking up an attribute does."""
    return type(node) is ModuleType and not {"__getattr__", "__dir__"} & vars(node).keys()


def names_in(node: Any) -> set[str]:
    """The names that the node itself reports. Of a lazy one this imports what is behind it."""
    own: set[str] = set()
    kind: Any = type(node)
    if kind is not ModuleType:  # its loader's own attributes are no names of the module
        own = set(dir(kind)) | {name for name in getattr(node, "__dict__", {}) if _is_private(name)}
        getattr(node, "__file__", None)  # some load what they stand for when they are listed, some only now
    found = _texts(vars(node)) if kind is ModuleType else set()
    found |= _texts(kind.__dir__(node))  # what `dir` sorts, where a key that is no text is in the way
    found = (found - own) | _texts(getattr(node, "__all__", ()))
    return {name for name in found if name.isidentifier()} - _OF_PYTHON


def _is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


class LoadedModules:
    """The imported modules by the package around them. In a forked process it only reads what came since.

    Touching the names of all modules would make the process copy the memory that holds them, a thousand times in all.
    """

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = defaultdict(set)
        self._last = ""

    def submodules(self, module: str) -> set[str]:
        """The last part of the names of those modules that are in a package on disk, or imported as parts of it."""
        self._update()
        found = {name for name in self._names[module] if sys.modules.get(module + "." + name) is not None}
        with contextlib.suppress(Exception):  # no package, or one with a path of its own making
            found |= {entry.name for entry in pkgutil.iter_modules(sys.modules[module].__path__)}
        return {name for name in found if name.isidentifier()} - _NOT_IMPORTED

    def _update(self) -> None:
        """Those that stand after the last one known: dictionaries keep the order."""
        newest = ""
        for name in _backwards(sys.modules):
            newest = newest or name
            if name == self._last:
                break
            package, _, last = name.rpartition(".")
            self._names[package].add(last)
        self._last = newest


def _backwards(names: dict[str, ModuleType]) -> Iterator[str]:
    try:
        return reversed(names)
    except TypeError:  # Python 3.7
        return reversed(list(names))


def _texts(values: Iterable[Any]) -> set[str]:
    try:
        return {value for value in values if isinstance(value, str)}
    except Exception:
        return set()
