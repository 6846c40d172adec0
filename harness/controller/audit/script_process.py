"""A case's script as a reader runs it: by plain Python of an environment, alone in a folder of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from harness.contract.processes import die_with_parent
from harness.contract.temporary import TemporaryFolder, copy_given
from harness.controller.environments.variables import cache_relevant_env, fixed_env
from harness.controller.project.matrix import Environment

_POLL = 0.05  # seconds
_T = TypeVar("_T")


@dataclass(frozen=True)
class ScriptResult:
    """The end of a script: its exit code (negative: a signal), and the reason if it was killed: `timeout` or `output`.

    `errors` is what it printed on standard error.
    """

    code: int
    killed: str | None
    seconds: float
    errors: str


class ScriptProcess:
    """A script under way, in a process group of its own, which `close` ends whole.

    `path` is its PATH behind the environment's own programs. It is killed after `seconds`, and past `output` bytes of
    what it prints. Of the file or folder `given` it gets a copy, whose name is its argument.
    """

    def __init__(
        self,
        environment: Environment,
        prefix: Path,
        path: str,
        name: str,
        script: str,
        seconds: float,
        output: int,
        given: Path | None = None,
    ) -> None:
        self._seconds = seconds
        self._output = output
        self._folder = TemporaryFolder()  # named as the runner's are
        self._around = Path(self._folder.path)
        self._printed = [self._around / "output", self._around / "errors"]
        for folder in ("cell", "tmp"):
            (self._around / folder).mkdir()
        self.file = self._around / "cell" / f"{name}.py"
        self.file.write_text(script, encoding="utf-8", newline="\n")
        self._arguments = [copy_given(str(given), str(self.file.parent))] if given else []
        self._began = time.monotonic()
        path = os.pathsep.join([str(prefix / "bin"), path])
        self._process = self._start(prefix / "bin" / "python", self._variables(environment, path))

    def _variables(self, environment: Environment, path: str) -> dict[str, str]:
        folders = {name: str(self._around / name.lower()) for name in environment.subject.folders}
        own = {**folders, "TMPDIR": str(self._around / "tmp")}
        return cache_relevant_env() | {"PATH": path, "PYTHONIOENCODING": "utf-8"} | fixed_env(environment) | own

    def _start(self, python: Path, variables: dict[str, str]) -> subprocess.Popen[bytes]:
        with open(self._printed[0], "wb") as output, open(self._printed[1], "wb") as errors:
            return subprocess.Popen(
                [str(python), str(self.file), *self._arguments],
                cwd=self.file.parent,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=errors,
                start_new_session=True,
                preexec_fn=partial(die_with_parent, signal.SIGKILL),
            )

    def poll(self) -> ScriptResult | None:
        """The result, or None while the script runs."""
        seconds = time.monotonic() - self._began
        killed = None
        if sum(file.stat().st_size for file in self._printed) > self._output:
            killed = "output"
        elif not self._has_ended():
            if seconds <= self._seconds:
                return None
            killed = "timeout"
        self._kill()
        errors = self._printed[1].read_bytes().decode("utf-8", "replace")
        return ScriptResult(self._process.returncode, killed, seconds, errors)

    def close(self) -> None:
        """End whatever still runs, and remove its folder."""
        if self._process.returncode is None:
            self._kill()
        self._folder.close()

    def _has_ended(self) -> bool:
        """Does not reap the process: until then its number names this group and no other."""
        return os.waitid(os.P_PID, self._process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def _kill(self) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def run_side_by_side(
    sample: Iterable[_T],
    start: Callable[[_T], ScriptProcess],
    jobs: int,
    watch: Callable[[Sequence[_T]], None] = lambda active: None,
) -> Generator[tuple[_T, ScriptProcess, ScriptResult], None, None]:
    """Each item with its process, which is closed, and its result, as its script ends. `jobs` scripts run at a time.

    `watch` gets the items under way at each look. Closing the generator ends the scripts that still run.
    """
    waiting = list(sample)
    active: list[tuple[_T, ScriptProcess]] = []
    try:
        while waiting or active:
            while waiting and len(active) < jobs:
                active.append((waiting[0], start(waiting[0])))
                del waiting[0]
            for item, process in list(active):
                ended = process.poll()
                if ended is not None:
                    active.remove((item, process))
                    process.close()
                    yield item, process, ended
            watch([item for item, _ in active])
            time.sleep(_POLL)
    finally:
        for _, process in active:
            process.close()
