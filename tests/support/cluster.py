"""A Dask cluster of real processes on this machine, each worker with a machine's name and a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.controller.engine.machine_facts import MACHINE_NAME
from harness.controller.engine.site import FOLDER_NAME
from tests.support.processes import has_ended, wait_for


@dataclass(repr=False)
class Cluster:
    """A scheduler and its workers, which have these variables: XDG_CACHE_HOME among them, by which all that they start
    is known."""

    folder: Path
    variables: dict[str, str]
    workers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / "scheduler.json"
        command = ["-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
        self.scheduler = self._start([*command, "--scheduler-file", str(file)], {}, "scheduler")
        wait_for(lambda: file.exists() and file.read_text(encoding="utf-8").endswith("}"))
        self.address = str(json.loads(file.read_text(encoding="utf-8"))["address"])

    def add(self, machine: str, within: Sequence[str] = (), **variables: str) -> subprocess.Popen[bytes]:
        """Start a worker for one environment at a time; several may be on one machine."""
        command = ["-m", "distributed.cli.dask_worker", self.address, "--no-nanny", "--nthreads", "1"]
        command += ["--no-dashboard", "--memory-limit", "0", "--local-directory", str(self.folder / "scratch")]
        own = {MACHINE_NAME: machine, FOLDER_NAME: str(self.folder / "machines")} | variables
        worker = self._start(command, own, machine, within)
        self.workers[machine] = worker
        return worker

    def wait_for(self, machine: str) -> None:
        """Wait until the worker of a machine is known to the scheduler."""
        log = self.folder / f"{machine}.log"
        wait_for(lambda: "Registered to" in log.read_text(encoding="utf-8"))

    def named(self, machine: str) -> str:
        """The same name, of a machine that has a worker from now on."""
        if machine not in self.workers:
            self.add(machine)
        return machine

    def _start(
        self, command: Sequence[str], variables: dict[str, str], name: str, within: Sequence[str] = ()
    ) -> subprocess.Popen[bytes]:
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("TOX", "UV_", "PYTEST_"))}
        with open(self.folder / f"{name}.log", "ab") as log:
            return subprocess.Popen(
                [*within, sys.executable, *command],
                cwd=self.folder,
                env=inherited | self.variables | variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, machine: str) -> None:
        """Kill a worker as a machine that loses its power."""
        process = self.workers.pop(machine)
        process.kill()
        process.wait()

    def close(self) -> None:
        """End all of it, and see that no process is left."""
        for process in [*self.workers.values(), self.scheduler]:
            process.kill()
            process.wait()
        wait_for(lambda: not self.alive())

    def alive(self) -> list[int]:
        """What workers have started and that has not ended, also where they have."""
        mark = f"XDG_CACHE_HOME={self.variables['XDG_CACHE_HOME']}".encode()
        own = {process.pid for process in [*self.workers.values(), self.scheduler]}
        return [pid for pid in _processes_with(mark) if pid not in own and not has_ended(pid)]


def _processes_with(variable: bytes) -> list[int]:
    found = []
    for entry in os.listdir("/proc"):
        try:
            if entry.isdigit() and variable in Path("/proc", entry, "environ").read_bytes().split(b"\0"):
                found.append(int(entry))
        except OSError:  # it ended, or is somebody else's
            continue
    return found
