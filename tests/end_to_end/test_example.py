"""The grid of another package on one real release, through tox: `examples/numpy` gives what its baseline has.

Needs the network (or uv's cache).
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness.controller.results.documents import read_column
from tests.support import ROOT

pytestmark = pytest.mark.releases


def test_a_release_of_numpy_is_as_accepted(tmp_path: Path) -> None:
    folder = tmp_path / "numpy"
    shutil.copytree(ROOT / "examples" / "numpy", folder, ignore=shutil.ignore_patterns(".tox", ".harness"))
    command = [sys.executable, "-m", "harness", "run", "--root", str(folder), "-e", "np22"]
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    print(done.stdout)
    assert done.returncode == 0
    column = read_column(folder / ".harness" / "run" / "np22.json")
    assert column.cells == read_column(folder / "results" / "np22.json").cells
    assert len(column.cells) == 15
