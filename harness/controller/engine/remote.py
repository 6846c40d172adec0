"""The engine of other machines: it hands environments to workers, and brings back what they leave."""

from __future__ import annotations

import math
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from harness.controller.engine.archive import Archive, pack_project
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.machine_facts import Machine
from harness.controller.engine.placement import MOST_DEATHS, Attempts, Placement, Worker
from harness.controller.engine.task import TaskResult
from harness.controller.engine.transport import (
    Connection,
    Ended,
    EngineEvent,
    Joined,
    Left,
    Progressed,
    Refused,
    Seen,
    Transport,
)
from harness.controller.engine.workload import CellsWorkload, Workload
from harness.controller.errors import Exit, HarnessError
from harness.controller.project.layout import Layout
from harness.controller.project.loader import Project
from harness.controller.worker.options import WorkerOptions

_POLL = 0.2  # seconds
_PATIENCE = 40.0  # seconds that interrupted workers have: a little longer than they give what runs there
_DESCRIBES = 10.0  # seconds that workers have to describe themselves, before others are given environments
_COMES_BACK = 10.0  # seconds in which a worker that was lost may be started again
_NO_WORKER = 300.0  # seconds without any worker until a run gives up: a queue may take its time


@dataclass(frozen=True)
class RemoteEngine:
    """Runs environments on other machines. `say` gets a sentence on whatever goes wrong there."""

    project: Project
    transport: Transport
    say: Callable[[str], None]

    def run(
        self,
        layout: Layout,
        runs: Sequence[EnvironmentRun],
        options: WorkerOptions,
        limit: int | None,
        watch: Callable[[], None],
    ) -> bool:
        return self.perform(runs, CellsWorkload(options), limit, watch)

    def perform(
        self, runs: Sequence[EnvironmentRun], work: Workload, limit: int | None, watch: Callable[[], None]
    ) -> bool:
        """Do some work in each environment, as `run` does its cells."""
        with self.connected([run.environment.python for run in runs]) as session:
            return session.perform(runs, work, limit, watch)

    @contextmanager
    def connected(self, pythons: Iterable[str]) -> Iterator[RemoteSession]:
        """Connect to workers once, for work that depends on what came before. Raises UsageError, or HarnessError."""
        archive = pack_project(self.project)
        with self.transport.connect(archive, sorted(set(pythons))) as connection:
            yield RemoteSession(self.project.layout, archive, connection, self.say)


