"""The up-to-date check: columns whose outcomes are all cached, found without starting anything.

Where there is any doubt that an environment is unchanged, or that all its cells are known, there is no column: the
environment's own worker, which is the reference, finds out.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, partial

from harness.contract.plan import PlannedCell
from harness.controller.environments.on_cores import map_on_cores
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.state import environment_lock
from harness.controller.results.documents import Column, read_column
from harness.controller.results.verdict import differences
from harness.controller.run.preflight import RunRequest
from harness.controller.run.result import RunResult, environment_run
from harness.controller.worker import column as steps
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.outcome_cache import environment_key, scope_key
from harness.controller.worker.plan import Scope, cells_in_scope, make_plan, planned_cells
from harness.controller.worker.reconcile import Recorded
from harness.controller.worker.stamp import Stamp, read_stamp


def up_to_date(request: RunRequest) -> list[RunResult]:
    """The environments whose outcomes are all cached, with their columns. Their files are as after a run."""
    project, options = request.project, request.options
    environments = [item for item in request.environments if not item.lane]  # a lane is resolved for each run
    if options.runs_everything or not environments:
        return []
    try:
        check = _Check(project, options, cells_in_scope(project, environments[0], options))
    except UsageError:  # which the environments' own workers report
        return []

    results = []
    for item, stamp in _unchanged(project, environments):
        column = check.column(item, stamp, request.baselines.get(item.id))
        if column is not None:
            results.append(RunResult(environment_run(project.layout, item, Exit.AGREES), column))
    return results


def _unchanged(project: Project, environments: Sequence[Environment]) -> list[tuple[Environment, Stamp]]:
    """The environments that are installed as they were when they were last run, with their stamps."""
    layout = project.layout
    stamped = [(item, stamp) for item in environments if (stamp := read_stamp(layout.files(item.id))) is not None]
    found = map_on_cores(partial(_is_installed, layout), stamped)
    return [both for both, is_installed in zip(stamped, found, strict=True) if is_installed]


def _is_installed(layout: Layout, stamped: tuple[Environment, Stamp]) -> bool:
    environment, stamp = stamped
    try:
        return stamp.is_installed(environment, layout)
    except HarnessError:  # which the environment's own worker reports
        return False


class _Check:
    """The check of one environment after another; what they share is worked out once, when it is first needed."""

    def __init__(self, project: Project, options: WorkerOptions, scope: Scope) -> None:
        self.project = project
        self.options = options
        self.scope = scope
        self.scope_key = scope_key(project, scope, options)

    @cached_property
    def cells(self) -> list[PlannedCell]:
        return planned_cells(self.scope)

    def column(self, environment: Environment, stamp: Stamp, baseline: Column | None) -> Column | None:
        files = self.project.layout.files(environment.id)
        inspection = stamp.inspection
        key = environment_key(self.scope_key, environment, inspection.facts, inspection.content)
        try:
            with environment_lock(files):
                if stamp.vouches_for(files, key):
                    column = read_column(files.document)
                    if not differences(column, baseline):
                        return column
                return self._from_cache(environment, stamp, key, baseline)
        except HarnessError:  # which the environment's own worker reports
            return None

    def _from_cache(self, environment: Environment, stamp: Stamp, key: str, baseline: Column | None) -> Column | None:
        files = self.project.layout.files(environment.id)
        plan = make_plan(self.project, environment, self.options, self.cells, baseline)
        reused = steps.reuse(files, plan, environment, stamp.inspection, self.options)
        if reused.has_work(self.options):
            return None
        recorded = Recorded(dict(reused.records))
        column = steps.record(files, reused.plan, stamp.inspection.facts, recorded)
        steps.stamp(files, reused.plan, stamp.inspection, key, column, recorded.records.values())
        return column
