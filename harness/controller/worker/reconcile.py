"""Reconcile what was recorded with what was planned. A cell without a record is never a pass."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from harness.contract.plan import Plan, read_lines
from harness.contract.records import CellKey, Outcome, Record
from harness.contract.statuses import Status
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


def read_stream(file: Path) -> Recorded:
    """All of a stream. Of two different records of one cell neither is believed."""
    recorded = Recorded()
    for line in read_lines(str(file)):
        if "record" in line:
            try:
                record = Record.from_json(line["record"])
            except (KeyError, TypeError, ValueError):
                continue  # no record: its cell is `not-run`
            key = record.outcome.key
            if key in recorded.records and recorded.records[key].outcome != record.outcome:
                record = Record(Outcome(*key, status=Status.ERROR, message="recorded twice, with different outcomes"))
            recorded.records[key] = record
            if line.get("key"):
                recorded.keys[key] = line["key"]
        elif "deselected" in line:
            recorded.deselected |= {(case, path) for case, path in line["deselected"]}
        elif "environment_failure" in line:
            recorded.environment_failure = line["environment_failure"]
    return recorded


def reconcile(plan: Plan, recorded: Recorded) -> dict[CellKey, Outcome]:
    """An outcome for every planned cell that was not deselected, and none for anything else."""
    wanted = [key for key in plan.all_cells() if key not in recorded.deselected]
    if recorded.environment_failure is not None:
        return {key: Outcome(*key, status=Status.ENV_FAIL) for key in wanted}
    outcomes = {key: decide_outcome(record, plan.expected.get(key)) for key, record in recorded.records.items()}
    return {key: outcomes.get(key, Outcome(*key, status=Status.NOT_RUN)) for key in wanted}
