"""Cells that are run again before what they gave is told as a change: which, and what is made of it. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from harness.contract.plan import Plan, case_of
from harness.contract.records import CellKey, Outcome, Record

RETRIES = 2


def needs_retry(records: Mapping[CellKey, Record], baseline: Mapping[CellKey, Outcome], retries: int) -> list[CellKey]:
    """The cells that ran, are not as in the baseline, and have not been run again so many times."""
    return [
        key
        for key, record in records.items()
        if key in baseline
        and record.outcome != baseline[key]
        and record.outcome.status.counts
        and len(record.again) < retries
    ]


def restrict_to(plan: Plan, cells: Collection[CellKey]) -> Plan:
    """The plan with no other cells than these."""
    chosen = {file: [path for path in paths if (case_of(file), path) in cells] for file, paths in plan.cells.items()}
    return replace(plan, cells={file: paths for file, paths in chosen.items() if paths})


def with_attempts(records: Mapping[CellKey, Record], attempts: Mapping[CellKey, Record]) -> list[Record]:
    """The records of the cells that ran in another attempt, with what it gave."""
    return [
        replace(records[key], again=(*records[key].again, attempt.outcome))
        for key, attempt in attempts.items()
        if attempt.outcome.status.counts
    ]


def decide_outcome(record: Record, baseline: Outcome | None) -> Outcome:
    """What the document says of a cell: of different outcomes the baseline's, else the most frequent, else the first.

    So one attempt that agrees with the baseline is enough for no change to be told.
    """
    outcomes = _outcomes(record)
    if baseline is not None and baseline in outcomes:
        return baseline
    return Counter(outcomes).most_common(1)[0][0]


def _outcomes(record: Record) -> list[Outcome]:
    return [record.outcome, *record.again]
