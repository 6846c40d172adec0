"""`harness validate`: check every file, and run nothing."""

from __future__ import annotations

from pathlib import Path

from harness.controller.commands.common import open_root
from harness.controller.errors import Exit, FaultyFiles
from harness.controller.project.layout import Layout
from harness.controller.project.loader import read_project


def validate(root: Path | None) -> Exit:
    """Check every file, that every case becomes Python under every path, and that what it knows explains failures."""
    from harness.controller.grid.explanations import unexplaining_entries
    from harness.controller.grid.grid import make_grid
    from harness.controller.results.documents import read_columns

    found = open_root(root)
    matrix, cases, faults = read_project(found)
    if matrix is not None and any(case.known for case in cases):
        columns = read_columns(Layout(found).results, matrix.environments)
        grid = make_grid(cases, list(matrix.paths.values()), matrix.environments.values(), columns)
        faults += unexplaining_entries(grid, cases)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    counts = f"{len(matrix.environments)} environments, {len(matrix.paths)} import paths, {len(cases)} cases"
    print(f"{counts}: valid")
    return Exit.AGREES
