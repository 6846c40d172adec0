"""Retries: cells that are run again before a change of their outcome is reported. Pure functions.

Many cells that changed in the same way, as `harness diff` groups them, have one cause. Of these a few are run again,
and all of them only where one of the few gives something else than before. The others are unconfirmed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from harness.contract.plan import Plan
from harness.contract.records import CellKey, Outcome, Record
from harness.controller.results.compare import Change
from harness.controller.results.flaky import is_flaky
from harness.controller.results.grouping import FEW, cells_by_cause

RETRIES = 2
SAMPLE = 3  # of more than FEW similar changes so many are run again


def needs_retry(records: Mapping[CellKey, Record], baseline: Mapping[CellKey, Outcome], retries: int) -> list[CellKey]:
    """The cells that differ from the baseline and have been retried fewer times than `retries`: a few of each cause."""
    changes = [Change("changed", "", key, baseline[key], records[key].outcome) for key in differing(records, baseline)]
    chosen = {key for alike in cells_by_cause(changes) for key in _sample(alike, records)}
    return [key for key, record in records.items() if key in chosen and len(record.again) < retries]


def differing(records: Mapping[CellKey, Record], baseline: Mapping[CellKey, Outcome]) -> list[CellKey]:
    """The cells whose first outcome differs from the baseline."""
    return [
        key
        for key, record in records.items()
        if key in baseline and record.outcome != baseline[key] and record.outcome.status.counts
    ]


def _sample(cells: Sequence[CellKey], records: Mapping[CellKey, Record]) -> Sequence[CellKey]:
    """The cells of one cause that must be run again: those that were, and some from all over the others."""
    if len(cells) <= FEW or any(is_flaky(records[key]) for key in cells):
        return cells
    retried = [key for key in cells if records[key].again]
    others = [key for key in cells if not records[key].again]
    missing = max(0, SAMPLE - len(retried))
    return retried + others[:: len(cells) // SAMPLE][:missing]


def restrict_to(plan: Plan, cells: Collection[CellKey]) -> Plan:
    """The plan with no other cells than these."""
    wanted = set(cells)
    return replace(plan, cells=[cell for cell in plan.cells if cell.id in wanted])


def with_attempts(records: Mapping[CellKey, Record], attempts: Mapping[CellKey, Record]) -> list[Record]:
    """The records of the cells that another attempt ran, with its outcomes added."""
    return [
        replace(records[key], again=(*records[key].again, attempt.outcome))
        for key, attempt in attempts.items()
        if attempt.outcome.status.counts
    ]


def decide_outcome(record: Record, baseline: Outcome | None) -> Outcome:
    """The outcome that the document gets: of several the baseline's, else the most frequent, else the first.

    So one attempt that agrees with the baseline is enough for no change to be reported.
    """
    outcomes = _outcomes(record)
    if baseline is not None and baseline in outcomes:
        return baseline
    return Counter(outcomes).most_common(1)[0][0]


def _outcomes(record: Record) -> list[Outcome]:
    return [record.outcome, *record.again]
