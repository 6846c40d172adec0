"""Merging a run into the baseline: pure."""

from __future__ import annotations

from collections.abc import Collection

from harness.contract.records import CellKey
from harness.contract.statuses import Status
from harness.controller.errors import HarnessError
from harness.controller.store import Column

_NO_OUTCOME = (Status.NOT_RUN, Status.ERROR)


def merge(baseline: Column | None, run: Column, selected: Collection[CellKey], planned: Collection[CellKey]) -> Column:
    """The baseline with the run's cells that are selected, and without those that the project no longer has.

    Raises HarnessError where the run has cells that say nothing (`not-run`, `error`), and where only a part of the
    column is taken although the environment itself is another than before: outcomes of two sets of packages would
    stand in one document.
    """
    name = run.environment.id
    taken = {key: outcome for key, outcome in run.cells.items() if key in selected}
    unknown = [key for key, outcome in taken.items() if outcome.status in _NO_OUTCOME]
    if unknown:
        raise HarnessError(
            f"{name}: {len(unknown)} cells have no outcome, {unknown[0][0]}[{unknown[0][1]}] first: run again"
        )
    before = baseline.cells if baseline else {}
    kept = {key: outcome for key, outcome in before.items() if key in planned and key not in taken}
    if baseline and kept and baseline.environment != run.environment:
        raise HarnessError(
            f"{name}: its packages are not those of the baseline: accept the whole environment, not a part"
        )
    return Column(run.environment, kept | taken)
