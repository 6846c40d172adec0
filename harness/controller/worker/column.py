"""The one way to a column: inspect → plan → reuse → execute → record. An up-to-date check leaves `execute` out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from harness.contract.plan import Plan
from harness.contract.records import CellKey, Record
from harness.contract.statuses import Status
from harness.contract.stream import append_line
from harness.contract.temporary import remove_leftovers
from harness.controller.files import make_folder
from harness.controller.project.layout import RunFiles
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column, EnvironmentFacts, write_column, write_details
from harness.controller.worker import outcome_cache
from harness.controller.worker.inspection import Inspection
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.outcome_cache import CachedOutcome
from harness.controller.worker.pytest_session import BROKEN, FAILED, PASSED, PytestSession
from harness.controller.worker.reconcile import Recorded, read_stream, reconcile
from harness.controller.worker.retries import differing, needs_retry, restrict_to, with_attempts
from harness.controller.worker.slots import slot
from harness.controller.worker.stamp import write_stamp
from harness.controller.worker.stream_keys import StreamKeys, read_key


@dataclass(frozen=True)
class Reuse:
    """A plan after the outcome cache was asked.

    `whole` has every cell, with its key; `plan` only those that must run. `records` are the valid cached ones.
    """

    whole: Plan
    plan: Plan
    cache: Mapping[CellKey, CachedOutcome]
    records: Mapping[CellKey, Record]

    def retries(self, options: WorkerOptions) -> list[CellKey]:
        """The cached cells that differ from the baseline and were not run often enough to believe that."""
        return needs_retry(self.records, self.plan.expected, options.retries)

    def has_work(self, options: WorkerOptions) -> bool:
        """Whether any cell must run."""
        return bool(self.plan.cells or self.retries(options))


@dataclass(frozen=True)
class Execution:
    """The records of a run, and pytest's exit code."""

    recorded: Recorded
    code: int


def reuse(
    files: RunFiles, plan: Plan, environment: Environment, inspection: Inspection, options: WorkerOptions
) -> Reuse:
    """Ask the outcome cache, and the stream of a run that was killed, for the plan's cells."""
    whole = outcome_cache.with_keys(plan, environment, inspection.facts, inspection.content)
    cache = outcome_cache.read_cache(files.cache)
    cache = outcome_cache.update_cache(cache, read_stream(files.stream, read_key(files.stream_key)))
    records = {} if options.runs_everything else outcome_cache.valid_records(cache, whole)
    return Reuse(whole, whole.without(records), cache, records)


def execute(files: RunFiles, session: PytestSession, reused: Reuse, options: WorkerOptions) -> Execution:
    """Run the cells that must run, then once more those that differ from the baseline."""
    remove_leftovers()
    _begin_stream(files, reused, session.keys)
    with _slot(files, options) if reused.has_work(options) else nullcontext():
        code = session.run(reused.plan, files.plan, options.pytest)
        recorded = read_stream(files.stream, session.keys.session)
        if code in (PASSED, FAILED):
            code = _retry(files, session, reused.whole, recorded, options.retries) or code
    return Execution(recorded, code)


def _slot(files: RunFiles, options: WorkerOptions) -> AbstractContextManager[None]:
    """A place among the environments whose cells run, where their number is limited."""
    if options.side_by_side is None:
        return nullcontext()
    return slot(files.layout.state / "slots", options.side_by_side, options.rank)


def _begin_stream(files: RunFiles, reused: Reuse, keys: StreamKeys) -> None:
    """Start a new stream with the cached records. The cache is written first, as we may be killed here."""
    outcome_cache.write_cache(files.cache, reused.cache)
    files.stream.unlink(missing_ok=True)
    for folder in (files.stream.parent, files.ready.parent):
        make_folder(folder)
    files.ready.touch()
    keys.write(files.stream_key)
    cell_keys = {cell.id: cell.key for cell in reused.whole.cells}
    for record in reused.records.values():
        append_line(str(files.stream), {"record": record.to_json(), "key": cell_keys[record.outcome.key]}, keys.both)


def _retry(files: RunFiles, session: PytestSession, plan: Plan, recorded: Recorded, retries: int) -> int:
    """Run what differs from the baseline again, in fresh interpreters, and add the attempts to its records.

    There are twice as many rounds as `retries`: the last for a few cells may show that all with their cause need one.
    Returns pytest's exit code where it did not get through that, else 0.
    """
    for number in 2 * [*range(1, retries + 1)]:
        cells = needs_retry(recorded.records, plan.expected, number)
        if not cells:
            continue
        changed = len(differing(recorded.records, plan.expected))
        part = f" for {len(cells)} of them" if len(cells) < changed else ""
        said = f"{plan.environment}: {changed} differ from the baseline: retry {number} of {retries}{part}"
        print(said, flush=True)
        again = replace(restrict_to(plan, cells), isolation="spawn", stream=str(files.retry_stream))
        files.retry_stream.unlink(missing_ok=True)
        code = session.run(again, files.retry_plan)
        second = read_stream(files.retry_stream, session.keys.session)
        for record in with_attempts(recorded.records, second.records):
            recorded.records[record.outcome.key] = record
            key = recorded.keys.get(record.outcome.key)
            append_line(str(files.stream), {"record": record.to_json(), "key": key}, session.keys.both)
        if second.environment_failure is not None:
            print(f"{plan.environment}: no retry: {second.environment_failure}", flush=True)
            return BROKEN
        if code not in (PASSED, FAILED):
            return code
    return 0


def record(files: RunFiles, plan: Plan, facts: EnvironmentFacts, recorded: Recorded) -> Column:
    """Write the run's document and its details from what was recorded."""
    reason = recorded.environment_failure
    if reason is not None:
        facts = replace(facts, status=Status.ENV_FAIL.value, reason=reason)
    column = Column(facts, reconcile(plan, recorded))
    write_details(files.details, recorded.records.values())
    write_column(files.document, column)
    return column


def stamp(
    files: RunFiles, plan: Plan, inspection: Inspection, run_key: str, column: Column, records: Iterable[Record]
) -> None:
    """Let the next run skip this environment, if every planned cell has answered."""
    if column.environment.failed:
        files.stamp.unlink(missing_ok=True)
        return
    answered = {item.outcome.key for item in records if outcome_cache.is_answer(item)}
    is_complete = column.cells.keys() == answered == set(plan.all_cells())
    write_stamp(files, inspection, run_key if is_complete else None)
