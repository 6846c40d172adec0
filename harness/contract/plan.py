"""The plan that the controller hands to the runner, scripts included. What comes back: `harness.contract.stream`."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, replace
from typing import Iterable

from harness.contract.deadlines import MARGIN, Deadlines
from harness.contract.records import CellKey, Outcome


@dataclass(frozen=True)
class PathSpec:
    """An import path: the dotted name people write, and the form (`from` or `attribute`) of its imports.

    `package` is the module that the first word stands for: `tensorflow` in `tf.keras`.
    """

    id: str
    form: str
    package: str


@dataclass(frozen=True)
class PlannedCell:
    """A case under an import path, with everything that it takes to run it.

    `file` is the case's file below the project's root, from which the cell's node id is made; `script` the text that
    is executed, `digest` its name, `key` that of everything the outcome depends on. `requires` maps each prerequisite
    to the program that shows that it is on the machine, `programs` those of them that are not the machine's own to what
    they come from; `needed_at` is the stage that first needs one. `packages` are distributions that the environment
    must have. `given` is a file or a folder below the root: the script gets a copy, whose name is its argument.
    `timeout` is in seconds; None stands for the plan's.
    """

    case: str
    path: str
    file: str
    kind: str
    script: str
    digest: str
    key: str = ""
    requires: dict[str, str] = field(default_factory=dict)
    programs: dict[str, str] = field(default_factory=dict)
    needed_at: str = ""
    packages: list[str] = field(default_factory=list)
    given: str = ""
    timeout: float | None = None
    skip: str | None = None

    @property
    def id(self) -> CellKey:
        return (self.case, self.path)


@dataclass(frozen=True)
class Plan:
    """The cells to run in one environment.

    `cells` are those to run; `cached` those whose outcome an earlier run gave. `expected` holds the baseline's outcome
    of each cell that has one. `preload` names the modules that are imported once, before any cell is forked, `loads`
    the packages that importing these may load, `folders` the variables that name a folder, of which each cell gets an
    empty one, and `hooks` the sources of modules that may take part around forks. Limits are in seconds and bytes;
    `patience` are the seconds that each process of the runner may take beyond its work. `prefix` is the environment's
    folder: the interpreter, pytest and the preloaded modules must come from there; empty: from anywhere. With
    `sandbox` it runs in bubblewrap.
    """

    environment: str
    root: str
    stream: str
    isolation: str
    timeout: float
    output_limit: int
    memory_limit: int
    paths: list[PathSpec]
    cells: list[PlannedCell]
    cached: list[CellKey] = field(default_factory=list)
    expected: dict[CellKey, Outcome] = field(default_factory=dict)
    preload: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    folders: list[str] = field(default_factory=list)
    hooks: list[str] = field(default_factory=list)
    patience: float = MARGIN
    prefix: str = ""
    sandbox: bool = False

    @property
    def deadlines(self) -> Deadlines:
        """The time that the processes of this plan wait for each other."""
        longest = max([self.timeout, *(cell.timeout for cell in self.cells if cell.timeout is not None)])
        return Deadlines(longest, self.timeout, self.patience)

    def without(self, cached: Iterable[CellKey]) -> Plan:
        """The plan with those cells moved from `cells` to `cached`."""
        moved = set(cached)
        return replace(self, cells=[cell for cell in self.cells if cell.id not in moved], cached=sorted(moved))

    def all_cells(self) -> list[CellKey]:
        """Every cell that must have an outcome in the end."""
        return [cell.id for cell in self.cells] + self.cached

    def write(self, file: str) -> None:
        data = asdict(self)
        data["expected"] = [outcome.to_json() for outcome in self.expected.values()]
        part = file + ".part"  # so that the plan exists whole, or not at all
        with open(part, "w", encoding="utf-8") as handle:
            json.dump(data, handle, indent=1)
        os.replace(part, file)

    @classmethod
    def read(cls, file: str) -> Plan:
        with open(file, encoding="utf-8") as handle:
            data = json.load(handle)
        data["paths"] = [PathSpec(**spec) for spec in data["paths"]]
        data["cells"] = [PlannedCell(**cell) for cell in data["cells"]]
        data["cached"] = [(case, path) for case, path in data["cached"]]
        outcomes = [Outcome.from_json(item) for item in data["expected"]]
        data["expected"] = {outcome.key: outcome for outcome in outcomes}
        return cls(**data)
