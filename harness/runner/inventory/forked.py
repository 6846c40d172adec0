"""Work in a forked process that may hang or die without taking the rest along."""

from __future__ import annotations

import json
import os
import select
import signal
import time
import traceback
from typing import Any, Callable, Iterator

from harness.contract.processes import die_with_parent

Send = Callable[[Any], None]
Work = Callable[[Send], None]
BUSY = "busy"  # a message: from here on the process sees to its own children's deadlines

_TIMEOUT, _CRASH = "timeout", "crash"  # take the place of an error's type
_FAULT = 70  # the exit code of a process in which the harness itself failed


class Forked:
    """A forked process that runs `work(send)`; iterating gives what it sends, until it has ended.

    It is killed where no message comes for `timeout` seconds, except after BUSY. `ending` is None if it ended in
    order, else the type and a line, as of an error.
    """

    def __init__(self, work: Work, timeout: float) -> None:
        self.timeout = timeout
        self.ending: list[str] | None = None
        self._buffer = b""
        self._pipe, writer = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            os.close(self._pipe)
            _run(work, writer)
        os.close(writer)

    def __iter__(self) -> Iterator[Any]:
        limit: float | None = self.timeout
        while True:
            line = self._line(limit)
            if line is None:
                break
            message = json.loads(line)
            limit = None if message == BUSY else self.timeout
            yield message
        os.close(self._pipe)
        self._reap()

    def run(self) -> list[str] | None:
        """Let it run to its end, and give its `ending`."""
        for _ in self:
            pass
        return self.ending

    def _line(self, limit: float | None) -> bytes | None:
        """The next line; None at the end, or after the time is up."""
        deadline = None if limit is None else time.monotonic() + limit
        while b"\n" not in self._buffer:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            if not select.select([self._pipe], [], [], left)[0]:
                os.kill(self._pid, signal.SIGKILL)
                self.ending = [_TIMEOUT, f"no answer in {self.timeout:g} s"]
                return None
            chunk = os.read(self._pipe, 65536)
            if not chunk:
                return None
            self._buffer += chunk
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line

    def _reap(self) -> None:
        status = os.waitpid(self._pid, 0)[1]
        if self.ending is None and status:
            if os.WIFSIGNALED(status):
                self.ending = [_CRASH, f"ended by signal {os.WTERMSIG(status)}"]
            elif os.WEXITSTATUS(status) == _FAULT:
                raise RuntimeError("the harness failed in a process of its own: see above")
            else:
                self.ending = [_CRASH, f"ended with exit code {os.WEXITSTATUS(status)}"]


def _run(work: Work, writer: int) -> None:
    """The life of the forked process. What it imports may end it with an exit of its own."""
    code = _FAULT
    try:
        die_with_parent()
        work(lambda message: _write(writer, message))
        code = 0
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def _write(writer: int, message: Any) -> None:
    os.write(writer, json.dumps(message).encode("ascii") + b"\n")


def is_death(fact: Any) -> bool:
    """Whether an answer is how its process ended: it was killed, or ended by itself."""
    return isinstance(fact, dict) and fact.get("error", [""])[0] in (_TIMEOUT, _CRASH)
