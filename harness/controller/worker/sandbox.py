"""The sandbox: bubblewrap (`bwrap`), below which the environment's interpreter has no network and can write little."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from harness.controller.errors import UsageError


def sandboxed(root: Path, writable: Iterable[Path]) -> list[str]:
    """The command that runs another one in a sandbox: it sees this machine's files, and no other process.

    What it writes into `/tmp` is gone when it ends, and of all other files it can write these alone.
    """
    command = ["bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL"]
    command += ["--ro-bind", "/", "/", "--dev", "/dev", "--proc", "/proc"]
    command += ["--tmpfs", "/run"]  # sockets of daemons, which a read-only mount would not close
    command += ["--tmpfs", "/tmp", "--setenv", "TMPDIR", "/tmp"]
    command += ["--ro-bind", str(root), str(root)]  # it may be below /tmp
    for path in writable:
        command += ["--bind", str(path), str(path)]
    return [*command, "--chdir", str(root), "--"]


def check_sandbox(root: Path) -> None:
    """Raises UsageError where this machine has no bubblewrap, or does not let it make a sandbox."""
    if shutil.which("bwrap") is None:
        raise UsageError("--sandbox needs bubblewrap, and there is no bwrap on the PATH")
    probe = subprocess.run([*sandboxed(root, []), "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        reason = " ".join(probe.stderr.split()) or f"exit code {probe.returncode}"
        raise UsageError(f"--sandbox: bubblewrap makes no sandbox on this machine ({reason})")
