"""A case as plain data. Reading one is in loader.py, its script in generate.py."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Tuple

FOLDER = "cases"
PREREQUISITES = {"graphviz": "dot"}  # what a case may require of the machine: the program that shows it is there

Keys = Tuple[object, ...]  # the way to a value: ("layer", "weights", "w", "shape", 0)


@dataclass(frozen=True)
class Known:
    """Why cells fail: those under a path that `path` matches, on a release in the range `tf`, with `match` in what
    they say. `issue` is where that was reported."""

    path: str
    tf: str
    match: str
    reason: str
    issue: str | None = None


@dataclass(frozen=True)
class Case:
    """One case. `body` holds the keys of its kind as the file has them, `lines` the line of each value."""

    id: str
    kind: str
    title: str
    file: str
    body: dict[str, Any] = field(hash=False)
    requires: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("*",)
    timeout: float | None = None
    skip: str | None = None
    source: tuple[str, ...] = ()
    advice: str | None = None
    known: tuple[Known, ...] = ()
    lines: dict[Keys, int] = field(default_factory=dict, compare=False, repr=False)


def case_files(root: str) -> list[str]:
    """The case files below `root`/cases, relative to `root`, sorted."""
    found = []
    for folder, _, names in os.walk(os.path.join(root, FOLDER)):
        for name in names:
            if name.endswith((".yaml", ".yml")):
                found.append(os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/"))
    return sorted(found)
