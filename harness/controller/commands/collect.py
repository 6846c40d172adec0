"""`harness collect`: write the grid's files, or merge the shards of a run."""

from __future__ import annotations

from pathlib import Path

from harness.controller.ci.merge_shards import gather
from harness.controller.commands.common import open_root
from harness.controller.errors import Exit, UsageError
from harness.controller.grid.outputs import collect_grid
from harness.controller.project.loader import load_project
from harness.controller.project.selection import Selection


def collect(root: Path | None, selection: Selection, shards: Path | None) -> Exit:
    """Make the grid's files from the accepted results, or the last run from the folder of its shards."""
    project = load_project(open_root(root))
    if shards is not None:
        return gather(project, selection, shards)
    if selection != Selection():
        raise UsageError("what is selected goes with --shards: the grid is always made from all results")
    collect_grid(project)
    return Exit.AGREES
