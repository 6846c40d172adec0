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
from dataclasses import dataclass, field, replace
from typing import IO

from harness.controller.environments.installed import is_half_made
from harness.controller.environments.variables import SHOW_INSTALLER
from harness.controller.project.layout import Layout, Phase, RunFiles
from harness.controller.project.matrix import Environment
from harness.controller.worker.options import WorkerOptions

_POLL = 0.2  # seconds
# tox, which is interrupted when we die: also where SIGINT was ignored when we started.
_TOX = """\
import signal
from harness.contract.processes import die_with_parent
signal.signal(signal.SIGINT, signal.default_int_handler)
die_with_parent(signal.SIGINT)
from tox.run import run
run()
"""
_WAITING = 16  # environments that are made and wait, each a process of some 60 MB
_PATIENCE = 30.0  # seconds that an interrupted tox has to end in order


@dataclass
class EnvironmentRun:
    """One environment of a run: its process while it runs, and its exit code after."""

    environment: Environment
    files: RunFiles
    installed: bool = False  # whether it needs only be started
    process: subprocess.Popen[bytes] | None = None
    began: float = 0.0
    code: int | None = None
    handle: IO[bytes] | None = field(default=None, repr=False)

    @property
    def is_made(self) -> bool:
        """Whether the environment exists: its worker runs cells or waits for a slot."""
        return self.files.phase() is not Phase.MAKING


def run_environments(
    layout: Layout, runs: Sequence[EnvironmentRun], options: WorkerOptions, limit: int, watch: Callable[[], None]
) -> bool:
    """Run all environments, calling `watch` a few times a second. Returns True if interrupted.

    The cells of `limit` environments run at a time: the workers see to that themselves, in the order of `runs`. At the
    same time as many others that are installed already are started, and others are made, one a core at most: more of
    them would all be late. An environment that is made and waits costs memory, so that their number is limited too.
    """
    cores = len(os.sched_getaffinity(0))
    waiting = list(runs)
    active: list[EnvironmentRun] = []
    ranks = {id(run): rank for rank, run in enumerate(runs)}
    try:
        while waiting or active:
            for run in list(waiting):
                most = limit if run.installed else min(limit, cores)
                if len(active) < 2 * limit + _WAITING and _being_made(active, run.installed) < most:
                    waiting.remove(run)
                    active.append(run)
                    _start(layout, run, replace(options, side_by_side=limit, rank=ranks[id(run)]))
            for run in [run for run in active if run.process and run.process.poll() is not None]:
                _reap(layout, run)
                active.remove(run)
            watch()
            time.sleep(_POLL)
    except KeyboardInterrupt:
        _interrupt(layout, active)
        return True
    except BaseException:
        _interrupt(layout, active)
        raise
    return False


def _being_made(active: Sequence[EnvironmentRun], installed: bool) -> int:
    """The number of started runs without cells so far, among those installed before or those that were not."""
    return sum(run.installed == installed and not run.is_made for run in active)


def _start(layout: Layout, run: EnvironmentRun, options: WorkerOptions) -> None:
    run.files.forget_run()
    run.files.log.parent.mkdir(parents=True, exist_ok=True)
    run.handle = open(run.files.log, "wb")  # noqa: SIM115, closed when the process is reaped
    command = [sys.executable, "-c", _TOX, "run", "--colored", "no", "--workdir", str(layout.environments)]
    command += ["-e", run.environment.id, "--", *options.to_argv()]
    run.began = time.monotonic()
    run.process = subprocess.Popen(
        command,
        cwd=layout.root,
        env=os.environ | {SHOW_INSTALLER: "1"},
        stdin=subprocess.DEVNULL,
        stdout=run.handle,
        stderr=subprocess.STDOUT,
        start_new_session=True,  # the terminal's interrupt reaches us alone, and we pass it on in order
    )


def _reap(layout: Layout, run: EnvironmentRun) -> None:
    assert run.process is not None
    assert run.handle is not None
    run.code = run.process.wait()
    run.handle.close()
    if run.code < 0:  # its uv, which nobody waits for any more, would go on in the environment of the next run
        with contextlib.suppress(ProcessLookupError):
            os.killpg(run.process.pid, signal.SIGKILL)
    prefix = layout.environments / run.environment.id
    if is_half_made(prefix):
        shutil.rmtree(prefix, ignore_errors=True)  # at once: its room may be what the others lack


def _interrupt(layout: Layout, active: Sequence[EnvironmentRun]) -> None:
    """Let the environments end in order, or, once they are out of time or we are interrupted again, at once."""
    for run in active:
        if run.process and run.process.poll() is None:
            run.process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + _PATIENCE
    for run in active:
        if run.process is None:
            continue
        try:
            run.process.wait(max(0.0, deadline - time.monotonic()))
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            deadline = 0.0
            os.killpg(run.process.pid, signal.SIGKILL)
    for run in active:  # not before all have ended, as it may take a while
        if run.process is not None:
            _reap(layout, run)
