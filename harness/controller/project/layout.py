"""Where everything is below a project's root."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from harness.controller.errors import UsageError
from harness.controller.project import matrix as matrices
from harness.controller.project.matrix import Environment

if TYPE_CHECKING:
    pass


@dataclass(frozen=True)
class Layout:
    """Where everything is below a project's root."""

    root: Path

    def lock(self, environment: Environment) -> Path:
        """The environment's exact packages: what is resolved anew for each run stays out of git."""
        folder = self.state / "resolved" if environment.lane else self.root / "locks"
        return folder / f"{environment.id}.txt"

    @property
    def results(self) -> Path:
        return self.root / "results"

    @property
    def history(self) -> Path:
        return self.results / "history.csv"

    @property
    def state(self) -> Path:
        """What is kept of runs, out of git."""
        return self.root / ".harness"

    @property
    def checked(self) -> Path:
        """The cases that were found without fault."""
        return self.state / "cases.json"

    @property
    def environments(self) -> Path:
        """Where tox keeps them."""
        return self.root / ".tox"

    @property
    def run(self) -> Path:
        return self.state / "run"

    def plan_file(self, environment: str) -> Path:
        """Where an environment's plan lies once it has come to its cells."""
        return self.run_file("plan", environment, ".json")

    def run_file(self, folder: str, environment: str, suffix: str) -> Path:
        return self.state / folder / f"{environment}{suffix}"


def find_root(start: Path) -> Path:
    """The nearest folder from `start` up that holds a matrix.yaml. Raises UsageError where there is none."""
    for folder in (start, *start.parents):
        if (folder / matrices.FILE).is_file():
            return folder
    raise UsageError(f"no {matrices.FILE} in {start} or above it: name the project's folder with --root")
