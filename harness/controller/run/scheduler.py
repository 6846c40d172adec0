"""The processes of a run: one tox for each environment, a few at a time; the only module that starts them."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from harness.controller.environments.installed import is_half_made
from harness.controller.project.layout import Layout
from harness.controller.project.matrix import Environment

_POLL = 0.2  # seconds
# tox, which is interrupted when we die.
_TOX = "from harness.contract.processes import die_with_parent as d; d(2); from tox.run import run; run()"
_WAITING = 16  # environments that are made and wait, each a process of some 60 MB
_PATIENCE = 30.0  # seconds that an interrupted tox has to end in order


@dataclass
class EnvironmentRun:
    """One environment of a run: its process while it runs, and its exit code after."""

    environment: Environment
    log: Path
    installed: bool = False  # whether it needs only be started
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    code: int | None = None
    handle: IO[bytes] | None = field(default=None, repr=False)


def run_environments(
    layout: Layout, todo: Sequence[EnvironmentRun], arguments: Sequence[str], limit: int, watch: Callable[[], None]
) -> bool:
    """Run all jobs, calling `watch` a few times a second. True if that was interrupted.

    So many environments are made at a time, and as many that are there already are started, while the cells of so many
    others run: the columns see to that themselves, in the order of the jobs. What is made and waits for that costs
    memory, so that there is an end to it too.
    """
    waiting = list(todo)
    active: list[EnvironmentRun] = []
    ranks = {id(job): str(rank) for rank, job in enumerate(todo)}
    try:
        while waiting or active:
            for job in list(waiting):
                if len(active) < 2 * limit + _WAITING and _on_their_way(layout, active, job.installed) < limit:
                    waiting.remove(job)
                    active.append(job)
                    _start(layout, job, ["--side-by-side", str(limit), "--rank", ranks[id(job)], *arguments])
            for job in [job for job in active if job.process and job.process.poll() is not None]:
                _reap(layout, job)
                active.remove(job)
            watch()
            time.sleep(_POLL)
    except KeyboardInterrupt:
        _interrupt(layout, active)
        return True
    except BaseException:
        _interrupt(layout, active)
        raise
    return False


def _on_their_way(layout: Layout, active: Sequence[EnvironmentRun], installed: bool) -> int:
    """How many of a kind, installed before or not, have been started and not come to their cells."""
    return sum(job.installed == installed and not is_ready(layout, job) for job in active)


def is_ready(layout: Layout, job: EnvironmentRun) -> bool:
    """Whether the job's environment is there, and what it does now is run cells, or wait for a slot."""
    return layout.run_file("ready", job.environment.id, "").exists()


def _start(layout: Layout, job: EnvironmentRun, arguments: Sequence[str]) -> None:
    name = job.environment.id
    for folder, suffix in (("ready", ""), ("plan", ".json"), ("run", ".json"), ("details", ".json")):
        layout.run_file(folder, name, suffix).unlink(missing_ok=True)  # so that what is there after is of this run
    job.log.parent.mkdir(parents=True, exist_ok=True)
    job.handle = open(job.log, "wb")  # noqa: SIM115, closed when the process is reaped
    command = [sys.executable, "-c", _TOX, "run", "--colored", "no", "--workdir", str(layout.environments)]
    command += ["-e", name, "--", *arguments]
    job.began = time.monotonic()
    job.process = subprocess.Popen(
        command,
        cwd=layout.root,
        stdin=subprocess.DEVNULL,
        stdout=job.handle,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # the terminal's interrupt reaches us alone, and we pass it on in order
    )


def _reap(layout: Layout, job: EnvironmentRun) -> None:
    assert job.process is not None
    assert job.handle is not None
    job.code = job.process.wait()
    job.handle.close()
    if job.code < 0:  # its uv, which nobody waits for any more, would go on in the environment of the next run
        with contextlib.suppress(ProcessLookupError):
            os.killpg(job.process.pid, signal.SIGKILL)
    prefix = layout.environments / job.environment.id
    if is_half_made(prefix):
        shutil.rmtree(prefix, ignore_errors=True)  # at once: its room may be what the others lack


def _interrupt(layout: Layout, active: Sequence[EnvironmentRun]) -> None:
    """Let the jobs end in order, or, once they are out of time or we are interrupted again, at once."""
    for job in active:
        if job.process and job.process.poll() is None:
            job.process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + _PATIENCE
    for job in active:
        if job.process is None:
            continue
        try:
            job.process.wait(max(0.0, deadline - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            deadline = 0.0
            os.killpg(job.process.pid, signal.SIGKILL)
    for job in active:  # not before all have ended, as it may take a while
        if job.process is not None:
            _reap(layout, job)
