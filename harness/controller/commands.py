"""The commands that start no environment and show no results. Each is a function that returns its exit code."""

from __future__ import annotations

import shlex
from pathlib import Path

from harness.cases.words import nearest
from harness.controller.errors import Exit, FaultyFiles, UsageError
from harness.controller.project import Layout, find_root, load_matrix, load_project, read_project
from harness.controller.selection import Selection
from harness.controller.writing import complete


def open_root(root: Path | None) -> Path:
    """The project's folder: the one given, or the nearest one up. What a killed command left there is finished."""
    if root is not None and not root.is_dir():
        raise UsageError(f"{root} is not a folder")
    found = find_root((root or Path.cwd()).resolve())
    complete(Layout(found))
    return found


def misplaced(root: Path | None, word: str) -> UsageError:
    """The error of a word that no option takes, with the option that would."""
    project = load_project(open_root(root))
    matrix = project.matrix
    known = {
        "-e": matrix.everything,
        "-g": matrix.groups,
        "-p": matrix.paths,
        "-k": [case.id for case in project.cases],
    }
    fitting = [f"; did you mean {option} {shlex.quote(word)}?" for option, names in known.items() if word in names]
    return UsageError(f"unexpected {word!r}: what goes to pytest follows --{''.join(fitting[:1])}")


def validate(root: Path | None) -> Exit:
    """Check every file, that every case becomes Python under every path, and that what it knows explains failures."""
    from harness.controller.grid import make_grid
    from harness.controller.known import unexplaining
    from harness.controller.store import read_columns

    found = open_root(root)
    matrix, cases, faults = read_project(found)
    if matrix is not None and any(case.known for case in cases):
        columns = read_columns(Layout(found).results, matrix.environments)
        grid = make_grid(cases, list(matrix.paths.values()), matrix.environments.values(), columns)
        faults += unexplaining(grid, cases)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    counts = f"{len(matrix.environments)} environments, {len(matrix.paths)} import paths, {len(cases)} cases"
    print(f"{counts}: valid")
    return Exit.AGREES


def script(root: Path | None, case_id: str, path_id: str) -> Exit:
    """Print the script of one case under one import path."""
    project = load_project(open_root(root))
    cases = {case.id: case for case in project.cases}
    if case_id not in cases:
        raise UsageError(f"unknown case {case_id!r}{nearest(case_id, cases)}")
    if path_id not in project.matrix.paths:
        raise UsageError(f"unknown import path {path_id!r}{nearest(path_id, project.matrix.paths)}")
    print(cases[case_id].script(project.matrix.paths[path_id]), end="")
    return Exit.AGREES


def lock(root: Path | None, selection: Selection) -> Exit:
    """Resolve the selected environments."""
    from harness.controller import locking

    found = open_root(root)
    matrix = load_matrix(found)
    for environment in selection.choose_environments(matrix):
        changed = locking.lock(environment, matrix.resolve, Layout(found))
        print(f"{environment.id}: {'locked anew' if changed else 'unchanged'}", flush=True)
    return Exit.AGREES
