"""A project: a folder that holds a matrix.yaml, its cases, and where the harness keeps things in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cases.case import Case
from harness.contract.plan import PathSpec
from harness.controller.errors import FaultyFiles
from harness.controller.project import case_cache as remembered
from harness.controller.project import matrix as matrices
from harness.controller.project.lane_checks import lane_faults
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Matrix

if TYPE_CHECKING:
    from harness.cases.document.reader import Fault


@dataclass(frozen=True)
class Project:
    """A project whose files are without fault."""

    layout: Layout
    matrix: Matrix
    cases: tuple[Case, ...]


def load_project(root: Path) -> Project:
    """Read and check everything. Raises FaultyFiles with all the faults of all the files."""
    matrix, cases, faults = read_project(root)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    return Project(Layout(root), matrix, tuple(cases))


def read_project(root: Path) -> tuple[Matrix | None, list[Case], list[Fault]]:
    """The matrix and the cases, as far as they are without fault, and all the faults of all the files."""
    matrix, faults = matrices.read_matrix(str(root))
    # What the cases name is checked also where the matrix has other faults.
    paths = matrix.paths if matrix else matrices.read_paths(str(root))
    cases, case_faults = _read_cases(root, paths)
    if matrix and not case_faults:
        faults += lane_faults(str(root), matrix, cases)
    return matrix, cases, faults + case_faults


def _read_cases(root: Path, paths: Mapping[str, PathSpec]) -> tuple[list[Case], list[Fault]]:
    """All cases, of which only those are read that are not known to be without fault."""
    file = Layout(root).checked
    key, digests = remembered.case_cache_key(paths), remembered.case_digests(root)
    known = remembered.load_cached_cases(file, key, digests)
    if known and known.keys() == digests.keys():
        return list(known.values()), []
    from harness.controller.project import case_checks as checking  # late: most commands find nothing to read

    cases, faults = checking.read_cases(str(root), paths, known)
    if paths and not faults:
        unchanged = dict(digests.items() & remembered.case_digests(root).items())  # since before they were read
        remembered.save_cached_cases(file, key, unchanged, cases)
    return cases, faults


def load_matrix(root: Path) -> Matrix:
    """The matrix alone. Raises FaultyFiles."""
    matrix, faults = matrices.read_matrix(str(root))
    if matrix is None:
        raise FaultyFiles(faults)
    return matrix
