"""The grid as text for a window: its rows and symbols, and as a second table the passing cells in percent."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.text import Text

from harness.contract.statuses import Status
from harness.controller.grid.column_heads import ColumnHeads, place_columns
from harness.controller.grid.grid import Grid, column_score, scores_by_path
from harness.controller.grid.joined_rows import JoinedRow, choose_cases, join_rows
from harness.controller.text import one_line

STATUS_STYLES = {
    Status.PASS: "green",
    Status.FAIL: "red",
    Status.ABSENT: "dim",
    Status.TIMEOUT: "magenta",
    Status.CRASH: "bold red",
    Status.ENV_FAIL: "yellow",
    Status.ERROR: "bold yellow",
}
_INDENT = 2
_LONGEST_LABEL = 48  # a longer one would stand too far from its cells
_MANY_CASES = 30  # more than these are also summed up in percent
_FEWEST_LINES = 10  # of the grid, in however small a window
_BELOW = 8  # lines that follow the tables


def print_grid(grid: Grid, command: str, console: Console, log_lines: int | None = None) -> None:
    """Print a row for each case and path, those of a case with equal statuses as one, and a column for each release.

    In a terminal the cases that the window has room for; `command` prints all where standard output is no terminal.
    `log_lines` limits those that are printed elsewhere.
    """
    cases = join_rows(grid)
    table = _percentages(grid, console.width) if len(cases) > _MANY_CASES else []
    if console.is_terminal and len(table) > console.height // 2:
        table = []
    shown = _print_rows(grid, cases, len(table), console, log_lines)
    if len(shown) < len(cases):
        rest = f"{len(cases) - len(shown)} of {len(cases)} cases are not shown: `{command} | less`"
        console.print(Text(rest, "dim"))
    if table:
        console.print()
    for line in table:
        _print(console, line)


def _print_rows(
    grid: Grid, cases: Sequence[Sequence[JoinedRow]], table: int, console: Console, log_lines: int | None
) -> Sequence[Sequence[JoinedRow]]:
    """Print the grid itself, with its legend. Returns the cases for which the window has room."""
    rows = [row for joined in cases for row in joined]
    label = _INDENT + max((row.shortest for row in rows), default=0)
    blocks = place_columns(grid.environments, console.width - label)
    widest = _INDENT + min(_LONGEST_LABEL, max((row.longest for row in rows), default=0))
    label = max(label, min(widest, console.width - max((block.width for block in blocks), default=0)))

    lines = max(_FEWEST_LINES, console.height - table - _BELOW) if console.is_terminal else log_lines
    heads = max((len(block.lines) for block in blocks), default=0)
    shown = cases if lines is None else choose_cases(cases, lines // max(1, len(blocks)) - heads)
    for block in blocks:
        _print(console, "")
        _print_heads(console, block, label)
        places = [grid.environments.index(environment) for environment in block.environments]
        for joined in shown:
            case = joined[0].case
            head = Text(f"{case.id}  ", "bold").append(one_line(case.title), "not bold dim")
            console.print(head, overflow="ellipsis" if console.is_terminal else "ignore", no_wrap=True, crop=False)
            for row in joined:
                _print(console, _row(row, places, block, label))
    _print(console, "")
    _print(console, _legend(grid, blocks))
    return shown


def _row(row: JoinedRow, places: Sequence[int], block: ColumnHeads, label: int) -> Text:
    line = Text(" " * _INDENT + row.label(label - _INDENT).ljust(label - _INDENT))
    for place, width in zip(places, block.widths, strict=True):
        status = row.statuses[place]
        line.append(status.symbol.rjust(width), STATUS_STYLES.get(status, ""))
    return line


def _legend(grid: Grid, blocks: Sequence[ColumnHeads]) -> Text:
    totals = grid.totals()
    legend = Text()
    for status in Status:
        if totals[status]:
            legend.append(f"{status.symbol} {status.value} {totals[status]}   ", STATUS_STYLES.get(status, ""))
    for note in dict.fromkeys(note for block in blocks for note in block.notes):
        legend.append(f"{note}   ")
    legend.rstrip()
    return legend


def print_percentages(grid: Grid, console: Console) -> None:
    """Print the passing cells by import path and release, in percent."""
    for line in _percentages(grid, console.width):
        _print(console, line)


def _percentages(grid: Grid, width: int) -> list[Text]:
    """The lines of the table of passing cells in percent, after two that explain its numbers."""
    rows = _percentage_rows(grid)
    label = max(map(len, rows))
    content = max(len(cell) for cells in rows.values() for cell in cells)
    lines = [
        Text("Passing cells of each import path, in percent of those that answered", "bold"),
        Text("– the path is absent; ? not complete; left out: cells without an answer", "dim"),
    ]
    places = {environment.id: place for place, environment in enumerate(grid.environments)}
    for block in place_columns(grid.environments, width - label, content):
        lines += [Text(" " * label + line, "bold") for line in block.lines]
        for name, cells in rows.items():
            shown = block.join([cells[places[environment.id]] for environment in block.environments])
            lines.append(Text(name.ljust(label) + shown, "" if name in grid.paths else "bold"))
    return lines


def _percentage_rows(grid: Grid) -> dict[str, list[str]]:
    """The cells of the table of percentages, in the order of the environments, by the head of their row."""
    absent = {path: _absent_environments(grid, path) for path in grid.paths}
    rows = {}
    for path, scores in scores_by_path(grid).items():
        shown = {name: "?" if found is None else _percent(found.percent) for name, found in scores.items()}
        rows[path] = [Status.ABSENT.symbol if name in absent[path] else text for name, text in shown.items()]
    columns = [column_score(outcomes) for _, outcomes in grid.each_column()]
    rows["all paths"] = [_percent(found.percent) if found else "?" for found in columns]
    rows["cells that answered"] = [str(found.counted) if found else "?" for found in columns]
    if any(found and found.left_out for found in columns):
        rows["left out"] = [str(found.left_out) if found else "?" for found in columns]
    return rows


def _absent_environments(grid: Grid, path: str) -> set[str]:
    """The environments in which every cell of a path that answered is absent."""
    places = [place for place, row in enumerate(grid.rows) if row.path == path]
    absent = set()
    for environment, outcomes in grid.each_column():
        answers = {outcomes[place].status for place in places if outcomes[place].status.counts}
        if answers == {Status.ABSENT}:
            absent.add(environment.id)
    return absent


def _percent(value: int | None) -> str:
    return "?" if value is None else str(value)


def _print_heads(console: Console, block: ColumnHeads, label: int) -> None:
    for line in block.lines:
        _print(console, Text(" " * label + line, "bold"))


def _print(console: Console, line: Text | str) -> None:
    console.print(line, overflow="ignore", no_wrap=True, crop=False, markup=False)
