"""Progress of a run: live lines in a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from harness.controller.project.layout import Phase
from harness.controller.run.scheduler import EnvironmentRun

LINE_INTERVAL = 60.0  # seconds between lines about the cells


class Progress(Protocol):
    """Something that looks at the environments again, a few times a second."""

    def update(self) -> None: ...


def make_progress(
    console: Console, runs: Sequence[EnvironmentRun], cells: Mapping[str, int]
) -> AbstractContextManager[Progress]:
    """The progress that fits where the output goes. `cells` are the numbers of cells by environment."""
    watch = _Watch(runs, cells)
    if console.is_terminal:
        return _LiveProgress(console, watch)
    return nullcontext(_LineProgress(console, watch))


class _Watch:
    """A run as it is seen from outside: by the environments' logs and files."""

    def __init__(self, runs: Sequence[EnvironmentRun], cells: Mapping[str, int]) -> None:
        self.runs = runs
        self.cells = cells
        self.began = time.monotonic()

    def step(self, run: EnvironmentRun) -> str:
        """The step that an environment is at, without numbers that change at every look."""
        if run.process is None:
            return "waiting"
        if run.code is not None:
            return f"done (exit code {run.code})"
        phase, log = run.files.phase(), run.files.log
        if phase is not Phase.MAKING:
            return str(phase.value)
        if log.exists() and "install_deps>" in log.read_text(encoding="utf-8", errors="replace"):
            return "installing packages"
        return str(phase.value)

    def finished(self, run: EnvironmentRun) -> int:
        """The number of cells with an outcome. A stream starts with the cached ones."""
        if run.process is None:
            return 0
        return min(self.cells[run.environment.id], run.files.recorded())  # some may be retried

    def line(self, run: EnvironmentRun) -> str:
        step = self.step(run)
        if run.process is None:
            return f"{run.environment.id:<14}{step}"
        is_running = step == Phase.RUNNING.value
        cells = f", {self.finished(run)} of {self.cells[run.environment.id]} cells" if is_running else ""
        return f"{run.environment.id:<14}{step}{cells}, {time.monotonic() - run.began:.0f} s"

    def summary(self) -> str:
        done = sum(run.code is not None for run in self.runs)
        shares = [
            1.0 if run.code is not None else self.finished(run) / self.cells[run.environment.id] for run in self.runs
        ]
        share = sum(shares) / len(self.runs)
        elapsed = time.monotonic() - self.began
        left = f", about {elapsed / share - elapsed:.0f} s left" if 0.1 < share < 1 else ""
        return f"{done} of {len(self.runs)} environments, {elapsed:.0f} s{left}"


class _LineProgress:
    """A line for each step that an environment enters, and one a minute for each that runs cells."""

    def __init__(self, console: Console, watch: _Watch) -> None:
        self.console = console
        self.watch = watch
        self.steps: dict[str, str] = {}
        self.reported = time.monotonic()

    def update(self) -> None:
        for run in self.watch.runs:
            name, step = run.environment.id, self.watch.step(run)
            if step != self.steps.get(name, "waiting"):
                self.steps[name] = step
                self._print(f"{name}: {step}")
        if time.monotonic() - self.reported >= LINE_INTERVAL:
            self.reported = time.monotonic()
            for run in self.watch.runs:
                if run.code is None and self.watch.finished(run):
                    name = run.environment.id
                    self._print(f"{name}: {self.watch.finished(run)} of {self.watch.cells[name]} cells")

    def _print(self, text: str) -> None:
        self.console.print(f"[{self.watch.summary()}] {text}", markup=False, soft_wrap=True)


class _LiveProgress:
    """A line for each active environment and one for the whole, drawn over and over."""

    def __init__(self, console: Console, watch: _Watch) -> None:
        self.watch = watch
        self.live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> _LiveProgress:
        self.live.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self.live.stop()

    def update(self) -> None:
        active = [run for run in self.watch.runs if run.process is not None and run.code is None]
        lines = [Text(self.watch.line(run)) for run in active]
        self.live.update(Group(*lines, Text(self.watch.summary(), "bold")))
