"""Watching a process: how it ended, what it wrote, and that nothing of it is left."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from harness.runner import supervisor as supervise
from harness.runner.channel import Abandoned
from harness.runner.report import REPORT_LIMIT, new_token
from harness.runner.supervisor import Limits, Watched
from tests.support.runner_projects import wait_until

TOKEN = new_token()
LINES = f"""
def say(*lines):
    for line in lines:
        os.write(report, b"{TOKEN} " + ascii(line).encode() + b"\\n")
"""


class Started:
    """A process in a session of its own, whose report is descriptor 3."""

    def __init__(self, code: str) -> None:
        self.report, self.report_end = os.pipe()
        self.output, output_end = os.pipe()
        self.process = subprocess.Popen(
            [sys.executable, "-c", f"import os, sys, time\nreport = {self.report_end}\n{LINES}{code}"],
            stdout=output_end,
            stderr=output_end,
            pass_fds=[self.report_end],
            start_new_session=True,
        )
        os.close(self.report_end)
        os.close(output_end)

    def watch(self, asker: int | None = None, **limits: Any) -> Watched:
        given = Limits(**{"timeout": 20.0, "output": 1_000_000, "memory": 10**9, **limits})
        try:
            return supervise.supervise(self.process.pid, self.report, self.output, TOKEN, given, asker)
        finally:
            os.close(self.report)
            os.close(self.output)
            self.process.returncode = 0


def watch(code: str, **limits: Any) -> Watched:
    return Started(code).watch(**limits)


def is_running(pid: int) -> bool:
    """Whether the process is there and no zombie."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


@pytest.mark.parametrize("code", [0, 1, 3, 255])
def test_an_exit_code(code: int) -> None:
    watched = watch(f"os._exit({code})")
    assert (watched.code, watched.signal, watched.killed) == (code, None, None)


@pytest.mark.parametrize(("number", "name"), [(11, "SIGSEGV"), (6, "SIGABRT"), (9, "SIGKILL"), (40, "signal 40")])
def test_signal_is_reported_by_name(number: int, name: str) -> None:
    watched = watch(f"os.kill(os.getpid(), {number})\ntime.sleep(20)")
    assert (watched.code, watched.signal, watched.killed) == (None, name, None)


def test_report_and_output_are_told_apart() -> None:
    watched = watch("""say({"stage": "build"}, {"end": True})\nprint("größe")\nos.write(2, b"\\xff")""")
    assert watched.lines == [{"stage": "build"}, {"end": True}]
    assert sorted(watched.output) == sorted("größe\n\ufffd")
    assert watched.memory_kib > 1000
    assert 0 < watched.cpu_seconds < 10
    assert 0 < watched.seconds < 20


@pytest.mark.parametrize("rest", [b"nonsense\n", b"{'end': True}\n", b"\xff\xfe\n"])
def test_report_ends_at_line_without_token(rest: bytes) -> None:
    watched = watch(f"""say({{"stage": "build"}})\nos.write(report, {rest!r})\nsay({{"end": True}})""")
    assert watched.lines == [{"stage": "build"}]


@pytest.mark.parametrize("stays", [True, False])
def test_overlong_report_ends_process_with_little_memory(stays: bool) -> None:
    size = REPORT_LIMIT + 1024
    endless = "while True:\n    os.write(report, b'x' * 1_000_000)"
    once = f"left = {size}\nwhile left > 0:\n    left -= os.write(report, b'x' * min(left, 65536))"
    started = Started(endless if stays else once)
    watched = started.watch()
    assert watched.killed == "report"
    assert watched.lines == []
    assert watched.seconds < 20


def test_only_tail_of_long_output_is_kept() -> None:
    watched = watch("for i in range(20000):\n    print('line', i)")
    assert len(watched.output) == supervise.OUTPUT_TAIL
    assert watched.output.endswith("line 19999\n")
    assert watched.killed is None


def test_excess_output_ends_process_with_little_memory() -> None:
    watched = watch("while True:\n    os.write(1, b'x' * 1_000_000)", output=3_000_000)
    assert (watched.killed, watched.signal) == ("output", "SIGKILL")
    assert len(watched.output) == supervise.OUTPUT_TAIL
    assert watched.seconds < 10


@pytest.mark.parametrize(
    "code",
    [
        "time.sleep(60)",
        "os.close(1)\nos.close(2)\nos.close(report)\ntime.sleep(60)",
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\ntime.sleep(60)",
        "import signal\nos.kill(os.getpid(), signal.SIGSTOP)",
        "while True:\n    say({})\n    time.sleep(0.001)",
    ],
)
def test_the_time_limit_holds_whatever_it_does(code: str) -> None:
    watched = watch(code, timeout=0.4)
    assert watched.killed == "timeout"
    assert 0.4 <= watched.seconds < 5


SLOW = """
say({"stage": "import"})
time.sleep(0.8)
"""


def test_time_limit_begins_after_imports() -> None:
    late = SLOW + "say({'stage': 'fit'})\ntime.sleep(60)"
    watched = watch(late, timeout=0.4, importing=20.0)
    assert watched.killed == "timeout"
    assert 1.2 <= watched.seconds < 10


def test_imports_have_their_own_longer_limit() -> None:
    assert watch(SLOW, timeout=0.4, importing=20.0).killed is None
    watched = watch("time.sleep(60)", timeout=0.2, importing=0.4)
    assert watched.killed == "timeout"
    assert 0.6 <= watched.seconds < 5


def test_process_with_closed_descriptors_is_awaited() -> None:
    watched = watch("os.closerange(1, 64)\ntime.sleep(0.3)\nos._exit(4)")
    assert watched.code == 4
    assert watched.seconds >= 0.3


@pytest.mark.parametrize("keeps", ["", ", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL"])
def test_leftover_child_is_ended_and_not_awaited(tmp_path: Path, keeps: str) -> None:
    watched = watch(f"import subprocess\nprint(subprocess.Popen(['sleep', '60']{keeps}).pid)")
    assert watched.seconds < 10
    assert watched.code == 0
    assert wait_until(lambda: not is_running(int(watched.output)))


def test_process_ends_when_the_asker_leaves() -> None:
    source, sink = os.pipe()
    started = Started("print('ready')\ntime.sleep(60)")
    leaving = threading.Timer(0.3, os.close, [sink])
    leaving.start()
    with pytest.raises(Abandoned):
        started.watch(asker=source)
    os.close(source)
    assert not is_running(started.process.pid)
