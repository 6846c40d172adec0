"""Tasks by Dask: each is a task of its own on a worker that we choose, as many at a time as there are free threads.

Dask hands out nothing by itself and repeats nothing: of a worker that dies it would give all tasks to the next one.
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from distributed import Client

from harness.controller.engine import dask_worker
from harness.controller.engine.archive import Archive
from harness.controller.engine.description import refusal, worker_of
from harness.controller.engine.environment_run import Sighting
from harness.controller.engine.task import Task, TaskReport, TaskResult
from harness.controller.engine.transport import Connection, Ended, EngineEvent, Joined, Left, Progressed, Refused, Seen
from harness.controller.errors import Exit, HarnessError
from harness.controller.project.layout import Phase

_POLL = 0.5  # seconds between two looks at the workers
_SILENCE = 60.0  # seconds without an answer after which a scheduler counts as gone
_FETCH = 20.0  # seconds for a result to arrive, before its worker is looked at again


@dataclass(frozen=True)
class DaskTransport:
    """Workers of a Dask scheduler, to which `open_client` connects.

    Workers that are `is_local` get the interrupts of our terminal.
    """

    open_client: Callable[[], Any]  # a context manager with a Client
    is_local: bool = False

    @contextmanager
    def connect(self, archive: Archive, pythons: Sequence[str]) -> Iterator[Connection]:
        with self.open_client() as client:
            connection = _DaskConnection(client, archive, list(pythons), self.is_local)
            try:
                yield connection
            finally:
                connection.close()


@dataclass
class _DaskConnection:
    client: Client
    archive: Archive
    pythons: list[str]
    is_local: bool
    _events: queue.SimpleQueue[EngineEvent] = field(init=False, default_factory=queue.SimpleQueue)
    _futures: dict[str, Any] = field(init=False, default_factory=dict)
    _workers: dict[str, str] = field(init=False, default_factory=dict)  # the worker of each task

    def __post_init__(self) -> None:
        self._known: set[str] = set()
        self._heard = time.monotonic()
        self._closed = threading.Event()
        self._pool = ThreadPoolExecutor(8)
        self._watcher = threading.Thread(target=self._watch_workers, daemon=True)
        self.client.subscribe_topic(dask_worker.TOPIC, self._on_event)
        self._watcher.start()

    def submit(self, task: Task, address: str) -> None:
        future = self.client.submit(
            dask_worker.perform,
            task,
            key=f"harness-{task.environment}-{task.id}",
            workers=[address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )
        self._futures[task.id], self._workers[task.id] = future, address
        future.add_done_callback(lambda done: self._submit_to_pool(self._fetch, task.id, done))

    def events(self, seconds: float) -> list[EngineEvent]:
        found: list[EngineEvent] = []
        with suppress(queue.Empty):
            found.append(self._events.get(timeout=seconds))
            while True:
                found.append(self._events.get_nowait())
        if not found:
            self._check_scheduler()
        return found

    def end(self, tasks: Sequence[str]) -> None:
        by_worker: dict[str, list[str]] = {}
        for task in tasks:
            by_worker.setdefault(self._workers[task], []).append(task)
        for address, ids in by_worker.items():
            self._submit_to_pool(self._run_on, address, dask_worker.end, ids)

    def kill(self, task: str) -> None:
        future = self._futures.pop(task, None)
        self._workers.pop(task, None)
        if future is not None and self.client.status == "running":
            with suppress(Exception):
                future.cancel(force=True)

    def close(self) -> None:
        """Cancel what is left: workers then end the processes themselves."""
        self._closed.set()
        for task in list(self._futures):
            self.kill(task)
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _check_scheduler(self) -> None:
        silence = time.monotonic() - self._heard
        if self.client.status != "running" or silence > _SILENCE:
            raise HarnessError("the scheduler is gone: what has finished is kept, and the next run goes on from there")

    def _watch_workers(self) -> None:
        while not self._closed.wait(0.0 if not self._known else _POLL):
            if self.client.status != "running":
                return
            try:
                present = self.client.nthreads()
            except Exception:  # of whatever kind: the scheduler's silence tells
                time.sleep(_POLL)
                continue
            self._heard = time.monotonic()
            for address in self._known - present.keys():
                self._known.discard(address)
                self._events.put(Left(address))
            for address in present.keys() - self._known:
                self._known.add(address)
                self._events.put(Seen(address))
                self._submit_to_pool(self._prepare, address, present[address])
            if not present:
                time.sleep(_POLL)

    def _prepare(self, address: str, slots: int) -> None:
        """Let a new worker describe itself, and give it the project where it lacks it."""
        try:
            described = self._run_on(
                address, dask_worker.describe_this_worker, self.archive.digest, self.pythons, self.is_local
            )
            reason = refusal(described)
            if not reason and not described["has_project"]:
                self._run_on(address, dask_worker.receive, self.archive)
        except ModuleNotFoundError as error:
            reason = f"it has no harness of this version (No module named {error.name!r})"
        except HarnessError as error:
            reason = str(error)
        except Exception as error:  # whatever another version, or a worker that is going, makes of it
            reason = f"{type(error).__name__}: {error}"
        self._events.put(Refused(address, reason) if reason else Joined(worker_of(address, slots, described)))

    def _run_on(self, address: str, function: Callable[..., Any], *arguments: Any) -> Any:
        """Call a function in a worker, next to its tasks."""
        return self.client.run(function, *arguments, workers=[address])[address]

    def _fetch(self, task: str, future: Any) -> None:
        """Fetch the result of a task. A worker that dies before is noticed as one that has left."""
        while task in self._futures and not self._closed.is_set():
            try:
                result = future.result(timeout=_FETCH)
            except TimeoutError:
                continue
            except Exception as error:
                if future.status == "error":  # a fault of ours, or of what Dask needs
                    fault = f"{type(error).__name__}: {error}"
                    self._events.put(Ended(task, TaskResult(Exit.BROKEN, {}, fault=fault, may_count=False)))
                return
            self._futures.pop(task, None)
            self._workers.pop(task, None)
            self._events.put(Ended(task, result))
            return

    def _on_event(self, event: tuple[float, Any]) -> None:
        message = event[1]
        if message["task"] in self._futures:
            sighting = Sighting(Phase[message["phase"]], message["recorded"])
            self._events.put(Progressed(message["task"], TaskReport(sighting, message["log"])))

    def _submit_to_pool(self, function: Callable[..., Any], *arguments: Any) -> None:
        with suppress(RuntimeError):  # it was shut down: nobody waits for the answer
            self._pool.submit(function, *arguments)
