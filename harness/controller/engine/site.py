"""The far side of an engine: the folder of a machine in which projects are unpacked and environments stay.

<folder>/projects/<digest>/    a project as it was sent, with its `.harness/`; its `.tox` leads to
<folder>/environments/         the environments of all projects, by their ids
<folder>/locks/                who works in which of them
"""

from __future__ import annotations

import fcntl
import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from harness.controller.engine.archive import Archive, unpack_project
from harness.controller.engine.environment_run import Sighting
from harness.controller.engine.faults import cells_fault, command_fault, forget_outcomes
from harness.controller.engine.local import remove_half_made
from harness.controller.engine.machine_facts import host_name, this_machine
from harness.controller.engine.process import EngineProcess, harness_command, tox_command
from harness.controller.engine.task import Order, Task, TaskReport, TaskResult, read_files, restore_files
from harness.controller.errors import Exit, HarnessError
from harness.controller.files import make_folder, take_lock, write_errors
from harness.controller.project.layout import Layout, Phase
from harness.controller.project.state import environment_lock
from harness.controller.worker.options import WorkerOptions

Watch = Callable[[TaskReport], Order]
FOLDER_NAME = "HARNESS_WORKER_FOLDER"  # the variable with the folder of this machine
_POLL = 0.2  # seconds
_PATIENCE = 30.0  # seconds that an interrupted task has to end in order
_OLD = 14 * 24 * 3600.0  # seconds since a project was used
_MOST_LOG = 4096  # characters of a log in one report: the whole comes back at the end


def own_folder() -> Path:
    """The folder of this machine; a folder that several machines share has one for each."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return Path(os.environ.get(FOLDER_NAME) or cache / "keras-import-matrix" / "worker") / host_name()


@dataclass(frozen=True)
class Site:
    """The folder of a machine."""

    folder: Path

    @property
    def environments(self) -> Path:
        return self.folder / "environments"

    def project(self, digest: str) -> Path:
        """The root of a project."""
        return self.folder / "projects" / digest

    def receive(self, archive: Archive) -> None:
        """Unpack a project, once. Raises HarnessError where that fails."""
        root = self.project(archive.digest)
        make_folder(self.environments)
        unpack_project(archive, root)
        self._remove_old_projects()
        with write_errors(root), suppress(FileExistsError):
            (root / ".tox").symlink_to(self.environments)

    def _remove_old_projects(self) -> None:
        """Remove the projects that nobody has used for a while: each change of a project makes another one."""
        for folder in self.project("").iterdir():
            with suppress(OSError):  # another process was faster
                if time.time() - folder.stat().st_mtime > _OLD:
                    shutil.rmtree(folder, ignore_errors=True)

    def perform(self, task: Task, watch: Watch) -> TaskResult:
        """Do a task, calling `watch` a few times a second. Whatever stands in its way is the fault of its result."""
        try:
            return _Performance(self, task, watch).result()
        except OSError as error:
            fault = f"{error.filename or task.environment}: {error.strerror}"
        except HarnessError as error:
            fault = str(error)
        return TaskResult(Exit.BROKEN, this_machine().to_json(), fault=fault, may_count=False)


class _Performance:
    """One task, from its files to its result."""

    def __init__(self, site: Site, task: Task, watch: Watch) -> None:
        self.site = site
        self.task = task
        self.layout = Layout(site.project(task.project))
        self.files = self.layout.files(task.environment)
        self.log = self.layout.root / task.log
        self.watch = watch
        self._read = 0  # characters of the log
        self._stopping: float | None = None  # when it was interrupted

    def result(self) -> TaskResult:
        if not self.layout.root.is_dir():
            raise HarnessError(f"{self.layout.root} was removed")
        os.utime(self.layout.root)  # it is in use
        with self._alone() as lock:
            if self._stopping is not None:
                return self._ended(Exit.INTERRUPTED)
            restore_files(self.layout.root, self.task.files, self.task.files)
            if self.task.runs_cells:
                self.files.forget_run()
            process = EngineProcess(self._command(), self.layout.root, self.log, [lock.fileno()])
            try:
                self._wait(process)
            except BaseException:
                process.kill()
                raise
            finally:
                code = process.reap()
                remove_half_made(self.layout, self.task.environment)
            return self._ended(code)

    def _command(self) -> list[str]:
        if self.task.runs_cells:
            options = WorkerOptions.from_argv(self.task.arguments)
            return tox_command(self.layout, self.task.environment, options)
        return harness_command(self.task.arguments)

    @contextmanager
    def _alone(self) -> Iterator[IO[str]]:
        """Hold the environment's lock, which the process inherits: it is free when nothing works there any more.

        Another run may work in it, or what a killed worker has left behind, which ends in order.
        """
        folder = self.site.folder / "locks"
        make_folder(folder)
        with open(folder / self.task.environment, "w", encoding="utf-8") as lock:
            while not (take_lock(lock, fcntl.LOCK_EX) and self._has_no_worker()):
                if self._order() is not Order.GO_ON:
                    self._stopping = time.monotonic()
                    break
                time.sleep(_POLL)
            yield lock

    def _has_no_worker(self) -> bool:
        try:
            with environment_lock(self.files):
                return True
        except HarnessError:
            return False

    def _wait(self, process: EngineProcess) -> None:
        """Wait for the process; interrupt or kill it where that is ordered."""
        descriptor = os.pidfd_open(process.pid) if hasattr(os, "pidfd_open") else None
        try:
            while not process.has_ended():
                _pause(process, descriptor)
                order = self._order()
                if order is not Order.GO_ON and self._stopping is None:
                    self._stopping = time.monotonic()
                    process.interrupt()
                late = self._stopping is not None and time.monotonic() - self._stopping > _PATIENCE
                if order is Order.KILL or late:
                    process.kill()
        finally:
            if descriptor is not None:
                os.close(descriptor)

    def _order(self) -> Order:
        phase = self.files.phase() if self.task.runs_cells else Phase.RUNNING
        recorded = self.files.recorded() if self.task.runs_cells else 0
        return self.watch(TaskReport(Sighting(phase, recorded), self._new_log()))

    def _new_log(self) -> str:
        try:
            with open(self.log, encoding="utf-8", errors="replace") as log:
                log.seek(self._read)
                text = log.read()
                self._read = log.tell()
        except OSError:  # not there so far
            return ""
        return text[-_MOST_LOG:]

    def _ended(self, code: int) -> TaskResult:
        fault, may_count = "", True
        stopped = self._stopping is not None
        if not stopped and self.task.runs_cells:
            fault, may_count = cells_fault(self.layout, self.files, code)
        elif not stopped:
            fault, may_count = command_fault(self.log, code), False
        returns = list(self.task.returns)
        if self.files.document.exists():  # which says all that is in the stream
            streams = {str(file.relative_to(self.layout.root)) for file in (self.files.stream, self.files.stream_key)}
            returns = [name for name in returns if name not in streams]
        found = read_files(self.layout.root, returns)
        if self.task.runs_cells and not may_count:
            forget_outcomes(self.files)
        return TaskResult(code, this_machine().to_json(), found, fault, may_count, stopped)


def _pause(process: EngineProcess, descriptor: int | None) -> None:
    """Wait until the process ends, a fifth of a second at most."""
    if descriptor is not None:
        select.select([descriptor], [], [], _POLL)
    else:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL)
