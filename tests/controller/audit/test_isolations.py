"""`harness audit --isolations`: the same cells in forks and in fresh interpreters, with real tox and pytest."""

from __future__ import annotations

from harness.controller.audit.isolations import sample_cells
from harness.controller.results.documents import read_column
from tests.support.tiny_project import TinyProject

# A fork is not the process in which TensorFlow was imported.
TELLS = """\
id: tells
kind: snippet
title: Sees where TensorFlow was imported
paths: [tf.keras]
code: |
  import os
  import KERAS as keras

  # call
  assert keras.PROCESS == os.getpid(), keras.__version__
"""


def test_isolations_that_agree(project: TinyProject, made: None) -> None:
    done = project.run("audit", "--isolations", "-e", "tf215", "--sample", "4", "--seed", "3")
    assert done.returncode == 0, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "4 cells sampled (seed 3) of 5"
    assert [line for line in lines if line.startswith("isolation: ")] == ["isolation: spawn", "isolation: fork"]
    cells = read_column(project.root / ".harness" / "run" / "tf215.json").cells
    assert len(cells) == 4
    assert lines[-1] == "4 cells sampled (seed 3), 4 run in both isolations: none differ"


def test_a_difference_is_told(project: TinyProject, made: None) -> None:
    (keras,) = project.root.glob(".tox/tf215/lib/*/site-packages/tensorflow/keras/__init__.py")
    keras.write_text("import os\n__version__ = '2.15.0'\nPROCESS = os.getpid()\n", encoding="utf-8")
    (project.root / "cases" / "snippet" / "tells.yaml").write_text(TELLS, encoding="utf-8")
    done = project.run("audit", "--isolations", "-e", "tf215", "--seed", "3")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-2:] == [
        "tf215 tells[tf.keras]: fork fail at call (AssertionError: 2.15.0), spawn pass",
        "6 cells sampled (seed 3), 6 run in both isolations: 1 differ",
    ]


def test_an_environment_without_an_answer_is_told(project: TinyProject, made: None) -> None:
    (project.root / "locks").mkdir(exist_ok=True)
    (project.root / "locks" / "tf115.txt").write_text("# nothing\n", encoding="utf-8")
    done = project.run("audit", "--isolations", "-e", "tf115", "-e", "tf215")
    assert done.returncode == 3
    assert done.stdout.count("\ntf115 env-fail: ") == 2
    assert done.stdout.endswith("10 cells sampled (seed " + done.stdout.rpartition("seed ")[2])
    assert ", 5 run in both isolations: none differ\n" in done.stdout


def test_cells_are_drawn_by_the_seed() -> None:
    cells = {name: [(str(number), "keras") for number in range(20)] for name in ("tf115", "tf215", "tf221")}
    sample = sample_cells(cells, 12, 1)
    assert sum(map(len, sample.values())) == 12
    assert all(key in cells[name] for name, keys in sample.items() for key in keys)
    assert sample_cells(cells, 12, 1) == sample != sample_cells(cells, 12, 2)
    assert sample_cells(cells, 1000, 1) == cells
    assert len(sample_cells(cells, 1, 1)) == 1


def test_isolations_and_run_options_exclude_each_other(project: TinyProject) -> None:
    done = project.run("audit", "--isolations", "--run")
    assert (done.returncode, done.stdout) == (2, "")
    assert "not allowed with argument" in done.stderr
