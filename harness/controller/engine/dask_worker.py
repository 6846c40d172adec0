"""What runs in a worker of Dask: it describes itself, receives projects, and does tasks."""

from __future__ import annotations

import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from distributed import get_worker
from distributed.core import Status

from harness.controller.engine.archive import Archive
from harness.controller.engine.description import describe_worker
from harness.controller.engine.site import Site, own_folder
from harness.controller.engine.task import Order, Task, TaskReport, TaskResult

TOPIC = "harness"  # of the events that report on tasks
_INTERVAL = 0.5  # seconds between two of them
_GONE = (None, "cancelled", "released", "forgotten")  # states of a task that nobody waits for any more
_to_end: set[str] = set()  # tasks under way in this process that are to end in order


def describe_this_worker(digest: str, pythons: Sequence[str], ignores_interrupts: bool) -> dict[str, Any]:
    """`describe_worker`, for this process. A local cluster gets the interrupts of our terminal, which are for us."""
    if ignores_interrupts:
        with suppress(ValueError):  # not the main thread
            signal.signal(signal.SIGINT, signal.SIG_IGN)
    return describe_worker(Site(own_folder()), digest, pythons)


def receive(archive: Archive) -> None:
    """Unpack a project on this machine."""
    Site(own_folder()).receive(archive)


def end(tasks: Sequence[str]) -> None:
    """Let tasks of this process end in order."""
    _to_end.update(tasks)


def perform(task: Task) -> TaskResult:
    """Do a task in a thread of this worker."""
    try:
        return Site(own_folder()).perform(task, _Watch(task))
    finally:
        _to_end.discard(task.id)


class _Watch:
    """Reports on a task, and finds out whether it is to go on: Dask itself does not stop what it has cancelled."""

    def __init__(self, task: Task) -> None:
        self._task = task
        self._worker = get_worker()
        self._key = self._worker.get_current_task()
        self._log = ""
        self._last: TaskReport | None = None
        self._sent = 0.0

    def __call__(self, report: TaskReport) -> Order:
        self._log += report.log
        now = time.monotonic()
        if now - self._sent > _INTERVAL and (self._log or self._last is None or report.sighting != self._last.sighting):
            self._send(report)
            self._last, self._sent, self._log = report, now, ""
        if self._state() in _GONE:
            return Order.KILL
        if self._task.id in _to_end or self._worker.status not in (Status.running, Status.paused):
            return Order.END
        return Order.GO_ON

    def _state(self) -> str | None:
        found = self._worker.state.tasks.get(self._key)
        return None if found is None else str(found.state)

    def _send(self, report: TaskReport) -> None:
        message = {
            "task": self._task.id,
            "phase": report.sighting.phase.name,
            "recorded": report.sighting.recorded,
            "log": self._log[-4096:],
        }
        with suppress(Exception):  # it only helps to see; the scheduler may be going
            self._worker.log_event(TOPIC, message)
