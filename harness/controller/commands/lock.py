"""`harness lock`: resolve the exact packages of the selected environments."""

from __future__ import annotations

from pathlib import Path

from harness.controller.commands.common import open_root
from harness.controller.errors import Exit
from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.project.selection import Selection


def lock(root: Path | None, selection: Selection) -> Exit:
    """Resolve the selected environments."""
    from harness.controller.environments import lockfile as locking

    found = open_root(root)
    matrix = load_matrix(found)
    for environment in selection.choose_environments(matrix):
        changed = locking.lock(environment, matrix.resolve, Layout(found))
        print(f"{environment.id}: {'locked anew' if changed else 'unchanged'}", flush=True)
    return Exit.AGREES
