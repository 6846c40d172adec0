"""Slots, held by real processes."""

from __future__ import annotations

import fcntl
import select
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from harness.controller.worker.slots import slot
with slot(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path, number: int, rank: int = 0) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", HOLD, str(folder), str(number), str(rank)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def is_held(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "held\n"


def wait_until(holds: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + 30
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.02)
    return holds()


def test_next_waits_when_all_slots_are_held(tmp_path: Path) -> None:
    first, second = holder(tmp_path / "slots", 2), holder(tmp_path / "slots", 2)
    assert is_held(first)
    assert is_held(second)
    with holder(tmp_path / "slots", 2) as third:
        assert third.stdout is not None
        assert not select.select([third.stdout], [], [], 2.0)[0]
        first.kill()  # whoever is killed gives its place away
        assert is_held(third)
        assert second.poll() is None
        third.kill()
    for process in (first, second):
        process.kill()
        process.communicate()


def is_waiting(folder: Path, rank: int) -> bool:
    """Whether one with this rank has got in line."""
    file = folder / f"waiting-{rank}"
    if not file.exists():
        return False
    with open(file, encoding="utf-8") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def test_lowest_rank_gets_the_next_slot(tmp_path: Path) -> None:
    folder = tmp_path / "slots"
    first = holder(folder, 1, 9)
    assert is_held(first)
    waiting = {}
    for rank in (3, 1, 10, 2):  # who comes last is not who gets it last, and 10 is not before 2
        waiting[rank] = holder(folder, 1, rank)
        assert wait_until(partial(is_waiting, folder, rank))
    order = []
    holding = first
    for _ in range(len(waiting)):
        holding.kill()
        holding.communicate()
        outputs = {process.stdout: rank for rank, process in waiting.items() if process.stdout}
        (output,) = select.select(list(outputs), [], [], 30.0)[0]
        rank = outputs[output]
        holding = waiting.pop(rank)
        order.append(rank)
    assert order == [1, 2, 3, 10]
    holding.kill()
    holding.communicate()
