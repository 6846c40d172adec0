"""What the benchmarks make is what they say, and a project without fault; how fast it is read is not for tests."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from harness.controller.cli import main
from harness.controller.project.loader import load_project
from harness.controller.results.compare import compare_sets
from harness.controller.results.documents import read_columns
from tests.support import ROOT

FILE = ROOT / "benchmarks" / "million_cells.py"


@pytest.fixture
def million_cells(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    spec = importlib.util.spec_from_file_location("million_cells", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "million_cells", module)
    spec.loader.exec_module(module)
    return module


def test_the_project_of_many_cells_is_one(
    million_cells: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    million_cells.make_project(tmp_path, million_cells.Size(environments=12, paths=3, cases=40))
    project = load_project(tmp_path)
    assert (len(project.matrix.environments), len(project.matrix.paths), len(project.cases)) == (12, 3, 40)
    before, after = (read_columns(tmp_path / name, project.matrix.environments) for name in ("results", "later"))
    assert sum(len(column.cells) for column in before.values()) == 12 * 3 * 40
    assert {change.cell for change in compare_sets(before, after, whole=True)} == {
        ("case-0", "synthetic.path_0"),
        ("case-33", "synthetic.path_1"),
    }
    assert main(["collect", "--root", str(tmp_path)]) == 0
    assert "12 of 12 environments, 1440 cells" in capsys.readouterr().out


def test_the_whole_is_a_million(million_cells: ModuleType) -> None:
    assert million_cells.Size(200, 10, 500).cells == 1_000_000
