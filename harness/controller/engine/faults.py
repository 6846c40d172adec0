"""Telling the faults of a machine from the answers of an environment, by what a run has left there."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from harness.controller.environments.tox_log import Ending, ending
from harness.controller.errors import Exit
from harness.controller.project.layout import Layout, RunFiles
from harness.controller.results.documents import read_column

_FULL = os.strerror(errno.ENOSPC)


def cells_fault(layout: Layout, files: RunFiles, code: int) -> tuple[str, bool]:
    """Why a run that was not stopped may go otherwise on another machine, empty where it gave its answer.

    And whether its files may be the answer where it goes nowhere else: an environment without its Python, or with a
    full disk, says nothing of the release.
    """
    log = files.log.read_text(encoding="utf-8", errors="replace") if files.log.exists() else ""
    if _is_full(files, log):
        return f"its disk is full ({_FULL})", False
    if files.document.exists():
        column = read_column(files.document)
        if column.environment.failed:
            return f"env-fail: {column.environment.reason}", True
        is_whole = code in (Exit.AGREES, Exit.DIFFERS)
        return "" if is_whole else f"not all cells were run (exit code {code})", True
    why = log_ending(layout, log, files.environment)
    if code == Exit.USAGE and why.made_environment:  # the same everywhere
        return "", True
    return str(why), files.plan.exists() or _is_of_the_environment(why)


def command_fault(log: Path, code: int) -> str:
    """Why a command of the harness may go otherwise on another machine, empty where it gave its answer."""
    if code in (Exit.AGREES, Exit.DIFFERS):
        return ""
    lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines() if log.exists() else []
    return lines[-1] if lines else f"exit code {code} and no message"


def _is_of_the_environment(why: Ending) -> bool:
    """Whether the packages are to blame: not where its Python is missing, or the worker did not come to its cells."""
    return why.step != "venv" and not why.made_environment


def _is_full(files: RunFiles, log: str) -> bool:
    """Whether something could not be written: by the installer, the worker, or a cell, whose outcome that became."""
    if files.document.exists():
        outcomes = read_column(files.document).cells.values()
        return any(_FULL in (outcome.message or "") for outcome in outcomes)
    return _FULL in log


def forget_outcomes(files: RunFiles) -> None:
    """Remove what the next run would reuse of a run that does not count."""
    files.forget_run()
    for file in (files.cache, files.stream, files.stamp):
        file.unlink(missing_ok=True)


def log_ending(layout: Layout, log: str, environment: str) -> Ending:
    """The end of a log, without the project's path."""
    return ending(log.replace(f"{layout.root}{os.sep}", ""), environment)
