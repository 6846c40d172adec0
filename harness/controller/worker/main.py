"""One environment's column, from inside tox: plan, run pytest in the environment, reconcile, write, compare.

This is the command of every TensorFlow environment of tox. Its arguments: `harness.controller.worker.options`.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections import Counter
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path

from harness.contract.plan import Plan, append_line
from harness.contract.processes import die_with_parent
from harness.contract.records import CellKey, Record
from harness.contract.statuses import Status
from harness.controller.environments.fingerprint import content, fingerprint
from harness.controller.environments.installed import facts
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.files import exclusive_lock, make_folder
from harness.controller.project.layout import Layout, find_root
from harness.controller.project.loader import Project, load_project
from harness.controller.project.matrix import Environment
from harness.controller.results.compare import change_sentence, compare, new_cells_sentence, package_changes
from harness.controller.results.documents import Column, EnvironmentFacts, read_baseline, write_column, write_details
from harness.controller.results.flaky import flaky_cells, flaky_sentence
from harness.controller.results.verdict import verdict
from harness.controller.text import strip_control
from harness.controller.worker import outcome_cache as reuse
from harness.controller.worker.bundle import make_bundle
from harness.controller.worker.options import WorkerOptions, parse_worker_options
from harness.controller.worker.outcome_cache import CachedOutcome
from harness.controller.worker.plan import make_plan
from harness.controller.worker.pytest_session import BROKEN, FAILED, INTERRUPTED, NOTHING, PASSED, USAGE, PytestSession
from harness.controller.worker.reconcile import Recorded, read_stream, reconcile
from harness.controller.worker.retries import needs_retry, restrict_to, with_attempts
from harness.controller.worker.slots import slot
from harness.controller.worker.stamp import write_stamp


def run_column(project: Project, environment: Environment, request: WorkerOptions, prefix: Path) -> Exit:
    """Run the cells with the environment installed at `prefix`; write and compare what came out."""
    layout = project.layout
    for folder in ("run", "details"):  # so that what is there after is of this run
        layout.run_file(folder, environment.id, ".json").unlink(missing_ok=True)
    baseline = read_baseline(layout, environment.id)
    state = (fingerprint(prefix), content(prefix))  # first: what changes after it is seen by the next run
    installed = facts(environment, prefix)
    session = PytestSession(
        layout, prefix, make_bundle(layout.state)
    )  # before the keys, which name the code that is shipped
    whole = make_plan(project, environment, request, baseline)
    basis = reuse.environment_key(reuse.shared_key(project.cases, whole), environment, installed, state[1])
    keys = reuse.outcome_keys(reuse.cell_texts(project.cases, whole), whole, environment, installed, state[1])
    plan, kept, taken = with_earlier(layout, whole, keys, request)
    _begin(layout, plan, kept, taken)
    to_run = plan.cells or needs_retry(taken, plan.expected, request.retries)
    with _slot(layout, request) if to_run else nullcontext():
        code = session.run(plan, layout.plan_file(environment.id), request.pytest)
        recorded = read_stream(Path(plan.stream))
        if code in (PASSED, FAILED):
            code = _run_again(session, whole, recorded, request.retries) or code
    column = finish(layout, plan, installed, recorded)
    write_stamp(layout, state, basis, plan, column, recorded)
    print_report(column, baseline, len(taken), recorded)
    reuse.write_cache(layout.run_file("kept", environment.id, ".json"), reuse.update_cache(kept, recorded))
    if recorded.environment_failure is None:
        if code == INTERRUPTED:
            return Exit.INTERRUPTED
        _check_ending(plan, code, request, recorded)
    return verdict(column, baseline, environment.lane is not None)


def _slot(layout: Layout, request: WorkerOptions) -> AbstractContextManager[None]:
    """A place among the environments whose cells run, where there are others."""
    if request.side_by_side is None:
        return nullcontext()
    return slot(layout.state / "slots", request.side_by_side, request.rank)


def with_earlier(
    layout: Layout, plan: Plan, keys: dict[CellKey, str], request: WorkerOptions
) -> tuple[Plan, dict[CellKey, CachedOutcome], dict[CellKey, Record]]:
    """The plan with its keys and without what need not run, what earlier runs left, and what of that is taken."""
    kept = reuse.read_cache(layout.run_file("kept", plan.environment, ".json"))
    kept = reuse.update_cache(kept, read_stream(Path(plan.stream)))  # also of a run that was killed
    taken = {} if request.whole else reuse.valid_records(kept, keys)
    return replace(plan.without(taken), keys=keys), kept, taken


def _begin(layout: Layout, plan: Plan, kept: Mapping[CellKey, CachedOutcome], taken: Mapping[CellKey, Record]) -> None:
    """Start a new stream with what need not run. What the last one held is kept first, as we may be killed here."""
    reuse.write_cache(layout.run_file("kept", plan.environment, ".json"), kept)
    stream = Path(plan.stream)
    stream.unlink(missing_ok=True)
    make_folder(stream.parent)
    ready = layout.run_file("ready", plan.environment, "")
    make_folder(ready.parent)
    ready.touch()  # the environment is made: what is left may have to wait for a slot
    for record in taken.values():
        append_line(plan.stream, {"record": record.to_json(), "key": plan.keys[record.outcome.key]})


def _run_again(session: PytestSession, plan: Plan, recorded: Recorded, retries: int) -> int:
    """Run what is not as in the baseline again, in fresh interpreters, and add what came out to its records.

    Gives pytest's exit code where it did not get through that, else 0.
    """
    for number in range(1, retries + 1):
        cells = needs_retry(recorded.records, plan.expected, number)
        if not cells:
            continue
        print(f"{plan.environment}: {len(cells)} not as in the baseline: once more, {number} of {retries}", flush=True)
        plan_file = session.layout.run_file("again", plan.environment, ".json")
        again = replace(restrict_to(plan, cells), isolation="spawn", stream=str(plan_file.with_suffix(".jsonl")))
        Path(again.stream).unlink(missing_ok=True)
        code = session.run(again, plan_file)
        second = read_stream(Path(again.stream))
        for record in with_attempts(recorded.records, second.records):
            recorded.records[record.outcome.key] = record
            append_line(plan.stream, {"record": record.to_json(), "key": recorded.keys.get(record.outcome.key)})
        if second.environment_failure is not None:
            print(f"{plan.environment}: not run again: {second.environment_failure}", flush=True)
            return BROKEN
        if code not in (PASSED, FAILED):
            return code
    return 0


def _check_ending(plan: Plan, code: int, request: WorkerOptions, recorded: Recorded) -> None:
    """Raises HarnessError where pytest did not get through the plan, and what it left is no answer."""
    environment = plan.environment
    if code == NOTHING:
        raise UsageError(f"{environment}: no cell matches what was given to pytest")
    if code == USAGE:
        raise UsageError(f"{environment}: pytest does not take these arguments: {' '.join(request.pytest)}")
    if code not in (PASSED, FAILED) or (code == FAILED and recorded.records.keys() <= set(plan.taken)):
        raise HarnessError(f"{environment}: pytest ended with exit code {code} before it was done")


def finish(layout: Layout, plan: Plan, environment: EnvironmentFacts, recorded: Recorded) -> Column:
    """Write the run's document and its details from what was recorded."""
    reason = recorded.environment_failure
    if reason is not None:
        environment = replace(environment, status=Status.ENV_FAIL.value, reason=reason)
    column = Column(environment, reconcile(plan, recorded))
    write_details(layout.run_file("details", environment.id, ".json"), recorded.records.values())
    write_column(layout.run / f"{environment.id}.json", column)
    return column


