"""What a cell requires of the machine, and how far its script comes without it."""

from __future__ import annotations

import ast
import os
import re
import shutil
import sys

from harness.contract.plan import PlannedCell
from harness.contract.statuses import STAGE_LINE


def missing_prerequisite(cell: PlannedCell) -> str | None:
    """Why the cell cannot run to its end on this machine; None where it can."""
    installed = _installed() if cell.packages else set()
    for name in cell.packages:
        if _normalised(name) not in installed:
            return f"no package {name} in this environment"
    for name, program in cell.requires.items():
        if shutil.which(program) is None:
            return f"no {program} on the PATH: apt-get install {name}"
    return None


def _installed() -> set[str]:
    """The normalised names of the distributions on `sys.path`; Python 3.7 has no importlib.metadata."""
    found = set()
    for folder in filter(os.path.isdir, sys.path):
        for name in os.listdir(folder):
            if name.endswith((".dist-info", ".egg-info")):
                found.add(_normalised(name.rpartition(".")[0].split("-")[0]))
    return found


def _normalised(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def script_before(script: str, stage: str) -> str | None:
    """The script up to the comment line that opens the stage: it runs without the stage's prerequisite.

    None where no such line is between two statements.
    """
    lines = script.split("\n")
    for number, line in enumerate(lines):
        match = STAGE_LINE.match(line)
        if match and match.group(1) == stage:
            head, rest = "\n".join(lines[:number]) + "\n", "\n".join(lines[number:])
            return head if _is_python(head) and _is_python(rest) else None
    return None


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
