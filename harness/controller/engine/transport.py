"""How tasks reach workers, behind one protocol: a Dask cluster, or a command line for each."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from harness.controller.engine.archive import Archive
from harness.controller.engine.placement import Worker
from harness.controller.engine.task import Task, TaskReport, TaskResult


@dataclass(frozen=True)
class Seen:
    """A worker is there; it is asked to describe itself."""

    address: str


@dataclass(frozen=True)
class Joined:
    """A worker is ready: it has the project."""

    worker: Worker


@dataclass(frozen=True)
class Left:
    """A worker has gone, and its tasks with it."""

    address: str


@dataclass(frozen=True)
class Refused:
    """A worker cannot be used."""

    address: str
    reason: str


@dataclass(frozen=True)
class Progressed:
    """A task is under way."""

    task: str
    report: TaskReport


@dataclass(frozen=True)
class Ended:
    """A task has ended."""

    task: str
    result: TaskResult


EngineEvent = Seen | Joined | Left | Refused | Progressed | Ended


class Connection(Protocol):
    """A connection to workers that have a project, or get it when they join."""

    def submit(self, task: Task, address: str) -> None:
        """Give a task to a worker."""
        ...

    def events(self, seconds: float) -> Sequence[EngineEvent]:
        """Everything that has happened since, or that happens first in so many seconds.

        Raises HarnessError where nothing can be reached any more.
        """
        ...

    def end(self, tasks: Sequence[str]) -> None:
        """Let tasks end in order: their results follow."""
        ...

    def kill(self, task: str) -> None:
        """End a task at once: nothing of it follows. Does nothing for one that has ended."""
        ...


class Transport(Protocol):
    """A way to workers."""

    def connect(self, archive: Archive, pythons: Sequence[str]) -> AbstractContextManager[Connection]:
        """Connect to workers, for a project and the Pythons of its environments.

        Raises UsageError or HarnessError where that fails. At its end all tasks have ended or are ended.
        """
        ...
