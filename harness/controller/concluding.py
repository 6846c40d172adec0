"""What a run says in the end: its grid, what changed, what could not run, and its exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from harness.contract.plan import Plan
from harness.controller import column as columns
from harness.controller.attempts import flaky, flaky_in_words
from harness.controller.changes import as_text
from harness.controller.compare import compare, package_changes
from harness.controller.errors import Exit
from harness.controller.grid import make_grid
from harness.controller.jobs import Job
from harness.controller.lanes import by_lane, scope_of
from harness.controller.matrix import Environment
from harness.controller.project import Layout, Project
from harness.controller.rounds import how_it_ended
from harness.controller.selection import Selection
from harness.controller.store import Column, read_columns, read_details
from harness.controller.terminal import print_ran
from harness.controller.texts import safe

Done = Sequence[tuple[Job, Column | None]]


def conclude(project: Project, selection: Selection, done: Done, console: Console) -> Exit:
    """Print what came of a run. `done` holds its jobs with their columns, None where one did not come to its cells."""
    ran = {column.environment.id: column for _, column in done if column is not None}
    cases, paths = selection.choose_cases(project.cases), selection.choose_paths(project.matrix)
    for environments in by_lane(job.environment for job, _ in done):
        scope = scope_of(environments[0], project.matrix, cases, paths)
        print_ran(make_grid(*scope, environments, ran), console)
    baselines = read_columns(project.layout.results, ran)
    _print_changes(ran, baselines, console)
    _print_flaky(project.layout, done, console)
    codes = {
        job.environment.id: _conclude_one(project.layout, job, column, baselines.get(job.environment.id), console)
        for job, column in done
    }
    taken = sum(_taken(project.layout, job, column) for job, column in done if column is not None)
    if taken:
        console.print(
            f"{taken} cells taken from earlier runs, as nothing they depend on has changed (--fresh runs all)"
        )
    without = [name for name in ran if name not in baselines]
    if without:
        console.print(f"without a baseline: {', '.join(without)} (`harness accept` makes this run one)")
    elif set(codes.values()) == {Exit.AGREES}:
        console.print("as in the baseline")
    return _worst(codes, [job.environment for job, _ in done], console)


def _print_changes(ran: Mapping[str, Column], baselines: Mapping[str, Column], console: Console) -> None:
    changes = []
    for name, column in ran.items():
        if name in baselines:
            changes += package_changes(baselines[name], column)
            changes += [change for change in compare(baselines[name], column) if change.differs]
    if changes:
        _print(console, as_text(changes).rstrip("\n"))


def _print_flaky(layout: Layout, done: Done, console: Console) -> None:
    for job, _ in done:
        if job.process is not None:
            details = read_details(layout.run_file("details", job.environment.id, ".json"))
            for key, attempts in flaky(details).items():
                _print(console, flaky_in_words(job.environment.id, key, attempts))


def _conclude_one(layout: Layout, job: Job, column: Column | None, baseline: Column | None, console: Console) -> Exit:
    """Say what there is to say of one environment itself, and give its exit code."""
    name = job.environment.id
    if column is None:
        _print(console, f"{name} did not come to its cells: {how_it_ended(layout, job)} (log: {job.log})")
        return Exit.USAGE if job.code == Exit.USAGE else Exit.BROKEN
    if column.environment.failed:
        tail = [f"  {safe(line)}" for line in how_it_ended(layout, job).tail]
        _print(console, "\n".join([f"{name} env-fail: {column.environment.reason} (log: {job.log})", *tail]))
    elif _ended(job) > Exit.DIFFERS:
        _print(console, f"{name} did not get through its cells (log: {job.log})")
    found = columns.verdict(column, baseline, job.environment.lane is not None)
    # That a lane fails as its baseline does is an answer, whatever tox makes of it.
    return found if found is Exit.AGREES and column.environment.failed else max(found, _ended(job))


def _worst(codes: Mapping[str, Exit], environments: Sequence[Environment], console: Console) -> Exit:
    """The exit code of a run: the worst of its environments that may not fail. Those that may are told."""
    counted = (Exit.AGREES, Exit.USAGE)  # a wrong call is no failure of the environment
    excused = [item.id for item in environments if item.may_fail and codes[item.id] not in counted]
    if excused:
        _print(console, f"may fail, so that no exit code tells of it: {', '.join(excused)}")
    return max((code for name, code in codes.items() if name not in excused), default=Exit.AGREES)


def _print(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)


def _taken(layout: Layout, job: Job, column: Column) -> int:
    """How many outcomes of a column are from earlier runs: all where nothing was started."""
    if job.process is None:
        return len(column.cells)
    file = layout.plan_file(job.environment.id)
    return len(Plan.read(str(file)).taken) if file.exists() else 0


def _ended(job: Job) -> Exit:
    """How the job itself says that it went, which what it left does not always tell."""
    return Exit(job.code) if job.code in (Exit.AGREES, Exit.DIFFERS, Exit.USAGE) else Exit.BROKEN
