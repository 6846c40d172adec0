"""`harness run`: a selection is run, and what came out is shown and compared."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from rich.console import Console

from harness.contract.plan import Plan
from harness.contract.records import Outcome
from harness.contract.statuses import Status
from harness.controller import column as columns
from harness.controller import reuse
from harness.controller.commands import open_root
from harness.controller.compare import compare, in_words
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.grid import make_grid
from harness.controller.installed import facts
from harness.controller.jobs import Job, work
from harness.controller.matrix import Environment
from harness.controller.planning import cell_keys
from harness.controller.progress import make_progress
from harness.controller.project import Layout, Project, load_project
from harness.controller.reconcile import read_stream
from harness.controller.selection import Selection
from harness.controller.store import Column, EnvironmentFacts, read_column, write_column
from harness.controller.terminal import print_grid
from harness.controller.toxlog import reason

_POLL = 0.2  # seconds
_DISK = 1_300_000_000  # bytes that an environment needs on disk; hard links share them with uv's cache
_MEMORY = 4 * 1024**3  # bytes that the processes of one environment may need
_PATIENCE = 30.0  # seconds that an interrupted tox has to end in order


def run(root: Path | None, selection: Selection, jobs: int | None, how: Sequence[str]) -> Exit:
    """Run a selection, print its grid and what changed, and say by the exit code how it went.

    `how` is handed on to every environment: options of ours first, then pytest's.
    """
    project = load_project(open_root(root))
    environments = selection.choose_environments(project.matrix, project.matrix.default)
    keys = cell_keys(selection.choose_cases(project.cases), selection.choose_paths(project.matrix))
    if not keys:
        raise UsageError("the selection has no cell: none of its cases runs under any of its import paths")
    _check_disk(project.layout, environments)
    console = Console(highlight=False)
    arguments = [part for path in selection.paths for part in ("--path", path)]
    arguments += [part for case in selection.cases for part in ("--case", case)]
    arguments += how
    todo = [
        Job(item, project.layout.run_file("logs", item.id, ".log")) for item in _longest_first(project, environments)
    ]
    with _only_run(project.layout), _terminated_as_interrupted():
        with make_progress(console, todo, len(keys), project.layout) as progress:
            interrupted = work(project.layout, todo, arguments, jobs or _default_jobs(), progress.update)
        ended = sorted(todo, key=lambda job: environments.index(job.environment))
        done = [(job, column) for job in ended if (column := _finish(project, job)) is not None]
    return Exit.INTERRUPTED if interrupted else _conclude(project, selection, done, console)


def _longest_first(project: Project, environments: Sequence[Environment]) -> list[Environment]:
    """So that no core waits for the last one, by what the cells of each took when they were last run."""
    kept = {item.id: reuse.read_kept(project.layout.run_file("kept", item.id, ".json")) for item in environments}
    return sorted(environments, key=lambda item: -sum(entry.record.seconds for entry in kept[item.id].values()))


def _default_jobs() -> int:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return max(1, min(len(os.sched_getaffinity(0)), memory // _MEMORY))


def _check_disk(layout: Layout, environments: Sequence[Environment]) -> None:
    new = [item for item in environments if not (layout.environments / item.id).exists()]
    free = shutil.disk_usage(layout.root).free
    if len(new) * _DISK > free:
        needed = f"{len(new)} environments to install may need {len(new) * _DISK / 1e9:.0f} GB"
        raise HarnessError(f"the disk will not do: {needed}, and {free / 1e9:.0f} GB are free; select fewer with -e")


@contextmanager
def _only_run(layout: Layout) -> Iterator[None]:
    layout.state.mkdir(exist_ok=True)
    with open(layout.state / "lock", "w", encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise HarnessError(f"another run is under way in {layout.root}: nothing was done") from None
        yield


@contextmanager
def _terminated_as_interrupted() -> Iterator[None]:
    def interrupt(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _finish(project: Project, job: Job) -> Column | None:
    """The job's column: as it was written, from its stream if it was killed, or an `env-fail` with the reason."""
    layout, name = project.layout, job.environment.id
    file = layout.run / f"{name}.json"
    if job.process is None:
        return None
    if file.exists():
        return read_column(file)
    plan_file = _plan_file(layout, name)
    matrix_says = EnvironmentFacts(
        name, job.environment.tensorflow, job.environment.python, job.environment.distribution
    )
    if plan_file.exists():
        plan = Plan.read(str(plan_file))
        try:
            installed = facts(job.environment, layout.environments / name)
        except HarnessError:
            installed = matrix_says
        job.code = Exit.BROKEN  # whatever it died of
        return columns.finish(layout, plan, installed, read_stream(Path(plan.stream)))
    log = job.log.read_text(encoding="utf-8", errors="replace")
    why = reason(log.replace(f"{layout.root}{os.sep}", ""), name)
    failed = EnvironmentFacts(**vars(matrix_says) | {"status": Status.ENV_FAIL.value, "reason": why})
    keys = cell_keys(project.cases, list(project.matrix.paths.values()))
    column = Column(failed, {key: Outcome(*key, status=Status.ENV_FAIL) for key in keys})
    write_column(file, column)
    return column


def _conclude(project: Project, selection: Selection, done: Sequence[tuple[Job, Column]], console: Console) -> Exit:
    environments = [job.environment for job, _ in done]
    ran = {column.environment.id: column for _, column in done}
    cases, paths = selection.choose_cases(project.cases), selection.choose_paths(project.matrix)
    print_grid(make_grid(cases, paths, environments, ran), console)
    worst = Exit.AGREES
    for job, column in done:
        name = job.environment.id
        baseline = columns.read_baseline(project.layout, name)
        changes = [change for change in compare(baseline, column) if change.differs]
        for change in changes:
            console.print(in_words(change), markup=False, soft_wrap=True)
        if column.environment.failed:
            text = f"{name} env-fail: {column.environment.reason} (log: {job.log})"
            console.print(text, markup=False, soft_wrap=True)
        elif _ended(job) > Exit.DIFFERS:
            console.print(f"{name} did not get through its cells (log: {job.log})", markup=False, soft_wrap=True)
        worst = max(worst, columns.verdict(column, baseline), _ended(job))
    plans = [_plan_file(project.layout, name) for name in ran]
    taken = sum(len(Plan.read(str(file)).taken) for file in plans if file.exists())
    if taken:
        console.print(
            f"{taken} cells taken from earlier runs, as nothing they depend on has changed (--fresh runs all)"
        )
    without = [name for name in ran if columns.read_baseline(project.layout, name) is None]
    if without:
        console.print(f"without a baseline: {', '.join(without)} (`harness accept` makes this run one)")
    elif worst is Exit.AGREES:
        console.print("as in the baseline")
    return worst


def _plan_file(layout: Layout, environment: str) -> Path:
    return layout.run_file("plan", environment, ".json")


def _ended(job: Job) -> Exit:
    """How the job itself says that it went, which what it left does not always tell."""
    return Exit(job.code) if job.code in (Exit.AGREES, Exit.DIFFERS, Exit.USAGE) else Exit.BROKEN
