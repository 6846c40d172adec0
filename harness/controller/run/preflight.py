"""The preflight: the cells to run, and every failure that can be known before anything is started."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from harness.contract.records import CellKey
from harness.controller.environments.lockfile import lock_command, needs_lock, stale_sentence
from harness.controller.errors import HarnessError, UsageError
from harness.controller.project.cells import cells_of
from harness.controller.project.layout import Layout, check_root
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.project.state import claim_state
from harness.controller.results.documents import Column, read_columns
from harness.controller.run.result import RunResult
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.sandbox import check_sandbox

_DISK = 1_600_000_000  # bytes that an environment needs on disk; hard links share them with uv's cache


@dataclass(frozen=True)
class RunRequest:
    """A run that can be started: its environments, the cells and the baseline of each, and the workers' options."""

    project: Project
    environments: Sequence[Environment]
    cells: Mapping[str, Sequence[CellKey]]
    options: WorkerOptions
    baselines: Mapping[str, Column]

    def without(self, *ended: Iterable[RunResult]) -> RunRequest:
        """The request without the environments that have a result already."""
        names = {result.environment.id for results in ended for result in results}
        return replace(self, environments=[item for item in self.environments if item.id not in names])


def preflight(project: Project, selection: Selection, options: WorkerOptions, here: bool = True) -> RunRequest:
    """Check that a selection can be run, on this machine or, if not `here`, on others, which check themselves.

    Raises UsageError or HarnessError where it cannot.
    """
    if options.only_prints:
        raise UsageError(f"no cell would run: `tox -e ENV -- {shlex.join(options.pytest)}` prints what pytest prints")
    check_root(project.layout.root)
    if options.sandbox and here:
        check_sandbox(project.layout.root)
    matrix = project.matrix
    environments = selection.choose_environments(matrix, matrix.default)
    options = replace(
        options,
        cases=selection.cases + options.cases,
        paths=selection.paths + options.paths,
        sets=selection.sets + options.sets,
    )
    cells = cells_of(environments, matrix, project.cases, options.selection)  # also what stands behind `--`
    environments = [item for item in environments if item.id in cells]

    _check_files(project, environments)
    if here:
        _check_disk(project.layout, environments)
    baselines = read_columns(project.layout.results, [item.id for item in environments])
    claim_state(project.layout)
    return RunRequest(project, environments, cells, options, baselines)


def _check_files(project: Project, environments: Sequence[Environment]) -> None:
    layout = project.layout
    for name in ("tox.ini", "toxfile.py"):
        if not (layout.root / name).is_file():
            raise UsageError(f"{layout.root} has no {name}: docs/matrix-format.md lists the files of a project")
    unlocked, stale = needs_lock(environments, project.matrix.resolve, layout)
    if stale:
        raise UsageError(stale_sentence(stale))
    if unlocked:
        raise UsageError(f"no lock for {', '.join(unlocked)}: run `{lock_command(unlocked)}`")


def _check_disk(layout: Layout, environments: Sequence[Environment]) -> None:
    new = [item for item in environments if not (layout.environments / item.id).exists()]
    needed, free = len(new) * _DISK / 1e9, shutil.disk_usage(layout.root).free / 1e9
    if needed > free:
        raise HarnessError(
            f"not enough disk space: installing {len(new)} environments needs about {needed:.0f} GB,"
            f" {free:.0f} GB is free; select fewer with -e"
        )
