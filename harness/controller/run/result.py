"""The result of one environment of a run."""

from __future__ import annotations

from dataclasses import dataclass

from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.environments.installed import is_made_from
from harness.controller.errors import Exit
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column


@dataclass(frozen=True)
class RunResult:
    """An environment's run with its column, None where the environment did not come to its cells."""

    run: EnvironmentRun
    column: Column | None

    @property
    def environment(self) -> Environment:
        return self.run.environment


def environment_run(
    layout: Layout, environment: Environment, code: Exit | None = None, requires: frozenset[str] = frozenset()
) -> EnvironmentRun:
    """The run of an environment; `code` where it has ended already."""
    installed = not environment.lane and is_made_from(layout.environments / environment.id, layout.lock(environment))
    return EnvironmentRun(environment, layout.files(environment.id), installed, requires, code=code)
