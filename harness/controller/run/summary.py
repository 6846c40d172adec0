"""What a run says in the end: its grid, what changed, what could not run, and its exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from harness.contract.plan import Plan
from harness.controller.errors import Exit
from harness.controller.grid.grid import make_grid
from harness.controller.grid.terminal import print_ran
from harness.controller.project.cells import by_lane, scope_of
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Environment
from harness.controller.project.selection import Selection
from harness.controller.results.change_formats import changes_as_text
from harness.controller.results.compare import compare, new_cells_sentence, package_changes
from harness.controller.results.documents import Column, read_columns, read_details
from harness.controller.results.flaky import flaky_cells, flaky_sentence
from harness.controller.results.verdict import verdict
from harness.controller.run.batch import ending_of
from harness.controller.run.scheduler import EnvironmentRun
from harness.controller.text import strip_control

EndedRuns = Sequence[tuple[EnvironmentRun, Column | None]]


def print_summary(project: Project, selection: Selection, done: EndedRuns, console: Console) -> Exit:
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
            changes += package_changes(baselines[name], column) + compare(baselines[name], column)
    if any(change.differs for change in changes):
        _print(console, changes_as_text([change for change in changes if change.differs]).rstrip("\n"))
    if new := new_cells_sentence(changes):
        _print(console, new)


def _print_flaky(layout: Layout, done: EndedRuns, console: Console) -> None:
    for job, _ in done:
        if job.process is not None:
            details = read_details(layout.run_file("details", job.environment.id, ".json"))
            for key, attempts in flaky_cells(details).items():
                _print(console, flaky_sentence(job.environment.id, key, attempts))


def _conclude_one(
    layout: Layout, job: EnvironmentRun, column: Column | None, baseline: Column | None, console: Console
) -> Exit:
    """Say what there is to say of one environment itself, and give its exit code."""
    name = job.environment.id
    if column is None:
        _print(console, f"{name} did not come to its cells: {ending_of(layout, job)} (log: {job.log})")
        return Exit.USAGE if job.code == Exit.USAGE else Exit.BROKEN
    if column.environment.failed and job.process is None:
        _print(console, f"{name} env-fail: {column.environment.reason}")
    elif column.environment.failed:
        tail = [f"  {strip_control(line)}" for line in ending_of(layout, job).tail]
        _print(console, "\n".join([f"{name} env-fail: {column.environment.reason} (log: {job.log})", *tail]))
    elif _ended(job) > Exit.DIFFERS:
        _print(console, f"{name} did not get through its cells (log: {job.log})")
    found = verdict(column, baseline, job.environment.lane is not None)
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


def _taken(layout: Layout, job: EnvironmentRun, column: Column) -> int:
    """How many outcomes of a column are from earlier runs: all where nothing was started."""
    if job.process is None:
        return 0 if column.environment.failed else len(column.cells)
    file = layout.plan_file(job.environment.id)
    return len(Plan.read(str(file)).taken) if file.exists() else 0


def _ended(job: EnvironmentRun) -> Exit:
    """How the job itself says that it went, which what it left does not always tell."""
    return Exit(job.code) if job.code in (Exit.AGREES, Exit.DIFFERS, Exit.USAGE) else Exit.BROKEN
