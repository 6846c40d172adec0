"""One environment's column, from inside tox: plan, run pytest in the environment, reconcile, write, compare.

This is the command of every TensorFlow environment of tox. Its arguments are those of `harness.controller.request`.
"""

from __future__ import annotations

import json
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
from harness.controller import reuse
from harness.controller.attempts import flaky, flaky_in_words, only, unconfirmed, with_attempts
from harness.controller.compare import compare, in_words
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.files import make_folder, only_one, read_text
from harness.controller.installed import content, facts, fingerprint
from harness.controller.lanes import scope_of
from harness.controller.matrix import Environment
from harness.controller.planning import cells_by_file
from harness.controller.project import Layout, Project, find_root, load_project
from harness.controller.reconcile import Recorded, read_stream, reconcile
from harness.controller.request import Request, parse
from harness.controller.reuse import Kept
from harness.controller.session import BROKEN, FAILED, INTERRUPTED, NOTHING, PASSED, USAGE, Session
from harness.controller.settled import settle
from harness.controller.shipping import ship
from harness.controller.slots import slot
from harness.controller.store import Column, EnvironmentFacts, read_columns, write_column, write_details
from harness.controller.texts import safe


def _only_drawn(plan: Plan, drawn: Path) -> Plan:
    """The plan with the cells that were drawn for its environment."""
    return only(plan, {(case, path) for case, path in json.loads(read_text(drawn))[plan.environment]})


def make_plan(project: Project, environment: Environment, request: Request, baseline: Column | None) -> Plan:
    """The plan of one environment's cells."""
    cases, paths = scope_of(
        environment,
        project.matrix,
        request.selection.choose_cases(project.cases),
        request.selection.choose_paths(project.matrix),
    )
    plan = Plan(
        environment=environment.id,
        root=str(project.layout.root),
        stream=str(project.layout.run_file("stream", environment.id, ".jsonl")),
        isolation=request.isolation,
        timeout=project.matrix.timeout,
        output_limit=project.matrix.output_limit,
        memory_limit=project.matrix.memory_limit,
        paths=paths,
        cells=cells_by_file(cases, paths),
        expected=dict(baseline.cells) if baseline else {},
    )
    return _only_drawn(plan, request.drawn) if request.drawn else plan


def run_column(project: Project, environment: Environment, request: Request, prefix: Path) -> Exit:
    """Run the cells with the environment installed at `prefix`; write and compare what came out."""
    layout = project.layout
    for folder in ("run", "details"):  # so that what is there after is of this run
        layout.run_file(folder, environment.id, ".json").unlink(missing_ok=True)
    baseline = read_baseline(layout, environment.id)
    state = (fingerprint(prefix), content(prefix))  # first: what changes after it is seen by the next run
    installed = facts(environment, prefix)
    session = Session(layout, prefix, ship(layout.state))  # before the keys, which name the code that is shipped
    whole = make_plan(project, environment, request, baseline)
    basis = reuse.basis(reuse.shared_basis(project.cases, whole), environment, installed, state[1])
    keys = reuse.cell_keys(reuse.cell_texts(project.cases, whole), whole, environment, installed, state[1])
    plan, kept, taken = with_earlier(layout, whole, keys, request)
    _begin(layout, plan, kept, taken)
    to_run = plan.cells or unconfirmed(taken, plan.expected, request.retries)
    with _slot(layout, request) if to_run else nullcontext():
        code = session.run(plan, layout.plan_file(environment.id), request.pytest)
        recorded = read_stream(Path(plan.stream))
        if code in (PASSED, FAILED):
            code = _run_again(session, whole, recorded, request.retries) or code
    column = finish(layout, plan, installed, recorded)
    settle(layout, state, basis, plan, column, recorded)
    report(column, baseline, len(taken), recorded)
    reuse.write_kept(layout.run_file("kept", environment.id, ".json"), reuse.add(kept, recorded))
    if recorded.environment_failure is None:
        if code == INTERRUPTED:
            return Exit.INTERRUPTED
        _check_ending(plan, code, request, recorded)
    return verdict(column, baseline, environment.lane is not None)


