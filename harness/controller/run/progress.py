"""Progress of a run: live lines in a terminal, a few lines in a log."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Protocol

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.run.observer import RunObserver, duration_text

LINE_INTERVAL = 10.0  # seconds between lines of a log, but for those about an environment's begin and end
_NAME = 14  # characters


class Progress(Protocol):
    """Something that looks at the environments again, a few times a second."""

    def update(self) -> None: ...


def make_progress(
    console: Console,
    runs: Sequence[EnvironmentRun],
    cells: Mapping[str, int],
    seconds: Mapping[str, float],
    clock: Callable[[], float] = time.monotonic,
) -> AbstractContextManager[Progress]:
    """The progress that fits where the output goes.

    `cells` are the numbers of cells by environment, `seconds` how long one of them is expected to take.
    """
    observer = RunObserver(runs, cells, seconds, clock)
    folder = runs[0].files.log.parent
    count = f"{len(runs)} environment{'s' if len(runs) > 1 else ''}, {sum(cells.values())} cells"
    console.print(f"{count}; logs: {folder}", markup=False, soft_wrap=True)
    if console.is_terminal:
        return _LiveProgress(console, observer)
    return nullcontext(_LineProgress(console, observer))


class _LineProgress:
    """A line when an environment begins and when it ends, and every ten seconds one on all that are under way."""

    def __init__(self, console: Console, observer: RunObserver) -> None:
        self.console = console
        self.observer = observer
        self.begun: set[str] = set()
        self.ended: set[str] = set()
        self.printed = observer.clock()

    def update(self) -> None:
        self.observer.observe()
        for run in self.observer.runs:
            name = run.environment.id
            if run.started and name not in self.begun:
                self.begun.add(name)
                self._print(f"{name}: begins{_where(run)}")
            if run.code is not None and name not in self.ended:
                self.ended.add(name)
                seconds = duration_text(self.observer.clock() - run.began)
                self._print(f"{name}: done after {seconds} (exit code {run.code})")
        if self.observer.active and self.observer.clock() - self.printed >= LINE_INTERVAL:
            steps = [f"{run.environment.id}{_where(run)}: {self.observer.step(run)}" for run in self.observer.active]
            self._print("; ".join(steps))

    def _print(self, text: str) -> None:
        self.printed = self.observer.clock()
        self.console.print(f"[{self.observer.summary()}] {text}", markup=False, soft_wrap=True)


def _where(run: EnvironmentRun) -> str:
    """The machine of a run, where it is another one."""
    return f" on {run.host}" if run.host else ""


class _LiveProgress:
    """A line for each active environment and one for the whole, drawn over and over."""

    def __init__(self, console: Console, observer: RunObserver) -> None:
        self.observer = observer
        self.live = Live(console=console, refresh_per_second=4, transient=True)

    def __enter__(self) -> _LiveProgress:
        self.live.__enter__()
        return self

    def __exit__(self, *reason: object) -> None:
        self.live.stop()

    def update(self) -> None:
        lines = [self._line(run) for run in self.observer.active]
        self.live.update(Group(*lines, Text(self.observer.summary(), "bold", no_wrap=True, overflow="ellipsis")))

    def _line(self, run: EnvironmentRun) -> Text:
        elapsed = duration_text(self.observer.clock() - run.began)
        text = f"{run.environment.id:<{_NAME}}{elapsed:>10}  {self.observer.step(run)}{_where(run)}"
        return Text(text, no_wrap=True, overflow="ellipsis")
