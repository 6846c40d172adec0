"""Where the steps of a search are taken: in one environment on this machine, or, in `elsewhere`, on others."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from harness.contract.records import Outcome
from harness.controller.audit.script_process import ScriptProcess, run_side_by_side
from harness.controller.audit.traceback_match import as_outcome, read_traceback
from harness.controller.bisect.forked_scripts import run_scripts_forked
from harness.controller.bisect.package_set import PackageSet
from harness.controller.bisect.probe_environment import ProbeEnvironment
from harness.controller.bisect.probe_question import ProbeQuestion
from harness.controller.environments.prerequisites import cells_path
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment, Matrix

# Seconds in addition to a cell's own: its process imports all packages, and in a new environment compiles them first.
_IMPORTING = {False: 300.0, True: 900.0}


@dataclass(frozen=True)
class ProbeStep:
    """Scripts to run on a set of packages: `fresh` in a new environment, `forked` each in a fork of one process."""

    questions: Sequence[ProbeQuestion]
    packages: PackageSet
    fresh: bool = False
    forked: bool = False


class ProbePlace(Protocol):
    """Takes steps, one at a time, between `open` and `close`. Counts how often an environment was made or changed."""

    @property
    def made(self) -> int: ...

    @property
    def changed(self) -> int: ...

    def open(self) -> None:
        """Get ready. Raises UsageError or HarnessError where that fails."""
        ...

    def outcomes(self, step: ProbeStep) -> list[Outcome]:
        """The outcome of each script. Raises NotInstallable where uv cannot install the packages, or HarnessError."""
        ...

    def close(self) -> None:
        """Leave nothing running, and no environment that nobody needs."""
        ...


class LocalPlace:
    """Takes steps in one environment on this machine, on behalf of one of the matrix, whose variables scripts have."""

    def __init__(self, layout: Layout, matrix: Matrix, environment: Environment, held: ProbeEnvironment) -> None:
        self._layout = layout
        self._matrix = matrix
        self._environment = environment
        self._held = held

    @property
    def made(self) -> int:
        return self._held.made

    @property
    def changed(self) -> int:
        return self._held.changed

    def open(self) -> None:
        self._held.remove()  # of a search that was killed

    def outcomes(self, step: ProbeStep) -> list[Outcome]:
        self._held.install(step.packages, step.fresh)
        if not step.forked:
            return [self._alone(question) for question in step.questions]
        with tempfile.TemporaryDirectory() as folder:
            return run_scripts_forked(step.questions, self._matrix.subject.preload, Path(folder), self._start)

    def close(self) -> None:
        self._held.remove()

    def _alone(self, question: ProbeQuestion) -> Outcome:
        name = question.case or "imported"

        def start(script: str) -> ScriptProcess:
            return self._start(name, script, question.seconds)

        ((_, process, ended),) = run_side_by_side([question.script], start, jobs=1)
        raised = read_traceback(ended.errors, str(process.file), question.script)
        return as_outcome((question.case, question.path), ended, raised)

    def _start(self, name: str, script: str, seconds: float) -> ScriptProcess:
        """Start a script in the environment as it is."""
        path, limit = cells_path(self._layout.state), seconds + _IMPORTING[self._held.is_new]
        self._held.is_new = False
        output = self._matrix.output_limit
        return ScriptProcess(self._environment, self._held.prefix, path, name, script, limit, output)
