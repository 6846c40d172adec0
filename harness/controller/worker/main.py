"""The worker: the process that tox starts in one environment. It runs the environment's cells and writes its column.

Its arguments are `WorkerOptions`; TOX_ENV_NAME and TOX_ENV_DIR name the environment.
"""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections import Counter
from dataclasses import replace
from pathlib import Path

from harness.contract.processes import die_with_parent
from harness.contract.statuses import Status
from harness.controller.errors import Exit, HarnessError
from harness.controller.project.layout import find_root
from harness.controller.project.loader import Project, load_project
from harness.controller.project.matrix import Environment
from harness.controller.project.state import claim_state, environment_lock
from harness.controller.results.compare import (
    NOT_TRIED,
    change_sentence,
    compare,
    new_cells_sentence,
    not_tried_sentences,
    package_changes,
)
from harness.controller.results.documents import Column, read_baseline
from harness.controller.results.flaky import flaky_cells, flaky_sentence
from harness.controller.results.verdict import verdict
from harness.controller.text import strip_control
from harness.controller.worker import column as steps
from harness.controller.worker import outcome_cache
from harness.controller.worker.bundle import make_bundle
from harness.controller.worker.inspection import has_changed, inspect
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.plan import cells_in_scope, make_plan, planned_cells
from harness.controller.worker.pytest_session import FAILED, INTERRUPTED, PASSED, PytestSession
from harness.controller.worker.reconcile import Recorded
from harness.controller.worker.sandbox import check_sandbox


def run_column(project: Project, environment: Environment, options: WorkerOptions, prefix: Path) -> Exit:
    """Run the cells with the environment installed at `prefix`; write and compare the column."""
    layout = project.layout
    files = layout.files(environment.id)
    claim_state(layout)
    if options.sandbox:
        check_sandbox(layout.root)
    session = PytestSession(layout, prefix, make_bundle(layout.state))  # before the keys, which name its code
    scope = cells_in_scope(project, environment, options)
    cells = planned_cells(scope)
    if options.pytest:  # before anything of the last run is touched
        trial = replace(make_plan(project, environment, options, cells, None), stream=os.devnull)
        session.check_arguments(trial, files.trial_plan, options.pytest)
        if options.only_prints:
            code = session.run(trial, files.trial_plan, options.pytest)
            return _check_ending(environment, code) or Exit.AGREES

    files.forget_document()
    baseline = read_baseline(layout, environment.id)
    inspection = inspect(environment, prefix)
    run_key = outcome_cache.environment_key(
        outcome_cache.scope_key(project, scope, options), environment, inspection.facts, inspection.content
    )
    plan = make_plan(project, environment, options, cells, baseline)

    reused = steps.reuse(files, plan, environment, inspection, options)
    execution = steps.execute(files, session, reused, options)
    if has_changed(inspection, prefix):
        files.stream.unlink(missing_ok=True)  # the next run would use it
        raise HarnessError(f"{environment.id}: the installed packages changed during the run: run again")
    recorded = execution.recorded
    column = steps.record(files, reused.plan, inspection.facts, recorded)
    steps.stamp(files, reused.plan, inspection, run_key, column, recorded.records.values())
    print_report(column, baseline, len(reused.records), recorded)
    outcome_cache.write_cache(files.cache, outcome_cache.update_cache(reused.cache, recorded))

    if recorded.environment_failure is None:
        has_answered = not reused.plan.cells or not recorded.records.keys() <= set(reused.plan.cached)
        if _check_ending(environment, execution.code, has_answered) is not None:
            return Exit.INTERRUPTED
    return verdict(column, baseline, environment.lane is not None, options.strict)


def _check_ending(environment: Environment, code: int, has_answered: bool = True) -> Exit | None:
    """INTERRUPTED if pytest was. Raises HarnessError if it did not finish: its outcomes are not an answer."""
    if code == INTERRUPTED:
        return Exit.INTERRUPTED
    if code not in (PASSED, FAILED) or not has_answered:
        raise HarnessError(f"{environment.id}: pytest ended with exit code {code} before it finished")
    return None


def print_report(column: Column, baseline: Column | None, cached: int, recorded: Recorded) -> None:
    """Print the column in numbers, how many of its cells were cached, what changed, and what is flaky."""
    name = column.environment.id
    counts = Counter(outcome.status for outcome in column.cells.values())
    parts = [f"{counts[status]} {status.value}" for status in Status if counts[status]]
    print(f"{name}: {len(column.cells)} cells: {', '.join(parts)}")
    if cached:
        print(f"{name}: {cached} of them cached, as nothing they depend on has changed")
    if column.environment.failed:
        print(f"{name}: env-fail: {column.environment.reason}")

    # Of a failed environment without a baseline every cell would be new, which its reason says better.
    changes = [] if column.environment.failed and baseline is None else compare(baseline, column)
    if baseline is not None:
        changes += package_changes(baseline, column)
    for change in changes:
        if change.word != NOT_TRIED:
            print("  " + change_sentence(change))
    for sentence in not_tried_sentences(changes):
        print(f"{name}: {sentence}")
    if baseline is not None and (new := new_cells_sentence(changes)):
        print(f"{column.environment.id}: {new}")
    for key, attempts in flaky_cells({str(key): record.details() for key, record in recorded.records.items()}).items():
        print("  " + flaky_sentence(name, key, attempts))
    if baseline is not None and all(change.word == NOT_TRIED for change in changes):
        print(f"{name}: as in the baseline")


def main() -> int:
    """Run as the command of tox's environment."""
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGINT too: it may have been ignored when we started
        signal.signal(number, signal.default_int_handler)
    die_with_parent(signal.SIGTERM)
    try:
        options = WorkerOptions.from_argv(sys.argv[1:])
        project = load_project(find_root(Path.cwd()))
        environment = project.matrix.everything[os.environ["TOX_ENV_NAME"]]
        with environment_lock(project.layout.files(environment.id)):
            return run_column(project, environment, options, Path(os.environ["TOX_ENV_DIR"]))
    except HarnessError as error:
        print(strip_control(str(error)), file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:  # while no cells were running
        return Exit.INTERRUPTED
    except Exception:  # a fault of ours, which Python would end with the code that says that outcomes differ
        traceback.print_exc()
        return Exit.BROKEN


if __name__ == "__main__":
    raise SystemExit(main())
