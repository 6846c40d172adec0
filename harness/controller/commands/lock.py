"""`harness lock`: resolve the exact packages of the selected environments."""

from __future__ import annotations

import argparse

from harness.controller.commands.openers import open_layout
from harness.controller.commands.options import add_environments, selection_of
from harness.controller.environments import lockfile
from harness.controller.errors import Exit
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix

OPENER = open_layout


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The environments."""
    add_environments(parser)


def run(options: argparse.Namespace, layout: Layout) -> Exit:
    """Resolve the selected environments, one after the other."""
    matrix = load_matrix(layout.root)
    for environment in selection_of(options).choose_environments(matrix):
        changed = lockfile.lock(environment, matrix.resolve, layout)
        print(f"{environment.id}: {'locked' if changed else 'unchanged'}", flush=True)
    return Exit.AGREES
