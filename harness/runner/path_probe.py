"""The check whether an import path exists."""

from __future__ import annotations

import importlib

from harness.contract.plan import PathSpec


class _Gone(AttributeError):
    """An attribute of the path does not exist."""


def probe(path: PathSpec) -> dict[str, str] | None:
    """None if the path exists, else the error that shows its absence.

    Raises whatever importing the path raises when the path is there and does not work.
    """
    try:
        if path.form == "attribute":
            _walk(path)
        else:
            importlib.import_module(path.id)
    except ModuleNotFoundError as error:
        if error.name is not None and (path.id + ".").startswith(error.name + "."):  # the path, or a part of it
            return {"error": type(error).__name__, "message": str(error)}
        raise
    except _Gone as error:
        return {"error": AttributeError.__name__, "message": str(error)}
    return None


def load_path(path: PathSpec) -> None:
    """Load the path in full, as the first use of a name in it does: what is at an attribute may be lazy.

    For a path that exists; raises whatever that raises.
    """
    if path.form == "attribute":
        dir(_walk(path))


def _walk(path: PathSpec) -> object:
    """Read `tf.compat.v1.keras` as `import tensorflow as tf` and attributes."""
    value = importlib.import_module(path.package)  # type: object
    for name in path.id.split(".")[1:]:
        try:
            value = getattr(value, name)
        except AttributeError as error:
            if _is_about(str(error), value, name):
                raise _Gone(str(error)) from None
            raise
    return value


def _is_about(message: str, value: object, name: str) -> bool:
    """Whether an error is about an attribute of this very object, not of an object inside it."""
    owners = (getattr(value, "__name__", None), type(value).__name__)
    return message.endswith(f"has no attribute '{name}'") and any(f"'{owner}'" in message for owner in owners)
