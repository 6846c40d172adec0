"""`harness show`: the grid, one case from release to release, or one cell."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from rich.console import Console

from harness.cases.document.suggestions import suggest
from harness.contract.records import Outcome
from harness.controller.commands.options import add_selection, selection_of
from harness.controller.console import make_console
from harness.controller.errors import Exit, UsageError
from harness.controller.grid import terminal
from harness.controller.grid.closing_lines import (
    DIFFERS,
    NEXT,
    NOT_TRIED,
    differences_in_short,
    next_commands,
    not_tried,
    print_closing_lines,
    show_command,
)
from harness.controller.grid.grid import Grid, Row, make_grid
from harness.controller.grid.lane_summary import lane_rows
from harness.controller.grid.python_table import python_table
from harness.controller.grid.release_ranges import summarise
from harness.controller.grid.terminal_grid import print_grid
from harness.controller.project.cells import by_lane, scope_of
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.results.compare import compare_sets
from harness.controller.results.documents import Column, read_columns, read_details
from harness.controller.results.history import Event, last_events, read_history, since
from harness.controller.results.remedies import read_remedies, remedies_file


@dataclass(frozen=True)
class _Wanted:
    """The request of `show`, apart from the environments."""

    selection: Selection
    cell: str | None
    totals: bool
    from_run: bool

    @property
    def is_named(self) -> bool:
        return bool(self.cell is not None or self.selection.environments or self.selection.groups)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection, and the part of its grid."""
    add_selection(parser)
    parser.add_argument("--run", action="store_true", help="the last run instead of the accepted results")
    part = parser.add_mutually_exclusive_group()
    part.add_argument(
        "--cell", metavar="CASE[PATH]", help="one cell: in all environments, or in detail in the one of -e"
    )
    part.add_argument("--totals", action="store_true", help="number of cells of each status, and of explained failures")


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Print the grid of the accepted results or of the last run, its totals, or one cell."""
    selection, cell, totals = selection_of(options), options.cell, options.totals
    folder = project.layout.run if options.run else project.layout.results
    environments = selection.choose_environments(project.matrix)
    columns = read_columns(folder, project.matrix.everything)
    wanted, console = _Wanted(selection, cell, totals, options.run), make_console()
    parts = [_show_part(project, wanted, part, columns, console) for part in by_lane(environments)]
    grids = [grid for grid in parts if grid is not None]
    if not grids:
        hint = "" if options.run else "; --run shows the last run"
        raise UsageError(f"nothing to show: no result of this selection in {folder}{hint}")
    if not (cell or totals or selection.names_cases or selection.paths):
        remedies = read_remedies(remedies_file(project.layout.results))
        rows = lane_rows(project.matrix, columns, remedies)
        chosen = {item.id for item in environments}
        shown = [row for row in rows if not (wanted.is_named and chosen.isdisjoint(row.ids))]
        for row in shown:
            terminal.print_lane(row, console)
        if table := python_table(shown):
            terminal.print_python_table(table, project.matrix.subject.title, console)
    if not (cell or totals) and len(grids[0].by_case) > 1:
        _print_closing(project, grids, options.run, console)
    return Exit.AGREES


def _show_part(
    project: Project, wanted: _Wanted, environments: list[Environment], columns: dict[str, Column], console: Console
) -> Grid | None:
    """Print what environments with the same cells have, and return their grid; None where there is nothing."""
    selection = wanted.selection
    chosen = selection.choose_cells(project.cases, project.matrix)
    cases, paths = scope_of(environments[0], project.matrix, *chosen)
    known = {item.id: columns[item.id] for item in environments if item.id in columns}
    whole = make_grid(cases, paths, environments, known)
    shown = environments if wanted.is_named else [item for item in environments if item.id in known]
    grid = replace(whole, environments=tuple(shown))
    if not grid.rows or not shown:
        return None
    if wanted.totals:
        terminal.print_totals(whole, console)
    elif wanted.cell is not None:
        _show_cell(project, whole, _row(whole, wanted.cell), console)
    else:
        print_grid(grid, show_command(shown, project.matrix, selection, wanted.from_run), console)
        if selection.cases and len(cases) == 1 and not shown[0].lane:  # it has also the releases that nobody ran
            summaries = summarise(whole, cases[0], list(project.matrix.environments.values()))
            terminal.print_case(cases[0], summaries, console)
    return grid


def _print_closing(project: Project, grids: Sequence[Grid], from_run: bool, console: Console) -> None:
    lines = {NOT_TRIED: not_tried(grids), NEXT: next_commands(grids[0], from_run)}
    if from_run:
        columns = {name: column for grid in grids for name, column in grid.columns.items()}
        baselines = read_columns(project.layout.results, columns)
        changes = compare_sets(baselines, {name: columns[name] for name in baselines}, whole=False)
        without = [name for name in columns if name not in baselines]
        is_same = not any(change.differs for change in changes)
        lines = {DIFFERS: differences_in_short(changes, without, is_same)} | lines
    print_closing_lines(lines, console)


def _show_cell(project: Project, grid: Grid, row: Row, console: Console) -> None:
    last = _last_events(project.layout, grid, row)
    if len(grid.environments) > 1:
        terminal.print_overview(grid, row, last, console)
        return
    (environment,) = grid.environments
    details = _details(project.layout, environment.id, grid.outcome(row, environment))
    terminal.print_cell(grid, row, environment, details, last.get(environment.id), console)


def _last_events(layout: Layout, grid: Grid, row: Row) -> dict[str, Event]:
    """By environment, since when the row's cell is as it is: the history knows it only of what is accepted."""
    last = last_events(read_history(layout.history))
    accepted = read_columns(layout.results, grid.columns)
    found = {name: since(last, name, row.key) for name in accepted}
    return {
        name: event
        for name, event in found.items()
        if event and accepted[name].cells.get(row.key) == grid.columns[name].cells.get(row.key)
    }


def _details(layout: Layout, environment: str, outcome: Outcome) -> dict[str, Any]:
    """The details of the last run for an outcome; empty if the last run gave another outcome."""
    run = read_columns(layout.run, [environment]).get(environment)
    if run is None or run.cells.get(outcome.key) != outcome:
        return {}
    return read_details(layout.files(environment).details).get(f"{outcome.case}[{outcome.path}]", {})


def _row(grid: Grid, cell: str) -> Row:
    rows = {f"{row.case.id}[{row.path}]": row for row in grid.rows}
    if cell not in rows:
        raise UsageError(f"no cell {cell!r}{suggest(cell, rows)}")
    return rows[cell]
