"""What a column leaves for the next run to tell, without starting anything, that nothing has changed since.

It vouches for the environment as it was when uv was asked what is in it, and for the run's files by their content.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from harness.contract.plan import Plan
from harness.controller.digests import file_digest
from harness.controller.environments.fingerprint import fingerprint, has_interpreter
from harness.controller.environments.installed import is_made_from
from harness.controller.files import write_atomically
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import Column, EnvironmentFacts
from harness.controller.worker.outcome_cache import is_answer
from harness.controller.worker.reconcile import Recorded

_FILES = ("run", "details")


@dataclass(frozen=True)
class Stamp:
    """The `state` of an environment, its content and facts; of a run in which all cells answered its basis and files.

    `files` are the digests of its document and its details.
    """

    state: str
    content: str
    facts: EnvironmentFacts
    basis: str | None = None
    files: tuple[str, ...] = ()

    def is_installed(self, environment: Environment, layout: Layout) -> bool:
        """Whether the environment is there as it was, made from its lock and of the release in the matrix."""
        prefix = layout.environments / environment.id
        return (
            (self.facts.tensorflow, self.facts.distribution) == (environment.tensorflow, environment.distribution)
            and has_interpreter(environment, prefix)
            and is_made_from(prefix, layout.lock(environment))
            and self.state == fingerprint(prefix)
        )

    def has_left(self, layout: Layout, basis: str) -> bool:
        """Whether the files that lie there are those of a run with this basis."""
        return self.basis == basis and self.files == _digests(layout, self.facts.id)


def write_stamp(
    layout: Layout, state: tuple[str, str], basis: str, plan: Plan, column: Column, recorded: Recorded
) -> None:
    """Note what was found and written. `state` holds the environment's fingerprint and its content."""
    facts = column.environment
    settled = Stamp(*state, facts)
    answered = {key for key, record in recorded.records.items() if is_answer(record)}
    if column.cells.keys() == answered == set(plan.all_cells()):
        settled = Stamp(*state, facts, basis, _digests(layout, facts.id))
    file = _file(layout, facts.id)
    if facts.failed:
        file.unlink(missing_ok=True)
    else:
        write_atomically(file, json.dumps(asdict(settled)) + "\n")


def read_stamp(layout: Layout, environment: str) -> Stamp | None:
    """What the last column noted; None where there is nothing that can be read."""
    try:
        data = json.loads(_file(layout, environment).read_text(encoding="utf-8"))
        facts = EnvironmentFacts(**data["facts"])
        facts.check()
        return Stamp(data["state"], data["content"], facts, data["basis"], tuple(data["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _digests(layout: Layout, environment: str) -> tuple[str, ...]:
    return tuple(file_digest(layout.run_file(folder, environment, ".json")) for folder in _FILES)


def _file(layout: Layout, environment: str) -> Path:
    return layout.run_file("settled", environment, ".json")
