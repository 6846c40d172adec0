"""The run summary: the grid of a run, its changes, the environments that could not run, and the exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.console import Console

from harness.cases.case import PREREQUISITES, Case
from harness.contract.plan import Plan
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.environments.prerequisites import brought_programs
from harness.controller.errors import Exit
from harness.controller.grid.closing_lines import (
    DIFFERS,
    NEXT,
    NOT_TRIED,
    differences_in_short,
    next_commands,
    not_tried,
    print_closing_lines,
    show_command,
)
from harness.controller.grid.grid import Grid, make_grid
from harness.controller.grid.terminal_grid import print_grid
from harness.controller.project.cells import by_lane, grid_cases, run_scope
from harness.controller.project.layout import Layout
from harness.controller.results.change_formats import change_lines
from harness.controller.results.compare import Change, compare, package_changes
from harness.controller.results.documents import Column, read_details
from harness.controller.results.flaky import flaky_cells, flaky_sentence, unconfirmed_cells, unconfirmed_sentence
from harness.controller.results.remedies import read_remedies, remedies_file
from harness.controller.results.verdict import verdict
from harness.controller.run.batch import ending_of, reason_of
from harness.controller.run.preflight import RunRequest
from harness.controller.run.result import RunResult
from harness.controller.text import strip_control

_LOG_LINES = 150  # of the grid, where standard output is no terminal
_MOST_CHANGES = 12  # lines about what differs, in a terminal


def print_summary(request: RunRequest, results: Sequence[RunResult], console: Console) -> Exit:
    """Print the summary of a run, and return its exit code."""
    project, baselines = request.project, request.baselines
    layout, strict = project.layout, request.options.strict
    columns = {result.environment.id: result.column for result in results if result.column is not None}

    grids = _print_grids(request, results, columns, console)
    changes = _print_changes(columns, baselines, console)
    _print_flaky(results, console)
    codes = {
        result.environment.id: _print_ending(layout, result, baselines.get(result.environment.id), strict, console)
        for result in results
    }

    cached = sum(_cached(result.run, result.column) for result in results if result.column is not None)
    if cached:
        console.print(f"{cached} cells cached, as nothing they depend on has changed (--fresh runs all)")
    _print_programs(project.cases, columns, console)
    without = [name for name in columns if name not in baselines]
    is_same = not without and set(codes.values()) == {Exit.AGREES}
    differing = differences_in_short(changes, without, is_same, strict)
    differing += filter(None, [unconfirmed_sentence(_count_unconfirmed(results, baselines))])
    library = 0 if request.options.selection.names_cases else len(grid_cases(project.cases, project.matrix))
    lines = {
        DIFFERS: differing,
        NOT_TRIED: not_tried(grids),
        NEXT: next_commands(grids[0], from_run=True, library=library) if grids else [],
    }
    print_closing_lines(lines, console)
    return _worst(codes, results, console)


def _print_grids(
    request: RunRequest, results: Sequence[RunResult], columns: Mapping[str, Column], console: Console
) -> list[Grid]:
    """Print the grid of a run, and of each lane by itself."""
    project, selection, grids = request.project, request.options.selection, []
    for environments in by_lane(result.environment for result in results):
        scope = run_scope(environments[0], project.matrix, project.cases, selection)
        grids.append(make_grid(*scope, environments, dict(columns)))
        shown = selection.or_default(environments[0], project.matrix)
        command = show_command(environments, project.matrix, shown, from_run=True)
        print_grid(grids[-1], command, console, _LOG_LINES)
    return grids


def _print_changes(columns: Mapping[str, Column], baselines: Mapping[str, Column], console: Console) -> list[Change]:
    """Print what differs from the baseline, in a terminal the worst of it; return all changes."""
    changes: list[Change] = []
    for name, column in columns.items():
        if name in baselines:
            changes += package_changes(baselines[name], column) + compare(baselines[name], column)
    lines = change_lines(change for change in changes if change.differs)
    most = _MOST_CHANGES if console.is_terminal else len(lines)
    if lines:
        _print(console, "\n".join(["", *lines[:most]]))
    if len(lines) > most:
        _print(console, f"{len(lines) - most} more lines: `harness diff` prints all")
    return changes


def _print_flaky(results: Sequence[RunResult], console: Console) -> None:
    for result in results:
        if result.run.started:
            for key, attempts in flaky_cells(read_details(result.run.files.details)).items():
                _print(console, flaky_sentence(result.environment.id, key, attempts))


def _print_programs(cases: Sequence[Case], columns: Mapping[str, Column], console: Console) -> None:
    """Print how many cells had a program that is not the machine's own."""
    for program, source in brought_programs(PREREQUISITES).items():
        users = {case.id for case in cases if program in map(PREREQUISITES.get, case.requires)}
        outcomes = [outcome for column in columns.values() for outcome in column.cells.values()]
        count = sum(outcome.case in users and outcome.status.counts for outcome in outcomes)
        if count:
            _print(console, f"{count} cells with {source}, as there is no {program} on the PATH")


