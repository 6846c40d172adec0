"""A case as plain data: loader.py reads one, generate.py writes its script."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.cases.document.reader import Keys

if TYPE_CHECKING:
    from harness.cases.language import Language

from harness.contract.statuses import Stage

FOLDER = "cases"
PREREQUISITES = {"graphviz": "dot"}  # what a case may require, by Debian's name, and the program to look for
NEEDED_AT = {"graphviz": Stage.PLOT}  # the stage that first needs it: what ends before has its answer without


@dataclass(frozen=True)
class Known:
    """An explanation of failing cells.

    It covers the cells under import paths that match `path`, on releases in the range `release`, whose error contains
    `match`. `issue` is the report of the breakage. `written_by` is a pattern of the environments whose file is read.
    """

    path: str
    release: str
    match: str
    reason: str
    issue: str | None = None
    written_by: str = "*"


@dataclass(frozen=True)
class Case:
    """One case. `body` holds the keys of its kind as the file has them, `lines` the line of each value.

    `requires` are programs of the machine, `packages` distributions of the environment. Where it
    `reads_file`, another environment wrote one; `given` is that file or folder, below the project's root, of which its
    script gets a copy.
    `language` is that of its project, which makes it a script; None for a case that nothing runs.
    """

    id: str
    kind: str
    title: str
    file: str
    body: dict[str, Any] = field(hash=False)
    requires: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    paths: tuple[str, ...] = ("*",)
    timeout: float | None = None
    skip: str | None = None
    source: tuple[str, ...] = ()
    advice: str | None = None
    known: tuple[Known, ...] = ()
    lines: dict[Keys, int] = field(default_factory=dict, compare=False, repr=False)
    reads_file: bool = False
    given: str = ""
    language: Language | None = field(default=None, compare=False, repr=False)

    @property
    def repositories(self) -> Mapping[str, str]:
        """The short names of repositories in addresses of issues."""
        return self.language.subject.repositories if self.language else {}


def case_files(root: str) -> list[str]:
    """The case files below `root`/cases, relative to `root`, sorted.

    Folders named like a case and links to folders are among them: reading them gives a fault, so that nothing that
    looks like a case is passed over silently.
    """
    found = []
    for folder, folders, names in os.walk(os.path.join(root, FOLDER)):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in [*links, *(name for name in folders + names if name.lower().endswith((".yaml", ".yml")))]:
            found.append(os.path.relpath(os.path.join(folder, name), root).replace(os.sep, "/"))
    return sorted(set(found))
