"""The cases that a set of changed files may affect."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from harness.cases.case import Case

# All cells depend on these: the matrix, the locks, and the code that writes and runs scripts.
_COMMON = (
    "matrix.yaml",
    "locks/tf*.txt",
    "tox.ini",
    "toxfile.py",
    "harness/controller/worker/pytest_session.py",
    "harness/controller/environments/tox_plugin.py",
    "harness/controller/environments/variables.py",
    *(f"harness/{part}/*" for part in ("runner", "contract", "cases")),
)


def touched(cases: Sequence[Case], files: Iterable[str]) -> list[Case]:
    """The cases whose outcomes may change with these files."""
    changed = set(files)
    if any(fnmatchcase(file, pattern) for file in changed for pattern in _COMMON):
        return list(cases)
    return [case for case in cases if case.file in changed]
