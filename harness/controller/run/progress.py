"""Progress of a run: live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from harness.controller.project.layout import Layout
from harness.controller.run.scheduler import EnvironmentRun, is_ready

LINE_INTERVAL = 60.0  # seconds between lines that say how far the cells are


class Progress(Protocol):
    """Something that is told, a few times a second, to look at the jobs again."""

    def update(self) -> None: ...


def make_progress(
    console: Console, jobs: Sequence[EnvironmentRun], cells: Mapping[str, int], layout: Layout
) -> AbstractContextManager[Progress]:
    """The progress that fits where the output goes. `cells` are the numbers of cells by environment."""
    watch = _Watch(jobs, cells, layout)
    if console.is_terminal:
        return _LiveProgress(console, watch)
    return nullcontext(_LineProgress(console, watch))


class _Watch:
    """What can be seen of the jobs from outside: their logs and their streams."""

    def __init__(self, jobs: Sequence[EnvironmentRun], cells: Mapping[str, int], layout: Layout) -> None:
        self.jobs = jobs
        self.cells = cells
        self.layout = layout
        self.began = time.monotonic()

    def step(self, job: EnvironmentRun) -> str:
        """Where a job is, without numbers that change at every look."""
        if job.process is None:
            return "waiting"
        if job.code is not None:
            return f"done (exit code {job.code})"
        name = job.environment.id
        if self.finished(job):
            return "running cells"
        if self.layout.plan_file(name).exists():
            return "importing TensorFlow"
        if is_ready(self.layout, job):
            return "waiting for others"
        if job.log.exists() and "install_deps>" in job.log.read_text(encoding="utf-8", errors="replace"):
            return "installing packages"
        return "making the environment"

    def finished(self, job: EnvironmentRun) -> int:
        """How many cells have an outcome: a stream starts with those that are known from earlier runs."""
        file = self.layout.run_file("stream", job.environment.id, ".jsonl")
        plan = self.layout.plan_file(job.environment.id)
        if job.process is None or not plan.exists() or not file.exists():  # without a plan it is an earlier run's
            return 0
        return min(self.cells[job.environment.id], file.read_bytes().count(b'{"record"'))  # some may be run again

    def line(self, job: EnvironmentRun) -> str:
        step = self.step(job)
        if job.process is None:
            return f"{job.environment.id:<14}{step}"
        cells = f", {self.finished(job)} of {self.cells[job.environment.id]} cells" if step == "running cells" else ""
        return f"{job.environment.id:<14}{step}{cells}, {time.monotonic() - job.began:.0f} s"

    def summary(self) -> str:
        done = sum(job.code is not None for job in self.jobs)
        shares = [
            1.0 if job.code is not None else self.finished(job) / self.cells[job.environment.id] for job in self.jobs
        ]
        share = sum(shares) / len(self.jobs)
        elapsed = time.monotonic() - self.began
        left = f", about {elapsed / share - elapsed:.0f} s left" if 0.1 < share < 1 else ""
        return f"{done} of {len(self.jobs)} environments, {elapsed:.0f} s{left}"


class _LineProgress:
    """One line for each step that a job enters, and one a minute for each job that runs cells."""

    def __init__(self, console: Console, watch: _Watch) -> None:
        self.console = console
        self.watch = watch
        self.steps: dict[str, str] = {}
        self.said = time.monotonic()

    def update(self) -> None:
        for job in self.watch.jobs:
            name, step = job.environment.id, self.watch.step(job)
            if step != self.steps.get(name, "waiting"):
                self.steps[name] = step
                self._say(f"{name}: {step}")
        if time.monotonic() - self.said >= LINE_INTERVAL:
            self.said = time.monotonic()
            for job in self.watch.jobs:
                if job.code is None and self.watch.finished(job):
                    name = job.environment.id
                    self._say(f"{name}: {self.watch.finished(job)} of {self.watch.cells[name]} cells")

    def _say(self, text: str) -> None:
        self.console.print(f"[{self.watch.summary()}] {text}", markup=False, soft_wrap=True)


class _LiveProgress:
    """A line for each active job and one for the whole, drawn over and over."""

    def __init__(self, console: Console, watch: _Watch) -> None:
        self.watch = watch
        self.live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> _LiveProgress:
        self.live.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self.live.stop()

    def update(self) -> None:
        active = [job for job in self.watch.jobs if job.process is not None and job.code is None]
        lines = [Text(self.watch.line(job)) for job in active]
        self.live.update(Group(*lines, Text(self.watch.summary(), "bold")))
