"""The processes of an inventory end together, whenever that is asked for."""

from __future__ import annotations

import os
import select
import shlex
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from harness.controller.environments.children import Children
from harness.controller.errors import HarnessError


@pytest.mark.parametrize("_", range(20))
def test_stopping_kills_what_has_just_started(tmp_path: Path, _: int) -> None:
    started = tmp_path / "started"
    os.mkfifo(started)
    script = f"sleep 1000 & echo $! > {shlex.quote(str(started))}; wait"
    children = Children()
    with ThreadPoolExecutor(1) as pool, open(os.devnull, "wb") as output:
        code = pool.submit(children.call, ["sh", "-c", script], tmp_path, None, output.fileno())
        grandchild = int(started.read_text(encoding="ascii"))  # waits until it is written
        ended = os.pidfd_open(grandchild)
        children.stop()
        assert code.result() == -9
        select.select([ended], [], [])  # returns when it has ended: nobody waits for it
        os.close(ended)


def test_nothing_starts_after_the_stop(tmp_path: Path) -> None:
    children = Children()
    children.stop()
    with open(os.devnull, "wb") as output, pytest.raises(HarnessError, match="interrupted"):
        children.call(["touch", str(tmp_path / "file")], tmp_path, None, output.fileno())
    assert list(tmp_path.iterdir()) == []