class RemoteSession:
    """Workers of one connection, the environments that wait for one, and the tasks of those that are under way."""

    def __init__(self, layout: Layout, archive: Archive, connection: Connection, say: Callable[[str], None]) -> None:
        self.layout = layout
        self.archive = archive
        self.connection = connection
        self.say = say
        self.placement = Placement(say)
        self.asked: set[str] = set()  # workers that have not described themselves so far
        self.refused: dict[str, str] = {}
        self.began = self.alone_since = time.monotonic()
        self.lost_at = -math.inf
        self.has_said_so = False  # that no worker is there
        self.active: dict[str, tuple[EnvironmentRun, Worker]] = {}

    def perform(
        self, runs: Sequence[EnvironmentRun], work: Workload, limit: int | None, watch: Callable[[], None]
    ) -> bool:
        """Do some work in each environment, to the end or until interrupted: then True, and nothing more can be done.

        Raises HarnessError where the machines can no longer be reached.
        """
        self.work, self.limit, self.waiting = work, limit, list(runs)
        self.attempts = {run.environment.id: Attempts() for run in runs}
        self.order = {run.environment.id: place for place, run in enumerate(runs)}
        self.alone_since = time.monotonic()
        try:
            while self._goes_on():
                watch()
                for event in self.connection.events(_POLL):
                    self._handle(event)
        except KeyboardInterrupt:
            self._interrupt()
            return True
        return False

    def _goes_on(self) -> bool:
        """Hand out what finds a free slot. Returns False once all have ended."""
        if not self._waits_for_descriptions():
            room = len(self.waiting) if self.limit is None else self.limit - len(self.active)
            for run, worker in self.placement.assign(self.waiting, self.attempts)[: max(0, room)]:
                self._hand_out(run, worker)
        self._give_up_faulty()
        if self.placement.usable or self.active or self.asked:
            self.alone_since = time.monotonic()
        else:
            self._give_up_without_workers()
        return bool(self.waiting or self.active)

    def _waits_for_descriptions(self) -> bool:
        """Whether the first environments wait, a moment, for all workers to say which environments they have."""
        return bool(self.asked) and time.monotonic() - self.began < _DESCRIBES

    def _handle(self, event: EngineEvent) -> None:
        """Take note of what has happened."""
        if isinstance(event, Seen):
            self.asked.add(event.address)
        elif isinstance(event, Joined):
            self.asked.discard(event.worker.address)
            self.placement.add(event.worker)
        elif isinstance(event, Refused):
            self.asked.discard(event.address)
            self.refused[event.address] = event.reason
            self.say(f"worker {event.address} is not used: {event.reason}")
        elif isinstance(event, Left):
            self._lose(event.address)
        elif event.task in self.active:  # else it is of an attempt that was given up
            if isinstance(event, Progressed):
                run = self.active[event.task][0]
                run.sighted = event.report.sighting
                _append(self.work.log(run.files), event.report.log)
            elif isinstance(event, Ended):
                self._end(event.task, event.result)

    def _hand_out(self, run: EnvironmentRun, worker: Worker) -> None:
        if not run.started:
            self.work.forget(run.files)
            self.work.log(run.files).parent.mkdir(parents=True, exist_ok=True)
            self.work.log(run.files).write_bytes(b"")
            run.started = True
        run.began, run.host, run.sighted = time.monotonic(), worker.host, None
        task = self.work.task(self.layout, run.files, uuid.uuid4().hex, self.archive.digest)
        self.active[task.id] = (run, worker)
        self.waiting.remove(run)
        self.placement.began(worker.address)
        self.connection.submit(task, worker.address)

    def _end(self, task: str, result: TaskResult) -> None:
        run, worker = self.active.pop(task)
        name, attempts = run.environment.id, self.attempts[run.environment.id]
        self.placement.ended(worker.address, name, result.fault)
        if result.fault:
            attempts.faulty.append(worker.host)
            attempts.result = result
            if self.placement.has_place_for(run, attempts):
                self.say(f"{name}: runs elsewhere, as on {worker.host} {result.fault}")
            self._wait_again(run)
        else:
            self._keep(run, result)

    def _give_up_faulty(self) -> None:
        """End the environments that failed on every machine there is. One that was lost may come back in a moment."""
        if self.asked or time.monotonic() - self.lost_at < _COMES_BACK:
            return
        for run in list(self.waiting):
            attempts = self.attempts[run.environment.id]
            if attempts.result is None or self.placement.has_place_for(run, attempts):
                continue
            self.waiting.remove(run)
            if attempts.result.may_count:
                self._keep(run, attempts.result)
            else:
                run.fault, run.code = f"{attempts.result.fault} on {' and '.join(attempts.faulty)}", Exit.BROKEN
                self.work.keep_log(self.layout, run.files, attempts.result)

    def _keep(self, run: EnvironmentRun, result: TaskResult) -> None:
        """Take over what a task has left."""
        try:
            self.work.keep(self.layout, run.files, result)
        except HarnessError as error:
            run.fault, run.code = f"{run.host}: {error}", Exit.BROKEN
            return
        run.code, run.machine = result.code, Machine.from_json(dict(result.machine))
        run.host = run.machine.host

    def _lose(self, address: str) -> None:
        """A worker has died or left: what it was busy with runs elsewhere."""
        self.placement.remove(address)
        self.asked.discard(address)
        self.refused.pop(address, None)
        self.lost_at = time.monotonic()
        for task, (run, worker) in list(self.active.items()):
            if worker.address != address:
                continue
            del self.active[task]
            self.connection.kill(task)
            attempts = self.attempts[run.environment.id]
            attempts.deaths += 1
            if attempts.deaths >= MOST_DEATHS:
                run.fault, run.code = f"{attempts.deaths} workers died with it, the last on {worker.host}", Exit.BROKEN
                continue
            self.say(f"{run.environment.id}: runs again, as its worker on {worker.host} was lost")
            self._wait_again(run)

    def _wait_again(self, run: EnvironmentRun) -> None:
        self.waiting.append(run)
        self.waiting.sort(key=lambda each: self.order[each.environment.id])

    def _give_up_without_workers(self) -> None:
        """End what waits where no worker can do it. Raises HarnessError where none has ever come."""
        waited = time.monotonic() - self.alone_since
        if waited > _COMES_BACK and not self.has_said_so:
            self.has_said_so = True
            self.say("no worker so far: the run waits for one")
        patience = _COMES_BACK if self.refused else _NO_WORKER
        if not self.placement.left_out and waited < patience:
            return
        if self.placement.left_out:
            reason = f"no worker is left: {', '.join(self.placement.left_out)} failed too often"
        elif self.refused:
            reason = f"no worker can be used: {'; '.join(sorted(set(self.refused.values())))}"
        else:
            reason = f"no worker in {_NO_WORKER:.0f} s"
        if not any(run.started for run in self.waiting) and not self.placement.left_out:
            raise HarnessError(reason)
        for run in self.waiting:
            run.fault, run.code, run.started = reason, Exit.BROKEN, True
        self.waiting.clear()

    def _interrupt(self) -> None:
        """Let the tasks end in order, and keep what they finished; those that take too long are killed at the end."""
        self.connection.end(list(self.active))
        deadline = time.monotonic() + _PATIENCE
        try:
            while self.active and time.monotonic() < deadline:
                for event in self.connection.events(_POLL):
                    if isinstance(event, Ended) and event.task in self.active:
                        run, _ = self.active.pop(event.task)
                        self._keep_interrupted(run, event.result)
                    elif isinstance(event, Left):
                        self.active = {k: v for k, v in self.active.items() if v[1].address != event.address}
        except KeyboardInterrupt:
            pass
        for task, (run, _) in self.active.items():
            run.code = Exit.INTERRUPTED
            self.connection.kill(task)

    def _keep_interrupted(self, run: EnvironmentRun, result: TaskResult) -> None:
        if result.may_count:
            self._keep(run, result)
        else:
            run.code = Exit.INTERRUPTED


def _append(log: Path, text: str) -> None:
    """Show what is new in the log of an environment, until the whole of it comes back."""
    if text:
        with open(log, "a", encoding="utf-8") as handle:
            handle.write(text)
