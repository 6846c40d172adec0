"""Looking through wrappers: what a decorator was put around, and what a library's own wrappers stand for.

Functions say it in `__wrapped__`. Libraries have ways of their own, which their plugins know: the hook `unwrap(value)`
returns what a wrapper stands for, and the value itself if it is none.
"""

from __future__ import annotations

import inspect
import types
from typing import Any, Callable, Iterable

from harness.runner.inventory.access import is_instance

_DEEPEST = 20  # wrappers around one object


class HookRaised(Exception):
    """A hook raised instead of answering. The text names the error and the object."""


class Unwrapper:
    """The hooks in these sources, and `__wrapped__`. Raises HookRaised for a source that cannot be run."""

    def __init__(self, sources: Iterable[str] = ()) -> None:
        self._hooks = [_hook(number, source) for number, source in enumerate(sources)]

    def unwrap(self, value: Any) -> Any:
        """What is below all wrappers of an object; the object itself if it has none. Raises HookRaised."""
        for _ in range(_DEEPEST):
            inner = self._inner(value)
            if inner is value:
                break
            value = inner
        return value

    def _inner(self, value: Any) -> Any:
        """What the outermost wrapper stands for. The hooks go first: a library may say less in `__wrapped__`."""
        for hook in self._hooks:
            try:
                inner = hook(value)
            except BaseException as error:
                raise HookRaised(f"{type(error).__name__}: {error}, for an object of {type(value)}") from error
            if inner is not value:
                return inner
        return _wrapped(value)


def _wrapped(value: Any) -> Any:
    """What `__wrapped__` says of a function, or of an object that behaves like one."""
    if is_instance(value, type):  # a class would inherit it
        return value
    try:
        # Without running code of the object, as some have an attribute of any name.
        inspect.getattr_static(value, "__wrapped__")
        inner = getattr(value, "__wrapped__", None)
    except BaseException:
        return value
    return inner if callable(inner) else value


def _hook(number: int, source: str) -> Callable[[Any], Any]:
    module: Any = types.ModuleType(f"hooks{number}")
    try:
        exec(compile(source, f"<hooks{number}>", "exec"), vars(module))
    except BaseException as error:
        raise HookRaised(f"{type(error).__name__}: {error}, when its module was loaded") from error
    hook: Callable[[Any], Any] = module.unwrap
    return hook
