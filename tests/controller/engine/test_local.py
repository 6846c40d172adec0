"""The processes of a run, with real tox in an environment that only sleeps."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from harness.controller.engine import local
from harness.controller.engine.environment_run import EnvironmentRun
from harness.controller.engine.local import LocalEngine
from harness.controller.project.layout import Layout
from harness.controller.run.signals import signals_as_interrupt
from harness.controller.worker.options import WorkerOptions
from tests.support.processes import PATIENCE, has_ended, wait_for

SLEEPY = """\
[tox]
env_list = tf215, tf216
[testenv]
skip_install = true
allowlist_externals = sh
commands = sh -c "echo pid $$; {env:FIRST:true}; until test -e go; do sleep 0.1; done"
pass_env = FIRST
"""


@pytest.fixture
def layout(tmp_path: Path) -> Layout:
    (tmp_path / "tox.ini").write_text(SLEEPY, encoding="utf-8")
    return Layout(tmp_path)


def sleeper(run: EnvironmentRun) -> int | None:
    """The process that sleeps, once it is there."""
    lines = run.files.log.read_text(encoding="utf-8").splitlines() if run.files.log.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("pid ")), None)


def parent_of(process: int) -> int:
    (line,) = re.findall(r"^PPid:\s+(\d+)$", Path(f"/proc/{process}/status").read_text(encoding="utf-8"), re.MULTILINE)
    return int(line)


def watch_for(runs: list[EnvironmentRun], then: Callable[[], None]) -> Callable[[], None]:
    """What calls `then` as soon as all the runs sleep."""
    deadline = time.monotonic() + PATIENCE

    def watch() -> None:
        assert time.monotonic() < deadline
        if all(map(sleeper, runs)):
            then()

    return watch


def assert_ended(runs: list[EnvironmentRun]) -> None:
    for run in runs:
        assert run.code not in (None, 0)
        with pytest.raises(ProcessLookupError):
            os.kill(sleeper(run) or 0, 0)


def let_go(layout: Layout) -> None:
    """End the sleep of what sleeps, now or later."""
    (layout.root / "go").touch()


def test_runs_respect_the_limit_and_finish(layout: Layout, runs: list[EnvironmentRun]) -> None:
    let_go(layout)
    most = []

    def watch() -> None:
        most.append(sum(run.started and run.code is None for run in runs))

    assert LocalEngine().run(layout, runs, WorkerOptions(), 1, watch) is False
    assert max(most) == 1
    assert all(sleeper(run) for run in runs)
    assert [run.code for run in runs] == [0, 0]


def test_installed_environment_does_not_wait_for_installation(layout: Layout, runs: list[EnvironmentRun]) -> None:
    runs[1].installed = True
    watch = watch_for(runs, lambda: let_go(layout))  # which both wait for
    assert LocalEngine().run(layout, runs, WorkerOptions(), 1, watch) is False
    assert [run.code for run in runs] == [0, 0]


def test_next_environment_is_made_during_first_cells(
    layout: Layout, runs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FIRST", "mkdir -p .harness/ready; touch .harness/ready/$TOX_ENV_NAME")
    watch = watch_for(runs, lambda: let_go(layout))
    assert LocalEngine().run(layout, runs, WorkerOptions(), 1, watch) is False
    assert [run.code for run in runs] == [0, 0]


def test_an_interrupt_ends_every_run_in_order(layout: Layout, runs: list[EnvironmentRun]) -> None:
    watch = watch_for(runs, lambda: os.kill(os.getpid(), signal.SIGINT))
    with signals_as_interrupt():
        assert LocalEngine().run(layout, runs, WorkerOptions(), 2, watch) is True
    assert_ended(runs)


STUBBORN = """\
[tox]
env_list = tf215, tf216
[testenv]
skip_install = true
interrupt_timeout = 6000
allowlist_externals = sh
commands = sh -c "trap '' INT; echo pid $$; sleep 6000"
"""


def test_second_interrupt_ends_all_runs_immediately(
    layout: Layout, runs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    (layout.root / "tox.ini").write_text(STUBBORN, encoding="utf-8")
    monkeypatch.setattr(local, "_PATIENCE", 6000.0)

    def are_told() -> bool:
        return all("send signal SIGINT" in run.files.log.read_text(encoding="utf-8") for run in runs)

    def interrupt_again() -> None:
        wait_for(are_told)
        os.kill(os.getpid(), signal.SIGINT)

    def interrupt() -> None:
        threading.Thread(target=interrupt_again).start()
        os.kill(os.getpid(), signal.SIGINT)

    with signals_as_interrupt():
        assert LocalEngine().run(layout, runs, WorkerOptions(), 2, watch_for(runs, interrupt)) is True
    for run in runs:
        assert run.code == -signal.SIGKILL
        with suppress(ProcessLookupError):
            os.kill(sleeper(run) or 0, signal.SIGKILL)  # a worker would end with its tox


def test_internal_fault_ends_every_run(layout: Layout, runs: list[EnvironmentRun]) -> None:
    def fault() -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left on device"):
        LocalEngine().run(layout, runs, WorkerOptions(), 2, watch_for(runs, fault))
    assert_ended(runs)


def test_processes_left_by_killed_tox_are_ended(layout: Layout, runs: list[EnvironmentRun]) -> None:
    def kill() -> None:
        for run in runs:
            os.kill(parent_of(sleeper(run) or 0), signal.SIGKILL)

    assert LocalEngine().run(layout, runs, WorkerOptions(), 2, watch_for(runs, kill)) is False
    assert [run.code for run in runs] == [-signal.SIGKILL, -signal.SIGKILL]
    wait_for(lambda: all(has_ended(sleeper(run) or 0) for run in runs))


def test_nohup_is_respected_but_ignored_interrupt_not() -> None:
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGHUP, signal.SIGINT)}
    try:
        with signals_as_interrupt():
            os.kill(os.getpid(), signal.SIGHUP)
            with pytest.raises(KeyboardInterrupt):
                os.kill(os.getpid(), signal.SIGINT)
        assert {number: signal.getsignal(number) for number in before} == dict.fromkeys(before, signal.SIG_IGN)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
