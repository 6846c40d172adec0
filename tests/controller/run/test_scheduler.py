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
def jobs(project: Path, layout: Layout) -> list[EnvironmentRun]:
    environments = load_matrix(project).environments
    return [EnvironmentRun(environments[name], layout.run_file("logs", name, ".log")) for name in ("tf215", "tf216")]


def sleeper(job: EnvironmentRun) -> int | None:
    """The process that sleeps, once it is there."""
    lines = job.log.read_text(encoding="utf-8").splitlines() if job.log.exists() else []
    return next((int(line.split()[1]) for line in lines if line.startswith("pid ")), None)


def watch_for(jobs: list[EnvironmentRun], then: Callable[[], None]) -> Callable[[], None]:
    """What calls `then` as soon as all the jobs sleep."""
    deadline = time.monotonic() + 60

    def watch() -> None:
        assert time.monotonic() < deadline
        if all(sleeper(job) for job in jobs):
            then()

    return watch


def assert_ended(jobs: list[EnvironmentRun]) -> None:
    for job in jobs:
        assert job.code not in (None, 0)
        assert job.handle is not None
        assert job.handle.closed
        with pytest.raises(ProcessLookupError):
            os.kill(sleeper(job) or 0, 0)


def test_jobs_run_a_few_at_a_time_and_to_their_end(layout: Layout, jobs: list[EnvironmentRun]) -> None:
    most = []

    def watch() -> None:
        most.append(sum(job.process is not None and job.code is None for job in jobs))

    assert run_environments(layout, jobs, [], 1, watch) is False
    assert max(most) == 1
    assert all(sleeper(job) for job in jobs)
    assert [job.handle.closed for job in jobs if job.handle] == [True, True]


def test_what_is_installed_does_not_wait_for_what_is_being_installed(
    layout: Layout, jobs: list[EnvironmentRun]
) -> None:
    (layout.root / "tox.ini").write_text(SLEEPY.replace("{env:LONG:0}", "3"), encoding="utf-8")
    jobs[1].installed = True
    slept_together = []

    def watch() -> None:
        slept_together.append(all(sleeper(job) and job.code is None for job in jobs))

    assert run_environments(layout, jobs, [], 1, watch) is False
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
    layout: Layout, jobs: list[EnvironmentRun]
) -> None:
    (layout.root / "tox.ini").write_text(MADE, encoding="utf-8")
    slept_together = []

    def watch() -> None:
        slept_together.append(all(sleeper(job) and job.code is None for job in jobs))

    assert run_environments(layout, jobs, [], 1, watch) is False
    assert any(slept_together)


def test_an_interrupt_ends_every_job_in_order(
    layout: Layout, jobs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONG", "600")
    assert run_environments(layout, jobs, [], 2, watch_for(jobs, lambda: os.kill(os.getpid(), signal.SIGINT))) is True
    assert_ended(jobs)


STUBBORN = """\
[tox]
env_list = tf215, tf216
[testenv]
skip_install = true
interrupt_timeout = 120
allowlist_externals = sh
commands = sh -c "trap '' INT; echo pid $$; sleep 600"
"""


def test_a_second_interrupt_ends_every_job_at_once(layout: Layout, jobs: list[EnvironmentRun]) -> None:
    (layout.root / "tox.ini").write_text(STUBBORN, encoding="utf-8")
    begun: list[float] = []

    def interrupt_twice() -> None:
        begun.append(time.monotonic())
        threading.Timer(1.0, os.kill, (os.getpid(), signal.SIGINT)).start()
        os.kill(os.getpid(), signal.SIGINT)

    assert run_environments(layout, jobs, [], 2, watch_for(jobs, interrupt_twice)) is True
    assert 1.0 < time.monotonic() - begun[0] < 15.0  # in order it would take 30
    for job in jobs:
        assert job.code == -signal.SIGKILL
        with suppress(ProcessLookupError):
            os.kill(sleeper(job) or 0, signal.SIGKILL)  # a column would end with its tox


def test_any_fault_of_ours_ends_every_job_too(
    layout: Layout, jobs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONG", "600")

    def fault() -> None:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space left on device"):
        run_environments(layout, jobs, [], 2, watch_for(jobs, fault))
    assert_ended(jobs)


def runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes() != b""  # which it has until it ends
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_what_a_killed_tox_leaves_running_is_ended(
    layout: Layout, jobs: list[EnvironmentRun], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONG", "600")

    def kill() -> None:
        for job in jobs:
            assert job.process is not None
            job.process.kill()

    assert run_environments(layout, jobs, [], 2, watch_for(jobs, kill)) is False
    assert [job.code for job in jobs] == [-signal.SIGKILL, -signal.SIGKILL]
    deadline = time.monotonic() + 60
    while any(runs(sleeper(job) or 0) for job in jobs):
        assert time.monotonic() < deadline
        time.sleep(0.05)
