"""A project: a folder that holds a matrix.yaml, its cases, and where the harness keeps things in it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator
from collections.abc import Mapping as Map
from dataclasses import dataclass
from pathlib import Path

from harness.cases.documents import Fault, Keys, nearest
from harness.cases.fields import FIXED
from harness.cases.library import Case, read_library
from harness.contract.plan import PathSpec
from harness.controller import matrix as matrices
from harness.controller.errors import FaultyFiles, UsageError
from harness.controller.known import malformed
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
    matrix, cases, faults = read_project(root)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    return Project(Layout(root), matrix, tuple(cases))


def read_project(root: Path) -> tuple[Matrix | None, list[Case], list[Fault]]:
    """The matrix and the cases, as far as they are without fault, and all the faults of all the files."""
    matrix, faults = matrices.read_matrix(str(root))
    cases, case_faults = read_library(str(root))
    faults = faults + case_faults
    paths = matrices.read_paths(str(root))  # what the cases name is checked also where the matrix has other faults
    for case in cases if paths else ():
        faults += [*_unknown_patterns(case, paths), *_unknown_paths(case, paths), *_no_python(case, paths)]
        faults += malformed(case, paths)
    return matrix, cases, faults


def load_matrix(root: Path) -> Matrix:
    """The matrix alone. Raises FaultyFiles."""
    matrix, faults = matrices.read_matrix(str(root))
    if matrix is None:
        raise FaultyFiles(faults)
    return matrix


def _unknown_patterns(case: Case, paths: Map[str, PathSpec]) -> Iterator[Fault]:
    for index, pattern in enumerate(case.paths):
        if not fnmatch.filter(paths, pattern):
            line = case.lines.get(("paths", index), 1)
            yield Fault(case.file, line, f"no import path matches {pattern!r}{nearest(pattern, paths)}")


def _unknown_paths(case: Case, paths: Map[str, PathSpec]) -> Iterator[Fault]:
    """References such as tf.keras::layers.Dense, alone or in an expression, name one of the matrix's paths."""
    for keys, text in _texts(case.body, ()) if case.kind != "snippet" else ():
        for reference in re.findall(FIXED, text):
            path, _, name = reference.partition("::")
            if path not in paths:
                line = next(case.lines[keys[:end]] for end in range(len(keys), -1, -1) if keys[:end] in case.lines)
                yield Fault(case.file, line, f"unknown import path {path!r} of {name}{nearest(path, paths)}")


def _texts(value: object, keys: Keys) -> Iterator[tuple[Keys, str]]:
    """Every text in a value, keys of mappings among them, with the way to it."""
    if isinstance(value, str):
        yield keys, value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _texts(item, (*keys, index))
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _texts(key, (*keys, key))
            yield from _texts(item, (*keys, key))


def _no_python(case: Case, paths: Map[str, PathSpec]) -> Iterator[Fault]:
    """What every case becomes can be compiled in either form: a net under the checks of the kinds."""
    for path in {path.form: path for path in reversed(list(paths.values()))}.values():
        script = case.script(path)
        try:
            compile(script, "<script>", "exec", dont_inherit=True)
        except SyntaxError as error:
            line = dict(enumerate(script.split("\n"), start=1)).get(error.lineno or 0, "")
            said = f"{error.msg}: {line.strip()}"
            yield Fault(case.file, 1, f"becomes no Python under {path.id}: {said}")
            return
