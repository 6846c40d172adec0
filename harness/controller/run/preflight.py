"""What is to be run, and all that can be known to fail before anything is started."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass

from harness.contract.records import CellKey
from harness.controller.environments.lockfile import lock_command, needs_lock, stale_sentence
from harness.controller.errors import HarnessError, UsageError
from harness.controller.project.cells import cells_of
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.results.documents import read_columns
from harness.controller.worker.options import parse_worker_options

_DISK = 1_600_000_000  # bytes that an environment needs on disk; hard links share them with uv's cache


@dataclass(frozen=True)
class RunRequest:
    """The environments of a run, the cells of each, and the arguments that every environment's column is given."""

    project: Project
    environments: list[Environment]
    cells: dict[str, list[CellKey]]
    arguments: list[str]


def preflight(project: Project, selection: Selection, how: Sequence[str]) -> RunRequest:
    """What a selection asks for. Raises UsageError or HarnessError where it cannot be run."""
    environments = selection.choose_environments(project.matrix, project.matrix.default)
    cells = cells_of(environments, project.matrix, *selection.choose_cells(project.cases, project.matrix))
    environments = [item for item in environments if item.id in cells]
    _check_ready(project, environments, how)
    return RunRequest(project, environments, cells, _for_columns(selection, how))


def _for_columns(selection: Selection, how: Sequence[str]) -> list[str]:
    """The arguments that every environment's column is given."""
    chosen = [part for path in selection.paths for part in ("--path", path)]
    chosen += [part for case in selection.cases for part in ("--case", case)]
    return [*chosen, *how]


def _check_ready(project: Project, environments: Sequence[Environment], how: Sequence[str]) -> None:
    """Everything that can be known to fail before anything is started. Raises UsageError or HarnessError."""
    layout = project.layout
    for name in ("tox.ini", "toxfile.py"):
        if not (layout.root / name).is_file():
            raise UsageError(f"{layout.root} has no {name}: docs/matrix-format.md says what a project needs")
    unlocked, stale = needs_lock(environments, project.matrix.resolve, layout)
    if stale:
        raise UsageError(stale_sentence(stale))
    if unlocked:
        raise UsageError(f"without a lock: {', '.join(unlocked)}; make them with `{lock_command(unlocked)}`")
    own = parse_worker_options(how).selection
    own.choose_cases(project.cases)
    own.choose_paths(project.matrix)
    read_columns(layout.results, [item.id for item in environments])
    _check_disk(layout, environments)


def _check_disk(layout: Layout, environments: Sequence[Environment]) -> None:
    new = [item for item in environments if not (layout.environments / item.id).exists()]
    free = shutil.disk_usage(layout.root).free
    if len(new) * _DISK > free:
        needed = f"{len(new)} environments to install may need {len(new) * _DISK / 1e9:.0f} GB"
        raise HarnessError(f"the disk will not do: {needed}, and {free / 1e9:.0f} GB are free; select fewer with -e")
