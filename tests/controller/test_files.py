"""The exclusive lock, held by real processes."""

from __future__ import annotations

import errno
import fcntl
import os
import subprocess
import sys
from pathlib import Path

import pytest

from harness.controller.errors import HarnessError
from harness.controller.files import exclusive_lock

HOLD = """
import subprocess, sys
from pathlib import Path
from harness.controller.files import exclusive_lock
with exclusive_lock(Path(sys.argv[1]), "run"):
    child = subprocess.Popen(["sleep", "60"])
    print(child.pid, flush=True)
    child.wait()
"""
REFUSED = r"^another run is under way: nothing was done$"


def test_killed_holder_releases_the_lock(tmp_path: Path) -> None:
    file = tmp_path / "state" / "lock"
    with subprocess.Popen([sys.executable, "-c", HOLD, str(file)], stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None
        child = int(holder.stdout.readline())
        with pytest.raises(HarnessError, match=REFUSED), exclusive_lock(file, "run"):
            pytest.fail("two hold it")
        holder.kill()
        holder.wait()
        with exclusive_lock(file, "run"):  # though a child of the holder goes on
            os.kill(child, 9)


def test_error_releases_the_lock(tmp_path: Path) -> None:
    file = tmp_path / "lock"
    with pytest.raises(ZeroDivisionError), exclusive_lock(file, "run"):
        raise ZeroDivisionError
    with exclusive_lock(file, "run"), pytest.raises(HarnessError, match=REFUSED), exclusive_lock(file, "run"):
        pytest.fail("two hold it")


@pytest.mark.parametrize(
    ("name", "said"),
    [("folder", "folder: cannot be written: Is a directory"), ("file/lock", "file: cannot be written: ")],
)
def test_unwritable_lock_is_named(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(HarnessError) as refused, exclusive_lock(tmp_path / name, "run"):
        pytest.fail("held")
    assert str(refused.value).startswith(f"{tmp_path}/{said}")


def test_file_system_without_locks_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def no_locks(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", no_locks)
    with pytest.raises(HarnessError) as refused, exclusive_lock(tmp_path / "lock", "run"):
        pytest.fail("held")
    assert str(refused.value) == f"{tmp_path}/lock: cannot be locked: No locks available"
