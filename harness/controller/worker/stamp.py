"""The stamp: a file that lets the next run skip an environment in which nothing has changed.

It vouches for the environment as it was when uv listed its packages, and for the run's files by their content.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from harness.controller.digests import file_digest
from harness.controller.environments.fingerprint import fingerprint, has_interpreter
from harness.controller.environments.installed import is_made_from
from harness.controller.files import write_atomically
from harness.controller.project.layout import Layout, RunFiles
from harness.controller.project.matrix import Environment
from harness.controller.results.documents import EnvironmentFacts
from harness.controller.worker.inspection import Inspection


@dataclass(frozen=True)
class Stamp:
    """An environment as it was inspected.

    After a run in which every cell answered also the run's `key`, and the digests of its document and details.
    """

    inspection: Inspection
    key: str | None = None
    files: tuple[str, ...] = ()

    def is_installed(self, environment: Environment, layout: Layout) -> bool:
        """Whether the environment is unchanged, made from its lock, and of the matrix's release."""
        prefix = layout.environments / environment.id
        facts = self.inspection.facts
        return (
            (facts.release, facts.distribution) == (environment.release, environment.distribution)
            and has_interpreter(environment, prefix)
            and is_made_from(prefix, layout.lock(environment))
            and self.inspection.fingerprint == fingerprint(prefix)
        )

    def vouches_for(self, files: RunFiles, key: str) -> bool:
        """Whether the files on disk are those of a run with this key."""
        return self.key == key and self.files == _digests(files)


def write_stamp(files: RunFiles, inspection: Inspection, key: str | None) -> None:
    """Stamp a run that has been written. `key` is None where not every cell answered."""
    stamp = Stamp(inspection) if key is None else Stamp(inspection, key, _digests(files))
    inspected = vars(inspection) | {"facts": inspection.facts.to_json()}
    data = {"inspection": inspected, "key": stamp.key, "files": stamp.files}
    write_atomically(files.stamp, json.dumps(data) + "\n")


def read_stamp(files: RunFiles) -> Stamp | None:
    """The stamp of the last run; None where no readable one exists."""
    try:
        data = json.loads(files.stamp.read_text(encoding="utf-8"))
        inspection = data["inspection"]
        facts = EnvironmentFacts.from_json(inspection["facts"])
        inspected = Inspection(inspection["fingerprint"], inspection["content"], facts)
        return Stamp(inspected, data["key"], tuple(data["files"]))
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def _digests(files: RunFiles) -> tuple[str, ...]:
    return file_digest(files.document), file_digest(files.details)
