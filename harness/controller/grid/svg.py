"""The whole grid as one SVG: a block for each import path, a line for each case, releases from left to right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import groupby
from xml.sax.saxutils import escape

from harness.contract.statuses import Status
from harness.controller.grid.grid import Grid, Row

COLOURS = {
    Status.PASS: "#2a9d7c",
    Status.FAIL: "#d1572b",
    Status.ABSENT: "#d5d5d5",
    Status.UNMET: "#e3c34a",
    Status.TIMEOUT: "#8d6bb8",
    Status.CRASH: "#5b1a00",
    Status.ENV_FAIL: "#9a9a9a",
    Status.ERROR: "#ffd500",
    Status.SKIP: "#b9d3ea",
    Status.NOT_RUN: "#f4f4f4",
}
_CELL = 4  # all measures in pixels
_GAP = 14
_LEFT, _TOP, _RIGHT, _FOOT = 120, 52, 40, 40
_LEGEND = 150  # from one status to the next
_LETTER = 7  # of the heading, on average


def grid_svg(grid: Grid) -> str:
    """The text of the SVG, deterministic for a grid."""
    grid = replace(grid, environments=tuple(sorted(grid.environments, key=lambda item: item.is_variant)))
    block = len(grid.environments) * _CELL + _GAP
    blocks = {path: _LEFT + n * block for n, path in enumerate(grid.paths)}
    lines = {name: _TOP + n * _CELL for n, name in enumerate(grid.by_case)}
    heading, bottom = _heading(grid), _TOP + len(lines) * _CELL
    statuses = [status for status in Status if grid.totals()[status]]
    # A small grid is narrower than its heading or its legend.
    width = max(_LEFT + len(blocks) * block + _RIGHT, len(heading) * _LETTER, _LEFT + len(statuses) * _LEGEND)
    shapes: dict[Status, list[str]] = {}
    for row, outcomes in grid.each_row():
        for status, shape in _shapes((outcome.status for outcome in outcomes), blocks[row.path], lines[row.case.id]):
            shapes.setdefault(status, []).append(shape)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {bottom + _FOOT}" width="{width}" '
        f'height="{bottom + _FOOT}" role="img" font-family="DejaVu Sans, Verdana, sans-serif" font-size="9">',
        f"<title>The {escape(grid.subject.matrix)}: {len(lines)} cases, {len(blocks)} import paths, "
        f"{len(grid.environments)} environments</title>",
        '<rect width="100%" height="100%" fill="#ffffff"/>',
        f'<text x="8" y="14" font-size="11" font-weight="bold">{escape(heading)}</text>',
        *_heads(grid, blocks, lines),
        *(f'<path fill="{COLOURS[status]}" d="{"".join(shapes[status])}"/>' for status in Status if status in shapes),
        *_legend(grid, statuses, bottom + 20),
    ]
    return "\n".join(parts) + "\n</svg>\n"


def _shapes(statuses: Iterable[Status], x: int, y: int) -> Iterator[tuple[Status, str]]:
    """One rectangle for neighbouring cells of the same status."""
    for status, group in groupby(statuses):
        width = len(list(group)) * _CELL
        yield status, f"M{x} {y}h{width}v{_CELL - 1}h-{width}z"
        x += width


def _heading(grid: Grid) -> str:
    oldest = min(grid.environments, key=lambda item: item.version).label
    variants = ", then variants" if any(item.is_variant for item in grid.environments) else ""
    return f"{grid.subject.question}: in each block from {oldest} on the left to the newest{variants}"


def _heads(grid: Grid, blocks: dict[str, int], lines: dict[str, int]) -> Iterator[str]:
    for number, (path, x) in enumerate(blocks.items()):
        # Names alternate between two heights, because long ones would overlap.
        yield f'<text x="{x}" y="{_TOP - (8, 20)[number % 2]}">{escape(path)}</text>'
    for kind, rows in groupby(grid.rows, key=_kind):
        y = lines[next(rows).case.id] + 2 * _CELL
        yield f'<text x="{_LEFT - 10}" y="{y}" text-anchor="end">{escape(kind.replace("_", " "))}</text>'


def _kind(row: Row) -> str:
    return row.case.kind


def _legend(grid: Grid, statuses: Sequence[Status], y: int) -> Iterator[str]:
    totals = grid.totals()
    for number, status in enumerate(statuses):
        x = _LEFT + number * _LEGEND
        yield f'<rect x="{x}" y="{y - 8}" width="10" height="10" fill="{COLOURS[status]}"/>'
        yield f'<text x="{x + 15}" y="{y}">{status.value} {totals[status]}</text>'
