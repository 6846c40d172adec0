"""Finding out whether an import path is there at all."""

from __future__ import annotations

import importlib

from harness.contract.plan import PathSpec


def missing(path: PathSpec) -> dict[str, str] | None:
    """None where the path is there, else the error that shows that it is not.

    Raises whatever importing the path raises when the path is there and does not work.
    """
    try:
        if path.form == "attribute":
            _walk(path.id)
        else:
            importlib.import_module(path.id)
    except (ModuleNotFoundError, AttributeError) as error:
        if _names_the_path(error, path):
            return {"error": type(error).__name__, "message": str(error)}
        raise
    return None


def _walk(dotted: str) -> None:
    """Read `tf.compat.v1.keras` as `import tensorflow as tf` and attributes."""
    value = importlib.import_module("tensorflow")  # type: object
    for name in dotted.split(".")[1:]:
        value = getattr(value, name)


def _names_the_path(error: Exception, path: PathSpec) -> bool:
    """Whether the error is about a part of the path, not about something that the path itself could not find."""
    if isinstance(error, ModuleNotFoundError):
        return error.name is not None and (path.id + ".").startswith(error.name + ".")
    names = path.id.split(".")[1:] if path.form == "attribute" else []
    return any(f"has no attribute '{name}'" in str(error) for name in names)
