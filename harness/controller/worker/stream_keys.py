"""The keys by which a stream's lines are known to be the runner's (`harness.contract.stream`)."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from harness.controller.files import make_folder, write_errors


@dataclass(frozen=True)
class StreamKeys:
    """The keys of one run.

    Its worker believes lines with the seal of `session`, which is in the memory of the worker and of pytest alone.
    Where the worker is killed, the next run believes those with the seal of `later`, which is in a file.
    """

    session: str = field(default_factory=secrets.token_hex)
    later: str = field(default_factory=secrets.token_hex)

    @property
    def both(self) -> tuple[str, str]:
        return (self.session, self.later)

    def write(self, file: Path) -> None:
        """Leave the key for the next run, in a file that nobody else can read. Raises HarnessError."""
        make_folder(file.parent)
        with write_errors(file):
            file.unlink(missing_ok=True)
            descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with open(descriptor, "w", encoding="ascii") as handle:
                handle.write(self.later)


def read_key(file: Path) -> str:
    """The key of the last run; if it has none, a key that fits no line."""
    try:
        key = file.read_text(encoding="ascii") if file.is_file() else ""
    except (OSError, ValueError):
        key = ""
    return key or secrets.token_hex()
