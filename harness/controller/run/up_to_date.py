"""Columns that are taken from earlier runs whole, without starting anything.

Where there is any doubt that an environment is what it was, or that all its cells are known, there is no column: the
environment's own run, which is the reference, finds out.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cached_property
from itertools import repeat
from multiprocessing import get_context

from harness.contract.plan import Plan
from harness.contract.processes import die_with_parent
from harness.contract.records import CellKey
from harness.controller.errors import HarnessError, UsageError
from harness.controller.files import exclusive_lock
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column, read_baseline, read_column
from harness.controller.results.verdict import differences
from harness.controller.worker import main as columns
from harness.controller.worker import outcome_cache as reuse
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.outcome_cache import CellText
from harness.controller.worker.plan import make_plan
from harness.controller.worker.reconcile import Recorded
from harness.controller.worker.retries import needs_retry
from harness.controller.worker.stamp import Stamp, read_stamp, write_stamp

_MANY = 8  # environments, from which on looking at them on all cores saves more than the 40 ms that it costs


def up_to_date_columns(
    project: Project, environments: Sequence[Environment], request: WorkerOptions
) -> dict[str, Column]:
    """By environment, the columns of which nothing need run; their files are as if they had been run."""
    environments = [item for item in environments if not item.lane]  # of those it is not known what they would have
    if request.whole or not environments:
        return {}
    try:
        taking = _Taking(project, request, make_plan(project, environments[0], request, None))
    except UsageError:  # which the environments' own runs tell
        return {}
    found = {item.id: taking.column(item, settled) for item, settled in _as_noted(project.layout, environments)}
    return {name: column for name, column in found.items() if column is not None}


def _as_noted(layout: Layout, environments: Sequence[Environment]) -> list[tuple[Environment, Stamp]]:
    """The environments that are as they were when they were last run, with what was noted then."""
    noted = [(item, settled) for item in environments if (settled := read_stamp(layout, item.id)) is not None]
    calls = ([item for item, _ in noted], [settled for _, settled in noted], repeat(layout))
    if len(noted) < _MANY:
        found = list(map(_is_there, *calls))
    else:
        with ProcessPoolExecutor(
            min(len(noted), len(os.sched_getaffinity(0))),
            mp_context=get_context("fork"),
            initializer=_leave_ending_to_the_run,
        ) as pool:
            found = list(pool.map(_is_there, *calls))
    return [both for both, is_there in zip(noted, found, strict=True) if is_there]


def _leave_ending_to_the_run() -> None:
    die_with_parent()
    for number in (signal.SIGINT, signal.SIGTERM):  # a group's processes all get them
        signal.signal(number, signal.SIG_IGN)


def _is_there(environment: Environment, settled: Stamp, layout: Layout) -> bool:
    try:
        return settled.is_installed(environment, layout)
    except HarnessError:  # which the environment's own run tells
        return False


class _Taking:
    """What is the same for all environments, so that it is worked out once, and not before it is needed."""

    def __init__(self, project: Project, request: WorkerOptions, plan: Plan) -> None:
        self.project = project
        self.request = request
        self.plan = plan
        self.shared = reuse.shared_key(project.cases, plan)

    @cached_property
    def texts(self) -> dict[CellKey, CellText]:
        return reuse.cell_texts(self.project.cases, self.plan)

    def column(self, environment: Environment, settled: Stamp) -> Column | None:
        layout = self.project.layout
        try:
            with exclusive_lock(layout.run_file("locks", environment.id, ""), f"run of {environment.id}"):
                basis = reuse.environment_key(self.shared, environment, settled.facts, settled.content)
                baseline = read_baseline(layout, environment.id)
                if settled.has_left(layout, basis):
                    column = read_column(layout.run_file("run", environment.id, ".json"))
                    if not differences(column, baseline):
                        return column
                return self._from_kept(environment, settled, basis, baseline)
        except HarnessError:  # which the environment's own run tells
            return None

    def _from_kept(
        self, environment: Environment, settled: Stamp, basis: str, baseline: Column | None
    ) -> Column | None:
        layout = self.project.layout
        keys = reuse.outcome_keys(self.texts, self.plan, environment, settled.facts, settled.content)
        plan = make_plan(self.project, environment, self.request, baseline)
        plan, _, taken = columns.with_earlier(layout, plan, keys, self.request)
        if plan.cells or needs_retry(taken, plan.expected, self.request.retries):
            return None
        recorded = Recorded(taken, plan.keys)
        column = columns.finish(layout, plan, settled.facts, recorded)
        write_stamp(layout, (settled.state, settled.content), basis, plan, column, recorded)
        return column
