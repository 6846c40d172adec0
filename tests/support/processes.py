"""Processes as tests start and look at them, on a machine however busy."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PATIENCE = 300.0  # seconds until an event that does not come fails a test: nobody waits for it where all is well


def in_background() -> None:
    """For `preexec_fn`: the signals of what a script starts with `&`, whatever those of these tests are."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGQUIT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def wait_for(fact: Callable[[], Any], process: subprocess.Popen[str] | None = None) -> None:
    """Wait until the fact holds. Fails where the process ends before, or it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while not fact():
        assert process is None or process.poll() is None
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(process: int) -> list[int]:
    """The processes that this one started and that have not been reaped."""
    try:
        found = [task.read_text(encoding="ascii") for task in Path(f"/proc/{process}/task").glob("*/children")]
    except (FileNotFoundError, ProcessLookupError):  # it ended
        return []
    return [int(child) for text in found for child in text.split()]


def descendants(process: int) -> list[int]:
    """All processes below this one."""
    return [each for child in children(process) for each in (child, *descendants(child))]


def has_ended(process: int) -> bool:
    """Whether the process does no more; it may still be there for its parent to reap."""
    try:
        return "(zombie)" in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return True
