"""The commands that show results: the grid, a cell's story, what changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rich.console import Console

from harness.cases.words import nearest
from harness.contract.records import Outcome
from harness.controller import changes, sources, story, terminal
from harness.controller.collecting import collect_grid
from harness.controller.commands import open_root
from harness.controller.compare import compare_sets
from harness.controller.errors import Exit, UsageError
from harness.controller.gathering import gather
from harness.controller.grid import Grid, Row, make_grid
from harness.controller.history import Event, last_events, read_history, since
from harness.controller.lane_rows import lane_rows
from harness.controller.lanes import by_lane, scope_of
from harness.controller.matrix import Environment
from harness.controller.planning import cell_keys
from harness.controller.project import Layout, Project, load_project
from harness.controller.selection import Selection
from harness.controller.store import Column, read_columns, read_details


def collect(root: Path | None, selection: Selection, shards: Path | None) -> Exit:
    """Make the grid's files from the accepted results, or the last run from the folder of its shards."""
    project = load_project(open_root(root))
    if shards is not None:
        return gather(project, selection, shards)
    if selection != Selection():
        raise UsageError("what is selected goes with --shards: the grid is always made from all results")
    collect_grid(project)
    return Exit.AGREES


def diff(root: Path | None, selection: Selection, old: str, new: str, form: str) -> Exit:
    """Print what changed. A run is compared only in what it ran; anything else as a whole."""
    project = load_project(open_root(root))
    before, after = (_selected(sources.read_source(project.layout, name), project, selection) for name in (old, new))
    whole = new != sources.RUN
    compared = [*after.values(), *(before.values() if whole else [])]
    if selection != Selection() and not any(column.cells for column in compared):
        raise UsageError(f"there is nothing to compare: {new} has no cell of this selection")
    found = compare_sets(before, after, whole)
    write = {"text": changes.as_text, "markdown": changes.as_markdown, "json": changes.as_json}[form]
    print(write(found), end="")
    return Exit.DIFFERS if found else Exit.AGREES


def publish(root: Path | None, selection: Selection, of_run: bool, out: Path, port: int | None) -> Exit:
    """Write the site, and show it on a port if there is one."""
    try:
        from harness.controller.site import publishing, serving
    except ModuleNotFoundError as missing:
        if missing.name not in ("jinja2", "markupsafe", "matplotlib"):
            raise
        raise UsageError(
            f"publishing needs {missing.name}: pip install 'keras-import-matrix[publish]' installs it"
        ) from None
    project = load_project(open_root(root))
    ended = publishing.publish(project, selection, of_run, out)
    return ended if port is None else serving.serve(out, port)


def _selected(columns: dict[str, Column], project: Project, selection: Selection) -> dict[str, Column]:
    """The columns without what the selection leaves out."""
    if selection == Selection():
        return columns
    environments = {item.id for item in selection.choose_environments(project.matrix, with_lanes=True)}
    cells = set(cell_keys(selection.choose_cases(project.cases), selection.choose_paths(project.matrix)))
    return {
        name: Column(column.environment, {key: outcome for key, outcome in column.cells.items() if key in cells})
        for name, column in columns.items()
        if name in environments
    }


@dataclass(frozen=True)
class _Wanted:
    """What `show` is asked for, beside the environments."""

    selection: Selection
    cell: str | None
    totals: bool

    @property
    def is_named(self) -> bool:
        return bool(self.cell is not None or self.selection.environments or self.selection.groups)


def show(root: Path | None, selection: Selection, of_run: bool, cell: str | None, totals: bool) -> Exit:
    """Print the grid of the accepted results or of the last run, its totals, or one cell's story."""
    project = load_project(open_root(root))
    folder = project.layout.run if of_run else project.layout.results
    environments = selection.choose_environments(project.matrix)
    columns = read_columns(folder, project.matrix.everything)
    wanted, console = _Wanted(selection, cell, totals), Console(highlight=False)
    if not [part for part in by_lane(environments) if _show_part(project, wanted, part, columns, console)]:
        hint = "" if of_run else "; --run shows the last run"
        raise UsageError(f"there is nothing to show: no result of this selection in {folder}{hint}")
    if not (cell or totals or selection.cases or selection.paths):
        for row in lane_rows(project.matrix, columns):
            if not wanted.is_named or not {item.id for item in environments}.isdisjoint(row.ids):
                terminal.print_lane(row, console)
    return Exit.AGREES


def _show_part(
    project: Project, wanted: _Wanted, environments: list[Environment], columns: dict[str, Column], console: Console
) -> bool:
    """Print what environments with the same cells have; False where there is nothing."""
    selection = wanted.selection
    everything = selection.choose_cases(project.cases), selection.choose_paths(project.matrix)
    cases, paths = scope_of(environments[0], project.matrix, *everything)
    known = {item.id: columns[item.id] for item in environments if item.id in columns}
    grid = make_grid(cases, paths, environments, known)
    shown = environments if wanted.is_named else [item for item in environments if item.id in known]
    if not grid.rows or not shown:
        return False
    if wanted.totals:
        terminal.print_totals(grid, console)
    elif wanted.cell is not None:
        _show_cell(project, grid, _row(grid, wanted.cell), console)
    else:
        terminal.print_grid(replace(grid, environments=tuple(shown)), console)
        if selection.cases and len(cases) == 1 and not shown[0].lane:  # it has also the releases that nobody ran
            stories = story.tell(grid, cases[0], list(project.matrix.environments.values()))
            terminal.print_case(cases[0], stories, console)
    return True


def _show_cell(project: Project, grid: Grid, row: Row, console: Console) -> None:
    last = _last_events(project.layout, grid, row)
    if len(grid.environments) > 1:
        terminal.print_overview(grid, row, last, console)
        return
    (environment,) = grid.environments
    details = _details(project.layout, environment.id, grid.outcome(row, environment))
    terminal.print_story(grid, row, environment, details, last.get(environment.id), console)


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
    """What the last run has beside an outcome: nothing where it gave another one."""
    run = read_columns(layout.run, [environment]).get(environment)
    if run is None or run.cells.get(outcome.key) != outcome:
        return {}
    return read_details(layout.run_file("details", environment, ".json")).get(f"{outcome.case}[{outcome.path}]", {})


def _row(grid: Grid, cell: str) -> Row:
    rows = {f"{row.case.id}[{row.path}]": row for row in grid.rows}
    if cell not in rows:
        raise UsageError(f"no cell {cell!r}{nearest(cell, rows)}")
    return rows[cell]
