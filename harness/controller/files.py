"""Atomic writes, and exclusive locks."""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from harness.controller.errors import HarnessError


def read_text(file: Path) -> str:
    """The text of a file. Raises HarnessError where it is no regular file, cannot be read, or is not UTF-8."""
    if file.exists() and not file.is_file() and not file.is_dir():  # reading a pipe or a device may never end
        raise HarnessError(f"{file}: not a regular file")
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        raise HarnessError(f"{file}: cannot be read: {error}") from None


@contextmanager
def write_errors(file: Path) -> Iterator[None]:
    """Turn an OSError of a write into a HarnessError: one sentence with the file's name."""
    try:
        yield
    except OSError as error:
        raise HarnessError(f"{file}: cannot be written: {error.strerror}") from None


def make_folder(folder: Path) -> None:
    """Make the folder and those around it, where they are missing."""
    with write_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)


def write_atomically(file: Path, text: str, mode: int = 0o644) -> None:
    """Write the whole text or nothing. The folder is made where it is missing. Raises HarnessError."""
    make_folder(file.parent)
    with write_errors(file):
        _replace(file, text, mode)


def _replace(file: Path, text: str, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        write_through(descriptor, text)
        os.chmod(temporary, mode)
        os.replace(temporary, file)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def write_through(file: Path | int, text: str) -> None:
    """Write the text to the disk itself."""
    with open(file, "w", encoding="utf-8", newline="\n") as handle:
        handle.write(text)
        handle.flush()
        os.fsync(handle.fileno())


@contextmanager
def exclusive_lock(file: Path, what: str) -> Iterator[None]:
    """Hold the lock that the file stands for; the system releases it when the process ends, however it ends.

    Raises HarnessError where another process holds it, or the file cannot be written or locked.
    """
    make_folder(file.parent)
    with write_errors(file):
        handle = open(file, "w", encoding="utf-8")  # noqa: SIM115 - what is done under the lock has errors of its own
    with handle:
        if not take_lock(handle):
            raise HarnessError(f"another {what} is under way: nothing was done")
        yield


def take_lock(handle: IO[str], kind: int = fcntl.LOCK_EX) -> bool:
    """Lock an open file until it is closed. False, at once, where another process holds it. Raises HarnessError."""
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:  # some network file systems have no locks
        raise HarnessError(f"{handle.name}: cannot be locked: {error.strerror}") from None
    return True
