"""Signatures as text that two releases, or two Pythons, write in the same way: names and defaults, no annotations."""

from __future__ import annotations

import inspect
import numbers
from typing import Any, Callable

from harness.contract.messages import normalise
from harness.runner.inventory.unwrapping import HookRaised

_LONGEST = 60  # characters of one default
_EMPTY = inspect.Parameter.empty

Unwrap = Callable[[Any], Any]  # an object in, what is below its wrappers out


def signature_of(value: Any, unwrap: Unwrap) -> str | None:
    """The signature of a function or of a class's constructor; None where there is none to be had."""
    try:
        if isinstance(value, type):
            return _of_class(value, unwrap)
        return _text(inspect.signature(unwrap(value)), bound=False)
    except HookRaised:
        raise
    except BaseException:  # what builtins, and objects with a signature of their own making, raise
        return None


def method_signature(owner: type, name: str, unwrap: Unwrap) -> str | None:
    """The signature of a method of the class, without its first argument; None where there is none to be had."""
    try:
        found = _find(owner, name)
        if isinstance(found, staticmethod):
            return _text(inspect.signature(unwrap(found.__func__)), bound=False)
        if isinstance(found, classmethod):
            found = found.__func__
        if isinstance(found, property):
            return None
        return _text(inspect.signature(unwrap(found)), bound=True)
    except HookRaised:
        raise
    except BaseException:
        return None


def _of_class(owner: type, unwrap: Unwrap) -> str | None:
    """Of `__init__` or `__new__`, whichever the class nearest to this one defines."""
    for base in owner.__mro__[:-1]:
        for name in ("__init__", "__new__"):
            if name in vars(base):
                function = vars(base)[name]
                function = function.__func__ if isinstance(function, staticmethod) else function
                return _text(inspect.signature(unwrap(function)), bound=True)
    return "()"


def _find(owner: type, name: str) -> Any:
    """The attribute as the nearest class below `object` has it. Raises StopIteration where none has."""
    return next(vars(base)[name] for base in owner.__mro__[:-1] if name in vars(base))


def _text(signature: inspect.Signature, bound: bool) -> str:
    parameters = list(signature.parameters.values())
    if bound and parameters and parameters[0].kind in (_POSITIONAL_ONLY, _POSITIONAL):
        parameters = parameters[1:]
    words: list[str] = []
    for index, parameter in enumerate(parameters):
        if parameter.kind is _KEYWORD and not any(word.startswith("*") for word in words):
            words.append("*")
        words.append(_word(parameter))
        is_last_positional = parameter.kind is _POSITIONAL_ONLY and (
            index + 1 == len(parameters) or parameters[index + 1].kind is not _POSITIONAL_ONLY
        )
        if is_last_positional:
            words.append("/")
    return "({})".format(", ".join(words))


_POSITIONAL_ONLY = inspect.Parameter.POSITIONAL_ONLY
_POSITIONAL = inspect.Parameter.POSITIONAL_OR_KEYWORD
_KEYWORD = inspect.Parameter.KEYWORD_ONLY
_STARS: dict[object, str] = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}


def _word(parameter: inspect.Parameter) -> str:
    name = _STARS.get(parameter.kind, "") + parameter.name
    return name if parameter.default is _EMPTY else f"{name}={write_value(parameter.default)}"


def write_value(value: Any, depth: int = 0) -> str:
    """A default as text without addresses, in the same way under every Python and numpy."""
    if value is None or isinstance(value, (bool, str, bytes)):
        text = repr(value)
    elif isinstance(value, numbers.Number) and hasattr(value, "item"):  # numpy's
        text = repr(value.item())
    elif type(value) in (int, float, complex):
        text = repr(value)
    elif type(value) in (tuple, list, dict, set, frozenset) and depth < 3:
        text = _container(value, depth + 1)
    elif isinstance(value, type) or inspect.isroutine(value):
        text = str(getattr(value, "__qualname__", type(value).__name__))
    elif inspect.ismodule(value):
        text = str(value.__name__)
    else:
        text = _object(value)
    text = normalise(text).replace("\n", " ")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"


def _container(value: Any, depth: int) -> str:
    if isinstance(value, dict):
        return "{{{}}}".format(
            ", ".join(f"{write_value(key, depth)}: {write_value(item, depth)}" for key, item in value.items())
        )
    words = [write_value(item, depth) for item in value]
    if isinstance(value, list):
        return "[{}]".format(", ".join(words))
    if isinstance(value, tuple):
        return f"({words[0]},)" if len(words) == 1 else "({})".format(", ".join(words))
    return "{{{}}}".format(", ".join(sorted(words))) if words else "set()"


def _object(value: Any) -> str:
    """An object's own text if it is short and holds no address, else its type."""
    try:
        text = repr(value)
    except BaseException:
        text = ""
    is_plain = text and "\n" not in text and " at 0x" not in text and len(text) <= _LONGEST
    return text if is_plain else f"<{type(value).__name__}>"
