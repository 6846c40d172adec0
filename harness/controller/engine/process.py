"""A tox or a harness as an engine starts it: in a session of its own, its output in a log, ended when we die."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from harness.controller.environments.variables import SHOW_INSTALLER
from harness.controller.project.layout import Layout
from harness.controller.worker.options import WorkerOptions

# A program that is interrupted when we die, or have died before it could ask for that: also where SIGINT was ignored
# when we started.
_PROGRAM = """\
import os, signal, sys
from harness.contract.processes import die_with_parent
signal.signal(signal.SIGINT, signal.default_int_handler)
die_with_parent(signal.SIGINT)
if os.getppid() != int(sys.argv.pop(1)):
    raise SystemExit(130)
"""
_TOX = f"{_PROGRAM}from tox.run import run\nrun()\n"
_HARNESS = f"{_PROGRAM}from harness.controller.cli import main\nraise SystemExit(main())\n"


def tox_command(layout: Layout, environment: str, options: WorkerOptions) -> list[str]:
    """The command that runs the cells of one environment."""
    tox = ["run", "--colored", "no", "--workdir", str(layout.environments), "-e", environment, "--"]
    return [sys.executable, "-c", _TOX, str(os.getpid()), *tox, *options.to_argv()]


def harness_command(arguments: Sequence[str]) -> list[str]:
    """The command that runs the harness with these arguments."""
    return [sys.executable, "-c", _HARNESS, str(os.getpid()), *arguments]


class EngineProcess:
    """A command at a project's root, started at once. `inherited` are file descriptors that it keeps open."""

    def __init__(self, command: Sequence[str], root: Path, log: Path, inherited: Sequence[int] = ()) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        self._log = open(log, "wb")  # noqa: SIM115, closed by `reap`
        self.began = time.monotonic()
        try:
            self._process = subprocess.Popen(
                command,
                cwd=root,
                env=os.environ | {SHOW_INSTALLER: "1"},
                stdin=subprocess.DEVNULL,
                stdout=self._log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # the terminal's interrupt reaches us alone, and we pass it on in order
                pass_fds=inherited,
            )
        except BaseException:
            self._log.close()
            raise

    @property
    def pid(self) -> int:
        return self._process.pid

    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def interrupt(self) -> None:
        """Let it end in order."""
        if not self.has_ended():
            self._process.send_signal(signal.SIGINT)

    def wait(self, seconds: float) -> None:
        """Raises subprocess.TimeoutExpired where it has not ended by then."""
        self._process.wait(max(0.0, seconds))

    def kill(self) -> None:
        """End it and its session at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)

    def reap(self) -> int:
        """Its exit code, once it has ended. Nothing of its session goes on where it was killed."""
        code = self._process.wait()
        self._log.close()
        if code < 0:  # its uv, which nobody waits for any more, would go on in the environment of the next run
            self.kill()
        return code
