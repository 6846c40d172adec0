"""Cells that are run again before what they gave is told as a change: which, and what is made of it. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from harness.contract.plan import Plan, case_of
from harness.contract.records import CellKey, Outcome, Record
from harness.controller.compare import describe
from harness.controller.texts import in_one_line

RETRIES = 2


def unconfirmed(records: Mapping[CellKey, Record], baseline: Mapping[CellKey, Outcome], retries: int) -> list[CellKey]:
    """The cells that ran, are not as in the baseline, and have not been run again so many times."""
    return [
        key
        for key, record in records.items()
        if key in baseline
        and record.outcome != baseline[key]
        and record.outcome.status.counts
        and len(record.again) < retries
    ]


def only(plan: Plan, cells: Collection[CellKey]) -> Plan:
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


def decided(record: Record, baseline: Outcome | None) -> Outcome:
    """What the document says of a cell: of different outcomes the baseline's, else the most frequent, else the first.

    So one attempt that agrees with the baseline is enough for no change to be told.
    """
    outcomes = _outcomes(record)
    if baseline is not None and baseline in outcomes:
        return baseline
    return Counter(outcomes).most_common(1)[0][0]


def is_flaky(record: Record) -> bool:
    """Whether its attempts gave different outcomes."""
    return any(outcome != record.outcome for outcome in record.again)


def flaky(details: Mapping[str, Mapping[str, Any]]) -> dict[CellKey, Counter[Outcome]]:
    """The flaky cells among those of which a run has left the details, with how often each gave what."""
    told = (item["attempts"] for item in details.values() if item.get("attempts"))
    attempts = [[Outcome.from_json(outcome) for outcome in outcomes] for outcomes in told]
    return {outcomes[0].key: Counter(outcomes) for outcomes in attempts if len(set(outcomes)) > 1}


def flaky_in_words(environment: str, key: CellKey, counts: Counter[Outcome]) -> str:
    """`tf215 flaky mlp[keras]: 2 of 3 pass; 1 of 3 fail at fit (ValueError: ...)`."""
    said = (f"{number} of {counts.total()} {describe(outcome)}" for outcome, number in counts.most_common())
    return in_one_line(f"{environment} flaky {key[0]}[{key[1]}]: {'; '.join(said)}")


def _outcomes(record: Record) -> list[Outcome]:
    return [record.outcome, *record.again]
