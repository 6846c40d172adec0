"""The seam between a run and the machines that it runs on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.project.layout import Layout
from harness.controller.worker.options import WorkerOptions


class Engine(Protocol):
    """Runs environments. Whatever machine they ran on, their files below `.harness/` are those of a run here."""

    def run(
        self,
        layout: Layout,
        runs: Sequence[EnvironmentRun],
        options: WorkerOptions,
        limit: int | None,
        watch: Callable[[], None],
    ) -> bool:
        """Run all environments, at most `limit` side by side, calling `watch` a few times a second.

        The runs are in the order of their expected durations, the longest first, and each gets its exit code. Returns
        True if interrupted. Raises HarnessError where the machines can no longer be reached; what has finished is kept.
        """
        ...
