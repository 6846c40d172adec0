"""Looking at an installed environment before anything runs in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.controller.environments.fingerprint import content, fingerprint
from harness.controller.environments.installed import facts
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import EnvironmentFacts


@dataclass(frozen=True)
class Inspection:
    """The facts of an installed environment; its `fingerprint` (quick: sizes and dates) and its `content`."""

    fingerprint: str
    content: str
    facts: EnvironmentFacts


def inspect(environment: Environment, prefix: Path) -> Inspection:
    """Inspect the environment at `prefix`. Raises HarnessError where the release is not in it as the matrix says."""
    # In this order: what changes after the fingerprint was taken is noticed by the next run.
    return Inspection(fingerprint(prefix), content(prefix), facts(environment, prefix))


def has_changed(inspection: Inspection, prefix: Path) -> bool:
    """Whether the environment is no longer as it was inspected."""
    try:
        return fingerprint(prefix) != inspection.fingerprint
    except OSError:  # somebody is removing it
        return True
