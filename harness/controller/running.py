"""`harness run`: a selection is run, and what came out is shown and compared."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console

from harness.controller import column as columns
from harness.controller.commands import open_root
from harness.controller.concluding import conclude
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.files import only_one
from harness.controller.lanes import cells_of
from harness.controller.matrix import Environment
from harness.controller.project import Layout, Project, load_project
from harness.controller.rounds import make_job, run_round
from harness.controller.selection import Selection
from harness.controller.store import read_columns
from harness.controller.taking import take

_DISK = 1_600_000_000  # bytes that an environment needs on disk; hard links share them with uv's cache


def run(root: Path | None, selection: Selection, jobs: int | None, how: Sequence[str]) -> Exit:
    """Run a selection, print its grid and what changed, and say by the exit code how it went.

    `how` is handed on to every environment: options of ours first, then pytest's.
    """
    project = load_project(open_root(root))
    environments = selection.choose_environments(project.matrix, project.matrix.default)
    cells = cells_of(environments, project.matrix, *selection.choose_cells(project.cases, project.matrix))
    environments = [item for item in environments if item.id in cells]
    check_ready(project, environments, how)
    console = Console(highlight=False, emoji=False)
    arguments = for_columns(selection, how)
    with only_one(project.layout.state / "lock", f"run in {project.layout.root}"), terminated_as_interrupted():
        taken = take(project, environments, columns.parse(arguments))
        rest = [item for item in environments if item.id not in taken]
        ran = run_round(project, rest, cells, arguments, jobs, console)
    found = taken | ran.columns
    nothing_to_do = [make_job(project.layout, item, Exit.AGREES) for item in environments if item.id in taken]
    ended = sorted([*ran.jobs, *nothing_to_do], key=lambda job: environments.index(job.environment))
    done = [(job, found[job.environment.id]) for job in ended if job.environment.id in found]
    if ran.interrupted:
        kept = sum(column.answers() for _, column in done if column is not None)
        console.print(f"interrupted: {kept} outcomes of {len(done)} environments are kept, and not run again")
        return Exit.INTERRUPTED
    return conclude(project, selection, done, console)


def for_columns(selection: Selection, how: Sequence[str]) -> list[str]:
    """The arguments that every environment's column is given."""
    chosen = [part for path in selection.paths for part in ("--path", path)]
    chosen += [part for case in selection.cases for part in ("--case", case)]
    return [*chosen, *how]


def check_ready(project: Project, environments: Sequence[Environment], how: Sequence[str]) -> None:
    """Everything that can be known to fail before anything is started. Raises UsageError or HarnessError."""
    layout = project.layout
    for name in ("tox.ini", "toxfile.py"):
        if not (layout.root / name).is_file():
            raise UsageError(f"{layout.root} has no {name}: docs/matrix-format.md says what a project needs")
    unlocked = [item.id for item in environments if not item.lane and not layout.lock(item).is_file()]
    if unlocked:
        names = " ".join(f"-e {name}" for name in unlocked)
        raise UsageError(f"without a lock: {', '.join(unlocked)}; make them with `harness lock {names}`")
    own = columns.parse(how).selection
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


@contextmanager
def terminated_as_interrupted() -> Iterator[None]:
    """Let what asks this process to end interrupt it, so that it ends in order."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
