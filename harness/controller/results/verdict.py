"""The exit code that a column stands for, and which columns of lanes are unchanged."""

from __future__ import annotations

from collections.abc import Mapping as Map

from harness.contract.statuses import Status
from harness.controller.errors import Exit
from harness.controller.project.matrix import Matrix
from harness.controller.results.compare import compare
from harness.controller.results.documents import Column


def verdict(column: Column, baseline: Column | None, in_lane: bool = False) -> Exit:
    """The exit code of a column that was run. Of a lane a failure that the baseline holds is an answer like others."""
    differs = any(change.differs for change in compare(baseline, column))
    is_known = in_lane and baseline is not None and not differs
    if column.environment.failed and not is_known:
        return Exit.BROKEN
    if any(outcome.status is Status.ERROR for outcome in column.cells.values()):
        return Exit.BROKEN
    return Exit.DIFFERS if differs else Exit.AGREES


def unchanged_lanes(matrix: Matrix, baseline: Map[str, Column], run: Map[str, Column]) -> set[str]:
    """The environments of lanes with no other outcome than in the baseline. That packages differ is their nature."""
    known = [name for name in run if name in matrix.in_lanes and name in baseline]
    return {name for name in known if not any(change.differs for change in compare(baseline[name], run[name]))}
