"""Folders for temporary files. Where a process is killed before it removes its own, a later run does.

A folder is locked while it is in use, so that one which nobody holds is a leftover. systemd-tmpfiles, which empties
/tmp by age, respects these locks too.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import time

_PREFIX = "keras-matrix-"
_NEW = 60.0  # seconds after which a folder in use is locked for certain


class TemporaryFolder:
    """A new folder, which `close` removes with all that is in it."""

    def __init__(self) -> None:
        self.path = os.path.realpath(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = _hold(self.path)

    def close(self) -> None:
        shutil.rmtree(self.path, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None


def copy_given(source: str, folder: str) -> str:
    """Copy a file or a folder into the folder of a script, which may change it. The name of the copy.

    Raises OSError where it cannot be read.
    """
    name = os.path.basename(source)
    target = os.path.join(folder, name)
    if os.path.isdir(source):
        shutil.copytree(source, target)
    else:
        shutil.copyfile(source, target)
    return name


def remove_leftovers() -> None:
    """Remove the folders that killed processes left."""
    try:
        folder = tempfile.gettempdir()
        names = os.listdir(folder)
    except OSError:  # there is no folder for temporary files, or it is closed to us
        return
    for path in [os.path.join(folder, name) for name in names if name.startswith(_PREFIX)]:
        lock = _hold(path)
        if lock is not None:
            if time.time() - os.fstat(lock).st_mtime > _NEW:
                shutil.rmtree(path, ignore_errors=True)
            os.close(lock)


def _hold(folder: str) -> int | None:
    """A descriptor that holds the folder until it is closed; None where another process does, or nobody can."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:  # it is gone, somebody else's, or no folder
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
