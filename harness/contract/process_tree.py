"""The processes below a process, from /proc. Without /proc there are none."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import Any, Collection

REAP_LIMIT = 5.0  # seconds that a killed process may take to end; one that hangs in the kernel may take for ever
_PAGE_KIB = os.sysconf("SC_PAGE_SIZE") // 1024


def children(pid: int) -> set[int]:
    """The processes that this one is the parent of."""
    found: set[int] = set()
    with contextlib.suppress(OSError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as handle:
                found.update(map(int, handle.read().split()))
    return found


def reap(pid: int) -> tuple[int, Any] | None:
    """The status and resource usage of a child that was killed; None if it does not end in time.

    Raises ChildProcessError if it is not a child.
    """
    deadline = time.monotonic() + REAP_LIMIT
    pause = 0.0005
    while True:
        ended, status, usage = os.wait4(pid, os.WNOHANG)
        if ended:
            return status, usage
        if time.monotonic() > deadline:
            return None
        time.sleep(pause)
        pause = min(2 * pause, 0.05)


def end_orphans(own: Collection[int] = ()) -> None:
    """Kill every child of this process but its `own`, and then what they leave, until nothing more is left.

    For a process that adopts orphans (`harness.contract.processes`), whose own children are known to it.
    """
    left_alone = set(own)
    while True:
        orphans = children(os.getpid()) - left_alone
        if not orphans:
            return
        for pid in orphans:
            try:
                os.kill(pid, signal.SIGKILL)
                if reap(pid) is None:  # it hangs in the kernel, which ends it when it can
                    left_alone.add(pid)
            except PermissionError:  # it has become another user's
                left_alone.add(pid)
            except (ProcessLookupError, ChildProcessError):
                pass


def largest_kib(pid: int) -> int:
    """The memory, in KiB, that the process or the largest one below it holds. Pages that it shares count too."""
    return max([_resident_kib(pid)] + [largest_kib(child) for child in children(pid)])


def _resident_kib(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as handle:
            return int(handle.read().split()[1]) * _PAGE_KIB
    except (OSError, IndexError):  # it ended
        return 0
