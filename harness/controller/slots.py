"""Places for those environments whose cells run at the same time; the others wait, made and ready."""

from __future__ import annotations

import fcntl
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from harness.controller.files import make_folder, telling

_POLL = 0.1  # seconds


@contextmanager
def slot(folder: Path, number: int) -> Iterator[None]:
    """Hold one of `number` slots, which are files in the folder; wait until one is free.

    A process that is killed holds none any more.
    """
    make_folder(folder)
    with ExitStack() as stack:
        with telling(folder):
            files = [stack.enter_context(open(folder / str(place), "w", encoding="utf-8")) for place in range(number)]
        while not any(map(_take, files)):
            time.sleep(_POLL)
        yield


def _take(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
