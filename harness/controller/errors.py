"""Errors that end a command with one sentence instead of a traceback, and the exit codes of docs/commands.md."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.cases.document.reader import Fault


class Exit(IntEnum):
    """Exit codes of every command."""

    AGREES = 0
    DIFFERS = 1
    USAGE = 2
    BROKEN = 3
    INTERRUPTED = 130


class HarnessError(Exception):
    """An error that one sentence explains to the user. `exit_code` is that of the command."""

    exit_code = Exit.BROKEN


class UsageError(HarnessError):
    """A selection, an option or a configuration that is wrong."""

    exit_code = Exit.USAGE


class FaultyFiles(UsageError):
    """All the faults of all the files, each with its file and line."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
