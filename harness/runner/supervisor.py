"""Watching a cell's process from outside: its report, its output, its limits, its end."""

from __future__ import annotations

import os
import re
import select
import signal
import time
from dataclasses import dataclass, field
from typing import Any, Collection

from harness.contract.process_tree import children, largest_kib, reap
from harness.runner.channel import Abandoned
from harness.runner.report import REPORT_LIMIT, read_report

OUTPUT_TAIL = 64 * 1024  # bytes of output that are kept
POLL = 0.05  # seconds between looks at a process that keeps its pipes open
POLL_CLOSED = 0.002  # and at one that has closed them, which is about to end
WEIGHED = 0.1  # seconds between looks at how much memory it holds

_AFTER_IMPORTS = re.compile(rb"\{'stage': '(?!path'|import')")  # as harness.runner.report writes it
_LONGEST_START = 32  # bytes that are enough for what it finds


@dataclass
class Limits:
    """The limits of a process: seconds, bytes of output, bytes of memory that it or a process below it holds.

    `importing` are seconds that it has beside the first until its imports are done: a fork has found them made.
    """

    timeout: float
    output: int
    memory: int
    importing: float = 0.0


@dataclass
class Watched:
    """The observed end of a process. `killed` is the reason of a kill: `timeout`, `output`, `report` or `memory`.

    Its lines are those that begin with its token. Code and signal are both None where it was killed and hangs in the
    kernel.
    """

    lines: list[dict[str, Any]] = field(default_factory=list)
    output: str = ""
    killed: str | None = None
    code: int | None = None
    signal: str | None = None
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    memory_kib: int = 0


class _Pipes:
    """The two pipes from a cell: the whole of its report, the tail of its output."""

    def __init__(self, report: int, output: int) -> None:
        self.report = report
        self.output = output
        self.open = {report, output}
        self.reported = bytearray()
        self.imported = False  # whether a stage has begun that comes after the imports
        self.tail = bytearray()
        self.written = 0

    def read(self, descriptor: int) -> None:
        data = os.read(descriptor, 65536)
        if not data:
            self.open.discard(descriptor)
        elif descriptor == self.report:
            seen = max(0, len(self.reported) - _LONGEST_START)
            self.reported += data
            self.imported = self.imported or _AFTER_IMPORTS.search(self.reported, seen) is not None
        else:
            self.written += len(data)
            self.tail = (self.tail + data)[-OUTPUT_TAIL:]

    def excess(self, limits: Limits) -> str | None:
        """The limit that it exceeded: `output` or `report`."""
        if self.written > limits.output:
            return "output"
        return "report" if len(self.reported) > REPORT_LIMIT else None

    def drain(self) -> None:
        """Read the available bytes, without waiting for a grandchild that keeps a pipe open."""
        while self.open:
            ready = select.select(list(self.open), [], [], 0)[0]
            if not ready:
                return
            for descriptor in ready:
                self.read(descriptor)
            if self.written > 16 * OUTPUT_TAIL or len(self.reported) > REPORT_LIMIT:
                return


def supervise(
    pid: int, report: int, output: int, token: str, limits: Limits, asker: int | None = None, own: Collection[int] = ()
) -> Watched:
    """Wait for the process group `pid` to end, or end it.

    Kills it where it is past its limits, and, with Abandoned, when the descriptor `asker` says that nobody waits for
    the answer any more. Whatever the group has left is killed too. All other children of this process but its `own` are
    the cell's, as it has adopted what that left.
    """
    begin = time.monotonic()
    pipes = _Pipes(report, output)
    watched = Watched()
    try:
        watched.killed = _watch(pid, pipes, limits, asker, own)
    finally:
        _kill(pid)  # before it is reaped, so that the number still names this group and no other
        _reap(pid, watched)
    pipes.drain()
    if watched.killed is None and len(pipes.reported) > REPORT_LIMIT:
        watched.killed = "report"
    watched.seconds = time.monotonic() - begin
    watched.lines = read_report(bytes(pipes.reported), token)
    watched.output = bytes(pipes.tail).decode("utf-8", "replace")
    return watched


def _watch(pid: int, pipes: _Pipes, limits: Limits, asker: int | None, own: Collection[int]) -> str | None:
    """Return when the process has ended (None), or why it must be killed."""
    askers = [asker] if asker is not None else []
    now = time.monotonic()
    deadline, weigh_at = now + limits.importing + limits.timeout, now + WEIGHED
    imported = False
    while True:
        now = time.monotonic()
        if pipes.imported and not imported:
            imported, deadline = True, min(deadline, now + limits.timeout)
        excess = pipes.excess(limits)
        if excess is not None:
            return excess
        if now >= deadline:
            return "timeout"
        if now >= weigh_at:
            if max(map(largest_kib, children(os.getpid()).difference(own)), default=0) * 1024 > limits.memory:
                return "memory"
            weigh_at = now + WEIGHED
        pause = POLL if pipes.open else POLL_CLOSED
        ready = select.select(list(pipes.open) + askers, [], [], min(deadline - now, pause))[0]
        if asker in ready:
            raise Abandoned
        for descriptor in ready:
            pipes.read(descriptor)
        if (not ready or not pipes.open) and _has_ended(pid):
            return None


def _has_ended(pid: int) -> bool:
    """Whether the process has ended; leaves it to be reaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _kill(group: int) -> None:
    for kill in (os.killpg, os.kill):  # the group is there only once the process has made it
        try:
            kill(group, signal.SIGKILL)
            return
        except (ProcessLookupError, PermissionError):
            continue


def _reap(pid: int, watched: Watched) -> None:
    ended = reap(pid)
    if ended is None:
        return
    status, usage = ended
    watched.cpu_seconds = usage.ru_utime + usage.ru_stime
    watched.memory_kib = usage.ru_maxrss
    if os.WIFSIGNALED(status):
        watched.signal = name_of_signal(os.WTERMSIG(status))
    else:
        watched.code = os.WEXITSTATUS(status)


def name_of_signal(number: int) -> str:
    """`SIGSEGV`; `signal 35` for one without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
