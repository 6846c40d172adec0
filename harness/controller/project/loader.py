"""A project: a folder with a matrix.yaml, its cases, and the harness's own files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from harness.cases.case import Case
from harness.cases.document.reader import Fault
from harness.cases.language import Language
from harness.contract.plan import PathSpec
from harness.controller.errors import FaultyFiles
from harness.controller.project import case_cache, matrix_reader
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Matrix
from harness.controller.project.named_cases import named_case_faults
from harness.controller.project.plugins import FaultyPlugin, load_language
from harness.controller.project.written import read_index, with_written_files


@dataclass(frozen=True)
class Project:
    """A project whose files are without fault."""

    layout: Layout
    matrix: Matrix
    language: Language
    cases: tuple[Case, ...]


def load_project(root: Path) -> Project:
    """Read and check everything. Raises FaultyFiles with every fault of every file."""
    matrix, cases, faults = read_project(root)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    language = next(case.language for case in cases if case.language)
    return Project(Layout(root), matrix, language, tuple(cases))


def read_project(root: Path) -> tuple[Matrix | None, list[Case], list[Fault]]:
    """The matrix and the cases that are without fault, and every fault of every file."""
    matrix, cases, _, faults = read_project_and_files(root)
    return matrix, cases, faults


def read_project_and_files(root: Path) -> tuple[Matrix | None, list[Case], list[Case], list[Fault]]:
    """As `read_project`, with the cases as their files have them in the third place (`read_case_files`)."""
    matrix, faults = matrix_reader.read_matrix(str(root))
    # The cases are checked against the import paths even if the rest of the matrix has faults.
    head = matrix or matrix_reader.read_head(str(root))
    try:
        language = load_language(root, head.subject, head.plugins)
    except FaultyPlugin as error:
        return matrix, [], [], [*faults, matrix_reader.plugin_fault(str(root), str(error))]
    cases, case_faults = _read_cases(root, head.paths, language)
    files = cases
    if matrix:  # also beside a faulty case: an entry of `known` is held against the rows of its readers
        cases = with_written_files(cases, read_index(root), matrix)
    if matrix and not case_faults:
        faults += named_case_faults(str(root), matrix, cases)
    return matrix, cases, files, faults + case_faults


def _read_cases(root: Path, paths: Mapping[str, PathSpec], language: Language) -> tuple[list[Case], list[Fault]]:
    """All cases. Only those without a valid cache entry are read."""
    file = Layout(root).checked
    key, digests = case_cache.case_cache_key(paths, language), case_cache.case_digests(root)
    known = case_cache.load_cached_cases(file, key, digests, language)
    if known and known.keys() == digests.keys():
        return list(known.values()), []
    from harness.controller.project import case_checks  # late: most commands find every case in the cache

    cases, faults = case_checks.read_cases(str(root), paths, known, language)
    if paths and not faults:
        unchanged = dict(digests.items() & case_cache.case_digests(root).items())  # while they were read
        case_cache.save_cached_cases(file, key, unchanged, cases)
    return cases, faults


def read_case_files(root: Path, matrix: Matrix) -> list[Case]:
    """The cases as their files have them: one that reads what others wrote is one case. Raises FaultyFiles."""
    cases, faults = _read_cases(root, matrix.paths, read_language(root))
    if faults:
        raise FaultyFiles(faults)
    return cases


def read_language(root: Path) -> Language:
    """The language of a project's cases, whatever else is wrong with its files. Raises FaultyFiles."""
    head = matrix_reader.read_head(str(root))
    try:
        return load_language(root, head.subject, head.plugins)
    except FaultyPlugin as error:
        raise FaultyFiles([matrix_reader.plugin_fault(str(root), str(error))]) from None


def load_matrix(root: Path) -> Matrix:
    """The matrix alone. Raises FaultyFiles."""
    matrix, faults = matrix_reader.read_matrix(str(root))
    if matrix is None:
        raise FaultyFiles(faults)
    return matrix
