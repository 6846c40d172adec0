"""`harness diff`: print what changed between two sets of results."""

from __future__ import annotations

from pathlib import Path

from harness.controller.commands.common import open_root, within_selection
from harness.controller.errors import Exit, UsageError
from harness.controller.project.loader import load_project
from harness.controller.project.selection import Selection
from harness.controller.results import change_formats as changes
from harness.controller.results import sources
from harness.controller.results.compare import compare_sets
from harness.controller.results.verdict import disagreeing


def diff(root: Path | None, selection: Selection, old: str, new: str, form: str) -> Exit:
    """Print what changed. A run is compared only in what it ran; anything else as a whole."""
    project = load_project(open_root(root))
    before, after = (
        within_selection(sources.read_source(project.layout, name), project, selection) for name in (old, new)
    )
    whole = new != sources.RUN
    compared = [*after.values(), *(before.values() if whole else [])]
    if selection != Selection() and not any(column.cells for column in compared):
        raise UsageError(f"there is nothing to compare: {new} has no cell of this selection")
    found = compare_sets(before, after, whole)
    write = {"text": changes.changes_as_text, "markdown": changes.changes_as_markdown, "json": changes.changes_as_json}[
        form
    ]
    print(write(found), end="")
    lanes = project.matrix.in_lanes
    differs = any(disagreeing([change], change.environment in lanes) for change in found)
    return Exit.DIFFERS if differs else Exit.AGREES
