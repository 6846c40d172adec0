"""The commands that start no environment. Each is a function that returns its exit code."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from harness.cases.documents import nearest
from harness.contract.records import Outcome
from harness.controller.compare import compare_sets
from harness.controller.errors import Exit, FaultyFiles, UsageError
from harness.controller.grid import Grid, Row, make_grid
from harness.controller.history import read_history, since
from harness.controller.known import unexplaining
from harness.controller.planning import cell_keys, selected_keys
from harness.controller.project import Layout, Project, find_root, load_matrix, load_project, read_project
from harness.controller.selection import Selection
from harness.controller.store import Column, read_columns, read_details

if TYPE_CHECKING:
    from rich.console import Console


def open_root(root: Path | None) -> Path:
    """The project's folder: the one given, or the nearest one up."""
    if root is not None and not root.is_dir():
        raise UsageError(f"{root} is not a folder")
    return find_root((root or Path.cwd()).resolve())


def validate(root: Path | None) -> Exit:
    """Check every file, that every case becomes Python under every path, and that what it knows explains failures."""
    found = open_root(root)
    matrix, cases, faults = read_project(found)
    if matrix is not None and any(case.known for case in cases):
        columns = read_columns(Layout(found).results, matrix.environments)
        grid = make_grid(cases, list(matrix.paths.values()), matrix.environments.values(), columns)
        faults += unexplaining(grid, cases)
    if faults or matrix is None:
        raise FaultyFiles(faults)
    counts = f"{len(matrix.environments)} environments, {len(matrix.paths)} import paths, {len(cases)} cases"
    print(f"{counts}: valid")
    return Exit.AGREES


def plan(root: Path | None, selection: Selection, form: str) -> Exit:
    """Print what `run` would run."""
    project = load_project(open_root(root))
    environments = selection.choose_environments(project.matrix, project.matrix.default)
    keys = selected_keys(selection.choose_cases(project.cases), selection.choose_paths(project.matrix))
    if form == "github":
        print(json.dumps({"include": [{"environment": item.id, "python": item.python} for item in environments]}))
    elif form == "json":
        cells = [{"case": case, "path": path} for case, path in keys]
        print(json.dumps({"environments": [item.id for item in environments], "cells": cells}, indent=1))
    else:
        for item in environments:
            print(f"{item.id:<14} TensorFlow {item.tensorflow:<8} Python {item.python:<5} {len(keys)} cells")
        print(f"{len(environments)} environments, {len(keys) * len(environments)} cells")
    return Exit.AGREES


def script(root: Path | None, case_id: str, path_id: str) -> Exit:
    """Print the script of one case under one import path."""
    project = load_project(open_root(root))
    cases = {case.id: case for case in project.cases}
    if case_id not in cases:
        raise UsageError(f"unknown case {case_id!r}{nearest(case_id, cases)}")
    if path_id not in project.matrix.paths:
        raise UsageError(f"unknown import path {path_id!r}{nearest(path_id, project.matrix.paths)}")
    print(cases[case_id].script(project.matrix.paths[path_id]), end="")
    return Exit.AGREES


def diff(root: Path | None, selection: Selection, old: str, new: str, form: str) -> Exit:
    """Print what changed. A run is compared only in what it ran; anything else as a whole."""
    from harness.controller import changes, sources

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


def _selected(columns: dict[str, Column], project: Project, selection: Selection) -> dict[str, Column]:
    """The columns without what the selection leaves out."""
    if selection == Selection():
        return columns
    environments = {item.id for item in selection.choose_environments(project.matrix)}
    cells = set(cell_keys(selection.choose_cases(project.cases), selection.choose_paths(project.matrix)))
    return {
        name: Column(column.environment, {key: outcome for key, outcome in column.cells.items() if key in cells})
        for name, column in columns.items()
        if name in environments
    }


def lock(root: Path | None, selection: Selection) -> Exit:
    """Resolve the selected environments."""
    from harness.controller import locking

    found = open_root(root)
    matrix = load_matrix(found)
    for environment in selection.choose_environments(matrix):
        changed = locking.lock(environment, matrix.resolve, Layout(found))
        print(f"{environment.id}: {'locked anew' if changed else 'unchanged'}", flush=True)
    return Exit.AGREES


def collect(root: Path | None) -> Exit:
    """Make the grid's files from the accepted results."""
    from harness.controller.collecting import collect_grid

    collect_grid(load_project(open_root(root)))
    return Exit.AGREES


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


def show(root: Path | None, selection: Selection, of_run: bool, cell: str | None, totals: bool) -> Exit:
    """Print the grid of the accepted results or of the last run, its totals, or one cell's story."""
    from rich.console import Console

    from harness.controller import story, terminal

    project = load_project(open_root(root))
    folder = project.layout.run if of_run else project.layout.results
    environments = selection.choose_environments(project.matrix)
    columns = read_columns(folder, [item.id for item in environments])
    cases, paths = selection.choose_cases(project.cases), selection.choose_paths(project.matrix)
    grid = make_grid(cases, paths, environments, columns)
    is_named = cell is not None or selection.environments or selection.groups
    shown = environments if is_named else [item for item in environments if item.id in columns]
    if not grid.rows or not shown:
        hint = "" if of_run else "; --run shows the last run"
        raise UsageError(f"there is nothing to show: no result of this selection in {folder}{hint}")
    console = Console(highlight=False)
    if totals:
        terminal.print_totals(grid, console)
    elif cell is not None:
        _show_cell(project, grid, _row(grid, cell), console)
    else:
        terminal.print_grid(replace(grid, environments=tuple(shown)), console)
        if selection.cases and len(cases) == 1:  # its story has also the releases that nobody ran
            stories = story.tell(grid, cases[0], list(project.matrix.environments.values()))
            terminal.print_case(cases[0], stories, console)
    return Exit.AGREES


def _show_cell(project: Project, grid: Grid, row: Row, console: Console) -> None:
    from harness.controller import terminal

    if len(grid.environments) > 1:
        terminal.print_overview(grid, row, console)
        return
    (environment,) = grid.environments
    details = _details(project.layout, environment.id, grid.outcome(row, environment))
    last = since(read_history(project.layout.history), environment.id, row.key)
    terminal.print_story(grid, row, environment, details, last, console)


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
