"""`harness collect`: write the grid's files, or merge the shards of a run."""

from __future__ import annotations

import argparse
from pathlib import Path

from harness.controller.api.shards import take_inventories
from harness.controller.ci.merge_shards import merge_shards
from harness.controller.commands.options import add_selection, selection_of
from harness.controller.errors import Exit, UsageError
from harness.controller.grid.outputs import collect_grid
from harness.controller.project.loader import Project
from harness.controller.project.selection import Selection
from harness.controller.project.state import run_lock


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """A selection, of shards only."""
    add_selection(parser)
    parser.add_argument(
        "--shards", type=Path, metavar="DIR", help="merge the shards in the folders of DIR into the last run"
    )


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Write the grid of the accepted results, or with --shards the last run."""
    selection = selection_of(options)
    if options.shards is not None:
        code = merge_shards(project, selection, options.shards)
        with run_lock(project.layout):
            take_inventories(project.layout, options.shards, project.matrix.everything)
        return code
    if selection != Selection():
        raise UsageError("a selection needs --shards: the grid is always written from all results")
    collect_grid(project)
    return Exit.AGREES
