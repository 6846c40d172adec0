"""A project in a folder whose name means something to a shell, to tox or to Python: lock and run with real tox."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.controller.cli import main
from harness.controller.results.documents import read_column

ODD = 'it\'s "so" at $HOME {posargs}; back\\slash # 50%s ü'


@pytest.mark.usefixtures("wheels")
def test_project_at_odd_path_locks_and_runs(
    project: Path, fill: Callable[[Path], None], capfd: pytest.CaptureFixture[str]
) -> None:
    root = project.parent / ODD / "project"
    root.parent.mkdir()
    shutil.copytree(project, root)
    assert main(["lock", "--root", str(root), "-e", "tf215"]) == 0, capfd.readouterr()
    made = subprocess.run(
        [sys.executable, "-m", "tox", "run", "-e", "tf215", "--notest"],
        cwd=root,
        env=os.environ | {"TOX_COLORED": "no"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert made.returncode == 0, made.stdout + made.stderr
    fill(root / ".tox" / "tf215")
    assert main(["run", "--root", str(root), "-e", "tf215"]) == 0, capfd.readouterr().out
    column = read_column(root / ".harness" / "run" / "tf215.json")
    statuses = sorted(outcome.status.value for outcome in column.cells.values())
    assert statuses == ["absent", "fail", "fail", "pass", "pass"]
