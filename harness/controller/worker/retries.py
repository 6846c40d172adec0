"""Retries: cells that are run again before a change of their outcome is reported. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace

from harness.contract.plan import Plan
from harness.contract.records import CellKey, Outcome, Record

RETRIES = 2


def needs_retry(records: Mapping[CellKey, Record], baseline: Mapping[CellKey, Outcome], retries: int) -> list[CellKey]:
    """The cells that differ from the baseline and have been retried fewer times than `retries`."""
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
