"""`harness script`: print the script of one case under one import path."""

from __future__ import annotations

from pathlib import Path

from harness.cases.document.suggestions import suggest
from harness.cases.generate import script_of
from harness.controller.commands.common import open_root
from harness.controller.errors import Exit, UsageError
from harness.controller.project.loader import load_project


def script(root: Path | None, case_id: str, path_id: str) -> Exit:
    """Print the script of one case under one import path."""
    project = load_project(open_root(root))
    cases = {case.id: case for case in project.cases}
    if case_id not in cases:
        raise UsageError(f"unknown case {case_id!r}{suggest(case_id, cases)}")
    if path_id not in project.matrix.paths:
        raise UsageError(f"unknown import path {path_id!r}{suggest(path_id, project.matrix.paths)}")
    print(script_of(cases[case_id], project.matrix.paths[path_id]), end="")
    return Exit.AGREES
