"""Lines of JSON between the processes of the runner."""

from __future__ import annotations

import json
import os
import select
import time
from typing import Any


class Abandoned(Exception):
    """Whoever asked for the cell is gone."""


class Lines:
    """Lines of JSON over a pair of descriptors."""

    def __init__(self, source: int, sink: int) -> None:
        self.source = source
        self.sink = sink
        self._left = b""

    def read(self, limit: float | None = None, asker: int | None = None) -> dict[str, Any] | None:
        """The next line, or None at the end.

        Raises TimeoutError where it is not there within `limit` seconds, and Abandoned when the descriptor `asker` says
        that nobody waits for it any more.
        """
        deadline = None if limit is None else time.monotonic() + limit
        sources = [self.source] if asker is None else [self.source, asker]
        while b"\n" not in self._left:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            ready = select.select(sources, [], [], left)[0]
            if not ready:
                raise TimeoutError
            if asker in ready:
                raise Abandoned
            data = os.read(self.source, 65536)
            if not data:
                return None
            self._left += data
        line, _, self._left = self._left.partition(b"\n")
        parsed: dict[str, Any] = json.loads(line.decode("ascii"))
        return parsed

    def is_abandoned(self) -> bool:
        """Whether nobody is at the other end any more."""
        hang_up = select.poll()
        hang_up.register(self.source, 0)
        return bool(hang_up.poll(0))

    def write(self, line: dict[str, Any]) -> None:
        data = (json.dumps(line) + "\n").encode("ascii")
        while data:
            data = data[os.write(self.sink, data) :]
