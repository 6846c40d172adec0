"""A pytest session in an environment: the process that runs the cells of a plan, from its start to its end."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from harness.contract.plan import Plan
from harness.contract.processes import die_with_parent
from harness.controller.errors import HarnessError
from harness.controller.project.layout import Layout

PASSED, FAILED, INTERRUPTED, BROKEN, USAGE, NOTHING = range(6)  # pytest's exit codes
_PATIENCE = 15.0  # seconds that an interrupted pytest has to end in order


@dataclass(frozen=True)
class PytestSession:
    """Runs plans with the environment at `prefix`, by the code in the folder `bundle`."""

    layout: Layout
    prefix: Path
    bundle: Path

    def run(self, plan: Plan, plan_file: Path, arguments: Sequence[str] = ()) -> int:
        """Write the plan, run its cells, and give pytest's exit code.

        Raises HarnessError where it cannot be started.
        """
        for file in (plan_file, Path(plan.stream)):
            file.parent.mkdir(parents=True, exist_ok=True)
        plan.write(str(plan_file))
        if not plan.cells:
            return PASSED
        try:
            process = subprocess.Popen(
                [*self._command(plan, plan_file), *arguments],
                cwd=self.layout.root,
                env=os.environ | {"PYTHONPATH": str(self.bundle)},
                preexec_fn=partial(die_with_parent, signal.SIGINT),
            )
        except OSError as error:
            reason = f"{error.filename}: {error.strerror}"
            raise HarnessError(f"{plan.environment}: pytest cannot be started: {reason}") from None
        try:
            return process.wait()
        except KeyboardInterrupt:
            _stop(process)
            return INTERRUPTED

    def _command(self, plan: Plan, plan_file: Path) -> list[str]:
        settings = self.bundle / "harness" / "runner" / "pytest.ini"
        command = [str(self.prefix / "bin" / "pytest"), "-p", "harness.runner.plugin", "-c", str(settings)]
        # Both folders are relative, as pytest expands what looks like a variable in their names.
        command += ["--rootdir", ".", "--harness-plan", str(plan_file), "--color=auto"]
        command += ["--continue-on-collection-errors"]
        return [*command, "-o", f"cache_dir={self.layout.state.name}/cache/{plan.environment}"]


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Let an interrupted pytest end in order: it keeps what was finished."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(_PATIENCE)
        except (subprocess.TimeoutExpired, KeyboardInterrupt):
            process.kill()
            process.wait()
