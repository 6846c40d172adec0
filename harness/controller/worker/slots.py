"""Slots for the environments whose cells run at the same time; other environments, already installed, wait."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from harness.controller.files import make_folder, take_lock, write_errors

_POLL = 0.1  # seconds


@contextmanager
def slot(folder: Path, number: int, rank: int) -> Iterator[None]:
    """Hold one of `number` slots, files in the folder; wait until one is free and no process of a lower rank waits.

    A process that is killed releases its slot and its place in the queue.
    """
    make_folder(folder)
    with ExitStack() as stack:
        files = [_open(folder / str(place), stack) for place in range(number)]
        with ExitStack() as queue:
            fcntl.flock(_open(folder / f"waiting-{rank}", queue), fcntl.LOCK_EX)  # others look at it for a moment
            while _is_behind(folder, rank) or not any(map(take_lock, files)):
                time.sleep(_POLL)
        yield


def _open(file: Path, stack: ExitStack) -> IO[str]:
    with write_errors(file):
        return stack.enter_context(open(file, "w", encoding="utf-8"))


def _is_behind(folder: Path, rank: int) -> bool:
    """Whether a process of a lower rank waits."""
    before = [file for file in folder.glob("waiting-*") if int(file.name.partition("-")[2]) < rank]
    with ExitStack() as stack:
        return not all(take_lock(_open(file, stack), fcntl.LOCK_SH) for file in before)
