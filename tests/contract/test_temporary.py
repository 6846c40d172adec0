"""Folders for temporary files: in use, left by a killed process, and just created."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from harness.contract.temporary import TemporaryFolder, remove_leftovers

HOLD = "from harness.contract.temporary import TemporaryFolder; print(TemporaryFolder().path, flush=True); input()"


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder for temporary files, here and in what is started from here."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def make_old(folder: Path) -> None:
    os.utime(folder, (0, 0))


def test_closing_removes_the_folder(temporary: Path) -> None:
    folder = TemporaryFolder()
    (Path(folder.path) / "file").touch()
    for _ in range(2):
        folder.close()
        assert list(temporary.iterdir()) == []


def test_only_what_killed_processes_left_is_removed(temporary: Path) -> None:
    command = [sys.executable, "-c", HOLD]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert folder.parent == temporary
        (folder / "cell").mkdir()
        make_old(folder)
        remove_leftovers()
        assert folder.exists()  # in use
        process.send_signal(signal.SIGKILL)
    remove_leftovers()
    assert not folder.exists()


def test_new_and_foreign_folders_stay(temporary: Path) -> None:
    new = Path(tempfile.mkdtemp(prefix="keras-matrix-"))
    foreign = Path(tempfile.mkdtemp(prefix="keras-"))
    make_old(foreign)
    link = temporary / "keras-matrix-link"
    link.symlink_to(foreign)
    remove_leftovers()
    assert sorted(temporary.iterdir()) == sorted([new, foreign, link])


def test_missing_temporary_folder_is_no_fault(temporary: Path) -> None:
    tempfile.gettempdir()
    temporary.rmdir()
    remove_leftovers()
    temporary.mkdir()
