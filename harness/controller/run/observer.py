"""A run as it is seen from outside, by its environments' logs and files: steps, cells, and the time that is left."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.environments.install_log import installation_step
from harness.controller.project.layout import Phase

_RETRY = re.compile(r"^\S+: (\d+) .*: (retry \d+ of \d+)$", re.MULTILINE)
_ENOUGH = 0.05  # of the work, before the time that is left is printed


@dataclass
class RunObserver:
    """What is known of a run while it is under way.

    `cells` are the numbers of cells by environment, `seconds` how long one of them is expected to take. `clock` gives
    seconds.
    """

    runs: Sequence[EnvironmentRun]
    cells: Mapping[str, int]
    seconds: Mapping[str, float]
    clock: Callable[[], float]
    began: float = field(init=False)
    _cached: dict[str, int] = field(init=False, default_factory=dict)
    _finished: dict[str, int] = field(init=False, default_factory=dict)
    _cells_began: float = field(init=False)

    def __post_init__(self) -> None:
        self.began = self._cells_began = self.clock()

    @property
    def active(self) -> list[EnvironmentRun]:
        return [run for run in self.runs if run.started and run.code is None]

    @property
    def ended(self) -> list[EnvironmentRun]:
        return [run for run in self.runs if run.code is not None]

    def step(self, run: EnvironmentRun) -> str:
        """The step that an environment is at, and how far."""
        if not run.started:
            return "not started"
        phase, log = run.phase(), run.files.log
        text = log.read_text(encoding="utf-8", errors="replace") if log.exists() else ""
        if phase is Phase.MAKING:
            return installation_step(text, run.environment.id)
        if phase is Phase.IMPORTING:
            return f"importing {run.environment.subject.title}"
        if phase is Phase.READY:
            return str(phase.value)
        retries = _RETRY.findall(text)
        if retries:
            number, which = retries[-1]
            return f"{which}: {number} cells differ from the baseline"
        return f"{phase.value}: {self.finished(run)} of {self.cells[run.environment.id]}"

    def finished(self, run: EnvironmentRun) -> int:
        """How many cells have an outcome. A stream starts with the cached ones."""
        if not run.started:
            return 0
        return min(self.cells[run.environment.id], run.recorded())  # some may be retried

    def observe(self) -> None:
        """Look at the cells: to be called often, so that cached ones, which are there at once, count as no work."""
        for run in self.runs:
            self._finished[run.environment.id] = number = self.finished(run)
            if number:
                self._cached.setdefault(run.environment.id, number)
        if not self._work()[0]:
            self._cells_began = self.clock()

    def summary(self) -> str:
        """`2 of 5 environments, 512 of 935 cells, 1 min 12 s, about 50 s left`."""
        self.observe()
        whole = sum(self.cells[run.environment.id] for run in self.runs)
        parts = [
            f"{len(self.ended)} of {len(self.runs)} environments",
            f"{sum(self._finished.values())} of {whole} cells",
            duration_text(self.clock() - self.began),
        ]
        left = self._seconds_left()
        return ", ".join([*parts, *([f"about {duration_text(left, 5)} left"] if left is not None else [])])

    def _seconds_left(self) -> float | None:
        """By the pace of the cells that were run so far; None where these are too few."""
        done, whole = self._work()
        if not _ENOUGH * whole < done < whole:
            return None
        return (self.clock() - self._cells_began) / done * (whole - done)

    def _work(self) -> tuple[float, float]:
        """The expected seconds of the cells that were run so far, and of all that are not cached."""
        done = whole = 0.0
        for run in self.runs:
            name = run.environment.id
            weight, cached = self.seconds[name], self._cached.get(name, 0)
            whole += weight * (self.cells[name] - cached)
            done += weight * ((self.cells[name] if run.code is not None else self._finished.get(name, 0)) - cached)
        return done, whole


def duration_text(seconds: float, step: int = 1) -> str:
    """`45 s` or `2 min 5 s`, rounded up to a multiple of `step` seconds."""
    minutes, rest = divmod(-(-int(seconds + 0.999) // step) * step, 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
