"""Asking for one name, with what is said on the way.

Whatever an object is asked for runs its own code, which may give anything and raise anything: SystemExit, and what
pytest raises to skip a module (no Exception) among it.
"""

from __future__ import annotations

import importlib
import warnings
from types import ModuleType
from typing import Any

from harness.contract.inventory import Fact
from harness.contract.messages import normalise

_LONGEST = 200  # characters of a line
_ABOUT_NAMES = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, UserWarning)


def read_attribute(node: Any, name: str) -> tuple[Fact, Any]:
    """Whether the node has the attribute, and its value."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            value = getattr(node, name)
        except AttributeError:
            return False, None
        except BaseException as error:
            return {"error": describe(error)}, None
    said = [item.message for item in caught if issubclass(item.category, _ABOUT_NAMES)]
    return ({"warning": describe(said[0])} if said else True), value


def import_module(module: str) -> tuple[Fact, Any]:
    """Whether the module can be imported, and the module. What is warned of on the way is seldom about its name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return True, importlib.import_module(module)
        except BaseException as error:
            return {"error": describe(error)}, None


def text_of(value: Any, name: str) -> str | None:
    """An attribute that is a text; None where it is anything else, or cannot be read."""
    try:
        text = getattr(value, name)
        return text if is_instance(text, str) else None
    except BaseException:
        return None


def is_instance(value: Any, types: Any) -> bool:
    """`isinstance`, which asks the value for its class: what stands for another object may refuse that."""
    try:
        return isinstance(value, types)
    except BaseException:
        return False


def is_module(value: Any) -> bool:
    """Whether a value is a module, or stands for one."""
    return is_instance(value, ModuleType)


def describe(error: Any) -> list[str]:
    """The type and the first line of an error or warning."""
    try:
        text = str(error)
    except BaseException:
        text = ""
    lines = normalise(text).splitlines()
    return [type(error).__name__, lines[0][:_LONGEST] if lines else ""]
