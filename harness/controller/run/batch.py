"""One round of cells: tox for each environment, a few side by side, and the columns that come of it."""

from __future__ import annotations

import math
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from rich.console import Console

from harness.contract.plan import Plan
from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.environments.installed import facts, is_made_from
from harness.controller.environments.lockfile import resolution_failure
from harness.controller.environments.tox_log import Ending, ending
from harness.controller.errors import Exit, HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column, EnvironmentFacts, read_column, write_column
from harness.controller.results.durations import durations
from harness.controller.run.progress import make_progress
from harness.controller.run.scheduler import EnvironmentRun, run_environments
from harness.controller.worker import main as columns
from harness.controller.worker.reconcile import read_stream

_MEMORY = 3 * 1024**3 // 2  # bytes that the processes of one environment need, twice over (benchmarks/memory.py)
_CONTAINER = Path("/sys/fs/cgroup/memory.max")


@dataclass(frozen=True)
class Batch:
    """What came of a round: its jobs, and by environment the column, None where it did not come to its cells."""

    jobs: list[EnvironmentRun]
    columns: dict[str, Column | None] = field(default_factory=dict)
    interrupted: bool = False


def run_batch(
    project: Project,
    environments: Sequence[Environment],
    cells: Mapping[str, Sequence[CellKey]],
    arguments: Sequence[str],
    limit: int | None,
    console: Console,
) -> Batch:
    """Run the environments, `limit` side by side, with the arguments that their columns take."""
    if not environments:
        return Batch([])
    todo = [make_environment_run(project.layout, item) for item in _longest_first(project, environments, cells)]
    counts = {name: len(keys) for name, keys in cells.items()}
    with make_progress(console, todo, counts, project.layout) as progress:
        interrupted = run_environments(project.layout, todo, arguments, limit or _default_limit(), progress.update)
    found = {job.environment.id: _finish(project.layout, job, cells, interrupted) for job in todo if job.process}
    return Batch(todo, found, interrupted)


def make_environment_run(layout: Layout, environment: Environment, code: Exit | None = None) -> EnvironmentRun:
    """The job of an environment, with its code where it is done already."""
    installed = not environment.lane and is_made_from(layout.environments / environment.id, layout.lock(environment))
    return EnvironmentRun(environment, layout.run_file("logs", environment.id, ".log"), installed, code=code)


def _longest_first(
    project: Project, environments: Sequence[Environment], cells: Mapping[str, Sequence[CellKey]]
) -> list[Environment]:
    """So that no core waits for the last one, by what these cells took when they were last run.

    What was never run comes first: it may take longest, and has to be installed.
    """
    took = durations(project.layout, cells)
    for item in environments:
        if not project.layout.run_file("details", item.id, ".json").exists():
            took[item.id] = math.inf
    return sorted(environments, key=lambda item: took[item.id], reverse=True)


def _default_limit() -> int:
    return max(1, min(len(os.sched_getaffinity(0)), _memory() // _MEMORY))


def _memory() -> int:
    """Bytes that this machine has, or the container that we are in."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(whole, int(_CONTAINER.read_text(encoding="ascii")))
    except (OSError, ValueError):  # there is none, or it is `max`
        return whole


def _finish(
    layout: Layout, job: EnvironmentRun, cells: Mapping[str, Sequence[CellKey]], interrupted: bool
) -> Column | None:
    """The job's column: as it was written, from its stream if it was killed, or an `env-fail` with the reason.

    None where it did not come to its cells for a reason that says nothing of the environment.
    """
    name = job.environment.id
    file = layout.run / f"{name}.json"
    if file.exists():
        return read_column(file)
    matrix_says = _matrix_facts(job.environment)
    if layout.plan_file(name).exists():
        plan = Plan.read(str(layout.plan_file(name)))
        try:
            installed = facts(job.environment, layout.environments / name)
        except HarnessError:
            installed = matrix_says
        job.code = Exit.BROKEN  # whatever it died of
        return columns.finish(layout, plan, installed, read_stream(Path(plan.stream)))
    why = ending_of(layout, job)
    if interrupted or why.made_environment:
        return None
    column = _write_failed(layout, matrix_says, str(why), cells[name])
    shutil.rmtree(layout.environments / name, ignore_errors=True)  # half made: the next run makes it anew
    return column


def _matrix_facts(item: Environment) -> EnvironmentFacts:
    """What the matrix says of an environment of which nothing is installed."""
    return EnvironmentFacts(item.id, item.tensorflow, item.python, item.distribution)


def _write_failed(layout: Layout, facts: EnvironmentFacts, reason: str, keys: Sequence[CellKey]) -> Column:
    """Write a column of `env-fail`."""
    failed = replace(facts, status=Status.ENV_FAIL.value, reason=reason)
    column = Column(failed, {key: Outcome(*key, status=Status.ENV_FAIL) for key in keys})
    write_column(layout.run / f"{facts.id}.json", column)
    return column


def unresolvable(
    project: Project, environments: Sequence[Environment], cells: Mapping[str, Sequence[CellKey]]
) -> Batch:
    """The environments that `harness lock` could not resolve: columns of `env-fail`, without starting anything."""
    found: dict[str, Column | None] = {}
    for item in environments:
        reason = None if item.lane else resolution_failure(item, project.matrix.resolve, project.layout)
        if reason is not None:
            found[item.id] = _write_failed(project.layout, _matrix_facts(item), reason, cells[item.id])
    failed = [item for item in environments if item.id in found]
    return Batch([make_environment_run(project.layout, item, Exit.BROKEN) for item in failed], found)


def split_by_ending(project: Project, ran: Batch) -> tuple[dict[str, Column], list[str]]:
    """The columns of the environments that got through their cells, and what is to be said of the others."""
    through, broken = {}, []
    for job in ran.jobs:
        name = job.environment.id
        column = ran.columns.get(name)
        if column is None:
            broken.append(f"{name} did not come to its cells: {ending_of(project.layout, job)} (log: {job.log})")
        elif column.environment.failed:
            broken.append(f"{name} env-fail: {column.environment.reason} (log: {job.log})")
        elif job.code not in (Exit.AGREES, Exit.DIFFERS):
            broken.append(f"{name} did not get through its cells (log: {job.log})")
        else:
            through[name] = column
    return through, broken


def ending_of(layout: Layout, job: EnvironmentRun) -> Ending:
    """What the job's log says of its end."""
    log = job.log.read_text(encoding="utf-8", errors="replace")
    return ending(log.replace(f"{layout.root}{os.sep}", ""), job.environment.id)
