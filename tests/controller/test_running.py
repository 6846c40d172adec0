"""`harness run` with real tox, in environments for which nothing is downloaded."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.contract.statuses import Status
from harness.controller import running
from harness.controller.store import read_column

Command = Callable[..., subprocess.CompletedProcess[str]]
Edit = Callable[[str, str, str], None]


@pytest.fixture
def empty_lock(project: Path, edit: Edit, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment tf215 is of this Python, and has no package."""
    edit("matrix.yaml", 'python: "3.11"', f'python: "{sys.version_info.major}.{sys.version_info.minor}"')
    monkeypatch.setenv("PATH", f"{sys.base_prefix}/bin{os.pathsep}{os.environ['PATH']}")
    (project / "locks").mkdir()
    (project / "locks" / "tf215.txt").write_text("# nothing\n", encoding="utf-8")


@pytest.fixture
def made(project: Path, empty_lock: None, tox: Command, fill: Callable[[Path], None]) -> None:
    """The environment tf215 is there, with a TensorFlow of a few lines."""
    done = tox("run", "-e", "tf215", "--notest")
    assert done.returncode == 0, done.stdout
    fill(project / ".tox" / "tf215")


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


@pytest.mark.usefixtures("empty_lock")
def test_an_environment_without_tensorflow_is_a_column_of_env_fail(project: Path, harness: Command) -> None:
    assert harness("run", "-e", "tf215").returncode == 3
    environment = read_column(project / ".harness" / "run" / "tf215.json").environment
    assert environment.status == "env-fail"
    assert environment.reason == "commands[0]: tensorflow-cpu is not installed in .tox/tf215"


@pytest.mark.usefixtures("made")
def test_a_run_that_did_not_get_through_its_cells_is_no_success(project: Path, harness: Command) -> None:
    (project / ".tox" / "tf215" / "bin" / "pytest").unlink()
    done = harness("run", "-e", "tf215")
    assert done.returncode == 3
    log = project / ".harness" / "logs" / "tf215.log"
    assert f"tf215 did not get through its cells (log: {log})" in done.stdout
    assert "tf215: pytest cannot be started: " in log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")
    cells = read_column(project / ".harness" / "run" / "tf215.json").cells.values()
    assert {outcome.status for outcome in cells} == {Status.NOT_RUN}


@pytest.mark.usefixtures("made")
def test_a_run_is_accepted_and_the_next_one_agrees(project: Path, harness: Command) -> None:
    first = harness("run", "-e", "tf215")
    assert first.returncode == 0, first.stdout
    assert "✓ pass 2   ✗ fail 2   – absent 1" in first.stdout
    assert "without a baseline: tf215" in first.stdout
    assert harness("accept").returncode == 0
    second = harness("run", "-e", "tf215")
    assert second.returncode == 0
    assert second.stdout.endswith("\nas in the baseline\n")
    assert (project / ".harness/run/tf215.json").read_bytes() == (project / "results/tf215.json").read_bytes()


@pytest.mark.usefixtures("made")
def test_a_run_that_differs_from_the_baseline_ends_with_code_1(project: Path, harness: Command) -> None:
    harness("run", "-e", "tf215")
    harness("accept")
    (changed,) = project.glob(".tox/tf215/lib/*/site-packages/tensorflow/keras/__init__.py")
    changed.write_text("__version__ = '2.14.0'\n", encoding="utf-8")
    done = harness("run", "-e", "tf215", "-k", "version", "-p", "tf.keras", "--fresh")
    assert done.returncode == 1
    said = "tf215 regressed version[tf.keras]: pass → fail at call (AssertionError: 2.14.0)\n"
    assert done.stdout.endswith(said)
    assert harness("run", "-e", "tf215", "--", "-k", "nothing").returncode == 2


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_what_was_finished_before_an_interruption_is_kept(project: Path, edit: Edit, number: signal.Signals) -> None:
    edit("cases/snippet/version.yaml", "  assert", "  import time\n  time.sleep(50)\n  assert")
    command = [sys.executable, "-m", "harness", "run", "--root", str(project), "-e", "tf215"]
    stream = project / ".harness" / "stream" / "tf215.jsonl"
    with subprocess.Popen(command, cwd=project, stdout=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        while not stream.exists() or stream.read_bytes().count(b"\n") < 2:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        process.send_signal(number)
        assert process.wait(45) == 130
    cells = read_column(project / ".harness" / "run" / "tf215.json").cells
    assert {key[0]: outcome.status for key, outcome in cells.items()} == {
        "dense": Status.FAIL,
        "version": Status.NOT_RUN,
    }


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