def print_report(column: Column, baseline: Column | None, taken: int, recorded: Recorded) -> None:
    """Say what came out, how many of it were taken from earlier runs, what is not as it was, and what is flaky."""
    counts = Counter(outcome.status for outcome in column.cells.values())
    parts = [f"{counts[status]} {status.value}" for status in Status if counts[status]]
    print(f"{column.environment.id}: {len(column.cells)} cells: {', '.join(parts)}")
    if taken:
        print(f"{column.environment.id}: {taken} of them from earlier runs, as nothing they depend on has changed")
    if column.environment.failed:
        print(f"{column.environment.id}: env-fail: {column.environment.reason}")
    # Of a failed environment without a baseline every cell would be new, which its reason says better.
    changes = [] if column.environment.failed and baseline is None else compare(baseline, column)
    if baseline is not None:
        changes += package_changes(baseline, column)
    for change in changes:
        print("  " + change_sentence(change))
    if baseline is not None and (new := new_cells_sentence(changes)):
        print(f"{column.environment.id}: {new}")
    for key, attempts in flaky_cells({str(key): record.details() for key, record in recorded.records.items()}).items():
        print("  " + flaky_sentence(column.environment.id, key, attempts))
    if baseline is not None and not changes:
        print(f"{column.environment.id}: as in the baseline")


def main() -> int:
    """The command of tox's environments: TOX_ENV_NAME and TOX_ENV_DIR say which one this is."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    die_with_parent(signal.SIGTERM)
    try:
        project = load_project(find_root(Path.cwd()))
        environment = project.matrix.everything[os.environ["TOX_ENV_NAME"]]
        with exclusive_lock(project.layout.run_file("locks", environment.id, ""), f"run of {environment.id}"):
            return run_column(project, environment, parse_worker_options(sys.argv[1:]), Path(os.environ["TOX_ENV_DIR"]))
    except HarnessError as error:
        print(strip_control(str(error)), file=sys.stderr)
        return error.exit_code
    except Exception:  # a fault of ours, which Python would end with the code that says that outcomes differ
        traceback.print_exc()
        return Exit.BROKEN


if __name__ == "__main__":
    raise SystemExit(main())
