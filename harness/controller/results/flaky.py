"""Flaky cells: those whose attempts gave different outcomes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from harness.contract.records import CellKey, Outcome, Record
from harness.controller.results.compare import describe_outcome
from harness.controller.text import one_line


def is_flaky(record: Record) -> bool:
    """Whether the attempts of a cell gave different outcomes."""
    return any(outcome != record.outcome for outcome in record.again)


def flaky_cells(details: Mapping[str, Mapping[str, Any]]) -> dict[CellKey, Counter[Outcome]]:
    """The flaky cells in the details of a run, with the number of attempts by outcome."""
    recorded = (item["attempts"] for item in details.values() if item.get("attempts"))
    attempts = [[Outcome.from_json(outcome) for outcome in outcomes] for outcomes in recorded]
    return {outcomes[0].key: Counter(outcomes) for outcomes in attempts if len(set(outcomes)) > 1}


def flaky_sentence(environment: str, key: CellKey, counts: Counter[Outcome]) -> str:
    """`tf215 flaky mlp[keras]: 2 of 3 pass; 1 of 3 fail at fit (ValueError: ...)`."""
    parts = (f"{number} of {counts.total()} {describe_outcome(outcome)}" for outcome, number in counts.most_common())
    return one_line(f"{environment} flaky {key[0]}[{key[1]}]: {'; '.join(parts)}")
