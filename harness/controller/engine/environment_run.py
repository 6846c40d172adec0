"""One environment of a run, as every engine keeps it up to date."""

from __future__ import annotations

from dataclasses import dataclass

from harness.controller.engine.machine_facts import Machine
from harness.controller.project.layout import Phase, RunFiles
from harness.controller.project.matrix import Environment


@dataclass(frozen=True)
class Sighting:
    """The state of an environment that runs on another machine, as reported last."""

    phase: Phase
    recorded: int


@dataclass
class EnvironmentRun:
    """One environment of a run: when it began, and its exit code once it has ended.

    `requires` is what its cases require. `host` is the machine that it runs on, empty for this one; `sighted` is what
    that machine reported, and `machine` its facts, once it has ended. `fault` is why it has no outcomes where the
    environment is not to blame.
    """

    environment: Environment
    files: RunFiles
    installed: bool = False  # whether it needs only be started
    requires: frozenset[str] = frozenset()
    started: bool = False
    began: float = 0.0
    code: int | None = None
    host: str = ""
    machine: Machine | None = None
    sighted: Sighting | None = None
    fault: str = ""

    @property
    def is_made(self) -> bool:
        """Whether the environment exists: its worker runs cells or waits for a slot."""
        return self.phase() is not Phase.MAKING

    def phase(self) -> Phase:
        """How far it is."""
        return self.sighted.phase if self.sighted else self.files.phase()

    def recorded(self) -> int:
        """The number of its cells that have an outcome."""
        return self.sighted.recorded if self.sighted else self.files.recorded()
