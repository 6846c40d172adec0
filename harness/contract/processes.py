"""Processes that do not outlive the one that started them: Linux's prctl(2). Elsewhere this does nothing."""

from __future__ import annotations

import ctypes
import signal
import sys

_DIE_WITH_PARENT = 1  # PR_SET_PDEATHSIG
_ADOPT_ORPHANS = 36  # PR_SET_CHILD_SUBREAPER
_LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(number: int = signal.SIGKILL) -> None:
    """Let the kernel send this process a signal when the one that started it dies, however that happens; 0: no more."""
    if _LIBC is not None:
        _LIBC.prctl(_DIE_WITH_PARENT, int(number))


def adopt_orphans() -> None:
    """Let this process become the parent of whatever its children leave, also of what has a session of its own."""
    if _LIBC is not None:
        _LIBC.prctl(_ADOPT_ORPHANS, 1)
