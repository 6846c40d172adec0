"""Processes that are stopped (SIGSTOP): each is killed and replaced at its deadline, and no run hangs."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.contract.deadlines import Deadlines
from harness.contract.process_tree import children
from harness.runner.isolation import Fork, Isolation, Spawn
from tests.support.runner_projects import ISOLATIONS

# The cell may take a minute and its imports another, as machines are slow. Its parent is given 3 seconds all the same.
LIMITS = {"limits": [60, 1_000_000, 10**9, 60], "patience": 3 - 60 - 60}
STOP_PARENT = """import os, signal, time
os.kill(os.getppid(), signal.SIGSTOP)
time.sleep(600)
"""
STOP_PARENT_ONCE = """import os, signal, time
if not os.path.exists({mark!r}):
    open({mark!r}, "w").close()
    os.kill(os.getppid(), signal.SIGSTOP)
    time.sleep(600)
"""


@pytest.fixture(params=[Fork, Spawn], ids=ISOLATIONS)
def isolation(request: pytest.FixtureRequest) -> Iterator[Isolation]:
    started = request.param(["json"])
    yield started
    started.close()


@pytest.fixture
def fork() -> Iterator[Fork]:
    started = Fork(["json"])
    yield started
    started.close()


def run(isolation: Isolation, folder: Path, code: str = "# call\nassert True\n") -> bool:
    """Whether the cell passes."""
    script = folder / "script.py"
    script.write_text(code, encoding="utf-8")
    own = {"script": str(script), "directory": str(folder), "variables": {}, "arguments": []}
    own["path"] = ["json", "from", "json"]
    reply = isolation.run({**own, **LIMITS})
    return (reply["code"], reply["lines"][-1:]) == (0, [{"end": True, "warnings": []}])


def give_server(monkeypatch: pytest.MonkeyPatch, *deadlines: Callable[[], float]) -> None:
    """Let the first requests wait so many seconds for the server, and all others long enough."""
    left = iter(deadlines)
    monkeypatch.setattr(Deadlines, "server", property(lambda _: next(left, long_enough)()))


def long_enough() -> float:
    return 600.0


def once_stopped() -> float:
    """A moment, from when a process below this one has been stopped: a fixed time would be too short somewhere."""
    while not any(map(is_stopped, below(os.getpid()))):
        time.sleep(0.01)
    return 0.1


def below(pid: int) -> set[int]:
    return {found for child in children(pid) for found in (child, *below(child))}


def is_stopped(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] == "T"
    except OSError:  # it has ended
        return False


def server_of(isolation: Isolation) -> int:
    assert isolation._process is not None
    return isolation._process.pid


def is_gone(pid: int) -> bool:
    return not Path(f"/proc/{pid}").exists()


def test_a_stopped_server_is_replaced(tmp_path: Path, isolation: Isolation, monkeypatch: pytest.MonkeyPatch) -> None:
    give_server(monkeypatch, long_enough, once_stopped)
    assert run(isolation, tmp_path)
    stopped = server_of(isolation)
    os.kill(stopped, signal.SIGSTOP)
    assert run(isolation, tmp_path)
    assert server_of(isolation) != stopped
    assert is_gone(stopped)


def test_a_stopped_path_process_is_replaced(tmp_path: Path, fork: Fork, monkeypatch: pytest.MonkeyPatch) -> None:
    give_server(monkeypatch)
    fork.start()
    server = server_of(fork)
    while not children(server):  # none is left where its first cell took longer than its parent is given
        assert run(fork, tmp_path)
    (stopped,) = children(server)
    os.kill(stopped, signal.SIGSTOP)
    assert run(fork, tmp_path)
    assert is_gone(stopped)
    assert server_of(fork) == server
    assert run(fork, tmp_path)


def test_cell_stopping_its_parent_once_is_rerun(
    tmp_path: Path, isolation: Isolation, monkeypatch: pytest.MonkeyPatch
) -> None:
    give_server(monkeypatch, once_stopped if isinstance(isolation, Spawn) else long_enough)  # Fork's replaces the path
    assert run(isolation, tmp_path, STOP_PARENT_ONCE.format(mark=str(tmp_path / "mark")))
    assert (tmp_path / "mark").exists()


def test_cell_always_stopping_its_parent_errors(tmp_path: Path, fork: Fork, monkeypatch: pytest.MonkeyPatch) -> None:
    give_server(monkeypatch, once_stopped, once_stopped)
    before = children(os.getpid())
    with pytest.raises(EOFError, match="or did not answer"):
        run(fork, tmp_path, STOP_PARENT)
    assert children(os.getpid()) <= before
    assert run(fork, tmp_path)


def test_stopped_server_never_delays_closing(tmp_path: Path, fork: Fork, monkeypatch: pytest.MonkeyPatch) -> None:
    give_server(monkeypatch)
    assert run(fork, tmp_path)
    below = children(server_of(fork)) | {server_of(fork)}
    for pid in below:
        os.kill(pid, signal.SIGSTOP)
    fork.close()
    assert all(map(is_gone, below))
