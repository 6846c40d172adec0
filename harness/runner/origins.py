"""Whether what runs is the environment's own: its interpreter, and the modules that it imports."""

from __future__ import annotations

import os
import sys
from typing import Iterable


def foreign(prefix: str, modules: Iterable[str]) -> str | None:
    """A sentence on what this process has from outside the environment at `prefix`; None where it is all inside.

    Looks at the interpreter, and at those of the modules that are imported. Where the prefix is empty, all is inside.
    """
    if not prefix:
        return None
    files = {name: getattr(sys.modules.get(name), "__file__", None) for name in modules}
    for name, place in {"Python": sys.prefix, **files}.items():
        if place is not None and not _is_inside(place, prefix):
            return f"{name} is from {place}, outside the environment {prefix}"
    return None


def _is_inside(place: str, prefix: str) -> bool:
    # Links inside the environment are not followed: uv may install its files as links into a cache.
    place = os.path.abspath(place)
    folders = {os.path.abspath(prefix), os.path.realpath(prefix)}
    return any(os.path.commonpath([folder, place]) == folder for folder in folders)
