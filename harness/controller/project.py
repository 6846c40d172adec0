"""A project: a folder that holds a matrix.yaml, its cases, and where the harness keeps things in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.cases.case import Case
from harness.contract.plan import PathSpec
from harness.controller import matrix as matrices
from harness.controller import remembered
from harness.controller.errors import FaultyFiles, UsageError
from harness.controller.lanes import faults_of_lanes
from harness.controller.matrix import Environment, Matrix

if TYPE_CHECKING:
    from harness.cases.documents import Fault


@dataclass(frozen=True)
class Layout:
    """Where everything is below a project's root."""

    root: Path

    def lock(self, environment: Environment) -> Path:
        """The environment's exact packages: what is resolved anew for each run stays out of git."""
        folder = self.state / "resolved" if environment.lane else self.root / "locks"
        return folder / f"{environment.id}.txt"

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
    def checked(self) -> Path:
        """The cases that were found without fault."""
        return self.state / "cases.json"

    @property
    def environments(self) -> Path:
        """Where tox keeps them."""
        return self.root / ".tox"

    @property
    def run(self) -> Path:
        return self.state / "run"

    def plan_file(self, environment: str) -> Path:
        """Where an environment's plan lies once it has come to its cells."""
        return self.run_file("plan", environment, ".json")

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
        faults += faults_of_lanes(str(root), matrix, cases)
    return matrix, cases, faults + case_faults


def _read_cases(root: Path, paths: Mapping[str, PathSpec]) -> tuple[list[Case], list[Fault]]:
    """All cases, of which only those are read that are not known to be without fault."""
    file = Layout(root).checked
    key, digests = remembered.key(paths), remembered.digests(root)
    known = remembered.recall(file, key, digests)
    if known and known.keys() == digests.keys():
        return list(known.values()), []
    from harness.controller import checking  # late: most commands find nothing to read

    cases, faults = checking.read_cases(str(root), paths, known)
    if paths and not faults:
        unchanged = dict(digests.items() & remembered.digests(root).items())  # since before they were read
        remembered.remember(file, key, unchanged, cases)
    return cases, faults


def load_matrix(root: Path) -> Matrix:
    """The matrix alone. Raises FaultyFiles."""
    matrix, faults = matrices.read_matrix(str(root))
    if matrix is None:
        raise FaultyFiles(faults)
    return matrix
