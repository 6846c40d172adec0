"""The files of the grid of all accepted results."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from harness.contract.records import CellKey
from harness.contract.statuses import Status
from harness.controller.grid.grid import Grid, make_grid
from harness.controller.grid.lane_summary import lane_rows
from harness.controller.grid.markdown import grid_texts
from harness.controller.project.cells import cell_keys, grid_cases
from harness.controller.project.loader import Project
from harness.controller.results.documents import Column, read_columns
from harness.controller.results.remedies import read_remedies, remedies_file
from harness.controller.results.transaction import write_transaction, writer_lock
from harness.controller.text import one_line


def collect_grid(project: Project) -> None:
    """Write results/grid.{json,csv,md,svg} and the block of the README, and print their totals."""
    with writer_lock(project.layout):
        columns = read_columns(project.layout.results, project.matrix.everything)
        write_transaction(project.layout, grid_files(project, columns))
    print("\n".join(grid_summary(project, columns)))


def grid_files(project: Project, columns: Mapping[str, Column]) -> dict[Path, str]:
    """The text of every file of the grid of these columns."""
    remedies = read_remedies(remedies_file(project.layout.results))
    rows = lane_rows(project.matrix, columns, remedies)
    return grid_texts(_grid(project, columns), project.layout.results, project.layout.root / "README.md", rows)


def grid_summary(project: Project, columns: Mapping[str, Column]) -> list[str]:
    """The totals of the grid of these columns, and of the cells that it leaves out: one sentence a line."""
    totals = _grid(project, columns).totals()
    counts = ", ".join(f"{totals[status]} {status.value}" for status in Status if totals[status])
    found = f"{len(columns.keys() & project.matrix.environments)} of {len(project.matrix.environments)} environments"
    lanes = [row.summary for row in lane_rows(project.matrix, columns)]
    return [f"{found}, {sum(totals.values())} cells: {counts}", *lanes, *_left_out(project, columns.values())]


def _grid(project: Project, columns: Mapping[str, Column]) -> Grid:
    matrix = project.matrix
    cases = grid_cases(project.cases, matrix)
    return make_grid(cases, list(matrix.paths.values()), list(matrix.environments.values()), dict(columns))


def _left_out(project: Project, columns: Iterable[Column]) -> list[str]:
    """A sentence on the cells in the documents that no case has now, if there are any."""
    planned = set(cell_keys(project.cases, list(project.matrix.paths.values())))
    found: dict[CellKey, int] = {}
    for column in columns:
        for key in column.cells.keys() - planned:
            found[key] = found.get(key, 0) + 1
    if not found:
        return []
    case, path = min(found)
    first = one_line(f"{case}[{path}]")
    return [f"left out: {sum(found.values())} cells of no case, such as {first}; `harness accept` removes them"]
