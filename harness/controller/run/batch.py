"""A batch: environments that an engine runs, a few side by side, and the columns that come of it."""

from __future__ import annotations

import math
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rich.console import Console

from harness.contract.plan import Plan
from harness.contract.records import CellKey, Outcome
from harness.contract.statuses import Status
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.faults import log_ending
from harness.controller.engine.local import LocalEngine
from harness.controller.engine.machine_facts import this_machine
from harness.controller.engine.protocol import Engine
from harness.controller.environments.installed import facts
from harness.controller.environments.lockfile import resolution_failure
from harness.controller.environments.tox_log import Ending
from harness.controller.errors import Exit, HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column, EnvironmentFacts, facts_of, read_column, write_column
from harness.controller.results.durations import cell_seconds, durations
from harness.controller.run.machines import note_machine
from harness.controller.run.preflight import RunRequest
from harness.controller.run.progress import make_progress
from harness.controller.run.result import RunResult, environment_run
from harness.controller.worker import column as steps
from harness.controller.worker.reconcile import read_stream
from harness.controller.worker.stream_keys import read_key


@dataclass(frozen=True)
class Batch:
    """The results of a batch, those of environments that were started."""

    results: Sequence[RunResult]
    interrupted: bool = False


def run_batch(request: RunRequest, limit: int | None, console: Console, engine: Engine | None = None) -> Batch:
    """Run the environments of a request, `limit` side by side, on this machine or by another engine.

    Raises HarnessError where `.harness/` is removed during the run, or the engine loses its machines.
    """
    if not request.environments:
        return Batch([])
    layout = request.project.layout
    runs = [environment_run(layout, item, requires=_requires(request, item)) for item in _longest_first(request)]
    counts = {item.id: len(request.cells[item.id]) for item in request.environments}
    seconds = cell_seconds(layout, request.cells)
    try:
        with make_progress(console, runs, counts, seconds) as progress:

            def watch() -> None:
                _check_state(layout)
                progress.update()

            interrupted = (engine or LocalEngine()).run(layout, runs, request.options, limit, watch)
            if not interrupted:
                progress.update()  # the last ones have ended since
        results = [RunResult(run, _column(layout, run, request.cells, interrupted)) for run in runs if run.started]
    except FileNotFoundError:
        _check_state(layout)
        raise
    for line in [line for result in results for line in _machine_lines(result)]:
        console.print(line, markup=False, soft_wrap=True)
    return Batch(results, interrupted)


def _machine_lines(result: RunResult) -> list[str]:
    """A sentence on each cell about which two machines disagree."""
    if result.column is None or result.run.code not in (Exit.AGREES, Exit.DIFFERS):
        return []
    return note_machine(result.run.files, result.run.machine or this_machine(), result.column)


def _requires(request: RunRequest, environment: Environment) -> frozenset[str]:
    """What the environment's cells require of a machine."""
    cases = {case for case, _ in request.cells[environment.id]}
    return frozenset(name for case in request.project.cases if case.id in cases for name in case.requires)


def _check_state(layout: Layout) -> None:
    # The lock is held, but a run in a new folder would not see that.
    if not (layout.state / "lock").exists():
        raise HarnessError(f"{layout.state} was removed during the run: run again")


def _longest_first(request: RunRequest) -> list[Environment]:
    """The environments by the duration of their last run, longest first: no core waits for the last one.

    What was never run comes first: it may take longest, and has to be installed.
    """
    layout = request.project.layout
    seconds = durations(layout, request.cells)
    for item in request.environments:
        if not layout.files(item.id).details.exists():
            seconds[item.id] = math.inf
    return sorted(request.environments, key=lambda item: seconds[item.id], reverse=True)


def _column(
    layout: Layout, run: EnvironmentRun, cells: Mapping[str, Sequence[CellKey]], interrupted: bool
) -> Column | None:
    """The column of a run: as its worker wrote it, from its stream if it was killed, or an `env-fail` with the reason.

    None where it did not come to its cells for a reason that says nothing of the environment.
    """
    if run.fault:
        return None
    if run.files.document.exists():
        return read_column(run.files.document)
    if run.files.plan.exists():
        run.code = Exit.BROKEN  # whatever it died of
        plan = Plan.read(str(run.files.plan))
        recorded = read_stream(run.files.stream, read_key(run.files.stream_key))
        return steps.record(run.files, plan, _installed_facts(layout, run), recorded)
    why = ending_of(layout, run)
    if interrupted or why.made_environment:
        return None
    if not run.host:  # half made: the next run makes it again
        shutil.rmtree(layout.environments / run.environment.id, ignore_errors=True)
    return _failed_column(run, cells[run.environment.id], str(why))


def _installed_facts(layout: Layout, run: EnvironmentRun) -> EnvironmentFacts:
    environment = run.environment
    if run.host:  # it is installed elsewhere
        return facts_of(environment)
    try:
        return facts(environment, layout.environments / environment.id)
    except HarnessError:
        return facts_of(environment)


def _failed_column(run: EnvironmentRun, cells: Sequence[CellKey], reason: str) -> Column:
    """Write the column of an environment that could not be made."""
    failed = replace(facts_of(run.environment), status=Status.ENV_FAIL.value, reason=reason)
    column = Column(failed, {key: Outcome(*key, status=Status.ENV_FAIL) for key in cells})
    write_column(run.files.document, column)
    return column


def unresolvable(request: RunRequest) -> list[RunResult]:
    """The environments that `harness lock` could not resolve: columns of `env-fail`, without starting anything."""
    project = request.project
    results = []
    for item in request.environments:
        reason = None if item.lane else resolution_failure(item, project.matrix.resolve, project.layout)
        if reason is not None:
            run = environment_run(project.layout, item, Exit.BROKEN)
            results.append(RunResult(run, _failed_column(run, request.cells[item.id], reason)))
    return results


def split_by_ending(project: Project, batch: Batch) -> tuple[dict[str, Column], list[str]]:
    """The columns of the environments that got through their cells, and a sentence on each of the others."""
    through, broken = {}, []
    for result in batch.results:
        name, column, log = result.environment.id, result.column, result.run.files.log
        if column is None:
            broken.append(f"{name}: no cells were run: {reason_of(project.layout, result.run)} (log: {log})")
        elif column.environment.failed:
            broken.append(f"{name} env-fail: {column.environment.reason} (log: {log})")
        elif result.run.code not in (Exit.AGREES, Exit.DIFFERS):
            broken.append(f"{name}: not all cells were run (log: {log})")
        else:
            through[name] = column
    return through, broken


def reason_of(layout: Layout, run: EnvironmentRun) -> str:
    """Why a run has no column."""
    return run.fault or str(ending_of(layout, run))


def ending_of(layout: Layout, run: EnvironmentRun) -> Ending:
    """The end of a run, from its log."""
    file = run.files.log
    log = file.read_text(encoding="utf-8", errors="replace") if file.exists() else ""
    return log_ending(layout, log, run.environment.id)
