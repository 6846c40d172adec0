"""Which cells a selection has: pure functions over the axes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase

from harness.cases.case import Case
from harness.contract.plan import PathSpec
from harness.contract.records import CellKey
from harness.controller.errors import UsageError


def paths_of(case: Case, paths: Iterable[PathSpec]) -> list[str]:
    """The ids of those paths under which the case makes sense."""
    return [spec.id for spec in paths if any(fnmatchcase(spec.id, pattern) for pattern in case.paths)]


def cells_by_file(cases: Sequence[Case], paths: Sequence[PathSpec]) -> dict[str, list[str]]:
    """The case files with their import paths. Raises UsageError where no cell is left."""
    selected_keys(cases, paths)
    return {case.file: chosen for case in cases if (chosen := paths_of(case, paths))}


def cell_keys(cases: Sequence[Case], paths: Sequence[PathSpec]) -> list[CellKey]:
    """All cells of one environment, sorted."""
    return sorted((case.id, path) for case in cases for path in paths_of(case, paths))


def selected_keys(cases: Sequence[Case], paths: Sequence[PathSpec]) -> list[CellKey]:
    """The cells of a selection, sorted. Raises UsageError where there is none."""
    keys = cell_keys(cases, paths)
    if not keys:
        raise UsageError("the selection has no cell: none of its cases runs under any of its import paths")
    return keys


# What all cells depend on, whatever their case: the matrix, the locks, and the code that makes and runs scripts.
_COMMON = (
    "matrix.yaml",
    "locks/tf*.txt",
    "tox.ini",
    "toxfile.py",
    "harness/controller/session.py",
    "harness/controller/toxenvs.py",
    "harness/controller/variables.py",
    *(f"harness/{part}/*" for part in ("runner", "contract", "cases")),
)


def touched(cases: Sequence[Case], files: Iterable[str]) -> list[Case]:
    """The cases of which changes to these files may change an outcome."""
    changed = set(files)
    if any(fnmatchcase(file, pattern) for file in changed for pattern in _COMMON):
        return list(cases)
    return [case for case in cases if case.file in changed]
