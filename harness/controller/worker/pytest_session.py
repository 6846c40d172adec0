"""A pytest session in an environment: the process that runs the cells of a plan, from its start to its end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import IO

from harness.contract.plan import Plan
from harness.contract.process_tree import children, end_orphans
from harness.contract.processes import adopt_orphans, die_with_parent
from harness.controller.environments.prerequisites import cells_path
from harness.controller.errors import HarnessError, UsageError
from harness.controller.files import make_folder
from harness.controller.project.layout import Layout
from harness.controller.worker.sandbox import sandboxed
from harness.controller.worker.stream_keys import StreamKeys

PASSED, FAILED, INTERRUPTED, BROKEN, USAGE, NOTHING = range(6)  # pytest's exit codes
_REASON = re.compile(r"^(?:\S+: error|ERROR): (.+)$", re.MULTILINE)  # how pytest prints why it refuses arguments
_PATIENCE = 15.0  # seconds that an interrupted pytest has to end in order


@dataclass(frozen=True)
class PytestSession:
    """Runs plans with the environment at `prefix`, by the code in the folder `bundle`.

    What it writes into streams has the seals of `keys`.
    """

    layout: Layout
    prefix: Path
    bundle: Path
    keys: StreamKeys = field(default_factory=StreamKeys)

    def run(self, plan: Plan, plan_file: Path, arguments: Sequence[str] = (), output: IO[bytes] | None = None) -> int:
        """Write the plan, run its cells, and give pytest's exit code. Pytest prints into the output, else into ours.

        Pytest and all that runs below it are killed where no cell ends in a longer time than any cell may take. Raises
        HarnessError where pytest cannot be started.
        """
        for file in (plan_file, Path(plan.stream)):
            file.parent.mkdir(parents=True, exist_ok=True)
        replace(plan, prefix=str(self.prefix)).write(str(plan_file))
        if not plan.cells:
            return PASSED
        others = children(os.getpid())
        process = self._start(plan, plan_file, arguments, output)
        try:
            return _wait(process, plan, others)
        except KeyboardInterrupt:
            _stop(process, others)
            return INTERRUPTED

    def check_arguments(self, plan: Plan, plan_file: Path, arguments: Sequence[str]) -> None:
        """Let pytest collect the plan's cells with these arguments, and run none.

        Raises UsageError, with pytest's reason, for arguments that it refuses or that leave no cell.
        """
        with tempfile.TemporaryFile() as output:
            code = self.run(plan, plan_file, [*arguments, "--collect-only", "--quiet"], output)
            output.seek(0)
            reasons = _REASON.findall(output.read().decode("utf-8", "replace"))
        if code == INTERRUPTED:
            raise KeyboardInterrupt
        if code == NOTHING:
            raise UsageError(f"{plan.environment}: no cell matches the pytest arguments")
        if code == USAGE:
            refused = " ".join([*arguments, *(f"({reason.strip()})" for reason in reasons[-1:])])
            raise UsageError(f"{plan.environment}: pytest refuses these arguments: {refused}")

    def _start(
        self, plan: Plan, plan_file: Path, arguments: Sequence[str], output: IO[bytes] | None
    ) -> subprocess.Popen[bytes]:
        keys, keys_end = os.pipe()  # what is in a process's arguments or variables is for everyone to read
        os.write(keys_end, " ".join(self.keys.both).encode("ascii"))
        os.close(keys_end)
        try:
            return subprocess.Popen(
                [*self._sandbox(plan), *self._command(plan, plan_file), "--harness-keys", str(keys), *arguments],
                cwd=self.layout.root,
                env=os.environ | {"PYTHONPATH": str(self.bundle), "PATH": cells_path(self.layout.state)},
                pass_fds=[keys],
                stdout=output,
                stderr=output,
                preexec_fn=partial(die_with_parent, signal.SIGINT),
            )
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}"
            raise HarnessError(f"{plan.environment}: pytest cannot be started: {reason}") from None
        finally:
            os.close(keys)

    def _sandbox(self, plan: Plan) -> list[str]:
        """The command of the sandbox, where the plan asks for one. The stream and pytest's cache can be written."""
        if not plan.sandbox:
            return []
        cache, stream = self.layout.state / "cache" / plan.environment, Path(plan.stream)
        make_folder(cache)
        stream.touch()  # what does not exist cannot be mounted
        return sandboxed(self.layout.root, [cache] if stream.is_char_device() else [cache, stream])

    def _command(self, plan: Plan, plan_file: Path) -> list[str]:
        runner = self.bundle / "harness" / "runner"
        command = [str(self.prefix / "bin" / "python"), str(runner / "start.py"), "-p", "harness.runner.plugin"]
        # Both folders are relative, as pytest expands what looks like a variable in their names.
        command += ["-c", str(runner / "pytest.ini"), "--rootdir", "."]
        command += ["--harness-plan", str(plan_file), "--color=auto", "--continue-on-collection-errors"]
        return [*command, "-o", f"cache_dir={self.layout.state.name}/cache/{plan.environment}"]


def _wait(process: subprocess.Popen[bytes], plan: Plan, others: set[int]) -> int:
    """Pytest's exit code. Where its stream does not grow for longer than any cell may take, it is killed."""
    limit = plan.deadlines.session
    size = -1
    while True:
        try:
            return process.wait(limit)
        except subprocess.TimeoutExpired:
            last, size = size, _size(Path(plan.stream))
        if size == last:
            print(f"{plan.environment}: no cell has ended for {limit:.0f} s: pytest is killed", file=sys.stderr)
            return _kill(process, others)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def _stop(process: subprocess.Popen[bytes], others: set[int]) -> None:
    """Let an interrupted pytest end in order: it keeps what was finished."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        process.send_signal(signal.SIGCONT)  # one that is stopped takes its signals when it goes on
        try:
            process.wait(_PATIENCE)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            _kill(process, others)


def _kill(process: subprocess.Popen[bytes], others: set[int]) -> int:
    """Kill pytest and all that runs below it, also what is stopped. `others` are our other children."""
    adopt_orphans()
    end_orphans(others)
    process.returncode = -signal.SIGKILL
    return process.returncode
