"""The console that commands print to."""

from __future__ import annotations

import os
import sys
from typing import IO, Any

from rich.console import Console

from harness.contract.statuses import Status

FILE_WIDTH = 100  # characters of a table in a file or a pipe
_ASCII_SYMBOLS = {
    Status.PASS: "+",
    Status.FAIL: "F",
    Status.ABSENT: "-",
    Status.UNMET: "o",
    Status.TIMEOUT: "T",
    Status.CRASH: "!",
    Status.ENV_FAIL: "#",
    Status.ERROR: "E",
    Status.NOT_RUN: ".",
}
# One character for one, so that columns stay aligned.
_ASCII = str.maketrans({status.symbol: symbol for status, symbol in _ASCII_SYMBOLS.items()} | {"…": "~", "→": ">"})


def make_console() -> Console:
    """Lines are wrapped in a terminal only: in a file or a pipe each stays whole, whatever its length.

    With LC_ALL=C, or where the output's encoding is no Unicode, all text is ASCII.
    """
    file = AsciiFile(sys.stdout) if _is_ascii_wanted() else None
    console = Console(highlight=False, emoji=False, file=file)  # type: ignore[arg-type] # it writes and flushes
    console.soft_wrap = not console.is_terminal
    if not console.is_terminal and "COLUMNS" not in os.environ:
        console.width = FILE_WIDTH
    return console


class AsciiFile:
    """A text file to which only ASCII is written: symbols have a letter, and other characters a question mark."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, text: str) -> int:
        return self._file.write(text.translate(_ASCII).encode("ascii", "replace").decode("ascii"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


def _is_ascii_wanted() -> bool:
    """Whether LC_ALL asks for the C locale, in which Python itself writes UTF-8, or the encoding has no symbols."""
    encoding = (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return os.environ.get("LC_ALL") in ("C", "POSIX") or not encoding.startswith("utf")
