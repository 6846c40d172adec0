"""What the attempts of cells mean: flaky are those that gave different outcomes, unconfirmed those without a retry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from harness.contract.records import CellKey, Outcome, Record
from harness.controller.results.compare import compare, describe_outcome
from harness.controller.results.documents import Column
from harness.controller.results.grouping import cells_by_cause
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


def unconfirmed_cells(
    column: Column, baseline: Column | None, details: Mapping[str, Mapping[str, Any]]
) -> list[CellKey]:
    """The cells of a run that differ from the baseline and were not retried, as others with the same cause were."""
    retried = {key for key in column.cells if details.get(f"{key[0]}[{key[1]}]", {}).get("attempts")}
    causes = cells_by_cause(compare(baseline, column)) if baseline and retried else []
    return [key for cells in causes if not retried.isdisjoint(cells) for key in cells if key not in retried]


def unconfirmed_sentence(number: int) -> str:
    """`88 unconfirmed: ...`, of cells that differ; empty for none."""
    if not number:
        return ""
    return f"{number} unconfirmed: a few with the same cause were retried, and gave the same each time"
