"""Processes that threads wait for, and that an interrupt ends together."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from harness.contract.processes import die_with_parent
from harness.controller.errors import HarnessError

_Item = TypeVar("_Item")


class Children:
    """The processes that this one has started here."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def call(self, command: Sequence[str], folder: Path, variables: dict[str, str] | None, output: int) -> int:
        """Run a command in a session of its own and wait for it: its exit code.

        Raises HarnessError once they were stopped, OSError where the command cannot be started.
        """
        with self._lock:  # else one that has just been started could be missed by stop
            if self._stopped:
                raise HarnessError("interrupted")
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, signal.SIGKILL),
            )
            self._running.add(process)
        try:
            return process.wait()
        finally:
            with self._lock:
                self._running.discard(process)

    def side_by_side(self, work: Callable[[_Item], None], items: Iterable[_Item], jobs: int) -> None:
        """Do some work for each item, so many at a time. An interrupt ends what runs here, and is raised."""
        with ThreadPoolExecutor(jobs) as pool:
            try:
                list(pool.map(work, items))
            except BaseException:  # an interrupt above all: without this it would wait for all of them
                pool.shutdown(wait=False, cancel_futures=True)
                self.stop()
                raise

    def stop(self) -> None:
        """Kill what runs, with all that it has started in its session, and start nothing any more."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)
