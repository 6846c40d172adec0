"""`harness report`: the last run in Markdown, as those read it who were not there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from harness.contract.statuses import Status
from harness.controller.changes import as_markdown
from harness.controller.column import verdict
from harness.controller.commands import open_root
from harness.controller.compare import compare_sets
from harness.controller.errors import Exit, UsageError
from harness.controller.export import in_short
from harness.controller.grid import count, make_grid
from harness.controller.lane_rows import lane_rows
from harness.controller.project import load_project
from harness.controller.store import Column, read_columns
from harness.controller.texts import escaped, safe

_FAULTS = (Status.NOT_RUN, Status.ERROR)
_CUT = "\n\n*Cut here: it is longer than fits.*\n"


def report(root: Path | None, most: int | None) -> Exit:
    """Print what could not run, what changed and the grid in short, in `most` characters; ends as `run` does."""
    project = load_project(open_root(root))
    layout, matrix = project.layout, project.matrix
    run = read_columns(layout.run, matrix.everything)
    if not run:
        raise UsageError(f"there is no run in {layout.run}: start one with `harness run`")
    baseline = read_columns(layout.results, run)
    environments = [item for name, item in matrix.environments.items() if name in run]
    changes = compare_sets(baseline, run, whole=False)
    codes = {name: verdict(column, baseline.get(name), name in matrix.in_lanes) for name, column in run.items()}
    # That an environment of a lane cannot be made or imported is an answer, if the baseline says so too.
    known = {name for name, code in codes.items() if code is Exit.AGREES and run[name].environment.failed}
    unrun = {name: why for name, column in run.items() if name not in known and (why := _unrun(column))}
    grid = make_grid(project.cases, list(matrix.paths.values()), environments, run)
    missing = _table(unrun) if unrun else "Every environment was run to the end."
    blocks = ["## What could not run", missing, "## What changed", as_markdown(changes).strip()]
    print(_within(safe("\n\n".join([*blocks, "## The grid in short", *in_short(grid, lane_rows(matrix, run))])), most))
    codes |= dict.fromkeys(unrun, Exit.BROKEN)
    return max((code for name, code in codes.items() if not matrix.everything[name].may_fail), default=Exit.AGREES)


def _unrun(column: Column) -> str:
    """Why an environment's column is not whole; nothing where it is."""
    if column.environment.failed:
        return column.environment.reason or "it could not be made"
    reached = count(column.cells.values())
    if reached[Status.NOT_RUN] == len(column.cells):
        return "no outcome of it came back"
    faults = [f"{number} cells {status.value}" for status, number in reached.items() if status in _FAULTS]
    return ", ".join(faults)


def _table(unrun: Mapping[str, str]) -> str:
    rows = [f"| {escaped(name)} | {escaped(why)} |" for name, why in unrun.items()]
    return "\n".join(["| environment | why |", "|---|---|", *rows])


def _within(text: str, most: int | None) -> str:
    """The text, cut at the end of a line where it is too long."""
    if most is None or len(text) <= most:
        return text
    return text[: max(0, most - len(_CUT))].rpartition("\n")[0] + _CUT
