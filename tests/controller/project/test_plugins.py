"""Plugins of others: the module of docs/kinds.md in a project about a package of a few lines, run for real."""

from __future__ import annotations

import re
import shutil
import sys
import venv
from pathlib import Path

import pytest

from harness.cases.generate import script_of
from harness.contract.statuses import Stage, Status
from harness.controller.errors import Exit
from harness.controller.project.loader import load_project
from harness.controller.results.documents import read_column
from harness.controller.worker.main import run_column
from harness.controller.worker.options import WorkerOptions
from tests.support import ROOT
from tests.support.tiny_project import TinyProject
from tests.support.tiny_tensorflow import PYTEST, put

PYTHON = "{}.{}".format(*sys.version_info)
MATRIX = f"""\
schema: 2
subject: {{package: shapes, title: Shapes}}
plugins: [kinds.py]
limits: {{timeout: 60, output: 65536}}
resolve:
  days_after_release: 14
  packages: []
  runner: {{packages: [pytest], dependencies: [pluggy], as_of: 2026-11-01}}
paths: {{shapes: from, shapes.old: from}}
environments:
  shapes10: {{release: "1.0", python: "{PYTHON}", distribution: shapes, released: 2024-03-08}}
groups: {{all: {{release: ">=1"}}}}
default: all
"""
SHAPES = {
    "shapes/__init__.py": "class float64: pass\ndouble = float64\n",
    "shapes/old.py": "class float64: pass\nclass double: pass\n",
    "shapes-1.0.dist-info/METADATA": "Metadata-Version: 2.1\nName: shapes\nVersion: 1.0\n",
}
HOOKS = """\
import os, shapes

def after_script():
    return str(os.getpid())

def before_forking(reports, stop):
    shapes.cells = getattr(shapes, "cells", []) + reports
"""
SNIPPET = """\
id: {id}
kind: snippet
title: How many cells the hooks heard of
paths: [shapes]
code: |
  import SUBJECT as shapes

  # check
  assert len(getattr(shapes, "cells", [])) == {count}, shapes.cells
"""


def blocks(language: str) -> list[str]:
    page = (ROOT / "docs" / "kinds.md").read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", page, re.DOTALL)


@pytest.fixture
def shapes(tmp_path: Path) -> TinyProject:
    """A project with the module of the page, and no cases."""
    project = TinyProject(tmp_path / "project")
    shutil.rmtree(project.root / "cases")
    (project.root / "matrix.yaml").write_text(MATRIX, encoding="utf-8")
    (project.root / "kinds.py").write_text(blocks("python")[0], encoding="utf-8")
    return project


@pytest.fixture
def prefix(tmp_path: Path) -> Path:
    folder = tmp_path / "environment"
    venv.create(folder, with_pip=False, symlinks=True)
    put(folder, SHAPES | PYTEST)
    return folder


def test_a_kind_of_the_project_runs(shapes: TinyProject, prefix: Path) -> None:
    assert shapes.run("new", "aliases", "doubles").returncode == 0
    assert shapes.run("script", "doubles", "-p", "shapes").stdout == blocks("python")[1].replace("numpy", "shapes")
    loaded = load_project(shapes.root)
    assert run_column(loaded, loaded.matrix.environments["shapes10"], WorkerOptions(), prefix) is Exit.AGREES
    cells = read_column(loaded.layout.run / "shapes10.json").cells
    assert {path: (cell.status, cell.stage) for (_, path), cell in cells.items()} == {
        "shapes": (Status.PASS, None),
        "shapes.old": (Status.FAIL, Stage.CHECK),
    }


def test_a_kind_of_the_project_has_faults(shapes: TinyProject) -> None:
    assert shapes.run("new", "aliases", "doubles").returncode == 0
    shapes.edit("cases/aliases/doubles.yaml", "names: [float64, double]", "names: [float64]")
    done = shapes.run("validate")
    assert (done.returncode, done.stderr.splitlines()[0]) == (
        2,
        "cases/aliases/doubles.yaml:5: needs two names or more",
    )


def test_a_change_of_the_module_counts_at_once(shapes: TinyProject) -> None:
    assert shapes.run("new", "aliases", "doubles").returncode == 0
    shapes.edit("kinds.py", "({first}, {other})", "{other}")
    (case,) = load_project(shapes.root).cases
    assert "assert float64 is double, double\n" in script_of(case, load_project(shapes.root).matrix.paths["shapes"])


def test_hooks_of_a_plugin_take_part(shapes: TinyProject, prefix: Path) -> None:
    (shapes.root / "hooks.py").write_text(HOOKS, encoding="utf-8")
    shapes.edit(
        "kinds.py", '"aliases", (ALIASES,)', '"aliases", (ALIASES,), hooks=Path(__file__).with_name("hooks.py")'
    )
    shapes.edit("kinds.py", "from typing", "from pathlib import Path\nfrom typing")
    (shapes.root / "cases" / "snippet").mkdir(parents=True)
    for count, name in enumerate(["first", "second", "third"]):
        text = SNIPPET.format(id=name, count=count)
        (shapes.root / "cases" / "snippet" / f"{name}.yaml").write_text(text, encoding="utf-8")
    loaded = load_project(shapes.root)
    environment = loaded.matrix.environments["shapes10"]
    run_column(loaded, environment, WorkerOptions(), prefix)
    with_hooks = read_column(loaded.layout.run / "shapes10.json").cells
    run_column(loaded, environment, WorkerOptions(hooks=False, fresh=True), prefix)
    without = read_column(loaded.layout.run / "shapes10.json").cells
    assert [cell.status for cell in with_hooks.values()] == [Status.PASS] * 3
    assert [cell.status for cell in without.values()] == [Status.PASS, Status.FAIL, Status.FAIL]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("PLUGIN = Plugin", "OTHER = Plugin", "the plugin 'kinds.py' is no `harness.kinds.Plugin`, but None"),
        (
            "from typing",
            "from typo",
            "the plugin 'kinds.py' cannot be imported: ModuleNotFoundError: No module named 'typo'",
        ),
    ],
)
def test_faulty_plugin_is_one_sentence(shapes: TinyProject, old: str, new: str, said: str) -> None:
    shapes.edit("kinds.py", old, new)
    done = shapes.run("validate")
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"matrix.yaml:3: {said}")


@pytest.mark.parametrize(
    ("hooks", "said"),
    [
        ("match x:\n    case 1: pass\n", "are no module for Python 3.7: "),
        ("def after_script(): return ''\n", "have no function 'before_forking'"),
        ("def unwrapp(value): return value\n", "have none of the functions after_script, before_forking and unwrap"),
    ],
)
def test_faulty_hooks_are_refused(shapes: TinyProject, hooks: str, said: str) -> None:
    (shapes.root / "hooks.py").write_text(hooks, encoding="utf-8")
    shapes.edit(
        "kinds.py", '"aliases", (ALIASES,)', '"aliases", (ALIASES,), hooks=Path(__file__).with_name("hooks.py")'
    )
    shapes.edit("kinds.py", "from typing", "from pathlib import Path\nfrom typing")
    assert f"matrix.yaml:3: the hooks of the plugin 'aliases' {said}" in shapes.run("validate").stderr


def test_unknown_plugin_is_a_fault(shapes: TinyProject) -> None:
    shapes.edit("matrix.yaml", "plugins: [kinds.py]", "plugins: [kers]")
    said = "matrix.yaml:3: unknown plugin 'kers'; did you mean 'keras'?; one of the project ends in .py"
    assert said in shapes.run("validate").stderr