def _slot(layout: Layout, request: Request) -> AbstractContextManager[None]:
    """A place among the environments whose cells run, where there are others."""
    if request.side_by_side is None:
        return nullcontext()
    return slot(layout.state / "slots", request.side_by_side, request.rank)


def with_earlier(
    layout: Layout, plan: Plan, keys: dict[CellKey, str], request: Request
) -> tuple[Plan, dict[CellKey, Kept], dict[CellKey, Record]]:
    """The plan with its keys and without what need not run, what earlier runs left, and what of that is taken."""
    kept = reuse.read_kept(layout.run_file("kept", plan.environment, ".json"))
    kept = reuse.add(kept, read_stream(Path(plan.stream)))  # also of a run that was killed
    taken = {} if request.whole else reuse.still_true(kept, keys)
    return replace(plan.without(taken), keys=keys), kept, taken


def _begin(layout: Layout, plan: Plan, kept: Mapping[CellKey, Kept], taken: Mapping[CellKey, Record]) -> None:
    """Start a new stream with what need not run. What the last one held is kept first, as we may be killed here."""
    reuse.write_kept(layout.run_file("kept", plan.environment, ".json"), kept)
    stream = Path(plan.stream)
    stream.unlink(missing_ok=True)
    make_folder(stream.parent)
    ready = layout.run_file("ready", plan.environment, "")
    make_folder(ready.parent)
    ready.touch()  # the environment is made: what is left may have to wait for a slot
    for record in taken.values():
        append_line(plan.stream, {"record": record.to_json(), "key": plan.keys[record.outcome.key]})


def _run_again(session: Session, plan: Plan, recorded: Recorded, retries: int) -> int:
    """Run what is not as in the baseline again, in fresh interpreters, and add what came out to its records.

    Gives pytest's exit code where it did not get through that, else 0.
    """
    for number in range(1, retries + 1):
        cells = unconfirmed(recorded.records, plan.expected, number)
        if not cells:
            continue
        print(f"{plan.environment}: {len(cells)} not as in the baseline: once more, {number} of {retries}", flush=True)
        plan_file = session.layout.run_file("again", plan.environment, ".json")
        again = replace(only(plan, cells), isolation="spawn", stream=str(plan_file.with_suffix(".jsonl")))
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


def _check_ending(plan: Plan, code: int, request: Request, recorded: Recorded) -> None:
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


def verdict(column: Column, baseline: Column | None, in_lane: bool = False) -> Exit:
    """The exit code of a column that was run. Of a lane a failure that the baseline holds is an answer like others."""
    differs = any(change.differs for change in compare(baseline, column))
    is_known = in_lane and baseline is not None and not differs
    if column.environment.failed and not is_known:
        return Exit.BROKEN
    if any(outcome.status is Status.ERROR for outcome in column.cells.values()):
        return Exit.BROKEN
    return Exit.DIFFERS if differs else Exit.AGREES


def read_baseline(layout: Layout, environment: str) -> Column | None:
    """The accepted column, or None where there is none."""
    return read_columns(layout.results, [environment]).get(environment)


def report(column: Column, baseline: Column | None, taken: int, recorded: Recorded) -> None:
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
    for change in changes:
        print("  " + in_words(change))
    for key, attempts in flaky({str(key): record.details() for key, record in recorded.records.items()}).items():
        print("  " + flaky_in_words(column.environment.id, key, attempts))
    if baseline is not None and not changes:
        print(f"{column.environment.id}: as in the baseline")


def main() -> int:
    """The command of tox's environments: TOX_ENV_NAME and TOX_ENV_DIR say which one this is."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    die_with_parent(signal.SIGTERM)
    try:
        project = load_project(find_root(Path.cwd()))
        environment = project.matrix.everything[os.environ["TOX_ENV_NAME"]]
        with only_one(project.layout.run_file("locks", environment.id, ""), f"run of {environment.id}"):
            return run_column(project, environment, parse(sys.argv[1:]), Path(os.environ["TOX_ENV_DIR"]))
    except HarnessError as error:
        print(safe(str(error)), file=sys.stderr)
        return error.exit_code
    except Exception:  # a fault of ours, which Python would end with the code that says that outcomes differ
        traceback.print_exc()
        return Exit.BROKEN


if __name__ == "__main__":
    raise SystemExit(main())
