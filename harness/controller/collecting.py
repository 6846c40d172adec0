"""The grid of all accepted results, written to its files."""

from __future__ import annotations

from harness.contract.statuses import Status
from harness.controller import export
from harness.controller.grid import make_grid
from harness.controller.project import Project
from harness.controller.store import read_columns


def collect_grid(project: Project) -> None:
    """Write results/grid.{json,csv,md} and the README's table, and say what is in them."""
    matrix, layout = project.matrix, project.layout
    columns = read_columns(layout.results, matrix.environments)
    grid = make_grid(project.cases, list(matrix.paths.values()), list(matrix.environments.values()), columns)
    export.export(grid, layout.results, layout.root / "README.md")
    totals = grid.totals()
    said = ", ".join(f"{totals[status]} {status.value}" for status in Status if totals[status])
    print(f"{len(columns)} of {len(matrix.environments)} environments, {sum(totals.values())} cells: {said}")
