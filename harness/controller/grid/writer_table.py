"""What one release wrote and which releases read it, as tables in Markdown. Pure functions."""

from __future__ import annotations

from harness.contract.statuses import Status
from harness.controller.grid.grid import Grid, Row
from harness.controller.grid.release_ranges import join_ranges

_BY = "-from-"  # between the case and its writer in the id of a case that reads a file
_NOT_WRITTEN = "–"


def writer_tables(grid: Grid) -> list[str]:
    """A table for each import path that reads files: a row for each kind of file, a column for each writer.

    A cell has the releases that read the file, without variants.
    """
    by_path: dict[str, dict[tuple[str, str], Row]] = {}
    for row in grid.rows:
        if row.case.given:
            file, _, writer = row.case.id.rpartition(_BY)
            by_path.setdefault(row.path, {})[file, writer] = row
    return [_table(grid, path, by_path[path]) for path in grid.paths if path in by_path]


def _table(grid: Grid, path: str, rows: dict[tuple[str, str], Row]) -> str:
    wrote = {writer for _, writer in rows}
    writers = {item.id: item.label for item in grid.environments if item.id in wrote}
    lines = [f"**Which releases read what another wrote, under `{path}`**", ""]
    lines += [f"| written by | {' | '.join(writers.values())} |", "|---" * (len(writers) + 1) + "|"]
    for file in dict.fromkeys(file for file, _ in rows):
        cells = [_readers(grid, rows.get((file, writer))) for writer in writers]
        lines.append(f"| `{file}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _readers(grid: Grid, row: Row | None) -> str:
    if row is None:
        return _NOT_WRITTEN
    releases = [item for item in grid.environments if not item.is_variant]
    passes = ((item.label, grid.outcome(row, item).status is Status.PASS or None) for item in releases)
    return ", ".join(str(found) for found, _ in join_ranges(passes)) or "none"
