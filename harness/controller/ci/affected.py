"""The cases that a set of changed files may affect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from harness.cases.case import Case
from harness.controller.project.matrix import Matrix

# All cells depend on these: the matrix, and the code that writes and runs scripts.
_COMMON = (
    "matrix.yaml",
    "tox.ini",
    "toxfile.py",
    "harness/controller/worker/pytest_session.py",
    "harness/controller/environments/tox_plugin.py",
    "harness/controller/environments/variables.py",
    *(f"harness/{part}/*" for part in ("runner", "contract", "cases")),
)


def touched(cases: Sequence[Case], matrix: Matrix, files: Iterable[str]) -> list[Case]:
    """The cases whose outcomes may change with these files."""
    changed = set(files)
    plugins = [name if name.endswith(".py") else f"harness/{name}/*" for name in matrix.plugins]
    common = (*_COMMON, f"locks/{matrix.subject.prefix}*.txt", *plugins)
    if any(fnmatchcase(file, pattern) for file in changed for pattern in common):
        return list(cases)
    return [case for case in cases if case.file in changed]
