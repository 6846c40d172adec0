"""The exit code of a column, and which columns of lanes are unchanged."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Mapping as Map

from harness.contract.statuses import Status
from harness.controller.errors import Exit
from harness.controller.project.matrix import Matrix
from harness.controller.results.compare import NOT_TRIED, Change, compare, package_changes
from harness.controller.results.documents import Column


def verdict(column: Column, baseline: Column | None, in_lane: bool = False, strict: bool = False) -> Exit:
    """The exit code of a column that was run. Of a lane a failure that the baseline holds is an answer like others."""
    differs = bool(differences(column, baseline, in_lane, strict))
    is_known = in_lane and baseline is not None and not differs
    if column.environment.failed and not is_known:
        return Exit.BROKEN
    if any(outcome.status is Status.ERROR for outcome in column.cells.values()):
        return Exit.BROKEN
    return Exit.DIFFERS if differs else Exit.AGREES


def differences(column: Column, baseline: Column | None, in_lane: bool = False, strict: bool = False) -> list[Change]:
    """The changes by which a column disagrees with its baseline. Without a baseline nothing can disagree."""
    if baseline is None:
        return []
    return disagreeing(package_changes(baseline, column) + compare(baseline, column), in_lane, strict)


def disagreeing(changes: Iterable[Change], in_lane: bool = False, strict: bool = False) -> list[Change]:
    """The changes that count for an exit code: the rule of `run`, `diff`, `report` and `tox`.

    The packages of a lane differ by its nature, as they are resolved for each run. What could not be tried on this
    machine counts where that is `strict`.
    """
    return [
        change
        for change in changes
        if (change.differs or (strict and change.word == NOT_TRIED)) and not (in_lane and change.word == "package")
    ]


def unchanged_lanes(matrix: Matrix, baseline: Map[str, Column], run: Map[str, Column]) -> set[str]:
    """The environments of lanes with no other outcome than in the baseline. That packages differ is their nature."""
    known = [name for name in run if name in matrix.in_lanes and name in baseline]
    return {name for name in known if not differences(run[name], baseline[name], in_lane=True)}
