"""The files and folders below a project's root."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from harness.controller.errors import UsageError
from harness.controller.project import matrix as matrices
from harness.controller.project.matrix import Environment

_RECORD = b'{"record"'  # how the line of a record begins in a stream


@dataclass(frozen=True)
class Layout:
    """The files and folders below a project's root."""

    root: Path

    def lock(self, environment: Environment) -> Path:
        """The environment's exact packages. The lock of a lane, resolved for each run, stays out of git."""
        folder = self.state / "resolved" if environment.lane else self.root / "locks"
        return folder / f"{environment.id}.txt"

    @property
    def results(self) -> Path:
        return self.root / "results"

    @property
    def history(self) -> Path:
        return self.results / "history.csv"

    @property
    def state(self) -> Path:
        """The state of runs, out of git."""
        return self.root / ".harness"

    @property
    def checked(self) -> Path:
        """The case cache."""
        return self.state / "cases.json"

    @property
    def environments(self) -> Path:
        """The folder in which tox keeps the environments."""
        return self.root / ".tox"

    @property
    def run(self) -> Path:
        """The documents of the last run."""
        return self.state / "run"

    def files(self, environment: str) -> RunFiles:
        """The files of one environment's last run."""
        return RunFiles(self, environment)


class Phase(Enum):
    """The progress of an environment's run, by the files that it has written."""

    MAKING = "making the environment"
    READY = "waiting for others"
    IMPORTING = "importing the package"
    RUNNING = "running cells"


class StreamCount:
    """Counts the records of a stream that grows, and reads each line once.

    To be reset where another stream may take its place.
    """

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self._read = 0  # bytes
        self._records = 0

    def count(self, file: Path) -> int:
        """The number of its records: whole lines, as whoever writes it may be in the middle of one."""
        try:
            with open(file, "rb") as stream:
                if os.fstat(stream.fileno()).st_size < self._read:
                    self.reset()
                stream.seek(self._read)
                new = stream.read()
        except FileNotFoundError:
            self.reset()
            return 0
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        self._records += whole.count(_RECORD)
        return self._records


@dataclass(frozen=True)
class RunFiles:
    """The files of one environment's last run, all below `.harness/`."""

    layout: Layout
    environment: str
    _count: StreamCount = field(default_factory=StreamCount, init=False, repr=False, compare=False)

    @property
    def document(self) -> Path:
        """The outcomes, in the format of results/."""
        return self._file("run", ".json")

    @property
    def details(self) -> Path:
        """Durations, memory, tracebacks, attempts: what varies from run to run."""
        return self._file("details", ".json")

    @property
    def plan(self) -> Path:
        """The input of the runner."""
        return self._file("plan", ".json")

    @property
    def stream(self) -> Path:
        """The records of the runner so far."""
        return self._file("stream", ".jsonl")

    @property
    def stream_key(self) -> Path:
        """The key by which the next run recognises the runner's lines in the stream."""
        return self._file("keys", "")

    @property
    def retry_plan(self) -> Path:
        return self._file("again", ".json")

    @property
    def retry_stream(self) -> Path:
        return self._file("again", ".jsonl")

    @property
    def trial_plan(self) -> Path:
        """For a pytest that only prints something, which is no part of the run."""
        return self._file("trial", ".json")

    @property
    def ready(self) -> Path:
        """An empty file: the environment is made, and its worker has started."""
        return self._file("ready", "")

    @property
    def cache(self) -> Path:
        """The outcome cache."""
        return self._file("outcomes", ".json")

    @property
    def stamp(self) -> Path:
        """The stamp file, by which the next run skips an unchanged environment."""
        return self._file("stamps", ".json")

    @property
    def log(self) -> Path:
        """The output of tox and everything below it."""
        return self._file("logs", ".log")

    @property
    def machines(self) -> Path:
        """What the last machines gave for the environment, and their facts."""
        return self._file("machines", ".json")

    @property
    def lock(self) -> Path:
        """Held by the one worker of the environment."""
        return self._file("locks", "")

    @property
    def inventory(self) -> Path:
        """The names that were measured in the environment."""
        return self._file("inventory", ".json")

    @property
    def inventory_stamp(self) -> Path:
        """What lets `harness inventory` skip the environment where nothing has changed."""
        return self._file("inventory", ".stamp")

    @property
    def inventory_log(self) -> Path:
        """What was printed while the environment was measured."""
        return self._file("inventory", ".log")

    def forget_run(self) -> None:
        """Remove the files of an earlier run: those that exist later are of this run. Caches stay."""
        for file in (self.ready, self.plan):
            file.unlink(missing_ok=True)
        self.forget_document()

    def forget_document(self) -> None:
        """Remove the document and details of an earlier run."""
        for file in (self.document, self.details):
            file.unlink(missing_ok=True)

    def phase(self) -> Phase:
        """The phase of a run that began with `forget_run`."""
        if self.plan.exists():
            return Phase.RUNNING if self.recorded() else Phase.IMPORTING
        return Phase.READY if self.ready.exists() else Phase.MAKING

    def recorded(self) -> int:
        """The number of records in the stream of this run: cached ones, and those of cells that were run."""
        # Without a plan the stream is an earlier run's.
        if not self.plan.exists():
            self._count.reset()
            return 0
        return self._count.count(self.stream)

    def _file(self, folder: str, suffix: str) -> Path:
        return self.layout.state / folder / f"{self.environment}{suffix}"


def check_root(root: Path) -> None:
    """Raises UsageError for a folder below which no environment works: PATH and PYTHONPATH are split at colons."""
    if os.pathsep in str(root):
        raise UsageError(f"{root}: no environment works in a folder with {os.pathsep!r} in its path: rename it")


def find_root(start: Path) -> Path:
    """The nearest folder from `start` up that holds a matrix.yaml. Raises UsageError if there is none."""
    for folder in (start, *start.parents):
        if (folder / matrices.FILE).exists():
            return folder
    raise UsageError(f"no {matrices.FILE} in {start} or above it: name the project's folder with --root")
