"""What update.yml does with the releases that were found: its last job, rehearsed with what the first one sends."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support import workflow_actions as actions
from tests.support.hosted_service import Result, Service

pytestmark = pytest.mark.releases  # its jobs install the harness from the network


def test_new_releases_are_proposed_as_found(
    tmp_path: Path,
    repository: Path,
    commit: Callable[[], None],
    service: Callable[[str], Service],
    told: Callable[[], list[dict[str, Any]]],
) -> None:
    commit()
    update = service("update.yml")
    found = tmp_path / "found"
    shutil.copytree(repository / "locks", found / "locks")
    (found / "found.md").write_text("- tf222: new\n", encoding="utf-8")
    (found / "locks" / "tf222.txt").write_text("# new\n", encoding="utf-8")
    shutil.copy(repository / "matrix.yaml", found)
    sending = update.workflow["jobs"]["find"]["steps"][-1]["with"]
    actions.upload(update, found, sending)
    update.results["find"] = Result()

    assert update.run("propose").result == "success", update.results["propose"].printed
    assert [" ".join(call["words"][:2]) for call in told()] == ["pr list", "auth setup-git", "pr create"]
    assert told()[-1]["body"] == "- tf222: new\n"
    changed = ["git", "diff", "--name-only", "main..new-releases"]
    assert subprocess.check_output(changed, cwd=repository, text=True) == "locks/tf222.txt\n"
