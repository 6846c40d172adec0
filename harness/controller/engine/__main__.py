"""The far side of a command line: `python -m harness.controller.engine < TASK > RESULT`, or with the two as arguments.

What the task prints goes to standard error. Whoever closes that, as ssh does when it ends, ends the task.
"""

from __future__ import annotations

import select
import signal
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from harness.controller.engine.machine_facts import this_machine
from harness.controller.engine.site import Site, own_folder
from harness.controller.engine.task import Order, TaskReport, TaskResult
from harness.controller.engine.wire import read_request, write_result
from harness.controller.errors import Exit, HarnessError


class _Watch:
    """Prints what is new; each signal, or a reader that has gone, is an order."""

    def __init__(self) -> None:
        self.orders = [Order.GO_ON]
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)

    def __call__(self, report: TaskReport) -> Order:
        if self.orders[-1] is Order.GO_ON and not _is_read(sys.stderr.fileno()):
            self.orders.append(Order.END)
        with suppress(OSError):  # nobody reads any more
            print(report.log, end="", file=sys.stderr, flush=True)
        return self.orders[-1]

    def _interrupt(self, number: int, frame: FrameType | None) -> None:
        self.orders.append(Order.END if self.orders[-1] is Order.GO_ON else Order.KILL)


def _is_read(descriptor: int) -> bool:
    """Whether the other end of a pipe is open."""
    poll = select.poll()
    poll.register(descriptor, 0)  # errors are always reported
    return not poll.poll(0)


def main(arguments: list[str]) -> int:
    """Do the task. The exit code is 0 where it has a result, good or bad."""
    watch = _Watch()
    text = Path(arguments[0]).read_text(encoding="utf-8") if arguments else sys.stdin.read()
    try:
        task, archive = read_request(text)
        site = Site(own_folder())
        site.receive(archive)
        result = site.perform(task, watch)
    except HarnessError as error:
        result = TaskResult(Exit.BROKEN, this_machine().to_json(), fault=str(error), may_count=False)
    written = write_result(result)
    if arguments:
        Path(arguments[1]).write_text(written, encoding="utf-8")
    else:
        print(written)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
