"""What crosses between a run and another machine: a task, reports on it, and its result. Plain data."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path, PurePosixPath
from typing import Any

from harness.controller.engine.environment_run import Sighting
from harness.controller.errors import HarnessError

Files = dict[str, bytes]  # compressed contents, by path below the project's root


class Order(Enum):
    """What becomes of a task that is under way."""

    GO_ON = "go on"
    END = "end in order, and keep what is finished"
    KILL = "end at once"


@dataclass(frozen=True)
class Task:
    """Work in one environment of a project: its cells, or a command of the harness.

    `arguments` are those of the worker, or of the harness. `files` are put below the project's root before, those named
    by `returns` come back.
    """

    id: str
    project: str
    environment: str
    runs_cells: bool
    arguments: tuple[str, ...]
    log: str
    files: Files = field(repr=False, default_factory=dict)
    returns: tuple[str, ...] = ()


@dataclass(frozen=True)
class TaskReport:
    """A task under way: how far it is, and what was added to its log."""

    sighting: Sighting
    log: str


@dataclass(frozen=True)
class TaskResult:
    """The end of a task: its exit code, its files, and the facts of its machine.

    `fault` is a reason to run the task on another machine. Where none is left, its files are the answer if it
    `may_count`: they are not where the machine alone was at fault.
    """

    code: int
    machine: Mapping[str, Any]
    files: Files = field(repr=False, default_factory=dict)
    fault: str = ""
    may_count: bool = True
    stopped: bool = False


def read_files(root: Path, names: Iterable[str]) -> Files:
    """The contents of those of the files that exist."""
    return {name: zlib.compress((root / name).read_bytes(), 1) for name in names if (root / name).is_file()}


def restore_files(root: Path, files: Files, allowed: Iterable[str]) -> None:
    """Write the files. Raises HarnessError for one that is not allowed or cannot be read: whoever sent it is wrong."""
    permitted = set(allowed)
    for name, content in files.items():
        if name not in permitted or PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise HarnessError(f"{name}: not a file that was asked for")
        try:
            plain = zlib.decompress(content)
        except zlib.error as error:
            raise HarnessError(f"{name}: damaged on its way: {error}") from None
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        temporary = root / f"{name}.arriving"
        temporary.write_bytes(plain)
        temporary.replace(root / name)
