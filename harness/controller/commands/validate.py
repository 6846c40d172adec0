"""`harness validate`: check every file without running anything."""

from __future__ import annotations

import argparse

from harness.controller.commands.openers import open_layout
from harness.controller.errors import Exit, FaultyFiles
from harness.controller.grid.explanations import unexplaining_entries
from harness.controller.grid.grid import make_grid
from harness.controller.project.layout import Layout
from harness.controller.project.loader import read_project
from harness.controller.results.documents import read_columns

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None but the project's folder."""


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Check matrix.yaml and all cases, and that their `known` entries explain accepted failures."""
    matrix, cases, faults = read_project(layout.root)
    if matrix is not None and any(case.known for case in cases):
        columns = read_columns(layout.results, matrix.environments)
        grid = make_grid(cases, list(matrix.paths.values()), matrix.environments.values(), columns)
        faults += unexplaining_entries(grid, cases)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    counts = f"{len(matrix.environments)} environments, {len(matrix.paths)} import paths, {len(cases)} cases"
    print(f"{counts}: valid")
    return Exit.AGREES
