"""The plan that the controller hands to the runner, and the lines that the runner streams back.

The stream is JSON Lines, each written whole with one call, so that a killed run loses nothing that was finished:
`{"record": ..., "key": ...}` for a cell, `{"deselected": [[case, path], ...]}` for what pytest's own options left out,
and `{"environment_failure": reason}` when TensorFlow itself cannot be imported.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Iterable, Iterator

from harness.contract.records import CellKey, Outcome


@dataclass(frozen=True)
class PathSpec:
    """An import path: the dotted name people write, and the form (`from` or `attribute`) in which names are taken."""

    id: str
    form: str


@dataclass(frozen=True)
class Plan:
    """The cells to run in one environment.

    `cells` maps a case file (relative to `root`) to the ids of its import paths; a file's name is its case's id.
    `taken` are cells whose outcome is known from an earlier run, and that are not to be run. `expected` holds the
    baseline's outcome of each cell that has one. `keys` say, by cell, what its outcome depends on; the runner hands
    each back with the cell's record, so that a stream alone tells what need not be run again. `preload` names the
    modules imported once, before any cell is forked.
    """

    environment: str
    root: str
    stream: str
    isolation: str
    timeout: float
    output_limit: int
    memory_limit: int
    paths: list[PathSpec]
    cells: dict[str, list[str]]
    taken: list[CellKey] = field(default_factory=list)
    expected: dict[CellKey, Outcome] = field(default_factory=dict)
    keys: dict[CellKey, str] = field(default_factory=dict)
    preload: list[str] = field(default_factory=lambda: ["tensorflow"])

    def without(self, taken: Iterable[CellKey]) -> Plan:
        """The plan with those cells moved from `cells` to `taken`."""
        moved = set(taken)
        cells = {
            file: [path for path in paths if (case_of(file), path) not in moved] for file, paths in self.cells.items()
        }
        return replace(self, cells={file: paths for file, paths in cells.items() if paths}, taken=sorted(moved))

    def all_cells(self) -> list[CellKey]:
        """Every cell that must have an outcome in the end."""
        return [(case_of(file), path) for file, paths in self.cells.items() for path in paths] + self.taken

    def write(self, file: str) -> None:
        data = asdict(self)
        data["expected"] = [outcome.to_json() for outcome in self.expected.values()]
        data["keys"] = [[case, path, key] for (case, path), key in self.keys.items()]
        part = file + ".part"  # so that the plan is there whole, or not at all
        with open(part, "w", encoding="utf-8") as handle:
            json.dump(data, handle, indent=1)
        os.replace(part, file)

    @classmethod
    def read(cls, file: str) -> Plan:
        with open(file, encoding="utf-8") as handle:
            data = json.load(handle)
        data["paths"] = [PathSpec(**spec) for spec in data["paths"]]
        data["taken"] = [(case, path) for case, path in data["taken"]]
        data["keys"] = {(case, path): key for case, path, key in data["keys"]}
        outcomes = [Outcome.from_json(item) for item in data["expected"]]
        data["expected"] = {outcome.key: outcome for outcome in outcomes}
        return cls(**data)


def case_of(file: str) -> str:
    """The id of the case in a file."""
    return os.path.splitext(os.path.basename(file))[0]


def append_line(file: str, line: dict[str, Any]) -> None:
    """Append one line with a single write, which several processes may do to one file without mixing."""
    data = ("\n" + json.dumps(line) + "\n").encode("utf-8")  # a line of its own, also after one that was cut
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        if os.write(descriptor, data) != len(data):
            raise OSError(f"{file}: only a part of a record could be written")
    finally:
        os.close(descriptor)


def read_lines(file: str) -> Iterator[dict[str, Any]]:
    """Yield the whole lines of a stream. The last one may be cut where its writer was killed: it is left out."""
    if not os.path.exists(file):
        return
    with open(file, encoding="utf-8", errors="replace") as handle:
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
