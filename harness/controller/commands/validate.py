"""`harness validate`: check every file without running anything."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence

from harness.cases.case import Case
from harness.cases.document.reader import Fault
from harness.controller.commands.openers import open_layout
from harness.controller.environments.lockfile import LockState, lock_command, lock_state, needs_lock
from harness.controller.errors import Exit, FaultyFiles
from harness.controller.grid.ambiguity import ambiguous_failures
from harness.controller.grid.explanations import unexplaining_entries
from harness.controller.grid.grid import make_grid
from harness.controller.project.cells import grid_cases
from harness.controller.project.layout import Layout
from harness.controller.project.loader import read_project_and_files
from harness.controller.project.matrix import Environment, Matrix
from harness.controller.project.written import written_faults
from harness.controller.results.documents import read_columns

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None but the project's folder."""


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Check matrix.yaml and all cases, and hold `known` entries and assertions against the accepted failures."""
    matrix, cases, files, faults = read_project_and_files(layout.root)
    if matrix is not None:
        in_grid = grid_cases(cases, matrix)
        faults += _against_results(in_grid, matrix, matrix.environments, layout)
        if in_lanes := [case for case in cases if case not in in_grid]:
            faults += _against_results(in_lanes, matrix, matrix.in_lanes, layout)
    if matrix is not None:
        faults += _stale_locks(matrix, layout)
        if not faults:
            faults += written_faults(layout.root, files, matrix)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    _print_unknown_locks(matrix, layout)
    counts = f"{len(matrix.environments)} environments, {len(matrix.paths)} import paths, {len(cases)} cases"
    print(f"{counts}: valid")
    return Exit.AGREES


def _against_results(
    cases: Sequence[Case], matrix: Matrix, environments: Mapping[str, Environment], layout: Layout
) -> list[Fault]:
    """The faults that the accepted outcomes of these environments show."""
    columns = read_columns(layout.results, environments)
    grid = make_grid(cases, list(matrix.paths.values()), environments.values(), columns)
    return [*unexplaining_entries(grid, cases), *ambiguous_failures(grid, cases, matrix.paths)]


def _stale_locks(matrix: Matrix, layout: Layout) -> list[Fault]:
    """A fault for each lock that does not fit the matrix. What is not locked yet is no fault."""
    _, stale = needs_lock(matrix.environments.values(), matrix.resolve, layout)
    return [Fault(f"locks/{name}.txt", 1, f"does not fit matrix.yaml: run `{lock_command([name])}`") for name in stale]


def _print_unknown_locks(matrix: Matrix, layout: Layout) -> None:
    """Name the locks of an older version in one line: whether they fit the matrix cannot be known."""
    known = matrix.environments.values()
    names = [item.id for item in known if lock_state(item, matrix.resolve, layout) is LockState.UNKNOWN]
    if names:
        print(f"locks without a digest of their inputs: {', '.join(names)}; `harness lock` adds it")
