"""`harness diff`: print what changed between two sets of results."""

from __future__ import annotations

import argparse

from harness.controller.api.accepted import measured_changes, names_as_text
from harness.controller.commands.options import add_selection, add_strict, selection_of
from harness.controller.errors import Exit, UsageError
from harness.controller.project.cells import cell_keys
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.results.change_formats import changes_as_json, changes_as_markdown, changes_as_text
from harness.controller.results.compare import compare_sets
from harness.controller.results.documents import Column
from harness.controller.results.sources import RESULTS, RUN, read_source
from harness.controller.results.verdict import disagreeing

_FORMATS = {"text": changes_as_text, "markdown": changes_as_markdown, "json": changes_as_json}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection, and the two sides."""
    add_selection(parser)
    source = "results, run, a folder or a git revision"
    parser.add_argument("old", nargs="?", default="results", metavar="OLD", help=f"{source} (default: results)")
    parser.add_argument("new", nargs="?", default="run", metavar="NEW", help=f"{source} (default: run)")
    parser.add_argument("--format", choices=list(_FORMATS), default="text", help="default: text")
    add_strict(parser)


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Print what changed. A run is compared only in the cells that it ran; anything else as a whole."""
    selection = selection_of(options)
    before, after = (
        _within_selection(read_source(project.layout, name), project, selection) for name in (options.old, options.new)
    )
    whole = options.new != RUN
    compared = [*after.values(), *(before.values() if whole else [])]
    if selection != Selection() and not any(column.cells for column in compared):
        raise UsageError(f"nothing to compare: {options.new} has no cell of this selection")
    changes = compare_sets(before, after, whole)
    print(_FORMATS[options.format](changes), end="")
    names = _name_changes(options, project, selection)
    lanes = project.matrix.in_lanes
    differs = any(disagreeing([change], change.environment in lanes, options.strict) for change in changes)
    return Exit.DIFFERS if differs or names else Exit.AGREES


def _name_changes(options: argparse.Namespace, project: Project, selection: Selection) -> bool:
    """Whether names that were measured since differ from the accepted ones. They are printed, but for JSON.

    Those of lanes that may fail are only printed. Only the run and the accepted results have any, and a selection of
    cells has none.
    """
    if (options.old, options.new) != (RESULTS, RUN) or selection.names_cases or selection.paths:
        return False
    matrix = project.matrix
    chosen = selection.choose_environments(matrix, with_lanes=True)
    changes = measured_changes(project.layout, matrix, chosen) or {}
    if options.format != "json":
        print(names_as_text(changes), end="")
    return any(not matrix.everything[name].may_fail for name in changes)


def _within_selection(columns: dict[str, Column], project: Project, selection: Selection) -> dict[str, Column]:
    """The columns without the environments and cells that the selection leaves out."""
    if selection == Selection():
        return columns
    environments = {item.id for item in selection.choose_environments(project.matrix, with_lanes=True)}
    cells = set(cell_keys(*selection.choose_cells(project.cases, project.matrix)))
    return {
        name: Column(column.environment, {key: outcome for key, outcome in column.cells.items() if key in cells})
        for name, column in columns.items()
        if name in environments
    }
