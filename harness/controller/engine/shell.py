"""Tasks by a command line for each, such as ssh, `sbatch --wait` or kubectl: a file goes in, another comes out."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from harness.cases.case import PREREQUISITES
from harness.controller.engine.archive import Archive
from harness.controller.engine.environment_run import Sighting
from harness.controller.engine.placement import Worker
from harness.controller.engine.task import Task, TaskReport, TaskResult
from harness.controller.engine.transport import Connection, Ended, EngineEvent, Joined, Progressed
from harness.controller.engine.wire import read_result, write_request
from harness.controller.errors import Exit, HarnessError, UsageError
from harness.controller.project.layout import Phase

_NAME = "shell"  # in place of a host's name, until the result tells it
_POLL = 0.05  # seconds
_FIELDS = {"task": "{task}", "result": "{result}"}  # as they stand in the command


@dataclass(frozen=True)
class ShellTransport:
    """Runs `command` by sh, with `{task}` and `{result}` replaced by files, and `{environment}` by its id.

    `side_by_side` commands run at a time. Where they lead nobody knows: any of them may have every Python.
    """

    command: str
    side_by_side: int

    def __post_init__(self) -> None:
        for name, written in _FIELDS.items():
            if written not in self.command:
                raise UsageError(f"--command-line lacks {written}, which becomes the name of the file with the {name}")

    @contextmanager
    def connect(self, archive: Archive, pythons: Sequence[str]) -> Iterator[Connection]:
        worker = Worker(_NAME, _NAME, self.side_by_side, frozenset(pythons), frozenset(PREREQUISITES))
        with tempfile.TemporaryDirectory(prefix="harness-shell-") as folder:
            connection = _ShellConnection(self.command, archive, Path(folder), [Joined(worker)])
            try:
                yield connection
            finally:
                connection.close()


@dataclass
class _ShellConnection:
    command: str
    archive: Archive
    folder: Path
    _waiting: list[EngineEvent]
    _active: dict[str, subprocess.Popen[bytes]] = field(init=False, default_factory=dict)
    _read: dict[str, int] = field(init=False, default_factory=dict)  # bytes of what each has printed

    def submit(self, task: Task, address: str) -> None:
        self._file(task.id, "task").write_text(write_request(task, self.archive), encoding="utf-8")
        values = {written: str(self._file(task.id, name)) for name, written in _FIELDS.items()}
        text = self.command
        for written, value in {**values, "{environment}": task.environment}.items():
            text = text.replace(written, shlex.quote(value))
        with open(self._file(task.id, "printed"), "wb") as printed:
            self._active[task.id] = subprocess.Popen(
                ["sh", "-c", text],
                stdin=subprocess.DEVNULL,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._read[task.id] = 0

    def events(self, seconds: float) -> list[EngineEvent]:
        deadline = time.monotonic() + seconds
        while True:
            found, self._waiting = self._waiting, []
            for task, process in list(self._active.items()):
                code = process.poll()
                found += self._printed(task)
                if code is not None:
                    found.append(Ended(task, self._result(task, code)))
                    self._forget(task)
            if found or time.monotonic() >= deadline:
                return found
            time.sleep(_POLL)

    def end(self, tasks: Sequence[str]) -> None:
        for task in tasks:
            self._signal(task, signal.SIGINT)

    def kill(self, task: str) -> None:
        self._signal(task, signal.SIGKILL)
        if task in self._active:
            self._active[task].wait()
            self._forget(task)

    def close(self) -> None:
        """End the commands that are left."""
        for task in list(self._active):
            self.kill(task)

    def _signal(self, task: str, number: int) -> None:
        process = self._active.get(task)
        if process is not None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, number)

    def _printed(self, task: str) -> list[EngineEvent]:
        with open(self._file(task, "printed"), "rb") as printed:
            printed.seek(self._read[task])
            text = printed.read()
        self._read[task] += len(text)
        report = TaskReport(Sighting(Phase.RUNNING, 0), text.decode("utf-8", "replace"))
        return [Progressed(task, report)] if text else []

    def _result(self, task: str, code: int) -> TaskResult:
        file = self._file(task, "result")
        try:
            return read_result(file.read_text(encoding="utf-8"))
        except (OSError, ValueError, HarnessError):
            lines = self._file(task, "printed").read_text(encoding="utf-8", errors="replace").strip().splitlines()
            said = f": {lines[-1]}" if lines else ""
            fault = f"it ended with exit code {code} and no result{said}"
            return TaskResult(Exit.BROKEN, {}, fault=fault, may_count=False)

    def _forget(self, task: str) -> None:
        del self._active[task], self._read[task]
        for name in (*_FIELDS, "printed"):
            self._file(task, name).unlink(missing_ok=True)

    def _file(self, task: str, name: str) -> Path:
        return self.folder / f"{task}.{name}"
