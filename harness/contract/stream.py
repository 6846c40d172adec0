"""The stream: the answers of a pytest session, one JSON object a line.

Each line is written whole with one call, so that a killed run loses nothing that was finished:
`{"record": ..., "key": ...}` for a cell, `{"deselected": [[case, path], ...]}` for what pytest's own options left out,
and `{"environment_failure": reason}` when TensorFlow itself cannot be imported.

Whatever runs as the same user can write into the file, a cell too. So a line carries seals: codes that take a key to
make. A reader with a key believes no line without its seal.
"""

from __future__ import annotations

import hmac
import json
import os
import stat
from functools import partial
from typing import Any, Iterator, Sequence

_LONGEST = 32 * 1024 * 1024  # bytes of a line; a record's texts are cut far below


def append_line(file: str, line: dict[str, Any], keys: Sequence[str] = ()) -> None:
    """Append one line, with a seal for each key. Several processes may do this to one file without mixing."""
    if keys:
        line = dict(line, seals=[_seal(line, key) for key in keys])
    data = ("\n" + json.dumps(line) + "\n").encode("utf-8")  # a line of its own, also after one that was cut
    # O_NONBLOCK: something may have put a named pipe in the file's place, which would hold us up for ever.
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NONBLOCK, 0o644)
    try:
        if os.write(descriptor, data) != len(data):
            raise OSError(f"{file}: only a part of a record could be written")
    finally:
        os.close(descriptor)


def read_lines(file: str, key: str | None = None) -> Iterator[dict[str, Any] | None]:
    """The whole lines of a stream, without their seals, and None for each that is not a line of the runner.

    With a key only lines with its seal are. The last line may be cut where its writer was killed: it is left out.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return
    with open(descriptor, "rb") as handle:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            yield None
            return
        for line in iter(partial(handle.readline, _LONGEST), b""):
            if line.endswith(b"\n"):
                if line.strip():
                    yield _parse(line, key)
            elif len(line) == _LONGEST:  # a piece of a line that nobody of us has written
                yield None


def _parse(text: bytes, key: str | None) -> dict[str, Any] | None:
    try:
        line = json.loads(text.decode("utf-8"))
        if not isinstance(line, dict):
            return None
        seals = line.pop("seals", [])
        return line if key is None or _has_seal(line, seals, key) else None
    except (ValueError, RecursionError):
        return None


def _has_seal(line: dict[str, Any], seals: Any, key: str) -> bool:
    if not isinstance(seals, list):
        return False
    expected = _seal(line, key)
    return any(isinstance(seal, str) and seal.isascii() and hmac.compare_digest(seal, expected) for seal in seals)


def _seal(line: dict[str, Any], key: str) -> str:
    text = json.dumps(line, sort_keys=True)
    return hmac.new(key.encode("ascii"), text.encode("ascii"), "sha256").hexdigest()
