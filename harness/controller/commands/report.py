"""`harness report`: the last run in Markdown, for a reader who did not see it."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping

from harness.contract.statuses import Status
from harness.controller.api.accepted import measured_changes, names_as_text
from harness.controller.commands.options import add_strict, integer
from harness.controller.errors import Exit, UsageError
from harness.controller.grid.grid import count, make_grid
from harness.controller.grid.lane_summary import lane_rows
from harness.controller.grid.markdown import grid_in_short
from harness.controller.project.cells import grid_cases
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.project.matrix import Matrix
from harness.controller.results.change_formats import changes_as_markdown
from harness.controller.results.compare import compare_sets
from harness.controller.results.documents import NO_OUTCOME, Column, read_columns, read_details
from harness.controller.results.flaky import flaky_cells, flaky_sentence, unconfirmed_cells, unconfirmed_sentence
from harness.controller.results.remedies import read_remedies, remedies_file
from harness.controller.results.verdict import unchanged_lanes, verdict
from harness.controller.text import markdown_escape, strip_control

_CUT = "\n\n*Cut here: the report is too long.*\n"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The length of the report, and what its exit code counts."""
    parser.add_argument("--most", type=integer(1), metavar="N", help="cut the report after this many characters")
    add_strict(parser)


def run(options: argparse.Namespace, project: Project) -> Exit:
    """Print the report. The exit code is that of `harness run`."""
    layout, matrix = project.layout, project.matrix
    columns = read_columns(layout.run, matrix.everything)
    if not columns:
        raise UsageError(f"no run in {layout.run}: start one with `harness run`")
    baseline = read_columns(layout.results, columns)
    codes = {
        name: verdict(column, baseline.get(name), name in matrix.in_lanes, options.strict)
        for name, column in columns.items()
    }
    # That an environment of a lane cannot be made or imported is an answer, if the baseline says so too.
    known = {name for name, code in codes.items() if code is Exit.AGREES and columns[name].environment.failed}
    unrun = {name: why for name, column in columns.items() if name not in known and (why := _unrun(column))}
    names, are_changed = _changed_names(project, columns)
    parts = {
        "Failed environments": _table(unrun) if unrun else "Every environment finished.",
        "Changes": _changes(matrix, baseline, columns) + _count_unconfirmed(layout, baseline, columns),
        "Names": names,
        "Flaky": _flaky(layout, columns),
        "The grid": _in_short(project, columns),
    }
    text = strip_control("\n\n".join(f"## {title}\n\n{part}" for title, part in parts.items() if part))
    text = text.replace("@", "@&#8203;")  # a decorator's name may be somebody's on GitHub, who would be notified
    print(_within(text, options.most))
    codes |= dict.fromkeys(unrun, Exit.BROKEN)
    counted = [code for name, code in codes.items() if not matrix.everything[name].may_fail]
    return max([*counted, Exit.DIFFERS if are_changed else Exit.AGREES])


def _changes(matrix: Matrix, baseline: Mapping[str, Column], run: Mapping[str, Column]) -> str:
    same = unchanged_lanes(matrix, baseline, run)
    told = {name: column for name, column in run.items() if name not in same}
    return changes_as_markdown(compare_sets(baseline, told, whole=False)).strip()


def _count_unconfirmed(layout: Layout, baseline: Mapping[str, Column], run: Mapping[str, Column]) -> str:
    """A paragraph for each environment with unconfirmed cells."""
    found = {
        name: len(unconfirmed_cells(column, baseline.get(name), read_details(layout.files(name).details)))
        for name, column in run.items()
    }
    return "".join(f"\n\n{name}: {unconfirmed_sentence(number)}" for name, number in found.items() if number)


def _changed_names(project: Project, run: Mapping[str, Column]) -> tuple[str, bool]:
    """What changed of the names of the run's environments, as far as they were measured; and whether anything did."""
    matrix = project.matrix
    changes = measured_changes(
        project.layout, matrix, [item for name, item in matrix.everything.items() if name in run]
    )
    if changes is None:
        return "", False
    lines = [f"- {markdown_escape(line)}" for line in names_as_text(changes).splitlines()]
    return "\n".join(lines) or "no difference", any(not matrix.everything[name].may_fail for name in changes)


def _flaky(layout: Layout, run: Iterable[str]) -> str:
    found = [
        flaky_sentence(name, key, attempts)
        for name in run
        for key, attempts in flaky_cells(read_details(layout.files(name).details)).items()
    ]
    return "\n".join(f"- {markdown_escape(line)}" for line in found)


def _in_short(project: Project, run: dict[str, Column]) -> str:
    matrix = project.matrix
    environments = [item for name, item in matrix.environments.items() if name in run]
    grid = make_grid(grid_cases(project.cases, matrix), list(matrix.paths.values()), environments, run)
    remedies = read_remedies(remedies_file(project.layout.results))
    return "\n\n".join(grid_in_short(grid, lane_rows(matrix, run, remedies)))


def _unrun(column: Column) -> str:
    """The reason of an incomplete column; empty for a complete one."""
    if column.environment.failed:
        return column.environment.reason or "it could not be made"
    reached = count(column.cells.values())
    if reached[Status.NOT_RUN] == len(column.cells):
        return "no outcomes received"
    faults = [f"{number} cells {status.value}" for status, number in reached.items() if status in NO_OUTCOME]
    return ", ".join(faults)


def _table(unrun: Mapping[str, str]) -> str:
    rows = [f"| {markdown_escape(name)} | {markdown_escape(why)} |" for name, why in unrun.items()]
    return "\n".join(["| environment | reason |", "|---|---|", *rows])


def _within(text: str, most: int | None) -> str:
    """The text, cut at the end of a line where it is too long."""
    if most is None or len(text) <= most:
        return text
    return text[: max(0, most - len(_CUT))].rpartition("\n")[0] + _CUT
