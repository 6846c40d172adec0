"""`harness run` with real tox, in environments that need no package."""

from __future__ import annotations

import fcntl
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.contract.statuses import Status
from harness.controller import running
from harness.controller.store import read_column

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_an_environment_that_cannot_be_made_is_a_column_of_env_fail(project: Path, harness: Command) -> None:
    done = harness("run", "-e", "tf115", "-k", "version")
    assert done.returncode == 3
    assert "tf115: making the environment\n" in done.stdout
    assert "without a baseline: tf115 (`harness accept` makes this run one)" in done.stdout
    column = read_column(project / ".harness" / "run" / "tf115.json")
    assert column.environment.status == "env-fail"
    assert column.environment.reason is not None
    assert "interpreter" in column.environment.reason
    assert column.environment.reason in done.stdout
    assert not any(word in column.environment.reason for word in (str(project), "seconds", "pid="))
    assert len(column.cells) == 5
    assert {outcome.status for outcome in column.cells.values()} == {Status.ENV_FAIL}


def test_a_run_that_did_not_get_through_its_cells_is_no_success(project: Path, harness: Command) -> None:
    (project / "locks").mkdir()
    (project / "locks" / "tf215.txt").write_text("# without pytest\n", encoding="utf-8")
    done = harness("run", "-e", "tf215")
    assert done.returncode == 3
    log = project / ".harness" / "logs" / "tf215.log"
    assert f"tf215 did not get through its cells (log: {log})" in done.stdout
    assert "tf215: pytest cannot be started: " in log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")
    cells = read_column(project / ".harness" / "run" / "tf215.json").cells.values()
    assert {outcome.status for outcome in cells} == {Status.NOT_RUN}


def test_a_second_run_is_refused_and_touches_nothing(project: Path, harness: Command) -> None:
    kept = project / ".harness" / "run" / "tf215.json"
    kept.parent.mkdir(parents=True)
    kept.write_text(json.dumps({"schema": 1}), encoding="utf-8")
    with open(project / ".harness" / "lock", "w", encoding="utf-8") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        done = harness("run", "-e", "tf215")
    assert (done.returncode, done.stderr) == (3, f"another run is under way in {project}: nothing was done\n")
    assert kept.exists()
    assert not (project / ".harness" / "logs").exists()


def test_a_disk_that_is_too_small_is_told_before_anything_is_installed(
    project: Path, harness: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "_DISK", 10**18)
    done = harness("run", "-g", "tf2x")
    assert done.returncode == 3
    assert done.stderr.startswith("the disk will not do: 3 environments to install may need 3000000000 GB, and ")
    assert not (project / ".harness").exists()
