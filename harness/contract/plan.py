"""The plan that the controller hands to the runner, and the lines that the runner streams back.

The stream is JSON Lines, each written whole with one call, so that a killed run loses nothing that was finished:
`{"record": ...}` for a cell, `{"deselected": [[case, path], ...]}` for what pytest's own options left out, and
`{"environment_failure": reason}` when TensorFlow itself cannot be imported.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field
from typing import Any, Iterator

from harness.contract.records import CellKey, Outcome


@dataclass(frozen=True)
class PathSpec:
    """An import path: the dotted name people write, and the form (`from` or `attribute`) in which names are taken."""

    id: str
    form: str


@dataclass(frozen=True)
class Plan:
    """The cells to run in one environment.

    `cells` maps a case file (relative to `root`) to the ids of its import paths. `expected` holds the baseline's
    outcome of each cell that has one. `preload` names the modules imported once, before any cell is forked.
    """

    environment: str
    root: str
    stream: str
    isolation: str
    timeout: float
    output_limit: int
    paths: list[PathSpec]
    cells: dict[str, list[str]]
    expected: dict[CellKey, Outcome] = field(default_factory=dict)
    preload: list[str] = field(default_factory=lambda: ["tensorflow"])

    def write(self, file: str) -> None:
        data = asdict(self)
        data["expected"] = [outcome.to_json() for outcome in self.expected.values()]
        with open(file, "w", encoding="utf-8") as handle:
            json.dump(data, handle, indent=1)

    @classmethod
    def read(cls, file: str) -> Plan:
        with open(file, encoding="utf-8") as handle:
            data = json.load(handle)
        data["paths"] = [PathSpec(**spec) for spec in data["paths"]]
        outcomes = [Outcome.from_json(item) for item in data["expected"]]
        data["expected"] = {outcome.key: outcome for outcome in outcomes}
        return cls(**data)


def append_line(file: str, line: dict[str, Any]) -> None:
    """Append one line with a single write, which several processes may do to one file without mixing."""
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(descriptor, (json.dumps(line) + "\n").encode("utf-8"))
    finally:
        os.close(descriptor)


def read_lines(file: str) -> Iterator[dict[str, Any]]:
    """Yield the whole lines of a stream. The last one may be cut where its writer was killed: it is left out."""
    if not os.path.exists(file):
        return
    with open(file, encoding="utf-8") as handle:
        for line in handle:
            parsed = _parse(line)
            if parsed is not None:
                yield parsed


def _parse(line: str) -> dict[str, Any] | None:
    if not line.endswith("\n"):
        return None
    try:
        parsed = json.loads(line)
    except ValueError:
        return None
    return parsed if isinstance(parsed, dict) else None