def _count_unconfirmed(results: Sequence[RunResult], baselines: Mapping[str, Column]) -> int:
    """The number of cells that differ and were not retried, as others with the same cause were."""
    number = 0
    for result in results:
        if result.column is not None:
            details = read_details(result.run.files.details)
            number += len(unconfirmed_cells(result.column, baselines.get(result.environment.id), details))
    return number


def _print_ending(layout: Layout, result: RunResult, baseline: Column | None, strict: bool, console: Console) -> Exit:
    """Print how one environment ended, if that is not in order, and return its exit code."""
    name, run, column = result.environment.id, result.run, result.column
    if column is None:
        _print(console, f"{name}: no cells were run: {reason_of(layout, run)} (log: {run.files.log})")
        return Exit.USAGE if run.code == Exit.USAGE else Exit.BROKEN
    if column.environment.failed and not run.started:
        _print(console, f"{name} env-fail: {column.environment.reason}")
    elif column.environment.failed:
        tail = [f"  {strip_control(line)}" for line in ending_of(layout, run).tail]
        _print(console, "\n".join([f"{name} env-fail: {column.environment.reason} (log: {run.files.log})", *tail]))
    elif _own_code(run) > Exit.DIFFERS:
        _print(console, f"{name}: not all cells were run (log: {run.files.log})")
    if column.environment.failed:
        _print_remedy(layout, name, console)

    code = verdict(column, baseline, result.environment.lane is not None, strict)
    # That a lane fails as its baseline does is an answer, whatever tox makes of it.
    return code if code is Exit.AGREES and column.environment.failed else max(code, _own_code(run))


def _print_remedy(layout: Layout, name: str, console: Console) -> None:
    """Print which package breaks a lane's environment and what to install instead, where that is known."""
    remedy = read_remedies(remedies_file(layout.results)).get(name)
    if remedy is not None:
        _print(console, f"  {remedy.cause}")
        if remedy.bounds:
            _print(console, f"  instead, {remedy.line}")


def _worst(codes: Mapping[str, Exit], results: Sequence[RunResult], console: Console) -> Exit:
    """The exit code of a run: the worst of its environments that may not fail. Those that may are named."""
    counted = (Exit.AGREES, Exit.USAGE)  # a wrong call is no failure of the environment
    environments = [result.environment for result in results]
    excused = [item.id for item in environments if item.may_fail and codes[item.id] not in counted]
    if excused:
        _print(console, f"allowed to fail, and left out of the exit code: {', '.join(excused)}")
    return max((code for name, code in codes.items() if name not in excused), default=Exit.AGREES)


def _print(console: Console, text: str) -> None:
    console.print(text, markup=False, soft_wrap=True)


def _cached(run: EnvironmentRun, column: Column) -> int:
    """The number of cached outcomes of a column: all if nothing was started."""
    if not run.started:
        return len(column.cells)
    return len(Plan.read(str(run.files.plan)).cached) if run.files.plan.exists() else 0


def _own_code(run: EnvironmentRun) -> Exit:
    """The exit code of the process, which the column does not always show."""
    return Exit(run.code) if run.code in (Exit.AGREES, Exit.DIFFERS, Exit.USAGE) else Exit.BROKEN
