"""The processes of a run, with real tox in an environment that only sleeps."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from harness.controller.project.layout import Layout
from harness.controller.project.loader import load_matrix
from harness.controller.run.scheduler import EnvironmentRun, run_environments
from harness.controller.worker.options import WorkerOptions

SLEEPY = """\
[tox]
env_list = tf215, tf216
[testenv]
skip_install = true
commands = python -c "import os, time; print('pid', os.getpid(), flush=True); time.sleep({env:LONG:0})"
pass_env = LONG
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "tox.ini").write_text(SLEEPY, encoding="utf-8")
    return Layout(tmp_path)


@pytest.fixture
def runs(project: Path, layout: Layout) -> list[EnvironmentRun]:
    environments = load_matrix(project).environments
    return [EnvironmentRun(environments[name], layout.files(name)) for name in ("tf215", "tf216")]


def sleeper(run: EnvironmentRun) -> int | None:
    """The process that sleeps, once it is there."""
    lines = run.files.log.read_text(encoding="utf-8").splitlines() if run.files.log.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("pid ")), None)


def watch_for(runs: list[EnvironmentRun], then: Callable[[], None]) -> Callable[[], None]:
    """What calls `then` as soon as all the runs sleep."""
    deadline = time.monotonic() + 60

    def watch() -> None:
        assert time.monotonic() < deadline
        if all(sleeper(run) for run in runs):
            then()

    return watch


def assert_ended(runs: list[EnvironmentRun]) -> None:
    for run in runs:
        assert run.code not in (None, 0)
        assert run.handle is not None
        assert run.handle.closed
        with pytest.raises(ProcessLookupError):
            os.kill(sleeper(run) or 0, 0)


def test_runs_run_a_few_at_a_time_and_to_their_end(layout: Layout, runs: list[EnvironmentRun]) -> None:
    most = []

    def watch() -> None:
        most.append(sum(run.process is not None and run.code is None for run in runs))

    assert run_environments(layout, runs, WorkerOptions(), 1, watch) is False
    assert max(most) == 1
    assert all(sleeper(run) for run in runs)
    assert [run.handle.closed for run in runs if run.handle] == [True, True]


def test_what_is_installed_does_not_wait_for_what_is_being_installed(
    layout: Layout, runs: list[EnvironmentRun]
) -> None:
    (layout.root / "tox.ini").write_text(SLEEPY.replace("{env:LONG:0}", "3"), encoding="utf-8")
    runs[1].installed = True
    slept_together = []

    def watch() -> None:
        slept_together.append(all(sleeper(run) and run.code is None for run in runs))

    assert run_environments(layout, runs, WorkerOptions(), 1, watch) is False
    assert any(slept_together)


MADE = """\
[tox]
env_list = tf215, tf216
[testenv]
skip_install = true
allowlist_externals = sh
commands = sh -c "mkdir -p .harness/ready; touch .harness/ready/{env_name}; echo pid $$; sleep 3"
"""


def test_the_next_environment_is_made_while_the_cells_of_the_first_run(
    layout: Layout, runs: list[EnvironmentRun]
) -> None:
    (layout.root / "tox.ini").write_text(MADE, encoding="utf-8")
    slept_together = []

    def watch() -> None:
        slept_together.append(all(sleeper(run) and run.code is None for run in runs))

    assert run_environments(layout, runs, WorkerOptions(), 1, watch) is False
    assert any(slept_together)


def test_an_interrupt_ends_every_run_in_order(
    layout: Layout, runs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONG", "600")
    assert (
        run_environments(layout, runs, WorkerOptions(), 2, watch_for(runs, lambda: os.kill(os.getpid(), signal.SIGINT)))
        is True
    )
    assert_ended(runs)


STUBBORN = """\
[tox]
env_list = tf215, tf216
[testenv]
skip_install = true
interrupt_timeout = 120
allowlist_externals = sh
commands = sh -c "trap '' INT; echo pid $$; sleep 600"
"""


def test_a_second_interrupt_ends_every_run_at_once(layout: Layout, runs: list[EnvironmentRun]) -> None:
    (layout.root / "tox.ini").write_text(STUBBORN, encoding="utf-8")
    begun: list[float] = []

    def interrupt_twice() -> None:
        begun.append(time.monotonic())
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
        os.kill(os.getpid(), signal.SIGINT)

    assert run_environments(layout, runs, WorkerOptions(), 2, watch_for(runs, interrupt_twice)) is True
    assert 1.0 < time.monotonic() - begun[0] < 15.0  # in order it would take 30
    for run in runs:
        assert run.code == -signal.SIGKILL
        with suppress(ProcessLookupError):
            os.kill(sleeper(run) or 0, signal.SIGKILL)  # a column would end with its tox


def test_any_fault_of_ours_ends_every_run_too(
    layout: Layout, runs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONG", "600")

    def fault() -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left on device"):
        run_environments(layout, runs, WorkerOptions(), 2, watch_for(runs, fault))
    assert_ended(runs)


def is_running(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes() != b""  # which it has until it ends
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_a_killed_tox_leaves_running_is_ended(
    layout: Layout, runs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONG", "600")

    def kill() -> None:
        for run in runs:
            assert run.process is not None
            run.process.kill()

    assert run_environments(layout, runs, WorkerOptions(), 2, watch_for(runs, kill)) is False
    assert [run.code for run in runs] == [-signal.SIGKILL, -signal.SIGKILL]
    deadline = time.monotonic() + 60
    while any(is_running(sleeper(run) or 0) for run in runs):
        assert time.monotonic() < deadline
        time.sleep(0.05)
