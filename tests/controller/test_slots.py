"""Slots, held by real processes."""

from __future__ import annotations

import select
import subprocess
import sys
from pathlib import Path

HOLD = """
import sys, time
from pathlib import Path
from harness.controller.slots import slot
with slot(Path(sys.argv[1]), int(sys.argv[2])):
    print("held", flush=True)
    time.sleep(60)
"""


def holder(folder: Path, number: int) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", HOLD, str(folder), str(number)], stdout=subprocess.PIPE, text=True)


def is_held(process: subprocess.Popen[str]) -> bool:
    assert process.stdout is not None
    return process.stdout.readline() == "held\n"


def test_there_are_as_many_as_was_said_and_the_next_waits(tmp_path: Path) -> None:
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
