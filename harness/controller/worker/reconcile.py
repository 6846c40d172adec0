"""Reconcile what was recorded with what was planned. A cell without a record is never a pass."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.contract.plan import Plan
from harness.contract.records import CellKey, Outcome, Record
from harness.contract.statuses import Status
from harness.contract.stream import read_lines
from harness.controller.worker.retries import decide_outcome


@dataclass
class Recorded:
    """A runner's stream: its records, the cells that pytest's options deselected, and a failure of the environment.

    `keys` are, by cell, the keys of the outcome cache.
    """

    records: dict[CellKey, Record] = field(default_factory=dict)
    keys: dict[CellKey, str] = field(default_factory=dict)
    deselected: set[CellKey] = field(default_factory=set)
    environment_failure: str | None = None


def read_stream(file: Path, key: str) -> Recorded:
    """All of a stream that the key's holder wrote. Of two different records of one cell neither is believed.

    Prints a sentence where it holds anything else.
    """
    recorded = Recorded()
    ignored = 0
    for line in read_lines(str(file), key):
        try:
            _add(recorded, {} if line is None else line)
        except (KeyError, TypeError, ValueError):
            ignored += 1
    if ignored:
        lines = "1 line is not from the runner and was"
        if ignored > 1:
            lines = f"{ignored} lines are not from the runner and were"
        print(f"{Path(*file.parts[-3:])}: {lines} ignored", file=sys.stderr, flush=True)
    return recorded


def _add(recorded: Recorded, line: dict[str, Any]) -> None:
    """Add a line of the stream. Raises KeyError, TypeError or ValueError for one that is not of a known form."""
    if line.keys() == {"record", "key"} or line.keys() == {"record"}:
        _add_record(recorded, Record.from_json(line["record"]), line.get("key"))
    elif line.keys() == {"deselected"}:
        recorded.deselected |= {(_text(case), _text(path)) for case, path in line["deselected"]}
    elif line.keys() == {"environment_failure"}:
        recorded.environment_failure = _text(line["environment_failure"])
    else:
        raise ValueError("a line of another form")


def _add_record(recorded: Recorded, record: Record, key: object) -> None:
    cell = record.outcome.key
    if cell in recorded.records and recorded.records[cell].outcome != record.outcome:
        record = Record(Outcome(*cell, status=Status.ERROR, message="recorded twice, with different outcomes"))
    text = "" if key is None else _text(key)
    recorded.records[cell] = record
    if text:
        recorded.keys[cell] = text


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def reconcile(plan: Plan, recorded: Recorded) -> dict[CellKey, Outcome]:
    """An outcome for every planned cell, and none for anything else. A cell that was deselected has none either,
    unless it was run."""
    left_out = recorded.deselected - recorded.records.keys()
    wanted = [key for key in plan.all_cells() if key not in left_out]
    if recorded.environment_failure is not None:
        return {key: Outcome(*key, status=Status.ENV_FAIL) for key in wanted}
    outcomes = {key: decide_outcome(record, plan.expected.get(key)) for key, record in recorded.records.items()}
    return {key: outcomes.get(key, Outcome(*key, status=Status.NOT_RUN)) for key in wanted}
