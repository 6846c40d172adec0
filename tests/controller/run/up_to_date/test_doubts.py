"""What in an environment, and in what its last column left, has `harness run` start tox."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from harness.controller.environments import prerequisites
from harness.controller.project.loader import load_project
from harness.controller.results.documents import read_column
from harness.controller.worker.main import run_column
from harness.controller.worker.options import WorkerOptions
from harness.controller.worker.stamp import read_stamp
from tests.support.tiny_project import TinyProject


def _another_version(packages: Path) -> None:
    (packages / "tensorflow_cpu-2.15.1.dist-info").rename(packages / "tensorflow_cpu-2.15.0.dist-info")


def _another_package(packages: Path) -> None:
    (packages / "extra-1.dist-info").mkdir()


def _another_metadata(packages: Path) -> None:
    with open(packages / "tensorflow_cpu-2.15.1.dist-info" / "METADATA", "a", encoding="utf-8") as file:
        file.write("Summary: x\n")


def _another_link(packages: Path) -> None:
    (packages / "shared.pth").write_text("", encoding="utf-8")


def _no_module(packages: Path) -> None:
    (packages / "tensorflow" / "keras" / "__init__.py").rename(packages.parent / "elsewhere")


def _another_text(packages: Path) -> None:
    """Written in place, as long as it was."""
    file = packages / "tensorflow" / "__init__.py"
    with open(file, "r+", encoding="utf-8") as handle:
        handle.write("#")


def _no_package(packages: Path) -> None:
    shutil.rmtree(packages / "tensorflow")


def _no_environment(packages: Path) -> None:
    shutil.rmtree(packages.parents[2])


def _another_interpreter(packages: Path) -> None:
    python = packages.parents[2] / "bin" / "python"
    python.unlink()
    python.write_text("#!/bin/sh\n", encoding="utf-8")


def _another_making(packages: Path) -> None:
    (packages.parents[2] / "pyvenv.cfg").write_text("home = /\n", encoding="utf-8")


@pytest.mark.parametrize(
    "spoil",
    [
        _another_version,
        _another_package,
        _another_metadata,
        _another_link,
        _no_module,
        _another_text,
        _no_package,
        _no_environment,
        _another_interpreter,
        _another_making,
    ],
)
def test_altered_environment_is_checked_by_tox(
    has_run: Path, project: TinyProject, started: list[str], spoil: Callable[[Path], None]
) -> None:
    spoil(has_run)
    project.run("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.parametrize("note", ["", "{}", "[]", json.dumps({"PythonRun": {"deps": {"options": []}}})])
def test_unreadable_tox_note_starts_tox(has_run: Path, project: TinyProject, started: list[str], note: str) -> None:
    (has_run.parents[2] / ".tox-info.json").write_text(note, encoding="utf-8")
    project.run("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.usefixtures("has_run")
@pytest.mark.parametrize("text", [None, "", "{}", "[]", '{"state": 1, "facts": {}}'])
def test_tox_starts_without_a_valid_stamp(project: TinyProject, started: list[str], text: str | None) -> None:
    file = project.root / ".harness" / "stamps" / "tf215.json"
    file.unlink() if text is None else file.write_text(text, encoding="utf-8")
    project.run("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.usefixtures("has_run")
def test_column_under_way_is_left_to_tox(project: TinyProject, started: list[str]) -> None:
    (project.root / ".harness" / "locks").mkdir()
    with open(project.root / ".harness" / "locks" / "tf215", "w", encoding="utf-8") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        project.run("run", "-e", "tf215")
    assert started == ["tf215"]


@pytest.mark.parametrize("status", ["timeout", "crash"])
def test_cell_without_answer_is_tried_again(
    project: TinyProject, prefix: Path, started: list[str], status: str
) -> None:
    change = {
        "timeout": ("title:", "timeout: 0.2\ntitle:"),
        "crash": ("  # call", "  # call\n  import os\n  os._exit(3)"),
    }
    project.edit("cases/snippet/version.yaml", *change[status])
    if status == "timeout":
        project.edit("cases/snippet/version.yaml", "  # call", "  # call\n  import time\n  time.sleep(5)")
    loaded = load_project(project.root)
    run_column(loaded, loaded.matrix.environments["tf215"], WorkerOptions(), prefix)
    stamp = read_stamp(loaded.layout.files("tf215"))
    assert status in found(project)
    project.run("run", "-e", "tf215")
    assert stamp is not None
    assert (stamp.key, stamp.files) == (None, ())
    assert started == ["tf215"]


@pytest.mark.parametrize("status", ["unmet", "skip"])
def test_skipped_and_unmet_cells_need_no_tox(
    project: TinyProject, prefix: Path, started: list[str], monkeypatch: pytest.MonkeyPatch, status: str
) -> None:
    change = {"unmet": "requires: [graphviz]\ntitle:", "skip": "skip: a reason\ntitle:"}
    project.edit("cases/snippet/version.yaml", "title:", change[status])
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(prerequisites, "_brought_dot", lambda: None)
    loaded = load_project(project.root)
    run_column(loaded, loaded.matrix.environments["tf215"], WorkerOptions(), prefix)
    assert status in found(project)
    project.run("run", "-e", "tf215")
    assert started == []
    if status == "unmet":
        program = project.root / "bin" / "dot"
        program.parent.mkdir()
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(program.parent))
        project.run("run", "-e", "tf215")
        assert started == ["tf215"]


def found(project: TinyProject) -> set[str]:
    """The statuses of the last run."""
    cells = read_column(project.root / ".harness" / "run" / "tf215.json").cells
    return {outcome.status.value for outcome in cells.values()}


def test_environment_failing_tensorflow_import_gets_no_stamp(project: TinyProject, prefix: Path, has_run: Path) -> None:
    (has_run / "tensorflow" / "__init__.py").write_text("raise ImportError('no')\n", encoding="utf-8")
    loaded = load_project(project.root)
    run_column(loaded, loaded.matrix.environments["tf215"], WorkerOptions(fresh=True), prefix)
    assert read_stamp(loaded.layout.files("tf215")) is None


@pytest.mark.usefixtures("has_run")
def test_only_environments_in_doubt_are_started(project: TinyProject, started: list[str]) -> None:
    shutil.copy(project.root / "locks" / "tf215.txt", project.root / "locks" / "tf216.txt")
    done = project.run("run")
    assert started == ["tf216"]
    assert done.stdout.endswith("interrupted: 5 outcomes of 1 environments are kept, and not run again\n")
