"""The engine of this machine: one tox for each environment, a few at a time."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.process import EngineProcess, tox_command
from harness.controller.environments.installed import is_half_made
from harness.controller.project.layout import Layout
from harness.controller.worker.options import WorkerOptions

_POLL = 0.2  # seconds
_WAITING = 16  # environments that are made and wait, each a process of some 60 MB
_PATIENCE = 30.0  # seconds that an interrupted tox has to end in order
_MEMORY = 3 * 1024**3 // 2  # bytes that the processes of one environment need, twice over (benchmarks/memory.py)
_CONTAINER = Path("/sys/fs/cgroup/memory.max")


class LocalEngine:
    """Runs environments on this machine.

    The cells of `limit` environments run at a time: the workers see to that themselves, in the order of the runs. At
    the same time as many others that are installed already are started, and others are made, one a core at most: more
    of them would all be late. An environment that is made and waits costs memory, so that their number is limited too.
    """

    def run(
        self,
        layout: Layout,
        runs: Sequence[EnvironmentRun],
        options: WorkerOptions,
        limit: int | None,
        watch: Callable[[], None],
    ) -> bool:
        batch = _LocalBatch(layout, options, limit or _default_limit(), runs)
        try:
            while batch.goes_on():
                watch()
                time.sleep(_POLL)
        except KeyboardInterrupt:
            batch.interrupt()
            return True
        except BaseException:
            batch.interrupt()
            raise
        return False


@dataclass
class _LocalBatch:
    """The environments of one call: those that wait, and the processes of those that were started."""

    layout: Layout
    options: WorkerOptions
    limit: int
    runs: Sequence[EnvironmentRun]
    active: list[tuple[EnvironmentRun, EngineProcess]] = field(init=False, default_factory=list)

    def __post_init__(self) -> None:
        self.waiting = list(self.runs)
        self.ranks = {id(run): rank for rank, run in enumerate(self.runs)}
        self.cores = len(os.sched_getaffinity(0))

    def goes_on(self) -> bool:
        """Start what may start, and reap what has ended. Returns False once all have ended."""
        for run in list(self.waiting):
            most = self.limit if run.installed else min(self.limit, self.cores)
            if len(self.active) < 2 * self.limit + _WAITING and self._being_made(run.installed) < most:
                self.waiting.remove(run)
                self._start(run)
        for run, process in list(self.active):
            if process.has_ended():
                self._reap(run, process)
                self.active.remove((run, process))
        return bool(self.waiting or self.active)

    def interrupt(self) -> None:
        """Let the environments end in order, or, once they are out of time or we are interrupted again, at once."""
        for _, process in self.active:
            process.interrupt()
        deadline = time.monotonic() + _PATIENCE
        for _, process in self.active:
            try:
                process.wait(deadline - time.monotonic())
            except (subprocess.TimeoutExpired, KeyboardInterrupt):
                deadline = 0.0
                process.kill()
        for run, process in self.active:  # not before all have ended, as it may take a while
            self._reap(run, process)

    def _being_made(self, installed: bool) -> int:
        """The number of started runs without cells so far, among those installed before or those that were not."""
        return sum(run.installed == installed and not run.is_made for run, _ in self.active)

    def _start(self, run: EnvironmentRun) -> None:
        run.files.forget_run()
        options = replace(self.options, side_by_side=self.limit, rank=self.ranks[id(run)])
        process = EngineProcess(tox_command(self.layout, run.environment.id, options), self.layout.root, run.files.log)
        run.started, run.began = True, process.began
        self.active.append((run, process))

    def _reap(self, run: EnvironmentRun, process: EngineProcess) -> None:
        run.code = process.reap()
        remove_half_made(self.layout, run.environment.id)


def remove_half_made(layout: Layout, environment: str) -> None:
    """Remove an environment that was not made to its end: at once, as its room may be what the others lack."""
    prefix = layout.environments / environment
    if is_half_made(prefix):
        shutil.rmtree(prefix, ignore_errors=True)


def _default_limit() -> int:
    """Half as many again as there are cores, which then wait for no fork and no file; fewer where memory is short."""
    return max(1, min(len(os.sched_getaffinity(0)) * 3 // 2, _memory() // _MEMORY))


def _memory() -> int:
    """Bytes of memory of this machine, or of the container that we are in."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    try:
        return min(whole, int(_CONTAINER.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no container, or its limit is `max`
        return whole
