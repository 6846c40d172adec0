"""A project: a folder that holds a matrix.yaml, its cases, and where the harness keeps things in it."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from pathlib import Path

from harness.cases.documents import Fault, nearest
from harness.cases.library import Case, read_library
from harness.controller import matrix as matrices
from harness.controller.errors import FaultyFiles, UsageError
from harness.controller.matrix import Matrix


@dataclass(frozen=True)
class Layout:
    """Where everything is below a project's root."""

    root: Path

    def lock(self, environment: str) -> Path:
        return self.root / "locks" / f"{environment}.txt"

    @property
    def results(self) -> Path:
        return self.root / "results"

    @property
    def history(self) -> Path:
        return self.results / "history.csv"

    @property
    def state(self) -> Path:
        """What is kept of runs, out of git."""
        return self.root / ".harness"

    @property
    def environments(self) -> Path:
        """Where tox keeps them."""
        return self.root / ".tox"

    @property
    def run(self) -> Path:
        return self.state / "run"

    def run_file(self, folder: str, environment: str, suffix: str) -> Path:
        return self.state / folder / f"{environment}{suffix}"


@dataclass(frozen=True)
class Project:
    """A project whose files are without fault."""

    layout: Layout
    matrix: Matrix
    cases: tuple[Case, ...]


def find_root(start: Path) -> Path:
    """The nearest folder from `start` up that holds a matrix.yaml. Raises UsageError where there is none."""
    for folder in (start, *start.parents):
        if (folder / matrices.FILE).is_file():
            return folder
    raise UsageError(f"no {matrices.FILE} in {start} or above it: name the project's folder with --root")


def load_project(root: Path) -> Project:
    """Read and check everything. Raises FaultyFiles with all the faults of all the files."""
    matrix, faults = matrices.read_matrix(str(root))
    cases, case_faults = read_library(str(root))
    faults = faults + case_faults
    if matrix is not None:
        faults += _unknown_paths(cases, matrix)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    return Project(Layout(root), matrix, tuple(cases))


def load_matrix(root: Path) -> Matrix:
    """The matrix alone. Raises FaultyFiles."""
    matrix, faults = matrices.read_matrix(str(root))
    if matrix is None:
        raise FaultyFiles(faults)
    return matrix


def _unknown_paths(cases: list[Case], matrix: Matrix) -> list[Fault]:
    faults = []
    for case in cases:
        for index, pattern in enumerate(case.paths):
            if not fnmatch.filter(matrix.paths, pattern):
                line = case.lines.get(("paths", index), 1)
                faults.append(
                    Fault(case.file, line, f"no import path matches {pattern!r}{nearest(pattern, matrix.paths)}")
                )
    return faults
